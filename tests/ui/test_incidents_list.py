"""The incidents list with nothing to show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.stage import Stage
from tests.window import settle


def test_an_empty_filter_result_has_one_way_out_in_mid_card(window: Stage) -> None:
    page: Any = window.go("incidents")
    everything = page.model.rowCount()
    assert everything > 0
    assert not page.nothing.isVisible()
    page._ask(replace(page.query, text="nothing like this"))
    settle(window.window)
    assert page.empty.text() == "No incidents match."
    button = page.clear_empty
    assert button.isVisible()
    centre = button.mapTo(page, button.rect().center())
    card = page.nothing.parentWidget()
    middle = card.mapTo(page, card.rect().center())
    assert abs(centre.x() - middle.x()) < 4
    assert abs(centre.y() - middle.y()) < 60
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    settle(window.window)
    assert page.model.rowCount() == everything
    assert page.table.isVisible()
    assert QApplication.focusWidget() is page.filters.search


def test_clear_filters_stands_in_the_row_of_the_filters(window: Stage) -> None:
    page: Any = window.go("incidents")
    page._ask(replace(page.query, statuses=("logged",)))
    settle(window.window)
    clear, beside = page.filters.clear_button, page.filters.statuses
    assert clear.isVisible()
    assert abs(clear.geometry().center().y() - beside.geometry().center().y()) <= 1
    right = clear.mapTo(page.filters, clear.rect().bottomRight()).x()
    assert abs(right - page.filters.rect().right()) <= 1
