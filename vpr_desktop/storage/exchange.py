"""What sync asks of the file besides outbox and inbox: lines unanswered, numbers that contradict, counts for a person.

Every function runs in the transaction its caller holds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.storage import outbox
from vpr_desktop.storage.oplog import Connection


@dataclass(frozen=True, slots=True)
class Counts:
    """What a person is told of: ops that wait to be sent, ops that need somebody, and fields with two versions."""

    waiting: int
    needs_review: int
    conflicts: int


def unanswered(db: Connection, n: int) -> list[int]:
    """The lines of a batch that wait for their answer: these go with their bytes, those listed do not."""
    sql = "SELECT op.hash FROM outbox JOIN op ON op.n = outbox.op WHERE op.batch = ? AND outbox.state = ?"
    waiting = {bytes(row[0]) for row in db.execute(sql, (n, outbox.SEALED))}
    return [place for place, hashed in enumerate(outbox.hashes_of(db, n)) if hashed in waiting]


def contradicts(db: Connection, st: str, numbered: Sequence[tuple[int, bytes]]) -> bool:
    """Whether a number is held for another op, or an op under another number: the endpoint was restored."""
    if not numbered:
        return False
    told, hashes = dict(numbered), {hashed: seq for seq, hashed in numbered}
    sql = "SELECT seq, hash FROM op WHERE st = ? AND seq IN (SELECT value FROM json_each(?))"
    for seq, hashed in db.execute(sql, (st, json.dumps(list(told)))):
        if told[seq] != bytes(hashed):
            return True
    sql = "SELECT seq, hash FROM op WHERE st = ? AND seq IS NOT NULL AND hex(hash) IN (SELECT value FROM json_each(?))"
    named = json.dumps([hashed.hex().upper() for hashed in hashes])
    return any(hashes[bytes(hashed)] != seq for seq, hashed in db.execute(sql, (st, named)))


def clashing_in(db: Connection, st: str) -> list[tuple[str, str, str]]:
    """The records of a stream that hold two versions of a field."""
    found: list[tuple[str, str, str]] = []
    for et in ENTITIES:
        rows = db.execute(f"SELECT id FROM {et} WHERE ward_id = ? AND clash > 0", (st,))
        found += [(et, row[0], st) for row in rows]
    return found


def counts(db: Connection) -> Counts:
    """How it stands."""
    sql = "SELECT count(*) FROM outbox WHERE state IN (?, ?)"
    (waiting,) = db.execute(sql, (outbox.PENDING, outbox.SEALED)).fetchone()
    clashes = sum(db.execute(f"SELECT coalesce(sum(clash), 0) FROM {et}").fetchone()[0] for et in ENTITIES)
    return Counts(int(waiting), len(outbox.needs_you(db)), int(clashes))
