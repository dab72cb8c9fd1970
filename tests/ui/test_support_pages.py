"""S6 and S7 in the real window: groups, keys, panels and what they say, drafts over a lock, names shown and hidden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.conftest import FAST, fast_keys
from tests.factories import PASSPHRASE, first_run, logged, name_person
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from tests.services.test_support import plan_id
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import people, plan_care, recordings, sessions, worklist
from vpr_desktop.services.context import Person
from vpr_desktop.services.recordings import Said
from vpr_desktop.ui.models.row_table import Cell, Column
from vpr_desktop.ui.models.step_table import StepTable
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import BODY


class Row:
    def __init__(self, number: int) -> None:
        self.number, self.key, self.group = number, (f"{number:04d}", number), ""


@pytest.fixture
def ward(qapp: QApplication, home: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[WardPC]:
    """Five incidents a day old; the first is the support lead's case."""
    from dataclasses import replace

    fast_keys(monkeypatch)
    ctx, _ = sessions.first_run(home, first_run(), clock, FAST)
    people.add(ctx, "slead", "S. Lead", "support_lead", PASSPHRASE)
    made = [logged(ctx) for _ in range(5)]
    lead = replace(ctx, user=Person("slead", "S. Lead", "S.L.", "support_lead"))
    plan_care.take(lead, plan_id(ctx, made[0].id))
    name_person(ctx, made[0].id, "A", "Quillfeather")
    clock.forward(hours=25)
    sessions.lock(ctx)
    one = WardPC(qapp, home, clock)
    yield one
    one.end()
    qapp.processEvents()


def key(ward: WardPC, pressed: Qt.Key) -> None:
    target = ward.app.focusWidget()
    assert target is not None
    QTest.keyClick(target, pressed)
    ward.settle()


def test_rows_stand_under_heads_that_nobody_can_choose(qtmodeltester: Any) -> None:
    model = StepTable((Column("Due", lambda row: Cell(str(row.number)), "0000"),))
    wanted: list[int] = []
    model.wanted.connect(wanted.append)
    model.reset_groups((2, 0, 1, 300), [Row(number) for number in range(100)])
    qtmodeltester.check(model)
    assert sorted(model.heads) == [0, 3, 5]
    assert [model.heads[place].words for place in (0, 3, 5)] == ["Overdue", "This week", "Later"]
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsSelectable
    assert [model.row(place).number for place in (1, 2, 4, 6)] == [0, 1, 2, 3]
    for number in range(303):
        assert model.number_of(model.place_of(number)) == number
    assert model.row(model.place_of(150)) is None
    assert wanted[-1] == 100
    assert model.key_before(100) == ("0099", 99)
    model.put(100, [Row(number) for number in range(100, 200)])
    assert model.row(model.place_of(150)).number == 150
    assert model.key_before(300) is None
    late, later = Row(900), Row(901)
    late.group, later.group = "Overdue", "Today"
    model.reset_groups((2, 0, 0, 1), [Row(0), Row(1), Row(2)], given=[late, later])
    qtmodeltester.check(model)
    assert {place: (head.words, head.count) for place, head in model.heads.items()} == {
        0: ("Overdue", 3), 4: ("Today", 1), 6: ("Later", 1),
    }  # fmt: skip
    assert [model.row(place).number for place in (1, 2, 3, 5, 7)] == [900, 0, 1, 901, 2]
    assert [model.number_of(model.place_of(number)) for number in range(3)] == [0, 1, 2]
    assert model.rows_held() == 5
    model.reset_groups((3, 0, 0, 0), [Row(0), Row(1), Row(2)], plain=True)
    assert (model.heads, model.rowCount(), model.rows_held()) == ({}, 3, 3)


