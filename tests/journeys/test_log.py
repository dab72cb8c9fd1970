"""Journeys of logging: by keyboard and by mouse, undone, withdrawn and put back, amended with its history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from tests.journeys.ward import WardPC
from vpr_desktop.services import incidents
from vpr_desktop.services.new_incident import UNDO_SECONDS

Pc = Callable[..., WardPC]


def test_log_by_keyboard_alone_then_find_it(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    assert ward.app.focusWidget() is ward.page.form.groups["occurred_at"].first_focus()
    ward.press("Tab")
    for keys in ("3", "12", "2", "1", "3", "3"):
        for key in keys:
            ward.press(key)
        ward.press("Tab")
    ward.type("Pushed over near the linen store")
    ward.press("Ctrl+Return")
    reference = ward.page.saved.made.reference
    assert reference == "CED-2611-A001"
    assert f"Saved on this PC. Reference {reference}." in ward.screen()
    assert "Next: check in with the person affected by" in ward.screen()
    assert ward.app.focusWidget() is ward.page.saved.heading
    ward.press("Ctrl+K")
    ward.type("linen")
    ward.press("Return")
    assert reference in ward.screen()
    ward.page.table.setFocus()
    ward.press("Return")
    seen = ward.page.seen
    assert seen.reference == reference
    assert seen.record.values["act_types"] == ["PHY", "THR"]
    assert seen.record.values["description"] == "Pushed over near the linen store"
    assert "Corridor" in ward.screen()
    assert "Not started" in ward.screen()


def test_log_by_mouse_alone(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.click("Log an incident")
    for question, code in (
        ("location", "BAY"), ("act_types", "VER"), ("affected", "ME"), ("perp_relation", "REL"), ("effect", "UPS"),
        ("support_offered", "DEL"),
    ):  # fmt: skip
        ward.choose(question, code)
    assert "7 of 7 answered" in ward.screen()
    ward.click("Save incident")
    assert "Reference CED-2611-A001." in ward.screen()
    ward.click("Done")
    assert ward.page.objectName() == "S2"


def test_what_is_missing_is_said_and_nothing_is_lost(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    ward.choose("location", "DAY")
    ward.press("Ctrl+Return")
    form = ward.page.form
    assert ward.app.focusWidget() is form.summary
    assert ward.page.title.text() == "Error: Log an incident"
    assert len(form.summary.links) == 5
    ward.click("Choose who did it, or choose Not known.")
    assert ward.app.focusWidget() is form.groups["perp_relation"].first_focus()
    assert form.groups["location"].value() == ["DAY"]


def test_undo_of_a_save_brings_the_answers_back(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.log("Shouted at the nurses' station")
    made = ward.page.saved.made
    ward.click("Undo this save")
    assert ward.page.form.isVisible()
    assert ward.page.form.note.toPlainText() == "Shouted at the nurses' station"
    assert ward.page.form.groups["act_types"].value() == ["PHY", "THR"]
    undone = incidents.view(ward.ctx, made.id)
    assert (undone.status, undone.record.values["withdraw_reason"]) == ("withdrawn", "undone")
    ward.press("Ctrl+Return")
    assert ward.page.saved.made.reference == "CED-2611-A002"


def test_undo_is_over_after_two_minutes(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.log()
    ward.clock.forward(seconds=121)
    ward.click("Undo this save")
    assert "Undo is over after 2 minutes." in ward.screen()
    assert incidents.view(ward.ctx, ward.page.saved.made.id).status == "logged"


def test_withdraw_needs_a_reason_and_can_be_undone(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    ward.open(reference)
    ward.page.withdraw()
    ward.settle()
    ward.click("Withdraw incident")
    assert "Say why, in a few words." in ward.screen()
    ward.answer("Logged twice by two colleagues", "Withdraw incident")
    assert "Withdrawn: Logged twice by two colleagues" in ward.screen()
    assert not ward.buttons("Add to record")
    assert not [words for words in ward.offered() if words.startswith("Change,")]
    ward.click("Undo the last action")
    assert ward.page.seen.status == "logged"
    assert ward.buttons("Add to record")
    ward.page.withdraw()
    ward.answer("Wrong ward", "Withdraw incident")
    ward.clock.forward(minutes=3)
    ward.press("Ctrl+1")
    ward.open(reference)
    ward.click("Put back")
    assert ward.page.seen.status == "logged"


def test_a_change_keeps_the_old_value_and_asks_why_once_sent(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    ward.open(reference)
    ward.click("Change, most serious effect so far")
    assert not ward.page.reason.isVisible()
    ward.page.panels[0].editors["effect"].widget.choose(3)
    ward.press("Ctrl+Return")
    assert "Needed treatment" in ward.screen()
    ward.click("History: 2 changes")
    said = ward.screen()
    assert "Minor injury" in said
    assert "A. Manager" in said
    sent(ward)
    ward.open(reference)
    ward.click("Change, most serious effect so far")
    assert ward.page.reason.isVisible()
    ward.page.panels[0].editors["effect"].widget.choose(4)
    ward.press("Ctrl+Return")
    assert "Say why you change it. The report was already sent." in ward.screen()
    assert ward.page.panels[0].editors["effect"].value() == "SER"
    ward.put("Why do you change it?", "Seen by a doctor")
    ward.press("Ctrl+Return")
    ward.click("History: 3 changes")
    assert "Seen by a doctor" in ward.screen()


def sent(ward: WardPC) -> None:
    """As if the endpoint had taken all that waits."""
    ward.ctx.store.db.execute("DELETE FROM outbox")
    ward.ctx.store.db.commit()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1320", "Sunday 22-Nov-2026, 13:20"),
        ("-2h", "Sunday 22-Nov-2026, 12:05"),
        ("yesterday 2210", "Saturday 21-Nov-2026, 22:10"),
        ("21/11 22:10", "Saturday 21-Nov-2026, 22:10"),
    ],
)
def test_a_typed_time_is_said_back(pc: Pc, typed: str, said: str) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N", "4")
    ward.type(typed)
    assert said in ward.screen()
    assert ward.page.form.groups["occurred_at"].value() == ["typed"]


class Windows(QObject):
    """Notes every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


