"""The line between a PC and the endpoint, with everything that can happen on it; and an endpoint that lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from vpr_desktop.central import auth, enrolment, heads, pull, push, standing
from vpr_desktop.central.auth import Caller
from vpr_desktop.central.refusals import Refused as Told
from vpr_desktop.central.scopes import stream_of
from vpr_desktop.domain.batches import b64, split
from vpr_desktop.sync import protocol
from vpr_desktop.sync.protocol import Have, Heads, Keys, Lacking, PushAnswer, Rotate
from vpr_desktop.sync.refusals import Refused, known_kind

if TYPE_CHECKING:
    from tests.sync.sim.world import SimPc, World

MOST_REQUESTS = 2_000  # of one PC in a history; thirty are usual
FRESH = 300.0  # seconds in which a request on the way is still taken
LOST = ("no-connection", "no-answer", "not-the-endpoint", "busy", "fault", "too-many")


class Crash(BaseException):
    """The PC's process ends here. What was committed stays."""


class FaultInside(Exception):
    """The endpoint's process ends inside its work. What was not committed is gone."""


class Line:
    """What `client.Client` is for a real PC: the same calls, the same refusals, no sockets."""

    def __init__(self, world: World, pc: SimPc) -> None:
        self.world, self.pc = world, pc
        self.on_its_way = False
        self.key = b""  # the public half of what signs, as the process holds it

    def heads(self) -> Heads:
        def work(session: Any, caller: Caller) -> Any:
            return protocol.decode(heads.heads(session, caller)[0], Heads)

        return self._read(work, _lie_heads)

    def keys(self) -> Keys:
        return self._read(lambda session, caller: heads.keys(session, caller), None)

    def pull(self, st: str, after: int, most: int) -> bytes:
        limit = min(most, self.world.draw.choice((1, 2, 5, 2000, 2000)))

        def work(session: Any, caller: Caller) -> bytes:
            page = pull.page(session, caller, st, after, limit)
            ended = session.one(
                "SELECT ended_at FROM scope c JOIN stream s ON s.n = c.st WHERE c.device = :d AND s.id = :s",
                d=caller.device, s=st,
            )  # fmt: skip
            self.world.check(ended is not None and ended[0] is None, "I14: a page of a ward outside the scope")
            return page.body

        return self._read(work, _lie_page)

    def have(self, st: str, batches: list[str]) -> list[str]:
        asked = protocol.decode(protocol.encode(Have(batches)), Have)

        def work(session: Any, caller: Caller) -> Lacking:
            session.act_for(caller.trust)
            return Lacking(
                standing.lacking(
                    session, stream_of(session, caller, st, may_be_ended=True).n, asked.batches, caller.device
                )
            )

        return self._read(work, None).lacking

    def begin_push(self, st: str, body: bytes, first: str) -> Callable[[], PushAnswer]:
        """It arrives, or does not, at once; the answer is heard of when somebody waits for it."""
        told: PushAnswer | Refused
        try:
            told = self.push(st, body, first)
        except Refused as error:
            told = error
        self.on_its_way = True

        def answer() -> PushAnswer:
            self.on_its_way = False
            if isinstance(told, Refused):
                raise told
            return told

        return answer

    def push(self, st: str, body: bytes, first: str) -> PushAnswer:
        assert first
        self.world.pushes.append((st, body))

        def work(caller: Caller, now: int) -> PushAnswer:
            answer = push.push(self.world.central, caller, st, split(body), now)
            return protocol.decode(protocol.encode(answer), PushAnswer)

        return self._changing(work, _lie_answer)

    def clock_gap(self) -> float | None:
        return -self.pc.clock_moved.total_seconds()

    def rotate(self, asked: Rotate, key: Any) -> None:
        def work(caller: Caller, now: int) -> None:
            with self.world.central.write() as session:
                enrolment.rotate(session, caller, asked, now)

        before, self.key = self.key, key.public_key().public_bytes_raw()
        try:
            self._changing(work, None, protocol.decode(protocol.encode(asked), Rotate))
        except Refused:
            self.key = before
            raise

    # How a call travels.

    def _caller(self, session: Any, nonce: str, public: bytes, handed: Rotate | None = None) -> Caller:
        def check(key: bytes) -> str:
            follows = handed is not None and b64(public) == handed.key and auth.hands_over(self.pc.device, key, handed)
            if key != public and not follows:
                raise Told("bad-signature")
            return nonce

        return auth.admit(session, self.pc.device, check)

    def _read(self, work: Callable[[Any, Caller], Any], lie: Any) -> Any:
        public = self.key

        def deliver() -> Any:
            with self.world.central.read() as session:
                caller = self._caller(session, "", public)
            if self.world.central.between is not None:
                self.world.central.between()
            with self.world.central.read() as session:
                return work(session, caller)

        return self._travel(deliver, lie)

    def _changing(self, work: Callable[[Caller, int], Any], lie: Any, handed: Rotate | None = None) -> Any:
        nonce, public = b64(self.world.draw.randbytes(12)), self.key

        def deliver() -> Any:
            with self.world.central.read() as session:
                caller = self._caller(session, nonce, public, handed)
            return work(caller, int(self.world.now))

        return self._travel(deliver, lie, may_linger=True)

    def _travel(self, deliver: Callable[[], Any], lie: Any, may_linger: bool = False) -> Any:
        world, pc = self.world, self.pc
        world.check(not self.on_its_way, "two calls at once on one connection")
        pc.requests.append(world.now)
        world.check(len(pc.requests) < MOST_REQUESTS, "I15: a PC asks without end")
        world.meanwhile(pc)
        fate = "lost" if pc.cut_off else world.fate()
        world.told(pc.number, fate)
        if fate == "crash before":
            raise Crash
        if fate == "lost":
            raise Refused(world.draw.choice(LOST), world.draw.choice((0.0, 0.0, 5.0)))
        if fate == "late" and may_linger:
            world.late.append((world.now, deliver))
            raise Refused("no-answer")
        if fate == "twice":
            self._arrive(deliver, quiet=True)
        got = self._arrive(deliver)
        world.meanwhile(pc)
        if fate == "crash after":
            raise Crash
        if fate == "cut":
            raise Refused("no-answer")
        if lie is not None and world.lying:
            got = lie(world, pc, got)
        return got

    def _arrive(self, deliver: Callable[[], Any], quiet: bool = False) -> Any:
        self.world.serving += 1
        try:
            return deliver()
        except FaultInside as error:
            raise Refused("fault") from error
        except Told as told:
            if quiet:
                return None
            raise Refused(known_kind(told.kind), float(told.retry_after or 0)) from told
        finally:
            self.world.serving -= 1


