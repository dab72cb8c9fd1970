"""What the system says of itself: it goes to sleep, its screen is locked, another user takes over.

Linux: the signals of logind and of the desktop's screen saver on D-Bus. Windows: session and power messages of the
window. Where a system says nothing, the jump between the clocks on waking is left (`idle.py`).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SLOT, QObject, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection
    from PySide6.QtWidgets import QWidget

LOGIND = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
SESSION = "org.freedesktop.login1.Session"
SCREEN_SAVERS = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
)
# Windows: WM_WTSSESSION_CHANGE with console or remote disconnect and lock, WM_POWERBROADCAST with suspend.
WTS_MESSAGE, WTS_AWAY = 0x02B1, frozenset({2, 4, 7})
POWER_MESSAGE, POWER_SUSPEND = 0x0218, 4


class SystemLock(QObject):
    """`away` tells that nobody can be trusted to sit here; `woke` that the PC slept."""

    away = Signal()
    woke = Signal()

    @Slot(bool)
    def on_screen_saver(self, active: bool) -> None:
        """The desktop's lock or screen saver came or went."""
        if active:
            self.away.emit()

    @Slot(bool)
    def on_sleep(self, begins: bool) -> None:
        """The PC is about to sleep, or woke."""
        (self.away if begins else self.woke).emit()

    @Slot()
    def on_session_lock(self) -> None:
        """The session of this desktop was locked."""
        self.away.emit()


def _slot(name: str) -> Any:
    """A slot by its name, as D-Bus wants it: a text, though PySide's own types ask for bytes."""
    return SLOT(name)


class DBusLock(SystemLock):
    """Hears logind on the system's bus and the screen saver on the session's."""

    def __init__(self, parent: QObject, system: QDBusConnection, session: QDBusConnection) -> None:
        super().__init__(parent)
        self._system = system
        for name in SCREEN_SAVERS:
            session.connect("", "", name, "ActiveChanged", self, _slot("on_screen_saver(bool)"))
        service, path, manager = LOGIND
        system.connect(service, path, manager, "PrepareForSleep", self, _slot("on_sleep(bool)"))
        self._ask_session()

    def _ask_session(self) -> None:
        """Which session this is: other people's sessions lock without closing ours."""
        from PySide6.QtDBus import QDBusMessage, QDBusPendingCallWatcher

        if not self._system.isConnected():
            return
        asked = QDBusMessage.createMethodCall(*LOGIND, "GetSessionByPID")
        asked.setArguments([os.getpid()])
        self._watcher = QDBusPendingCallWatcher(self._system.asyncCall(asked), self)
        self._watcher.finished.connect(self._on_session_told)

    def _on_session_told(self, watcher: Any) -> None:
        from PySide6.QtDBus import QDBusMessage

        told = watcher.reply()
        watcher.deleteLater()
        if told.type() == QDBusMessage.MessageType.ReplyMessage:
            path = told.arguments()[0]
            self.listen_to(path if isinstance(path, str) else path.path())

    def listen_to(self, session_path: str) -> None:
        """Hears the lock of one session of logind."""
        self._system.connect(LOGIND[0], session_path, SESSION, "Lock", self, _slot("on_session_lock()"))


def is_away(message: int, kind: int) -> bool:
    """Whether a message that Windows sent to the window means that somebody left."""
    return (message == WTS_MESSAGE and kind in WTS_AWAY) or (message == POWER_MESSAGE and kind == POWER_SUSPEND)


class WindowsLock(SystemLock):
    """Hears the session and power messages of Windows. Written from its documentation; not run on Windows yet."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        import ctypes

        from PySide6.QtCore import QAbstractNativeEventFilter, QCoreApplication

        lock = self

        class Filter(QAbstractNativeEventFilter):
            def nativeEventFilter(self, _kind: Any, message: Any) -> object:
                lock.hear(int(message))
                return False, 0

        self._filter = Filter()
        app = QCoreApplication.instance()
        assert app is not None
        app.installNativeEventFilter(self._filter)
        if sys.platform == "win32":
            ctypes.windll.wtsapi32.WTSRegisterSessionNotification(int(window.winId()), 0)

    def hear(self, address: int) -> None:
        """Reads one message by its address in memory."""
        from ctypes import wintypes

        message = wintypes.MSG.from_address(address)
        if is_away(int(message.message), int(message.wParam or 0)):
            self.away.emit()


def watch(window: QWidget) -> SystemLock | None:
    """What hears the system this runs on, or None where it says nothing that is understood here."""
    if sys.platform == "win32":
        return WindowsLock(window)
    if sys.platform == "darwin":
        return None
    from PySide6.QtDBus import QDBusConnection

    return DBusLock(window, QDBusConnection.systemBus(), QDBusConnection.sessionBus())
