"""Inactivity: warns, then locks. Never asks; any key or pointer movement starts the time anew.

Keys and pointer are seen at the system's windows, where they come in. A filter over the whole application would see
them too, but also each event of widgets that are half made or half gone, and Python's view of those breaks Qt's memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from vpr_desktop.services.context import Clock

ACTIVE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)
TICK_MS = 1000
LONGEST_SESSION = 10 * 3600  # seconds after unlock at which the PC locks whatever happens
SLEPT = 30  # seconds the wall clock ran ahead of the monotonic one between two looks: the PC slept


class IdleWatch(QObject):
    """Counts by wall clock and monotonic clock; whichever says more time has passed rules.

    The monotonic clock of Linux and macOS stands still while the PC sleeps, so that a jump between the two shows it.
    """

    warned = Signal(int)
    calmed = Signal()
    expired = Signal()

    def __init__(self, clock: Clock, minutes: int, parent: QObject) -> None:
        super().__init__(parent)
        self._clock = clock
        self.minutes = minutes
        self._warning = False
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._see_windows)
        self._timer.timeout.connect(self.check)
        self._touch()
        self._began = self._seen = self._clocks()

    def _clocks(self) -> tuple[float, float]:
        return self._clock.now().timestamp(), self._clock.monotonic()

    @property
    def warn_seconds(self) -> int:
        """How long before the lock people are warned."""
        return 30 if self.minutes <= 1 else 60

    def start(self) -> None:
        """Begins to watch, from now."""
        self._touch()
        self._began = self._seen = self._clocks()
        self._see_windows()
        self._timer.start()

    def _see_windows(self) -> None:
        """Also those that opened since: dialogs and lists. Seeing one twice is the same as once."""
        for window in QGuiApplication.topLevelWindows():
            window.installEventFilter(self)

    def stop(self) -> None:
        """Stops watching."""
        for window in QGuiApplication.topLevelWindows():
            window.removeEventFilter(self)
        self._timer.stop()
        self._warning = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in ACTIVE:
            self._touch()
            if self._warning:
                self._warning = False
                self.calmed.emit()
        return super().eventFilter(watched, event)

    def _touch(self) -> None:
        self._last = self._clocks()

    def _since(self, then: tuple[float, float]) -> float:
        return max(now - before for now, before in zip(self._clocks(), then, strict=True))

    def check(self) -> None:
        """Looks at both clocks; called each second and on waking."""
        (wall, mono), (seen_wall, seen_mono) = self._clocks(), self._seen
        self._seen = (wall, mono)
        slept = (wall - seen_wall) - (mono - seen_mono) > SLEPT
        left = self.minutes * 60 - self._since(self._last)
        if left <= 0 or slept or self._since(self._began) > LONGEST_SESSION:
            self.stop()
            self.expired.emit()
        elif left <= self.warn_seconds:
            self._warning = True
            self.warned.emit(round(left))
