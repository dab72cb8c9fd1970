"""Two windows of a ward and one support plan: what arrives while a panel is open is asked for, not written over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from PySide6.QtWidgets import QApplication

from tests.factories import logged
from tests.journeys.online import OnlinePC
from tests.journeys.test_support import go_to
from tests.journeys.test_two_windows import Make, same, two
from tests.journeys.ward import WardPC
from tests.services.test_support import plan_id
from tests.ui.heard import listening
from vpr_desktop.domain.identity import step_record_id
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.support import Plan, StepCare, StepEntry
from vpr_desktop.services import plan_care, recordings
from vpr_desktop.services.recordings import Said

STEP = "S2-01"


def plan_of(pc: OnlinePC, reference: str) -> Plan:
    (incident,) = pc.ctx.reader().find(Incident, reference=reference)
    (plan,) = pc.ctx.reader().find(Plan, incident_id=incident.id)
    return plan


def opened(pc: OnlinePC, key: str) -> None:
    """Sits down at this PC, chooses the step in the worklist and presses a key on it."""
    pc.press("Ctrl+3")
    go_to(pc, STEP)
    pc.press(key)
    assert pc.page.acts.panel is not None, pc.screen()


def test_an_owner_given_elsewhere_while_the_panel_is_open_is_asked_for(online: Make) -> None:
    one, other, reference = two(online, "slead")
    opened(one, "a")
    one.page.acts.panel.owner.set_code("amanager")
    opened(other, "a")
    other.page.acts.panel.owner.set_code("slead")
    other.press("Ctrl+Return")
    other.sync()
    one.take()
    one.forward(seconds=80)
    one.window.sending.tick()
    one.rest()
    care_id = step_record_id(plan_of(one, reference).id, STEP)
    assert one.ctx.reader().get(StepCare, care_id).owner == "slead", "it came while the panel was open"
    one.press("Ctrl+Return")
    assert "Assigned, Person A" in one.window.shell.status.words.text()  # type: ignore[union-attr]
    assert one.ctx.reader().get(StepCare, care_id).shown.clashes == {"owner"}
    one.sync()
    other.sync()
    assert one.chip == other.chip == "1 needs you"
    other.open(reference)
    other.click("Review the two versions")
    review = other.page.banner.review
    assert review.versions.accessibleName().startswith("Conflict 1 of 1, Person A, ")
    assert review.versions.accessibleName().endswith("Owner")
    assert {card.text() for card in review.versions.cards} == {"A. Manager", "S. Lead"}
    chosen = next(str(place) for place, card in enumerate(review.versions.cards, start=1) if card.text() == "S. Lead")
    other.press(chosen)
    other.click("Save choice")
    other.sync()
    one.sync()
    for pc in (one, other):
        held = pc.ctx.reader().get(StepCare, care_id)
        assert (held.owner, held.shown.clashes) == ("slead", frozenset())
        assert pc.chip.startswith("All sent")
    same(one, other)


def record(pc: OnlinePC, held: str) -> None:
    """Opens the panel of the step on the plan."""
    pc.take()
    pc.window.go("plan", plan_id=held, step=STEP, panel="record")
    pc.settle()


def spoke(pc: OnlinePC) -> None:
    pc.page.acts.panel.outcome.cards[0].click()
    pc.press("Ctrl+Return")


def polls(pc: OnlinePC) -> None:
    """Fetches by itself, while somebody fills a panel."""
    pc.take()
    pc.forward(seconds=80)
    pc.window.sending.tick()
    pc.rest()


def test_who_records_a_step_is_told_that_a_colleague_recorded_it_meanwhile(online: Make) -> None:
    one, other, reference = two(online, "slead")
    held = plan_of(one, reference).id
    record(other, held)
    record(one, held)
    spoke(one)
    one.sync()
    with listening() as heard:
        polls(other)
    told = "Recorded meanwhile: Manager makes contact. If you save too, both recordings are kept."
    assert other.page.acts.panel.meanwhile.isVisible()
    assert told in other.screen()
    assert heard.texts().count(told) == 1
    polls(other)
    spoke(other)
    other.sync()
    one.sync()
    assert len(one.ctx.reader().find(StepEntry, plan_id=held, step=STEP)) == 2, "neither is lost"
    same(one, other)


def test_who_records_a_step_from_the_worklist_is_told_it_too(online: Make) -> None:
    one, other, reference = two(online, "slead")
    opened(other, "Space")
    record(one, plan_of(one, reference).id)
    spoke(one)
    one.sync()
    polls(other)
    assert "Recorded meanwhile: Manager makes contact." in other.screen()


def test_a_chosen_step_that_another_pc_settled_is_told_as_another_takes_its_place(online: Make) -> None:
    one, other, reference = two(online, "slead")
    other.press("Ctrl+3")
    go_to(other, STEP)
    record(one, plan_of(one, reference).id)
    spoke(one)
    one.sync()
    told = "The step chosen was settled on another PC. Another one is chosen now."
    with listening() as heard:
        polls(other)
    assert other.page.line().step != STEP
    assert told in other.screen()
    assert told in heard.texts()


def test_who_records_a_step_is_told_that_the_plan_was_closed_meanwhile(online: Make) -> None:
    one, other, reference = two(online, "slead")
    held = plan_of(one, reference).id
    one.switch("slead")
    one.rest()
    one.window.go("plan", plan_id=held)
    one.settle()
    one.click("Take this case")
    recordings.record(one.ctx, held, Said("S2-03", "DEC"))
    one.sync()
    other.sync()
    record(other, held)
    one.take()
    one.click("Close this plan")
    one.page.acts.panel.why.cards[0].click()
    one.press("Ctrl+Return")
    one.sync()
    polls(other)
    assert "This plan was closed meanwhile. What you typed stays here until you cancel." in other.screen()


def test_focus_stays_in_the_panel_where_a_narrow_window_puts_it_above_the_steps(pc: Callable[..., WardPC]) -> None:
    ward = pc()
    ward.unlock()
    ward.window.resize(1500, 768)
    ward.window.go("plan", plan_id=plan_id(ward.ctx, logged(ward.ctx).id), step=STEP, panel="record")
    ward.settle()
    held = QApplication.focusWidget()
    assert ward.page.acts.panel.isAncestorOf(held)
    ward.window.resize(1024, 640)
    ward.settle()
    assert QApplication.focusWidget() is held


def test_a_due_time_half_typed_over_a_lock_leaves_what_arrived_meanwhile(pc: Callable[..., WardPC]) -> None:
    ward = pc()
    ward.unlock()
    held = plan_id(ward.ctx, logged(ward.ctx).id)
    ward.window.go("plan", plan_id=held, step=STEP, panel="due")
    ward.settle()
    ward.put("Due when?", "01-Dec-2026 16:00")
    plan_care.set_due(ward.ctx, held, STEP, ward.clock.now() + timedelta(days=2), "On leave until then.")
    ward.lock()
    ward.unlock()
    ward.put("Why?", "Asked for.")
    ward.press("Ctrl+Return")
    assert "Due date changed" in ward.window.shell.status.words.text()  # type: ignore[union-attr]
    care = ward.ctx.reader().get(StepCare, step_record_id(held, STEP))
    assert care.shown.clashes == {"due_at", "due_reason"}, "it was typed over what stood before"
