"""The head of a column stands over its text, in every look."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QImage

from tests.ui.stage import Stage
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.row_view import RowView


def begins(picture: QImage, left: int, right: int) -> int:
    """The first column of pixels of a strip in which something is drawn, from the left."""
    ground = picture.pixelColor(left, picture.height() // 2)
    rows = range(3, picture.height() - 4)  # without the lines between rows
    return next(x for x in range(left, right) if any(picture.pixelColor(x, y) != ground for y in rows)) - left


@pytest.mark.parametrize(("look", "percent"), [("light", 100), ("dark", 200), ("contrast", 100), ("contrast", 200)])
def test_the_head_of_a_column_stands_over_its_text(window: Stage, look: str, percent: int) -> None:
    style_of().high_contrast = look == "contrast"
    window.look("dark" if look == "dark" else "light", percent)
    style_of().apply()
    page: Any = window.go("incidents")
    table: RowView = page.table
    table.clearSelection()
    head = table.horizontalHeader()
    heads = head.grab().toImage()
    index = table.model().index(0, 0)
    row = table.viewport().grab(table.visualRect(index)).toImage()
    left = head.sectionViewportPosition(0) + 2  # past an edge between heads
    over = begins(heads, left, left + head.sectionSize(0))
    assert abs(over - begins(row, 2, row.width())) <= 2, "the letters of head and text begin with other gaps"
