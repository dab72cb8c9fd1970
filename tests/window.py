"""Drives the real window for journeys and pictures: waits for the store lane, never sleeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from tests.conftest import fast_keys
from vpr_desktop.services import lockscreen
from vpr_desktop.ui.main_window import MainWindow
from vpr_desktop.ui.style import NAME, Style
from vpr_desktop.ui.tasks import Lane

__all__ = ["fast_keys", "make_window", "settle", "unlock"]


def make_window(app: QApplication, home: Path, clock: Any) -> MainWindow:
    """A window over a folder, shown; passphrases are checked with the fast numbers of tests."""
    facts = lockscreen.read(home)
    old = app.findChild(Style, NAME)
    if isinstance(old, Style):
        old.theme, old.text_percent = facts.theme, facts.text_percent
        old.apply()
    else:
        Style(app, facts.theme, facts.text_percent)
    window = MainWindow(home, clock, Lane("store", app))
    window.show()
    window.activateWindow()
    settle(window)
    return window


def settle(window: MainWindow, seconds: float = 20.0) -> None:
    """Lets the lane and the events that wait come to rest."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    loop, end, poll = QEventLoop(), QTimer(), QTimer()
    end.setSingleShot(True)
    end.timeout.connect(loop.quit)
    end.start(int(seconds * 1000))
    poll.timeout.connect(lambda: None if window.lane.busy else loop.quit())
    poll.start(5)
    loop.exec()
    assert end.isActive(), "the lane did not come to rest"
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.processEvents()
    if window.lane.busy:
        settle(window, seconds)


def unlock(window: MainWindow, user_id: str, passphrase: str) -> None:
    """Unlocks as a person would: chooses the name, types, presses Unlock."""
    page = window.lock_page
    page.who.set_value([user_id])
    page.passphrase.setText(passphrase)
    page.unlock.click()
    settle(window)
