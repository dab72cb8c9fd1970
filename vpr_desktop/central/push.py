"""Stores a push under the lock of its stream's row: numbers without a gap, every op once, each line answered.

Look-ups of what is held come after the lock. The batch row is the idempotency table and is kept for ever.
"""

from __future__ import annotations

from typing import Any

import msgspec
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError

from vpr_desktop.central import auth, devices, erasing, people, postgres, prepare, standing
from vpr_desktop.central.auth import Caller
from vpr_desktop.central.database import Asked, Database, Session, acting_for
from vpr_desktop.central.judge import Entry, read
from vpr_desktop.central.people import Author
from vpr_desktop.central.prepare import Prepared
from vpr_desktop.central.refusals import Refused
from vpr_desktop.central.scopes import Stream, asking_stream, stream_in
from vpr_desktop.domain.batches import Batch, Header, b64, header_line
from vpr_desktop.domain.ops import Held, chain_next
from vpr_desktop.sync.protocol import Anchor, BatchAnswer, PushAnswer, problem

INSERT_SQLITE = "INSERT INTO op (trust, st, seq, op_id, hash, raw, batch, pos, et, ei) VALUES (?,?,?,?,?,?,?,?,?,?)"
# What of an alarm makes it the same as one that nobody has looked at yet: the entry, the batch, or the PC alone.
SAME = {"op-differs": "op_id = :op", "batch-differs": "op_id IS NULL AND batch_id = :batch",
        "copied-file": "op_id IS NULL"}  # fmt: skip


class IsHeld(Exception):
    """Something of what was to be inserted is held already."""


