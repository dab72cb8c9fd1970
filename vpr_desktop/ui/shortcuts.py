"""The keys that work everywhere in the window; the handbook's page on the keyboard is written from this table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

if TYPE_CHECKING:
    from vpr_desktop.ui.main_window import MainWindow

# What people read of them, in the settings.
LISTED = (
    ("Ctrl+N", "Log an incident"),
    ("Ctrl+Enter", "Save"),
    ("Ctrl+S", "Save draft now"),
    ("Ctrl+1, 2, 3, 5", "Home, Incidents, Support, Sync and data"),
    ("Ctrl+K", "Find anything"),
    ("Ctrl+F", "Filter this list"),
    ("Ctrl+P", "Print preview"),
    ("Ctrl+L", "Lock and hide"),
    ("F1", "Get support"),
    ("Ctrl+Shift+H", "Handover"),
    ("Alt+1 to 7, digits", "Jump to a question, choose"),
    ("F5", "Send now"),
    ("Alt+Left", "Back"),
    ("F6, Shift+F6", "Next pane, pane before"),
    ("Ctrl+Z", "Undo the last action"),
    ("Shift+F10", "Menu of a row"),
    ("Esc", "Close a panel; loses nothing"),
    ("Ctrl+/ and Ctrl+,", "Keyboard page of the handbook, Settings"),
    ("Ctrl+plus, minus, 0", "Text size"),
)


def keys(window: MainWindow) -> dict[str, Callable[[], None]]:
    """Each key with what it does."""
    return {
        "Ctrl+N": lambda: window.go("log"),
        "Ctrl+1": lambda: window.go("home"),
        "Ctrl+2": lambda: window.go("incidents"),
        "Ctrl+3": lambda: window.go("worklist"),
        "Ctrl+5": lambda: window.go("data"),
        "Ctrl+,": lambda: window.go("settings"),
        "Ctrl+/": lambda: window.go("handbook", topic="keyboard"),
        "Ctrl+K": lambda: window.go("incidents", find=True),
        "Ctrl+Shift+H": lambda: window.go("handover"),
        "Ctrl+L": window.lock,
        "Alt+Left": window.back,
        "F1": window.open_support,
        "F5": lambda: window.sending.send_now(),
        "F6": window.next_pane,
        "Shift+F6": lambda: window.next_pane(-1),
        "Ctrl+Z": window.undo_last,
        "Ctrl+Return": lambda: window.page_does("save"),
        "Ctrl+Enter": lambda: window.page_does("save"),
        "Ctrl+S": lambda: window.page_does("keep_draft"),
        "Ctrl+P": lambda: window.page_does("print_this"),
        "Ctrl+F": lambda: window.page_does("filter_this"),
        "Ctrl++": lambda: window.zoom(10),
        "Ctrl+=": lambda: window.zoom(10),
        "Ctrl+-": lambda: window.zoom(-10),
        "Ctrl+0": lambda: window.zoom(0),
    }


def install(window: MainWindow) -> None:
    """Makes the keys work wherever focus is."""
    for sequence, does in keys(window).items():
        shortcut = QShortcut(QKeySequence(sequence), window)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(does)
