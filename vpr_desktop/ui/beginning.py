"""S0 in the window: opens on a PC that has no file yet, and ends in the first session or at the lock screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from vpr_desktop.services import lockscreen

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
        window.first_run = page
        window.stack.addWidget(page)
        window.stack.setCurrentWidget(page)
        page.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_finished(self, ctx: Any) -> None:
        self._let_go()
        self.window.lock_page.show_facts(lockscreen.read(self.window.home))
        self.finished.emit(ctx)

    def _let_go(self) -> None:
        page = self.window.first_run
        if page is not None:
            self.window.stack.removeWidget(page)
            page.deleteLater()
            self.window.first_run = None
