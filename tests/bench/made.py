"""Makes a PC with very many incidents, quickly and through the real op log: every op, chain, row and index is true.

A practice ward of some hundred incidents is made by the services. Their ops are then issued again and again with
new ids, dates, references and words, and folded and projected by the product's own functions; only the steps of
support plans are copied with their dates moved, so those near a change of the clocks may be an hour off.
Kept under `build/` for the day, under a name that changes with the code it depends on.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from vpr_desktop.bootstrap import SystemClock
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.identity import uuid7
from vpr_desktop.domain.ops import Held, canonical, chain_next, fold, op_hash
from vpr_desktop.domain.references import reference
from vpr_desktop.services import practice, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import audit, checks, oplog, support_rows
from vpr_desktop.storage.keyslots import KdfPolicy
from vpr_desktop.storage.support_rows import STORED_COLUMNS
from vpr_desktop.storage.tables import search_blocks

ROOT = Path(__file__).resolve().parent.parent.parent
KEPT = ROOT / "build" / "bench"
FAST = KdfPolicy(memory_kib=64, passes=1, floor_kib=64)
USER, PASSPHRASE = "amanager", practice.PASSPHRASE
SETTLED_MS = 45 * 86_400_000  # by then a practice incident is closed; what is younger is not copied far back
WEEKS = 520  # the copies lie spread over ten years
SLICE = 2000  # incidents written at a time
CHANGING = re.compile(
    r'"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"|"(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\dZ)?"'
)
OP = "INSERT INTO op (n, id, ei, et, st, dev, dn_inc, dn, hash, raw, chain) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
OUTBOX = "INSERT INTO outbox (op, state, st) VALUES (?, 'PENDING', ?)"
QUICK = ("synchronous = OFF", "journal_mode = MEMORY", "cache_size = -1500000")


def ward(count: int) -> Path:
    """A folder with a locked PC of so many incidents. Read only: `copy` it to write to it."""
    home = KEPT / f"{count}-{_key()}"
    if not (home / "done").exists():
        for old in KEPT.glob(f"{count}-*"):
            shutil.rmtree(old)
        began = time.perf_counter()
        print(f"Making a PC with {count:,} incidents ...", flush=True)
        _make(home, count)
        (home / "done").write_text("")
        size = (home / "vault.db").stat().st_size / 1e6
        print(f"made in {time.perf_counter() - began:.0f} s, {size:,.0f} MB", flush=True)
    return home


def copy(count: int, target: Path) -> Path:
    """The same in a folder of its own, to be written to."""
    shutil.copytree(ward(count), target)
    return target


def unlocked(home: Path) -> Context:
    """A session on such a PC."""
    return sessions.unlock(home, USER, PASSPHRASE, SystemClock())


def _key() -> str:
    """Changes with the day and with the code that decides what lies in the file."""
    digest = hashlib.sha256(datetime.now(UTC).date().isoformat().encode())
    package = ROOT / "vpr_desktop"
    for path in (*sorted((package / "domain").glob("*.py")), package / "storage/tables.py", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@dataclass(slots=True)
class _Source:
    """One incident of the practice ward: its ops in order, what the audit says of it, and a column of its row."""

    ops: list[dict[str, Any]]
    acts: list[tuple[str, str]]
    tasks_left: int
    steps: list[tuple[Any, ...]]
    ms: int


def _sources() -> list[_Source]:
    """The incidents of a practice ward, as its ops tell them."""
    home = KEPT / "source"
    shutil.rmtree(home, ignore_errors=True)
    practice.fill(home, SystemClock(), policy=FAST)
    ctx = sessions.unlock(home, USER, PASSPHRASE, SystemClock(), FAST)
    owner: dict[str, str] = {}
    found: dict[str, _Source] = {}
    left = dict(ctx.store.db.execute("SELECT id, tasks_left FROM incident"))
    acts: dict[str, list[tuple[str, str]]] = {}
    for act, user, obj in ctx.store.db.execute('SELECT act, "user", obj FROM audit ORDER BY n'):
        acts.setdefault(obj, []).append((act, user))
    steps: dict[str, list[tuple[Any, ...]]] = {}
    for row in ctx.store.db.execute(f"SELECT {STORED_COLUMNS} FROM step_row ORDER BY n"):
        steps.setdefault(row[0], []).append(tuple(row))
    for (raw,) in ctx.store.db.execute("SELECT raw FROM op ORDER BY n"):
        body = json.loads(raw)
        above = body["set"].get("incident_id") or body["set"].get("parent_id")
        if body["et"] == "incident":
            owner[body["ei"]] = body["ei"]
        elif above in owner:
            owner[body["ei"]] = owner[above]
        if body["ei"] in owner:
            top = owner[body["ei"]]
            ms = int(body["at"].split(".")[0])
            found.setdefault(top, _Source([], acts[top], left[top], steps.get(top, []), ms)).ops.append(body)
    sessions.lock(ctx)
    shutil.rmtree(home)
    return list(found.values())


def _make(home: Path, count: int) -> None:
    sources = _sources()
    practice.fill(home, SystemClock(), months=0)
    ctx = unlocked(home)
    for pragma in QUICK:
        ctx.store.db.execute(f"PRAGMA {pragma}")
    newest = max(source.ms for source in sources)
    copies = -(-count // sum(newest - source.ms > SETTLED_MS for source in sources))
    spread = [round(k * WEEKS / copies) for k in range(copies)]
    held = int(ctx.store.db.execute("SELECT count(*) FROM incident").fetchone()[0])
    wanted = sorted(
        (source.ms - weeks * 7 * 86_400_000, i, weeks)
        for i, source in enumerate(sources)
        for weeks in (spread if newest - source.ms > SETTLED_MS else spread[:1])
    )[held - count :]
    writer = _Writer(ctx)
    for start in range(0, len(wanted), SLICE):
        for ms, i, weeks in wanted[start : start + SLICE]:
            writer.again(sources[i], ms, weeks)
        writer.flush()
    writer.end()
    sessions.lock(ctx)


class _Writer:
    """Issues ops anew and writes them, with all that hangs on them, in slices."""

    def __init__(self, ctx: Context) -> None:
        self.ctx, self.db, self.tip = ctx, ctx.store.db, ctx.store.tip
        self.made = 0
        self._days: dict[tuple[str, int], str] = {}
        self._next = {name: self._highest(name) for name in ENTITIES}
        self._letter_count = dict.fromkeys(ctx.wards, 10000)
        self._ops: list[tuple[Any, ...]] = []
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._words: dict[str, list[tuple[Any, ...]]] = {}
        self._audit: list[tuple[Any, ...]] = []
        self._steps: list[tuple[Any, ...]] = []

    def _highest(self, name: str) -> int:
        return int(self.db.execute(f"SELECT coalesce(max(n), 0) FROM {name}").fetchone()[0])

    def again(self, source: _Source, ms: int, weeks: int) -> None:
        """Issues the ops of one incident anew, so many weeks before."""
        self.made += 1
        ids = {op["op"]: "" for op in source.ops} | {op["ei"]: "" for op in source.ops}
        for place, old in enumerate(ids):
            ids[old] = uuid7(ms, hashlib.sha256(f"{self.made}/{place}".encode()).digest()[:10])
        entities: dict[str, list[Held]] = {}
        for op in source.ops:
            body = self._body(op, ids, ms, weeks)
            self._op(body)
            entities.setdefault(body["ei"], []).append(Held(body["op"], None, body["dn"][0], body["dn"][1], body))
        for entity_id, held in entities.items():
            self._row(entity_id, held, source.tasks_left)
        self._steps += [tuple(row) for row in json.loads(self._changed(json.dumps(source.steps), ids, weeks))]
        incident_id = ids[source.ops[0]["ei"]]
        at = datetime.fromtimestamp(ms / 1000, UTC).isoformat()
        for act, user in source.acts:
            self._note(at, user, act, incident_id)

    def _changed(self, text: str, ids: dict[str, str], weeks: int) -> str:
        """The same JSON with other ids, and every date so many weeks earlier."""

        def change(found: re.Match[str]) -> str:
            if found[1]:
                return f'"{ids.get(found[1], found[1])}"'
            return f'"{self._day(found[2], weeks)}{found[3] or ""}"'

        return CHANGING.sub(change, text)

    def _body(self, op: dict[str, Any], ids: dict[str, str], ms: int, weeks: int) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self._changed(canonical(op).decode(), ids, weeks))
        body["dev"], body["dn"] = self.ctx.store.device_id, [self.tip.incarnation, self.tip.counter + 1]
        body["at"] = f"{ms:015d}.{self.made % 100000:05d}"
        given = body["set"]
        if given.get("reference"):
            facts = self.ctx.wards[body["st"]]
            self._letter_count[body["st"]] += 1
            local = datetime.fromtimestamp(ms / 1000, UTC).astimezone(facts.zone)
            given["reference"] = reference(facts.code, local, "A", self._letter_count[body["st"]])
        if given.get("description"):
            given["description"] += f" Sheet x{self.made:x}, bay {self.made % 97}."
        return body

    def _day(self, words: str, weeks: int) -> str:
        key = (words, weeks)
        if key not in self._days:
            self._days[key] = (date.fromisoformat(words) - timedelta(weeks=weeks)).isoformat()
        return self._days[key]

    def _op(self, body: dict[str, Any]) -> None:
        raw = canonical(body)
        hashed = op_hash(raw)
        n, link = self.tip.op_n + 1, chain_next(self.tip.op_chain, hashed)
        incarnation, counter = body["dn"]
        self.tip = self.tip.after_op(n, link, counter)
        self._ops.append(
            (n, body["op"], body["ei"], body["et"], body["st"], body["dev"], incarnation, counter, hashed, raw, link)
        )

    def _row(self, entity_id: str, held: list[Held], tasks_left: int) -> None:
        assert held[0].body is not None
        name, ward_id = held[0].body["et"], held[0].body["st"]
        folded = fold(held)
        self._next[name] += 1
        n = self._next[name]
        row = oplog.row_of(name, entity_id, ward_id, folded, len(held), self.ctx.wards[ward_id].zone)
        self._rows.setdefault(name, []).append((n, *row, tasks_left) if name == "incident" else (n, *row))
        if search_blocks(ENTITIES[name]):
            words = oplog.search_words(ENTITIES[name], folded.values)
            if any(words):
                self._words.setdefault(name, []).append((n, *words))

    def _note(self, at: str, user: str, act: str, obj: str) -> None:
        n, before = self.tip.audit_n + 1, self.tip.audit_chain
        hashed = audit.entry_hash(before, n, at, user, self.ctx.store.device_id, act, obj, None, None)
        self._audit.append((n, at, user, self.ctx.store.device_id, act, obj, None, None, before, hashed))
        self.tip = self.tip.after_audit(n, hashed)

    def flush(self) -> None:
        """Writes what was issued since."""
        self.db.execute("BEGIN IMMEDIATE")
        self.db.executemany(OP, self._ops)
        self.db.executemany(OUTBOX, [(op[0], op[4]) for op in self._ops])
        self.db.executemany(audit.INSERT, self._audit)
        self.db.executemany(support_rows.INSERT, self._steps)
        for name, rows in self._rows.items():
            more = ("tasks_left",) if name == "incident" else ()
            names = ",".join(f'"{c}"' for c in ("n", *oplog.row_columns(name), *more))
            self.db.executemany(f"INSERT INTO {name} ({names}) VALUES ({','.join('?' * len(rows[0]))})", rows)
        for name, rows in self._words.items():
            names = ",".join(("rowid", *search_blocks(ENTITIES[name])))
            self.db.executemany(f"INSERT INTO {name}_fts ({names}) VALUES ({','.join('?' * len(rows[0]))})", rows)
        self.db.execute("COMMIT")
        for held in (self._ops, self._audit, self._steps):
            held.clear()
        self._rows, self._words = {}, {}

    def end(self) -> None:
        """Sets the counters of the references and moves the anchor."""
        for ward_id, counter in self._letter_count.items():
            self.ctx.store.put_state_now(f"counter:{ward_id}:A", str(counter).encode())
        self.db.execute("PRAGMA synchronous = EXTRA")
        self.ctx.store.committed(replace(self.tip, loose=checks.loose_hash(self.db)))
