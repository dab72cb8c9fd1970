"""Starts the application: style, lane and window. Imports neither the ORM nor the database before the window shows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from vpr_desktop import __version__, logs
from vpr_desktop.bootstrap import SystemClock
from vpr_desktop.domain.errors import AlreadyOpen
from vpr_desktop.services import lockscreen
from vpr_desktop.ui import one_window
from vpr_desktop.ui.garbage import Garbage
from vpr_desktop.ui.main_window import MainWindow
from vpr_desktop.ui.style import Style
from vpr_desktop.ui.tasks import Lane

TURN = 0.0005  # seconds that a lane computes before the window has its turn: each part it paints would wait so long


def application(arguments: Sequence[str] = ()) -> QApplication:
    """The Qt application of this process."""
    app = QApplication.instance()
    made = app if isinstance(app, QApplication) else QApplication([sys.argv[0], "-style", "fusion", *arguments])
    made.setApplicationName("VPR Desktop")
    return made


def make_window(app: QApplication, home: Path) -> MainWindow:
    """The window over a folder, locked or at its first run."""
    facts = lockscreen.read(home)
    Style(app, facts.theme, facts.text_percent)
    window = MainWindow(home, SystemClock(), Lane("store", app))
    app.commitDataRequest.connect(window.lock)
    Garbage(window)
    sys.setswitchinterval(TURN)
    return window


class FirstPaint(QObject):
    """Does something once a window has painted for the first time; before, it would only delay that."""

    def __init__(self, window: QObject, job: Callable[[], None]) -> None:
        super().__init__(window)
        self._job = job
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._job)
        return False


def run(home: Path) -> int:
    """Opens the window over a folder and stays until it is closed; where one is open already, shows that and ends."""
    app = application()
    if one_window.show_first(home):
        sys.stderr.write(f"{AlreadyOpen()}\n")
        return AlreadyOpen.exit_code
    app.setQuitOnLastWindowClosed(False)
    window = make_window(app, home)

    def settle() -> None:
        logs.note("started", version=__version__)
        window.warm_up()
        from vpr_desktop.ui import system_lock  # nobody waits for it now

        window.follow(system_lock.watch(window))
        first = one_window.FirstWindow(home, window)
        first.asked.connect(window.come_forward)

    FirstPaint(window, settle)
    window.show()
    code = app.exec()
    window.sending.stop()
    window.lane.stop()
    logs.note("ended")
    return code
