"""Saved views as tabs with their counts; one Tab stop, arrows move."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QWidget

from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import BODY, CONTROL
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.words import say


class ViewTab(QAbstractButton):
    """One view: its words and its count, underlined by a bar where it is open."""

    def __init__(self, words: str, count: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.count = count
        self.setText(words)
        self.setAccessibleName(say("{view}, {count}", view=words, count=count))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        look = style_of()
        bold = QFontMetricsF(look.font(BODY, 600))
        width = bold.horizontalAdvance(self.text()) + bold.horizontalAdvance(self.count) + look.px(8)
        return QSize(round(width) + 2, look.px(CONTROL))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = style_of()
        t = look.tokens
        painter = QPainter(self)
        painter.setFont(look.font(BODY, 600 if self.isChecked() else 400))
        painter.setPen(QColor(t.text if self.isChecked() else t.link))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRectF(self.rect()), middle, self.text())
        left = QFontMetricsF(painter.font()).horizontalAdvance(self.text()) + look.px(8)
        painter.setFont(look.font(BODY, 600))
        painter.setPen(QColor(t.text))
        painter.drawText(QRectF(left, 0, self.width(), self.height()), middle, self.count)
        if self.isChecked():
            painter.fillRect(QRectF(0, self.height() - look.px(4), self.width(), look.px(4)), QColor(t.link))
        painter.end()


class ViewTabs(QWidget):
    """The row of views. `chosen` names the one somebody opened."""

    chosen = Signal(str)
    spoken_role = QAccessible.Role.Grouping

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._line = Flow(gap=32, line_gap=0)  # large text takes a second line
        self.setLayout(self._line)
        self._group = QButtonGroup(self)
        self.tabs: dict[str, ViewTab] = {}

    def show_views(self, views: Sequence[tuple[str, str, str]], current: str) -> None:
        """Shows views as name, words and count in words; keeps the buttons where only counts changed."""
        if list(self.tabs) != [name for name, _, _ in views]:
            self._make(views)
        for name, words, count in views:
            tab = self.tabs[name]
            tab.count = count
            tab.setAccessibleName(say("{view}, {count}", view=words, count=count))
            tab.setChecked(name == current)
            tab.setFocusPolicy(Qt.FocusPolicy.StrongFocus if name == current else Qt.FocusPolicy.ClickFocus)
            tab.updateGeometry()
            tab.update()

    def _make(self, views: Sequence[tuple[str, str, str]]) -> None:
        for tab in self.tabs.values():
            tab.setParent(None)
            tab.deleteLater()
        self.tabs = {}
        for name, words, count in views:
            tab = ViewTab(words, count)
            tab.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            self._group.addButton(tab)
            self.tabs[name] = tab
            self._line.addWidget(tab)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        names = list(self.tabs)
        here = next((i for i, name in enumerate(names) if self.tabs[name].hasFocus()), None)
        if step is None or here is None:
            super().keyPressEvent(event)
            return
        there = self.tabs[names[(here + step) % len(names)]]
        there.setFocus(Qt.FocusReason.TabFocusReason)
        there.click()
