"""Takes out of a damaged, altered or rolled back file what still holds, into a fresh one. The old file is only read.

Every op that holds by itself and links to the one before it is taken over as it is; records are folded anew.
What was never sent is also copied out raw and sealed, whether it holds or not. Decides nothing about rights.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vpr_desktop.domain.errors import FileDamaged
from vpr_desktop.domain.identity import device_id
from vpr_desktop.domain.ops import chain_next
from vpr_desktop.storage import audit, backup, checks, inbox, keychange, keyslots, lifetime, slot_file, store, vault
from vpr_desktop.storage.anchor import Anchor
from vpr_desktop.storage.device import make_device_key
from vpr_desktop.storage.oplog import INSERT_OP
from vpr_desktop.storage.support_rows import catch_up
from vpr_desktop.storage.tip import Tip

FOLDER = "rescue"
OP_ROW = "SELECT n, id, ei, et, st, seq, dev, dn_inc, dn, hash, raw, batch, chain FROM op WHERE n = ?"
AUDIT_ROW = 'SELECT n, at, "user", dev, act, obj, before, after, prev, hash FROM audit WHERE n = ?'
NOT_TAKEN = ("chain_start", "audit_start", "device", "device_key", "incarnation", "commits")
NOBODY = (
    "What can be read does not say who works on this PC. Nothing was changed; what was never sent is kept, encrypted."
    " Restore a backup, or call IT."
)
NOTHING = "Nothing of the file can be read. Restore a backup, or call IT. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Found:
    """What a rescue found: the first thing that does not hold, what was taken over, what could not be."""

    first_bad: str
    taken: int
    left: int
    sealed: Path | None


@dataclass(slots=True)
class _Reading:
    good: list[tuple[Any, ...]]
    left: list[int]
    raw: list[bytes]
    first_bad: str


def rescue(home: Path, staged: Path, dek: bytes | bytearray, file_id: str, user_id: str, now: datetime) -> Found:
    """Makes a fresh file with its anchor in the folder `staged`.

    Raises FileDamaged where nothing can be read, or nothing that lets this person in: the files are not swapped then.
    """
    old = _opened(home, dek)
    try:
        reading = _read_ops(old)
        if not reading.good:
            raise FileDamaged(NOTHING)
        behind = _behind(home, dek, reading)
        sealed = _seal(home, dek, file_id, reading.raw, now)
        fresh = vault.create(staged, dek)
        try:
            with vault.sql_errors():
                _fill(old, fresh, staged, home, reading, file_id, dek)
                if not _lets_in(fresh, user_id):
                    raise FileDamaged(NOBODY)
        finally:
            fresh.close()
    finally:
        old.close()
    first = reading.first_bad or behind or "a record or the file's own state is not as it was left"
    return Found(first, len(reading.good), len(reading.left), sealed)


def _lets_in(fresh: vault.Database, user_id: str) -> bool:
    """Whether what was taken over names a ward, and this person as somebody who works there."""
    known = 'SELECT 1 FROM "user" WHERE user_id = ? AND active IS NOT 0 AND EXISTS (SELECT 1 FROM ward)'
    return fresh.execute(known, (user_id,)).fetchone() is not None


def _opened(home: Path, dek: bytes | bytearray) -> vault.Database:
    try:
        db = vault.connect(home / vault.FILE, dek)
    except FileDamaged as error:
        raise FileDamaged(NOTHING) from error
    db.execute("PRAGMA query_only = ON")
    return db


def _behind(home: Path, dek: bytes | bytearray, reading: _Reading) -> str:
    anchored = Anchor(home, keyslots.anchor_key(dek)).read()
    last = reading.good[-1][0]
    if anchored is not None and last < anchored.op_n and not reading.left:
        return f"changes {last + 1} to {anchored.op_n} are missing: the file is an older one"
    return ""


def _row(db: vault.Database, sql: str, n: int) -> tuple[Any, ...] | None:
    """One row, or None where it is not there or its page does not read."""
    try:
        found = db.execute(sql, (n,)).fetchone()
    except Exception as error:
        if vault.is_database_error(error):
            return None
        raise
    return None if found is None else tuple(found)


def _largest(db: vault.Database, table: str) -> int:
    found = _row(db, f"SELECT max(n) FROM {table} WHERE n > ?", 0)
    return int(found[0] or 0) if found else 0


def _read_ops(db: vault.Database) -> _Reading:
    reading = _Reading([], [], [], "")
    before: bytes | None = None
    for n in range(1, _largest(db, "op") + 1):
        row = _row(db, OP_ROW, n)
        problem = f"change {n} cannot be read" if row is None else _problem(row, before)
        before = None if row is None else bytes(row[12])
        if row is not None and row[5] is None and isinstance(row[10], bytes):
            reading.raw.append(row[10])
        if problem:
            reading.left.append(n)
            reading.first_bad = reading.first_bad or problem
        elif row is not None:
            reading.good.append(row)
    return reading


def _problem(row: tuple[Any, ...], before: bytes | None) -> str:
    n, op_id, ei, et, st, _, dev, incarnation, counter, hashed, raw, _, chain = row
    if raw is not None and not checks.says(raw, bytes(hashed), [op_id, ei, et, st, dev, [incarnation, counter]]):
        return f"change {n} is not what its hash says"
    if before is not None and chain_next(before, bytes(hashed)) != bytes(chain):
        return f"change {n} does not follow the one before it"
    return ""


def _seal(home: Path, dek: bytes | bytearray, file_id: str, raw: list[bytes], now: datetime) -> Path | None:
    """Writes what was never sent, encrypted, beside the file."""
    if not raw:
        return None
    (home / FOLDER).mkdir(exist_ok=True)
    path = home / FOLDER / f"unsent-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}.vprsealed"
    slot_file.replace_file(path, keyslots.seal(dek, file_id, b"\n".join(raw)))
    return path


def read_sealed(path: Path, dek: bytes | bytearray, file_id: str) -> list[bytes]:
    """The raw ops in a sealed file. Raises FileDamaged."""
    return [raw for raw in keyslots.unseal(dek, file_id, path.read_bytes()).split(b"\n") if raw]


def _fill(
    old: vault.Database,
    fresh: vault.Database,
    staged: Path,
    home: Path,
    reading: _Reading,
    file_id: str,
    dek: bytes | bytearray,
) -> None:
    state = _state(old)
    before = max(int(state.get("incarnation", b"1")), backup.incarnation_of(home))
    start = store.first_tip(file_id)
    device = _device(state)
    anchors = Anchor(staged, keyslots.anchor_key(dek))
    made = store.make(fresh, anchors, device, Tip(0, start.op_chain, 0, start.audit_chain, before, 0), staged, _no)
    own = {"device_key": state["device_key"]}
    fresh.execute("BEGIN IMMEDIATE")
    for key, value in {**{k: v for k, v in state.items() if k not in NOT_TAKEN}, **own}.items():
        fresh.execute(store.PUT_STATE, (key, value))
    entities = _take_ops(old, fresh, reading, device, start.op_chain)
    _take_drafts(old, fresh)
    _take_audit(old, fresh, start)
    inbox.project_many(fresh, entities, made.zone)
    fresh.execute("INSERT OR IGNORE INTO stale_support SELECT id FROM incident")
    while catch_up(fresh, made.zone):
        continue
    incarnation = lifetime.begin_again(fresh, before)  # what could not be taken over comes back from the endpoint
    fresh.execute("COMMIT")
    anchors.write(checks.file_tip(fresh))
    slot_file.write(staged, {**slot_file.read(home), "incarnation": incarnation})


def _no() -> None:
    """The fresh file is closed by whoever opened it."""


def _state(old: vault.Database) -> dict[str, bytes]:
    """The file's own state as far as it reads; a key that is lost is made anew, for a device of its own."""
    held: dict[str, bytes] = {}
    for key, value in _each(old, "SELECT k, v FROM state"):
        held[str(key)] = bytes(value)
    if "device" not in held or "device_key" not in held:
        key, public = make_device_key()
        held = {name: value for name, value in held.items() if name not in keychange.OF_A_KEY}
        held |= {"device_key": key, "device": device_id(public).encode()}
    return held


