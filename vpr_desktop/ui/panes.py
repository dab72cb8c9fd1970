"""F6: from pane to pane of the window, in the order they are seen; each comes back to where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from vpr_desktop.ui.widgets.reading_order import is_hidden, stops

if TYPE_CHECKING:
    from vpr_desktop.ui.shell import Shell


def move(shell: Shell, page: QWidget | None, first: QWidget | None, step: int) -> None:
    """Moves focus to the next pane, or with -1 to the one before."""
    dock = shell.dock.findChildren(QWidget)
    panes: list[tuple[QWidget, QWidget | None]] = [
        (shell.header, shell.header.find_button),
        (shell.rail, shell.rail.buttons["home"]),
        (page or shell.pages, first),
        (shell.dock, next((one for one in dock if one.focusPolicy() != Qt.FocusPolicy.NoFocus), None)),
    ]
    shown = [(pane, to) for pane, first in panes if pane.isVisible() and (to := target(pane, first)) is not None]
    focused = QApplication.focusWidget()
    here = next((i for i, (pane, _) in enumerate(shown) if focused is not None and pane.isAncestorOf(focused)), -1)
    shown[(here + step) % len(shown)][1].setFocus(Qt.FocusReason.TabFocusReason)


def target(pane: QWidget, first: QWidget | None = None) -> QWidget | None:
    """Where focus was in a pane, else its first control, else any that can be seen; None where there is none."""
    held = pane.focusWidget()
    there = held if held is not None and held.isVisible() and pane.isAncestorOf(held) else first
    return there if there is not None and not is_hidden(there) else next(stops(pane), None)
