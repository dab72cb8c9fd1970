"""Erasing ops: who may, whether what they say of their target is what is held, and the act itself.

The one act that cannot be undone: where anything does not hold, the op waits in quarantine.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from vpr_desktop.central.database import Session
from vpr_desktop.central.judge import Entry
from vpr_desktop.central.people import Author, may_erase
from vpr_desktop.domain.batches import b64, unb64


def why_not(session: Session, st: int, entry: Entry, known: dict[str, Author], beside: Iterable[Entry]) -> str | None:
    """Why an erasing op may not take effect; None where it may."""
    assert entry.op is not None
    if not may_erase(session, st, entry.op["by"], known):
        return "erase-not-entitled"
    target = entry.op["er"]["op"]
    row = session.one("SELECT hash, raw, et, ei FROM op_seen WHERE st = :st AND op_id = :id", st=st, id=target)
    if row is not None:
        body = msgspec.json.decode(row[1]) if row[1] is not None else None
        same = b64(bytes(row[0])) == entry.op["er"]["h"] and (row[2], row[3]) == (entry.op["et"], entry.op["ei"])
        return None if same and (body is None or _is_skeleton(entry.op, body)) else "erase-differs"
    for other in beside:
        if other.op is not None and other.op["op"] == target:
            same = b64(other.hash) == entry.op["er"]["h"] and _is_skeleton(entry.op, other.op)
            return None if same else "erase-differs"
    return None


def _is_skeleton(eraser: dict[str, Any], target: dict[str, Any]) -> bool:
    """Whether an erasing op carries what the fold needs of its target, word for word."""
    return (
        "er" not in target
        and (target["et"], target["ei"]) == (eraser["et"], eraser["ei"])
        and sorted(eraser["er"]["f"]) == sorted(target["set"])
        and eraser["base"] == target["base"]
        and eraser.get("seen") == target.get("seen")
    )


def erase(session: Session, trust: int, st: int, entry: Entry) -> None:
    """Takes the bytes of the target, or keeps its place so that they cannot come back."""
    assert entry.op is not None
    target, hashed = entry.op["er"]["op"], unb64(entry.op["er"]["h"], 32)
    if session.is_postgres:
        session.run(
            "SELECT vpr_erase_op(:st, CAST(:eraser AS uuid), CAST(:target AS uuid), :hash)",
            st=st, eraser=entry.op["op"], target=target, hash=hashed,
        )  # fmt: skip
        return
    if session.run("UPDATE op SET raw = NULL WHERE st = :st AND op_id = :id AND hash = :h", st=st, id=target, h=hashed):
        return
    session.run(
        "INSERT INTO op (trust, st, seq, op_id, hash, raw, batch, pos, et, ei)"
        " VALUES (:t, :st, NULL, :id, :h, NULL, NULL, NULL, :et, :ei) ON CONFLICT DO NOTHING",
        t=trust, st=st, id=target, h=hashed, et=entry.op["et"], ei=entry.op["ei"],
    )  # fmt: skip
