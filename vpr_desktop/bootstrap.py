"""Where the real parts are put together: the clock of this PC, and its line to the endpoint."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vpr_desktop.domain.changes import Changes
    from vpr_desktop.services.context import Context
    from vpr_desktop.services.enrolment import ThisPc
    from vpr_desktop.sync.client import Client
    from vpr_desktop.sync.engine import State
    from vpr_desktop.sync.lane import InUnit, Outcome
    from vpr_desktop.sync.protocol import Enrolled

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
    return Client(url, pc.device, pc.signing, ctx.clock.now)


def enrol(
    ctx: Context, url: str, typed: str, store: Callable[[Callable[[], Any]], Any] = lambda job: job()
) -> dict[str, Any]:
    """Joins this PC to an endpoint by a one-time code. Raises KnownError.

    Where the endpoint knows of a newer key than this file, as after a restore, it comes with yet another one.

    What needs the file goes through `store`, so that the call itself need not be made where the file is used.
    """
    from vpr_desktop.services import enrolment
    from vpr_desktop.sync.client import address
    from vpr_desktop.sync.refusals import Refused

    code, pc = store(lambda: (enrolment.code_of(ctx, typed), enrolment.introduced(ctx)))
    store(lambda: enrolment.keep_typed(ctx, address(url)))
    try:
        told = _used(ctx, url, code, pc)
    except Refused as refused:
        if refused.kind != "bad-signature":
            raise
        pc = store(lambda: enrolment.introduced(ctx, anew=True))
        told = _used(ctx, url, code, pc)
    wards = tuple((scope.st, scope.code) for scope in told.scopes)
    links = pc.links if pc.is_new else []
    joined = enrolment.Joined(told.letter, wards, told.state == "waiting", links)
    store(lambda: enrolment.join(ctx, address(url), joined))
    return {
        "device": pc.device, "letter": told.letter, "fingerprint": pc.fingerprint,
        "wards": [code for _, code in wards], "state": told.state,
    }  # fmt: skip


def _used(ctx: Context, url: str, code: str, pc: ThisPc) -> Enrolled:
    """What the endpoint says to a PC with a code. Raises Refused."""
    from vpr_desktop.sync.client import Client
    from vpr_desktop.sync.protocol import Enrol, KeyLink

    client = Client(url, pc.device, pc.signing, ctx.clock.now)
    try:
        return client.enrol(Enrol(code, pc.device, [KeyLink(*link) for link in pc.links], pc.wards))
    finally:
        client.close()


def sync(ctx: Context) -> Outcome:
    """One cycle, push and pull to the end. Raises Offline where this PC is not enrolled."""
    from vpr_desktop.domain.errors import Offline
    from vpr_desktop.services import enrolment
    from vpr_desktop.sync.cycles import cycle
    from vpr_desktop.sync.runner import Runner

    url = enrolment.address(ctx)
    if url is None:
        raise Offline(NOT_ENROLLED)
    client = connect(ctx, url)
    try:
        chance = random.SystemRandom().random
        return cycle(Runner(enrolment.InUnit(ctx), client, ctx.clock.now, ctx.clock.monotonic, chance))
    finally:
        client.close()


class Line:
    """The line of one session to its endpoint: made in the store lane, used in the sync lane, one cycle at a time."""

    def __init__(
        self, ctx: Context, url: str, in_unit: InUnit, told: Callable[[Changes], None], wanted: Callable[[], bool]
    ) -> None:
        self.client, self.clock = connect(ctx, url), ctx.clock
        self.in_unit, self.told, self.wanted = in_unit, told, wanted

    def run(self, state: State, effects: tuple[Any, ...]) -> tuple[State, Outcome]:
        """Carries a cycle that the engine began to its end."""
        from vpr_desktop.sync.cycles import ended
        from vpr_desktop.sync.runner import Runner

        clock = self.clock
        runner = Runner(
            self.in_unit, self.client, clock.now, clock.monotonic, random.SystemRandom().random, self.told, self.wanted
        )  # fmt: skip
        after = runner.run(state, effects)
        return after, ended(runner, after)

    def close(self) -> None:
        """Ends its connections."""
        self.client.close()


def line(ctx: Context, in_unit: InUnit, told: Callable[[Changes], None], wanted: Callable[[], bool]) -> Line | None:
    """The line to the endpoint that this PC is joined to, if any.

    `told` hears of what each unit changed; `wanted` says whether a person waits for the store.
    """
    from vpr_desktop.services import enrolment

    url = enrolment.address(ctx)
    return None if url is None else Line(ctx, url, in_unit, told, wanted)


def refusal(kind: str) -> str:
    """The plain sentences for why nothing is sent, or for what the endpoint said of one entry."""
    from vpr_desktop.sync.refusals import text_of

    return text_of(kind)
