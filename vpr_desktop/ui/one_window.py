"""One window for each folder and person at the PC: a second start brings the first window to the front and ends.

Speaks over a local socket that only the same user of the system can open. Nothing is passed but the wish to show.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCryptographicHash, QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

WAIT_MS = 2000
SHOWN = b"shown"


def address(home: Path) -> str:
    """The socket of a folder: a path, or on Windows the name of a pipe. Says nothing about the folder."""
    user = os.environ.get("USERNAME", "") if sys.platform == "win32" else str(os.getuid())
    marked = QCryptographicHash.hash(f"{home.resolve()}|{user}".encode(), QCryptographicHash.Algorithm.Sha256)
    name = f"vpr-{marked.toHex().toStdString()[:24]}"  # Qt's own hash: the window need not wait for another library
    if sys.platform == "win32":
        return name
    held = os.environ.get("XDG_RUNTIME_DIR")
    if not held:
        from tempfile import gettempdir  # loads much, and is rarely needed

        held = gettempdir()
    return os.path.join(held, name)


def show_first(home: Path) -> bool:
    """Asks a window that is open over this folder to come to the front. False where there is none that answers."""
    where = address(home)
    if not os.path.exists(where if sys.platform != "win32" else rf"\\.\pipe\{where}"):
        return False  # the usual start does not load what the rest needs
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(where)
    if not socket.waitForConnected(WAIT_MS):
        return False
    answered = socket.waitForReadyRead(WAIT_MS) and bytes(socket.readAll().data()) == SHOWN
    socket.disconnectFromServer()
    return bool(answered)


class FirstWindow(QObject):
    """Listens for second starts. `asked` tells of one."""

    asked = Signal()

    def __init__(self, home: Path, parent: QObject) -> None:
        super().__init__(parent)
        from PySide6.QtNetwork import QLocalServer

        where = address(home)
        self._server: QLocalServer = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_new_connection)
        if not self._server.listen(where):
            QLocalServer.removeServer(where)  # left by a process that was killed
            self._server.listen(where)

    def close(self) -> None:
        """Stops listening."""
        self._server.close()

    def _on_new_connection(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            socket.disconnected.connect(socket.deleteLater)
            self.asked.emit()
            socket.write(SHOWN)
            socket.flush()
