"""Widgets in a line that breaks where the line is full, so that large text never cuts a button."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from vpr_desktop.ui.style import style_of


class Flow(QLayout):
    """From left to right, then on the next line."""

    def __init__(self, *widgets: QWidget, gap: int = 8, line_gap: int | None = None, centred: bool = False) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._centred = centred
        self._gap, self._line_gap = gap, gap if line_gap is None else line_gap
        self.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Gives an item up to Qt, which deletes it: Python's object for it ends here (see `frames.forget_items`)."""
        if not 0 <= index < len(self._items):
            return None
        item = self._items.pop(index)
        shiboken6.invalidate(item)
        return item

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def sizeHint(self) -> QSize:
        """All in one line."""
        sizes = [item.sizeHint() for item in self._shown()]
        gaps = style_of().px(self._gap) * max(0, len(sizes) - 1)
        return QSize(sum(size.width() for size in sizes) + gaps, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() if item.hasHeightForWidth() else item.sizeHint() for item in self._shown()]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        gap, top = style_of().px(self._gap), rect.top()
        lines = self._lines(rect.width(), gap)
        for number, line in enumerate(lines):
            sizes = [_size(item, rect.width()) for item in line]
            tall = max(size.height() for size in sizes)
            top += style_of().px(self._line_gap) if number else 0
            wide = sum(size.width() for size in sizes) + gap * (len(line) - 1)
            left = rect.left() + (max(0, rect.width() - wide) // 2 if self._centred else 0)
            for item, size in zip(line, sizes, strict=True):
                if place:
                    item.setGeometry(QRect(left, top + (tall - size.height()) // 2, size.width(), size.height()))
                left += size.width() + gap
            top += tall
        return top - rect.top()

    def _lines(self, width: int, gap: int) -> list[list[QLayoutItem]]:
        """The items of each line at this width."""
        lines: list[list[QLayoutItem]] = []
        used = 0
        for item in self._shown():
            wide = item.sizeHint().width()
            if not lines or used + gap + wide > width:
                lines.append([item])
                used = wide
            else:
                lines[-1].append(item)
                used += gap + wide
        return lines


def _size(item: QLayoutItem, width: int) -> QSize:
    """How large an item is on a line of this width; one that is too long and can break takes more lines."""
    size = item.sizeHint()
    if size.width() > width and item.hasHeightForWidth():
        return QSize(width, item.heightForWidth(width))
    return size