# Lies. None of them may cost an op once the endpoint tells the truth again.


def _lie_heads(world: World, _pc: SimPc, told: Heads) -> Heads:
    draw = world.draw
    made = []
    for head in told.heads:
        way = draw.choice(("true", "lower", "higher", "chain", "epoch"))
        if way == "lower":
            head = msgspec.structs.replace(head, head=draw.randint(0, head.head))
        elif way == "higher":
            head = msgspec.structs.replace(head, head=head.head + draw.randint(1, 5))
        elif way == "chain":
            head = msgspec.structs.replace(head, chain=b64(draw.randbytes(32)))
        elif way == "epoch":
            head = msgspec.structs.replace(head, epoch=b64(draw.randbytes(9)))
        made.append(head)
    return msgspec.structs.replace(told, heads=made)


def _lie_page(world: World, _pc: SimPc, body: bytes) -> bytes:
    draw = world.draw
    way = draw.choice(("flip", "cut", "old", "swap", "empty"))
    lines = body.split(b"\n")
    world.pages.append(body)
    if way == "flip" and len(body) > 10:
        at = draw.randrange(len(body))
        return body[:at] + bytes([body[at] ^ (1 << draw.randrange(7))]) + body[at + 1 :]
    if way == "cut":
        return body[: draw.randrange(len(body))]
    if way == "old":
        return draw.choice(world.pages)
    if way == "swap" and len(lines) > 4:
        a, b = draw.sample(range(1, len(lines) - 1), 2)
        lines[a], lines[b] = lines[b], lines[a]
        return b"\n".join(lines)
    return lines[0] + b"\n"


def _lie_answer(world: World, _pc: SimPc, told: PushAnswer) -> PushAnswer:
    draw = world.draw
    way = draw.choice(("true", "numbers", "head", "fewer", "refused"))
    made = list(told.r)
    if way == "numbers" and made and made[0].first is not None:
        made[0] = msgspec.structs.replace(made[0], first=max(1, made[0].first + draw.choice((-2, -1, 1, 7))))
    elif way == "fewer":
        made = made[:-1]
    elif way == "refused" and made and draw.random() < 0.3:
        made[0] = protocol.BatchAnswer(made[0].b, problem=protocol.problem("batch-differs"))
    elif way == "head":
        return msgspec.structs.replace(told, r=made, head=told.head + draw.choice((-1, 1, 3)) if told.head else 4)
    return msgspec.structs.replace(told, r=made)
