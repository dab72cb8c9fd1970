"""Rules across fields, who may do what at each status, marks, and what a change touches."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.derived import acts_in_words, is_hate, is_serious
from vpr_desktop.domain.errors import WrongPassphrase
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Gap, Injury, Spell
from vpr_desktop.domain.record import Record, Shown, extra_of, from_wire
from vpr_desktop.domain.response import Restrictive, Sanction
from vpr_desktop.domain.rules import problems
from vpr_desktop.domain.visibility import Tie, sees_incident, view
from vpr_desktop.domain.workflow import STATUSES, actions, allowed, may_add

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
DAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (Incident(occurred_at=NOW + timedelta(minutes=3)), "occurred_at"),
        (Incident(factor_main="S01", factors=["S02"]), "factor_main"),
        (Incident(weapon=["KNI", "NO"]), "weapon"),
        (Incident(affected="MANY", affected_count=1), "affected_count"),
        (Incident(affected_count=21), "affected_count"),
        (Incident(effect="XXX"), "effect"),
        (Incident(occurred_at=datetime(2026, 11, 22, 14, 5)), "occurred_at"),  # noqa: DTZ001
        (Spell(absent_from=DAY, absent_to=DAY - timedelta(days=1)), "absent_to"),
        (Spell(restricted_duties_from=DAY, restricted_duties_to=DAY - timedelta(days=1)), "restricted_duties_to"),
        (Gap(gap_from=DAY, gap_to=DAY - timedelta(days=1)), "gap_to"),
        (Restrictive(started_at=NOW, ended_at=NOW - timedelta(minutes=1)), "ended_at"),
        (Sanction(level="V", issued_on=DAY, expires_on=DAY - timedelta(days=1)), "expires_on"),
        (Injury(), "injury"),
    ],
)
def test_what_does_not_fit_is_named(record: Record, field: str) -> None:
    found = [p for p in problems(record, "log", now=NOW) if not p.message.startswith("Choose w")]
    assert field in {problem.field for problem in found}


def test_what_fits_is_left_alone() -> None:
    good = Incident(occurred_at=NOW + timedelta(minutes=2), factor_main="S01", factors=["S01"], weapon=["NO"],
                    affected="MANY", affected_count=2)  # fmt: skip
    named = {p.field for p in problems(good, "log", now=NOW)}
    assert named == {"location", "act_types", "perp_relation", "effect", "support_offered"}
    assert problems(Spell(absent_from=DAY, absent_to=DAY), "log", now=NOW) == []
    assert problems(Injury(removed=True), "log", now=NOW)[0].field == "injury"
    parts = {"spells": [Spell(absent_from=DAY, absent_to=DAY - timedelta(days=1))]}
    assert "absent_to" in {p.field for p in problems(good, "log", now=NOW, parts=parts)}


def test_a_held_time_is_no_problem_on_a_pc_whose_clock_is_behind_until_touched() -> None:
    record = from_wire(Incident, "i", "w", Shown({"occurred_at": "2026-11-22T14:05:00Z"}))
    behind = NOW - timedelta(days=3650)
    assert "occurred_at" not in {p.field for p in problems(record, "close", now=behind)}
    record.occurred_at = NOW - timedelta(minutes=1)
    assert "occurred_at" in {p.field for p in problems(record, "close", now=behind)}


def test_a_newer_versions_value_is_no_problem_until_touched() -> None:
    record = from_wire(Incident, "i", "w", Shown({"effect": "NEW9", "from_2031": "x"}))
    assert "effect" not in {p.field for p in problems(record, "log", now=NOW)}
    assert extra_of(record) == {"from_2031": "x"}


OWN, OTHER = Tie(own=True), Tie()


@pytest.mark.parametrize(
    ("role", "status", "tie", "may", "may_not"),
    [
        ("reporter", "logged", OWN, "amend withdraw undo print_redacted print_slip", "close print_full settle review"),
        ("reporter", "in_review", OWN, "amend", "withdraw undo"),
        ("reporter", "closed", OWN, "print_redacted", "amend reopen"),
        ("reporter", "withdrawn", OWN, "reinstate", "amend print_redacted"),
        ("reporter", "logged", OTHER, "", "amend print_redacted"),
        ("ward_manager", "logged", OTHER, "amend withdraw review settle close print_full", "reopen"),
        ("ward_manager", "in_review", OTHER, "close amend", "review reopen"),
        ("ward_manager", "closed", OTHER, "reopen", "amend withdraw"),
        ("ward_manager", "withdrawn", OTHER, "reinstate", "amend print_full"),
        ("support_lead", "logged", OTHER, "amend settle", "withdraw close review"),
        ("vpr_lead", "logged", OTHER, "warn print_redacted print_anonymous", "amend print_full settle"),
        ("vpr_lead", "logged", OWN, "amend", "print_full"),
        ("auditor", "logged", OTHER, "", "amend print_redacted settle"),
        ("device_admin", "logged", OTHER, "", "amend print_redacted"),
        ("ward_manager", "logged", Tie(restricted=True), "", "amend withdraw print_redacted"),
        ("nobody", "logged", OTHER, "", "amend"),
        ("ward_manager", "unheard", OTHER, "", "amend"),
    ],
)
def test_role_and_status_give_the_acts(role: str, status: str, tie: Tie, may: str, may_not: str) -> None:
    given = actions(role, status, tie)
    assert set(may.split()) <= given
    assert not given & set(may_not.split())
    assert allowed(role, "amend", status, tie) == ("amend" in given)


def test_acts_of_the_ward_and_parts() -> None:
    assert allowed("reporter", "log")
    assert not allowed("device_admin", "log")
    assert not allowed("nobody", "log")
    assert not allowed("reporter", "amend", "logged")
    assert may_add("reporter", "alleged")
    assert not may_add("reporter", "sanction")
    assert not may_add("support_lead", "sanction")
    assert may_add("ward_manager", "feedback")
    assert STATUSES == ("logged", "in_review", "closed", "withdrawn")


@pytest.mark.parametrize(
    ("role", "tie", "sight"),
    [
        ("auditor", OWN, "metadata"),
        ("device_admin", OWN, "none"),
        ("nobody", OWN, "none"),
        ("reporter", OTHER, "none"),
        ("reporter", Tie(self_person=True), "full"),
        ("ward_manager", Tie(restricted=True), "restricted"),
        ("ward_manager", Tie(restricted=True, manager_may_see=True), "full"),
        ("support_lead", Tie(restricted=True), "full"),
        ("support_lead", Tie(restricted=True, lead_assigned=True), "restricted"),
        ("support_lead", Tie(restricted=True, lead_assigned=True, assigned=True), "full"),
        ("vpr_lead", Tie(restricted=True), "restricted"),
        ("vpr_lead", Tie(restricted=True, own=True), "full"),
    ],
)
def test_whether_an_incident_opens(role: str, tie: Tie, sight: str) -> None:
    assert sees_incident(role, tie) == sight


def test_an_affected_manager_or_lead_sees_a_restricted_incident_as_themselves_only() -> None:
    affected = Tie(restricted=True, self_person=True)
    for role in ("ward_manager", "vpr_lead"):
        assert view(role, "narrative", affected).kind == "none"
        assert view(role, "alleged_name", affected).kind == "none"
        assert view(role, "physical", affected).kind == "full"
    assert view("support_lead", "support_note", Tie(assigned=True, self_person=True)).kind == "none"
    assert view("ward_manager", "no such block", OWN).kind == "none"
    assert view("nobody", "core", OWN).kind == "none"


@pytest.mark.parametrize(
    ("facts", "people", "serious"),
    [
        ({"effect": "SER"}, [], True), ({"effect": "TRE"}, [], False), ({"act_types": ["SEX01"]}, [], True),
        ({"act_types": ["HST01"]}, [], True), ({"act_types": ["PHY01"], "weapon": ["NO"]}, [], False),
        ({"weapon": ["KNI"]}, [], True), ({}, [{"physical_harm": "3"}], True), ({}, [{"physical_harm": "4"}], False),
        ({}, [{"psych_harm": "2"}], True), ({}, [{"psych_harm": "3"}], False), ({}, [{"riddor_status": "O7"}], True),
    ],
)  # fmt: skip
def test_the_serious_mark(facts: dict[str, Any], people: list[dict[str, Any]], serious: bool) -> None:
    assert is_serious(facts, people) is serious


def test_marks_and_words() -> None:
    assert is_hate(["HAT"], None)
    assert is_hate(None, ["TRAN"])
    assert not is_hate(["VER"], ["SEXX", "AGEE", "PREG"])
    assert acts_in_words(["THR01", "PHY01", "PHY02", "HST01"]) == "Physical, threat, something else"
    assert acts_in_words([]) == "Not provided"
    assert WrongPassphrase(4).wait_seconds == 4
    assert "4 s" in str(WrongPassphrase(4))
    changes = Changes((Change("person", "p", "i"),))
    assert changes.touches("person")
    assert changes.touches("incident", "i")
    assert not changes.touches("incident")
    assert not changes.touches("person", "q")
