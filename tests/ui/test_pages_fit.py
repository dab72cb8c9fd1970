"""How pages stand in a window: what fits without scrolling, where they begin, and that resizing leaves no trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from tests.ui import first_run_screens, joined_screens
from tests.ui.fit import misfits
from tests.ui.placed import Rect, differences, places
from tests.ui.stage import FULL_HD_LESS_BARS, SMALLEST, Stage
from tests.ui.walk import told
from tests.window import fast_keys, settle
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import ScrollPage
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.widgets.reading_order import stops

# Each page by how it is opened, over the record of that name where there is one.
PAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "home": ("home", "", {}),
    "list": ("incidents", "", {}),
    "record": ("record", "open", {}),
    "task": ("task", "open", {"task": "injury"}),
    "close": ("close", "open", {}),
    "RIDDOR": ("riddor", "off", {}),
    "quick log": ("log", "", {}),
    "worklist": ("worklist", "", {}),
    "plan": ("plan", "", {}),
    "handover": ("handover", "", {}),
    "print": ("print", "open", {}),
    "data": ("data", "", {}),
    "settings": ("settings", "", {"section": "ward"}),
}


def open_page(stage: Stage, name: str) -> Any:
    """Opens one of them."""
    page, record, more = PAGES[name]
    of_plan = {"plan_id": stage.ids["plan"]} if page == "plan" else {}
    return stage.go(page, **more, **of_plan, **({"incident_id": stage.ids[record]} if record else {}))


def new(stage: Stage, name: str) -> dict[str, Rect]:
    """Opens a page that is made anew, as the first of a session, and says where all of it stands."""
    window: Any = stage.window
    stage.go("sanctions")
    held = window._pages.pop(PAGES[name][0], None)
    if held is not None:
        window.shell.pages.removeWidget(held)
        held.deleteLater()
    open_page(stage, name)
    return rest(stage)


def rest(stage: Stage) -> dict[str, Rect]:
    """Where all of it stands once boxes inside boxes are done: each may give the next another size."""
    before: dict[str, Rect] = {}
    while (now := places(stage.window)) != before:
        before = now
        settle(stage.window)
    return now


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


def test_pages_open_at_their_top_with_the_focus_in_sight(window: Stage) -> None:
    """Also in large text, where the first control of some lies below the fold."""
    window.look(percent=200)
    window.activate(window.window)
    found = {}
    for name in PAGES:
        shown = open_page(window, name)
        area, focused = shown.findChild(ScrollPage), QApplication.focusWidget()
        assert focused is not None
        if (area is not None and area.verticalScrollBar().value()) or focused.visibleRegion().isEmpty():
            found[name] = told(focused)
    assert found == {}


def test_the_history_of_a_record_comes_into_sight_with_its_heading_on_top(window: Stage) -> None:
    page = window.go("record", incident_id=window.ids["open"], ask="history")
    window.activate(window.window)
    heading = QApplication.focusWidget()
    assert isinstance(heading, Heading)
    assert heading.text() == "History"
    area = page.findChild(QScrollArea)
    assert area is not None
    place = heading.mapTo(area.viewport(), heading.rect().topLeft()).y()
    assert place < area.height() / 4 or area.verticalScrollBar().value() == area.verticalScrollBar().maximum()


@pytest.mark.parametrize("percent", [100, 200])
def test_a_page_that_was_resized_stands_as_one_opened_at_that_size(window: Stage, percent: int) -> None:
    """Smaller and back again."""
    found = {}
    for name in PAGES:
        window.look(percent=percent, size=SMALLEST)
        small = new(window, name)
        window.look(percent=percent)
        large = new(window, name)
        window.look(percent=percent, size=SMALLEST)
        faults = differences(small, rest(window))
        window.look(percent=percent)
        if faults := faults + differences(large, rest(window)):
            found[name] = faults[:4]
    assert found == {}


@pytest.mark.parametrize(
    ("percent", "size", "beside"), [(200, FULL_HD_LESS_BARS, True), (100, SMALLEST, True), (200, SMALLEST, False)]
)
def test_nothing_is_cut_where_get_support_takes_its_room(
    window: Stage, percent: int, size: tuple[int, int], beside: bool
) -> None:
    """The panel makes the page narrower while it is open, as a smaller window would; with too little room for both it
    lies over the page."""
    found = {}
    window.look(percent=percent, size=size)
    for name in PAGES:
        new(window, name)
        window.window.open_support()
        rest(window)
        shell = window.window.shell
        assert shell is not None
        page = shell.pages.mapToGlobal(shell.pages.rect().topRight()).x()
        assert (page < shell.dock.mapToGlobal(shell.dock.rect().topLeft()).x()) == beside
        if faults := misfits(window.window):
            found[name] = faults[:4]
        window.window.open_support()
    assert found == {}


@pytest.mark.parametrize("key", [Qt.Key.Key_F6, Qt.Key.Key_Tab])
def test_keys_lead_to_nothing_that_get_support_hides(window: Stage, key: Qt.Key) -> None:
    """It lies over the page where both have too little room: focus behind it could not be seen."""
    found, seen = [], 0
    window.look(percent=200, size=SMALLEST)
    for name in PAGES:
        new(window, name)
        max(stops(window.window.page()), key=lambda one: one.mapToGlobal(one.rect().topLeft()).x()).setFocus()
        window.window.open_support()
        rest(window)
        dock = window.window.shell.dock  # type: ignore[union-attr]
        for _ in range(12):
            window.press(key)
            focused = QApplication.focusWidget()
            assert focused is not None
            if dock.isAncestorOf(focused):
                continue
            seen += 1
            behind = focused.mapToGlobal(focused.rect().topLeft()).x() >= dock.mapToGlobal(dock.rect().topLeft()).x()
            if behind and window.window.page().isAncestorOf(focused):
                found.append(f"{name}: {told(focused)}")
        window.window.open_support()
    assert found == []
    assert seen > len(PAGES), "it went to the page too"


def test_get_support_closes_where_what_had_focus_is_gone(window: Stage) -> None:
    """Home is filled anew while the panel is open, and the button that had focus goes."""
    home = window.go("home")
    home.findChildren(Button)[-1].setFocus()
    window.window.open_support()
    home.opened()
    rest(window)
    window.press(Qt.Key.Key_Escape)
    assert not window.window.shell.dock.isVisible()


def test_nothing_is_cut_where_text_grows_while_a_page_is_open(window: Stage) -> None:
    found = {}
    for name in PAGES:
        window.look(percent=100)
        new(window, name)
        window.look(percent=200)
        rest(window)
        if faults := misfits(window.window):
            found[name] = faults[:4]
    assert found == {}


def test_a_column_follows_the_text_size(window: Stage) -> None:
    """A date of the handover's list is on one line, however large."""
    page = window.go("handover")
    dates = [one for one in page.findChildren(Words) if one.text().startswith("Overdue 9 days")]
    assert dates
    line = dates[0].height()
    window.look(percent=200)
    rest(window)
    assert dates[0].heightForWidth(dates[0].width()) < 2.5 * line


