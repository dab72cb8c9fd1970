"""Whether what an earlier day's list of `admin.heads` told is still the past of every ward."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from vpr_desktop.central.admin import moment
from vpr_desktop.central.database import Database, Session
from vpr_desktop.domain.batches import b64, stream_chain_start
from vpr_desktop.domain.errors import WrongUse
from vpr_desktop.domain.ops import ERASES, chain_next, op_hash

LARGEST_LIST = 64 * 2**20  # bytes; a ward is some 250
AT_ONCE = 2_000  # entries read at a time
NO_LIST = "{name} is not a list that `vpr central heads --json` wrote."


def read_list(path: Path) -> dict[str, Any]:
    """An earlier list, with all that is looked at in it. Raises WrongUse where the file is none."""
    try:
        if path.stat().st_size > LARGEST_LIST:
            raise ValueError
        told = json.loads(path.read_bytes())
        heads = [
            {key: str(head[key]) for key in ("org_code", "ward", "chain", "epoch")}
            | {"stream": str(UUID(head["stream"])), "head": int(head["head"])}
            for head in told["heads"]
        ]
        return {"at": str(told["at"]), "heads": heads, "revoked": [str(device) for device in told["revoked"]]}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise WrongUse(NO_LIST.format(name=path.name)) from error


def compare(database: Database, told: dict[str, Any]) -> dict[str, Any]:
    """What does not follow from an earlier list. Reads all entries, and changes nothing.

    `what` is `gone`, `lower`, `put-back` (another epoch: the numbers since may be others), `changed` (its first `head`
    entries are others, lie in another order, or lack words that no entry erases) or `let-in` (a PC that was withdrawn
    then).
    """
    found: list[dict[str, Any]] = []
    with database.read() as session:
        for then in told["heads"]:
            what = _of_ward(session, then)
            found += [{"org_code": then["org_code"], "ward": then["ward"], "what": one} for one in what]
        withdrawn = {row[0] for row in session.rows("SELECT id FROM device WHERE state = 'revoked'")}
    found += [{"device": device, "what": "let-in"} for device in told["revoked"] if device not in withdrawn]
    return {"at": moment(int(time.time())), "since": told["at"], "wards": len(told["heads"]), "found": found}


def _of_ward(session: Session, then: dict[str, Any]) -> list[str]:
    now = session.one("SELECT n, head, epoch FROM stream WHERE id = :id", id=then["stream"])
    if now is None:
        return ["gone"]
    what = ["lower"] if now[1] < then["head"] else []
    if now[2] != then["epoch"]:
        return [*what, "put-back"]
    if not what and not _is_past(session, now[0], then):
        return ["changed"]
    return what


def _is_past(session: Session, number: int, then: dict[str, Any]) -> bool:
    """Whether the ward's first entries are those of then: each of its hash, or without words as another erases it."""
    link, at = stream_chain_start(then["stream"]), 0
    bare: set[str] = set()
    erased: set[str] = set()
    for seq, op_id, hashed, raw in _entries(session, number):
        holds = raw is None or op_hash(raw) == hashed
        if at < then["head"]:
            if seq != at + 1 or not holds:
                return False
            link, at = chain_next(link, hashed), seq
            if raw is None:
                bare.add(op_id)
        if raw is not None and holds and ERASES in raw:
            erased.add(json.loads(raw).get("er", {}).get("op"))
    return at == then["head"] and b64(link) == then["chain"] and bare <= erased


def _entries(session: Session, number: int) -> Iterator[tuple[int, str, bytes, bytes | None]]:
    """Number, identity, hash and words of a ward's entries in their order; no words where it was erased."""
    at = 0
    while True:
        rows = session.rows(
            "SELECT seq, op_id, hash, raw FROM op WHERE st = :st AND seq > :at ORDER BY seq LIMIT :most",
            st=number, at=at, most=AT_ONCE,
        )  # fmt: skip
        if not rows:
            return
        for seq, op_id, hashed, raw in rows:
            yield seq, op_id, bytes(hashed), bytes(raw) if raw is not None else None
        at = rows[-1][0]
