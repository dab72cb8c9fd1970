"""Support plans: sets, conditions, clocks and statuses of the template SUP-1 (domain reference, E2 and E3)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from vpr_desktop.domain import support_steps as steps
from vpr_desktop.domain.support_sets import PlanFacts, is_repeat, set_of, steps_in
from vpr_desktop.domain.support_steps import Care, Entry, PlanState
from vpr_desktop.domain.support_template import BadTemplate, read
from vpr_desktop.domain.support_times import Clock, due, first_contact_due
from vpr_desktop.settings import resource

LONDON = ZoneInfo("Europe/London")
DOCUMENT = json.loads(resource("content", "support_sup_1.json").read_text(encoding="utf-8"))
SUP_1 = read(DOCUMENT)
LIGHT = {"S0-01", "S0-05", "S1-01", "S1-03", "S1-04", "S2-01", "S3-01", "S4-02"}
WITNESS = {"S0-01", "S0-02", "S0-04", "S0-05", "S1-01", "S1-04", "S2-07", "S3-01"}
ONLY_FULL = {"S3-03", "S3-05", "S5-02", "S6-01", "S6-02", "S6-03"}


def at(text: str) -> datetime:
    """A moment on the ward's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def facts(acts: str = "PHY", effect: str = "MIN", **more: Any) -> PlanFacts:
    return PlanFacts(acts=frozenset(acts.split()), effect=effect, **more)


def clock(happened: str = "2026-11-16 09:20", reported: str = "", **more: Any) -> Clock:
    base = at(reported or happened)
    return Clock(
        at(happened), more.pop("time_known", "exact"), base, LONDON, more.pop("boundaries", ("07:30", "19:30"))
    )


def plan(*entries: Entry, **more: Any) -> PlanState:
    return PlanState(more.pop("facts", facts()), more.pop("clock", clock()), entries, **more)


def said(step: str, outcome: str, when: str = "2026-11-16 12:00", **more: Any) -> Entry:
    return Entry(step, outcome, at(when), **more)


def state(held: PlanState, code: str, now: str = "2026-11-16 12:00") -> steps.StepState:
    found = {one.step.code: one for one in steps.personal_steps(SUP_1, held, at(now))}
    return found[code]


@pytest.mark.parametrize(
    ("acts", "effect", "more", "expected"),
    [
        ("VER", "NON", {}, "light"),
        ("VER", "UPS", {}, "light"),
        ("VER", "MIN", {}, "standard"),
        ("VER", "NYK", {}, "standard"),
        ("VER HAT", "NON", {}, "full"),
        ("VER03", "UPS", {"motives": frozenset({"RACE"})}, "full"),
        ("VER03", "UPS", {"motives": frozenset({"SEXX"})}, "light"),
        ("VER", "UPS", {"psych_harm": "2"}, "full"),
        ("VER", "UPS", {"repeat": True}, "full"),
        ("PHY", "NON", {}, "standard"),
        ("PHY", "UPS", {}, "standard"),
        ("PHY", "MIN", {}, "standard"),
        ("PHY", "NYK", {}, "standard"),
        ("PHY", "TRE", {}, "full"),
        ("PHY", "SER", {}, "full"),
        ("THR", "NON", {}, "standard"),
        ("THR", "NYK", {}, "standard"),
        ("SEX", "NON", {}, "full"),
        ("WEA", "NON", {}, "full"),
        ("THR", "NON", {"weapons": frozenset({"KNI"})}, "full"),
        ("THR", "NON", {"weapons": frozenset({"NO"})}, "standard"),
        ("PHY", "SER", {"physical_harm": "4", "psych_harm": "3"}, "standard"),
        ("PHY06", "NON", {}, "full"),
        ("HST01", "UPS", {}, "full"),
        ("PHY", "MIN", {"riddor_status": "O7"}, "full"),
        ("ONL DAM", "UPS", {}, "light"),
        ("SEX", "SER", {"role": "WIT"}, "witness"),
        ("PHY", "UPS", {"motives": frozenset({"AGEE", "PREG", "OTHR"})}, "standard"),
    ],
)
def test_set_of_a_plan(acts: str, effect: str, more: dict[str, Any], expected: str) -> None:
    assert set_of(facts(acts, effect, **more)) == expected


