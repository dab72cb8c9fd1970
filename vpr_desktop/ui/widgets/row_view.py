"""The table of the design: hairlines, tinted selection with a bar, tags and icons with words, keys for everything."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from vpr_desktop.ui.icons import paint_icon
from vpr_desktop.ui.models.row_table import CELL_ROLE, Cell, Column, RowTable
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import BODY, SMALL, TAG
from vpr_desktop.ui.widgets.labels import paint_tag
from vpr_desktop.ui.words import say

ROW, HEAD, LEAST_STRETCH = 38, 36, 150
ICON = 18
LEFT, PADDING = 10, 22  # of a column: left of its text, and left and right together


def rows_named(name: str, count: int) -> str:
    """What a screen reader calls a table of so many rows."""
    return say("{name}, 1 row", name=name) if count == 1 else say("{name}, {count} rows", name=name, count=count)


class RowDelegate(QStyledItemDelegate):
    """Paints one cell."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        look = style_of()
        t = look.tokens
        rect = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, QColor(t.tint if chosen else t.surface))
        if chosen and index.column() == 0:
            painter.fillRect(QRectF(rect.left(), rect.top(), look.px(4), rect.height()), QColor(t.link))
        painter.setPen(QPen(QColor(t.hairline), 1))
        foot = rect.bottom() - 0.5  # inside the cell: the next row paints over what lies below
        painter.drawLine(QPointF(rect.left(), foot), QPointF(rect.right(), foot))
        cell = index.data(CELL_ROLE)
        if isinstance(cell, Cell):
            self._cell(painter, rect.adjusted(look.px(LEFT), 0, -look.px(6), 0), cell)
        painter.restore()

    @staticmethod
    def _cell(painter: QPainter, rect: QRectF, cell: Cell) -> None:
        look = style_of()
        t = look.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if cell.kind.startswith("tag:"):
            width = QFontMetricsF(look.font(SMALL, 600)).horizontalAdvance(cell.text) + look.px(18)
            top = rect.center().y() - look.px(TAG) / 2
            paint_tag(painter, QRectF(rect.left(), top, width, look.px(TAG)), cell.text, cell.kind[4:])
            return
        colour = {"second": t.second, "error": t.error, "head": t.second, "head-late": t.error}.get(cell.kind, t.text)
        if cell.icon:
            size = look.px(ICON)
            paint_icon(painter, cell.icon, colour, QRectF(rect.left(), rect.center().y() - size / 2, size, size))
            rect = rect.adjusted(size + look.px(6), 0, 0, 0)
        painter.setPen(QColor(colour))
        font = look.font(BODY, 600 if cell.kind in ("strong", "error") else 400)
        if cell.kind.startswith("head"):
            font = look.font(SMALL, 600)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        room = rect.width() - metrics.horizontalAdvance(cell.tail)
        text = metrics.elidedText(cell.text, Qt.TextElideMode.ElideRight, room) + cell.tail
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), text)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(style_of().px(60), style_of().px(ROW))


