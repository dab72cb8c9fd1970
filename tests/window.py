"""Drives the real window for journeys and pictures: waits for the store lane, never sleeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from tests.conftest import fast_keys
from vpr_desktop.demo import rest as settle
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


def unlock(window: MainWindow, user_id: str, passphrase: str) -> None:
    """Unlocks as a person would: chooses the name, types, presses Unlock."""
    page = window.lock_page
    page.who.set_value([user_id])
    page.passphrase.setText(passphrase)
    page.unlock.click()
    settle(window)
