"""One seed, one history: PCs, an endpoint in several processes, faults; then calm, and what must hold at the end.

Everything that happens is drawn from the seed, so a history that fails is run again by its number.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.sync.sim import checker
from tests.sync.sim.model import Model
from tests.sync.sim.net import FRESH, Crash, FaultInside
from tests.sync.sim.parts import BIR, CED, WARDS, Chance, done_with, ended, new_endpoint, quick
from tests.sync.sim.pc import SimPc
from vpr_desktop.central import admin, devices, enrolment
from vpr_desktop.central.refusals import Refused
from vpr_desktop.domain.batches import b64
from vpr_desktop.domain.identity import user_record_id
from vpr_desktop.domain.user import User
from vpr_desktop.storage import keychange, lifetime, unit
from vpr_desktop.storage.keychange import Offer
from vpr_desktop.sync.protocol import Enrol, KeyLink

HISTORY = 26  # things that happen before the calm
CALM_ROUNDS = 14
FATES = ("lost", "cut", "cut", "twice", "late", "crash before", "crash after")  # of a request


class Broken(AssertionError):
    """Something that must hold does not. Its first word is the invariant."""


class World:
    """A history under way."""

    def __init__(self, seed: int, length: int = HISTORY, without: frozenset[str] = frozenset()) -> None:
        self.seed, self.length, self.without = seed, length, without
        self.draw = random.Random(seed)
        self.now = 1000.0
        self.stormy, self.lying, self.depth, self.serving = True, False, 0, 0
        self.model = Model()
        self.put_back = False
        self.late: list[tuple[float, Callable[[], Any]]] = []
        self.pages: list[bytes] = []
        self.pushes: list[tuple[str, bytes]] = []
        self.snapshots: list[bytes] = []
        self.trace: list[tuple[Any, ...]] = []
        self.made_keys: list[bytes] = []
        self.mix: Counter[str] = Counter()  # how often what happened, told or not
        self.central = new_endpoint()
        self.central.between = self.other_process
        self.severity = self.draw.choice((0.02, 0.1, 0.3))
        self.small_batches = self.draw.random() < 0.5  # so that one is on its way while another is answered
        self.pcs: list[SimPc] = []

    # Beginnings.

    def _new_pc(self, number: int) -> SimPc:
        wards = (CED, BIR) if self.draw.random() < 0.2 else (CED,)
        pc = SimPc(self, number, wards)
        if number == 0:
            for st in wards:
                for user, role in (("p-0", "ward_manager"), ("p-lead", "vpr_lead")):
                    made = User(id=user_record_id(WARDS[st], user), ward_id=st, user_id=user, name=user, role=role)
                    made.active = True
                    pc.save(made)
        if self.draw.random() < 0.9:
            self.enrol(pc)
        return pc

    def enrol(self, pc: SimPc) -> None:
        """An administrator gives a code, and the PC uses it; the proof by HTTP is left out here."""
        try:
            made = self._let_in(pc, anew=False)
        except Refused as refused:
            self.check(refused.kind == "bad-signature", f"I1: a code is refused: {refused.kind}")
            made = self._let_in(pc, anew=True)
        if self.stormy and "cut" not in self.without and self.draw.random() < self.severity:
            self.told(pc.number, "the answer to a code is lost")
        else:
            pc.joined(made)

    def _let_in(self, pc: SimPc, anew: bool) -> Offer:
        made = pc.introduced(anew)
        asked = Enrol("0" * 10, pc.device, [KeyLink(*link) for link in made.links])
        chain = enrolment._chain(asked.dev, asked.keys)
        with self.central.write() as session:
            streams = [session.one("SELECT n FROM stream WHERE id = :id", id=st)[0] for st in pc.wards]
            enrolment._join(session, 1, 1, streams, asked, chain, int(self.now))
        return made

    # Chance.

    def fate(self) -> str:
        """What happens to a request."""
        if not self.stormy or self.draw.random() > self.severity:
            return "arrives"
        return self.draw.choice([way for way in FATES if way not in self.without])

    def told(self, *what: Any) -> None:
        self.trace.append((round(self.now, 3), *what))
        if what[0] not in WAYS:  # those count themselves where they do something
            self.mix[f"{what[-1]}"] += 1

    def step(self, pc: SimPc) -> None:
        """Between two transactions of a PC: the moment in which a process can end with one of them done."""
        if self.stormy and pc.busy and self.draw.random() < self.severity * 0.3 and "killed" not in self.without:
            self.told(pc.number, "killed between")
            raise Crash

    def check(self, holds: bool, text: str) -> None:
        if not holds:
            raise Broken(text)

    def saved(self, op_id: str, raw: bytes, shown: dict[str, list[str]]) -> None:
        """A save was acknowledged: from now on it may not be lost, and it may replace only what its author saw."""
        op = json.loads(raw)
        for field, base in op["base"].items():
            on_screen = set(shown.get(field, ()))
            self.check(on_screen <= set(base) <= self.model.seen(field, on_screen), "I5: a base that was not on screen")
        self.model.saved(op_id, raw)

    def erased_numbers(self, st: str) -> set[int]:
        with self.central.read() as session:
            rows = session.rows(
                "SELECT o.seq FROM op o JOIN stream s ON s.n = o.st WHERE s.id = :id AND o.raw IS NULL", id=st
            )
        return {row[0] for row in rows}

    # What happens.

    def meanwhile(self, pc: SimPc) -> None:
        """While a request is on its way, others go on with their work, and so does the person at this PC."""
        if not self.stormy or self.depth > 1 or self.draw.random() > 0.12:
            return
        self.depth += 1
        try:
            self.happen(but=pc)
        finally:
            self.depth -= 1

    def other_process(self) -> None:
        """Another process of the endpoint works between two transactions of this one, or this one ends."""
        if not self.serving or not self.stormy or self.depth > 2:
            return
        chance = self.draw.random()
        if chance < 0.02 * (self.severity > 0.05) and "endpoint ends" not in self.without:
            self.told("endpoint", "endpoint ends")
            raise FaultInside
        if chance < 0.1 and self.late:
            self.depth += 1
            self.deliver_late()
            self.depth -= 1

    def deliver_late(self) -> None:
        if not self.late:
            return
        sent, deliver = self.late.pop(self.draw.randrange(len(self.late)))
        if self.now - sent <= FRESH:
            try:
                deliver()
            except (Refused, FaultInside):
                self.told("late", "refused")

    def happen(self, but: SimPc | None = None) -> None:
        """One thing."""
        ways = [name for name in WAYS if name not in self.without]
        (name,) = self.draw.choices(ways, [WAYS[way] for way in ways])
        ready = [pc for pc in self.pcs if pc is not but and not pc.busy]
        pc = self.draw.choice(ready) if ready else None
        self.told(name, pc.number if pc else "-")
        can = pc is not None or name in ("deliver late", "snapshot", "put back", "lie", "truth")
        if can and getattr(self, "_" + name.replace(" ", "_"))(pc) is not False:
            self.mix[name] += 1

    def _log(self, pc: SimPc) -> None:
        pc.log()

    def _amend(self, pc: SimPc) -> None:
        pc.amend()

    def _form(self, pc: SimPc) -> None:
        pc.open_form()

    def _sync(self, pc: SimPc) -> None:
        if pc.state.due is not None:
            self.now = max(self.now, pc.state.due + pc.booted)
        pc.tick()

    def _time(self, _pc: SimPc) -> None:
        self.now += self.draw.choice((1, 30, 200, 4000))

    def _kill(self, pc: SimPc) -> None:
        pc.restart()

    def _cut_off(self, pc: SimPc) -> None:
        pc.cut_off = not pc.cut_off

    def _clock(self, pc: SimPc) -> None:
        pc.clock_moved = timedelta(days=self.draw.choice((0, 3650, -3650, 1, -1)))

    def _snapshot(self, _pc: Any) -> None:
        self.snapshots.append(self.central.image())

    def _put_back(self, _pc: Any) -> bool:
        """The endpoint's database is put back; its operator may forget to say so."""
        can = bool(self.snapshots) and not any(pc.busy for pc in self.pcs)
        if can:
            if self.draw.random() < 0.3:  # the copy is of last night, and the wards have sent and fetched since
                for pc in [*self.pcs, *self.pcs]:
                    self._sync(pc)
            self.central.put_back(self.draw.choice(self.snapshots))
            if self.draw.random() < 0.6:
                admin.restore_epoch(self.central)
            self.disaster()
            if self.draw.random() < 0.3 and self._scrapped(self.draw.choice(self.pcs)):
                self.mix["scrapped with the endpoint"] += 1  # what that PC wrote, only others can bring back
        return can

    def _back_up(self, pc: SimPc) -> None:
        pc.back_up()

    def _restore(self, pc: SimPc) -> bool:
        if pc.backups:
            pc.restore(on_purpose=True)
            self.disaster()
        return bool(pc.backups)

    def _file_put_back(self, pc: SimPc) -> bool:
        """Somebody puts file and anchor back together, and nobody tells the app."""
        if pc.backups:
            pc.restore(on_purpose=False)
            self.put_back = True
            self.disaster()
        return bool(pc.backups)

    def _newer(self, pc: SimPc) -> None:
        """A PC of a newer version writes what this version does not know."""
        pc.write_newer()

    def _erase(self, pc: SimPc) -> None:
        pc.erase()

    def _leave(self, pc: SimPc) -> bool:
        """A ward is taken from a PC."""
        can = self.known(pc)
        if can:
            admin.end_scope(self.central, pc.device, WARDS[pc.wards[-1]])
            self.disaster()
        return can

    def _scrapped(self, pc: SimPc) -> bool:
        """A PC is gone for good, with all that only it held."""
        can = len(self.pcs) > 1
        if can:
            self.pcs.remove(pc)
            done_with(pc.db)
            self.disaster()
        return can

    def _revoke(self, pc: SimPc) -> bool:
        can = self.known(pc)
        if can:
            admin.revoke(self.central, pc.device)
        return can

    def _code(self, pc: SimPc) -> None:
        self.enrol(pc)

    def _new_key(self, pc: SimPc) -> None:
        pc.order_new_key()

    def _again(self, pc: SimPc) -> None:
        pc.send_listed_again()

    def _deliver_late(self, _pc: Any) -> None:
        self.deliver_late()

    def _lie(self, _pc: Any) -> None:
        self.lying = True

    def _truth(self, _pc: Any) -> None:
        self.lying = False

    def known(self, pc: SimPc) -> bool:
        """Whether this endpoint has let the PC in, and knows of it still."""
        with self.central.read() as session:
            return pc.enrolled and pc.device in devices.load(session, 1, [pc.device])

    def disaster(self) -> None:
        """Copies are gone: what nobody holds any more is given up, everything else must come back."""
        held: set[str] = set()
        for pc in self.pcs:
            held |= pc.holds()
        with self.central.read() as session:
            held |= {row[0] for row in session.rows("SELECT op_id FROM op WHERE raw IS NOT NULL")}
            held |= {row[0] for row in session.rows("SELECT op_id FROM op WHERE raw IS NULL AND seq IS NOT NULL")}
        self.model.lost(held)

    # A whole history.

    def run(self) -> None:
        with quick(), self._chance():
            for number in range(self.draw.choice((1, 2, 2, 3, 3, 4, 5))):
                self.pcs.append(self._new_pc(number))
            for _ in range(self.length):
                self.happen()
            self.calm()
            checker.check_all(self)

    def outcome(self) -> str:
        """What does not hold in this history; empty where all does."""
        try:
            self.run()
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return ""

    def close(self) -> None:
        """Nobody asks about this history any more."""
        self.snapshots.clear()
        for pc in self.pcs:
            pc.backups.clear()
            done_with(pc.db)
        ended(self.central)

    def calm(self) -> None:
        """All faults end: the network holds, the endpoint tells the truth, every PC is let in again."""
        self.stormy = self.lying = False
        while self.late:
            self.deliver_late()
        for pc in self.pcs:
            pc.cut_off, pc.clock_moved = False, timedelta(0)
            if not checker.in_good_standing(self, pc):
                self.enrol(pc)
            pc.state = pc.state.__class__(pc.monotonic())
        rested: dict[int, Any] = {}  # where a PC stood when a whole cycle of it changed nothing
        for _ in range(CALM_ROUNDS):
            moving = [pc for pc in self.pcs if rested.get(pc.number) != checker.standing(self, pc)]
            if not moving:
                return
            for pc in moving:
                before, pulled = checker.standing(self, pc), pc.runner.pulled
                self.now += 1300
                pc.send_listed_again()
                pc.state = pc.state.__class__(pc.monotonic())
                pc.tick()
                self.check(not pc.refused, f"I1: refused for good: {pc.refused}")
                if checker.standing(self, pc) == before and pc.runner.pulled == pulled:  # else it fetched all anew
                    rested[pc.number] = before
        raise Broken("I1: it never comes to rest")

    @contextmanager
    def _chance(self) -> Iterator[None]:
        chance = Chance(self.draw)
        held = [(one, one.secrets) for one in (unit, lifetime)]
        epoch, key = admin.new_epoch, keychange.make_device_key
        for one, _ in held:
            one.secrets = chance
        admin.new_epoch = lambda: b64(self.draw.randbytes(9))
        keychange.make_device_key = self._make_key
        try:
            yield
        finally:
            for one, real in held:
                one.secrets = real
            admin.new_epoch, keychange.make_device_key = epoch, key

    def _make_key(self) -> tuple[bytes, bytes]:
        private = Ed25519PrivateKey.from_private_bytes(self.draw.randbytes(32))
        self.made_keys.append(private.public_key().public_bytes_raw())
        return private.private_bytes_raw(), self.made_keys[-1]


WAYS: dict[str, int] = {
    "log": 7, "amend": 8, "form": 4, "sync": 22, "time": 3, "kill": 1, "cut off": 1, "clock": 1, "snapshot": 2,
    "put back": 2, "back up": 2, "restore": 2, "newer": 1, "erase": 2, "leave": 1, "revoke": 1, "scrapped": 1,
    "file put back": 1, "code": 1, "again": 1, "deliver late": 2, "lie": 1, "truth": 2,
    "new key": 3,
}  # fmt: skip


def failure(seed: int, mix: Counter[str] | None = None, **more: Any) -> str:
    """What does not hold in the history of this seed; empty where all does. `mix` is told what happened in it."""
    world = World(seed, **more)
    told = world.outcome()
    world.close()
    if mix is not None:
        mix.update(world.mix)
        mix.update({"histories": 1, "PCs at the end": len(world.pcs), "ops": len(world.model.ops)})
    return told
