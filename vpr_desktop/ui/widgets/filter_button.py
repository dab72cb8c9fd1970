"""A filter: a button that opens a list of answers to tick, all by keyboard too."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.words import say


class FilterButton(Button):
    """Says what it filters by, and what is chosen."""

    changed = Signal()

    def __init__(self, title: str, options: Sequence[tuple[str, str]], *, many: bool = True) -> None:
        super().__init__(title, "filter", icon="down")
        self._title = title
        self._menu = QMenu(self)
        self._group = QActionGroup(self)
        self._many = many
        self._group.setExclusive(not many)
        self._actions: dict[str, QAction] = {}
        for code, label in options:
            action = self._menu.addAction(label)
            action.setCheckable(True)
            action.triggered.connect(self._on_action_triggered)
            self._group.addAction(action)
            self._actions[code] = action
        self.clicked.connect(self._open)
        self._say()

    def _open(self) -> None:
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def codes(self) -> list[str]:
        """What is chosen."""
        return [code for code, action in self._actions.items() if action.isChecked() and code]

    def set_codes(self, codes: Sequence[str]) -> None:
        """Chooses these, without telling."""
        self._group.setExclusive(False)
        for code, action in self._actions.items():
            action.setChecked(code in codes)
        self._group.setExclusive(not self._many)
        self._say()

    def _on_action_triggered(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        chosen = [self._actions[code].text() for code in self.codes()]
        if len(chosen) > 1:
            text = say("{title}: {count} chosen", title=self._title, count=len(chosen))
        else:
            text = say("{title}: {chosen}", title=self._title, chosen=chosen[0]) if chosen else self._title
        self.current = bool(chosen)
        self.set_words(text, say("Filter by {chosen}", chosen=text))

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(60, 0))

    def keyPressEvent(self, event: object) -> None:
        key = event.key()  # type: ignore[attr-defined]
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]
