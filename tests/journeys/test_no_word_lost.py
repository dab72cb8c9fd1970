"""Typing while the PC is busy: what is pressed twice is saved once, and no word is lost between typing and saving."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from tests.factories import logged
from tests.fakes import FakeClock
from tests.journeys.test_log import sent
from tests.journeys.test_when import answer_all
from tests.journeys.ward import WardPC
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Injury
from vpr_desktop.services import closing, drafts, incidents, riddor
from vpr_desktop.ui.pages import quick_log_page

Pc = Callable[..., WardPC]


@contextmanager
def busy(ward: WardPC) -> Iterator[None]:
    """The store has something else to do first, as while much is sent; then all that was asked is done."""
    gate = threading.Event()
    ward.window.lane.run(ward.window, gate.wait)
    yield
    gate.set()
    ward.settle()


def strike(ward: WardPC, *sequences: str) -> None:
    """Presses keys one right after the other, and waits for nothing."""
    for sequence in sequences:
        target = ward.app.focusWidget() or ward.front()
        QTest.keySequence(target.window().windowHandle(), QKeySequence(sequence))


def add(ward: WardPC, words: str) -> None:
    """Types wherever the keys go now, and waits for nothing."""
    QTest.keyClicks(ward.app.focusWidget() or ward.front(), words)


def at_task(ward: WardPC, task: str) -> str:
    """Unlocks, logs, and opens a task of the report; gives the report's id."""
    ward.unlock()
    ward.open(ward.log())
    incident_id = str(ward.page.seen.record.id)
    ward.window.go("task", incident_id=incident_id, task=task)
    ward.settle()
    return incident_id


LAST = {"close": "Message to Person A", "riddor": "Why, Person A"}  # a field to type into


def at_form(ward: WardPC, page: str) -> str:
    """Unlocks, logs, and opens a form of the report; gives the report's id."""
    ward.unlock()
    ward.open(ward.log())
    incident_id = str(ward.page.seen.record.id)
    ward.window.go(page, incident_id=incident_id)
    ward.settle()
    return incident_id


def note(ward: WardPC) -> Any:
    """The field for what led up to it, with focus."""
    control = ward.page.panels[0].editors["triggers_note"].widget
    control.setFocus()
    return control


def held(ward: WardPC, incident_id: str, field: str) -> Any:
    return incidents.view(ward.ctx, incident_id).record.values[field]


def test_a_part_that_is_saved_by_two_presses_is_there_once(pc: Pc) -> None:
    ward = pc()
    at_task(ward, "injury")
    ward.click("Add an injury, Person A")
    panel = ward.page.panels[-1]
    panel.editors["injury"].set_value("BRU")
    panel.editors["injury"].changed.emit()
    strike(ward, "Ctrl+Return", "Ctrl+Return")
    ward.settle()
    assert len(ward.ctx.reader().find(Injury)) == 1


@pytest.mark.parametrize("after", ["Ctrl+1", "Ctrl+L", ""], ids=["Home", "lock", "a second"])
def test_what_is_being_saved_leaves_no_draft_behind(pc: Pc, after: str) -> None:
    ward = pc()
    incident_id = at_task(ward, "before")
    note(ward)
    ward.type("A long wait.")
    with busy(ward):
        strike(ward, "Ctrl+Return")
        if after:
            strike(ward, after)
        else:
            ward.page._timer.timeout.emit()
    if ward.window.page() is None:
        ward.unlock()
    assert drafts.mine(ward.ctx) == []
    assert held(ward, incident_id, "triggers_note") == "A long wait."


def test_what_stands_in_a_form_as_it_is_saved_is_what_is_saved(pc: Pc) -> None:
    ward = pc()
    incident_id = at_task(ward, "before")
    control = note(ward)
    ward.type("A long wait.")
    with busy(ward):
        strike(ward, "Ctrl+Return")
        add(ward, " And noise.")
        shown = control.toPlainText()
    assert held(ward, incident_id, "triggers_note") == shown


