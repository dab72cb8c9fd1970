"""S0 in the window: opens on a PC that has no file yet, and ends in the first session or at the lock screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from vpr_desktop.services import lockscreen
from vpr_desktop.ui.widgets.beside import Beside

if TYPE_CHECKING:
    from vpr_desktop.ui.main_window import MainWindow


class Beginning(QObject):
    """Makes, shows and lets go of the first run. `finished` carries the session."""

    finished = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window

    def show(self) -> None:
        """Opens the first run."""
        from vpr_desktop.ui.pages.first_run_page import FirstRunPage

        window = self.window
        page = FirstRunPage(window.home, window.clock, window.lane)
        page.finished.connect(self._on_finished)
        page.file_made.connect(window.idle.start)
        page.support_asked.connect(window.open_support)
        window.first_run = page
        self._view = Beside(page)
        window.stack.addWidget(self._view)
        window.stack.setCurrentWidget(self._view)
        page.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_finished(self, ctx: Any) -> None:
        self._let_go()
        self.window.lock_page.show_facts(lockscreen.read(self.window.home))
        self.finished.emit(ctx)

    @property
    def has_file(self) -> bool:
        """Whether the first run has made the file and holds it open."""
        page = self.window.first_run
        return page is not None and page.ctx is not None

    def lock(self) -> None:
        """Closes the file that the first run holds open; who set it up unlocks it at the lock screen."""
        window, page = self.window, self.window.first_run
        assert page is not None
        ctx = page.ctx
        window.idle.stop()
        page.leave_practice()
        self._let_go()
        window.show_lock()

        def job() -> None:
            from vpr_desktop.services import sessions

            sessions.lock(ctx)

        window.lane.run(window, job, lambda _: window.locked.emit())

    def _let_go(self) -> None:
        if self.window.first_run is not None:
            self.window.stack.removeWidget(self._view)
            self._view.hide()
            self._view.deleteLater()
            self.window.first_run = None