def test_keys_of_the_list_and_what_they_say(ward: WardPC) -> None:
    ward.unlock()
    ward.press("Ctrl+3")
    page = ward.page
    assert page.table.accessibleName().startswith("Support steps, ")
    first = page.line()
    assert first.overdue
    assert page.table.model().index(page.table.currentIndex().row(), 0).data(
        Qt.ItemDataRole.AccessibleTextRole
    ) == first.spoken  # fmt: skip
    assert ward.window.shell.rail.buttons["worklist"].badge == str(worklist.overdue_count(ward.ctx))
    key(ward, Qt.Key.Key_Up)
    assert page.line() == first, "the head above is passed over"
    key(ward, Qt.Key.Key_Space)
    ward.press("Ctrl+Return")
    assert "Choose what came of it." in ward.screen()
    assert page.acts.panel.questions[0].accessibleName().startswith("Error: Choose what came of it.")
    key(ward, Qt.Key.Key_Escape)
    assert page.table.hasFocus()
    assert page.line() == first, "nothing was lost by looking"
    for pressed, words in ((Qt.Key.Key_A, "Who does it?"), (Qt.Key.Key_D, "Due when?"), (Qt.Key.Key_C, "Reached")):
        key(ward, pressed)
        assert words in ward.screen()
        key(ward, Qt.Key.Key_Escape)
    key(ward, Qt.Key.Key_N)
    assert page.acts.panel is None, "notes are the support lead's"
    assert "Your role does not include this here." in ward.window.shell.status.words.text()
    key(ward, Qt.Key.Key_Return)
    assert (ward.page.objectName(), ward.page.plan.id) == ("S7", first.plan_id)


def test_another_due_time_and_an_owner_show_at_once(ward: WardPC) -> None:
    ward.unlock()
    ward.press("Ctrl+3")
    step = (ward.page.line().plan_id, ward.page.line().step)
    key(ward, Qt.Key.Key_A)
    ward.press("Ctrl+Return")
    held = next(row for row in worklist.page(ward.ctx, limit=500) if (row.plan_id, row.step) == step)
    assert held.owner == "amanager"
    assert ward.page.line().owner == "amanager"
    key(ward, Qt.Key.Key_D)
    ward.put("Due when?", "yesterday 10:00")
    ward.put("Why?", "On nights until then.")
    ward.press("Ctrl+Return")
    assert "That time is over." in ward.screen()
    ward.put("Due when?", "1-Dec-2026 10:00")
    ward.press("Ctrl+Return")
    held = next(row for row in worklist.page(ward.ctx, limit=500) if (row.plan_id, row.step) == step)
    assert held.due_full == "01-Dec-2026 10:00"


def test_a_riddor_date_is_chosen_said_and_opened_from_the_list(ward: WardPC) -> None:
    ward.unlock()
    made = logged(ward.ctx)
    recordings.record(ward.ctx, plan_id(ward.ctx, made.id), Said("S2-05", "DON"))
    ward.press("Ctrl+3")
    page = ward.page
    (place,) = page.model.given
    page.table.setCurrentIndex(page.model.index(place, 0))
    ward.settle()
    assert page.line().incident_id == made.id
    assert page.line().spoken == "Today, RIDDOR: decide, Person A"
    assert page.table.model().index(place, 1).data() == "RIDDOR: decide"
    assert "The rules ask for the injury" in ward.screen()
    key(ward, Qt.Key.Key_A)
    assert "This is a RIDDOR date." in ward.window.shell.status.words.text()
    assert page.acts.panel is None
    key(ward, Qt.Key.Key_Space)
    assert ward.page.objectName() == "riddor"
    ward.press("Alt+Left")
    assert (ward.page.objectName(), ward.page.line().incident_id) == ("S6", made.id)
    ward.click("Open RIDDOR")
    assert ward.page.objectName() == "riddor"


@pytest.mark.parametrize(("size", "percent"), [((1366, 704), 100), ((1024, 640), 100), ((1366, 704), 200)])
def test_no_name_of_a_step_is_cut(ward: WardPC, size: tuple[int, int], percent: int) -> None:
    ward.unlock()
    ward.window.resize(*size)
    style = style_of()
    before, style.text_percent = style.text_percent, percent
    style.apply()
    try:
        ward.press("Ctrl+3")
        page = ward.page
        wide = QFontMetricsF(style.font(BODY, 600))
        room = page.table.columnWidth(1) - style.px(16)
        rows = worklist.page(ward.ctx, limit=500)
        assert rows
        assert [row.title for row in rows if wide.horizontalAdvance(row.title) > room] == []
        first = page.line()
        assert f"{first.status}." in ward.screen(), "what the list leaves out stands beside it"
    finally:
        style.text_percent = before
        style.apply()


