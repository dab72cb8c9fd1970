"""Support plans through their services: recording, undo, second offers, contact attempts, leads, choices, templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.factories import logged
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import NotAllowed, NotFound, ProblemsFound
from vpr_desktop.domain.support import Plan, StepEntry
from vpr_desktop.services import plan_care, recordings, support, worklist
from vpr_desktop.services.context import Context
from vpr_desktop.services.recordings import Said
from vpr_desktop.services.support_views import PlanView, StepView
from vpr_desktop.storage import support_rows

Become = Callable[..., Context]


def plan_id(ctx: Context, incident_id: str, place: int = 0) -> str:
    return ctx.reader().find(Plan, incident_id=incident_id)[place].id


def led(ctx: Context, as_role: Become, user: str = "p-lead", **changes: object) -> tuple[Context, str, str]:
    """A support lead with a case of theirs: session, plan, incident."""
    made = logged(ctx, **changes)
    me = as_role("support_lead", user)
    held = plan_id(ctx, made.id)
    plan_care.take(me, held)
    return me, held, made.id


def step(seen: PlanView, code: str) -> StepView:
    return next(one for one in seen.steps if one.code == code)


def has(seen: PlanView, code: str) -> bool:
    return any(one.code == code for one in seen.steps)


def sound(ctx: Context) -> None:
    assert list(support_rows.problems(ctx.store.db, ctx.store.zone)) == []


# Recording
def test_a_second_offer_is_wanted_or_not_and_never_turned_into_the_other(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    recordings.record(me, held, Said("S2-03", "DEC"))
    with pytest.raises(ProblemsFound, match="one second offer"):
        recordings.record(me, held, Said("S3-02", "DEL", until_on=date(2026, 12, 5)))
    recordings.record(me, held, Said("S3-02", "DEC"))
    again = recordings.record(me, held, Said("S3-02", "ACC"))
    assert [ctx.reader().get(StepEntry, one).outcome for one in again.entry_ids] == ["ACC"]


def test_the_lead_of_one_person_strikes_nothing_out_of_anothers_plan(ctx: Context, as_role: Become) -> None:
    me, held, incident_id = led(ctx, as_role, affected="MANY")
    other = next(one.id for one in ctx.reader().find(Plan, incident_id=incident_id) if one.id != held)
    theirs = as_role("support_lead", "p-second")
    plan_care.take(theirs, other)
    made = recordings.record(theirs, other, Said("S2-01", "DON"))
    with pytest.raises(NotAllowed):
        recordings.strike(me, held, made.entry_ids)
    recordings.strike(theirs, other, made.entry_ids)


def test_a_try_told_after_the_step_was_done_stands_behind_it(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    recordings.record(me, held, Said("S2-01", "DON"))
    recordings.record(me, held, Said("S2-01", "NRE", at=me.now() - timedelta(minutes=9)))
    one = step(support.plan(me, held), "S2-01")
    assert [entry.outcome for entry in one.entries] == ["NRE", "DON"], "as they happened, not as they were written down"
    recordings.record(me, held, Said("S2-01", "NRE", at=me.now() + timedelta(minutes=1)))
    one = step(support.plan(me, held), "S2-01")
    assert [entry.outcome for entry in one.entries] == ["NRE", "DON", "NRE"]
    assert one.told is not None
    assert (one.status, one.told.words) == ("Done", "Done")


def test_a_recording_settles_a_step_and_undo_opens_it_again(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    made = recordings.record(me, held, Said("S2-01", "DON", channel="PHO", reason="Wants a call on Friday."))
    seen = support.plan(me, held)
    one = step(seen, "S2-01")
    assert (one.status, one.is_open, one.entries[0].words, one.entries[0].channel) == ("Done", False, "Done", "Phone")
    assert one.entries[0].reason == "Wants a call on Friday."
    recordings.strike(me, held, made.entry_ids)
    assert step(support.plan(me, held), "S2-01").status == "Not started"
    kept = ctx.reader().find(StepEntry, plan_id=held)
    assert len(kept) == 2, "a mistake stays in the log"
    sound(ctx)


def test_several_steps_of_a_stage_are_one_save(ctx: Context) -> None:
    made = logged(ctx)
    held = plan_id(ctx, made.id)
    before = len(ctx.store.db.execute("SELECT n FROM audit").fetchall())
    done = recordings.record_many(ctx, held, [Said("S0-01", "DON"), Said("S0-02", "DON"), Said("S0-04", "ACC")])
    assert len(ctx.store.db.execute("SELECT n FROM audit").fetchall()) == before + 1
    assert len(done.entry_ids) == 3
    seen = support.plan(ctx, held)
    assert [step(seen, code).is_open for code in ("S0-01", "S0-02", "S0-04", "S0-05")] == [False, False, False, True]
    recordings.strike(ctx, held, done.entry_ids)
    assert all(step(support.plan(ctx, held), code).is_open for code in ("S0-01", "S0-02", "S0-04"))
    sound(ctx)


@pytest.mark.parametrize("code", ["S2-05", "S4-05", "S4-02", "S3-02"])
def test_law_answer_and_second_offer_are_never_ticked_along(ctx: Context, as_role: Become, code: str) -> None:
    me, held, _ = led(ctx, as_role)
    with pytest.raises(ProblemsFound):
        recordings.record_many(me, held, [Said("S2-01", "DON"), Said(code, "DON")])
    assert step(support.plan(me, held), "S2-01").is_open, "all or nothing"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said("S2-01", "ADD"), "outcome"),
        (Said("S2-01", "XXX"), "outcome"),
        (Said("S2-01", ""), "outcome"),
        (Said("S2-01", "NAP"), "reason"),
        (Said("S2-01", "NPO", reason="  "), "reason"),
        (Said("S2-01", "REF"), "reason"),
        (Said("S2-01", "DON", channel="PIGEON"), "channel"),
        (Said("S2-03", "DEL", until_on=date(2026, 11, 1)), "until_on"),
        (Said("S9-99", "DON"), "step"),
        (Said("S6-01", "DON"), "step"),
    ],
)
def test_what_cannot_be_recorded_says_what_to_put_right(ctx: Context, as_role: Become, said: Said, field: str) -> None:
    me, held, _ = led(ctx, as_role)
    with pytest.raises(ProblemsFound) as raised:
        recordings.record(me, held, said)
    assert [problem.field for problem in raised.value.problems] == [field]
    assert ctx.reader().find(StepEntry, plan_id=held) == []


def test_nothing_is_recorded_in_the_future(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    me, held, _ = led(ctx, as_role)
    with pytest.raises(ProblemsFound):
        recordings.record(me, held, Said("S2-01", "DON", at=clock.now() + timedelta(hours=1)))


def test_a_decline_needs_no_reason_and_every_outcome_is_taken_on_every_step(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    recordings.record(me, held, Said("S2-02", "DEC"))
    for code in ("OFF", "NRE", "DNA"):
        recordings.record(me, held, Said("S1-04", code))
    assert step(support.plan(me, held), "S2-02").status == "Offered: not wanted now"
    assert step(support.plan(me, held), "S1-04").status == "In progress"


def test_two_people_completing_one_step_keep_both_entries(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    recordings.record(ctx, held, Said("S2-01", "DON"))
    recordings.record(me, held, Said("S2-01", "DON"))
    one = step(support.plan(me, held), "S2-01")
    assert (one.status, len(one.entries)) == ("Done", 2)


def test_after_three_tries_not_reached_is_settled(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    me, held, _ = led(ctx, as_role)
    told = []
    for _try in range(3):
        clock.forward(hours=2)
        told.append(recordings.record(me, held, Said("S2-01", "NRE", channel="PHO")).not_reached)
    assert told == [False, False, True]
    one = step(support.plan(me, held), "S2-01")
    assert (one.status, one.is_open, len(one.entries)) == ("Not reached", False, 3)


def test_peer_support_is_not_offered_before_72_hours(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    me, held, _ = led(ctx, as_role, effect="SER")
    with pytest.raises(ProblemsFound, match="25-Nov-2026"):
        recordings.record(me, held, Said("S3-03", "ACC"))
    recordings.record(me, held, Said("S3-03", "DEC"))
    clock.forward(hours=73)
    recordings.record(me, held, Said("S3-03", "ACC"))
    assert step(support.plan(me, held), "S3-03").status == "Done"


# The one second offer
def test_one_recording_of_the_second_offer_settles_its_list(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    me, held, _ = led(ctx, as_role)
    assert not has(support.plan(me, held), "S3-02")
    for code in ("S2-02", "S2-03", "S1-05"):
        recordings.record(me, held, Said(code, "DEC"))
    clock.forward(hours=72)
    seen = support.plan(me, held)
    assert [code for code, _ in seen.offers_again] == ["S1-05", "S2-02", "S2-03"]
    done = recordings.record(me, held, Said("S3-02", "ACC"), taken=["S2-03"])
    seen = support.plan(me, held)
    words = {code: step(seen, code).status for code in ("S3-02", "S2-03", "S2-02", "S1-05")}
    assert words == {
        "S3-02": "Done", "S2-03": "Done", "S2-02": "Offered: not wanted now", "S1-05": "Offered: not wanted now",
    }  # fmt: skip
    clock.forward(days=20)
    assert not step(support.plan(me, held), "S2-02").is_open, "nobody is asked a third time"
    recordings.strike(me, held, done.entry_ids)
    assert step(support.plan(me, held), "S2-03").status == "Offered: not wanted now"
    sound(ctx)


def test_declining_again_settles_the_list_too(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    me, held, _ = led(ctx, as_role, support_offered="DEL")
    assert [code for code, _ in support.plan(me, held).offers_again] == ["S0-05"]
    clock.forward(hours=72)
    recordings.record(me, held, Said("S3-02", "DEC"))
    seen = support.plan(me, held)
    assert step(seen, "S3-02").status == "Offered: not wanted now"
    assert not step(seen, "S3-02").is_open
    with pytest.raises(ProblemsFound):
        recordings.record(me, held, Said("S3-02", "ACC"), taken=["S2-02"])


def test_a_dated_not_now_comes_back_once_and_is_on_no_list(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    me, held, _ = led(ctx, as_role)
    recordings.record(me, held, Said("S2-03", "DEL", until_on=date(2026, 11, 24)))
    assert support.plan(me, held).offers_again == ()
    assert not step(support.plan(me, held), "S2-03").is_open
    clock.forward(days=2)
    one = step(support.plan(me, held), "S2-03")
    assert (one.is_open, one.asks_again) == (True, True)
    assert [row.step for row in worklist.page(me, "ask_again")] == ["S2-03"]
    recordings.record(me, held, Said("S2-03", "DEC"))
    assert support.plan(me, held).offers_again == (), "that was the one second offer"
    assert worklist.page(me, "ask_again") == []
    sound(ctx)


# Who does it, and when
def test_owner_and_due_time(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    me, held, _ = led(ctx, as_role)
    plan_care.assign(me, held, "S2-01", "amanager")
    late = clock.now() + timedelta(days=3)
    with pytest.raises(ProblemsFound, match="Say why"):
        plan_care.set_due(me, held, "S2-01", late, " ")
    with pytest.raises(ProblemsFound, match="is over"):
        plan_care.set_due(me, held, "S2-01", clock.now() - timedelta(hours=1), "Asked for.")
    plan_care.set_due(me, held, "S2-01", late, "On leave until then.")
    one = step(support.plan(me, held), "S2-01")
    assert (one.owner_name, one.due) == ("A. Manager", late.replace(microsecond=0))
    assert "S2-01" in [row.step for row in worklist.page(ctx, "mine")]
    plan_care.assign(me, held, "S2-01", None)
    assert step(support.plan(me, held), "S2-01").owner is None
    with pytest.raises(ProblemsFound):
        plan_care.assign(me, held, "S2-01", "nobody")
    sound(ctx)


def test_a_step_of_the_team_is_one_for_all_plans(ctx: Context) -> None:
    made = logged(ctx, affected="MANY")
    first, second = plan_id(ctx, made.id), plan_id(ctx, made.id, 1)
    recordings.record(ctx, second, Said("S1-06", "DON"))
    plan_care.assign(ctx, second, "S4-01", "amanager")
    for held in (first, second):
        seen = support.plan(ctx, held)
        assert (step(seen, "S1-06").status, step(seen, "S1-06").team) == ("Done", True)
        assert step(seen, "S4-01").owner == "amanager"
    rows = [row for row in worklist.page(ctx, limit=200) if row.step == "S4-01"]
    assert [(row.person, row.owner) for row in rows] == [("Team", "amanager")]
    sound(ctx)


def test_a_pause_moves_the_person_and_not_the_law(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    plan_care.choose(me, held, {"paused_until": date(2026, 12, 24), "wants": "Peer support"})
    seen = support.plan(me, held)
    assert seen.choices["wants"] == "Peer support"
    assert step(seen, "S2-01").due.date() == date(2026, 12, 24)  # type: ignore[union-attr]
    assert step(seen, "S2-05").due.date() == date(2026, 11, 23)  # type: ignore[union-attr]
    plan_care.choose(me, held, {"paused_until": None})
    assert step(support.plan(me, held), "S2-01").due.date() == date(2026, 11, 23)  # type: ignore[union-attr]
    with pytest.raises(ProblemsFound):
        plan_care.choose(me, held, {"paused_until": date(2026, 11, 1)})
    with pytest.raises(NotAllowed):
        plan_care.choose(me, held, {"lead": "p-lead"})


def test_a_manager_sees_only_the_choices_they_typed(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    plan_care.choose(ctx, held, {"contact_when": "after 17:00"})
    plan_care.choose(me, held, {"wants": "Peer support"})
    mine = support.plan(ctx, held)
    assert (mine.choices["contact_when"], mine.choices["wants"]) == ("after 17:00", None)
    theirs = support.plan(me, held).choices
    assert (theirs["contact_when"], theirs["wants"]) == ("after 17:00", "Peer support")
    plan_care.choose(ctx, held, {"contact_when": "after 18:00"})
    assert support.plan(me, held).choices["wants"] == "Peer support"


def test_a_choice_is_compared_with_what_was_on_screen_and_writes_over_nothing_that_came_since(
    ctx: Context, as_role: Become
) -> None:
    me, held, _ = led(ctx, as_role)
    plan_care.choose(me, held, {"contact_how": "Phone"})
    seen = support.plan(me, held)
    plan_care.choose(me, held, {"contact_how": "Letter only, never phone"})
    plan_care.choose(me, held, {"language": "Polish"}, seen.shown)
    plan = ctx.reader().get(Plan, held)
    assert (plan.contact_how, plan.language) == ("Letter only, never phone", "Polish")
    assert not plan.shown.clashes
    plan_care.choose(me, held, {"contact_how": "Text message"}, seen.shown)
    assert ctx.reader().get(Plan, held).shown.clashes == {"contact_how"}, "both stand"
    plan_care.choose(me, held, {"contact_how": "Letter"}, support.plan(me, held).shown)
    assert ctx.reader().get(Plan, held).shown.clashes == {"contact_how"}, "the plan shows one of them: the other stays"
    sound(ctx)


def test_unknown_plans_and_other_wards_are_not_found(ctx: Context) -> None:
    with pytest.raises(NotFound):
        support.plan(ctx, "no-such-plan")
    made = logged(ctx)
    with pytest.raises(NotFound):
        support.plan(replace(ctx, wards={}), plan_id(ctx, made.id))
