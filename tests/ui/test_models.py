"""Every item model behaves as Qt's views and screen readers expect; and Qt loses no reference to None."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLabel

from tests.ui import screens
from tests.ui.stage import Stage
from vpr_desktop.ui.models.row_table import PAGE, Cell, Column, RowTable

COLUMNS = (
    Column("Name", lambda row: Cell(row, "strong"), "name"),
    Column("Tasks left", lambda _row: Cell("–", spoken="None"), "none"),
)


def test_row_table_passes_the_model_test_while_it_fills(qtmodeltester: Any) -> None:
    model = RowTable(COLUMNS)
    wanted: list[int] = []
    model.wanted.connect(wanted.append)
    qtmodeltester.check(model)
    model.reset(3 * PAGE, [f"row {i}" for i in range(PAGE)])
    qtmodeltester.check(model)
    assert model.index(2 * PAGE, 0).data() is None
    assert wanted[-1] == 2 * PAGE
    model.put(2 * PAGE, [f"row {i}" for i in range(2 * PAGE, 3 * PAGE)])
    assert model.index(2 * PAGE, 0).data() == f"row {2 * PAGE}"
    model.set_count(PAGE)
    model.set_count(PAGE + 5)
    qtmodeltester.check(model)
    assert model.rowCount() == PAGE + 5
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.data(QModelIndex()) is None
    assert model.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "None"


def test_every_model_of_every_page_passes_the_model_test(window: Stage, qtmodeltester: Any) -> None:
    tested = 0
    for screen in screens.SCREENS:
        if not screen.page:
            continue
        root = screen.opens(window)
        views = [view for view in root.findChildren(QAbstractItemView) if view.model() is not None]
        for view in views:
            if view.isVisible() or isinstance(view.parent(), QComboBox):
                qtmodeltester.check(view.model())
                tested += 1
    assert tested > 0


@pytest.mark.usefixtures("qapp")
def test_setters_lose_no_reference_to_none() -> None:
    """PySide6 6.12.0 loses a reference to None in most calls on Python 3.11, until the process dies."""
    label, font, timer = QLabel(), QFont(), QTimer()
    before = sys.getrefcount(None)
    for turn in range(5000):
        label.setText("x")
        label.setGeometry(0, 0, turn % 50, 20)
        font.setPointSizeF(10.0 + turn % 3)
        timer.setInterval(1000)
    assert abs(sys.getrefcount(None) - before) < 1000
    assert QApplication.instance() is not None
