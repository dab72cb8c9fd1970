"""Sentences of the design that no other journey holds: drafts of tasks, the short list, the list's send state."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.online import OnlinePC
from tests.journeys.test_log import sent
from tests.journeys.ward import WardPC
from vpr_desktop.services import drafts, incidents, wards
from vpr_desktop.ui.forms.factors_editor import FactorsEditor

Pc = Callable[..., WardPC]


def test_a_half_typed_time_and_the_reason_come_back_after_a_lock(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    sent(ward)
    ward.open(reference)
    ward.click("Change, when did it happen")
    editor = ward.page.panels[0].editors["occurred_at"]
    editor.widget.setFocus()
    editor.widget.selectAll()
    ward.type("yester")
    ward.put("Why do you change it?", "The clock was wrong")
    ward.lock()
    ward.unlock()
    assert ward.page.panels[0].editors["occurred_at"].widget.text() == "yester"
    assert ward.field("Why do you change it?").text() == "The clock was wrong"
    (kept,) = drafts.mine(ward.ctx)
    assert kept.body["reason"] == "The clock was wrong"


def test_the_reason_of_one_change_is_not_the_reason_of_the_next(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    sent(ward)
    ward.open(reference)
    ward.click("Change, most serious effect so far")
    ward.page.panels[0].editors["effect"].widget.choose(3)
    ward.put("Why do you change it?", "Seen by a doctor")
    ward.press("Ctrl+Return")
    sent(ward)
    ward.click("Change, where did it happen")
    assert ward.field("Why do you change it?").text() == ""


def test_a_draft_of_a_new_part_keeps_what_cannot_be_read_yet(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    ward.window.go("task", incident_id=incidents.find(ward.ctx, reference), task="injury")
    ward.settle()
    ward.click(next(words for words in ward.offered() if words.startswith("Add time off")))
    panel = ward.page.panels[-1]
    name, editor = next((name, one) for name, one in panel.editors.items() if type(one).__name__ == "DayEditor")
    editor.widget.setFocus()
    ward.type("next mo")
    ward.lock()
    ward.unlock()
    again = [one for one in ward.page.panels if one.record.entity == panel.record.entity]
    assert [one.editors[name].widget.text() for one in again] == ["next mo"]


def test_the_short_list_of_the_situation_comes_first_and_show_all_opens_the_rest(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    incident_id = incidents.find(ward.ctx, reference)

    def open_task() -> FactorsEditor:
        ward.window.go("task", incident_id=incident_id, task="before")
        ward.settle()
        editor = ward.page.panels[0].editors["factors"]
        assert isinstance(editor, FactorsEditor)
        return editor

    editor = open_task()
    assert editor.short.codes[:3] == ["S01", "C10", "C06"]
    assert len(editor.short.codes) == 14
    assert editor.value() is None, "none is ticked beforehand"
    assert not editor.rest.isVisible()
    ward.click("Show all things in the situation")
    assert "The surroundings" in ward.screen()
    assert ward.app.focusWidget() is editor.groups[0].first_focus()
    assert not set(editor.short.codes) & {code for group in editor.groups for code in group.codes}
    editor.short.choose(0)
    rest = next(group for group in editor.groups if "E04" in group.codes)
    rest.choose(rest.codes.index("E04"))
    ward.press("Ctrl+Return")
    assert incidents.view(ward.ctx, incident_id).record.values["factors"] == ["E04", "S01"]
    editor = open_task()
    assert editor.rest.isVisible(), "what is ticked is seen"
    held = wards.settings(ward.ctx)
    ward.window.set_session(wards.save(ward.ctx, held.__class__(**{**vars_of(held), "short_factors": ("O01", "E04")})))
    editor = open_task()
    assert set(editor.short.codes) == {"O01", "E04"}


def vars_of(settings: wards.WardSettings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__slots__}


def test_whom_to_support_is_asked_for_one_colleague_alone(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.log(affected=("ONE",))
    assert "Who should we support? (optional)" in ward.screen()
    ward.log(affected=("ME",))
    assert "Who should we support? (optional)" not in ward.screen()
    ward.log(affected=("MANY",))
    said = ward.screen()
    assert "Who should we support? (optional)" not in said
    assert "How many were affected? (optional)" in said


def test_the_list_says_what_is_sent_and_how_many_of_how_many(online: Callable[..., OnlinePC]) -> None:
    pc = online("one")
    first = pc.log()
    assert "Waiting to send. You can undo it for 2 minutes; then it is sent by itself." in pc.screen()
    pc.sync()
    second = pc.log()
    pc.press("Ctrl+2")
    page = pc.page
    states = {page.model.index(r, 0).data(): page.model.index(r, 6).data() for r in range(page.model.rowCount())}
    assert states == {first: "Sent", second: "Waiting"}
    assert not page.table.isColumnHidden(6)
    assert page.total.text() == "2 incidents"
    pc.click("Not sent, 1")
    assert page.total.text() == "1 of 2 incidents"
    assert page.model.index(0, 0).data() == second


def test_a_pc_that_sends_nothing_has_no_send_state(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.log()
    ward.press("Ctrl+2")
    assert ward.page.table.isColumnHidden(6)
    assert not [words for words in ward.offered() if words.startswith("Not sent")]
