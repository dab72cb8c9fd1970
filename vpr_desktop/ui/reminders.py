"""In-app reminders: the number of overdue steps beside "Support" in the rail, each minute and after a save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

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
        self._timer = QTimer(self, interval=EVERY_MS)
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

        def job() -> int:
            from vpr_desktop.services import worklist

            return worklist.overdue_count(ctx)

        self.window.lane.run(self.window.shell, job, self._show, lambda _error: None)

    def _show(self, count: int) -> None:
        if self.window.shell is not None:
            self.window.shell.rail.badge("worklist", count, say("{count} overdue", count=count))
