"""Where the real parts are put together: the clock of this PC, and its line to the endpoint."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vpr_desktop.services.context import Context
    from vpr_desktop.sync.client import Client
    from vpr_desktop.sync.runner import Outcome

NOT_ENROLLED = "This PC is not joined to a server yet. Ask IT for the address and a code, then use vpr enrol."


class SystemClock:
    """The PC's own clock: wall time for what people read, monotonic seconds for waits."""

    def now(self) -> datetime:
        """The wall time, aware and UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()


def connect(ctx: Context, url: str) -> Client:
    """This PC's line to an endpoint. Raises WrongUse for an address that would not be safe."""
    from vpr_desktop.services import enrolment
    from vpr_desktop.sync.client import Client

    pc = enrolment.this_pc(ctx)
    return Client(url, pc.device, pc.signing, ctx.clock.now, ctx.clock.monotonic)


def enrol(ctx: Context, url: str, typed: str) -> dict[str, Any]:
    """Joins this PC to an endpoint by a one-time code. Raises KnownError."""
    from vpr_desktop.services import enrolment
    from vpr_desktop.sync.protocol import Enrol, KeyLink

    code, pc = enrolment.code_of(ctx, typed), enrolment.this_pc(ctx)
    client = connect(ctx, url)
    try:
        told = client.enrol(Enrol(code, pc.device, [KeyLink(pc.key)]))
    finally:
        client.close()
    wards = tuple((scope.st, scope.code) for scope in told.scopes)
    enrolment.join(ctx, client.url, enrolment.Joined(told.letter, wards, told.state == "waiting"))
    return {
        "device": pc.device, "letter": told.letter, "fingerprint": pc.fingerprint,
        "wards": [code for _, code in wards], "state": told.state,
    }  # fmt: skip


def sync(ctx: Context) -> Outcome:
    """One cycle, push and pull to the end. Raises Offline where this PC is not enrolled."""
    from vpr_desktop.domain.errors import Offline
    from vpr_desktop.services import enrolment
    from vpr_desktop.sync.runner import Runner, cycle

    url = enrolment.address(ctx)
    if url is None:
        raise Offline(NOT_ENROLLED)
    client = connect(ctx, url)
    try:
        chance = random.SystemRandom().random
        return cycle(Runner(enrolment.InUnit(ctx), client, ctx.clock.now, ctx.clock.monotonic, chance))
    finally:
        client.close()
