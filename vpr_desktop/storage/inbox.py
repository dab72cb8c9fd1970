"""What arrives: ops of a page that was proven, written as they lie, with cursor and records in one transaction.

Checks signatures nowhere: the caller proved the page. Refuses what contradicts the file, and then stores nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from vpr_desktop.domain import batches
from vpr_desktop.domain.batches import Batch
from vpr_desktop.domain.changes import Change
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.ops import Held, NotAnOp, chain_next, fold, in_effect, op_hash, read_json, read_op
from vpr_desktop.storage import erasing, oplog, outbox
from vpr_desktop.storage.oplog import Connection

Zone = Callable[[str], ZoneInfo]
MOST_AT_ONCE = 50  # records found by search within the slice that brought them; more wait for `support_rows.catch_up`
INSERT = (
    "INSERT INTO op (id, ei, et, st, seq, dev, dn_inc, dn, hash, raw, batch, chain) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
)
NAME = "UPDATE op SET id=?, ei=?, et=?, st=?, seq=?, dev=?, dn_inc=?, dn=?, hash=?, raw=?, batch=? WHERE n = ?"


class Contradiction(Exception):
    """What arrived cannot stand beside what is held: an id with two contents, or bytes that are no op."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One line of a page: its batch, hash and number and, where carried, its bytes, and what they say once read."""

    batch: Batch
    hash: bytes
    seq: int | None
    raw: bytes | None
    body: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What a slice came to: the records that changed, the ends of the local op chain, and what `take_bytes` erased."""

    changes: tuple[Change, ...]
    op_n: int
    chain: bytes
    erased: Mapping[erasing.Entity, int]


def arrivals(page: Sequence[Batch], after: int) -> list[Arrived]:
    """The lines of a page in order with their numbers. Raises batches.NotABody where they do not go on from `after`."""
    numbers = batches.numbered(page, after)
    return [
        Arrived(batch, line.hash, seq, line.raw)
        for batch, seqs in zip(page, numbers, strict=True)
        for line, seq in zip(batch.lines, seqs, strict=True)
    ]


def read(lines: Sequence[Arrived]) -> tuple[Arrived, ...]:
    """The same lines with what they say: done before the transaction, which others wait for. Raises Contradiction."""
    return tuple(
        line if line.raw is None or line.body else Arrived(line.batch, line.hash, line.seq, line.raw, _body(line))
        for line in lines
    )


def numbers_held(db: Connection, st: str, lines: Sequence[Arrived]) -> list[tuple[int, bytes]]:
    """The numbers under which ops of a page are held already, with their hashes."""
    ids = [line.body["op"] for line in lines if line.body]
    # The plus keeps SQLite from reading all numbers of the stream for each page instead of looking up these few ops.
    sql = "SELECT seq, hash FROM op WHERE id IN (SELECT value FROM json_each(?)) AND +st = ? AND seq IS NOT NULL"
    found = [(seq, bytes(hashed)) for seq, hashed in db.execute(sql, (json.dumps(ids), st))]
    erased = {line.seq: line.hash for line in lines if line.raw is None and line.seq is not None}
    if erased:  # an op that is only a hash has no other name; numbers of earlier pages are proven by the chain
        sql = f"SELECT seq, hash FROM op WHERE st = ? AND seq >= ? AND hash IN ({','.join('?' * len(erased))})"
        found += [(seq, bytes(hashed)) for seq, hashed in db.execute(sql, (st, min(erased), *erased.values()))]
    return found


def store(db: Connection, lines: Sequence[Arrived], *, op_n: int, chain: bytes, zone: Zone) -> Stored:
    """Writes a slice of a page: batch rows not held, ops not held, numbers, and the records they change."""
    lines = read(lines)
    rows = _batch_rows(db, {line.batch.header.id: line.batch for line in lines}.values())
    names = [line.body["op"] for line in lines if line.body]
    if erasing.holds_nameless(db):
        names += [erasing.nameless(line.hash) for line in lines if line.body]
    held, loose = _held(db, names), _loose(db, [line.hash for line in lines if line.body is None])
    fresh: dict[str, tuple[Any, ...]] = {}
    touched: dict[tuple[str, str, str], list[Held]] = {}
    numbered: list[tuple[int | None, int, int]] = []
    for line in lines:
        row, body = rows[line.batch.header.id], line.body
        known = _by_hash(db, row, line, loose) if body is None else held.get(body["op"])
        if known is not None:
            _refuse_other_content(known[1], line.hash)
            if body is not None and (kept := held.get(erasing.nameless(line.hash))):
                db.execute("UPDATE op SET seq = NULL WHERE n = ?", (kept[0],))
            numbered.append((line.seq, row, known[0]))
        elif body is None and line.seq is not None:
            op_n, chain = op_n + 1, chain_next(chain, line.hash)
            name, st = erasing.nameless(line.hash), line.batch.header.st
            fresh[name] = (*erasing.place_row(name, "", "", st, line.seq, line.hash), row, chain)
        elif body is not None and body["op"] not in fresh:
            arrived = touched.setdefault((body["et"], body["ei"], body["st"]), [])
            arrived.append(Held(body["op"], line.seq, body["dn"][0], body["dn"][1], body))
            identity = (body["op"], body["ei"], body["et"], body["st"])
            content = (body["dev"], *body["dn"], line.hash, line.raw, row)
            kept = held.get(erasing.nameless(line.hash))
            if kept is not None:
                db.execute(NAME, (*identity, line.seq, *content, kept[0]))
                continue
            op_n, chain = op_n + 1, chain_next(chain, line.hash)
            fresh[body["op"]] = (*identity, line.seq, *content, chain)
        elif body is not None:
            raise Contradiction("an op stands twice on one page")
    known_before = _known(db, [ei for _, ei, _ in touched])
    db.executemany("UPDATE op SET seq = coalesce(?, seq), batch = ? WHERE n = ?", numbered)
    db.executemany(INSERT, list(fresh.values()))
    erasers = [line.body for line in lines if line.body and "er" in line.body and line.seq is not None]
    for place in erasing.missing_places(db, erasers):
        op_n, chain = op_n + 1, chain_next(chain, place[8])
        db.execute(INSERT, (*place, None, chain))
    erased = erasing.take_bytes(db, erasers)
    renumbered = outbox.clashing(db, [n for _, _, n in numbered])
    changed_by = {ei for _, ei, _ in erased}
    new = {ei: ops for (_, ei, _), ops in touched.items() if ei not in known_before and ei not in changed_by}
    changes = project_many(db, [*touched, *renumbered, *erased], zone, new, later=len(touched) > MOST_AT_ONCE)
    erasing.forget_words(db, erased)
    return Stored(tuple(changes), op_n, chain, erased)


def _batch_rows(db: Connection, page: Iterable[Batch]) -> dict[str, int]:
    """The local numbers of these batches by id; those not held are added. Raises Contradiction."""
    by_id = {batch.header.id: batch for batch in page}
    sql = "SELECT id, n, digest FROM batch WHERE id IN (SELECT value FROM json_each(?))"
    rows = {}
    for one, n, digest in db.execute(sql, (json.dumps(list(by_id)),)):
        if bytes(digest) != batches.digest(by_id[one].header, by_id[one].hashes):
            raise Contradiction("a batch of this identity is held with other content")
        rows[one] = int(n)
    return rows | outbox.insert_batches(db, [batch for one, batch in by_id.items() if one not in rows])


def _known(db: Connection, ids: Sequence[str]) -> set[str]:
    """Those of these records of which any op is held."""
    sql = "SELECT DISTINCT ei FROM op WHERE ei IN (SELECT value FROM json_each(?))"
    return {row[0] for row in db.execute(sql, (json.dumps(list(ids)),))}


def _held(db: Connection, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    sql = "SELECT id, n, hash FROM op WHERE id IN (SELECT value FROM json_each(?))"
    return {op: (n, bytes(hashed)) for op, n, hashed in db.execute(sql, (json.dumps(list(ids)),))}


def _loose(db: Connection, hashes: Sequence[bytes]) -> dict[bytes, int]:
    """Those of these ops that are held under no batch yet, or wait here under another: one reading for a whole slice.

    An op has no index by its hash, so each line that asked for itself would read all that waits.
    """
    if not hashes:
        return {}
    marks = ",".join("?" * len(hashes))
    of_outbox = f"SELECT hash, n FROM outbox CROSS JOIN op ON op.n = outbox.op WHERE hash IN ({marks})"
    without_batch = f"SELECT hash, n FROM op WHERE batch IS NULL AND hash IN ({marks})"
    return {bytes(hashed): n for sql in (of_outbox, without_batch) for hashed, n in db.execute(sql, tuple(hashes))}


def _by_hash(db: Connection, batch: int, line: Arrived, loose: Mapping[bytes, int]) -> tuple[int, bytes] | None:
    """An op that came as a hash alone: held under its batch, or numbered, not sealed, erased, or waiting in another."""
    for sql, values in (
        ("SELECT n FROM op WHERE batch = ? AND hash = ?", (batch, line.hash)),
        ("SELECT n FROM op WHERE st = ? AND seq = ? AND hash = ?", (line.batch.header.st, line.seq, line.hash)),
    ):
        row = db.execute(sql, values).fetchone()
        if row is not None:
            return int(row[0]), line.hash
    if line.hash in loose:
        return loose[line.hash], line.hash
    row = db.execute("SELECT n FROM op WHERE id = ?", (erasing.nameless(line.hash),)).fetchone()
    return None if row is None else (int(row[0]), line.hash)


def _body(line: Arrived) -> dict[str, Any]:
    assert line.raw is not None
    try:
        body = read_op(line.raw)
    except NotAnOp as error:
        raise Contradiction("a line is no op of a version read here") from error
    header = line.batch.header
    if op_hash(line.raw) != line.hash or (body["st"], body["dev"]) != (header.st, header.dev):
        raise Contradiction("an op is not of the batch it came in")
    return body


def _refuse_other_content(held: bytes, hashed: bytes) -> None:
    if held != hashed:
        raise Contradiction("an op of this identity is held with other content")


def project_many(
    db: Connection,
    entities: Sequence[tuple[str, str, str]],
    zone: Zone,
    new: Mapping[str, list[Held]] | None = None,
    *,
    later: bool = False,
) -> list[Change]:
    """Folds many entities and writes their rows: one read of all their ops, one upsert a table.

    `new` are all ops of records just begun, which need no reading back; with `later` the words of these wait
    for `support_rows.catch_up` to be found by search.
    """
    known = [(et, ei, st) for et, ei, st in dict.fromkeys(entities) if et in ENTITIES]
    ops = dict(new or {})
    ops |= _ops_of(db, [ei for _, ei, _ in known if ei not in ops])
    rows: dict[str, list[tuple[Any, ...]]] = {}
    words: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    changes = []
    for et, ei, st in known:
        held = ops.get(ei, [])
        folded = fold(in_effect(held))
        rows.setdefault(et, []).append(oplog.row_of(et, ei, st, folded, len(held), zone(st)))
        words.setdefault(et, []).append((ei, folded.values))
        parent = folded.values.get("parent_id")
        changes.append(Change(et, ei, parent if isinstance(parent, str) else None))
    for et, made in rows.items():
        db.executemany(oplog.upsert_many(et), made)
        waits = [ei for ei, _ in words[et] if later and new and ei in new]  # one found by its old words never waits
        oplog.search_later(db, et, waits)
        oplog.write_searches(db, et, [one for one in words[et] if one[0] not in set(waits)])
    return changes


def _ops_of(db: Connection, ids: Sequence[str]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = {}
    if not ids:
        return found
    sql = "SELECT ei, id, seq, dn_inc, dn, raw FROM op WHERE ei IN (SELECT value FROM json_each(?)) ORDER BY n"
    for ei, op_id, seq, incarnation, counter, raw in db.execute(sql, (json.dumps(list(ids)),)):
        found.setdefault(ei, []).append(Held(op_id, seq, incarnation, counter, raw and read_json(raw)))
    return found
