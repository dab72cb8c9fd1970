"""The system's own lock and sleep, over a real message bus; a PC that slept; the messages of Windows by number."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Iterator
from ctypes import wintypes
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QObject

from tests.ui.stage import Stage
from tests.window import settle
from vpr_desktop.ui.system_lock import SystemLock, WindowsLock, is_away

SESSION = "/org/freedesktop/login1/session/_31"


class Bus:
    """A message bus of its own, as the system's and as the session's, and somebody who speaks on it."""

    def __init__(self) -> None:
        from PySide6.QtDBus import QDBusConnection

        command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
        self.daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.daemon.stdout is not None
        address = self.daemon.stdout.readline().strip()
        self.heard = QDBusConnection.connectToBus(address, "heard")
        self.speaks = QDBusConnection.connectToBus(address, "speaks")
        assert self.heard.isConnected()
        assert self.speaks.registerService("org.freedesktop.login1")

    def say(self, path: str, interface: str, name: str, *values: object) -> None:
        """Emits one signal."""
        from PySide6.QtDBus import QDBusMessage

        signal = QDBusMessage.createSignal(path, interface, name)
        signal.setArguments(list(values))
        assert self.speaks.send(signal)

    def end(self) -> None:
        from PySide6.QtDBus import QDBusConnection

        for name in ("heard", "speaks"):
            QDBusConnection.disconnectFromBus(name)
        self.daemon.kill()
        self.daemon.wait(10)
        assert self.daemon.stdout is not None
        self.daemon.stdout.close()


@pytest.fixture
def bus() -> Iterator[Bus]:
    made = Bus()
    yield made
    made.end()


SIGNALS = {
    "sleep": ("/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", True),
    "session": (SESSION, "org.freedesktop.login1.Session", "Lock"),
    "gnome": ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", True),
    "other desktops": ("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", True),
}


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is the bus of Linux")
@pytest.mark.parametrize("signal", SIGNALS.values(), ids=SIGNALS)
def test_the_window_locks_when_the_system_says_so(window: Stage, bus: Bus, qtbot: Any, signal: Any) -> None:
    from vpr_desktop.ui.system_lock import DBusLock

    heard = DBusLock(window.window, bus.heard, bus.heard)
    heard.listen_to(SESSION)
    window.window.follow(heard)
    page = window.go("log")
    page.form.note.setPlainText("half a sentence")
    bus.say(*signal)
    qtbot.waitUntil(lambda: window.window.lock_page.isVisible())
    settle(window.window)
    window.unlock()
    assert window.window.page().form.note.toPlainText() == "half a sentence"


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is the bus of Linux")
def test_the_end_of_a_screen_saver_and_another_session_lock_nothing(window: Stage, bus: Bus, qtbot: Any) -> None:
    from vpr_desktop.ui.system_lock import DBusLock

    heard = DBusLock(window.window, bus.heard, bus.heard)
    heard.listen_to(SESSION)
    told: list[str] = []
    heard.away.connect(lambda: told.append("away"))
    heard.woke.connect(lambda: told.append("woke"))
    bus.say("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", False)
    bus.say("/org/freedesktop/login1/session/_99", "org.freedesktop.login1.Session", "Lock")
    bus.say("/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", False)
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["woke"]


def test_without_a_bus_nothing_is_heard_and_nothing_breaks(window: Stage) -> None:
    from vpr_desktop.ui import system_lock

    window.window.follow(system_lock.watch(window.window))
    window.window.follow(None)
    assert window.window.page() is not None


def test_a_pc_that_slept_locks_on_waking(window: Stage) -> None:
    clock, idle = window.clock, window.window.idle
    heard = SystemLock(window.window)
    window.window.follow(heard)
    clock.forward(seconds=5)
    idle.check()
    assert window.window.page() is not None
    clock.set(clock.now().replace(year=2020))
    heard.woke.emit()
    assert window.window.page() is not None, "a clock put back is no sleep"
    idle.start()
    clock.set(clock.now() + timedelta(minutes=1))
    heard.woke.emit()
    settle(window.window)
    assert window.window.lock_page.isVisible()


def test_ten_hours_count_by_the_wall_clock_too(window: Stage) -> None:
    clock, idle = window.clock, window.window.idle
    idle.minutes = 15
    for _ in range(10 * 60 * 60 // 20 + 1):  # the wall clock gains, a little at a time, while somebody works
        clock.set(clock.now() + timedelta(seconds=20))
        idle._touch()
        idle.check()
    settle(window.window)
    assert window.window.lock_page.isVisible()


# Windows: the messages by their numbers, read from memory as they come; the system itself is not here.
def message(number: int, kind: int) -> wintypes.MSG:
    made = wintypes.MSG()
    made.message, made.wParam = number, kind
    return made


@pytest.mark.parametrize(
    ("number", "kind", "away"),
    [(0x02B1, 7, True), (0x02B1, 2, True), (0x02B1, 4, True), (0x0218, 4, True),
     (0x02B1, 8, False), (0x0218, 18, False), (0x0100, 7, False)],
)  # fmt: skip
def test_messages_of_windows(number: int, kind: int, away: bool) -> None:
    assert is_away(number, kind) is away
    told: list[bool] = []
    hears = WindowsLock.__new__(WindowsLock)
    QObject.__init__(hears)
    hears.away.connect(lambda: told.append(True))
    held = message(number, kind)
    hears.hear(ctypes.addressof(held))
    assert bool(told) is away
