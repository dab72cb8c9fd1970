"""F6: from pane to pane of the window, in the order they are seen; each comes back to where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

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
    shown = [(pane, target) for pane, target in panes if pane.isVisible() and target is not None]
    focused = QApplication.focusWidget()
    here = next((i for i, (pane, _) in enumerate(shown) if focused is not None and pane.isAncestorOf(focused)), -1)
    pane, target = shown[(here + step) % len(shown)]
    held = pane.focusWidget()
    again = held if held is not None and held.isVisible() and pane.isAncestorOf(held) else target
    assert again is not None
    again.setFocus(Qt.FocusReason.TabFocusReason)
