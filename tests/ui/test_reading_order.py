"""Tab goes by where things lie, and leaves nothing behind that Qt could trip over."""

from __future__ import annotations

import gc
from typing import Any

import pytest
import shiboken6
from PySide6.QtWidgets import QGridLayout, QLayout, QLayoutItem, QLineEdit, QWidget

from tests.ui.stage import Stage
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import clear, column, row
from vpr_desktop.ui.widgets.reading_order import stops


def field(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    return made


@pytest.mark.usefixtures("styled")
def test_the_order_is_that_of_the_layouts_and_not_of_making(qtbot: Any) -> None:
    last, first, second, third, fourth, fifth = (field(n) for n in ("last", "1", "2", "3", "4", "5"))
    grid = QGridLayout()
    grid.addWidget(third, 0, 0)
    grid.addWidget(fourth, 0, 1)
    hidden = field("hidden")
    window = QWidget()
    window.setLayout(column(row(first, second), grid, hidden))
    chips = Flow(fifth)
    window.layout().addLayout(chips)  # type: ignore[union-attr]
    window.layout().addWidget(last)  # type: ignore[union-attr]
    qtbot.addWidget(window)
    window.show()
    hidden.hide()
    assert [one.objectName() for one in stops(window)] == ["1", "2", "3", "4", "5", "last"]


def test_no_object_stands_for_an_item_of_a_layout_that_qt_may_delete(window: Stage) -> None:
    for page in ("home", "log", "incidents", "worklist", "data", "settings", "handover"):
        window.go(page)
        assert list(stops(window.window))
    window.go("plan", plan_id=window.ids["plan"])
    window.go("record", incident_id=window.ids["open"])
    everything = gc.get_objects()
    in_flows = {id(item) for one in everything if isinstance(one, Flow) for item in one._items}
    items = [one for one in everything if isinstance(one, QLayoutItem) and not isinstance(one, QLayout)]
    assert [one for one in items if shiboken6.isValid(one) and id(one) not in in_flows] == []


@pytest.mark.usefixtures("styled")
def test_what_a_flow_gives_up_is_no_object_any_more(qtbot: Any) -> None:
    window, chips, kept = QWidget(), [field(n) for n in "abc"], column()
    flow = Flow(*chips)
    kept.addLayout(flow)
    window.setLayout(kept)
    qtbot.addWidget(window)
    window.show()
    held = list(flow._items)
    flow.removeWidget(chips[0])
    chips[1].setParent(None)
    assert [shiboken6.isValid(one) for one in held] == [False, False, True]
    clear(kept)
    assert flow.count() == 0
    assert not shiboken6.isValid(held[2])
