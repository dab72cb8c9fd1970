"""The bars of everyday sync: a long history of single entries, nothing new, one record to the other side, a save
while a sync of thousands runs, and growth.

Requests are counted at the client; how often a PC waits for its disk (fsync, fdatasync) is counted by the kernel.
"""

from __future__ import annotations

import random
import shutil
import statistics
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from tests.bench import bare, offline
from tests.bench.measure import Bar, timed
from tests.bench.wire import Endpoint, Pages, beside, cycle, endpoint
from tests.central.pc import Pc
from tests.factories import answers
from tests.soak import ptrace
from vpr_desktop import bootstrap
from vpr_desktop.domain.batches import join
from vpr_desktop.services import enrolment
from vpr_desktop.services.context import Context
from vpr_desktop.services.new_incident import log
from vpr_desktop.sync import cycles, engine, events
from vpr_desktop.sync.runner import Runner

OPS, ROUNDS, SAVES, POLLS = 10_000, 3, 200, 200
MEANWHILE = 60_000  # so that the sync outlasts the saves, also where the machine has other work
GROWTH = (1_000, 10_000, 100_000)
BREATH = 0.004  # seconds at most between two saves, in which a sync goes on; each meets it at another place
SETTLE = 0.03  # seconds in which a sync that is held comes to rest
PAUSE = 60  # seconds in which an endpoint refills what a PC may send
AT_ONCE = 500  # batches in one request of the maker


def everyday(tmp: Path) -> list[Bar]:
    """All of them, on SQLite."""
    return [*history(tmp / "history"), *idle(tmp / "idle"), *meanwhile(tmp / "meanwhile"), *growth(tmp / "growth")]


def history(tmp: Path) -> list[Bar]:
    """A fresh pull of 10,000 entries that were sent one by one, as a ward's months are."""
    found: dict[str, list[float]] = {"pull": [], "floor": []}
    tmp.mkdir(parents=True)
    with endpoint(f"sqlite:///{tmp}/c.db") as there:
        one_by_one(there, OPS)
        for turn in range(ROUNDS):
            folder = tmp / str(turn)
            folder.mkdir()
            with offline.joined(folder / "two", there.address, there.code()) as two:
                pages = Pages(two, folder)
                told = cycle(two, whole=False)
                assert told.outcome.pulled >= OPS, told.outcome
                found["pull"].append(told.ready)
                pages.keep(two)
            with bare.running(f"{folder}/floor.db", folder) as address:
                found["floor"].append(pages.floor(folder / "three", address))
            shutil.rmtree(folder)
    return [beside(f"fresh pull of {OPS:,} sent one by one", found["pull"], found["floor"], 4)]


def one_by_one(there: Endpoint, count: int) -> None:
    """A device of the ward that sends each entry in a batch of its own."""
    pc = Pc(there.address, 7)
    assert pc.enrol(there.code()).status_code == 200
    made = random.Random(1)
    for start in range(0, count, AT_ONCE):
        sealed = [pc.seal(_entry(pc, made)) for _ in range(start, min(start + AT_ONCE, count))]
        got = pc.push_raw(join(sealed), sealed[0].header.id)
        assert got.status_code == 200, got.text
    pc.http.close()


def _entry(pc: Pc, made: random.Random) -> Any:
    at = f"2026-{made.randint(1, 10):02d}-{made.randint(1, 28):02d}T{made.randint(0, 23):02d}:05:00Z"
    words = "Hit on the arm while helping with a meal, made up. "
    return pc.op(
        set={
            "occurred_at": at, "reported_at": at, "time_known": "exact", "location": made.choice(("COR", "BAY", "DAY")),
            "act_types": ["PHY", "THR"], "affected": "ONE", "perp_relation": "PAT", "effect": "MIN",
            "support_offered": "NYT", "status": "logged", "description": words * 18,
        }
    )  # fmt: skip