def _device(state: dict[str, bytes]) -> str:
    return state["device"].decode()


def _each(db: vault.Database, sql: str) -> Iterator[tuple[Any, ...]]:
    """Rows up to the first that does not read."""
    try:
        yield from (tuple(row) for row in db.execute(sql))
    except Exception as error:
        if not vault.is_database_error(error):
            raise


def _take_ops(
    old: vault.Database, fresh: vault.Database, reading: _Reading, device: str, chain: bytes
) -> list[tuple[str, str, str]]:
    batches = _take_batches(old, fresh)
    waits = {n: (state, code) for n, state, code in _each(old, "SELECT op, state, code FROM outbox")}
    sealed_under = dict(_each(old, "SELECT op, batch FROM outbox WHERE batch IS NOT NULL"))
    touched: dict[tuple[str, str, str], None] = {}
    for n, op_id, ei, et, st, seq, dev, incarnation, counter, hashed, raw, batch, _ in reading.good:
        chain = chain_next(chain, bytes(hashed))
        batch = sealed_under.get(n, batch)
        row = (op_id, ei, et, st, seq, dev, incarnation, counter, hashed, raw, chain)
        taken = int(fresh.execute(INSERT_OP, row).lastrowid)
        if batch in batches:
            fresh.execute("UPDATE op SET batch = ? WHERE n = ?", (batch, taken))
        if n in waits or (seq is None and dev == device and raw is not None and batch not in batches):
            state, code = waits.get(n, ("PENDING", None))
            state = "PENDING" if batch not in batches and state == "SEALED" else state
            waiting = (taken, state, code, st, batch if batch in batches else None)
            fresh.execute("INSERT INTO outbox (op, state, code, st, batch) VALUES (?,?,?,?,?)", waiting)
        touched[et, ei, st] = None
    return list(touched)


