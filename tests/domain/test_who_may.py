"""The tables of who may do what, where they rule without any record: warnings, plans, facts and what a form holds."""

from __future__ import annotations

import pytest

from vpr_desktop.domain import derived
from vpr_desktop.domain.forms import PANELS, TASKS, Task, form_named
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.review import missing_of_review, reasons_for_review
from vpr_desktop.domain.visibility import Tie, hides_reporter, opens
from vpr_desktop.domain.workflow import actions, allowed, may_record_warning, may_write, plan_acts

ROLES = ("reporter", "ward_manager", "support_lead", "vpr_lead", "auditor", "device_admin")


def test_a_form_is_a_task_or_the_facts_of_riddor_or_none() -> None:
    assert [form_named(task.name) for task in TASKS] == [(task.title, task.fields) for task in TASKS]
    title, fields = form_named("riddor") or ("", ())
    assert title.startswith("RIDDOR")
    assert fields == PANELS["riddor"]
    assert form_named("nothing like this") is None


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("level", ["Y", "R"])
def test_an_issued_warning_is_the_trusts_and_a_proposed_one_the_wards(role: str, level: str) -> None:
    assert may_record_warning(role, {"level": level})
    assert may_record_warning(role, {"level": level, "issued_by": "V. Lead"}) == (role == "vpr_lead")


def test_facts_of_riddor_alone_may_be_written_by_who_may_do_no_more() -> None:
    riddor = frozenset({"riddor"})
    assert may_write(frozenset({"amend"}), "person", ["staff_name"])
    assert may_write(frozenset({"warn"}), "sanction")
    assert not may_write(frozenset({"warn"}), "person", ["staff_name"])
    assert may_write(riddor, "person", ["specified_injury"])
    assert not may_write(riddor, "person", ["specified_injury", "staff_name"])
    assert not may_write(riddor, "person")


@pytest.mark.parametrize("role", ROLES)
def test_nobody_leads_or_follows_their_own_case(role: str) -> None:
    """Who only says so themselves does not read it either."""
    assert plan_acts(role, Tie(self_named=True, assigned=True)) == frozenset()
    own = plan_acts(role, Tie(self_person=True, self_named=True, assigned=True))
    assert own in (frozenset(), {"read", "choose"})
    assert not own & {"note", "record", "take", "pass_on", "close"}


def test_a_plan_opens_by_office_and_by_lead() -> None:
    assert "note" in plan_acts("support_lead", Tie(assigned=True))
    assert {"take"} == plan_acts("support_lead", Tie()) - plan_acts("support_lead", Tie(assigned=True))
    assert plan_acts("reporter", Tie(own=True)) == frozenset()
    closed = Tie(restricted=True, lead_assigned=True)
    assert [plan_acts(role, closed) for role in ROLES] == [frozenset()] * len(ROLES)
    assert [opens(role, Tie()) for role in ROLES] == [False, True, True, True, False, False]


def test_a_restricted_incident_is_acted_on_by_its_own_support_lead() -> None:
    mine, pool = Tie(restricted=True, assigned=True, lead_assigned=True), Tie(restricted=True)
    assert actions("support_lead", "logged", pool) < actions("support_lead", "logged", mine)
    assert not actions("support_lead", "logged", Tie(restricted=True, lead_assigned=True))
    assert allowed("ward_manager", "amend", "logged")
    assert not allowed("ward_manager", "amend", "logged", pool)
    assert allowed("reporter", "log")
    assert not allowed("nobody", "log")


@pytest.mark.parametrize("role", ROLES)
def test_a_reporter_in_confidence_is_kept_from_all_but_their_lead(role: str) -> None:
    assert not hides_reporter(role, Tie())
    assert not hides_reporter(role, Tie(confidential=True, own=True))
    assert hides_reporter(role, Tie(confidential=True, assigned=True)) == (role != "support_lead")


@pytest.mark.parametrize(
    ("incident", "people", "reasons"),
    [
        ({}, [], 0),
        ({"effect": "MIN"}, [], 0),
        ({"effect": "TRE"}, [], 1),
        ({"effect": "TRE"}, [{"physical_harm": "5"}], 0),
        ({"effect": "MIN"}, [{"physical_harm": "2"}, {}], 2),
        ({"act_types": ["SEX02"]}, [], 1),
        ({"act_types": ["HAT"]}, [], 1),
        ({"weapon": ["KNI"]}, [], 1),
        ({"happened_before": "Y"}, [], 1),
    ],
)
def test_what_asks_for_a_review_and_what_the_review_then_lacks(
    incident: dict[str, object], people: list[dict[str, object]], reasons: int
) -> None:
    assert len(reasons_for_review(incident, people)) == reasons
    missing = [name for name, _ in missing_of_review(incident, people)]
    assert missing == (["review_what_happened", "review_actions", "review_effect_on"] if reasons else [])
    assert len(missing_of_review({**incident, "review_actions": "Rounds moved."}, people)) == (2 if reasons else 0)


def test_a_task_counts_only_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that an earlier answer rules out neither keeps a task open nor completes it."""
    fields = (("incident", "restrictive_used"), ("incident", "review_held_staff"))
    task = Task("review", "Review", fields, ("restrictive_used", "review_held_staff"))
    monkeypatch.setattr(derived, "TASKS", (task,))

    def status(**answers: object) -> str:
        (found,) = derived.task_states(Incident(ward_id="w", **answers), {})
        return found.status

    assert status() == derived.NOT_STARTED
    assert status(restrictive_used="N") == derived.COMPLETED
    assert status(restrictive_used="Y") == derived.IN_PROGRESS
    assert status(restrictive_used="Y", review_held_staff="Y") == derived.COMPLETED