def test_what_is_typed_while_the_record_is_read_anew_stays(pc: Pc) -> None:
    ward = pc()
    incident_id = at_task(ward, "before")
    control = note(ward)
    with busy(ward):
        ward.page.refreshed(Changes((Change("incident", incident_id),)))
        add(ward, "A long wait.")
    assert ward.page.panels[0].editors["triggers_note"].value() == "A long wait."
    assert ward.app.focusWidget() is control
    assert "changed meanwhile" in ward.screen()


def test_a_form_takes_no_word_before_its_own_record_is_there(pc: Pc) -> None:
    ward = pc()
    incident_id = at_task(ward, "before")
    ward.window.back()
    ward.settle()
    other = logged(ward.ctx).id
    with busy(ward):
        ward.window.go("task", incident_id=other, task="before")
        assert ward.page.panels == []
        strike(ward, "Ctrl+Return")
    assert ward.page.seen.record.id == other
    assert held(ward, incident_id, "triggers_note") is None


def test_a_reason_typed_last_is_kept_over_a_lock(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    sent(ward)
    ward.open(reference)
    ward.click("Change, most serious effect so far")
    ward.page.panels[0].editors["effect"].widget.choose(3)
    ward.page.keep_draft()
    ward.settle()
    ward.put("Why do you change it?", "Seen by a doctor")
    ward.lock()
    ward.unlock()
    assert ward.field("Why do you change it?").text() == "Seen by a doctor"  # type: ignore[union-attr]


# The quick log
def test_a_full_note_takes_no_more_and_loses_nothing_that_stands_in_it(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    field = ward.page.form.note
    field.setFocus()
    field.setPlainText("a" * 998)
    field.moveCursor(field.textCursor().MoveOperation.End)
    ward.type("bcd")
    assert field.toPlainText() == "a" * 998 + "bc"
    assert "The note holds 1,000 characters. Add the rest on the record." in ward.screen()
    field.moveCursor(field.textCursor().MoveOperation.Start)
    field.insertPlainText("\U0001f600 pasted")
    assert field.toPlainText() == "a" * 998 + "bc"
    assert field.textCursor().position() == 0
    ward.press("Delete")
    ward.type("x")
    assert field.toPlainText() == "x" + "a" * 997 + "bc"
    assert "The note holds" not in ward.screen()


def test_undo_brings_back_the_whole_of_a_long_note(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.log("Short.")
    made = ward.page.saved.made.id
    longer = incidents.Edit("incident", made, {"description": "b" * 1500})
    incidents.save(ward.ctx, incidents.view(ward.ctx, made), [longer])
    with busy(ward):
        strike(ward, "Ctrl+Z", "Ctrl+Z")
    assert ward.page.form.note.toPlainText() == "b" * 1500
    assert len(drafts.mine(ward.ctx)) == 1
    ward.page.form.note.setFocus()
    ward.type("more")
    assert ward.page.form.note.toPlainText() == "b" * 1500


def test_what_stands_in_the_quick_log_as_it_is_saved_is_what_is_saved(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    answer_all(ward)
    field = ward.page.form.note
    field.setFocus()
    ward.type("One.")
    with busy(ward):
        strike(ward, "Ctrl+Return", "Ctrl+Return")
        add(ward, " Two.")
        shown = field.toPlainText()
    (made,) = ward.ctx.reader().find(Incident)
    assert held(ward, made.id, "description") == shown
    assert drafts.mine(ward.ctx) == []


def test_what_stands_in_the_riddor_form_as_it_is_saved_is_what_is_saved(pc: Pc) -> None:
    ward = pc()
    incident_id = at_form(ward, "riddor")
    case = ward.page.cases[0]
    case.status.set_code("NR")
    ward.put("Who decided, Person A", "H. Safety, adviser")
    ward.put("Why, Person A", "No injury at all")
    with busy(ward):
        case.save_button.click()
        add(ward, " and no days off")
        shown = case.reason.toPlainText()
    (person,) = incidents.view(ward.ctx, incident_id).parts["people"]
    assert person.values["riddor_reason"] == shown == "No injury at all"
    assert drafts.mine(ward.ctx) == []
    assert ward.page.cases[0].reason.isEnabled()


def fails(*_: Any, **__: Any) -> None:
    raise OSError


def test_a_save_that_fails_behind_a_lock_leaves_every_word(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    answer_all(ward)
    ward.page.form.note.setFocus()
    ward.type("One.")
    ward.page.keep_draft()
    ward.settle()
    monkeypatch.setattr(quick_log_page, "log", fails)
    with busy(ward):
        add(ward, " Two.")
        strike(ward, "Ctrl+Return", "Ctrl+L")
    ward.unlock()
    assert ward.page.form.note.toPlainText() == "One. Two."


@pytest.mark.parametrize("form", ["quick log", "task", "close", "riddor"])
def test_a_save_that_fails_after_its_page_was_left_is_told(pc: Pc, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    ward = pc()
    if form == "task":
        at_task(ward, "before")
        note(ward)
        ward.type("A long wait.")
    elif form in LAST:
        at_form(ward, form)
        ward.put(LAST[form], "A long wait.")
    else:
        ward.unlock()
        ward.press("Ctrl+N")
        answer_all(ward)
    monkeypatch.setattr(quick_log_page, "log", fails)
    monkeypatch.setattr(incidents, "save", fails)
    monkeypatch.setattr(closing, "close", fails)
    monkeypatch.setattr(riddor, "decide", fails)
    with busy(ward):
        if form == "riddor":
            ward.page.cases[0].save_button.click()
        else:
            strike(ward, "Ctrl+Return")
        strike(ward, "Ctrl+1")
    assert ward.page.objectName() == "S2"
    assert "Not saved yet. What you typed waits at Home as a draft." in ward.screen()
    assert len(drafts.mine(ward.ctx)) == 1


def test_a_save_that_ends_after_its_page_was_left_takes_nobody_back(pc: Pc) -> None:
    ward = pc()
    incident_id = at_task(ward, "before")
    note(ward)
    ward.type("A long wait.")
    with busy(ward):
        strike(ward, "Ctrl+Return", "Ctrl+N")
        add(ward, "2")
    assert ward.page.objectName() == "S3"
    assert "Saved CED" in ward.window.shell.status.words.text()  # type: ignore[union-attr]
    assert held(ward, incident_id, "triggers_note") == "A long wait."


def test_a_save_that_ended_behind_the_lock_is_told(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    answer_all(ward)
    with busy(ward):
        strike(ward, "Ctrl+Return", "Ctrl+L")
    ward.unlock()
    assert "That draft is gone: it was saved, or thrown away." in ward.screen()
    assert len(ward.ctx.reader().find(Incident)) == 1


def test_a_clock_put_back_while_the_form_is_open_stops_no_report(pc: Pc, clock: FakeClock) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    answer_all(ward)
    clock.set(clock.now() - timedelta(hours=3))
    ward.press("Ctrl+Return")
    assert ward.page.saved.isVisible(), ward.screen()


def test_what_is_typed_before_a_draft_is_there_and_the_draft_both_stay(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    ward.page.form.note.setFocus()
    ward.type("Earlier.")
    ward.press("Ctrl+1")
    (draft,) = drafts.mine(ward.ctx)
    with busy(ward):
        ward.window.go("log", draft_id=draft.id)
        ward.page.form.note.setFocus()
        add(ward, "Now.")
    ward.page.keep_draft()
    ward.settle()
    assert "Your earlier draft waits at Home." in ward.screen()
    assert {one.body["answers"]["description"] for one in drafts.mine(ward.ctx)} == {"Earlier.", "Now."}
