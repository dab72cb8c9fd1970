"""What is set on a plan rests on what its author had on screen: what came meanwhile stays beside it, to be settled."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.factories import logged
from tests.fakes import FakeClock
from tests.services.test_support import Become, led, plan_id, sound, step
from vpr_desktop.domain.identity import step_record_id
from vpr_desktop.domain.support import Plan, StepCare
from vpr_desktop.services import conflicts, plan_care, recordings, support
from vpr_desktop.services.context import Context
from vpr_desktop.services.recordings import Said

STEP = "S2-01"


def care(ctx: Context, held: str) -> StepCare:
    return ctx.reader().get(StepCare, step_record_id(held, STEP))


def standing(ctx: Context, record_id: str, field: str) -> set[object]:
    """Every value of a field that stands."""
    record = ctx.reader().get(Plan if field in ("lead", "cannot_lead") else StepCare, record_id)
    ops = {op["op"]: op["set"] for op in ctx.reader().ops_of(record_id)}
    return {ops[head][field] for head in record.shown.heads[field]}


@pytest.mark.parametrize("before", [None, "p-lead"])
def test_an_owner_who_came_meanwhile_stands_beside_the_one_given(
    ctx: Context, as_role: Become, before: str | None
) -> None:
    me, held, _ = led(ctx, as_role)
    if before:
        plan_care.assign(ctx, held, STEP, before)
    seen = step(support.plan(ctx, held), STEP)
    plan_care.assign(me, held, STEP, "p-lead" if before is None else None)
    plan_care.assign(ctx, held, STEP, "amanager", seen.shown)
    assert standing(ctx, care(ctx, held).id, "owner") == {"p-lead" if before is None else None, "amanager"}
    assert [clash.field for clash in conflicts.conflicts(ctx)] == ["owner"]
    sound(ctx)


def test_an_owner_who_was_on_screen_is_replaced_and_nobody_is_asked(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    plan_care.assign(me, held, STEP, "p-lead")
    plan_care.assign(ctx, held, STEP, "amanager", step(support.plan(ctx, held), STEP).shown)
    assert (care(ctx, held).owner, conflicts.conflicts(ctx)) == ("amanager", [])
    sound(ctx)


def test_of_two_owners_the_one_that_no_screen_shows_stays(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    blank = step(support.plan(ctx, held), STEP).shown
    plan_care.assign(me, held, STEP, "p-lead", blank)
    plan_care.assign(ctx, held, STEP, "amanager", blank)
    seen = step(support.plan(ctx, held), STEP)
    (unseen,) = {"p-lead", "amanager"} - {seen.owner}
    plan_care.assign(ctx, held, STEP, None, seen.shown)
    assert standing(ctx, care(ctx, held).id, "owner") == {None, unseen}


def test_a_due_time_that_came_meanwhile_stands_beside_with_its_reason(
    ctx: Context, as_role: Become, clock: FakeClock
) -> None:
    me, held, _ = led(ctx, as_role)
    seen = step(support.plan(ctx, held), STEP)
    first, second = clock.now() + timedelta(days=2), clock.now() + timedelta(days=3)
    plan_care.set_due(me, held, STEP, first, "On leave until then.", seen.shown)
    plan_care.set_due(ctx, held, STEP, second, "Night shifts until then.", seen.shown)
    both = care(ctx, held)
    assert both.shown.clashes == {"due_at", "due_reason"}
    assert standing(ctx, both.id, "due_reason") == {"On leave until then.", "Night shifts until then."}
    sound(ctx)


def test_a_due_time_on_screen_is_replaced_with_a_reason_that_its_reader_never_sees(
    ctx: Context, as_role: Become, clock: FakeClock
) -> None:
    me, held, _ = led(ctx, as_role)
    plan_care.set_due(me, held, STEP, clock.now() + timedelta(days=2), "zqreason of the lead")
    seen = step(support.plan(ctx, held), STEP)
    assert "zqreason" not in repr((seen, seen.shown)), "the words of a reason are the lead's alone"
    plan_care.set_due(ctx, held, STEP, clock.now() + timedelta(days=3), "Night shifts.", seen.shown)
    assert (care(ctx, held).due_reason, care(ctx, held).shown.clashes) == ("Night shifts.", frozenset())


def test_a_lead_named_elsewhere_meanwhile_stands_beside_the_one_who_takes_the_case(
    ctx: Context, as_role: Become
) -> None:
    held = plan_id(ctx, logged(ctx).id)
    me, other = as_role("support_lead", "p-lead"), as_role("support_lead", "p-other")
    theirs, seen = support.plan(other, held).lead_shown, support.plan(me, held).lead_shown
    plan_care.take(me, held, seen)
    plan_care.pass_on(me, held, None, "away", support.plan(me, held).lead_shown)
    plan_care.take(other, held, theirs)  # still on the screen of before
    assert standing(ctx, held, "lead") == {None, "p-other"}
    plan_care.take_back(other, held)
    assert standing(ctx, held, "lead") == {None}, "an undo takes off its own act alone"
    sound(ctx)


def test_two_leads_who_both_cannot_are_both_barred_before_anybody_settles_it(ctx: Context, as_role: Become) -> None:
    held = plan_id(ctx, logged(ctx).id)
    one, two, three = (as_role("support_lead", f"p-{name}") for name in ("one", "two", "three"))
    blank = support.plan(one, held).lead_shown
    plan_care.take(one, held, blank)
    before = support.plan(one, held).lead_shown
    plan_care.pass_on(one, held, None, "own_manager", before)
    plan_care.take(two, held)
    plan_care.pass_on(two, held, None, "alleged", before)
    assert standing(ctx, held, "cannot_lead") == {"p-one", "p-two"}
    for barred in (one, two):
        with pytest.raises(Exception, match="you cannot lead"):
            plan_care.take(barred, held)
    plan_care.take(three, held)
    told = {clash.field: clash for clash in conflicts.conflicts(three)}
    assert told.keys() >= {"cannot_lead"}
    (clash,) = [told["cannot_lead"]]
    assert (clash.fixed, clash.both) == (True, "p-one,p-two")
    assert {version.words for version in clash.versions} == {"P. Support_Lead"}, "names, not ids"
    conflicts.settle(three, clash, clash.both)
    assert ctx.reader().get(Plan, held).cannot_lead == "p-one,p-two"
    assert "cannot_lead" not in ctx.reader().get(Plan, held).shown.clashes
    sound(ctx)


def test_two_reasons_of_one_due_time_are_asked_of_the_lead_alone(
    ctx: Context, as_role: Become, clock: FakeClock
) -> None:
    me, held, _ = led(ctx, as_role)
    seen, at = step(support.plan(ctx, held), STEP).shown, clock.now() + timedelta(days=2)
    plan_care.set_due(me, held, STEP, at, "On leave.", seen)
    plan_care.set_due(ctx, held, STEP, at, "Night shifts.", seen)
    assert conflicts.conflicts(ctx) == [], "a manager reads no reason"
    (clash,) = conflicts.conflicts(me)
    assert (clash.field, {version.value for version in clash.versions}) == (
        "due_reason", {"On leave.", "Night shifts."},
    )  # fmt: skip
    conflicts.settle(me, clash, clash.both)
    assert care(ctx, held).due_reason == "On leave.; Night shifts."
    assert care(ctx, held).shown.clashes == frozenset()


@pytest.mark.parametrize("settled_by", ["manager", "lead"])
def test_whoever_settles_a_due_time_settles_its_reason_with_it(
    ctx: Context, as_role: Become, clock: FakeClock, settled_by: str
) -> None:
    me, held, _ = led(ctx, as_role)
    seen = step(support.plan(ctx, held), STEP).shown
    leave, nights = (clock.now() + timedelta(days=days) for days in (2, 3))
    plan_care.set_due(me, held, STEP, leave, "zqleave", seen)
    plan_care.set_due(ctx, held, STEP, nights, "zqnights", seen)
    who = {"manager": ctx, "lead": me}[settled_by]
    (clash,) = conflicts.conflicts(who)
    assert clash.field == "due_at"
    assert "zq" not in repr(clash)
    chosen = next(version.value for version in clash.versions if version.value == _shown(leave))
    conflicts.settle(who, clash, chosen)
    now = care(ctx, held)
    assert (now.due_at, now.due_reason, now.shown.clashes) == (_shown(leave), "zqleave", frozenset())
    sound(ctx)


def _shown(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def test_recordings_and_notes_never_write_over_each_other(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    recordings.record(ctx, held, Said(STEP, "DEC"))
    recordings.record(me, held, Said(STEP, "DON"))
    recordings.add_note(me, held, "Slept badly.")
    recordings.add_note(me, held, "Slept well.")
    seen = support.plan(me, held)
    assert sorted(entry.outcome for entry in step(seen, STEP).entries) == ["DEC", "DON"]  # of one moment, by their ids
    assert [note.text for note in seen.notes] == ["Slept badly.", "Slept well."]
    assert conflicts.conflicts(me) == []
