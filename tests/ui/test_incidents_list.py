"""The incidents list with nothing to show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.factories import logged
from tests.ui.stage import Stage
from tests.window import settle
from vpr_desktop.services import listing
from vpr_desktop.services.listing import ListQuery


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


def test_each_view_filter_and_sort_says_how_many_rows_it_has(window: Stage) -> None:
    page: Any = window.go("incidents")
    ctx = window.window.ctx
    asked = [replace(page.query, view=view) for view in ("all", "needs_finishing", "open_support", "restricted")]
    asked += [replace(page.query, sort="where", descending=False), replace(page.query, statuses=("logged",))]
    for query in asked:
        page._ask(query)
        settle(window.window)
        count = listing.count(ctx, query)
        assert page.model.rowCount() == count, query
        assert page.table.accessibleName() == f"Incidents, {count:,} rows"
        assert page.total.text().startswith(f"{count} ")
        assert page.tabs.tabs[query.view].isChecked()
    assert list(page.tabs.tabs) == ["all", "needs_finishing", "open_support", "restricted"], "this PC sends nothing"
    before = listing.count(ctx, ListQuery())
    window.window.changed(logged(ctx).changes)
    settle(window.window)
    assert page.tabs.tabs["all"].count == f"{before + 1:,}", "what is written is counted, whatever filter is set"
    assert page.total.text() == f"{listing.count(ctx, page.query)} of {before + 1:,} incidents"


@pytest.mark.parametrize(
    ("who", "views", "time"),
    [
        ("blead", ["all", "needs_finishing", "open_support", "restricted"], "When"),
        ("vtrust", ["all", "needs_finishing", "restricted"], "When"),
        ("cnurse", ["all", "needs_finishing", "restricted"], "When"),
        ("iaudit", ["all"], "Logged"),
    ],
)
def test_the_list_offers_no_view_and_no_time_that_is_not_its_readers_to_know(
    window: Stage, who: str, views: list[str], time: str
) -> None:
    window.lock()
    window.unlock(who)
    page: Any = window.go("incidents")
    assert list(page.tabs.tabs) == views
    assert page.model.headerData(1, Qt.Orientation.Horizontal) == time
    if who == "iaudit":
        row = [page.model.index(0, column) for column in range(5)]
        assert [str(one.data()) for one in row[2:]] == ["–"] * 3
        spoken = [one.data(Qt.ItemDataRole.AccessibleTextRole) for one in row]
        assert spoken[1].startswith("Logged ")
        assert [words.endswith("Not shown") for words in spoken[2:]] == [True] * 3
