"""How every line of a batch stands now: what a push is answered with, and what `have` goes by. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vpr_desktop.central.database import Session
from vpr_desktop.central.judge import Entry
from vpr_desktop.central.prepare import NOT_ACCEPTED, Prepared
from vpr_desktop.sync.protocol import BatchAnswer, Problem, problem


def answer(session: Session, st: int, number: int, made: Prepared) -> BatchAnswer:
    """The answer for one batch, short where all of it was stored in one go without remark."""
    header = made.batch.header
    rows = held(session, st, made.batch.hashes)
    if len(rows) == header.n and all(row[2] == number for row in rows.values()):
        seqs = [rows[hashed][0] for hashed in made.batch.hashes]
        remarks = reviews(session, st, [row[1] for row in rows.values()])
        first = seqs[0]
        if not remarks and first is not None and seqs == list(range(first, first + header.n)):
            return BatchAnswer(header.id, first=first, stored=header.n)
    return BatchAnswer(header.id, ops=_lines(session, st, number, made, rows))


def _lines(
    session: Session, st: int, number: int, made: Prepared, rows: dict[bytes, tuple[int | None, str, int | None]]
) -> list[Any]:
    waiting = quarantined(session, st, made.batch.hashes)
    remarks = reviews(session, st, [row[1] for row in rows.values()])
    refused = {e.pos: e for e in made.entries if e.refused is not None}
    lines: list[Any] = []
    counted: set[bytes] = set()
    for pos, hashed in enumerate(made.batch.hashes):
        entry = refused.get(pos)
        if hashed in rows:
            seq, op_id, under = rows[hashed]
            own = under == number and hashed not in counted
            counted.add(hashed)
            remark = remarks.get(op_id)
            told: list[Any] = [seq, "stored" if own else "duplicate"]
            lines.append([*told, problem(remark, op=op_id)] if remark else told)
        elif entry is not None and entry.refused is not None:
            lines.append([None, "refused", _of(entry, entry.refused)])
        elif hashed in waiting:
            lines.append([None, "quarantined", problem(waiting[hashed])])
        else:
            lines.append([None, "absent"])
    return lines


def _of(entry: Entry, kind: str) -> Problem:
    return problem(kind, op=entry.op["op"] if entry.op else None)


def held(session: Session, st: int, hashes: Sequence[bytes]) -> dict[bytes, tuple[int | None, str, int | None]]:
    """Number, id and batch of the ops with these hashes, erased ones with them."""
    if not hashes:
        return {}
    rows = session.rows(
        "SELECT hash, seq, op_id, batch FROM op_seen WHERE st = :st AND hash IN :hashes", st=st, hashes=list(hashes)
    )
    return {bytes(row[0]): (row[1], row[2], row[3]) for row in rows}


def quarantined(session: Session, st: int, hashes: Sequence[bytes]) -> dict[bytes, str]:
    """Why ops with these hashes are in quarantine."""
    rows = session.rows(
        "SELECT hash, problem FROM quarantine WHERE st = :st AND hash IN :hashes", st=st, hashes=list(hashes)
    )
    return {bytes(row[0]): row[1] for row in rows}


def reviews(session: Session, st: int, ids: Sequence[str]) -> dict[str, str]:
    """Why these ops wait for a person's look, those looked at left out."""
    if not ids:
        return {}
    rows = session.rows(
        "SELECT op_id, code FROM review WHERE st = :st AND kind = 'review' AND settled_at IS NULL AND op_id IN :ids",
        st=st, ids=list(ids),
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def lacking(session: Session, st: int, batches: Sequence[str], dev: str) -> list[str]:
    """Those of these batches that a PC should bring: any op of them is neither held, erased nor in quarantine.

    Its own are asked for also where one is in quarantine only because another PC brought it before this one was let in.
    """
    if not batches:
        return []
    rows = session.rows(
        "SELECT id, dev, hashes FROM batch WHERE st = :st AND id IN :ids", st=st, ids=list(dict.fromkeys(batches))
    )
    by_id = {row[0]: (bytes(row[2]), row[1] == dev) for row in rows}
    return [one for one in batches if one not in by_id or not _complete(session, st, *by_id[one])]


def _complete(session: Session, st: int, packed: bytes, is_own: bool) -> bool:
    hashes = [packed[i : i + 32] for i in range(0, len(packed), 32)]
    found = held(session, st, hashes)
    missing = {hashed for hashed in hashes if hashed not in found}
    aside = quarantined(session, st, list(missing)) if missing else {}
    return missing == {hashed for hashed, why in aside.items() if not (is_own and why == NOT_ACCEPTED)}
