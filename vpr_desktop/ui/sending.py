"""Sending and fetching while somebody works: when a cycle runs, what the chip says, and what arrived.

Cycles run in the sync lane and do their store work behind that of people. Lock ends them at their next unit.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from vpr_desktop import logs
from vpr_desktop.domain.errors import KnownError, NotAllowed, Stopped
from vpr_desktop.ui.spots import spot_of, stay
from vpr_desktop.ui.tasks import Lane
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.bootstrap import Line
    from vpr_desktop.domain.changes import Change, Changes
    from vpr_desktop.services.context import Context
    from vpr_desktop.services.sending import Status
    from vpr_desktop.sync.engine import State
    from vpr_desktop.ui.main_window import MainWindow
    from vpr_desktop.ui.sync_chip import Chip

LOG = logging.getLogger(__name__)
LOOK_MS, GATHER_MS = 1000, 200
OF_SESSION = frozenset({"ward", "place", "contact", "user"})
OPEN_WITH = say("Open Sync and data with Ctrl+5.")
LEFT = say("The trust took a ward from this PC. What was saved of it is kept and sent.")


class Session:
    """From unlock to lock. Its units run in the store lane behind what people wait for, and not once it ended."""

    def __init__(self, ctx: Context, lane: Lane) -> None:
        self.ctx, self.lane = ctx, lane
        self.ended = self.cancelled = False
        self.line: Line | None = None

    def in_unit(self, job: Callable[[Any], Any]) -> Any:
        """One job of a cycle in a unit of its own; called in the sync lane. Raises Stopped."""

        def work() -> Any:
            if self.ended or self.cancelled:
                raise Stopped()
            with self.ctx.unit() as unit:
                return job(unit)

        return self.lane.behind(work)


class Sending(QObject):
    """Belongs to the window. `sync_state_changed` carries the chip."""

    sync_state_changed = Signal(object)
    _told = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.session: Session | None = None
        self.status: Status | None = None
        self.running = False
        self.fault = ""  # what went wrong on this side in the last cycle, in words
        self._lane: Lane | None = None
        self._state: State | None = None
        self._own = self._total = 0
        self._saved_meanwhile = self._wanted_meanwhile = self._long_said = False
        self._arrived: list[Change] = []
        self._look = QTimer(self, interval=LOOK_MS)
        self._look.timeout.connect(self.tick)
        self._gather = QTimer(self, interval=GATHER_MS, singleShot=True)
        self._gather.timeout.connect(self._hand_on)
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)
        window.unlocked.connect(self.begin)

    # From unlock to lock
    def begin(self) -> None:
        """Begins with the session that was just unlocked, or anew once this PC was joined to a server."""
        self.end()
        ctx = self.window.ctx
        session = self.session = Session(ctx, self.window.lane)

        def job() -> tuple[Line | None, Status]:
            from vpr_desktop import bootstrap
            from vpr_desktop.services import sending

            read_only = ctx.store.read_only is not None
            made = None if read_only else bootstrap.line(ctx, session.in_unit, self._told.emit, session.lane.is_wanted)
            return made, sending.status(ctx)

        self.window.lane.run(self, job, lambda made: self._on_ready(session, *made), self._on_status_failed)

    def _on_ready(self, session: Session, line: Line | None, status: Status) -> None:
        from vpr_desktop.services import sending
        from vpr_desktop.sync import engine, events

        if session.ended:
            return
        session.line, self._own = line, sending.own_changes(session.ctx)
        if line is not None:
            now = self.window.clock.monotonic()
            started = events.Started(now, random.SystemRandom().random(), status.ready > 0)
            self._state, _ = engine.step(engine.State(), started)
            self._look.start()
        self._show(status)

    def end(self) -> None:
        """Ends with the session: a cycle that runs stops at its next unit, and its answer is not heard."""
        session, self.session = self.session, None
        self._look.stop()
        self._gather.stop()
        self._arrived = []
        self.status = self._state = None
        self.running = self._saved_meanwhile = self._wanted_meanwhile = self._long_said = False
        if session is not None:
            session.ended = True
            line = session.line
            if line is not None and self._lane is not None:
                self._lane.run(self, line.close)

    def stop(self) -> None:
        """Ends the lane with the program; a call under way is left to itself."""
        self.end()
        if self._lane is not None:
            self._lane.stop(0)

    # The rhythm
    def tick(self) -> None:
        """Looks whether somebody saved, whether what was held back may go, and whether a cycle is due."""
        from vpr_desktop.services import sending
        from vpr_desktop.sync import engine, events

        session, state = self.session, self._state
        if session is None or state is None:
            return
        now, own = self.window.clock.monotonic(), sending.own_changes(session.ctx)
        release = self.status.release if self.status is not None else None
        if own != self._own or (release is not None and now >= release):
            self._own = own
            self._saved_meanwhile = self.running
            state, _ = engine.step(state, events.Saved(now))
            self.refresh()
        self._state, effects = engine.step(state, events.Tick(now))
        if effects and not self.running:
            self._run(session, self._state, effects)

    def _run(self, session: Session, state: State, effects: tuple[Any, ...]) -> None:
        line = session.line
        if line is None:
            return
        self.running, self._total, session.cancelled = True, self.status.ready if self.status else 0, False
        self._own_lane().run(
            self, lambda: line.run(state, effects), lambda made: self._on_ran(session, *made),
            lambda error: self._on_stopped(session, state, error),
        )  # fmt: skip
        self._show_chip()

    def _on_ran(self, session: Session, state: State, outcome: Any) -> None:
        if session.ended:
            return
        self.fault = ""
        if outcome.refused is None:
            logs.note("synced", count=outcome.pushed + outcome.pulled)
        else:
            logs.note("sync_failed", kind=outcome.refused.kind)
        self._go_on(state)
        if state.stopped:
            self.renew()

    def _on_stopped(self, session: Session, state: State, error: Exception) -> None:
        """A cycle that was cancelled, or that a full disk or a fault of the app ended."""
        from vpr_desktop.sync import engine, events

        if session.ended:
            return
        now, chance = self.window.clock.monotonic(), random.SystemRandom().random()
        if isinstance(error, Stopped):
            again: Any = events.Started(now, 1.0, waiting=False)
        else:
            if not isinstance(error, KnownError):
                logs.fault(error)
            known = str(error) if isinstance(error, KnownError) else say("Something did not work. Nothing is lost.")
            self.fault, again = known, events.Failed("fault", now, chance)
        self._go_on(engine.step(replace(state, running=False), again)[0])

    def _go_on(self, state: State) -> None:
        from vpr_desktop.sync import engine, events

        self.running, saved, self._saved_meanwhile = False, self._saved_meanwhile, False
        wanted, self._wanted_meanwhile = self._wanted_meanwhile, False
        self._state = engine.step(state, events.Saved(self.window.clock.monotonic()))[0] if saved else state
        self._hand_on()
        self.refresh()
        if wanted:
            self.send_now()
            self._total = 0  # the count is from before the cycle that ended; its last is not told as on its way again

    def send_now(self) -> None:
        """Sends and fetches at once, or anew after the cycle that runs: it may have asked before what is wanted came.

        Where no server is set up, shows where to do that.
        """
        from vpr_desktop.sync import engine, events

        if self.session is None:
            return
        if self._state is None:
            self.window.go("data")
            return
        self._wanted_meanwhile = self.running
        self._state, _ = engine.step(self._state, events.Wanted(self.window.clock.monotonic()))
        self.tick()

    def enrol(
        self, url: str, code: str, done: Callable[[dict[str, Any]], None], failed: Callable[[Exception], None]
    ) -> None:
        """Joins this PC to a server, in the sync lane, and begins to send."""
        session, store = self.session, self.window.lane
        if session is None:
            return

        def job() -> dict[str, Any]:
            from vpr_desktop import bootstrap

            return bootstrap.enrol(session.ctx, url, code, store.behind)

        def joined(made: dict[str, Any]) -> None:
            if not session.ended:
                self.begin()
                done(made)

        self._own_lane().run(self, job, joined, lambda error: None if session.ended else failed(error))

    def _own_lane(self) -> Lane:
        if self._lane is None:
            self._lane = Lane("sync", self.window.lane.parent())
        return self._lane

    def cancel(self) -> None:
        """Stops the cycle that runs at its next unit; what waits goes with the next."""
        if self.session is not None and self.running:
            self.session.cancelled, self._wanted_meanwhile = True, False
            self._show_chip()

    @property
    def stops(self) -> bool:
        """Whether the cycle that runs was cancelled, and only ends its step."""
        return self.running and self.session is not None and self.session.cancelled

    # What people see
    def refresh(self) -> None:
        """Reads anew how things stand."""
        session = self.session
        if session is None:
            return
        ctx = self.window.ctx

        def job() -> Status:
            from vpr_desktop.services import sending

            return sending.status(ctx)

        self.window.lane.run(
            self, job, lambda status: None if session.ended else self._show(status), self._on_status_failed
        )

    def _on_status_failed(self, error: Exception) -> None:
        LOG.warning("how sending stands could not be read: %s", type(error).__name__)

    def _show(self, status: Status) -> None:
        before, self.status = self.status, status
        self._show_chip()
        self._say_needs(before, status)
        self._say_long()

    def chip(self) -> Chip | None:
        """What the chip says now."""
        from vpr_desktop.ui.sync_chip import chip_of

        session, status = self.session, self.status
        if session is None or status is None:
            return None
        going = None
        if self.running and self._total:
            total = max(self._total, status.waiting)
            going = (min(total, total - status.waiting + 1), total)
        return chip_of(status, going, session.ctx.now(), session.ctx.ward.zone)

    def _show_chip(self) -> None:
        from vpr_desktop.ui.sync_chip import counts

        chip, shell = self.chip(), self.window.shell
        if chip is None or shell is None or self.status is None:
            return
        shell.header.show_chip(chip.kind, chip.icon, chip.words, chip.number, chip.name)
        if self.status.enrolled and self.window.ctx.practice:
            shell.status.right.setText(say("Fictional practice data."))
        shell.rail.badge("data", self.status.needs_you + self.status.waiting, counts(self.status))
        self.sync_state_changed.emit(chip)

    def _say_needs(self, before: Status | None, status: Status) -> None:
        if status.needs_you > (before.needs_you if before is not None else 0):
            count = status.needs_you
            text = say("1 report needs you.") if count == 1 else say("{count} reports need you.", count=count)
            self.window.announce(f"{text} {OPEN_WITH}")

    def _say_long(self) -> None:
        """Once in a session, where something waits for more than a day; the banner goes when it is no longer so."""
        text, shell = self.long_wait(), self.window.shell
        if shell is not None and not text and shell.leads_to == "data":
            shell.show_banner(None)
        stands_there = self.window.page() is not None and self.window.page().objectName() == "S10"
        if not text or shell is None or self._long_said or shell.banner.isVisible() or stands_there:
            return
        self._long_said = True
        shell.tell("warning", text, "data")
        self.window.announce(f"{text} {OPEN_WITH}")

    def long_wait(self) -> str:
        """What to say where something has waited for more than a day; else nothing."""
        from vpr_desktop.ui.sync_chip import waited_long

        session, status = self.session, self.status
        return waited_long(status, session.ctx.now(), session.ctx.ward.zone) if session and status else ""

    def heard(self, changes: Changes) -> None:
        """People and wards that changed, here or elsewhere, count at once: roles, access, wards of this PC."""
        if any(one.entity in OF_SESSION for one in changes.records):
            self.renew()

    def renew(self) -> None:
        """Asks anew who may work here, and as what."""
        if self.session is None:
            return
        ctx = self.window.ctx

        def job() -> Context:
            from vpr_desktop.services import sessions

            return sessions.renewed(ctx)

        self.window.lane.run(
            self, job, lambda fresh: self._on_renewed(ctx, fresh), lambda error: self._on_not_renewed(ctx, error)
        )

    def _on_renewed(self, before: Context, fresh: Context) -> None:
        if self.session is None or self.window.ctx.store is not fresh.store:
            return
        if before.wards.keys() - fresh.wards.keys():
            self._on_not_renewed(before, NotAllowed(LEFT))  # no page keeps what it shows of that ward
            return
        self.window.set_session(fresh)
        if fresh.user.role != before.user.role:
            from vpr_desktop.domain.choices_response import USER_ROLE

            text = say("Your role is now: {role}.", role=USER_ROLE.label(fresh.user.role))
            self.window.status(text)
            self.window.announce(text, assertive=True)
            self.window.again(text)
            self.refresh()

    def _on_not_renewed(self, before: Context, error: Exception) -> None:
        """Whoever may not work here any more sees the lock screen at once, with the reason."""
        if self.session is None or self.window.ctx.store is not before.store or not isinstance(error, NotAllowed):
            return
        self.window.lock()
        self.window.trouble(str(error))

    # What arrives
    def _on_told(self, changes: Changes) -> None:
        if self.session is None:
            return
        self._arrived += changes.records
        if not self._gather.isActive():
            self._gather.start()

    def _hand_on(self) -> None:
        """Lets every page see what arrived, several units at once."""
        from vpr_desktop.domain.changes import Changes

        self._gather.stop()
        arrived, self._arrived = tuple(dict.fromkeys(self._arrived)), []
        if self.session is None:
            return
        if arrived:
            page, focused = self.window.page(), QApplication.focusWidget()
            spot = spot_of(page)
            self.window.changed(Changes(arrived, "sync"))
            if focused is not None and page.isAncestorOf(focused):
                self.window.lane.run(page, lambda: None, lambda _: stay(page, focused, spot))
        if self.running:
            self.refresh()