@pytest.mark.parametrize("number", [7, 42, 128, 1000])
def test_a_number_beside_a_place_never_covers_its_icon(ward: WardPC, number: int) -> None:
    ward.unlock()
    rail = ward.window.shell.rail
    rail.badge("worklist", number, f"{number} overdue")
    button = rail.buttons["worklist"]
    for text in ("", "Support"):
        button.setText(text)
        face = QRectF(0, 0, 180 if text else 40, 40)
        badge, icon = button.badge_spot(face), button.icon_spot(face, 10)
        assert not badge.intersects(icon), text
        assert face.contains(badge)
        assert face.contains(icon)
    assert button.badge == ("999+" if number == 1000 else str(number))


def test_views_filter_and_the_empty_list(ward: WardPC) -> None:
    ward.unlock("slead")
    ward.press("Ctrl+3")
    page = ward.page
    assert set(page.tabs.tabs) == {"all", "mine", "unassigned", "ask_again", "waiting", "closed"}
    page.tabs.tabs["ask_again"].click()
    ward.settle()
    assert "No open steps in this view." in ward.screen()
    ward.click("Clear filter, show all open steps")
    assert page.view == "all"
    ward.press("Ctrl+F")
    ward.type("wellbeing")
    ward.press("Return")
    assert {page.model.row(place).title for place in range(page.model.rowCount()) if page.model.row(place)} == {
        "Wellbeing check"
    }
    ward.press("Ctrl+F")
    ward.type("nothing like this")
    ward.press("Return")
    assert "No steps match." in ward.screen()
    page.tabs.tabs["closed"].click()
    ward.settle()
    assert page.model.heads == {}


def test_a_note_half_typed_is_there_after_a_lock(ward: WardPC) -> None:
    ward.unlock("slead")
    ward.press("Ctrl+3")
    page = ward.page
    page._ask("mine", "")
    ward.settle()
    key(ward, Qt.Key.Key_N)
    ward.put("Note", "Slept badly twice")
    ward.lock()
    ward.unlock("slead")
    ward.press("Ctrl+1")
    assert "Unsaved changes" in ward.screen()
    ward.click("Continue")
    assert ward.page.objectName() == "S7"
    assert ward.field("Note").toPlainText() == "Slept badly twice"  # type: ignore[union-attr]
    ward.press("Ctrl+Return")
    assert "Note kept, Person A" in ward.window.shell.status.words.text()
    assert "Slept badly twice" in ward.screen()
    ward.press("Ctrl+1")
    assert "Unsaved changes" not in ward.screen()
    ward.switch("amanager")
    ward.window.go("plan", plan_id=page_plan(ward))
    ward.settle()
    assert "Slept badly" not in ward.screen()


def test_choices_half_typed_are_there_after_a_lock_and_leave_what_arrived_meanwhile(ward: WardPC) -> None:
    ward.unlock("slead")
    held = page_plan(ward)
    plan_care.choose(ward.ctx, held, {"contact_how": "Phone", "may_know": "Nobody", "language": "Welsh"})
    ward.window.go("plan", plan_id=held)
    ward.settle()
    ward.click("Change their choices")
    ward.put("What they want", "Peer support")
    ward.put("How to contact", "Text message")
    ward.field("Language").clear()
    plan_care.choose(ward.ctx, held, {"contact_how": "Letter only", "may_know": "Ward manager"})
    ward.lock()
    ward.unlock("slead")
    assert ward.page.objectName() == "S7"
    assert ward.field("What they want").text() == "Peer support"  # type: ignore[union-attr]
    assert ward.field("Language").text() == ""  # type: ignore[union-attr]
    ward.press("Ctrl+Return")
    assert "Their choices are kept" in ward.window.shell.status.words.text()
    plan = ward.ctx.reader().get(Plan, held)
    assert (plan.wants, plan.may_know, plan.language) == ("Peer support", "Ward manager", None)
    assert plan.shown.clashes == {"contact_how"}, "what arrived while it was typed stands beside it"


def page_plan(ward: WardPC) -> str:
    return next(row.plan_id for row in worklist.page(ward.ctx, limit=500) if row.reference.endswith("A001"))


