"""Hears what Qt really sends to screen readers, through the hook that Qt keeps for platforms without one of its own."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import PySide6
import shiboken6
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent

HOOK = "_ZN11QAccessible20installUpdateHandlerEPFvP16QAccessibleEventE"
HOOK_WINDOWS = "?installUpdateHandler@QAccessible@@SAP6AXPEAVQAccessibleEvent@@@ZP6AX0@Z@Z"
HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


@dataclass
class Heard:
    """What was sent: announcements with their urgency, and the kind of every other event."""

    announcements: list[tuple[str, bool]] = field(default_factory=list)
    events: list[QAccessible.Event] = field(default_factory=list)

    def texts(self) -> list[str]:
        return [text for text, _ in self.announcements]

    def clear(self) -> None:
        self.announcements.clear()
        self.events.clear()


@contextmanager
def listening() -> Iterator[Heard]:
    """Hears everything until the end of the block."""
    heard = Heard()

    def on_event(address: int) -> None:
        event = shiboken6.wrapInstance(address, QAccessibleEvent)
        heard.events.append(event.type())
        if event.type() == QAccessible.Event.Announcement:
            said = shiboken6.wrapInstance(address, QAccessibleAnnouncementEvent)
            urgent = said.politeness() == QAccessible.AnnouncementPoliteness.Assertive
            heard.announcements.append((said.message(), urgent))

    kept = HANDLER(on_event)
    install = _hook()
    QAccessible.setActive(True)
    before = install(ctypes.cast(kept, ctypes.c_void_p))
    try:
        yield heard
    finally:
        install(before)


def _hook() -> ctypes._CFuncPtr:
    folder = Path(PySide6.__file__).parent
    if sys.platform == "win32":
        found = getattr(ctypes.CDLL(str(folder / "Qt6Gui.dll")), HOOK_WINDOWS)
    else:
        held = [*folder.glob("Qt/lib/libQt6Gui.so.6"), *folder.glob("Qt/lib/QtGui.framework/QtGui")]
        found = getattr(ctypes.CDLL(str(held[0])), HOOK)
    found.restype, found.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    return found