def test_light_and_witness_plans_have_just_their_steps() -> None:
    assert {step.code for step in steps_in(SUP_1, facts("VER", "UPS"))} == LIGHT
    assert {step.code for step in steps_in(SUP_1, facts(role="WIT"))} == WITNESS


def test_a_standard_plan_lacks_the_full_only_steps() -> None:
    standard = {step.code for step in steps_in(SUP_1, facts())}
    assert not standard & ONLY_FULL
    assert {step.code for step in steps_in(SUP_1, facts("PHY", "SER"))} >= ONLY_FULL


@pytest.mark.parametrize(
    ("code", "without", "with_it"),
    [
        ("S0-03", facts("PHY"), facts("PHY03")),
        ("S0-03", facts("PHY"), facts("PHY05")),
        ("S0-03", facts("PHY"), facts("PHY", injuries=frozenset({"SHP"}))),
        ("S0-03", facts("PHY", exposure="N"), facts("PHY", exposure="Y")),
        ("S0-06", facts("VER", "MIN"), facts("THR", "MIN")),
        ("S2-04", facts("VER", "MIN"), facts("VER", "TRE")),
        ("S5-04", facts("VER", "MIN"), facts("VER HAT", "MIN")),
        ("S0-07", facts("PHY", "SER"), facts("SEX02", "NON")),
        ("S0-08", facts(), facts(force_used=True)),
        ("S3-04", facts(), facts(serious=True)),
        ("S2-05", facts("PHY", "UPS"), facts("PHY", "NYK")),
        ("S4-05", facts("PHY", "UPS"), facts("PHY", "UPS", injuries=frozenset({"PAI"}))),
        ("S2-05", facts("PHY", "UPS"), facts("PHY", "UPS", riddor_advice="SCR")),
        ("S2-06", facts(), facts(serious=True)),
        ("S2-07", facts(), facts(has_witness=True)),
        ("S4-03", facts(), facts(time_off=True)),
        ("S4-04", facts(), facts(time_off=True)),
    ],
)
def test_condition_of_a_step(code: str, without: PlanFacts, with_it: PlanFacts) -> None:
    assert code not in {step.code for step in steps_in(SUP_1, without)}
    assert code in {step.code for step in steps_in(SUP_1, with_it)}


@pytest.mark.parametrize(
    ("code", "happened", "reported", "expected"),
    [
        ("S0-01", "2026-11-16 09:20", "2026-11-16 09:25", "2026-11-16 09:35"),
        ("S0-01", "2026-11-16 09:20", "2026-11-16 09:35", "2026-11-16 13:35"),  # late at start: report + 4 h
        ("S2-01", "2026-11-16 09:20", "2026-11-16 10:00", "2026-11-17 09:20"),
        ("S1-01", "2026-11-16 09:20", "2026-11-16 09:20", "2026-11-16 19:30"),
        ("S1-01", "2026-11-16 19:30", "2026-11-16 19:30", "2026-11-17 07:30"),  # at a boundary the next shift
        ("S1-01", "2026-11-16 22:00", "2026-11-17 08:00", "2026-11-17 12:00"),
        ("S3-01", "2026-11-16 09:20", "2026-11-16 09:20", "2026-11-19 09:20"),
        ("S4-02", "2026-11-16 09:20", "2026-11-16 09:20", "2026-11-23 23:59"),
        ("S4-05", "2026-11-16 23:50", "2026-11-16 23:50", "2026-11-24 23:59"),
        ("S5-01", "2026-11-16 09:20", "2026-11-16 09:20", "2026-12-14 23:59"),
        ("S6-01", "2026-11-02 09:20", "2026-11-02 09:20", "2027-01-31 23:59"),  # 90 dates, not three months
        ("S5-01", "2028-02-01 10:00", "2028-02-01 10:00", "2028-02-29 23:59"),  # a leap day
        ("S4-02", "2027-01-27 10:00", "2027-01-27 10:00", "2027-02-03 23:59"),  # over the end of a month
        ("S2-01", "2026-10-24 12:00", "2026-10-24 12:00", "2026-10-25 11:00"),  # clocks go back: 24 elapsed hours
        ("S2-01", "2027-03-27 12:00", "2027-03-27 12:00", "2027-03-28 13:00"),  # clocks go forward
        ("S4-02", "2026-10-20 12:00", "2026-10-20 12:00", "2026-10-27 23:59"),  # a date stays that date
        ("S1-01", "2026-10-24 20:00", "2026-10-24 20:00", "2026-10-25 07:30"),  # the wall clock of the shift
        ("S3-03", "2026-11-16 09:20", "2026-11-16 09:20", "2026-11-20 09:20"),
        ("S4-02", "2026-11-16 09:20", "2026-11-24 10:00", "2026-11-24 14:00"),
    ],
)
def test_due_time(code: str, happened: str, reported: str, expected: str) -> None:
    step = SUP_1.step(code)
    assert step is not None
    assert due(step, clock(happened, reported)).at == at(expected)


