"""Every column but the one that stretches is as wide as what stands in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtGui import QFontMetricsF

from tests.ui.stage import Stage
from vpr_desktop.services.worklist import WorkRow
from vpr_desktop.ui.models.row_table import Cell
from vpr_desktop.ui.pages import worklist_page
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import BODY
from vpr_desktop.ui.widgets.row_view import ICON, LEFT, RowView


def room(cell: Cell) -> float:
    """How wide a cell of text is drawn, with what stands around it."""
    look = style_of()
    weight = 600 if cell.kind in ("strong", "error") else 400
    icon = look.px(ICON + 6) if cell.icon else 0
    return QFontMetricsF(look.font(BODY, weight)).horizontalAdvance(cell.text) + look.px(LEFT + 6) + icon


@pytest.mark.parametrize("percent", [100, 150])
@pytest.mark.parametrize("page", ["incidents", "worklist"])
def test_a_table_cuts_nothing_off_beside_its_stretching_column(window: Stage, page: str, percent: int) -> None:
    window.look("light", percent)
    shown: Any = window.go(page)
    table: RowView = shown.table
    seen = 0
    for place in range(table.rows.rowCount()):
        row = table.rows.row(place)
        for number, column in enumerate(table.rows.columns):
            if row is None or column.widest == "*" or table.isColumnHidden(number):
                continue
            cell = column.cell(row)
            seen += 1
            if not cell.kind.startswith("tag:"):
                assert room(cell) <= table.columnWidth(number), f"{column.title}: {cell.text}"
    assert seen > 20


@pytest.mark.parametrize("words", ["Wed 30-Nov", "20-Nov-2026", "59 minutes", "23 hours"])
def test_the_worklist_has_room_for_each_way_to_say_when(window: Stage, words: str) -> None:
    page: Any = window.go("worklist")
    line: WorkRow = next(row for place in range(9) if (row := page.table.rows.row(place)) is not None)
    cell = worklist_page._due(replace(line, due_words=words, overdue=words.endswith("s")))
    assert cell.text == words
    assert room(cell) <= page.table.columnWidth(0)