class Push:
    """One push, in one transaction."""

    def __init__(
        self, session: Session, caller: Caller, place: Stream, senders: list[str], now: int, *, looks_first: bool
    ) -> None:
        """Takes the lock of the stream's row, then reads what stands there. Raises Refused.

        `place` is the stream as it was read without the lock, `senders` the devices that sealed its batches;
        `looks_first` before each insert for what is held. Who withdraws a device takes that lock too: so state and
        ranges of keys are read after it.
        """
        begin = [acting_for(caller.trust)] if session.is_postgres else []
        kept, stream, state, known, aside, *devices_held = session.together(
            *begin, auth.keeping_nonce(caller, now), asking_stream(session, caller, place.id, lock=True),
            auth.asking_state(caller), people.asking_authors(place.n),
            ("SELECT 1 FROM quarantine WHERE st = :st LIMIT 1", {"st": place.n}),
            *devices.asking(caller.trust, senders),
        )[len(begin) :]  # fmt: skip
        auth.is_active(state)
        auth.was_kept(session, caller, now, kept)
        self.session = session
        self.caller = caller
        self.stream = stream_in(stream, place.id, may_be_ended=True)
        self.now = now
        self.known: dict[str, Author] = people.authors_in(known)
        self.devices = devices.held_in(*devices_held)
        self.people: dict[str, list[Held]] = {}  # ops of whom this push changes, as held now
        self.first_head = self.stream.head
        self.has_quarantine = bool(aside)
        self.looks_first = looks_first

    def take(self, made: Prepared) -> BatchAnswer:
        """Stores what a batch brings that is not held, and says how every line stands."""
        header = made.batch.header
        if made.problem is None and self.stream.ended and header.dev != self.caller.device:
            made.problem = problem("not-in-scope")
        if made.problem is not None:
            return BatchAnswer(header.id, problem=made.problem)
        held, doubled, added = self.session.together(
            ("SELECT n, digest FROM batch WHERE st = :st AND id = :id", {"st": self.stream.n, "id": header.id}),
            self._asking_doubled(header), self._adding(made),
        )  # fmt: skip
        if held and bytes(held[0][1]) != made.digest:
            self._alarm("batch-differs", header.dev, batch_id=header.id)
            return BatchAnswer(header.id, problem=problem("batch-differs"))
        made.review = prepare.why_review(made, self.devices)
        self._keep_keys(made)
        if doubled and added:
            self._alarm("copied-file", header.dev, batch_id=header.id)
        number = int((held or added)[0][0])
        self._judge(made)
        first = self.stream.head + 1
        stored = self._store(made, number, is_new=not held)
        if len(stored) == header.n and not any(entry.review for entry in stored):
            return BatchAnswer(header.id, first=first, stored=header.n)  # the usual case needs no look-up
        return standing.answer(self.session, self.stream.n, number, made)

    def _keep_keys(self, made: Prepared) -> None:
        """Keeps a chain that came along, and lets the range of the key that signed grow to this batch."""
        header, trust = made.batch.header, self.caller.trust
        if made.review is None:
            return
        if made.chain:
            held = devices.hold(self.session, trust, header.dev, self.now)
            by_key = {key.key: key for key in held.keys}
            before = None
            for key, sig in made.chain:
                if key not in by_key:
                    n = len(held.keys) + 1
                    by_key[key] = devices.add_key(self.session, trust, header.dev, n, key, before, sig, "ended")
                    held.keys.append(by_key[key])
                before = by_key[key].n
        else:
            held = devices.load(self.session, trust, [header.dev])[header.dev]
        (signer,) = (key for key in held.keys if key.key == made.key)
        if signer.may_sign(header.st, header.no):
            return
        if header.no <= signer.above.get(header.st, (-1, 0)):
            below = (header.no[0], header.no[1] - 1)
            devices.set_range(self.session, trust, header.dev, signer.n, header.st, "above", below)
        if signer.state != "open" and header.no > signer.last.get(header.st, (-1, 0)):
            devices.set_range(self.session, trust, header.dev, signer.n, header.st, "last", header.no)

    def _asking_doubled(self, header: Header) -> Asked:
        """What finds another batch of the device in this one's place."""
        # Two questions, each such that one index alone fits it: of an `or` SQLite goes through every batch of the
        # device, and so does PostgreSQL by the wrong one of two while it has no statistics, as after a restore.
        return (
            "SELECT 1 FROM batch WHERE st = :st AND dev = :dev AND inc = :inc AND no = :no AND id <> :id"
            " UNION ALL"
            " SELECT 1 FROM batch WHERE st = :st AND prev = :prev AND prev <> ''"
            " AND CAST(dev AS TEXT) = :named AND id <> :id LIMIT 1"
        ), {
            "st": self.stream.n, "dev": header.dev, "id": header.id, "inc": header.no[0], "no": header.no[1],
            "prev": header.prev, "named": header.dev,
        }  # fmt: skip

    def _adding(self, made: Prepared) -> Asked:
        """What adds a batch and gives its number; nothing where one of its identity is held."""
        header = made.batch.header
        return (
            "INSERT INTO batch (trust, st, id, dev, inc, no, prev, header, digest, hashes, received_at)"
            " VALUES (:t, :st, :id, :dev, :inc, :no, :prev, :header, :digest, :hashes, :now)"
            " ON CONFLICT (st, id) DO NOTHING RETURNING n"
        ), {
            "t": self.caller.trust, "st": self.stream.n, "id": header.id, "dev": header.dev, "inc": header.no[0],
            "no": header.no[1], "prev": header.prev, "header": header_line(header), "digest": made.digest,
            "hashes": b"".join(made.batch.hashes), "now": self.now,
        }  # fmt: skip

    def _judge(self, made: Prepared) -> None:
        """What only the stream can tell: rights of authors, and whether an erasing op may take effect."""
        whole = "left-scope" if self.stream.ended else made.review
        for entry in made.entries:
            if entry.op is None:
                continue
            entry.review = whole or entry.review or people.review_of(entry.op, self.known)
            if "er" in entry.op:
                why_not = erasing.why_not(self.session, self.stream.n, entry, self.known, made.entries)
                entry.quarantined = whole or why_not  # never on the word of its author alone

    def _store(self, made: Prepared, number: int, is_new: bool) -> list[Entry]:
        """Inserts what is not held. Raises IsHeld where nobody looked and something was."""
        wanted = [e for e in made.entries if e.op is not None and e.quarantined is None]
        stored = wanted if is_new and not self.looks_first else self._not_held(wanted)
        self._insert(number, stored)
        self._advance(stored)
        self._quarantine(number, [e for e in made.entries if e.quarantined is not None])
        self._mark(made.batch, stored)
        self._after(stored)
        return stored

    def _insert(self, number: int, wanted: list[Entry]) -> None:
        if not wanted:
            return
        place = (self.caller.trust, self.stream.n)
        rows = [
            (*place, seq, e.op["op"], e.hash, e.raw, number, e.pos, e.op["et"], e.op["ei"])
            for seq, e in enumerate(wanted, self.stream.head + 1)
            if e.op is not None
        ]
        try:
            if self.session.is_postgres:
                postgres.copy_ops(self.session.connection, rows)
            else:
                self.session.connection.exec_driver_sql(INSERT_SQLITE, rows)
        except (IntegrityError, UniqueViolation) as error:  # the copy is the driver's own, not wrapped
            raise IsHeld() from error

    def _not_held(self, wanted: list[Entry]) -> list[Entry]:
        """Those whose identity is not held; one held with another hash is refused, and the trust told."""
        ids = [e.op["op"] for e in wanted if e.op is not None]
        held: dict[str, bytes] = {}
        if ids:
            rows = self.session.rows(
                "SELECT op_id, hash FROM op_seen WHERE st = :st AND op_id IN :ids", st=self.stream.n, ids=ids
            )
            held = {row[0]: bytes(row[1]) for row in rows}
        new = []
        for entry in wanted:
            assert entry.op is not None
            op_id = entry.op["op"]
            if op_id not in held:
                held[op_id] = entry.hash
                new.append(entry)
            elif held[op_id] != entry.hash:
                entry.refused = "op-differs"
                self._alarm("op-differs", entry.op["dev"], op_id=op_id)
        return new

    def _advance(self, stored: list[Entry]) -> None:
        for entry in stored:
            self.stream.chain = chain_next(self.stream.chain, entry.hash)
        self.stream.head += len(stored)

    def _quarantine(self, number: int, entries: list[Entry]) -> None:
        """Puts entries aside: the same for the same reason once, in whatever batch, and no longer for that nobody
        accepted its PC where somebody did since.
        """
        self.has_quarantine = self.has_quarantine or bool(entries)
        for entry in entries:
            same = {"st": self.stream.n, "hash": entry.hash}
            held = self.session.rows("SELECT problem FROM quarantine WHERE st = :st AND hash = :hash", **same)
            if (entry.quarantined,) in held:
                continue
            if (prepare.NOT_ACCEPTED,) in held:
                self.session.run(
                    "DELETE FROM quarantine WHERE st = :st AND hash = :hash AND problem = :p",
                    p=prepare.NOT_ACCEPTED, **same,
                )  # fmt: skip
            self.session.run(
                "INSERT INTO quarantine (trust, st, batch, pos, hash, raw, problem, at)"
                " VALUES (:t, :st, :batch, :pos, :hash, :raw, :problem, :now)"
                " ON CONFLICT (batch, hash) DO NOTHING",
                t=self.caller.trust, st=self.stream.n, batch=number, pos=entry.pos, hash=entry.hash, raw=entry.raw,
                problem=entry.quarantined, now=self.now,
            )  # fmt: skip

    def _mark(self, batch: Batch, stored: list[Entry]) -> None:
        """Review marks, and what was in quarantine and now is in the stream."""
        for entry in stored:
            if entry.review is not None and entry.op is not None:
                self._note("review", entry.review, batch.header.dev, op_id=entry.op["op"], batch_id=batch.header.id)
        hashes = [entry.hash for entry in stored]
        if hashes and self.has_quarantine:
            self.session.run("DELETE FROM quarantine WHERE st = :st AND hash IN :h", st=self.stream.n, h=hashes)

    def _after(self, stored: list[Entry]) -> None:
        """Erases what stored erasing ops name; folds people anew, and judges again who then may erase."""
        for entry in stored:
            if entry.op is not None and "er" in entry.op:
                erasing.erase(self.session, self.caller.trust, self.stream.n, entry)
                self.people.clear()
        changed = {e.op["ei"] for e in stored if e.op is not None and e.op["et"] == "user"}
        if not changed:
            return
        for entity in sorted(changed):
            people.refold(self.session, self.caller.trust, self.stream.n, entity, self._person(entity, stored))
        self.known = people.authors(self.session, self.stream.n)
        self._judge_again()

    def _person(self, entity: str, stored: list[Entry]) -> list[Held]:
        """All ops of a person; read once, as each batch of a push may hold one more, and others wait for the ward."""
        if entity not in self.people:
            self.people[entity] = people.ops_of(self.session, self.stream.n, entity)
            return self.people[entity]
        first = self.stream.head - len(stored) + 1
        for seq, op in enumerate((one.op for one in stored), first):
            if op is not None and (op["et"], op["ei"]) == ("user", entity):
                self.people[entity].append(Held(op["op"], seq, op["dn"][0], op["dn"][1], op))
        return self.people[entity]

    def _judge_again(self) -> None:
        """An erasing op may have come before the op that made its author entitled."""
        rows = self.session.rows(
            "SELECT batch, pos, hash, raw FROM quarantine WHERE st = :st AND problem = 'erase-not-entitled'",
            st=self.stream.n,
        )
        for batch, pos, hashed, raw in rows:
            entry = Entry(pos, bytes(hashed), bytes(raw), read(bytes(raw)))
            if erasing.why_not(self.session, self.stream.n, entry, self.known, ()) is None:
                if self._not_held([entry]):
                    self._insert(batch, [entry])
                    self._advance([entry])
                    erasing.erase(self.session, self.caller.trust, self.stream.n, entry)
                    self.people.clear()
                self.session.run("DELETE FROM quarantine WHERE batch = :b AND hash = :h", b=batch, h=bytes(hashed))

    def _alarm(self, code: str, dev: str, op_id: str | None = None, batch_id: str | None = None) -> None:
        """Tells the trust, once until somebody looked at it, however often the same is sent."""
        open_one = self.session.one(
            "SELECT 1 FROM review WHERE st = :st AND kind = 'alarm' AND code = :code AND dev = :dev"
            f" AND settled_at IS NULL AND {SAME[code]} LIMIT 1",
            st=self.stream.n, code=code, dev=dev, op=op_id, batch=batch_id,
        )  # fmt: skip
        if open_one is None:
            self._note("alarm", code, dev, op_id, batch_id)

    def _note(self, kind: str, code: str, dev: str, op_id: str | None = None, batch_id: str | None = None) -> None:
        self.session.run(
            "INSERT INTO review (trust, st, kind, code, op_id, batch_id, dev, at, settled_at)"
            " VALUES (:t, :st, :kind, :code, :op, :batch, :dev, :now, NULL)",
            t=self.caller.trust, st=self.stream.n, kind=kind, code=code, op=op_id, batch=batch_id, dev=dev,
            now=self.now,
        )  # fmt: skip

    def finish(self, anchor: Anchor | None) -> None:
        """Writes where the stream now stands, who pushed what, and where the chains of its file then stood."""
        caller, stream = self.caller, self.stream
        last: list[Asked] = []
        if stream.head != self.first_head:
            last = [
                (
                    "UPDATE stream SET head = :head, chain = :chain WHERE n = :n",
                    {"head": stream.head, "chain": stream.chain, "n": stream.n},
                ),
                logging_act(caller, stream.n, "push", self.first_head + 1, stream.head, self.now),
            ]
        if anchor is not None:
            told = {"an": msgspec.json.encode(anchor).decode(), "t": caller.trust, "id": caller.device}
            last.append(("UPDATE device SET last_an = :an WHERE trust = :t AND id = :id", told))
        self.session.together(*last)


