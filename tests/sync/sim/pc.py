"""A PC of a history: the real store, engine and runner, with a person who reads forms, saves, and restores backups."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.sync.sim.net import Crash, Line
from tests.sync.sim.parts import HOME, Anchors, columns, device_keys, done_with, new_file, open_memory
from vpr_desktop.domain import batches
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.incident import Incident
from vpr_desktop.storage import keychange, lifetime, outbox
from vpr_desktop.storage import store as stores
from vpr_desktop.storage.device import public_key
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync import engine, events
from vpr_desktop.sync.runner import Runner

if TYPE_CHECKING:
    from tests.sync.sim.world import World

BEGAN = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
ODD: tuple[tuple[str, Any], ...] = (
    ("weather", "Rain"), ("weather", ["Sun", "Rain"]), ("effect", "NEWER"), ("occurred_at", "soon"),
    ("occurred_at", 12), ("occurred_at", "2026-13-45T99:00:00Z"), ("reported_at", "0001-01-01T00:00:00Z"),
    ("act_types", "PHY"), ("act_types", [1, {"a": None}]), ("description", {"kid": "k", "ct": "c"}),
    ("status", None), ("affected_count", "many"), ("restricted", 3), ("reported_at", {"a": [1]}),
)  # fmt: skip
EFFECTS = ("NON", "MIN", "UPS", "SER", "TRE")


class SimPc:
    """One PC. `wards` are the streams it writes in."""

    def __init__(self, world: World, number: int, wards: tuple[str, ...]) -> None:
        self.world, self.number, self.wards = world, number, wards
        private, _, self.device = device_keys()[number]
        self.db, self.anchors = new_file(), Anchors()
        self.store = stores.begin(
            self.db, self.anchors, self.device, stores.first_tip(f"file-{number}"), HOME, lambda: None
        )
        self.store.put_state_now("device_key", private)
        self.clock_moved = timedelta(0)
        self.booted = 0.0
        self.cut_off = self.busy = self.enrolled = self.put_back = False
        self.forms: list[Any] = []
        self.backups: list[Any] = []
        self.requests: list[float] = []
        self.refused = ""
        self.state = engine.State()
        self.line = Line(world, self)
        self.start()

    # Time, and the process.

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.world.now) + self.clock_moved

    def monotonic(self) -> float:
        return self.world.now - self.booted

    def unit(self) -> UnitOfWork:
        return self.store.unit(f"p-{self.number}", self.now())

    def in_unit(self, job: Any) -> Any:
        self.world.step(self)
        self.world.mix["written down while a batch is on its way"] += self.line.on_its_way
        with self.unit() as unit:
            got = job(unit)
        self.world.step(self)
        return got

    def start(self) -> None:
        """The process begins: nothing is known but what the file holds."""
        self.line.on_its_way, self.line.key = False, public_key(self.db)
        self.booted = self.world.now - self.world.draw.choice((1000.0, 5.0))
        chance = self.world.draw.random
        self.runner = Runner(self.in_unit, self.line, self.now, self.monotonic, chance, wanted=lambda: chance() < 0.5)
        self.runner.most_in_batch = 2 if self.world.small_batches else batches.MOST_OPS
        self.runner.part = 1 if self.world.small_batches else Runner.part
        waiting = bool(outbox.streams(self.db))
        self.state, _ = engine.step(engine.State(), events.Started(self.monotonic(), chance(), waiting))
        self.forms = []
        self.checked: dict[str, int] = {}
        self.busy = False

    def restart(self) -> None:
        """Killed and started again, from what was committed."""
        with suppress(Exception):
            self.db.execute("ROLLBACK")
        self.store = stores.open_checked(self.db, self.anchors, HOME, lambda: None)
        self.start()

    # What a person does.

    def save(self, record: Any, **more: Any) -> None:
        """Saves a record as a form does, and notes what was acknowledged."""
        shown = {field: list(heads) for field, heads in record.shown.heads.items()}
        before = self.store.tip.op_n
        with self.unit() as unit:
            unit.save(record, **more)
            unit.commit("save", record.id)
        for op_id, raw in self.db.execute("SELECT id, raw FROM op WHERE n > ?", (before,)).fetchall():
            self.world.saved(op_id, bytes(raw), shown)
        self.state, _ = engine.step(self.state, events.Saved(self.monotonic()))

    def log(self) -> None:
        draw = self.world.draw
        made = Incident(ward_id=draw.choice(self.wards), effect=draw.choice(EFFECTS), status="logged")
        made.location_detail, made.description = f"By door {draw.randrange(90)}", f"Words {draw.randrange(900)} said"
        hold = int(self.monotonic()) + 120 if draw.random() < 0.3 else None
        self.save(made, hold=hold)
        if hold is not None and draw.random() < 0.5:
            made.status = "withdrawn"
            self.save(made, reason="Logged twice", seen=[one for heads in made.shown.heads.values() for one in heads])

    def some_incident(self) -> str | None:
        ids = [row[0] for row in self.db.execute("SELECT id FROM incident ORDER BY id")]
        return self.world.draw.choice(ids[-4:]) if ids else None

    def open_form(self) -> None:
        found = self.some_incident()
        if found is not None:
            self.forms.append(self.store.reader().get(Incident, found))

    def amend(self) -> None:
        """Changes a record as it is now, or as a form that was opened earlier shows it."""
        draw = self.world.draw
        if self.forms and draw.random() < 0.6:
            record = self.forms.pop(draw.randrange(len(self.forms)))
        else:
            found = self.some_incident()
            if found is None:
                return
            record = self.store.reader().get(Incident, found)
        for field in draw.sample(("effect", "location_detail", "description"), draw.choice((1, 1, 2))):
            setattr(record, field, draw.choice(EFFECTS) if field == "effect" else f"Said {draw.randrange(900)}")
        self.save(record)

    def send_listed_again(self) -> None:
        listed = outbox.needs_you(self.db)
        if not listed:
            return
        with self.unit() as unit:
            for op, *_ in listed:
                outbox.send_again(unit.db, op)
            unit.commit("send again")

    def write_newer(self) -> None:
        """An op of a newer version: a field that is not known here, or a record of an unknown kind."""
        draw = self.world.draw
        found = self.some_incident()
        record = self.store.reader().get(Incident, found) if found else Incident(ward_id=self.wards[0])
        before = self.store.tip.op_n
        with self.unit() as unit:
            record.id = record.id or unit.new_id()
            shown = record.shown.heads
            field, value = draw.choice(ODD)
            op = unit._op(record, {field: value}, {}, None, ())
            op |= {"sch": 2, "base": {field: shown[field]} if field in shown else {}}
            unit._write(op, None, found is None)
            unit.commit("save")
        for op_id, raw in self.db.execute("SELECT id, raw FROM op WHERE n > ?", (before,)).fetchall():
            self.world.saved(op_id, bytes(raw), shown)

    def erase(self) -> None:
        """Somebody asks for the words of an op to be erased: who may, or who may not."""
        sql = "SELECT id FROM op WHERE et = 'incident' AND raw IS NOT NULL AND instr(raw, ?) = 0 ORDER BY n"
        found = [row[0] for row in self.db.execute(sql, (b'"er":{',))]
        if not found:
            return
        before = self.store.tip.op_n
        with self.store.unit(self.world.draw.choice(("p-lead", "p-lead", f"p-{self.number}")), self.now()) as unit:
            unit.erase(self.world.draw.choice(found), role="vpr_lead", ground="Retention ended")
            unit.commit("erase")
        for op_id, raw in self.db.execute("SELECT id, raw FROM op WHERE n > ?", (before,)).fetchall():
            self.world.model.saved(op_id, bytes(raw))

    # Joining.

    def introduced(self, anew: bool) -> keychange.Offer:
        """The keys with which this PC comes, as for a code that somebody typed."""
        with self.unit() as unit:
            made = keychange.introduce(unit.db, self.device, unit.incarnation, unit.new_id, anew)
            unit.commit("new key made" if made.is_new else "")
        return made

    def joined(self, with_keys: keychange.Offer) -> None:
        """It heard that it is let in."""
        self.enrolled, self.put_back = True, False
        if with_keys.is_new:
            with self.unit() as unit:
                keychange.take_over(unit.db, with_keys.links, self.now())
                unit.commit("enrol")
        self.line.key = public_key(self.db)
        self.state, _ = engine.step(self.state, events.Wanted(self.monotonic()))

    def order_new_key(self) -> None:
        with self.unit() as unit:
            unit.put_state(keychange.ORDERED, b"1")
            unit.commit("new key ordered")

    # Backup, restore, and a file put back behind the app's back.

    def back_up(self) -> None:
        self.backups.append((open_memory(self.db), self.anchors.held))

    def restore(self, on_purpose: bool) -> None:
        """Goes on from a backup; not on purpose means that file and anchor were both put back by somebody."""
        image, tip = self.world.draw.choice(self.backups)
        self.put_back = True
        done_with(self.db)
        self.db = open_memory(image)
        if on_purpose:
            self.db.execute("BEGIN IMMEDIATE")
            lifetime.begin_again(self.db)
            self.db.execute("COMMIT")
            tip = None
        self.anchors.held = tip
        if tip is None:
            self.anchors.held = stores.checks.file_tip(self.db)
        self.restart()

    # Sync.

    def tick(self) -> None:
        """Goes on until the engine waits; a crash on the way starts the process anew."""
        if self.busy or not self.enrolled:
            return
        self.busy = True
        try:
            state, effects = engine.step(self.state, events.Tick(self.monotonic()))
            self.state = self.runner.run(state, effects)
            self.refused = self.state.trouble
            if self.state.stopped in engine.STOPS:
                with self.unit() as unit:
                    unit.put_state(keychange.WITHDRAWN, b"1")
                    unit.commit("")
        except Crash:
            self.restart()
        self.busy = False
        self.check_place()

    def check_place(self) -> None:
        """I7: all up to the cursor is held, but what was erased before it came here."""
        for st in self.wards:
            held = stores.checks.state_or(self.db, f"place:{st}", "")
            if not held:
                continue
            cursor = json.loads(held)["cursor"]
            if cursor == self.checked.get(st):
                continue
            self.checked[st] = cursor
            numbers = {row[0] for row in self.db.execute("SELECT seq FROM op WHERE st = ? AND seq <= ?", (st, cursor))}
            missing = set(range(1, cursor + 1)) - numbers
            self.world.check(missing <= self.world.erased_numbers(st), "I7: the cursor passed an op that is not held")

    def holds(self) -> set[str]:
        """Ops whose bytes this PC could give back."""
        return {row[0] for row in self.db.execute("SELECT id FROM op WHERE raw IS NOT NULL")}

    def rows(self) -> dict[str, list[Any]]:
        """Every record as it stands, without the numbers that only this file knows."""
        found = {}
        for name in ENTITIES:
            found[name] = self.db.execute(f"SELECT {columns(name)} FROM {name} ORDER BY id").fetchall()
        return found
