"""Support plans through their services: who leads a case, names, what a change of facts does, what others learn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.factories import answers, logged, name_person
from tests.fakes import FakeClock
from tests.services.test_support import Become, has, led, plan_id, sound, step
from vpr_desktop.domain.errors import NotAllowed, ProblemsFound
from vpr_desktop.domain.support import Plan, StepEntry
from vpr_desktop.services import (
    incidents,
    listing,
    people,
    plan_care,
    recordings,
    support,
    support_cases,
    views,
    worklist,
)
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.new_incident import log
from vpr_desktop.services.recordings import Said


# Leads
def test_taking_a_case_opens_it_and_passing_it_on_closes_it(ctx: Context, as_role: Become) -> None:
    made = logged(ctx)
    held = plan_id(ctx, made.id)
    me, other = as_role("support_lead", "p-lead"), as_role("support_lead", "p-other")
    assert not support.plan(me, held).in_circle
    with pytest.raises(NotAllowed):
        recordings.add_note(me, held, "Slept badly.")
    plan_care.take(me, held)
    recordings.add_note(me, held, "Slept badly.")
    assert [note.text for note in support.plan(me, held).notes] == ["Slept badly."]
    with pytest.raises(NotAllowed):
        plan_care.take(other, held)
    plan_care.pass_on(me, held, "p-other", "own_manager")
    assert support.plan(me, held).notes == ()
    assert [note.text for note in support.plan(other, held).notes] == ["Slept badly."]
    plan_care.pass_on(other, held, None, "away")
    with pytest.raises(NotAllowed, match="you cannot lead"):
        plan_care.take(me, held)
    plan_care.take(other, held)
    assert {"take case", "pass case on"} <= {row[0] for row in ctx.store.db.execute("SELECT act FROM audit")}
    sound(ctx)


def test_nobody_leads_their_own_case_and_reads_it_without_notes(ctx: Context, as_role: Become) -> None:
    me = as_role("support_lead", "p-lead")
    made = logged(me, affected="ME")
    held = plan_id(ctx, made.id)
    with pytest.raises(NotAllowed, match="own case"):
        plan_care.take(me, held)
    with pytest.raises(ProblemsFound):
        plan_care.name_lead(ctx, held, "p-lead")
    other = as_role("support_lead", "p-other")
    plan_care.name_lead(ctx, held, "p-other")
    recordings.record(other, held, Said("S2-03", "DEC", reason="zqreason"))
    recordings.add_note(other, held, "zqnote")
    seen = support.plan(me, held)
    assert step(seen, "S2-03").status == "Offered: not wanted now"
    assert "zq" not in repr(seen)
    with pytest.raises(NotAllowed):
        recordings.record(me, held, Said("S2-01", "DON"))
    plan_care.choose(me, held, {"contact_how": "Text message"})
    assert support.plan(other, held).choices["contact_how"] == "Text message"


def test_a_lead_who_left_can_be_replaced(ctx: Context, as_role: Become) -> None:
    _, held, _ = led(ctx, as_role)
    as_role("support_lead", "p-other")
    with pytest.raises(NotAllowed):
        plan_care.name_lead(ctx, held, "p-other")
    people.disable(ctx, "p-lead")
    plan_care.name_lead(ctx, held, "p-other")
    assert support.plan(ctx, held).lead == "p-other"


def test_a_restricted_case_whose_lead_left_lies_in_the_pool_again(ctx: Context, as_role: Become) -> None:
    """It opened to its lead alone: with them gone nobody could open it, and no list held it."""
    made = log(as_role("reporter"), answers(act_types=["SEX"]))
    held = plan_id(ctx, made.id)
    lead, other = as_role("support_lead", "p-lead"), as_role("support_lead", "p-other")
    plan_care.take(lead, held)

    def listed(who: Context) -> tuple[list[str], set[str], int]:
        rows = worklist.page(who, "unassigned", limit=200)
        return (
            [row.reference for row in listing.page(who, ListQuery()) if not row.restricted],
            {row.plan_id for row in rows}, worklist.counts(who).views["unassigned"],
        )  # fmt: skip

    assert listed(other) == ([], set(), 0)
    assert views.incident(other, made.id).sight == "restricted"
    people.disable(ctx, "p-lead")
    assert views.incident(other, made.id).sight == "full"
    found, plans, count = listed(other)
    assert (found, plans) == ([made.reference], {held})
    assert count > 0
    assert not support.plan(other, held).is_led
    assert not support.plan(other, held).in_circle, "as with every case of the pool: taking it opens the rest"
    assert listed(ctx) == ([], set(), 0), "to a manager it stays closed"
    plan_care.take(other, held)
    assert support.plan(other, held).in_circle
    assert listed(as_role("support_lead", "p-third")) == ([], set(), 0)
    sound(ctx)


def test_what_was_done_about_the_lead_is_taken_back_within_two_minutes(
    ctx: Context, as_role: Become, clock: FakeClock
) -> None:
    held = plan_id(ctx, logged(ctx).id)
    me, other = as_role("support_lead", "p-lead"), as_role("support_lead", "p-other")
    with pytest.raises(NotAllowed):
        plan_care.take_back(ctx, held)
    assert support.plan(ctx, held).may_name_lead
    plan_care.name_lead(ctx, held, "p-lead")
    assert not support.plan(ctx, held).may_name_lead
    with pytest.raises(NotAllowed, match="no longer be undone"):
        plan_care.take_back(me, held)
    plan_care.take_back(ctx, held)
    assert support.plan(ctx, held).lead is None
    plan_care.name_lead(ctx, held, "p-lead")
    plan_care.pass_on(me, held, "p-other", "own_manager")
    assert not support.plan(me, held).in_circle
    plan_care.take_back(me, held)
    assert support.plan(me, held).in_circle
    assert ctx.reader().get(Plan, held).cannot_lead is None
    plan_care.pass_on(me, held, "p-other", "own_manager")
    clock.forward(minutes=3)
    with pytest.raises(NotAllowed, match="no longer be undone"):
        plan_care.take_back(me, held)
    assert (support.plan(other, held).lead, support.plan(other, held).in_circle) == ("p-other", True)
    assert ctx.reader().get(Plan, held).cannot_lead == "p-lead"
    with pytest.raises(NotAllowed):
        plan_care.take_back(as_role("reporter"), held)
    sound(ctx)


def test_the_name_is_shown_to_those_entitled_and_logged(ctx: Context, as_role: Become) -> None:
    me, held, incident_id = led(ctx, as_role)
    name_person(ctx, incident_id, "A", "n77")
    assert support.show_name(me, held) == "n77"
    assert support.show_name(ctx, held) == "n77"
    with pytest.raises(NotAllowed):
        support.show_name(as_role("support_lead", "p-pool"), held)
    acts = [row[0] for row in ctx.store.db.execute("SELECT act FROM audit WHERE obj = ?", (incident_id,))]
    assert acts.count("show name") == 2


@pytest.mark.parametrize("affected", ["ME", "ONE"])
def test_a_name_kept_in_confidence_is_not_shown_by_the_plan_either(
    ctx: Context, as_role: Become, affected: str
) -> None:
    """Nor does the plan of a report about somebody else who was not named look any different."""
    made = logged(as_role("reporter", "p-own"), affected=affected, reporter_mode="confidential")
    (plan,) = ctx.reader().find(Plan, incident_id=made.id)
    with pytest.raises(NotAllowed):
        support.show_name(ctx, plan.id)
    assert not support_cases.load(ctx, plan.id).can("show_name")
    plan_care.assign(ctx, plan.id, "S1-01", "amanager")
    for one in ("p-lead", "p-own"):  # not even by who is refused as lead
        with pytest.raises(NotAllowed, match="takes this case themselves"):
            plan_care.name_lead(ctx, plan.id, as_role("support_lead", one).user.user_id)
    lead = as_role("support_lead", "p-lead")
    plan_care.take(lead, plan.id)
    assert support.show_name(lead, plan.id) == ("P. Reporter" if affected == "ME" else "No name was given.")


def test_the_lead_alone_learns_of_repeated_exposure(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    for _ in range(2):
        made = logged(ctx, occurred_at=clock.now())
        name_person(ctx, made.id, "A", "n77")
        clock.forward(days=40)
    me, held, incident_id = led(ctx, as_role, occurred_at=clock.now())
    name_person(ctx, incident_id, "A", "n77")
    assert support.plan(me, held).exposure == 3
    assert support.plan(ctx, held).exposure == 0
    assert support.plan(as_role("support_lead", "p-pool"), held).exposure == 0


# A change of facts
def test_a_worse_rating_adds_steps_that_count_from_then(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    me, held, incident_id = led(ctx, as_role, act_types=["VER"], effect="UPS")
    assert not has(support.plan(me, held), "S2-03")
    clock.forward(days=3)
    _rate(me, incident_id, "3")
    assert not has(support.plan(me, held), "S2-03")
    _rate(me, incident_id, "2")
    one = step(support.plan(me, held), "S2-03")
    assert (one.status, one.due) == ("Not started", clock.now() + timedelta(hours=4))
    assert not one.overdue
    added = [entry for entry in ctx.reader().find(StepEntry, plan_id=held) if entry.outcome == "ADD"]
    assert {entry.step for entry in added} >= {"S2-03", "S6-01"}
    assert len(added) == len({entry.step for entry in added})
    assert one.entries == (), "ADD is no recording of anybody"
    _rate(me, incident_id, "4")
    seen = support.plan(me, held)
    assert seen.fewer_on == date(2026, 11, 25)
    assert not has(seen, "S6-01")
    sound(ctx)


def _rate(me: Context, incident_id: str, grade: str) -> None:
    seen = incidents.view(me, incident_id)
    incidents.save(me, seen, [Edit("person", seen.parts["people"][0].id, {"psych_harm": grade})])


def test_a_person_added_later_is_not_overdue_at_once(ctx: Context, clock: FakeClock) -> None:
    made = logged(ctx, affected="MANY")
    clock.forward(days=5)
    incidents.more_people(ctx, made.id, 3)
    seen = support.plans_of(ctx, made.id)
    assert [one.person for one in seen] == ["Person A", "Person B", "Person C"]
    assert step(seen[0], "S2-01").overdue
    assert step(seen[2], "S2-01").due == clock.now() + timedelta(hours=4)
    assert step(seen[2], "S4-02").due == step(seen[0], "S4-02").due
    sound(ctx)


def test_an_earlier_incident_told_later_lifts_the_plan_and_times_it_from_then(ctx: Context, clock: FakeClock) -> None:
    first_at = clock.now()
    clock.forward(days=10)
    later = logged(ctx, affected="ME", occurred_at=clock.now())
    clock.forward(days=2)
    logged(ctx, affected="ME", occurred_at=first_at)
    added = [e for e in ctx.reader().find(StepEntry, plan_id=plan_id(ctx, later.id)) if e.outcome == "ADD"]
    assert "S6-01" in {entry.step for entry in added}
    sound(ctx)


# What others need to know
def test_the_next_step(ctx: Context, as_role: Become) -> None:
    made = logged(ctx)
    found = support.next_step(ctx, made.id)
    assert found is not None
    assert found[0].code == "S0-01"
    assert support.next_step(as_role("reporter", "p-none"), made.id) is None


def test_recordings_of_an_incident_that_can_be_undone_wait_with_it(ctx: Context) -> None:
    made = logged(ctx)
    recordings.record_many(ctx, plan_id(ctx, made.id), [Said("S0-01", "DON"), Said("S0-02", "DON")])
    waiting = ctx.store.db.execute(
        "SELECT DISTINCT outbox.not_before IS NULL FROM outbox JOIN op ON op.n = outbox.op WHERE op.et = 'step_entry'"
    ).fetchall()
    assert waiting == [(0,)]