class Window:
    """A PC's sync as the window runs it: one client and one state for the whole session."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.client = bootstrap.connect(ctx, str(enrolment.address(ctx)))
        self.requests = 0
        self.send, self.client._http.send = self.client._http.send, self._counted  # type: ignore[method-assign]
        self.ahead = 200.0  # so that the two minutes for "Undo" are over
        self.runner = Runner(enrolment.InUnit(ctx), self.client, ctx.clock.now, self.now, random.Random(1).random)
        self.state = engine.State()
        self.start(waiting=True)

    def _counted(self, *given: Any, **named: Any) -> Any:
        self.requests += 1
        return self.send(*given, **named)

    def now(self) -> float:
        """Monotonic seconds, ahead."""
        return self.ahead + self.ctx.clock.monotonic()

    def start(self, waiting: bool) -> None:
        self.tell(events.Started(self.now(), waiting, 0.5))

    def tell(self, event: Any) -> None:
        self.state, effects = engine.step(self.state, event)
        self.state = self.runner.run(self.state, effects)
        assert not self.state.trouble, self.state.trouble

    def saved(self) -> None:
        """Somebody saved, and the two seconds in which saves are gathered are over."""
        now = self.now()
        self.tell(events.Saved(now))
        self.ahead += engine.COALESCE
        self.tell(events.Tick(self.now()))

    def poll(self) -> None:
        """The minute is over."""
        self.ahead += engine.POLL * (1 + engine.POLL_SPREAD)
        self.tell(events.Tick(self.now()))


def idle(tmp: Path) -> list[Bar]:
    """Nothing new with 10,000 held, and one record from its save to the other side."""
    tmp.mkdir(parents=True)
    pc = offline.copied(offline.ready(OPS), tmp / "one")
    with endpoint(f"sqlite:///{tmp}/c.db") as there:
        with offline.joined(pc, there.address, there.code()) as ctx:
            cycle(ctx)
            with offline.joined(tmp / "two", there.address, there.code()) as other:
                cycle(other)
                cycle(ctx)
                mine, theirs = Window(ctx), Window(other)
                bars = _nothing_new(mine, there) + _one_record(mine, theirs)
        for name, act in (("nothing new", _poll_twice), ("a save", _save), ("a save, and sending it", _save_and_send)):
            bars.append(Bar(f"waits for the disk, {name}", disk_waits(pc, act), None, None, ""))
            for folder in ("counted", "nothing"):
                shutil.rmtree(tmp / folder)
    return bars


def _poll_twice(ctx: Context) -> None:
    window = Window(ctx)
    window.poll()
    window.poll()


def _save(ctx: Context) -> str:
    return log(ctx, answers(occurred_at=datetime.now(UTC).replace(microsecond=0))).id


def _save_and_send(ctx: Context) -> None:
    window = Window(ctx)
    _save(ctx)
    window.saved()


def _nothing_new(window: Window, there: Endpoint) -> list[Bar]:
    window.poll()
    window.poll()
    http, before = requests.Session(), window.requests
    took: dict[str, list[float]] = {"poll": [], "empty": []}
    for _ in range(POLLS):
        took["poll"].append(timed(window.poll))
        took["empty"].append(timed(lambda: http.get(there.address + "/v1/nothing", timeout=30)))
    asked = (window.requests - before) / POLLS
    assert asked, "no request was counted"
    poll, empty = statistics.median(took["poll"]), statistics.median(took["empty"])
    note = f"{poll / empty:.2f} x an empty request"
    return [
        Bar(f"nothing new, {OPS:,} held", poll, empty, 2 * empty, note=note),
        Bar("requests for nothing new", asked, 1, 1, ""),
    ]


def _one_record(mine: Window, theirs: Window) -> list[Bar]:
    mine.requests = theirs.requests = 0
    made = _save(mine.ctx)
    took = timed(lambda: (mine.saved(), theirs.poll()))
    assert theirs.ctx.store.db.execute("SELECT 1 FROM incident WHERE id = ?", (made,)).fetchone()
    asked = mine.requests + theirs.requests
    return [
        Bar("requests, save to the other side", asked, None, 3, ""),
        Bar("one record to the other side", took, None, None),
    ]


def meanwhile(tmp: Path) -> list[Bar]:
    """200 saves in the store's own lane while tens of thousands are sent, and 200 while they are fetched."""
    tmp.mkdir(parents=True)
    bars = []
    with endpoint(f"sqlite:///{tmp}/c.db") as there:
        pc = offline.copied(offline.ready(MEANWHILE), tmp / "sends")
        with offline.joined(pc, there.address, there.code()) as ctx:
            bars += _meanwhile(ctx, "sent")
        with offline.joined(tmp / "fetches", there.address, there.code()) as ctx:
            bars += _meanwhile(ctx, "fetched")
    return bars