def test_time_not_known_counts_from_the_end_of_its_day_or_the_report() -> None:
    step = SUP_1.step("S2-01")
    assert step is not None
    assert due(step, clock("2026-11-16 12:00", "2026-11-16 15:00", time_known="unknown")).at == at("2026-11-17 15:00")
    assert due(step, clock("2026-11-14 12:00", "2026-11-16 15:00", time_known="unknown")).late_at_start


@pytest.mark.parametrize("more", [{"boundaries": ()}, {"time_known": "unknown"}])
def test_shift_end_without_shift_times_is_twelve_hours(more: dict[str, Any]) -> None:
    step = SUP_1.step("S1-01")
    assert step is not None
    held = clock(**more)
    assert due(step, held).at == held.start + timedelta(hours=12)


def test_a_due_time_set_by_hand_wins_over_all() -> None:
    held = plan(cares={"S2-01": Care("u1", at("2026-12-01 10:00"))}, paused_until=date(2026, 12, 24))
    assert state(held, "S2-01").due.at == at("2026-12-01 10:00")


def test_a_pause_moves_the_persons_steps_but_not_those_of_the_law_or_the_team() -> None:
    held = plan(paused_until=date(2026, 12, 24))
    end = at("2026-12-24 23:59")
    assert state(held, "S2-01").due.at == end
    assert state(held, "S5-01").due.at == end
    assert state(held, "S2-05").due.at == at("2026-11-17 09:20")
    assert state(held, "S4-05").due.at == at("2026-11-24 23:59")
    team = {one.step.code: one for one in steps.team_steps(SUP_1, [held], at("2026-11-16 12:00"))}
    assert team["S4-01"].due.at == at("2026-11-23 23:59")


def test_a_step_due_after_the_pause_stays() -> None:
    assert state(plan(paused_until=date(2026, 11, 20)), "S5-01").due.at == at("2026-12-14 23:59")


def test_a_step_added_by_a_change_counts_from_then() -> None:
    held = plan(said("S3-05", "ADD", "2026-11-20 10:00"), facts=facts("PHY", "SER"))
    assert state(held, "S3-05").due.at == at("2026-11-20 14:00")
    assert state(held, "S3-05").due.late_at_start


def test_an_amended_time_of_the_event_moves_what_was_not_set_by_hand() -> None:
    earlier = plan(clock=clock("2026-11-16 08:20", "2026-11-16 09:20"))
    assert state(earlier, "S2-01").due.at == at("2026-11-17 08:20")


