"""The end of a support plan: closed by its lead with a reason, opened again, taken back; and by who the person is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import FAST, fast_keys
from tests.factories import PASSPHRASE, answers, logged
from tests.fakes import FakeClock
from tests.services.test_support import led, plan_id, sound, step
from vpr_desktop.cli import main as cli
from vpr_desktop.cli import session
from vpr_desktop.domain.errors import NotAllowed, ProblemsFound
from vpr_desktop.domain.support import Plan, StepEntry
from vpr_desktop.domain.support_times import NEVER_PAUSED
from vpr_desktop.services import (
    closing,
    history,
    home,
    incidents,
    listing,
    people,
    plan_care,
    plan_end,
    recordings,
    sessions,
    support,
    views,
    worklist,
)
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.new_incident import log
from vpr_desktop.services.recordings import Said
from vpr_desktop.storage import support_said
from vpr_desktop.storage.support_facts import plan_states

Become = Callable[..., Context]
SERIOUS = {"effect": "SER"}


def offered(ctx: Context, as_role: Become, **changes: object) -> tuple[Context, str, str]:
    """A support lead with a case of theirs to whom support was offered: session, plan, incident."""
    me, held, incident_id = led(ctx, as_role, **changes)
    recordings.record(me, held, Said("S2-03", "DEC"))
    return me, held, incident_id


def listed(ctx: Context, view: str = "all") -> set[str]:
    return {row.step for row in worklist.page(ctx, view, limit=500)}


def stands(ctx: Context, plan: str) -> tuple[object, object]:
    held = ctx.reader().get(Plan, plan)
    return held.closed_on and held.closed_on.isoformat(), held.closed_reason


def test_a_closed_plan_asks_for_the_teams_steps_and_the_riddor_looks_alone(
    ctx: Context, as_role: Become, clock: FakeClock
) -> None:
    me, held, incident_id = offered(ctx, as_role, **SERIOUS)
    before = support.plan(ctx, held)
    going_on = {one.code for one in before.steps if one.is_open and (one.team or one.code in NEVER_PAUSED)}
    assert going_on > NEVER_PAUSED
    clock.forward(days=2)
    late = worklist.overdue_count(ctx)
    plan_end.close(me, held, "WSH")
    assert stands(ctx, held) == ("2026-11-24", "WSH")
    assert listed(ctx) | listed(me) | listed(as_role("vpr_lead")) == going_on
    assert 0 < worklist.overdue_count(ctx) < late
    assert home.home(ctx).overdue == worklist.overdue_count(ctx)
    seen = support.plan(me, held)
    assert {one.code for one in seen.steps if one.is_asked} == going_on
    assert (seen.closed_why, support.plan(ctx, held).closed_why) == ("WSH", "")
    assert step(seen, "S6-02").status == "Done"
    after = support.next_step(ctx, incident_id)
    assert after is not None
    assert after[0].code in going_on
    states = plan_states(ctx.store.db, incident_id, ctx.store.zone)
    assert support_said.next_contact(ctx.store.db, incident_id, states, ctx.now()) is None
    (row,) = listing.page(ctx, ListQuery())
    assert (row.support, listing.view_counts(ctx, ["open_support"])) == ("Closed", {"open_support": 0})
    told = {row.step: row.status for row in worklist.page(me, "closed", limit=500)}
    assert (told["S3-01"], told["S2-03"], told["S6-02"]) == ("No longer asked", "Offered: not wanted now", "Done")
    assert {row.status for row in worklist.page(ctx, "closed", limit=500) if row.person != "Team"} == {"Settled"}
    with pytest.raises(ProblemsFound, match="closed"):
        recordings.record(me, held, Said("S3-01", "DON"))
    with pytest.raises(ProblemsFound, match="closed"):
        plan_care.assign(me, held, "S3-01", "amanager")
    recordings.record(ctx, held, Said("S2-05", "DON"))
    recordings.record(ctx, held, Said("S1-06", "DON"))
    recordings.add_note(me, held, "Asked for nothing more.")
    assert views.incident(ctx, incident_id).status == "logged", "the incident goes on"
    sound(ctx)


def test_closing_asks_for_a_reason_and_for_an_offer_whatever_the_reason(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role, support_offered="NYT")
    for why in plan_end.WHY:
        with pytest.raises(ProblemsFound, match="about an offer"):
            plan_end.close(me, held, why)
    recordings.record(me, held, Said("S2-03", "NAP", reason="Left before the next shift."))
    for why in ("", "NAP", "zz"):
        with pytest.raises(ProblemsFound, match="Choose why"):
            plan_end.close(me, held, why)
    plan_end.close(me, held, "LFT")
    with pytest.raises(ProblemsFound, match="closed already"):
        plan_end.close(me, held, "LFT")


def test_question_7_is_an_offer_too(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role, support_offered="DEL")
    plan_end.close(me, held, "AGR")
    assert stands(ctx, held)[1] == "AGR"


def test_the_last_step_is_done_by_closing_and_by_nothing_else(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    me, held, _ = offered(ctx, as_role, **SERIOUS)
    clock.forward(days=95)
    for who in (me, ctx):
        with pytest.raises(ProblemsFound, match="closing the plan"):
            recordings.record(who, held, Said("S6-02", "DON"))
    assert step(support.plan(me, held), "S6-02").ends_plan
    assert not step(support.plan(ctx, held), "S6-02").ends_plan
    plan_end.close(me, held, "AGR")
    assert [(one.outcome, one.by) for one in ctx.reader().find(StepEntry, step="S6-02")] == [("DON", "p-lead")]
    (done,) = [one for one in support.plan(me, held).contacts if one.step == "S6-02"]
    assert not done.may_strike
    with pytest.raises(ProblemsFound, match="Open the plan again"):
        recordings.strike(me, held, [done.id])
    plan_end.reopen(me, held)
    assert stands(ctx, held) == (None, None)
    assert "S6-02" in listed(me), "whether to close it is asked again"
    plan_care.set_due(me, held, "S6-02", clock.now().replace(year=2028), "Court in January.")
    sound(ctx)


def test_either_is_taken_back_within_two_minutes_and_as_it_was(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    me, held, _ = offered(ctx, as_role, **SERIOUS)
    plan_end.close(me, held, "NRE")
    clock.forward(seconds=90)
    plan_end.take_back(me, held)
    assert stands(ctx, held) == (None, None)
    assert step(support.plan(me, held), "S6-02").is_open
    plan_end.close(me, held, "AGR")
    clock.forward(days=3)
    plan_end.reopen(me, held)
    plan_end.take_back(me, held)
    assert stands(ctx, held) == ("2026-11-22", "AGR"), "on the day it was closed, not today"
    assert not step(support.plan(me, held), "S6-02").is_open
    plan_end.reopen(me, held)
    clock.forward(minutes=3)
    with pytest.raises(NotAllowed, match="no longer"):
        plan_end.take_back(me, held)
    with pytest.raises(ProblemsFound, match="is open"):
        plan_end.reopen(me, held)
    acts = [row[0] for row in ctx.store.db.execute("SELECT act FROM audit ORDER BY n DESC LIMIT 6")]
    end, again, undone = "close plan", "open plan again", "end of a plan undone"
    assert acts[::-1] == [end, undone, end, again, undone, again]
    sound(ctx)


def test_only_the_act_that_was_last_is_taken_back_by_who_did_it(ctx: Context, as_role: Become) -> None:
    me, held, _ = offered(ctx, as_role)
    with pytest.raises(NotAllowed, match="no longer"):
        plan_end.take_back(me, held)
    plan_end.close(me, held, "AGR")
    plan_care.pass_on(me, held, None, "away")
    other = as_role("support_lead", "p-other")
    plan_care.take(other, held)
    with pytest.raises(NotAllowed, match="no longer"):
        plan_end.take_back(other, held)
    with pytest.raises(NotAllowed):
        plan_end.take_back(me, held)
    plan_end.reopen(other, held)


def test_closing_a_plan_and_closing_an_incident_leave_each_other_alone(ctx: Context, as_role: Become) -> None:
    made = log(ctx, answers(act_types=["VER"], effect="NON", affected="ONE", support_offered="ACC"))
    me, held = as_role("support_lead", "p-lead"), plan_id(ctx, made.id)
    plan_care.take(me, held)
    plan_end.close(me, held, "AGR")
    told = {one.key: "Thank you, we changed the door." for one in closing.standing(ctx, made.id).targets}
    closing.close(ctx, made.id, closing.Answers(told))
    assert stands(ctx, held)[1] == "AGR"
    plan_end.reopen(me, held)
    assert views.incident(ctx, made.id).status == "closed"


def test_a_check_in_is_not_missed_where_the_plan_was_closed_by_then(
    ctx: Context, as_role: Become, clock: FakeClock
) -> None:
    """Whatever the reason: a number of the trust's lead must not tell it."""
    early, late = offered(ctx, as_role), offered(ctx, as_role)
    for me, held, _ in (early, late):
        recordings.record(me, held, Said("S2-01", "DON"))
    plan_end.close(early[0], early[1], "LFT")
    clock.forward(days=20)
    assert worklist.missed(as_role("vpr_lead")) == 1
    plan_end.close(late[0], late[1], "WSH")
    assert worklist.missed(as_role("vpr_lead")) == 1, "it stays counted"