def test_no_page_opens_a_window_of_its_own_while_it_is_built(pc: Pc) -> None:
    ward = pc()
    windows = Windows()
    ward.app.installEventFilter(windows)
    ward.unlock()
    made = ward.log()
    for page in ("home", "incidents", "log", "handover", "data", "settings", "handbook"):
        ward.window.go(page)
        ward.settle()
    ward.open(made)
    ward.window.go("task", incident_id=ward.page.seen.record.id, task="injury")
    ward.settle()
    ward.app.removeEventFilter(windows)
    assert windows.shown == []


def test_undo_goes_from_the_status_bar_once_it_is_over(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    ward.press("Ctrl+1")
    ends = ward.window.shell.status.ends  # type: ignore[union-attr]
    assert ward.buttons("Undo the last action")
    assert ends.isActive()
    assert ends.interval() == UNDO_SECONDS * 1000
    ends.timeout.emit()
    assert not ward.buttons("Undo the last action")
    ward.press("Ctrl+Z", "Ctrl+2")
    assert reference in ward.screen()
    ward.log()
    ward.open(reference)
    ward.window.status("Something else that can be undone", lambda: None)
    assert not ends.isActive(), "the time of one act ends no other"


def test_undo_in_the_status_bar_says_that_it_is_over(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    ward.page.saved._undo_ends.timeout.emit()  # two minutes later
    ward.press("Ctrl+1")
    ward.click("Undo the last action")
    assert "Undo is over after 2 minutes. You can withdraw the incident from its record." in ward.screen()
    ward.press("Ctrl+2")
    assert reference in ward.screen()


def test_undo_that_is_over_leaves_focus_beside_it_and_no_word_of_it(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.log()
    saved = ward.page.saved
    assert "You can undo it for 2 minutes." in ward.screen()
    saved.undo_button.setFocus()
    saved._undo_ends.timeout.emit()
    assert ward.app.focusWidget() is saved.done
    assert "undo it" not in ward.screen()
    saved.details.setFocus()
    saved._end_undo()
    assert ward.app.focusWidget() is saved.details, "only what goes gives focus away"


def test_undo_in_the_status_bar_that_goes_gives_focus_back_to_the_page(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.log()
    ward.press("Ctrl+2")
    status, there = ward.window.shell.status, ward.app.focusWidget()  # type: ignore[union-attr]
    assert ward.page.isAncestorOf(there)
    status.undo.setFocus()
    ward.window.status("Something else that can be undone", lambda: None)
    assert ward.app.focusWidget() is status.undo, "another act's Undo stands where the first stood"
    status._take_undo()
    assert ward.app.focusWidget() is there