def _take_batches(old: vault.Database, fresh: vault.Database) -> set[int]:
    columns = "n, id, st, dev, inc, no, digest, header, hashes, offer"
    rows = list(_each(old, f"SELECT {columns} FROM batch"))
    fresh.executemany(f"INSERT INTO batch ({columns}) VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
    return {int(row[0]) for row in rows}


def _take_drafts(old: vault.Database, fresh: vault.Database) -> None:
    rows = [row for row in _each(old, 'SELECT id, "user", form, started_at, saved_at, body FROM draft') if _reads(row)]
    fresh.executemany("INSERT INTO draft VALUES (?,?,?,?,?,?)", rows)


def _reads(row: tuple[Any, ...]) -> bool:
    try:
        return isinstance(json.loads(row[5]), dict)
    except (ValueError, TypeError):
        return False


def _take_audit(old: vault.Database, fresh: vault.Database, start: Tip) -> None:
    """The trail up to the first entry that does not hold; later ones stay in the old file, which is kept."""
    link = start.audit_chain
    for n in range(1, _largest(old, "audit") + 1):
        row = _row(old, AUDIT_ROW, n)
        if row is None or bytes(row[8]) != link or audit.entry_hash(link, *row[:8]) != bytes(row[9]):
            return
        if row[6] is None and row[7] is not None:
            why = _row(old, "SELECT words FROM reason WHERE n = ?", n)
            if why is None or audit.reason_hash(why[0]) != bytes(row[7]):
                return
            fresh.execute("INSERT INTO reason VALUES (?, ?)", (n, why[0]))
        fresh.execute(audit.INSERT, row)
        link = bytes(row[9])
