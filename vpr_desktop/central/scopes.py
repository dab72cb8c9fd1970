"""Which streams a device may use, and a stream's row.

A stream outside the scope and one that is not there are one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vpr_desktop.central.auth import Caller
from vpr_desktop.central.database import Asked, Session
from vpr_desktop.central.refusals import Refused


@dataclass(slots=True)
class Stream:
    """One ward's stream as it stands; `ended` where the ward left this device's scope."""

    n: int
    id: str
    head: int
    chain: bytes
    epoch: str
    org_code: str
    ended: bool = False


def stream_of(session: Session, caller: Caller, st: str, *, lock: bool = False, may_be_ended: bool = False) -> Stream:
    """The stream, its row locked where asked. Raises Refused."""
    rows = session.together(asking_stream(session, caller, st, lock=lock))[0]
    return stream_in(rows, st, may_be_ended=may_be_ended)


def asking_stream(session: Session, caller: Caller, st: str, *, lock: bool = False) -> Asked:
    """What reads the stream's row, as it stands once the lock is held."""
    asked = (
        "SELECT s.n, s.head, s.chain, s.epoch, t.org_code, c.ended_at FROM stream s JOIN scope c ON c.st = s.n"
        " JOIN trust t ON t.n = s.trust WHERE s.id = :st AND c.device = :device AND s.trust = :trust"
    )
    locked = asked + f"{session.for_update} OF s" if lock and session.is_postgres else asked
    return locked, {"st": st, "device": caller.device, "trust": caller.trust}


def stream_in(rows: Sequence[Any], st: str, *, may_be_ended: bool = False) -> Stream:
    """Reads what `asking_stream` gave. Raises Refused."""
    if not rows or (rows[0][5] is not None and not may_be_ended):
        raise Refused("not-in-scope")
    n, head, chain, epoch, org_code, ended_at = rows[0]
    return Stream(n, st, head, bytes(chain), epoch, org_code, ended_at is not None)
