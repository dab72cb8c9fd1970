"""Which streams a device may use, and a stream's row.

A stream outside the scope and one that is not there are one answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from vpr_desktop.central.auth import Caller
from vpr_desktop.central.database import Session
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
    scope = session.one(
        "SELECT s.n, c.ended_at, t.org_code FROM stream s JOIN scope c ON c.st = s.n JOIN trust t ON t.n = s.trust"
        " WHERE s.id = :st AND c.device = :device AND s.trust = :trust",
        st=st, device=caller.device, trust=caller.trust,
    )  # fmt: skip
    if scope is None or (scope[1] is not None and not may_be_ended):
        raise Refused("not-in-scope")
    row = session.one(
        "SELECT head, chain, epoch FROM stream WHERE n = :n" + (session.for_update if lock else ""), n=scope[0]
    )
    if row is None:
        raise Refused("not-in-scope")
    return Stream(scope[0], st, row[0], bytes(row[1]), row[2], scope[2], scope[1] is not None)
