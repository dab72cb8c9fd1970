"""What sync asks of the file besides outbox and inbox: lines unanswered, contradictions, counts, what was tried.

Every function runs in the transaction its caller holds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.storage import outbox, streams
from vpr_desktop.storage.oplog import Connection

LAST, TRIED = "last_sync", "sync_tried"  # keys of the file's own state
MOST_FAILED, MOST_LINES = 200, 50
QUIET = 300  # seconds


@dataclass(frozen=True, slots=True)
class Tried:
    """Cycles that came alike, one after the other: from when to when, how many, why they ended early, what moved."""

    since: int
    until: int
    times: int
    kind: str
    pushed: int
    pulled: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What a person is told of: ops that wait to be sent, ops that need somebody, and fields with two versions."""

    waiting: int
    needs_review: int
    conflicts: int


def unanswered(db: Connection, n: int) -> list[int]:
    """The lines of a batch that wait for their answer: these go with their bytes, those listed do not."""
    sql = "SELECT op.hash FROM outbox JOIN op ON op.n = outbox.op WHERE outbox.batch = ? AND outbox.state = ?"
    waiting = {bytes(row[0]) for row in db.execute(sql, (n, outbox.SEALED))}
    return [place for place, hashed in enumerate(outbox.hashes_of(db, n)) if hashed in waiting]


def contradicts(
    db: Connection, st: str, numbered: Sequence[tuple[int, bytes]], held: Sequence[tuple[int, bytes]]
) -> bool:
    """Whether a number is told or held for another op, or one of `held` under another: the endpoint was restored."""
    told, hashes = dict(numbered), {hashed: seq for seq, hashed in numbered}
    if not len(told) == len(hashes) == len(set(numbered)):
        return True
    if any(hashes.get(hashed, seq) != seq for seq, hashed in held):
        return True
    sql = "SELECT seq, hash FROM op WHERE st = ? AND seq IN (SELECT value FROM json_each(?))"
    return any(told[seq] != bytes(hashed) for seq, hashed in db.execute(sql, (st, json.dumps(list(told)))))


def clashing_in(db: Connection, st: str) -> list[tuple[str, str, str]]:
    """The records of a stream that hold two versions of a field."""
    found: list[tuple[str, str, str]] = []
    for et in ENTITIES:
        rows = db.execute(f"SELECT id FROM {et} WHERE ward_id = ? AND clash > 0", (st,))
        found += [(et, row[0], st) for row in rows]
    return found


def clashing(db: Connection, et: str) -> list[str]:
    """The records of an entity that hold two versions of a field."""
    return [row[0] for row in db.execute(f"SELECT id FROM {et} WHERE clash > 0")]


def counts(db: Connection) -> Counts:
    """How it stands."""
    sql = "SELECT count(*) FROM outbox WHERE state IN (?, ?)"
    (waiting,) = db.execute(sql, (outbox.PENDING, outbox.SEALED)).fetchone()
    clashes = sum(
        db.execute(f"SELECT coalesce(sum(clash), 0) FROM {et} WHERE clash > 0").fetchone()[0] for et in ENTITIES
    )
    return Counts(int(waiting), len(outbox.needs_you(db)), int(clashes))


def note_cycle(db: Connection, at: datetime, kind: str, pushed: int, pulled: int) -> None:
    """Keeps that a cycle ended, early for some `kind` of reason or else well; alike ones share a line.

    Of polls that found nothing only one in five minutes is kept: each would make the disk work like a save.
    """
    failed, lines = tried(db)
    second = int(at.timestamp())
    last = lines[-1] if lines else None
    alike = last is not None and (last.kind, last.pushed, last.pulled) == (kind, pushed, pulled) == (kind, 0, 0)
    if last is not None and alike and not kind and 0 <= second - last.until < QUIET:
        return
    if last is not None and alike:
        lines[-1] = Tried(last.since, second, last.times + 1, kind, 0, 0)
    else:
        lines.append(Tried(second, second, 1, kind, pushed, pulled))
    kept = {
        "failed": [*failed, second][-MOST_FAILED:] if kind else [],
        "lines": [[one.since, one.until, one.times, one.kind, one.pushed, one.pulled] for one in lines[-MOST_LINES:]],
    }
    db.execute(streams.PUT, (TRIED, json.dumps(kept).encode()))
    if not kind:
        db.execute(streams.PUT, (LAST, at.isoformat().encode()))


def tried(db: Connection) -> tuple[list[int], list[Tried]]:
    """The seconds of all tries since the last that came to its end, and what was done lately, oldest first."""
    row = db.execute("SELECT v FROM state WHERE k = ?", (TRIED,)).fetchone()
    if row is None:
        return [], []
    held = json.loads(bytes(row[0]))
    return held["failed"], [Tried(*line) for line in held["lines"]]