def push(database: Database, caller: Caller, st: str, batches: list[Batch], now: int) -> PushAnswer:
    """Stores batches. Raises Refused where the request as a whole is not done.

    Most pushes hold nothing that is held: so all is inserted first, and begun anew, looking first, where that fails.
    """
    anchor = _anchor(caller, batches)
    sealed_by = sorted({batch.header.dev for batch in batches})
    with database.read() as session:
        begin = [acting_for(caller.trust)] if session.is_postgres else []
        state, rows, *senders = session.together(
            *begin, auth.asking_state(caller), asking_stream(session, caller, st),
            *devices.asking(caller.trust, sealed_by),
        )[len(begin) :]  # fmt: skip
        auth.is_active(state)
        place = stream_in(rows, st, may_be_ended=True)
        known = devices.held_in(*senders)
    for looks_first in (False, True):
        prepared = prepare.prepare(batches, st, known)
        try:
            with database.write() as session:
                one = Push(session, caller, place, sealed_by, now, looks_first=looks_first)
                answers = [one.take(made) for made in prepared]
                one.finish(anchor)
            break
        except IsHeld:
            continue
    else:
        raise Refused("busy", retry_after=1)
    before = msgspec.json.decode(caller.last_an, type=Anchor) if caller.last_an else None
    return PushAnswer(answers, one.stream.head, b64(one.stream.chain), one.stream.epoch, before)


def _anchor(caller: Caller, batches: list[Batch]) -> Anchor | None:
    told: Any = None
    for batch in batches:
        if batch.an is not None and batch.header.dev == caller.device:
            told = batch.an
    if told is None:
        return None
    try:
        return msgspec.convert(told, Anchor)
    except msgspec.ValidationError as error:
        raise Refused("unreadable-body", "the anchor cannot be read") from error


def logging_act(caller: Caller, st: int, act: str, low: int, high: int, now: int) -> Asked:
    """What notes who did what with which numbers of a stream."""
    return (
        "INSERT INTO access_log (trust, at, device, st, act, low, high)"
        " VALUES (:t, :now, :device, :st, :act, :low, :high)"
    ), {"t": caller.trust, "now": now, "device": caller.device, "st": st, "act": act, "low": low, "high": high}
