"""Is the file what this app last left? Chains, anchor, recent records at unlock; everything at `verify`.

Checks raise or list; they never repair and never return False for "altered".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from vpr_desktop.domain.errors import FileAltered, FileRolledBack
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.ops import NotAnOp, chain_next, op_hash, read_op
from vpr_desktop.storage import audit, oplog, support_rows
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.tip import Tip

RECENT = 500  # ops checked one by one at each unlock
COMMITS = "commits"
PUT_COMMITS = "INSERT INTO state VALUES (?,?) ON CONFLICT(k) DO UPDATE SET v=excluded.v"
LOOSE = (
    "SELECT group_concat(quote(k) || quote(v)) FROM"
    " (SELECT k, v FROM state WHERE k NOT IN ('commits', 'good_starts') ORDER BY k)",
    "SELECT group_concat(quote(id) || quote(user) || quote(form) || quote(started_at) || quote(saved_at) ||"
    " quote(body)) FROM (SELECT * FROM draft ORDER BY id)",
)
NEVER_SEALED = (
    "SELECT op.n FROM op LEFT JOIN outbox ON outbox.op = op.n WHERE op.dev = ? AND op.seq IS NULL"
    " AND op.batch IS NULL AND outbox.op IS NULL AND op.raw IS NOT NULL ORDER BY op.n"
)


def state_text(db: Connection, key: str) -> str:
    """A text of the file's own state, which every file of ours has."""
    row = db.execute("SELECT v FROM state WHERE k = ?", (key,)).fetchone()
    if row is None:
        raise FileAltered()
    return bytes(row[0]).decode()


def state_or(db: Connection, key: str, default: str) -> str:
    """A text of the file's own state, or what stands for none."""
    row = db.execute("SELECT v FROM state WHERE k = ?", (key,)).fetchone()
    return default if row is None else bytes(row[0]).decode()


def file_tip(db: Connection) -> Tip:
    """Where the chains end by what the file itself holds."""
    op = db.execute("SELECT n, chain FROM op ORDER BY n DESC LIMIT 1").fetchone()
    entry = db.execute("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1").fetchone()
    incarnation = int(state_text(db, "incarnation"))
    device = state_text(db, "device")
    counted = db.execute("SELECT max(dn) FROM op WHERE dev = ? AND dn_inc = ?", (device, incarnation)).fetchone()
    return Tip(
        op[0] if op else 0,
        bytes(op[1]) if op else bytes.fromhex(state_text(db, "chain_start")),
        entry[0] if entry else 0,
        bytes(entry[1]) if entry else bytes.fromhex(state_text(db, "audit_start")),
        incarnation,
        counted[0] or 0,
        int(state_or(db, COMMITS, "0")),
        loose_hash(db),
    )


def loose_hash(db: Connection) -> bytes:
    """A hash over what no chain covers, so that an old page of it put back is found: own state and drafts."""
    said = hashlib.sha256(b"vpr-loose-v1\0")
    for sql in LOOSE:
        said.update(f"{db.execute(sql).fetchone()[0]}\0".encode())
    return said.digest()


def counted(db: Connection, tip: Tip) -> Tip:
    """Counts one more unit in the file, and the tip with it. Called last before COMMIT."""
    commits = tip.commits + 1
    db.execute(PUT_COMMITS, (COMMITS, b"%d" % commits))
    return replace(tip, commits=commits, loose=loose_hash(db))


def compare(db: Connection, tip: Tip, anchor: Tip | None) -> None:
    """Raises FileRolledBack where the file is behind its anchor, FileAltered where they contradict.

    A file that is ahead is fine: the app ended between COMMIT and writing the anchor.
    """
    if anchor is None:
        if tip.op_n or tip.audit_n:
            raise FileAltered()
        return
    if is_behind(tip, anchor):
        raise FileRolledBack()
    if tip.commits == anchor.commits and anchor.loose and tip.loose != anchor.loose:
        raise FileAltered()
    if anchor.op_n and not _holds(db, "SELECT chain FROM op WHERE n = ?", anchor.op_n, anchor.op_chain):
        raise FileAltered()
    if anchor.audit_n and not _holds(db, "SELECT hash FROM audit WHERE n = ?", anchor.audit_n, anchor.audit_chain):
        raise FileAltered()


def is_behind(tip: Tip, anchor: Tip) -> bool:
    """Whether the file holds less than the anchor says it held."""
    return tip.op_n < anchor.op_n or tip.audit_n < anchor.audit_n or tip.commits < anchor.commits


def _holds(db: Connection, sql: str, n: int, expected: bytes) -> bool:
    row = db.execute(sql, (n,)).fetchone()
    return row is not None and bytes(row[0]) == expected


