"""Home with long lists: what fits first, the rest when asked for."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication

from tests.ui.stage import FULL_HD_LESS_BARS, SMALLEST, Stage
from tests.window import settle
from vpr_desktop.services import drafts
from vpr_desktop.ui.widgets.labels import Words


def buttons(page: Any) -> dict[str, QAbstractButton]:
    """What can be pressed on the page, by its text."""
    return {one.text(): one for one in page.findChildren(QAbstractButton) if one.isVisible()}


def continues(page: Any) -> int:
    return sum(one.text() == "Continue" for one in page.findChildren(QAbstractButton) if one.isVisible())


def test_many_drafts_show_five_and_the_rest_when_asked_for(window: Stage) -> None:
    ctx = window.window.ctx
    for number in range(8):
        drafts.save(ctx, "quick_log", {"answers": {}, "number": number}, drafts.new_id(ctx))
    page: Any = window.go("home")
    assert continues(page) == 5
    buttons(page)["Show 3 more drafts"].click()
    settle(window.window)
    assert continues(page) == 8
    assert not [words for words in buttons(page) if "more drafts" in words]


@pytest.mark.parametrize(("size", "beside"), [((1600, 900), True), (FULL_HD_LESS_BARS, False), (SMALLEST, False)])
def test_a_due_step_is_on_one_line_and_beside_its_person_where_all_of_them_can_be(
    window: Stage, size: tuple[int, int], beside: bool
) -> None:
    page: Any = window.go("home")
    for other in (SMALLEST, (1600, 900), size):  # also where the window changes while the page is open
        window.window.resize(*other)
        settle(window.window)
    found = {words.text(): words for words in page.findChildren(Words) if words.isVisible()}
    step, whose = found["First aid or emergency department"], found["Person A, CED-2611-A001"]
    assert step.heightForWidth(step.width()) < 2 * step.fontMetrics().lineSpacing()
    assert (whose.x() > step.geometry().right()) == beside


def test_home_of_somebody_who_logs_nothing_begins_at_its_greeting(window: Stage) -> None:
    window.lock()
    window.unlock("iaudit")
    page = window.go("home")
    assert page.log.isHidden()
    assert QApplication.focusWidget() is page.greeting
