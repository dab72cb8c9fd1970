"""One table model for any list of rows, fetched in windows as they come into sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

Index = QModelIndex | QPersistentModelIndex
PAGE = 100
NO_PARENT = QModelIndex()
CELL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 2


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows: words, and how. `kind` is plain, strong, second, error or tag:<tint>.

    `tail` follows the words and is never cut: where there is no room for both, the words are.
    """

    text: str
    kind: str = "plain"
    icon: str = ""
    spoken: str = ""
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, its cell of a row, the widest text it has to hold, and the sort it offers.

    `heavy`: that text is in heavy letters; `icon`: an icon stands before it.
    """

    title: str
    cell: Callable[[Any], Cell]
    widest: str
    sort: str = ""
    heavy: bool = True
    icon: bool = False


class RowTable(QAbstractTableModel):
    """Knows how many rows there are and asks for those that are looked at."""

    wanted = Signal(int)  # offset of a window of rows that is not there yet

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._count = 0
        self._rows: dict[int, Any] = {}
        self._asked: set[int] = set()

    def reset(self, count: int, first: Sequence[Any] = ()) -> None:
        """A new list of so many rows, the first window of which may be given."""
        self.beginResetModel()
        self._count = max(count, len(first))
        self._rows = dict(enumerate(first))
        self._asked = {0} if first else set()
        self.endResetModel()

    def put(self, offset: int, rows: Sequence[Any]) -> None:
        """Fills a window."""
        self._rows.update({offset + i: row for i, row in enumerate(rows)})
        if rows:
            last = min(offset + len(rows), self._count) - 1
            self.dataChanged.emit(self.index(offset, 0), self.index(last, len(self.columns) - 1))

    def set_count(self, count: int) -> None:
        """Corrects the number of rows once it is known."""
        if count > self._count:
            self.beginInsertRows(NO_PARENT, self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(NO_PARENT, count, self._count - 1)
            self._count = count
            self.endRemoveRows()

    def row(self, place: int) -> Any:
        """The row at a place, or None where it is not there yet."""
        if place not in self._rows and 0 <= place < self._count:
            offset = place // PAGE * PAGE
            if offset not in self._asked:
                self._asked.add(offset)
                self.wanted.emit(offset)
        return self._rows.get(place)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < self._count:
            return None
        held = self.row(index.row())
        if held is None:
            return None
        if role == ROW_ROLE:
            return held
        cell = self.columns[index.column()].cell(held)
        if role == CELL_ROLE:
            return cell
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text + cell.tail
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return (cell.spoken or cell.text) + cell.tail
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.columns[section].title
        return None