def check_recent(db: Connection, tip: Tip, zone: Callable[[str], ZoneInfo]) -> None:
    """Hash, chain and projection of the last ops. Raises FileAltered at the first that does not hold."""
    first = max(0, tip.op_n - RECENT)
    for problem in _op_problems(db, first):
        raise FileAltered(problem)
    for name, entity_id in oplog.entities_touched(db, first):
        if name in ENTITIES and _row_differs(db, name, entity_id, zone):
            raise FileAltered(f"{name} {entity_id}: row is not what its ops give")


def _row_differs(db: Connection, name: str, entity_id: str, zone: Callable[[str], ZoneInfo]) -> bool:
    stored = db.execute(f"SELECT ward_id FROM {name} WHERE id = ?", (entity_id,)).fetchone()
    return stored is None or oplog.differs(db, name, entity_id, zone(stored[0]))


def _op_problems(db: Connection, after: int) -> Iterator[str]:
    before = db.execute("SELECT chain FROM op WHERE n = ?", (after,)).fetchone()
    link = bytes(before[0]) if before else bytes.fromhex(state_text(db, "chain_start"))
    expected = after + 1
    rows = db.execute(
        "SELECT n, id, ei, et, st, dev, dn_inc, dn, hash, raw, chain FROM op WHERE n > ? ORDER BY n", (after,)
    )
    for n, op_id, ei, et, st, dev, incarnation, counter, hashed, raw, chain in rows:
        if n != expected:
            yield f"op {expected} is missing"
            return
        link = chain_next(link, bytes(hashed))
        if link != bytes(chain):
            yield f"op {n}: the chain breaks here"
            return
        if raw is not None and not says(raw, bytes(hashed), [op_id, ei, et, st, dev, [incarnation, counter]]):
            yield f"op {n}: its content was changed"
            return
        expected += 1


def says(raw: object, hashed: bytes, columns: list[object]) -> bool:
    """Whether an op's bytes have this hash and say what its row says."""
    if not isinstance(raw, bytes) or op_hash(raw) != hashed:
        return False
    try:
        body = read_op(raw)
    except NotAnOp:
        return False
    return [body[key] for key in ("op", "ei", "et", "st", "dev", "dn")] == columns


def _audit_problems(db: Connection) -> Iterator[str]:
    link = bytes.fromhex(state_text(db, "audit_start"))
    rows = db.execute('SELECT n, at, "user", dev, act, obj, before, after, prev, hash FROM audit ORDER BY n')
    for expected, (n, at, user, dev, act, obj, before, after, prev, hashed) in enumerate(rows, start=1):
        said = audit.entry_hash(link, n, at, user, dev, act, obj, before, after)
        if n != expected or bytes(prev) != link or said != bytes(hashed):
            yield f"audit entry {expected}: the chain breaks here"
            return
        link = bytes(hashed)


def _reason_problems(db: Connection) -> Iterator[str]:
    """Reasons that are not those that were given: the audit chain holds the hash of each."""
    held = dict(db.execute("SELECT n, words FROM reason").fetchall())
    entries = "SELECT n, after FROM audit WHERE before IS NULL AND after IS NOT NULL"
    hashed = {n: bytes(after) for n, after in db.execute(entries)}
    for n in sorted(held.keys() | hashed.keys()):
        if n not in held or hashed.get(n) != audit.reason_hash(held[n]):
            yield f"audit entry {n}: its reason is not the one that was given"


def chain_problems(db: Connection) -> Iterator[str]:
    """Every op and every audit entry, chain for chain: what does not hold."""
    yield from _op_problems(db, 0)
    yield from _audit_problems(db)


def problems(
    db: Connection, zone: Callable[[str], ZoneInfo], cancelled: Callable[[], bool] = lambda: False
) -> Iterator[str]:
    """Every op, the audit trail, and every record against a replay of its ops: what does not hold."""
    yield from chain_problems(db)
    yield from _reason_problems(db)
    for (n,) in db.execute(NEVER_SEALED, (state_text(db, "device"),)).fetchall():
        yield f"op {n}: it was never sent and does not wait for sending"
    rows_hold = True
    for name in ENTITIES:
        ids = [row[0] for row in db.execute("SELECT DISTINCT ei FROM op WHERE et = ?", (name,))]
        for entity_id in ids:
            if cancelled():
                return
            if _row_differs(db, name, entity_id, zone):
                rows_hold = False
                yield f"{name} {entity_id}: row is not what its ops give"
        extra = f"SELECT id FROM {name} WHERE id NOT IN (SELECT ei FROM op WHERE et = ?)"
        for row in db.execute(extra, (name,)):
            yield f"{name} {row[0]}: a row without any op"
    if rows_hold:  # they are made from these rows, and of an altered one nothing can be made
        yield from support_rows.problems(db, zone, cancelled)
