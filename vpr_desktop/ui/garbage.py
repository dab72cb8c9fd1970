"""Python's garbage collector runs on the UI thread, between two events, and nowhere else.

By itself it runs in whichever thread makes the next object, in the middle of whatever that thread does. A widget that
it lets go of in a lane, or while Qt walks over its widgets, breaks Qt's memory, and the app dies some time later.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 1000


class Garbage(QObject):
    """Looks once a second, as far as Python's own limits ask for it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what lives as long as the app need not be looked through again and again
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collects the oldest generation that is due."""
        due = [n for n, (held, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)) if held > most]
        if due:
            gc.collect(due[-1])
