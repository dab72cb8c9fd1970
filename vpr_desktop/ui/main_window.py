"""The window: lock screen or shell, the way between pages, lock that never asks. Holds the session, no records."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget

from vpr_desktop.domain.errors import KnownError
from vpr_desktop.services import lockscreen
from vpr_desktop.ui import shortcuts, spoken
from vpr_desktop.ui.announce import announce
from vpr_desktop.ui.beginning import Beginning
from vpr_desktop.ui.file_care import FileCare
from vpr_desktop.ui.focus_ring import FocusRing
from vpr_desktop.ui.idle import IdleWatch
from vpr_desktop.ui.leaving import drop_behind, is_gone, keep_and_close, let_go, taken_away, unless_faulty
from vpr_desktop.ui.loading import Loads, belonging_to
from vpr_desktop.ui.pages.lock_page import LockPage
from vpr_desktop.ui.places import ICONS_ONLY, NEEDS, PAGES, PLACE_OF
from vpr_desktop.ui.reminders import Reminders
from vpr_desktop.ui.sending import Sending
from vpr_desktop.ui.spots import Spot, go_to, spot_of
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tasks import Lane
from vpr_desktop.ui.widgets.beside import Beside
from vpr_desktop.ui.widgets.frames import begin
from vpr_desktop.ui.widgets.reading_order import TabsInReadingOrder
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from pathlib import Path

    from vpr_desktop.domain.changes import Changes
    from vpr_desktop.services.context import Clock, Context
    from vpr_desktop.ui.pages.first_run_page import FirstRunPage
    from vpr_desktop.ui.shell import Shell
    from vpr_desktop.ui.system_lock import SystemLock

LOG = logging.getLogger(__name__)
TITLE = "VPR Desktop"
LONGEST_TRAIL = 30


class MainWindow(TabsInReadingOrder, QWidget):
    """The one window. It is the desk that pages work at."""

    unlocked = Signal()
    locked = Signal()

    def __init__(self, home: Path, clock: Clock, lane: Lane) -> None:
        super().__init__()
        spoken.install()  # before the first widget, as Qt asks for a role once
        self.home, self.clock, self.lane = home, clock, lane
        self.setWindowTitle(TITLE)
        self.setMinimumSize(1024, 640)
        self.resize(1366, 704)
        self._ctx: Context | None = None
        self._pages: dict[str, Any] = {}
        self._trail: list[tuple[str, dict[str, Any], Spot]] = []
        self._here: tuple[str, dict[str, Any]] | None = None
        self._return: tuple[str, str, dict[str, Any], Spot] | None = None
        self.facts = lockscreen.read(home)
        self.lock_page = LockPage()
        self.shell: Shell | None = None
        self.loads = Loads(lane, self._on_job_failed, self)
        self.run, self.load, self.told = self.loads.run, self.loads.load, lane.told
        self.first_run: FirstRunPage | None = None
        self.stack = QStackedLayout(self)
        self.stack.setContentsMargins(0, 0, 0, 0)
        self._locked_view = Beside(self.lock_page)
        self.stack.addWidget(self._locked_view)
        self.ring = FocusRing(self)
        self.idle = IdleWatch(clock, self.facts.lock_minutes, self)
        self.reminders = Reminders(self)
        self._connect()
        shortcuts.install(self)
        self.show_lock()

    def _connect(self) -> None:
        self.lock_page.unlock_asked.connect(self.unlock)
        self.lock_page.support_asked.connect(self.open_support)
        self.care = FileCare(self, self._on_unlocked)
        self.restore = self.care.restore
        self.sending = Sending(self)
        self.beginning = Beginning(self)
        self.beginning.finished.connect(self._on_unlocked)
        self.idle.warned.connect(self._on_idle_warned)
        self.idle.calmed.connect(self._on_idle_calmed)
        self.idle.expired.connect(self.lock)
        self.loads.stopped.connect(self.status)
        self.loads.refused.connect(self._on_refused)

    # The desk
    @property
    def ctx(self) -> Context:
        """The signed-in session."""
        assert self._ctx is not None, "nobody is signed in"
        return self._ctx

    def _on_job_failed(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.trouble(str(error))
            return
        LOG.error("fault in %s", type(error).__name__)
        self.trouble(say("Something did not work. Your data is safe on this PC. Try again, and tell IT if it stays."))

    def trouble(self, text: str) -> None:
        """Shows above the page what went wrong."""
        announce(self, text, assertive=True)
        if self.shell is None:
            self.lock_page.show_error(text)
            return
        self.shell.tell("error", text)

    def status(self, text: str, undo: Callable[[], None] | None = None, seconds: int = 0) -> None:
        """Says in the status bar what was just done."""
        if self.shell is not None:
            self.shell.status.show_text(text, undo, seconds)

    def announce(self, text: str, *, assertive: bool = False) -> None:
        """Tells screen readers."""
        announce(self, text, assertive=assertive)

    def changed(self, changes: Changes) -> None:
        """Tells every page what was just written. One out of sight keeps nothing of a report that changed elsewhere."""
        if changes.origin == "sync":
            drop_behind(self, self._pages, changes, self._let_go)
        with self.loads.following():
            for page in (*self._pages.values(), self.reminders):
                page.refreshed(changes)
        self.care.tell_lock_screen(1)
        self.sending.heard(changes)

    def set_session(self, ctx: Context) -> None:
        """Takes a session that changed, such as after the ward's settings were saved."""
        self._ctx = ctx
        if self.shell is not None:
            self._show_session(ctx)
        self.facts = lockscreen.read(self.home)
        self.idle.minutes = self.facts.lock_minutes

    def _show_session(self, ctx: Context) -> None:
        assert self.shell is not None
        self.shell.offer({page for page, act in NEEDS.items() if ctx.can(act)})
        wards = {ward.id: ward.name for ward in ctx.wards.values()}
        self.shell.header.show_session(ctx.ward.name, wards, ctx.user.name, ctx.practice)

    def show_ward(self, ward_id: str) -> None:
        """Shows another of this PC's wards; what is half-filled is kept as a draft first."""
        self._keep_current()
        ctx = self.ctx

        def job() -> Any:
            from vpr_desktop.services import sessions

            return sessions.show_ward(ctx, ward_id)

        self.run(self, job, self._on_ward_shown)

    def _on_ward_shown(self, ctx: Context) -> None:
        self.set_session(ctx)
        self.status(say("{ward} is shown. New incidents are filed to it.", ward=ctx.ward.name))
        self.again()

    def again(self, why: str = "") -> None:
        """Opens the page anew, as the session now shows it; Home where it no longer opens. Others keep nothing."""
        if self._here is not None:
            self._keep_current()
            page, place = self._here[0], self._here[1] | self._pages[self._here[0]].place()
            self._let_go(*self._pages)
            self._open(*(page, place) if self.offers(page) else ("home", {}))
            if not self.offers(page):
                taken_away(self, self, place, why)

    def _let_go(self, *names: str) -> None:
        """Takes pages away with all that they show."""
        for name in names:
            let_go(self._pages.pop(name))
        self._here = self._here if self._here and self._here[0] in self._pages else None

    def _on_refused(self, owner: QObject, text: str) -> None:
        """A page that may no longer read what it shows is taken away; Home, which everybody has, stays."""
        place: dict[str, Any] = {}
        for name in (taken := [n for n, page in self._pages.items() if n != "home" and owner in belonging_to(page)]):
            self._keep_current()
            place = self._pages[name].place()
            self._let_go(name)
            if self._here is None:
                self._open("home", {})
        if taken or not is_gone(owner):  # else it was told as its page went
            taken_away(self, self, place, text)

    def go(self, page: str, **arguments: Any) -> None:
        """Opens a page; support opens at the side of the page that is open."""
        if page == "support":
            self.open_support()
            return
        if page == "lock":
            self.lock()
            return
        if page == "find":
            page, arguments = "incidents", {"find": True}
        if self.shell is None or page not in PAGES or not self.offers(page):
            return
        self._keep_current()
        if self._here is not None:
            name, opened_with = self._here
            left = (name, {**opened_with, **self._pages[name].place()}, spot_of(self._pages[name]))
            self._trail = [*self._trail, left][-LONGEST_TRAIL:]
        self._open(page, arguments)

    def _open(self, page: str, arguments: dict[str, Any], spot: Spot | None = None) -> None:
        assert self.shell is not None
        if page not in self._pages:
            module, name = PAGES[page]
            self._pages[page] = getattr(importlib.import_module(f"vpr_desktop.ui.pages.{module}"), name)(self)
        self._here = (page, arguments)
        widget = self._pages[page]
        self.shell.show_banner(None)
        self.shell.show_page(PLACE_OF.get(page, page), widget, page in ICONS_ONLY)
        with self.loads.opening(page):
            widget.opened(**arguments)
        begin(widget.first_focus())
        if spot is not None:  # behind the jobs by which the page fills itself
            self.run(widget, lambda: None, lambda _: go_to(widget, spot))

    def back(self) -> None:
        """Returns to the page before."""
        if self.shell is None or not self._trail:
            return
        self._keep_current()
        self._open(*self._trail.pop())

    def page(self) -> Any:
        """The page that is open, or None while locked."""
        return self._pages.get(self._here[0]) if self._here else None

    def page_does(self, name: str) -> None:
        """Lets the open page do something, where it can."""
        if self.first_run is not None:
            self.first_run.page_does(name)
        act = getattr(self.page(), name, None)
        if act is not None:
            act()

    def offers(self, page: str) -> bool:
        """Whether a page opens to whoever works."""
        return page not in NEEDS or self.ctx.can(NEEDS[page])

    def _keep_current(self) -> None:
        job = self.page().draft() if self.page() is not None else None
        if job is not None:
            self.run(self, job, lambda _: None)

    def next_pane(self, step: int = 1) -> None:
        """Moves focus between header, rail, page and support panel."""
        if self.shell is not None and self.page() is not None:
            from vpr_desktop.ui import panes

            panes.move(self.shell, self.page(), self.page().first_focus(), step)

    def undo_last(self) -> None:
        """Undoes what the status bar offers to undo; in a field Ctrl+Z is the field's own."""
        if self.shell is not None:
            self.shell.status.trigger_undo()

    def zoom(self, step: int) -> None:
        """Changes the text size by so many per cent; 0 puts it back."""
        look = style_of()
        look.set_text_percent(look.text_percent + step if step else 100)
        lockscreen.save_preferences(self.home, text_percent=look.text_percent)

    def open_support(self) -> None:
        """Opens Get support, or closes it."""
        view: Any = self.stack.currentWidget()  # the shell, or what holds the lock screen or the first run
        dock = view.dock
        dock.dismiss() if dock.isVisible() else dock.show_for(lockscreen.read(self.home))

    # Unlock and lock
    def show_lock(self) -> None:
        """Shows the lock screen, or the first run on a PC that has no file yet."""
        self.facts = lockscreen.read(self.home)
        if self.facts.needs_first_run:
            self.beginning.show()
            return
        self.lock_page.show_facts(self.facts)
        self.stack.setCurrentWidget(self._locked_view)
        self.lock_page.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, system: SystemLock | None) -> None:
        """Locks when the system locks or sleeps, and looks at the clocks when it wakes."""
        if system is not None:
            system.away.connect(self.lock)
            system.woke.connect(self.idle.check)

    def come_forward(self) -> None:
        """Somebody started the app a second time: this is its window."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def warm_up(self) -> None:
        """Loads what unlocking needs, in the lane, once the window is there."""
        self.lane.run(self, lambda: importlib.import_module("vpr_desktop.ui.warm_up").load(self.home))

    def unlock(self, user_id: str, passphrase: str) -> None:
        """Opens the file for somebody, in the lane."""
        home, clock = self.home, self.clock

        def job() -> Any:
            from vpr_desktop.services import sessions

            return sessions.unlock(home, user_id, passphrase, clock)

        self.lane.run(self, job, self._on_unlocked, self.care.unlock_failed)

    def _on_unlocked(self, ctx: Context) -> None:
        self._ctx = ctx
        self.lock_page.reset()
        from vpr_desktop.ui.shell import Shell

        self.shell = Shell()
        self.loads.begin(self.shell.busy)
        self.shell.asked.connect(self.go)
        self.shell.header.ward_chosen.connect(self.show_ward)
        self._show_session(ctx)
        self.shell.status.right.setText(say("Fictional practice data. Never sent.") if ctx.practice else "")
        self.stack.addWidget(self.shell)
        self.stack.setCurrentWidget(self.shell)
        self.facts = lockscreen.read(self.home)
        self.idle.minutes = self.facts.lock_minutes
        self.idle.start()
        self._pages, self._trail, self._here = {}, [], None
        left, self._return = self._return, None
        if left is not None and left[0] == ctx.user.user_id:
            self._open(*left[1:])
        else:
            self._open("home", {})
        self.status(say("Unlocked"))
        self.unlocked.emit()

    def lock(self) -> None:
        """Covers the window at once, then keeps what is half-filled, then closes the file. Never asks."""
        ctx, shell = self._ctx, self.shell
        if self.beginning.has_file:
            self.beginning.lock()
        if ctx is None or shell is None:
            return
        self.idle.stop()
        self.sending.end()
        for widget in QApplication.topLevelWidgets():
            if not isinstance(widget, MainWindow) and widget.isVisible():
                widget.close()
        keep = unless_faulty(lambda: self.page().draft() if self.page() is not None else None)
        if self._here is not None:
            name, with_ = self._here
            page = self._pages[name]
            self._return = unless_faulty(lambda: (ctx.user.user_id, name, {**with_, **page.place()}, spot_of(page)))
        self.loads.drop()
        self._ctx, self.shell, self._pages, self._here, self._trail = None, None, {}, None, []
        self.stack.removeWidget(shell)
        shell.setParent(None)
        shell.deleteLater()
        self.show_lock()
        QApplication.clipboard().clear()
        self.lane.run(self, lambda: keep_and_close(keep, ctx), lambda _: self.locked.emit(), self._on_lock_failed)

    def _on_lock_failed(self, error: Exception) -> None:
        LOG.error("lock ended with %s", type(error).__name__)
        self.locked.emit()

    def _on_idle_warned(self, seconds: int) -> None:
        text = say("This PC locks in {seconds} seconds. Press any key to stay.", seconds=seconds)
        if self.first_run is not None:
            self.first_run.warn(text)
        if self.shell is not None and not self.shell.locks_soon.isVisible():
            self.shell.warn(text)
            announce(self, text, assertive=True)

    def _on_idle_calmed(self) -> None:
        if self.first_run is not None:
            self.first_run.warn("")
        if self.shell is not None:
            self.shell.warn("")

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._ctx is not None or self.beginning.has_file:
            event.ignore()
            self.locked.connect(self.close, Qt.ConnectionType.SingleShotConnection)
            self.lock()
            return
        QTimer.singleShot(0, QApplication.quit)
        super().closeEvent(event)