def test_history_tells_the_reason_to_the_lead_alone(ctx: Context, as_role: Become) -> None:
    me, held, incident_id = offered(ctx, as_role)
    plan_end.close(me, held, "WSH")
    told = {name: repr(history.history(who, incident_id)) for name, who in (("lead", me), ("manager", ctx))}
    assert "At the person's wish" in told["lead"]
    assert "At the person" not in told["manager"]
    assert "Closed on" in told["lead"]


def test_a_withdrawn_incident_asks_for_nothing_on_its_plan_either(ctx: Context, as_role: Become) -> None:
    me, held, incident_id = offered(ctx, as_role)
    incidents.withdraw(ctx, views.incident(ctx, incident_id), "Entered twice.")
    for who in (me, ctx):
        seen = support.plan(who, held)
        assert seen.withdrawn
        assert [one.code for one in seen.steps if one.is_open]
        assert not [one.code for one in seen.steps if one.is_asked]
        assert support.next_step(who, incident_id) is None


# Who the person is
def kind(ctx: Context, incident_id: str, code: str) -> None:
    seen = views.incident(ctx, incident_id)
    incidents.save(ctx, seen, [Edit("person", seen.parts["people"][0].id, {"person_kind": code})], "Found out.")


def test_the_plan_of_a_patient_or_visitor_closes_as_not_needed_and_opens_with_the_mistake(
    ctx: Context, as_role: Become
) -> None:
    me, held, incident_id = offered(ctx, as_role)
    kind(ctx, incident_id, "PAT")
    assert stands(ctx, held) == ("2026-11-22", "NAP")
    assert not {"S2-01", "S3-01"} & listed(ctx)
    assert support.plan(ctx, held).not_staff
    with pytest.raises(ProblemsFound, match="patient or visitor"):
        plan_end.reopen(me, held)
    kind(ctx, incident_id, "VIS")
    kind(ctx, incident_id, "STA")
    assert stands(ctx, held) == (None, None)
    plan_end.close(me, held, "AGR")
    kind(ctx, incident_id, "PAT")
    kind(ctx, incident_id, "STA")
    assert stands(ctx, held)[1] == "AGR", "what its lead closed stays closed"
    sound(ctx)


