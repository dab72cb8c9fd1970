"""What arrives: ops of a page that was proven, written as they lie, with cursor and records in one transaction.

Checks signatures nowhere: the caller proved the page. Refuses what contradicts the file, and then stores nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from vpr_desktop.domain import batches
from vpr_desktop.domain.batches import Batch
from vpr_desktop.domain.changes import Change
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.ops import Held, NotAnOp, chain_next, fold, op_hash, read_op
from vpr_desktop.storage import oplog, outbox
from vpr_desktop.storage.oplog import Connection

Zone = Callable[[str], ZoneInfo]
INSERT = (
    "INSERT INTO op (id, ei, et, st, seq, dev, dn_inc, dn, hash, raw, batch, chain) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
)


class Contradiction(Exception):
    """What arrived cannot stand beside what is held: an id with two contents, or bytes that are no op."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One line of a page: its batch, its hash, its number and, where carried, its bytes."""

    batch: Batch
    hash: bytes
    seq: int | None
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What a slice came to: the records that changed, and the ends of the local op chain."""

    changes: tuple[Change, ...]
    op_n: int
    chain: bytes


def arrivals(page: Sequence[Batch], after: int) -> list[Arrived]:
    """The lines of a page in order with their numbers. Raises batches.NotABody where they do not go on from `after`."""
    numbers = batches.numbered(page, after)
    return [
        Arrived(batch, line.hash, seq, line.raw)
        for batch, seqs in zip(page, numbers, strict=True)
        for line, seq in zip(batch.lines, seqs, strict=True)
    ]


def store(db: Connection, lines: Sequence[Arrived], *, op_n: int, chain: bytes, zone: Zone) -> Stored:
    """Writes a slice of a page: batch rows not held, ops not held, numbers, and the records they change."""
    rows = {one.header.id: _batch_row(db, one) for one in {id(line.batch): line.batch for line in lines}.values()}
    bodies = [None if line.raw is None else _body(line) for line in lines]
    held = _held(db, [body["op"] for body in bodies if body])
    fresh: dict[str, tuple[Any, ...]] = {}
    touched: dict[tuple[str, str, str], None] = {}
    numbered: list[tuple[int | None, int, int]] = []
    for line, body in zip(lines, bodies, strict=True):
        row = rows[line.batch.header.id]
        known = _by_hash(db, row, line.hash) if body is None else held.get(body["op"])
        if known is not None:
            _refuse_other_content(known[1], line.hash)
            numbered.append((line.seq, row, known[0]))
        elif body is not None and body["op"] not in fresh:
            op_n, chain = op_n + 1, chain_next(chain, line.hash)
            identity = (body["op"], body["ei"], body["et"], body["st"])
            fresh[body["op"]] = (*identity, line.seq, body["dev"], *body["dn"], line.hash, line.raw, row, chain)
            touched[body["et"], body["ei"], body["st"]] = None
        elif body is not None:
            raise Contradiction("an op stands twice on one page")
    db.executemany("UPDATE op SET seq = coalesce(?, seq), batch = ? WHERE n = ?", numbered)
    db.executemany(INSERT, list(fresh.values()))
    renumbered = outbox.clashing(db, [n for _, _, n in numbered])
    changes = project_many(db, [*touched, *renumbered], zone)
    return Stored(tuple(changes), op_n, chain)


def _batch_row(db: Connection, batch: Batch) -> int:
    found = db.execute("SELECT n, digest FROM batch WHERE id = ?", (batch.header.id,)).fetchone()
    if found is None:
        return outbox.insert_batch(db, batch)
    if bytes(found[1]) != batches.digest(batch.header, batch.hashes):
        raise Contradiction("a batch of this identity is held with other content")
    return int(found[0])


def _held(db: Connection, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    sql = "SELECT id, n, hash FROM op WHERE id IN (SELECT value FROM json_each(?))"
    return {op: (n, bytes(hashed)) for op, n, hashed in db.execute(sql, (json.dumps(list(ids)),))}


def _by_hash(db: Connection, batch: int, hashed: bytes) -> tuple[int, bytes] | None:
    row = db.execute("SELECT n FROM op WHERE batch = ? AND hash = ?", (batch, hashed)).fetchone()
    return None if row is None else (int(row[0]), hashed)


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


def project_many(db: Connection, entities: Sequence[tuple[str, str, str]], zone: Zone) -> list[Change]:
    """Folds many entities and writes their rows: one read of all their ops, one upsert a table."""
    known = [(et, ei, st) for et, ei, st in dict.fromkeys(entities) if et in ENTITIES]
    ops = _ops_of(db, [ei for _, ei, _ in known])
    rows: dict[str, list[tuple[Any, ...]]] = {}
    words: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    changes = []
    for et, ei, st in known:
        held = ops.get(ei, [])
        folded = fold(held)
        rows.setdefault(et, []).append(oplog.row_of(et, ei, st, folded, len(held), zone(st)))
        words.setdefault(et, []).append((ei, folded.values))
        parent = folded.values.get("parent_id")
        changes.append(Change(et, ei, parent if isinstance(parent, str) else None))
    for et, made in rows.items():
        db.executemany(oplog.upsert_many(et), made)
        oplog.write_searches(db, et, words[et])
    return changes


def _ops_of(db: Connection, ids: Sequence[str]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = {}
    sql = "SELECT ei, id, seq, dn_inc, dn, raw FROM op WHERE ei IN (SELECT value FROM json_each(?)) ORDER BY n"
    for ei, op_id, seq, incarnation, counter, raw in db.execute(sql, (json.dumps(list(ids)),)):
        found.setdefault(ei, []).append(Held(op_id, seq, incarnation, counter, raw and json.loads(raw)))
    return found