def test_the_name_is_shown_on_request_and_hidden_again(ward: WardPC) -> None:
    ward.unlock()
    held = page_plan(ward)
    ward.window.go("plan", plan_id=held)
    ward.settle()
    assert "Quillfeather" not in ward.screen()
    ward.click("Show name")
    assert "Quillfeather" in ward.screen()
    ward.click("Hide name")
    assert "Quillfeather" not in ward.screen()
    ward.click("Show name")
    ward.press("Ctrl+1")
    ward.window.go("plan", plan_id=held)
    ward.settle()
    assert "Quillfeather" not in ward.screen()
    assert ward.audit().count("show name") == 2


def test_a_decline_is_one_press_and_can_be_taken_back(ward: WardPC) -> None:
    ward.unlock("slead")
    ward.window.go("plan", plan_id=page_plan(ward))
    ward.settle()
    page = ward.page
    code = "S2-03"
    page._act("refuse", next(one for one in page.plan.steps if one.code == code))
    ward.settle()
    assert "Not wanted now: " in ward.window.shell.status.words.text()
    assert not next(one for one in page.plan.steps if one.code == code).is_open
    ward.press("Ctrl+Z")
    assert next(one for one in page.plan.steps if one.code == code).is_open
    page.stages.links["fold S4"].click()
    ward.settle()
    assert "Facts review with the ward team" in ward.screen()


def test_a_manager_names_a_support_lead_and_takes_it_back(ward: WardPC) -> None:
    ward.unlock()
    other = next(row.plan_id for row in worklist.page(ward.ctx, limit=500) if row.reference.endswith("A002"))
    ward.window.go("plan", plan_id=page_plan(ward))
    ward.settle()
    assert "Name a support lead" not in ward.offered(), "this one has a lead"
    ward.window.go("plan", plan_id=other)
    ward.settle()
    ward.click("Name a support lead")
    ward.press("Ctrl+Return")
    assert "Choose a support lead of this ward." in ward.screen()
    key(ward, Qt.Key.Key_Escape)
    assert "Who leads this case?" not in ward.screen()
    ward.click("Name a support lead")
    ward.page.acts.panel.to.set_code("slead")
    ward.press("Ctrl+Return")
    assert "Support lead S. Lead" in ward.screen()
    assert "A support lead is named, Person A" in ward.window.shell.status.words.text()
    assert "Name a support lead" not in ward.offered()
    ward.press("Ctrl+Z")
    assert "Undone. The case is led as before." in ward.window.shell.status.words.text()
    assert "No support lead yet" in ward.screen()
    assert "name support lead" in ward.audit()


def test_nobody_names_a_lead_where_the_person_wants_to_stay_unknown(ward: WardPC) -> None:
    """Who is refused as lead would be known as the person, so a lead takes such a case themselves."""
    from dataclasses import replace

    ward.unlock()
    reporter = replace(ward.ctx, user=Person("prep", "P. Reporter", "P.R.", "reporter"))
    made = logged(reporter, affected="ME", reporter_mode="confidential")
    ward.window.go("plan", plan_id=plan_id(ward.ctx, made.id))
    ward.settle()
    assert "Name a support lead" not in ward.offered()
    assert "No support lead yet: one takes this case themselves" in ward.screen()


def test_passing_a_case_on_can_be_undone(ward: WardPC) -> None:
    ward.unlock("slead")
    ward.window.go("plan", plan_id=page_plan(ward))
    ward.settle()
    ward.click("Pass on")
    ward.page.acts.panel.why.set_value(["away"])
    ward.press("Ctrl+Return")
    assert "Passed on, Person A" in ward.window.shell.status.words.text()
    assert "Add a note" not in ward.offered()
    ward.press("Ctrl+Z")
    assert "Add a note" in ward.offered()


def test_a_case_is_taken_from_its_plan(ward: WardPC) -> None:
    ward.unlock("slead")
    other = next(row.plan_id for row in worklist.page(ward.ctx, limit=500) if row.reference.endswith("A002"))
    ward.window.go("plan", plan_id=other)
    ward.settle()
    assert "Add a note" not in ward.offered()
    ward.click("Take this case")
    assert "Add a note" in ward.offered()
    assert "Support lead S. Lead" in ward.screen()
    ward.click("Change their choices")
    ward.put("How to contact", "Phone")
    ward.put("Pause follow-up until (optional)", "1-Dec-2026")
    ward.press("Ctrl+Return")
    assert ward.page.plan.choices["contact_how"] == "Phone"
    assert "Paused until 01-Dec-2026" in ward.screen()
