"""A card that marks some of the rows on it by a bar at their left, such as questions that still want an answer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.frames import Card


class MarkedCard(Card):
    """The bar is one cue of several: the words beside it say what is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Sequence[QWidget]] = []

    def mark(self, rows: list[Sequence[QWidget]]) -> None:
        """Marks these rows, each given by the widgets that make it up, and no others."""
        self._rows = rows
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        look = style_of()
        painter = QPainter(self)
        for row in self._rows:
            shown = [widget for widget in row if widget.isVisible()]
            tops = [widget.mapTo(self, QPoint(0, 0)).y() for widget in shown]
            ends = [top + widget.height() for top, widget in zip(tops, shown, strict=True)]
            if shown:
                bar = QRectF(look.px(7), min(tops), look.px(4), max(ends) - min(tops))
                painter.fillRect(bar, QColor(look.tokens.error))
        painter.end()
