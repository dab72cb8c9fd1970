"""RIDDOR through the service: facts from the file, decisions by name, clocks, and who sees none of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.factories import answers
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import NotAllowed, ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.riddor_clocks import RULES
from vpr_desktop.domain.support import Plan, StepEntry
from vpr_desktop.services import incidents, riddor, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.new_incident import log
from vpr_desktop.services.riddor import Case, Decision

Become = Callable[..., Context]
D0 = date(2026, 11, 22)
PHY = {"absence_reason": "PHY"}


def bruised(ctx: Context, **more: Any) -> str:
    """An incident of 22-Nov-2026 14:05 with one bruised nurse. Returns its id."""
    made = log(ctx, answers(**more), parts={"people": [{"injuries": [{"injury": "BRU", "body_area": "ARM"}]}]})
    return made.id


def case(ctx: Context, incident_id: str) -> Case:
    return riddor.find(ctx, incident_id)[1][0]


def off(ctx: Context, incident_id: str, first: int, last: int | None = None, back: int | None = None) -> None:
    """Days off, counted from the incident."""
    day = [None if n is None else D0 + timedelta(days=n) for n in (first, last, back)]
    values = {"absent_from": day[0], "absent_to": day[1], "back_on": day[2], **PHY}
    seen = views.incident(ctx, incident_id)
    riddor.save_facts(ctx, seen, [Edit("spell", None, values, parent_id=seen.parts["people"][0].id)])


def decide(
    ctx: Context, incident_id: str, status: str, reason: str = "Seen by health and safety.", **more: Any
) -> None:
    seen = views.incident(ctx, incident_id)
    decision = Decision(status, "H. Safety, H&S adviser", reason, **more)
    riddor.decide(ctx, seen, seen.parts["people"][0].id, decision)


def test_advice_moves_with_the_days_off_and_over_seven_is_announced_the_day_before(
    ctx: Context, clock: FakeClock
) -> None:
    one = bruised(ctx)
    assert case(ctx, one).advice.status == "SCR"
    off(ctx, one, 1)
    clock.forward(days=4)
    found = case(ctx, one)
    assert (found.advice.status, found.dates.over_7_on) == ("REC3", D0 + timedelta(days=8))
    assert found.rule.startswith("Over 3 days is kept on record")
    decide(ctx, one, "REC3")
    assert riddor.due(ctx) == [], "record only, and four days before it changes"
    clock.forward(days=3)
    (line,) = riddor.due(ctx)
    assert (line.text, line.due) == ("RIDDOR: over 7 days, then report", D0 + timedelta(days=8))
    clock.forward(days=1)
    (line,) = riddor.due(ctx)
    assert (line.text, line.due, line.overdue) == ("RIDDOR: tell H&S, report", D0 + timedelta(days=15), False)
    found = case(ctx, one)
    assert (found.advice.status, found.again, found.is_open) == ("O7", True, True)
    clock.forward(days=8)
    assert riddor.due(ctx)[0].overdue


def test_the_limit_before_certainty_is_told(ctx: Context, clock: FakeClock) -> None:
    one = bruised(ctx)
    off(ctx, one, 10)
    clock.forward(days=11)
    assert case(ctx, one).dates.before_certain


def test_the_return_stands_on_each_time_off_and_its_rest_days_are_asked(ctx: Context, clock: FakeClock) -> None:
    one = bruised(ctx)
    off(ctx, one, 1, 5, back=9)
    clock.forward(days=10)
    found = case(ctx, one)
    (gap,) = found.advice.open_gaps
    assert (gap.first, gap.last) == (D0 + timedelta(days=6), D0 + timedelta(days=8))
    riddor.answer_gap(ctx, views.incident(ctx, one), found.person.id, gap, "UNF")
    assert case(ctx, one).advice.status == "O7"


def test_a_decision_has_a_name_and_a_reason_and_settles_the_screening_step(ctx: Context) -> None:
    one = bruised(ctx)
    seen = views.incident(ctx, one)
    person = seen.parts["people"][0].id
    for decision, field in (
        (Decision("SPEC", ""), "riddor_decided_by"),
        (Decision("XX", "H. Safety", "So it is."), "riddor_status"),
        (Decision("NR", "H. Safety"), "riddor_reason"),
        (Decision("NR", "H. Safety", "No."), "riddor_reason"),
        (Decision("SENT", "H. Safety"), "riddor_sent_at"),
        (Decision("SENT", "H. Safety", sent_at=ctx.now() + timedelta(days=1), reference="R1"), "riddor_sent_at"),
        (Decision("SENT", "H. Safety", sent_at=ctx.now()), "riddor_ref"),
    ):
        with pytest.raises(ProblemsFound) as refused:
            riddor.decide(ctx, seen, person, decision)
        assert field in [problem.field for problem in refused.value.problems]
    decide(ctx, one, "NR", "A graze, back at work the same day.")
    found = case(ctx, one)
    assert (found.decided, found.is_open) == ("NR", True), "advice is still stricter: somebody looks again"
    (entry,) = ctx.reader().find(StepEntry, step="S2-05")
    assert (entry.outcome, entry.by) == ("DON", ctx.user.user_id)
    assert "riddor" in [row[0] for row in ctx.store.db.execute("SELECT act FROM audit")]


def test_after_a_report_a_new_fact_asks_to_look_again(ctx: Context, clock: FakeClock) -> None:
    one = bruised(ctx)
    off(ctx, one, 1)
    clock.forward(days=9)
    decide(ctx, one, "SENT", sent_at=ctx.now(), reference="HSE-1")
    assert (case(ctx, one).again, riddor.due(ctx)) == (False, [])
    clock.forward(minutes=5)
    person = case(ctx, one).person
    values = {"died_on": D0 + timedelta(days=9)}
    riddor.save_facts(ctx, views.incident(ctx, one), [Edit("person", person.id, values)])
    assert case(ctx, one).again
    assert riddor.due(ctx)[0].text == "RIDDOR: look again"


def test_facts_and_decisions_go_on_after_the_incident_is_closed(ctx: Context) -> None:
    one = bruised(ctx)
    with ctx.unit() as unit:
        record = unit.get(Incident, one)
        record.status = "closed"
        unit.save(record)
        unit.commit("close", one)
    off(ctx, one, 1)
    decide(ctx, one, "REC3")
    seen = views.incident(ctx, one)
    for edit in (Edit("person", seen.parts["people"][0].id, {"staff_name": "N. Urse"}), Edit("sanction", None, {})):
        with pytest.raises(NotAllowed):
            riddor.save_facts(ctx, seen, [edit])
    with pytest.raises(NotAllowed):
        incidents.save(ctx, seen, [Edit("incident", one, {"effect": "NON"})], "late")


def test_who_sees_and_decides(ctx: Context, as_role: Become) -> None:
    one = bruised(ctx, affected="ONE")
    lead = as_role("support_lead")
    assert riddor.find(lead, one)[1] == [], "not their plan"
    assert riddor.due(lead) == []
    with ctx.unit() as unit:
        (plan,) = unit.find(Plan, incident_id=one)
        plan.lead = lead.user.user_id
        unit.save(plan)
        unit.commit("assign", one)
    decide(lead, one, "SPEC")
    assert [line.incident_id for line in riddor.due(lead)] == [one]
    assert riddor.due(as_role("support_lead", "p-else")) == [], "another lead's case"
    for role in ("reporter", "vpr_lead", "auditor", "device_admin"):
        assert riddor.due(as_role(role)) == []
    other = as_role("vpr_lead")
    seen, found = riddor.find(other, one)
    assert found == []
    with pytest.raises(NotAllowed):
        riddor.decide(other, seen, seen.parts["people"][0].id, Decision("NR", "V. Lead", "A reason long enough."))


def test_restricted_cases_stay_off_the_managers_list(ctx: Context, as_role: Become) -> None:
    bruised(as_role("reporter"), act_types=["SEX"])
    assert riddor.due(ctx) == []


def test_every_advice_has_its_rule_with_a_source() -> None:
    assert all("RIDDOR 2013" in text or code == "SCR" for code, text in RULES.items())


def test_what_is_found_after_closing_is_on_the_list_whatever_was_decided(ctx: Context) -> None:
    """Not only time off: an injury, a death or a source that prove worse make somebody look again."""
    for edit, text in (
        (Edit("injury", None, {"injury": "FRA", "body_area": "ARM"}), "RIDDOR: tell H&S, report"),
        (Edit("person", None, {"died_on": D0 + timedelta(days=3)}), "RIDDOR: tell H&S, report"),
        (Edit("person", None, {"bodily_fluid_exposure": "Y", "bbv_source": "Y"}), "RIDDOR: tell H&S, report"),
        (Edit("person", None, {"time_lost": "Y"}), "RIDDOR: look again"),
    ):
        one = bruised(ctx)
        person = case(ctx, one).person.id
        riddor.save_facts(ctx, views.incident(ctx, one), [Edit("person", person, {"time_lost": "N"})])
        decide(ctx, one, "NR")
        with ctx.unit() as unit:
            record = unit.get(Incident, one)
            record.status = "closed"
            unit.save(record)
            unit.commit("close", one)
        assert [line for line in riddor.due(ctx) if line.incident_id == one] == []
        told = Edit(edit.entity, person if edit.entity == "person" else None, edit.values, parent_id=person)
        riddor.save_facts(ctx, views.incident(ctx, one), [told])
        assert [line.text for line in riddor.due(ctx) if line.incident_id == one] == [text]


def test_the_oldest_case_is_never_crowded_out(ctx: Context, clock: FakeClock) -> None:
    """However many later cases wait, the one that is most overdue stays on the list."""
    from vpr_desktop.storage import riddor_facts

    first = bruised(ctx)
    clock.forward(days=60)
    for _ in range(12):
        log(ctx, answers(occurred_at=ctx.now() - timedelta(hours=1)))
    assert len(riddor.due(ctx)) == 13
    assert riddor.due(ctx)[0].incident_id == first
    found = riddor_facts.to_look_at(ctx.store.db, tuple(ctx.wards), D0, ctx.store.zone)
    assert len(found) == 13, "no limit cuts what the law sets a date for"
