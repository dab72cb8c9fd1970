"""In-app reminders: the number of overdue steps beside "Support" in the rail, each minute and after a save."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from vpr_desktop.ui.notices import Notices
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.domain.changes import Changes
    from vpr_desktop.ui.main_window import MainWindow

EVERY_MS = 60_000


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
        window.unlocked.connect(self.look)

    def refreshed(self, _changes: Changes) -> None:
        """Counts anew after something was written."""
        self.look()

    def look(self) -> None:
        """Counts anew."""
        if self.window.shell is None or not self.window.ctx.can("support"):
            return
        ctx = self.window.ctx

        def job() -> tuple[int, datetime | None]:
            from vpr_desktop.services import worklist

            return worklist.overdue_count(ctx), worklist.next_moment(ctx)

        self.window.lane.run(self.window.shell, job, self._show, lambda _error: None)

    def _show(self, found: tuple[int, datetime | None]) -> None:
        count, at = found
        self.notices.expect(at)
        if self.window.shell is not None:
            self.window.shell.rail.badge("worklist", count, say("{count} overdue", count=count))
