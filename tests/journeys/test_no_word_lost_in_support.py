"""Typing in closing and support while the PC is busy, or something else takes its place: no word is lost."""

from __future__ import annotations

from collections.abc import Callable

from tests.factories import logged
from tests.journeys.test_no_word_lost import busy, strike
from tests.journeys.ward import WardPC
from tests.services.test_support import plan_id
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.support import StepEntry
from vpr_desktop.services import drafts, incidents

Pc = Callable[..., WardPC]


def test_closing_that_has_to_be_put_right_first_keeps_one_draft(pc: Pc) -> None:
    ward = pc("rnurse")
    ward.unlock("rnurse")
    reference = ward.log(affected=("ME",), effect=("NON",))
    ward.switch("amanager")
    ward.open(reference)
    ward.click("Close this incident")
    for words in ("Hello", " all"):
        ward.field("Message to the reporter, who is the person affected").setFocus()
        ward.type(words)
        ward.page.kept.keep()
        ward.settle()
        ward.press("Ctrl+Return")
        assert "Write the reporter at least a sentence." in ward.screen()
    (draft,) = drafts.mine(ward.ctx)
    assert draft.body["messages"] == {"reporter": "Hello all"}


def test_a_recording_saved_by_two_presses_is_made_once(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    plan = plan_id(ward.ctx, logged(ward.ctx).id)
    ward.window.go("plan", plan_id=plan, step="S2-01", panel="record")
    ward.settle()
    ward.page.acts.panel.questions[0].choose(0)
    strike(ward, "Ctrl+Return", "Ctrl+Return")
    ward.settle()
    assert len(ward.ctx.reader().find(StepEntry)) == 1


def test_not_wanted_pressed_twice_is_recorded_once(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.window.go("plan", plan_id=plan_id(ward.ctx, logged(ward.ctx).id))
    ward.settle()
    step = next(one for one in ward.page.plan.steps if one.code == "S2-03")
    for _ in range(2):
        ward.page.acts.not_wanted(ward.page.plan, step)
    ward.settle()
    assert [entry.outcome for entry in ward.ctx.reader().find(StepEntry)] == ["DEC"]
    ward.page.acts.not_wanted(ward.page.plan, step)
    ward.settle()
    assert len(ward.ctx.reader().find(StepEntry)) == 2, "it can be said again later"


def test_what_is_typed_in_a_panel_waits_while_another_plan_is_looked_at(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    one, other = (plan_id(ward.ctx, logged(ward.ctx).id) for _ in range(2))
    ward.window.go("plan", plan_id=one, step="S2-01", panel="due")
    ward.settle()
    ward.put("Why?", "On leave")
    ward.window.go("plan", plan_id=other)
    ward.settle()
    assert ward.page.acts.panel is None
    ward.window.go("plan", plan_id=one, step="S2-01", panel="due")
    ward.settle()
    assert ward.field("Why?").text() == "On leave"  # type: ignore[union-attr]


def test_what_is_typed_last_in_a_panel_waits_while_another_takes_its_place(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    plan = plan_id(ward.ctx, logged(ward.ctx).id)
    ward.window.go("plan", plan_id=plan, step="S2-01", panel="due")
    ward.settle()
    ward.page.acts._typing.stop()  # the moment before it is kept by itself
    ward.put("Why?", "On leave")
    step = next(one for one in ward.page.plan.steps if one.code == "S2-01")
    ward.page.acts.open("record", ward.page.plan, step)
    ward.settle()
    ward.window.go("plan", plan_id=plan, step="S2-01", panel="due")
    ward.settle()
    assert ward.field("Why?").text() == "On leave"  # type: ignore[union-attr]


def test_a_panel_that_is_saved_as_the_pc_locks_comes_back_empty(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    plan = plan_id(ward.ctx, logged(ward.ctx).id)
    ward.window.go("plan", plan_id=plan, step="S2-01", panel="due")
    ward.settle()
    ward.put("Due when?", "01-Dec-2026 16:00")
    ward.put("Why?", "On leave")
    with busy(ward):
        strike(ward, "Ctrl+Return", "Ctrl+L")
    ward.unlock()
    assert drafts.mine(ward.ctx) == []
    assert ward.field("Why?").text() == ""  # type: ignore[union-attr]


def test_what_arrives_while_the_reason_of_a_withdrawal_is_typed_is_told_as_not_seen(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.open(ward.log())
    seen = ward.page.seen
    ward.page.withdraw()
    ward.settle()
    incidents.save(ward.ctx, seen, [incidents.Edit("incident", seen.record.id, {"effect": "TRE"})])
    ward.window.changed(Changes((Change("incident", seen.record.id),), "sync"))
    ward.settle()
    ward.answer("Logged twice.", "Withdraw incident")
    assert ward.page.seen.status == "withdrawn"
    assert ward.page.seen.late
