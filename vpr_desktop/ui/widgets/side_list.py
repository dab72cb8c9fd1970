"""A list of parts beside a page, of which one is open; a drop-down where the page is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import DropDown, Field
from vpr_desktop.ui.widgets.frames import column
from vpr_desktop.ui.words import say

WIDTH = 224


class SideList(QWidget):
    """One Tab stop; arrows go through the parts. `chosen` names the part somebody opened."""

    chosen = Signal(str)
    spoken_role = QAccessible.Role.Grouping

    def __init__(self, name: str, parts: Sequence[tuple[str, str, str]]) -> None:
        """`parts` are code, icon and words of each."""
        super().__init__()
        self.setAccessibleName(name)
        self.buttons: dict[str, Button] = {}
        self._words = {code: words for code, _icon, words in parts}
        self.list = QWidget()
        line = column(gap=4)
        for code, icon, words in parts:
            button = Button(words, "rail", icon=icon)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, code=code: self.chosen.emit(code))
            self.buttons[code] = button
            line.addWidget(button)
        line.addStretch(1)
        self.list.setLayout(line)
        self.drop = DropDown("", [(code, words) for code, _icon, words in parts])
        self.field = Field(name, self.drop)
        self.drop.activated.connect(lambda _place: self.chosen.emit(self.drop.code()))
        self.setLayout(column(self.list, self.field, gap=0))
        self.fit(narrow=False)
        style_of().changed.connect(self._dress)

    def offer(self, codes: Sequence[str]) -> None:
        """Shows only these parts."""
        self.drop.clear()
        for code, button in self.buttons.items():
            button.setVisible(code in codes)
            if code in codes:
                self.drop.addItem(self._words[code], code)

    def mark(self, code: str) -> None:
        """Marks the part that is open."""
        self.drop.set_code(code)
        for one, button in self.buttons.items():
            button.current = one == code
            words = self._words[one]
            button.setAccessibleName(say("{place}, open now", place=words) if one == code else words)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if one == code else Qt.FocusPolicy.ClickFocus)
            button.update()

    def fit(self, *, narrow: bool) -> None:
        """Shows the list, or the drop-down."""
        self.narrow = narrow
        self.list.setVisible(not narrow)
        self.field.setVisible(narrow)
        self._dress()

    def _dress(self) -> None:
        wide = style_of().px(WIDTH)
        self.setMinimumWidth(0 if self.narrow else wide)
        self.setMaximumWidth(style_of().px(420) if self.narrow else wide)

    def first_focus(self) -> QWidget:
        """The part that is open."""
        if self.narrow:
            return self.drop
        return next((button for button in self.buttons.values() if button.current), self.drop)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        shown = [button for button in self.buttons.values() if not button.isHidden()]
        here = next((place for place, button in enumerate(shown) if button.hasFocus()), None)
        if step is None or here is None:
            super().keyPressEvent(event)
            return
        there = shown[(here + step) % len(shown)]
        there.click()
        there.setFocus(Qt.FocusReason.TabFocusReason)
