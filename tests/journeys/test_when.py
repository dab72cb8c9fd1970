"""Journeys of the quick log's time where the clocks change, of other times then, and of a draft that is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from tests.services.test_support import plan_id
from vpr_desktop.domain.person import Person
from vpr_desktop.services import drafts, incidents

Pc = Callable[..., WardPC]
ASKED = "First 01:30 or second 01:30?"


def answer_all(ward: WardPC) -> None:
    """The six other questions."""
    for question, code in (
        ("location", "COR"), ("act_types", "VER"), ("affected", "ONE"), ("perp_relation", "PAT"), ("effect", "NON"),
        ("support_offered", "NYT"),
    ):  # fmt: skip
        ward.choose(question, code)


@pytest.mark.parametrize(("key", "hour"), [("1", 0), ("2", 1)])
def test_an_hour_that_came_twice_is_asked_about_and_saved_as_chosen(
    pc: Pc, clock: FakeClock, key: str, hour: int
) -> None:
    clock.set(datetime(2026, 10, 26, 9, 0, tzinfo=UTC))
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N", "4")
    ward.type("yesterday 0130")
    assert ASKED in ward.screen()
    answer_all(ward)
    assert "6 of 7 answered" in ward.screen()
    ward.press("Ctrl+Return")
    assert f"The clocks went back then. {ASKED}" in ward.screen()
    ward.click(f"The clocks went back then. {ASKED}")
    assert ward.app.focusWidget() is ward.page.form.which.group.first_focus()
    ward.press(key)
    assert "7 of 7 answered" in ward.screen()
    ward.press("Ctrl+Return")
    record = incidents.view(ward.ctx, ward.page.saved.made.id).record
    assert record.values["occurred_at"] == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_the_choice_of_the_hour_stays_in_the_draft_and_after_undo(pc: Pc, clock: FakeClock) -> None:
    clock.set(datetime(2026, 10, 26, 9, 0, tzinfo=UTC))
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N", "4")
    ward.type("yesterday 0130")
    ward.page.form.which.group.choose(1)
    answer_all(ward)
    ward.lock()
    ward.unlock()
    assert ward.page.form.which.choice() == "second"
    ward.press("Ctrl+Return")
    ward.click("Undo this save")
    assert ward.page.form.when.text() == "25/10/2026 01:30"
    assert ward.page.form.which.choice() == "second"
    ward.page.form.when.setFocus()
    ward.page.form.when.selectAll()
    ward.type("yesterday 0330")
    assert ASKED not in ward.screen()
    assert "7 of 7 answered" in ward.screen()


def test_a_time_that_the_clocks_skipped_is_said_plainly(pc: Pc, clock: FakeClock) -> None:
    clock.set(datetime(2026, 3, 29, 9, 0, tzinfo=UTC))
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N", "4")
    ward.type("0130")
    said = "There was no 01:30 that night: the clocks went forward. Type an earlier or later time."
    assert said in ward.screen()
    ward.press("Ctrl+Return")
    assert said in ward.page.form.summary.accessibleName()


def test_a_moment_of_the_second_hour_is_not_moved_by_saving_another_field(pc: Pc, clock: FakeClock) -> None:
    clock.set(datetime(2026, 10, 25, 1, 45, tzinfo=UTC))
    ward = pc()
    ward.unlock()
    reference = ward.log()
    ward.open(reference)
    ward.click("Change, when did it happen")
    editor = ward.page.panels[0].editors["occurred_at"]
    assert editor.widget.text() == "25-Oct-2026 01:45 second"
    held = ward.page.panels[0].record.values["occurred_at"]
    assert editor.value() == held
    editor.widget.setFocus()
    editor.widget.selectAll()
    ward.type("25-Oct-2026 01:15")
    ward.press("Ctrl+Return")
    assert "The clocks went back then. Add the word first or second." in ward.screen()
    editor = ward.page.panels[0].editors["occurred_at"]
    editor.widget.setFocus()
    editor.widget.selectAll()
    ward.type("25-Oct-2026 01:15 second")
    ward.press("Ctrl+Return")
    changed = incidents.view(ward.ctx, incidents.find(ward.ctx, reference)).record.values["occurred_at"]
    assert changed == datetime(2026, 10, 25, 1, 15, tzinfo=UTC)


def test_a_found_draft_is_offered_and_continued(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    assert "Continue your draft" not in ward.screen()
    ward.choose("location", "DAY")
    ward.press("Ctrl+S")
    ward.clock.forward(minutes=3)  # less than until the PC locks by itself
    ward.press("Ctrl+N")
    assert "Continue your draft from 14:05?" in ward.screen()
    assert ward.app.focusWidget() is ward.page.form.groups["occurred_at"].first_focus()
    assert ward.page.form.groups["location"].value() == []
    ward.click("Continue draft from 14:05")
    assert ward.page.form.groups["location"].value() == ["DAY"]
    assert "Continue your draft" not in ward.screen()
    ward.lock()
    ward.clock.forward(days=1)
    ward.unlock()
    ward.press("Ctrl+1", "Ctrl+N")
    assert "Continue your draft from Yesterday 14:05?" in ward.screen()


def test_whoever_begins_anew_is_not_asked_and_keeps_both_drafts(pc: Pc) -> None:
    ward = pc("rnurse")
    ward.unlock()
    ward.press("Ctrl+N")
    ward.choose("location", "DAY")
    ward.press("Ctrl+N")
    ward.choose("effect", "SER")
    assert "Continue your draft" not in ward.screen()
    ward.press("Ctrl+1")
    assert len(drafts.mine(ward.ctx)) == 2
    ward.switch("rnurse")
    ward.press("Ctrl+N")
    assert "Continue your draft" not in ward.screen(), "a draft is its writer's alone"


def test_a_date_alone_is_saved_as_a_day_whose_time_nobody_knows(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N", "4")
    ward.type("21-Nov-2026")
    assert "Saturday 21-Nov-2026, time not known" in ward.screen()
    answer_all(ward)
    ward.press("Ctrl+Return")
    ward.click("Undo this save")
    assert ward.page.form.when.text() == "21/11/2026"
    ward.press("Ctrl+Return")
    values = incidents.view(ward.ctx, ward.page.saved.made.id).record.values
    assert values["time_known"] == "unknown"
    assert values["occurred_at"] == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_about_an_hour_ago_stays_about_through_undo_and_lock(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N", "3")
    answer_all(ward)
    ward.press("Ctrl+Return")
    ward.click("Undo this save")
    ward.choose("effect", "MIN")
    ward.lock()
    ward.unlock()
    ward.press("Ctrl+Return")
    values = incidents.view(ward.ctx, ward.page.saved.made.id).record.values
    assert (values["time_known"], values["occurred_at"]) == ("approx", datetime(2026, 11, 22, 13, 5, tzinfo=UTC))
    ward.click("Undo this save")
    ward.page.form.when.setFocus()
    ward.page.form.when.selectAll()
    ward.type("13:10")
    ward.press("Ctrl+Return")
    assert incidents.view(ward.ctx, ward.page.saved.made.id).record.values["time_known"] == "exact"


TWICE = "The clocks went back then. Add the word first or second."


def test_when_it_was_sent_to_hse_is_asked_about_where_the_hour_came_twice(pc: Pc, clock: FakeClock) -> None:
    clock.set(datetime(2026, 10, 25, 1, 45, tzinfo=UTC))
    ward = pc()
    ward.unlock()
    ward.open(ward.log())
    incident_id = ward.page.seen.record.id
    ward.window.go("riddor", incident_id=incident_id)
    ward.settle()
    ward.page.cases[0].status.set_code("SENT")
    ward.page.cases[0].status.activated.emit(0)
    ward.put("Who decided, Person A", "H. Safety, adviser")
    ward.put("Reference from HSE, Person A", "N-1")
    ward.put("When it was sent, Person A", "01:30")
    ward.click("Save the decision, Person A")
    assert TWICE in ward.screen()
    ward.put("When it was sent, Person A", "01:30 second")
    ward.click("Save the decision, Person A")
    (person,) = ward.ctx.reader().find(Person)
    assert person.riddor_sent_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("panel", "field"), [("record", "When (optional)"), ("due", "Due when?")])
def test_a_step_of_support_is_not_put_into_the_first_of_two_hours(
    pc: Pc, clock: FakeClock, panel: str, field: str
) -> None:
    clock.set(datetime(2026, 10, 25, 1, 45, tzinfo=UTC))
    ward = pc()
    ward.unlock()
    made = incidents.find(ward.ctx, ward.log())
    ward.window.go("plan", plan_id=plan_id(ward.ctx, made), step="S2-01", panel=panel)
    ward.settle()
    if panel == "record":
        ward.page.acts.panel.questions[0].choose(0)
    else:
        ward.put("Why?", "On leave")
    ward.put(field, "25-Oct-2026 01:30")
    ward.press("Ctrl+Return")
    assert TWICE in ward.screen()
