"""How pages stand in a window: what fits without scrolling, where they begin, and that resizing leaves no trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from tests.ui import first_run_screens
from tests.ui.stage import FULL_HD_LESS_BARS, SMALLEST, Stage
from tests.window import fast_keys, settle


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