def test_opening_time_of_peer_support() -> None:
    assert state(plan(facts=facts("PHY", "SER")), "S3-03").due.opens_at == at("2026-11-19 09:20")


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ("", "Not started"), ("ADD", "Not started"), ("OFF", "In progress"), ("REF", "In progress"),
        ("DNA", "In progress"), ("NRE", "In progress"), ("NRE NRE", "In progress"), ("NRE NRE NRE", "Not reached"),
        ("NRE NRE NRE OFF", "In progress"), ("DEC", "Offered: not wanted now"), ("DEL", "Offered: not wanted now"),
        ("NAP", "Not needed"), ("NPO", "Not needed"), ("DON", "Done"), ("ACC", "Done"), ("DON DEC", "Done"),
        ("DEC ACC", "Done"), ("DEC OFF", "In progress"), ("DEC ADD", "Offered: not wanted now"),
    ],
)  # fmt: skip
def test_status(outcomes: str, expected: str) -> None:
    entries = [said("S2-01", code, f"2026-11-16 1{place}:00") for place, code in enumerate(outcomes.split())]
    assert steps.status_of(entries) == expected


def test_two_recordings_at_once_are_both_kept_and_the_step_is_done_once() -> None:
    held = plan(said("S2-01", "DON", order="a", by="one"), said("S2-01", "DON", order="b", by="two"))
    assert state(held, "S2-01").status == "Done"
    assert [entry.by for entry in state(held, "S2-01").entries] == ["one", "two"]


def test_question_seven_not_wanted_waits_for_the_one_re_offer() -> None:
    held = plan(said_at_logging="DEL")
    assert state(held, "S0-05").status == "Done"
    assert state(held, "S2-03", "2026-11-18 12:00").status == "Offered: not wanted now"
    assert steps.reoffers(SUP_1, held) == ["S0-05"]
    assert state(held, "S3-02").status == "Not started"


def test_question_seven_taken_up_leaves_the_second_offer_open() -> None:
    held = plan(said_at_logging="ACC")
    assert (state(held, "S0-05").status, state(held, "S2-03").status) == ("Done", "Not started")
    assert steps.reoffers(SUP_1, held) == []


def test_an_entry_on_the_second_offer_rules_over_question_seven() -> None:
    held = plan(said("S2-03", "ACC"), said_at_logging="DEL")
    assert state(held, "S2-03").status == "Done"
    assert steps.reoffers(SUP_1, held) == []


def test_declined_offers_are_on_the_list_of_the_re_offer_and_never_overdue() -> None:
    held = plan(said("S1-05", "DEC"), said("S2-03", "DEL", "2026-11-16 13:00"))
    assert steps.reoffers(SUP_1, held) == ["S1-05", "S2-03"]
    late = state(held, "S1-05", "2026-12-30 12:00")
    assert (late.is_open, late.overdue) == (False, False)


def test_without_anything_declined_there_is_no_re_offer() -> None:
    assert "S3-02" not in {one.step.code for one in steps.personal_steps(SUP_1, plan(), at("2026-11-18 09:00"))}


def test_after_the_re_offer_nobody_asks_again() -> None:
    held = plan(
        said("S1-05", "DEC"), said("S3-02", "DEC", "2026-11-18 10:00"), said("S1-05", "DEC", "2026-11-18 10:00")
    )
    assert state(held, "S3-02").status == "Offered: not wanted now"
    assert not [one for one in steps.personal_steps(SUP_1, held, at("2026-11-19 00:00")) if one.asks_again]


def test_a_dated_not_now_comes_back_on_its_date() -> None:
    held = plan(said("S2-03", "DEL", until_on=date(2026, 11, 25)))
    assert steps.reoffers(SUP_1, held) == []
    assert state(held, "S2-03", "2026-11-24 23:50").is_open is False
    back = state(held, "S2-03", "2026-11-25 00:10")
    assert (back.asks_again, back.is_open, back.due.at) == (True, True, at("2026-11-25 23:59"))
    assert state(held, "S2-03", "2026-11-26 00:00").overdue


