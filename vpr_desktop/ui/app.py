"""Starts the application: style, lane and window. Imports neither the ORM nor the database before the window shows."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from vpr_desktop.bootstrap import SystemClock
from vpr_desktop.services import lockscreen
from vpr_desktop.settings import home_folder
from vpr_desktop.ui.main_window import MainWindow
from vpr_desktop.ui.style import Style
from vpr_desktop.ui.tasks import Lane


def application(arguments: Sequence[str] = ()) -> QApplication:
    """The Qt application of this process."""
    app = QApplication.instance()
    made = app if isinstance(app, QApplication) else QApplication([sys.argv[0], *arguments])
    made.setApplicationName("VPR Desktop")
    return made


def make_window(app: QApplication, home: Path) -> MainWindow:
    """The window over a folder, locked or at its first run."""
    facts = lockscreen.read(home)
    Style(app, facts.theme, facts.text_percent)
    window = MainWindow(home, SystemClock(), Lane("store", app))
    app.commitDataRequest.connect(window.lock)
    return window


def run(home: str | None = None) -> int:
    """Opens the window and stays until it is closed."""
    app = application()
    app.setQuitOnLastWindowClosed(False)
    window = make_window(app, home_folder(home))
    window.show()
    QTimer.singleShot(0, window.warm_up)
    code = app.exec()
    window.lane.stop()
    return code
