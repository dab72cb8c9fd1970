"""The worklist's rows under their groups Overdue, Today, This week, Later; fetched in windows like every list.

Group rows are no rows to choose: arrows and screen readers pass them, and each step's own name says its group.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt

from vpr_desktop.services.worklist import GROUPS
from vpr_desktop.ui.models.row_table import CELL_ROLE, NO_PARENT, PAGE, Cell, Column, Index, RowTable
from vpr_desktop.ui.words import say


@dataclass(frozen=True, slots=True)
class Head:
    """A group and how many steps it has."""

    words: str
    count: int
    late: bool


class StepTable(RowTable):
    """Rows of steps with a head above each group that has any."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(columns)
        self.heads: dict[int, Head] = {}
        self.given: dict[int, Any] = {}
        self._places: list[int] = []

    def reset_groups(
        self, groups: Sequence[int], first: Sequence[Any], *, plain: bool = False, given: Sequence[Any] = ()
    ) -> None:
        """A new list of so many steps a group, the first window of which is given; `plain` has no heads.

        `given` are other rows, all of them held here: each stands first in the group that it names.
        """
        self.beginResetModel()
        self.heads, self.given, place = {}, {}, 0
        for name, count in zip(GROUPS, groups, strict=True):
            others = [row for row in given if row.group == name]
            if (count or others) and not plain:
                self.heads[place] = Head(say(name), count + len(others), name == GROUPS[0])
                place += 1
            self.given |= {place + number: row for number, row in enumerate(others)}
            place += len(others) + count
        self._places = sorted([*self.heads, *self.given])
        self._count, self._asked = place, {0}
        self._rows = {self.place_of(number): row for number, row in enumerate(first) if self.place_of(number) < place}
        self.endResetModel()

    def place_of(self, number: int) -> int:
        """The table row of the n-th step."""
        place = number
        for head in self._places:
            if head <= place:
                place += 1
        return place

    def number_of(self, place: int) -> int:
        """Which step stands in a table row that is no head and not given."""
        return place - bisect_right(self._places, place)

    def put(self, offset: int, rows: Sequence[Any]) -> None:
        """Fills a window that begins with the step of this number."""
        self._rows.update({self.place_of(offset + i): row for i, row in enumerate(rows)})
        if rows:
            first, last = self.place_of(offset), min(self.place_of(offset + len(rows) - 1), self._count - 1)
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def row(self, place: int) -> Any:
        """The row at a place, or None for a head and for what is not there yet."""
        if place in self.given:
            return self.given[place]
        if place in self.heads or not 0 <= place < self._count:
            return None
        if place not in self._rows:
            offset = self.number_of(place) // PAGE * PAGE
            if offset not in self._asked:
                self._asked.add(offset)
                self.wanted.emit(offset)
        return self._rows.get(place)

    def key_before(self, offset: int) -> tuple[str, int] | None:
        """Where the step before a window stands, if it is known: the next slice starts after it."""
        held = self._rows.get(self.place_of(offset - 1)) if offset else None
        return held.key if held is not None else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.row() in self.heads:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        head = self.heads.get(index.row()) if index.isValid() else None
        if head is None:
            return super().data(index, role)
        text = f"{head.words}  {head.count}" if index.column() == 0 else ""
        if role == CELL_ROLE:
            return Cell(text, "head-late" if head.late else "head") if text else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return text
        return None

    def rows_held(self) -> int:
        """How many rows there are beside the heads."""
        return self.rowCount(NO_PARENT) - len(self.heads)
