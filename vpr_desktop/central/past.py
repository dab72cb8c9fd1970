"""Whether what an earlier day's list of `admin.heads` told is still the past of every ward."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from vpr_desktop.central.admin import moment
from vpr_desktop.central.database import Database, Session
from vpr_desktop.domain.batches import b64, stream_chain_start
from vpr_desktop.domain.errors import WrongUse
from vpr_desktop.domain.ops import chain_next

LARGEST_LIST = 64 * 2**20  # bytes; a ward is some 250
AT_ONCE = 20_000  # hashes read at a time
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
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WrongUse(NO_LIST.format(name=path.name)) from error


def compare(database: Database, told: dict[str, Any]) -> dict[str, Any]:
    """What does not follow from an earlier list. Reads the hashes of all entries, and changes nothing.

    `what` is `gone`, `lower`, `put-back` (another epoch: the numbers since may be others), `changed` (its first `head`
    entries are others, or lie in another order) or `let-in` (a PC that was withdrawn then).
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
    if not what and _chain_at(session, now[0], then["stream"], then["head"]) != then["chain"]:
        return ["changed"]
    return what


def _chain_at(session: Session, number: int, stream: str, head: int) -> str:
    """The chain over the ward's first `head` entries, from their hashes as they are stored now."""
    link, at = stream_chain_start(stream), 0
    while at < head:
        rows = session.rows(
            "SELECT seq, hash FROM op WHERE st = :st AND seq > :at AND seq <= :upto ORDER BY seq",
            st=number, at=at, upto=min(at + AT_ONCE, head),
        )  # fmt: skip
        for seq, hashed in rows:
            if seq != at + 1:
                return ""
            link, at = chain_next(link, bytes(hashed)), seq
        if not rows:
            return ""
    return b64(link)
