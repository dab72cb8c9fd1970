"""How pages stand in a window: what fits without scrolling, where they begin, and that resizing leaves no trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from tests.ui import first_run_screens
from tests.ui.stage import FULL_HD_LESS_BARS, SMALLEST, Stage
from tests.window import fast_keys, settle
from vpr_desktop.ui.widgets.labels import Heading


def scrolls(page: QWidget) -> int:
    """How many pixels of a page are out of sight."""
    area = page.findChild(QScrollArea)
    assert area is not None
    return area.verticalScrollBar().maximum()


@pytest.mark.parametrize("size", [FULL_HD_LESS_BARS, SMALLEST])
def test_each_step_of_the_first_run_is_seen_whole(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    fast_keys(monkeypatch)
    stage = Stage(qapp, tmp_path)
    stage.look(size=size)
    first_run_screens.code(stage)
    found = {}
    for number, opens in enumerate(
        (
            first_run_screens.step(0),
            first_run_screens.step(1),
            first_run_screens.step(2, first_run_screens.WARD_ANSWERS),
            first_run_screens.recovery,
            first_run_screens.last,
        ),
        start=1,
    ):
        opens(stage)
        assert stage.fresh is not None
        page: Any = stage.fresh.first_run
        page.strength.setText("Strength: strong")
        settle(stage.fresh)
        found[number] = scrolls(page)
    stage.close()
    assert found == dict.fromkeys(range(1, 6), 0)


def test_a_question_whose_answers_become_fewer_gives_its_room_back(window: Stage) -> None:
    """The ward's own places come a moment after the form, and are fewer than those it begins with."""
    form = window.go("log").form
    places = form.groups["location"]
    assert len(places.cards) == 5
    assert places.height() == places.heightForWidth(places.width())


@pytest.mark.parametrize("page", ["record", "plan", "close", "task", "home", "log", "data", "settings"])
def test_a_page_opens_at_its_top_with_the_focus_in_sight(window: Stage, page: str) -> None:
    """Also in large text, where the first control of some lies below the fold."""
    window.look(percent=200)
    of = {"plan": {"plan_id": window.ids["plan"]}}
    incident = {"incident_id": window.ids["open"]} if page in ("record", "close", "task") else {}
    shown = window.go(page, **of.get(page, incident), **({"task": "injury"} if page == "task" else {}))
    window.activate(window.window)
    area = shown.findChild(QScrollArea)
    focused = QApplication.focusWidget()
    assert area is not None
    assert focused is not None
    assert area.verticalScrollBar().value() == 0
    assert not focused.visibleRegion().isEmpty()


def test_the_history_of_a_record_comes_into_sight_with_its_heading_on_top(window: Stage) -> None:
    page = window.go("record", incident_id=window.ids["open"], history=True)
    window.activate(window.window)
    heading = QApplication.focusWidget()
    assert isinstance(heading, Heading)
    assert heading.text() == "History"
    area = page.findChild(QScrollArea)
    assert area is not None
    place = heading.mapTo(area.viewport(), heading.rect().topLeft()).y()
    assert place < area.height() / 4 or area.verticalScrollBar().value() == area.verticalScrollBar().maximum()