class RowHead(QHeaderView):
    """The heads of the columns, in line with the text below them: also where no style sheet is, with high contrast."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setHighlightSections(False)
        self.setSectionsClickable(True)

    def paintSection(self, painter: QPainter, rect: QRect, place: int) -> None:
        look = style_of()
        t = look.tokens
        painter.fillRect(rect, QColor(t.surface))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, QColor(t.hairline))
        painter.setPen(QColor(t.second))
        painter.setFont(look.font(SMALL, 600))
        words = self.model().headerData(place, self.orientation())
        inside = rect.adjusted(look.px(LEFT), 0, 0, -1)
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)


class RowView(QTableView):
    """A table of rows. `opened` names the row somebody wants, `menu_asked` where a menu should open."""

    opened = Signal(int)
    menu_asked = Signal(int, QPoint)
    sort_asked = Signal(str)
    gave_way = Signal()  # other columns are hidden than before

    def __init__(self, model: RowTable, name: str, gives_way: Sequence[int] = (), least: int = LEAST_STRETCH) -> None:
        """Columns that give way, in this order, where the stretching one has not so many of the design's pixels."""
        super().__init__()
        self.rows = model
        self._gives_way, self._least = tuple(gives_way), least
        self.left_out: frozenset[int] = frozenset()  # of them, those that have nothing to tell
        self.setModel(model)
        self.setAccessibleName(name)
        self.setItemDelegate(RowDelegate(self))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = RowHead()
        self.setHorizontalHeader(head)
        head.sectionClicked.connect(self._on_header_clicked)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self.customContextMenuRequested.connect(self._on_menu_requested)
        style_of().changed.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """Gives every column the room of its widest text; the stretching one takes the rest."""
        look = style_of()
        self.verticalHeader().setDefaultSectionSize(look.px(ROW))
        head = self.horizontalHeader()
        head.setFixedHeight(look.px(HEAD))
        self._give_way()
        for place, column in enumerate(self.rows.columns):
            stretch = column.widest == "*"
            mode = QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.Fixed
            head.setSectionResizeMode(place, mode)
            if not stretch:
                head.resizeSection(place, self._natural(column))
        shown = [i for i in range(head.count()) if not self.isColumnHidden(i)]
        stretching = [i for i in shown if self.rows.columns[i].widest == "*"]
        for place in stretching:
            self._least_stretch(place, sum(head.sectionSize(i) for i in shown if i not in stretching))

    @staticmethod
    def _natural(column: Column) -> int:
        """How wide a column is for its widest text and its heading."""
        look = style_of()
        words = QFontMetricsF(look.font(BODY, 600 if column.heavy else 400)).horizontalAdvance(column.widest)
        title = QFontMetricsF(look.font(SMALL, 600)).horizontalAdvance(column.title)
        beside = look.px(ICON + 6) if column.icon else 0
        return round(max(words + beside, title)) + look.px(PADDING)

    def _give_way(self) -> None:
        """Hides columns until the rest fit, and shows those again for which there is room."""
        hidden = set(self.left_out)
        for place in self._gives_way:
            if self._fits_without(hidden):
                break
            hidden.add(place)
        before = [self.isColumnHidden(place) for place in self._gives_way]
        for place in self._gives_way:
            self.setColumnHidden(place, place in hidden)
        if before != [place in hidden for place in self._gives_way]:
            self.gave_way.emit()

    def _fits_without(self, hidden: Collection[int]) -> bool:
        """Whether all columns but these fit side by side."""
        shown = [column for place, column in enumerate(self.rows.columns) if place not in hidden]
        needed = sum(style_of().px(self._least) if one.widest == "*" else self._natural(one) for one in shown)
        bar = self.verticalScrollBar().sizeHint().width()
        return needed <= self.width() - 2 * self.frameWidth() - bar

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def _least_stretch(self, place: int, others: int) -> None:
        """Gives the stretching column its least width where the rest leaves less: then the table scrolls sideways."""
        least = style_of().px(LEAST_STRETCH)
        if self.viewport().width() - others < least:
            self.horizontalHeader().setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
            self.horizontalHeader().resizeSection(place, least)

    def _on_header_clicked(self, place: int) -> None:
        if self.rows.columns[place].sort:
            self.sort_asked.emit(self.rows.columns[place].sort)

    def _on_menu_requested(self, where: QPoint) -> None:
        index = self.indexAt(where)
        place = index.row() if index.isValid() else self.currentIndex().row()
        if place >= 0:
            self.menu_asked.emit(place, self.viewport().mapToGlobal(where))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and place >= 0 and not event.modifiers():
            self.opened.emit(place)
        elif event.key() == Qt.Key.Key_Menu or (
            event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        ):
            corner = self.visualRect(self.currentIndex()).bottomLeft()
            self.menu_asked.emit(max(place, 0), self.viewport().mapToGlobal(corner))
        else:
            super().keyPressEvent(event)