@pytest.mark.parametrize("size", [FULL_HD_LESS_BARS, SMALLEST])
def test_the_list_of_a_pc_that_sends_shows_all_that_matters_without_scrolling_sideways(
    window: Stage, size: tuple[int, int]
) -> None:
    window.look(size=size)
    joined_screens.join(window, joined_screens.NOBODY)
    table = window.go("incidents").table
    rest(window)
    heads = [one.title for place, one in enumerate(table.rows.columns) if not table.isColumnHidden(place)]
    gives_way = ("Status",) if size == FULL_HD_LESS_BARS else ("Status", "Tasks left", "Send state")
    assert heads == [one.title for one in table.rows.columns if one.title not in gives_way]
    assert table.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize("size", [FULL_HD_LESS_BARS, SMALLEST])
def test_what_waits_is_told_whole_in_large_text_without_scrolling_sideways(
    window: Stage, size: tuple[int, int]
) -> None:
    """Columns give way as in the list of incidents; of the line that is chosen they are told below the table."""
    window.look(size=size)
    joined_screens.offline(window)
    queue = window.window.page().queue
    table = queue.table
    assert not queue.more.isVisible()
    window.look(percent=200, size=size)
    rest(window)
    assert table.horizontalScrollBar().maximum() == 0
    assert misfits(window.window) == []
    table.setCurrentIndex(table.rows.index(3, 0))
    cells = [(one.title, one.cell(queue.chosen()).text) for one in table.rows.columns]
    hidden = [told for place, told in enumerate(cells) if table.isColumnHidden(place)]
    assert hidden
    assert queue.more.text() == "".join(f"{title}: {text}. " for title, text in (*hidden, cells[-1])).strip()
    table.setCurrentIndex(table.rows.index(0, 0))
    assert queue.chosen().state == "conflict"
    assert queue.more.text().endswith("State: Needs you: changed in two places.")
    assert "Saved" not in queue.more.text(), "it was saved at no one time"
    window.look(size=size)
    rest(window)
    assert not any(table.isColumnHidden(place) for place in range(len(cells)))


def test_that_a_record_was_changed_meanwhile_is_seen_wherever_somebody_types(window: Stage) -> None:
    """Also in large text, and what they type into stays in sight with its focus."""
    window.look(percent=200)
    page = window.go("task", incident_id=window.ids["open"], task="reports")
    rest(window)
    editors = next(one.editors for one in page.panels if "crime_ref" in one.editors)
    for field in (editors["local_system_ref"].widget, editors["crime_ref"].widget):
        page.meanwhile.hide()
        field.setFocus()
        rest(window)
        field.setText("12")
        page.refreshed(Changes((Change("incident", page.seen.record.id),), "sync"))
        rest(window)
        assert QApplication.focusWidget() is field
        assert field.visibleRegion().boundingRect().size() == field.size()
        assert page.meanwhile.visibleRegion().boundingRect().size() == page.meanwhile.size()
    page.seen_it.click()
    assert not page.meanwhile.isVisible()


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_the_head_of_the_quick_log_is_whole_once_a_draft_is_saved(window: Stage, percent: int) -> None:
    """Also with errors, on the smallest screen."""
    window.look(percent=percent, size=SMALLEST)
    page = window.go("log")
    page.save()
    page._say_saved(window.clock.now())
    rest(window)
    assert page.saved_note.text().startswith("Draft saved")
    assert misfits(window.window) == []
