"""Puts text on the clipboard for 30 seconds, marked to stay out of clipboard histories."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QGuiApplication

SECONDS = 30
KEEP_OUT = (  # what Windows and desktop clipboard managers look for
    ('application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"', b"1"),
    ("x-kde-passwordManagerHint", b"secret"),
)


def put(text: str) -> None:
    """Copies text; after 30 seconds it is taken back where it is still there."""
    data = QMimeData()
    data.setText(text)
    for kind, value in KEEP_OUT:
        data.setData(kind, value)
    board = QGuiApplication.clipboard()
    board.setMimeData(data)
    QTimer.singleShot(SECONDS * 1000, lambda: board.clear() if board.text() == text else None)
