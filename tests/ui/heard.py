"""Hears what Qt really sends to screen readers, through the hook that Qt keeps for platforms without one of its own."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import PySide6
from PySide6.QtGui import QAccessible

HOOK = "_ZN11QAccessible20installUpdateHandlerEPFvP16QAccessibleEventE"
HOOK_WINDOWS = "?installUpdateHandler@QAccessible@@SAP6AXPEAVQAccessibleEvent@@@ZP6AX0@Z@Z"
HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Event(ctypes.Structure):
    """How Qt lays out an accessible event, with what an announcement adds.

    Read in place: the event is gone when Qt comes back from sending it, and a Python object made over it would stand in
    PySide's table of addresses for whatever Qt puts there next.
    """

    _fields_ = (
        ("virtual_table", ctypes.c_void_p),
        ("type", ctypes.c_int),
        ("object", ctypes.c_void_p),
        ("child", ctypes.c_int),
        ("message_owner", ctypes.c_void_p),
        ("message", ctypes.c_void_p),
        ("message_units", ctypes.c_ssize_t),
        ("politeness", ctypes.c_int),
    )


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
        kind = QAccessible.Event(ctypes.c_int.from_address(address + _Event.type.offset).value)
        heard.events.append(kind)
        if kind == QAccessible.Event.Announcement:
            said = _Event.from_address(address)
            text = ctypes.string_at(said.message, 2 * said.message_units).decode("utf-16-le")
            urgent = said.politeness == QAccessible.AnnouncementPoliteness.Assertive.value
            heard.announcements.append((text, urgent))

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