def test_a_milder_rating_keeps_what_somebody_touched() -> None:
    touched = plan(said("S3-05", "DON"), cares={"S5-02": Care(owner="u1")})
    shown = {one.step.code for one in steps.personal_steps(SUP_1, touched, at("2026-11-20 09:00"))}
    assert {"S3-05", "S5-02"} <= shown
    assert "S3-03" not in shown


def test_a_step_with_nothing_but_an_add_goes_with_its_reason() -> None:
    held = plan(said("S3-03", "ADD"))
    assert "S3-03" not in {one.step.code for one in steps.personal_steps(SUP_1, held, at("2026-11-20 09:00"))}


def test_team_steps_stand_once_where_any_plan_holds_them() -> None:
    light, standard = plan(facts=facts("VER", "UPS")), plan(said("S4-01", "DON"))
    team = steps.team_steps(SUP_1, [light, standard], at("2026-11-16 12:00"))
    codes = [one.step.code for one in team]
    assert len(codes) == len(set(codes))
    assert "S4-01" in codes
    assert next(one for one in team if one.step.code == "S4-01").status == "Done"
    alone = [one.step.code for one in steps.team_steps(SUP_1, [light], at("2026-11-16 12:00"))]
    assert alone == ["S0-01", "S1-03"]


def test_offered_says_nothing_of_taking_it_up() -> None:
    for outcome in ("DEC", "ACC", "OFF", "DEL", "NRE", "REF"):
        assert steps.was_offered([plan(said("S2-03", outcome))], SUP_1)
    for silent in ((), (said("S2-03", "NAP"),), (said("S4-04", "DEC"),)):
        assert not steps.was_offered([plan(*silent)], SUP_1)
    assert steps.was_offered([plan(said_at_logging="DEL")], SUP_1)


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [("2026-08-18 10:00", True), ("2026-08-17 23:00", False), ("2026-11-17 10:00", False)],
)
def test_repeat_within_ninety_dates(earlier: str, expected: bool) -> None:
    assert is_repeat(at("2026-11-16 09:20"), [at(earlier)], LONDON) is expected


def test_template_has_the_forty_one_steps_and_is_not_called_official() -> None:
    assert (len(SUP_1.steps), SUP_1.official, SUP_1.id, SUP_1.version) == (41, False, "SUP-1", "1")
    assert SUP_1.step("S9-99") is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"steps": []}, "needs a list of steps"),
        ({"version": " "}, "needs version"),
        ({"steps": [{**DOCUMENT["steps"][0], "due": {"weeks": 2}}]}, "minutes, hours, days"),
        ({"steps": [{**DOCUMENT["steps"][0], "due": {"hours": 0}}]}, "at least 1"),
        ({"steps": [{**DOCUMENT["steps"][0], "due": 5}]}, "one due time"),
        ({"steps": [{**DOCUMENT["steps"][0], "needs": "moon"}]}, "no condition moon"),
        ({"steps": [{**DOCUMENT["steps"][0], "who": ["BOSS"]}]}, "who has something"),
        ({"steps": [{**DOCUMENT["steps"][0], "outcomes": ["ADD"]}]}, "outcomes has something"),
        ({"steps": [DOCUMENT["steps"][0]] * 2}, "stands twice"),
        ({"steps": [{**DOCUMENT["steps"][0], "code": "S9-01"}]}, "stage that is not listed"),
    ],
)
def test_a_template_that_does_not_hold_is_refused_with_a_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadTemplate, match=sentence):
        read({**DOCUMENT, **change})


def test_first_contact_is_the_rule_of_its_step() -> None:
    step = SUP_1.step("S2-01")
    assert step is not None
    for happened, reported in (("2026-11-16 09:20", "2026-11-16 10:00"), ("2026-11-16 09:20", "2026-11-19 10:00")):
        held = clock(happened, reported)
        assert first_contact_due(held.occurred_at, "exact", held.base, LONDON) == due(step, held).at
