"""In-app reminders: the number of overdue steps beside "Support" in the rail, each minute and after a save."""

from __future__ import annotations

from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from vpr_desktop.ui.notices import Notices
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.domain.changes import Changes
    from vpr_desktop.ui.main_window import MainWindow

EVERY_MS = 60_000
REST = 20  # times as long as a count took, before the next one that a write asks for


class Reminders(QObject):
    """Counts in the store lane while somebody is signed in; says a number and nothing else."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.notices = Notices(window)
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.notices.look)  # first: counting anew takes the moment after the next
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self._since, self._rest_ms = QElapsedTimer(), 0
        self._since.start()
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.look)
        window.unlocked.connect(self.look)

    def refreshed(self, _changes: Changes) -> None:
        """Counts anew after something was written; in a long run of writes, such as an import, only now and then."""
        rest = self._rest_ms - self._since.elapsed()
        if rest <= 0:
            self.look()
        elif not self._later.isActive():
            self._later.start(rest)

    def look(self) -> None:
        """Counts anew."""
        if self.window.shell is None or not self.window.ctx.can("support"):
            return
        ctx = self.window.ctx

        def job() -> tuple[int, datetime | None, float]:
            from vpr_desktop.services import worklist

            began = perf_counter()
            return worklist.overdue_count(ctx), worklist.next_moment(ctx), perf_counter() - began

        self.window.lane.run(self.window.shell, job, self._show, lambda _error: None)

    def _show(self, found: tuple[int, datetime | None, float]) -> None:
        count, at, took = found
        self._rest_ms = round(REST * took * 1000)
        self._since.restart()
        self.notices.expect(at)
        if self.window.shell is not None:
            self.window.shell.rail.badge("worklist", count, say("{count} overdue", count=count))