def test_who_was_taken_for_a_patient_and_works_here_gets_a_plan(ctx: Context) -> None:
    made = log(ctx, answers(affected="ONE"), parts={"people": [{"person_kind": "PAT"}]})
    assert ctx.reader().find(Plan, incident_id=made.id) == []
    kind(ctx, made.id, "STA")
    kind(ctx, made.id, "STA")
    (plan,) = ctx.reader().find(Plan, incident_id=made.id)
    assert {one.code for one in support.plan(ctx, plan.id).steps} > {"S2-01"}
    sound(ctx)


# On the command line
def test_vpr_support_close_and_reopen(
    ctx: Context, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fast_keys(monkeypatch)
    monkeypatch.setattr(session, "SystemClock", lambda: clock)
    people.add(ctx, "slead", "S. Lead", "support_lead", PASSPHRASE)
    made = logged(ctx, support_offered="ACC")
    reference, home_ = made.reference, ctx.home
    sessions.lock(ctx)

    def said(user: str, *words: str) -> tuple[int, Any]:
        for name, value in (("HOME", str(home_)), ("USER", user), ("PASSPHRASE", PASSPHRASE)):
            monkeypatch.setenv(f"VPR_{name}", value)
        capsys.readouterr()
        code = cli.main([*words, "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else None

    assert said("slead", "support", "close", reference, "--why", "AGR")[0] != 0, "nobody leads it yet"
    again = sessions.unlock(home_, "slead", PASSPHRASE, clock, FAST)
    plan_care.take(again, plan_id(again, made.id))
    sessions.lock(again)
    assert said("slead", "support", "close", reference, "--why", "AGR", "--person", "a") == (
        0, {"reference": reference, "person": "A", "closed_on": "2026-11-22", "why": "AGR"},
    )  # fmt: skip
    assert said("amanager", "support", "reopen", reference)[0] != 0
    assert said("slead", "support", "close", reference, "--why", "AGR")[0] != 0
    assert said("slead", "support", "reopen", reference) == (
        0, {"reference": reference, "person": "A", "closed_on": None},
    )  # fmt: skip
