"""A desktop notice while the app is locked or behind another window: that something is due, and nothing of what.

Off until somebody switches it on for this PC. Where the desktop shows no notices nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from vpr_desktop.services import lockscreen
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.ui.main_window import MainWindow

WORDS = say("VPR Desktop: something is due")


class Notices(QObject):
    """Remembers when the next step is due, and over a lock nothing but that moment."""

    def __init__(self, window: MainWindow, tell: Callable[[str], None] | None = None) -> None:
        super().__init__(window)
        self.window = window
        self.tell = tell or self._tell
        self._at: datetime | None = None
        self._tray: QSystemTrayIcon | None = None

    def expect(self, at: datetime | None) -> None:
        """Takes the moment at which something is due next; None where nothing is."""
        self._at = at

    def look(self) -> None:
        """Tells it once that moment has come, where nobody looks at the app."""
        if self._at is None or self.window.clock.now() < self._at:
            return
        self._at = None  # told once, also where nobody is to be told
        away = self.window.shell is None or not self.window.isActiveWindow()
        if away and lockscreen.read(self.window.home).notices:
            self.tell(WORDS)

    def _tell(self, words: str) -> None:
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(QApplication.windowIcon(), self)
            self._tray.show()
        self._tray.showMessage("", words, QSystemTrayIcon.MessageIcon.NoIcon)