def _meanwhile(ctx: Context, what: str) -> list[Bar]:
    """Saves during a sync, and in turn with them saves while it is held, as of a PC that has nothing to send."""
    turns = Turns()
    busy = threading.Thread(target=_sync, args=(ctx, turns))
    busy.start()
    chance = random.Random(1)
    took: dict[bool, list[float]] = {True: [], False: []}
    for i in range(2 * SAVES):
        turns.held = i % 2 == 0
        time.sleep(SETTLE if turns.held else chance.uniform(0, BREATH))
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=i)
        took[turns.held].append(timed(lambda at=at: turns.save(lambda: log(ctx, answers(occurred_at=at)))))  # type: ignore[misc]
    assert busy.is_alive(), "the sync ended before the saves did"
    moved = ctx.store.db.execute("SELECT count(*) FROM op WHERE seq IS NOT NULL").fetchone()[0]
    assert moved > SAVES * 10, f"only {moved} entries moved while somebody saved"
    turns.held = False
    busy.join()
    bars = []
    for name, share, times in (("median", 0.5, 2), ("p95", 0.95, 3)):
        measured, floor = _at(took[False], share), _at(took[True], share)
        note = f"{measured / floor:.2f} x a save alone"
        bars.append(Bar(f"save while {MEANWHILE:,} are {what}, {name}", measured, floor, times * floor, note=note))
    return bars


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Turns:
    """Who may use the store: jobs of sync come behind saves, as in the store's lane of the window."""

    def __init__(self) -> None:
        self.lock, self.waiting, self.held = threading.Lock(), 0, False

    def save(self, job: Callable[[], Any]) -> None:
        """One save, before what sync asks for."""
        self.waiting += 1
        with self.lock:
            self.waiting -= 1
            job()

    def is_wanted(self) -> bool:
        """Whether a save waits."""
        return self.waiting > 0

    def behind(self, job: Callable[[], Any]) -> Any:
        """One job of sync, once no save waits and sync is not held."""
        while True:
            with self.lock:
                if not (self.waiting or self.held):
                    return job()
            time.sleep(0.0005)


def _sync(ctx: Context, turns: Turns) -> None:
    client = bootstrap.connect(ctx, str(enrolment.address(ctx)))
    unit, clock = enrolment.InUnit(ctx), ctx.clock

    def in_unit(job: Callable[[Any], Any]) -> Any:
        return turns.behind(lambda: unit(job))

    chance = random.Random(1).random
    cycles.cycle(Runner(in_unit, client, clock.now, clock.monotonic, chance, wanted=turns.is_wanted))
    client.close()


def growth(tmp: Path) -> list[Bar]:
    """Push and pull of 1,000, 10,000 and 100,000, each entry's share: with ten times as many it hardly grows."""
    shares: dict[str, dict[int, float]] = {"push": {}, "pull": {}}
    for count in GROWTH:
        folder = tmp / str(count)
        folder.mkdir(parents=True)
        pc = offline.copied(offline.ready(count), folder / "one")
        with endpoint(f"sqlite:///{folder}/c.db") as there:
            with offline.joined(pc, there.address, there.code()) as one:
                shares["push"][count] = _paced(one, count)
            with offline.joined(folder / "two", there.address, there.code()) as two:
                shares["pull"][count] = _paced(two, count)
        shutil.rmtree(folder)
    few, some, many = GROWTH
    return [
        Bar(f"{what}, each of {many:,}", share[many], share[few], 1.5 * share[few],
            note=f"floor: each of {few:,}; of {some:,} {share[some]:.2f} ms")
        for what, share in shares.items()
    ]  # fmt: skip


def _paced(ctx: Context, count: int) -> float:
    """Milliseconds an entry, without the minutes for which a PC that moves so much at once has to pause."""
    took, moved = 0.0, 0
    while True:
        told = cycle(ctx, whole=False, share=True)
        took, moved = took + told.whole, moved + max(told.outcome.pushed, told.outcome.pulled)
        if told.outcome.refused is None:
            assert moved >= count, told.outcome
            return took / count
        time.sleep(PAUSE)


def disk_waits(home: Path, act: Callable[[Context], object]) -> int:
    """How often a PC waits for its disk in an act, by the kernel's count; opening and closing the file left out."""

    def counted(one: Callable[[Context], object], name: str) -> int:
        folder = offline.copied(home, home.parent / name)

        def job(_: Any) -> None:
            with offline.unlocked(folder) as ctx:
                one(ctx)

        told = ptrace.run(job)
        assert told.code == 0, told.said
        return told.names["fsync"] + told.names["fdatasync"]

    return counted(act, "counted") - counted(lambda _: None, "nothing")
