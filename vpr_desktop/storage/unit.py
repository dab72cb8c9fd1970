"""The one door for writing: a unit of work turns saved records into ops, rows, audit and outbox, all or none.

Nothing outside this file writes an op. It checks shape, never rights: services do that before.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from vpr_desktop.domain.changes import Change, Changes, Origin
from vpr_desktop.domain.errors import NotFound
from vpr_desktop.domain.forms import SCHEMA
from vpr_desktop.domain.identity import uuid7
from vpr_desktop.domain.ops import Fold, canonical, fold
from vpr_desktop.domain.part import Part
from vpr_desktop.domain.record import Record, Shown, entity_name, from_wire, remember, wire_values
from vpr_desktop.domain.support import Plan
from vpr_desktop.storage import (
    audit,
    checks,
    erasing,
    inbox,
    lifetime,
    oplog,
    outbox,
    repeats,
    slips,
    streams,
    support_growth,
    support_rows,
    vault,
)
from vpr_desktop.storage.inbox import Arrived
from vpr_desktop.storage.outbox import Answer
from vpr_desktop.storage.streams import Place

if TYPE_CHECKING:
    from vpr_desktop.storage.store import Store

INSERT_WAITING = "INSERT INTO outbox (op, state, not_before, st) VALUES (?, 'PENDING', ?, ?)"
SAFEGUARDS = frozenset({"reporter_mode", "reported_by", "restricted", "manager_may_see"})
R = TypeVar("R", bound=Record)
P = TypeVar("P", bound=Part)


class Reader:
    """Reads records as they stand; holds no transaction of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db

    def get(self, entity: type[R], record_id: str) -> R:
        """One record with the heads it stands on. Raises NotFound."""
        row = self.db.execute("SELECT st FROM op WHERE ei = ? AND et = ? LIMIT 1", (record_id, entity_name(entity)))
        found = row.fetchone()
        if found is None:
            raise NotFound()
        folded, _ = oplog.entity_fold(self.db, record_id)
        return _record(entity, record_id, found[0], folded)

    def find(self, entity: type[R], **equal: Any) -> list[R]:
        """The records whose columns equal these wire values, oldest first."""
        where = " AND ".join(f'"{column}" = ?' for column in equal) or "1"
        ids = self.db.execute(f"SELECT id FROM {entity_name(entity)} WHERE {where} ORDER BY n", tuple(equal.values()))
        return [self.get(entity, row[0]) for row in ids.fetchall()]

    def parts(self, entity: type[P], parent_id: str) -> list[P]:
        """The parts of a record that were not taken off."""
        return [part for part in self.find(entity, parent_id=parent_id) if not part.removed]

    def typed_by(self, record_id: str, user_id: str) -> Fold:
        """What one person wrote of a record, whatever others changed since, on that person's own heads."""
        return fold(op for op in oplog.held_ops(self.db, record_id) if op.body and op.body["by"] == user_id)

    def ops_of(self, record_id: str) -> list[dict[str, Any]]:
        """Every op of a record in order of arrival, those erased left out."""
        return [op.body for op in oplog.held_ops(self.db, record_id) if op.body]

    def waits(self, record_ids: Sequence[str]) -> set[str]:
        """Which of these records have ops that were not sent yet."""
        marks = ",".join("?" * len(record_ids))
        sql = f"SELECT DISTINCT op.ei FROM op JOIN outbox ON outbox.op = op.n WHERE op.ei IN ({marks})"
        return {row[0] for row in self.db.execute(sql, tuple(record_ids))}

    def held_until(self, record_id: str) -> int | None:
        """Until which monotonic second a new record is kept back, as it can still be undone; None where it is not."""
        sql = "SELECT max(outbox.not_before) FROM outbox JOIN op ON op.n = outbox.op WHERE op.ei = ?"
        found = self.db.execute(sql, (record_id,)).fetchone()[0]
        return None if found is None else int(found)

    def count_drafts_of_others(self, user_id: str) -> int:
        """How many drafts somebody else has."""
        return int(self.db.execute("SELECT count(*) FROM draft WHERE user <> ?", (user_id,)).fetchone()[0])

    def count_acts(self, act: str, obj: str) -> int:
        """How often something was done with an object, by the audit."""
        sql = "SELECT count(*) FROM audit WHERE act IN (?, ?) AND obj = ?"
        return int(self.db.execute(sql, (act, f"{act} to file", obj)).fetchone()[0])

    def state(self, key: str) -> bytes | None:
        """One value of the file's own state."""
        row = self.db.execute("SELECT v FROM state WHERE k = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])


def _record(entity: type[R], record_id: str, ward_id: str, folded: Fold) -> R:
    shown = Shown(folded.values, folded.heads, folded.clashes)
    return cast("R", from_wire(entity, record_id, ward_id, shown))


class UnitOfWork(Reader):
    """One transaction. Leave the `with` block without `commit` and nothing has happened."""

    def __init__(self, store: Store, user_id: str, now: datetime) -> None:
        super().__init__(store)
        self.user_id = user_id
        self.now = now
        self._tip = store.tip
        self._before = store.tip.op_chain
        self._changed: list[Change] = []
        self._saved = False
        self._origin: Origin = "here"
        self._written = 0
        self._done = False

    def __enter__(self) -> UnitOfWork:
        self.store.ensure_room()
        with vault.sql_errors():
            self.db.execute("BEGIN IMMEDIATE")
        self._written = self.db.total_changes
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._done:
            return
        with vault.sql_errors():
            self.store.roll_back(nothing_written=error is None and self._has_written_nothing())
        if error is not None and vault.is_database_error(error):
            raise self.store.refused(vault.known_error(error)) from error

    def save(
        self, record: R, *, reason: str | None = None, seen: Sequence[str] = (), hold: int | None = None,
        restate: Collection[str] = (),
    ) -> R:  # fmt: skip
        """Writes what differs from what the record was read with, as one op. Nothing changed: no op.

        `seen` lists all heads on screen where the op withdraws; `hold` keeps it from being sent before that
        monotonic second; fields in `restate` are written even where the value that shows stays: of two versions
        it is then the one. Raises ValueError with a sentence for a value that is not of its kind.
        """
        shown = record.shown
        values = wire_values(record)
        was = shown.values
        changed = {
            f: v for f, v in values.items() if v != was.get(f) or type(v) is not type(was.get(f)) or f in restate
        }
        is_new = not record.id
        if not changed and not is_new:
            return record
        record.id = record.id or self.new_id()
        base = {f: list(shown.heads[f]) for f in changed if f in shown.heads}
        if not is_new:
            self._stand_in(record, values, changed, base)
        op = self._op(record, changed, base, reason, seen)
        folded = self._write(op, hold, is_new)
        remember(record, Shown(folded.values, folded.heads, folded.clashes))
        self._saved = True
        parent = values.get("parent_id")
        self._changed.append(Change(op["et"], record.id, parent if isinstance(parent, str) else None))
        return record

    def _stand_in(
        self, record: Record, values: dict[str, Any], changed: dict[str, Any], base: dict[str, list[str]]
    ) -> None:
        """Lets a new op stand for those that the endpoint did not take: other PCs never get these, so it says again
        what they said, not what its author was shown of it, and names what they had replaced. What keeps a report from
        eyes is said again also where its author does not see it: elsewhere it would lie open."""
        kept = outbox.kept_back(self.db, record.id)
        whole = self.get(type(record), record.id).shown.heads if kept else {}
        for op_id, body in kept:
            for field, said in body["set"].items():
                heads = record.shown.heads.get(field, ()) if field in record.shown.values and field in values else ()
                heads = heads or (whole.get(field, ()) if field in SAFEGUARDS else ())
                if op_id in heads:
                    changed.setdefault(field, said)
                    base[field] = sorted({*base.get(field, heads), *body["base"].get(field, ())})

    def take_off(self, part: Part, *, reason: str | None = None) -> None:
        """Takes a part off its record; its history stays."""
        part.removed = True
        self.save(part, reason=reason)

    def apply_remote(self, st: str, lines: Sequence[Arrived], place: Place) -> None:
        """Writes a slice of a proven page with the cursor behind it. Raises inbox.Contradiction, then store nothing."""
        stored = inbox.store(self.db, lines, op_n=self._tip.op_n, chain=self._tip.op_chain, zone=self.store.zone)
        self._tip = self._tip.after_arrival(stored.op_n, stored.chain)
        self._changed += stored.changes
        self._origin = "sync"
        streams.put_place(self.db, st, place)
        if any(change.entity == "ward" for change in stored.changes):
            self.store.forget_zones()
        self._note_erased(stored.erased)

    def take_answers(self, batch: int, answers: Sequence[Answer]) -> None:
        """Notes how the endpoint holds the lines of a batch; an erasing op that got its number takes effect."""
        entities = outbox.take_answers(self.db, batch, answers)
        erased = erasing.take_bytes(self.db, erasing.numbered_erasers(self.db, batch))
        self.project_again([*entities, *erased])
        erasing.forget_words(self.db, erased)
        self._note_erased(erased)

    def _note_erased(self, erased: Mapping[erasing.Entity, int]) -> None:
        """Notes what was erased, and of what drafts that quoted it went with it."""
        for (_, record_id, _), drafts in erased.items():
            self.note("erased", record_id)
            if drafts:
                self.note("drafts erased", record_id)

    def begin_again(self) -> None:
        """Goes on as after a restore, where the endpoint showed that an older file was put in place of this one."""
        incarnation = lifetime.begin_again(self.db)
        self._tip = replace(self._tip, incarnation=incarnation, counter=0)
        self.put_state(lifetime.PUT_BACK, self.now.isoformat().encode())
        self.note("older file found", self.store.device_id)

    def note_clock(self, seconds: float) -> None:
        """Notes where this PC's clock and the endpoint's part by too much, and where they agree again; no op waits."""
        suspect = abs(seconds) > lifetime.CLOCK_MAY_DIFFER
        if suspect != bool(self.state(lifetime.CLOCK)):
            self.put_state(lifetime.CLOCK, b"1" if suspect else b"")
            self.note("clock suspect" if suspect else "clock right again", self.store.device_id)

    def erase(self, op_id: str, *, role: str, ground: str) -> None:
        """Asks for the words of one op to be erased everywhere; done when the endpoint has given it a number.

        `ground` is the legal ground. Raises NotFound where the op is not held.
        """
        row = self.db.execute("SELECT st, et, ei, hash, raw FROM op WHERE id = ?", (op_id,)).fetchone()
        if row is None or row[4] is None:
            raise NotFound()
        said = erasing.skeleton(json.loads(row[4]), bytes(row[3]), role, ground, f"{self.now:%Y-%m-%d}")
        self._write({**self._envelope(*row[:3]), **said}, None, False)
        self._changed.append(Change(row[1], row[2], None))

    def project_again(self, entities: Sequence[tuple[str, str, str]]) -> None:
        """Writes the records of these (entity, id, stream) anew, where numbers changed which of two versions shows."""
        self._changed += inbox.project_many(self.db, entities, self.store.zone)

    @property
    def incarnation(self) -> int:
        """This file's lifetime: a restored one has another."""
        return self._tip.incarnation

    def new_id(self) -> str:
        """A new identity, made on this PC."""
        return uuid7(int(self.now.timestamp() * 1000), secrets.token_bytes(10))

    def note(self, act: str, obj: str = "", why: str = "") -> None:
        """Adds an audit entry for an act that changes no record, such as printing, and why, where somebody said so."""
        words = why.strip().encode()
        after = audit.reason_hash(words) if words else None
        self._tip = audit.append(
            self.db, self._tip, self.now, self.user_id, self.store.device_id, act, obj, None, after
        )
        if words:
            self.db.execute("INSERT INTO reason VALUES (?, ?)", (self._tip.audit_n, words))

    def put_state(self, key: str, value: bytes) -> None:
        """Sets one value of the file's own state."""
        self.db.execute("INSERT INTO state VALUES (?,?) ON CONFLICT(k) DO UPDATE SET v=excluded.v", (key, value))

    def put_draft(self, draft_id: str, form: str, body: dict[str, Any]) -> None:
        """Keeps a half-filled form; only its writer sees it."""
        now = self.now.isoformat()
        row = (draft_id, self.user_id, form, now, now, canonical(body))
        sets = "saved_at=excluded.saved_at, body=excluded.body, form=excluded.form WHERE user = excluded.user"
        self.db.execute(f"INSERT INTO draft VALUES (?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET {sets}", row)

    def drop_draft(self, draft_id: str) -> None:
        """Discards a draft of this user."""
        self.db.execute("DELETE FROM draft WHERE id = ? AND user = ?", (draft_id, self.user_id))

    def commit(self, act: str, obj: str = "") -> Changes:
        """Ends the unit: audit, then durable. `act` names what the user did, `obj` what with.

        Raises ValueError where ops were written, and neither this nor `note` says by which act.
        A unit that names no act and has written nothing leaves no trace, so that asking in vain costs no disk.
        """
        if not act and self._has_written_nothing():
            self.db.execute("COMMIT")
            self._done = True
            return Changes((), self._origin)
        since = self.store.tip.op_n if self._origin == "here" else None  # what arrives may also renumber what was here
        reached = repeats.later_of_the_same(self.db, self._changed, since)
        if self._origin == "here" and self._saved:
            self._follow_facts(reached)
        before, after = (self._before, self._tip.op_chain) if self._changed else (None, None)
        if act:
            self._tip = audit.append(
                self.db, self._tip, self.now, self.user_id, self.store.device_id, act, obj, before, after
            )
        if self._tip.op_n > self.store.tip.op_n and self._tip.audit_n == self.store.tip.audit_n:
            raise ValueError("ops without an act in the audit")
        slips.mark(self.db, self._changed)
        support_rows.refresh(self.db, self._changed, self.store.zone, reached)
        self._tip = checks.counted(self.db, self._tip)
        self.db.execute("COMMIT")
        self._done = True
        self.store.committed(self._tip)
        return Changes(tuple(self._changed), self._origin)

    def _follow_facts(self, reached: set[str]) -> None:
        """What the changed facts of an incident make of its running plans, as ops of this same unit."""
        moved = list(support_growth.grown(self.db, self._changed, reached, self.store.zone, self.now))
        for growth in moved:
            for entry in growth.added():
                entry.by = self.user_id
                self.save(entry)
            for plan_id in growth.shorter():
                plan = self.get(Plan, plan_id)
                plan.fewer_on = self._today(plan.ward_id)
                self.save(plan)
            for plan_id, is_over in growth.ends():
                plan = self.get(Plan, plan_id)
                plan.closed_on = self._today(plan.ward_id) if is_over else None
                plan.closed_reason = support_growth.NOT_NEEDED if is_over else None
                self.save(plan)

    def _today(self, ward_id: str) -> date:
        return self.now.astimezone(self.store.zone(ward_id)).date()

    def _has_written_nothing(self) -> bool:
        return bool(self.db.total_changes == self._written)

    def _op(
        self,
        record: Record,
        changed: dict[str, Any],
        base: dict[str, list[str]],
        reason: str | None,
        seen: Sequence[str],
    ) -> dict[str, Any]:
        op = self._envelope(record.ward_id, entity_name(type(record)), record.id) | {"set": changed, "base": base}
        if reason:
            op["reason"] = reason
        if seen:
            op["seen"] = sorted(set(seen))
        return op

    def _envelope(self, st: str, et: str, ei: str) -> dict[str, Any]:
        return {
            "v": 1,
            "op": self.new_id(),
            "st": st,
            "et": et,
            "ei": ei,
            "by": self.user_id,
            "dev": self.store.device_id,
            "dn": [self._tip.incarnation, self._tip.counter + 1],
            "sa": urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("="),
            "at": self.store.next_hlc(self.now),
            "sch": SCHEMA,
        }

    def _write(self, op: dict[str, Any], hold: int | None, is_new: bool) -> Fold:
        n, chain = oplog.append(self.db, op, self._tip.op_chain)
        self._tip = self._tip.after_op(n, chain, op["dn"][1])
        self.db.execute(INSERT_WAITING, (n, hold, op["st"]))
        zone = self.store.zone(op["st"])
        if is_new:  # nothing else can be held of an identity made a moment ago
            return oplog.project_as(self.db, op["et"], op["ei"], op["st"], fold([oplog.held(op)]), 1, zone)
        return oplog.project(self.db, op["et"], op["ei"], op["st"], zone)


def draft_rows(reader: Reader, user_id: str) -> list[dict[str, Any]]:
    """A user's drafts, newest first, with their bodies."""
    rows = reader.db.execute(
        "SELECT id, form, started_at, saved_at, body FROM draft WHERE user = ? ORDER BY saved_at DESC",
        (user_id,),
    )
    keys = ("id", "form", "started_at", "saved_at")
    return [{**dict(zip(keys, row, strict=False)), "body": json.loads(row[4])} for row in rows]
