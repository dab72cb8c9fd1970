"""Closing: what is missing in words, messages and waivers by name, reopening, and no path around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.factories import answers, name_person
from tests.fakes import FakeClock
from vpr_desktop.domain.alleged import Alleged
from vpr_desktop.domain.errors import NotAllowed, NotFound, ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.domain.response import Feedback, Waiver
from vpr_desktop.domain.support import Plan, StepEntry
from vpr_desktop.services import after_save, closing, home, incidents, riddor, views
from vpr_desktop.services.after_save import Added
from vpr_desktop.services.closing import Answers
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.new_incident import log, open_person
from vpr_desktop.services.riddor import Decision

Become = Callable[..., Context]
TOLD = "The care plan now says two staff go together. Thank you."
WHY = "The nurse left the trust last week."
MILD: dict[str, Any] = {"act_types": ["VER"], "effect": "UPS"}


def missing(ctx: Context, incident_id: str) -> list[tuple[str, str]]:
    return [(one.kind, one.key) for one in closing.standing(ctx, incident_id).missing]


def all_answers(ctx: Context, incident_id: str) -> Answers:
    """A message to everybody and a reason for every step without a recording."""
    found = closing.standing(ctx, incident_id)
    return Answers({target.key: TOLD for target in found.targets}, {}, {one.key: WHY for one in found.unrecorded})


def status(ctx: Context, incident_id: str) -> str | None:
    return ctx.reader().get(Incident, incident_id).status


def test_closing_is_refused_with_everything_that_is_missing_in_words(ctx: Context, clock: FakeClock) -> None:
    one = log(ctx, answers(**MILD)).id
    clock.forward(days=2)
    with pytest.raises(ProblemsFound) as refused:
        closing.close(ctx, one)
    words = [problem.message for problem in refused.value.problems]
    assert words[:2] == [
        "Tell the reporter what was done, or say why not.", "Tell Person A what was done, or say why not.",
    ]  # fmt: skip
    assert any(text.startswith("Person A: ") and "no recording" in text for text in words)
    assert any(text.startswith("Team: ") for text in words)
    assert status(ctx, one) == "logged"
    assert ctx.reader().find(Feedback) == []


def test_one_minute_of_typing_closes_it_and_leaves_the_plan_open(ctx: Context, clock: FakeClock) -> None:
    one = log(ctx, answers(**MILD)).id
    clock.forward(days=2)
    closing.close(ctx, one, all_answers(ctx, one))
    record = ctx.reader().get(Incident, one)
    assert (record.status, record.closed_by, record.closed_at) == ("closed", ctx.user.user_id, ctx.now())
    assert [(row.to, row.message, row.given_by) for row in ctx.reader().find(Feedback)] == [
        ("reporter", TOLD, "A. Manager"), ("A", TOLD, "A. Manager"),
    ]  # fmt: skip
    assert {(row.plan_of, row.waived_by, row.reason) for row in ctx.reader().find(Waiver)} == {
        ("A", "A. Manager", WHY), ("team", "A. Manager", WHY),
    }  # fmt: skip
    (plan,) = ctx.reader().find(Plan, incident_id=one)
    assert plan.closed_on is None, "later steps go on"
    (entry,) = ctx.reader().find(StepEntry, step="S4-02")
    assert entry.outcome == "DON", "the message is the feedback step, not typed twice"
    live = ctx.store.db.execute("SELECT count(*) FROM step_row WHERE incident_id = ? AND live = 1", (one,)).fetchone()
    assert live[0] > 0
    assert closing.standing(ctx, one).unrecorded == ()


def test_one_message_does_where_reporter_and_person_are_the_same(ctx: Context, as_role: Become) -> None:
    me = as_role("reporter")
    one = log(me, answers(affected="ME", **MILD)).id
    assert [target.key for target in closing.standing(ctx, one).targets] == ["reporter"]
    assert missing(ctx, one) == [("message", "reporter")]
    confidential = log(me, answers(affected="ME", reporter_mode="confidential", **MILD)).id
    assert [target.key for target in closing.standing(ctx, confidential).targets] == ["reporter", "A"], "no one learns"


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"messages": {"reporter": TOLD, "A": TOLD}}, []),
        ({"messages": {"reporter": TOLD}, "no_message": {"A": WHY}}, []),
        ({"messages": {"reporter": TOLD, "A": "Ok"}}, ["message:A"]),
        ({"messages": {"reporter": TOLD}, "no_message": {"A": "no"}}, ["message:A"]),
        ({"messages": {"reporter": TOLD, "A": "   "}}, ["message:A"]),
    ],
)
def test_a_message_or_a_waiver_by_name_and_reason(
    ctx: Context, given: Mapping[str, Mapping[str, str]], left: list[str]
) -> None:
    one = log(ctx, answers(**MILD)).id
    if not left:
        closing.close(ctx, one, Answers(**given))
        waived = [(row.to, row.waived_by, row.waiver_reason) for row in ctx.reader().find(Feedback) if row.waived_by]
        assert waived == ([("A", "A. Manager", WHY)] if "no_message" in given else [])
        return
    with pytest.raises(ProblemsFound) as refused:
        closing.close(ctx, one, Answers(**given))
    assert [problem.field for problem in refused.value.problems] == left


def test_of_two_people_with_one_letter_each_reads_what_was_written_to_them(ctx: Context, as_role: Become) -> None:
    one = log(ctx, answers(affected="MANY", affected_count=2, **MILD)).id
    with ctx.unit() as unit:  # as two PCs made them before both meant the same person
        twin = open_person(unit, unit.get(Incident, one), "B", {"person_key": "p-two"})
        (first,) = [person for person in unit.find(Person, letter="B") if person.id != twin.id]
        first.person_key = "p-one"
        unit.save(first)
        unit.commit("amend", one)
    me, them = as_role("reporter", "p-one"), as_role("reporter", "p-two")

    def read(who: Context) -> list[str]:
        return [row.values["message"] for row in views.incident(who, one).parts["feedback"]]

    assert [target.key for target in closing.standing(ctx, one).targets] == ["reporter", "A", first.id, twin.id]
    closing.answer(ctx, one, first.id, TOLD)
    assert (read(me), read(them)) == ([TOLD], [])
    assert {target.key for target in closing.standing(ctx, one).targets if target.answered} == {first.id}
    with ctx.unit() as unit:  # an older record names the letter alone
        unit.save(Feedback(ward_id=ctx.ward_id, parent_id=one, to="B", message="For one of them."))
        unit.commit("answer", one)
    assert (read(me), read(them)) == ([TOLD], []), "whose it is nobody knows"
    with ctx.unit() as unit:
        unit.take_off(unit.get(Person, twin.id))
        unit.commit("amend", one)
    assert read(me) == [TOLD, "For one of them."], "a letter that one person bears is theirs, also in older records"
    with pytest.raises(NotFound):
        after_save.add(ctx, one, "C", Added("n77"))


def test_steps_waived_for_one_are_not_waived_for_another_of_the_same_letter(ctx: Context, clock: FakeClock) -> None:
    one = log(ctx, answers(**MILD)).id
    with ctx.unit() as unit:
        twin = open_person(unit, unit.get(Incident, one), "A", {})
        unit.commit("amend", one)
    clock.forward(days=2)
    found = closing.standing(ctx, one).unrecorded
    assert [(row.label, row.key == row.person_id) for row in found] == [
        ("Person A", True), ("Person A", True), ("Team", False),
    ]  # fmt: skip
    mine = next(row for row in found if row.person_id == twin.id)
    with ctx.unit() as unit:
        row = Waiver(ward_id=ctx.ward_id, parent_id=one, plan_of="A", plan_person=twin.id, steps=" ".join(mine.steps))
        unit.save(row)
        unit.commit("amend", one)
    assert twin.id not in {row.person_id for row in closing.standing(ctx, one).unrecorded}
    assert len(closing.standing(ctx, one).unrecorded) == 2


def test_riddor_is_decided_before_and_a_review_where_it_was_serious(ctx: Context) -> None:
    people = [{"injuries": [{"injury": "BRU"}]}]
    one = log(ctx, answers(act_types=["PHY", "WEA"], effect="MIN"), parts={"people": people}).id
    assert missing(ctx, one)[-4:] == [
        ("riddor", "A"), ("review", "review_what_happened"), ("review", "review_actions"),
        ("review", "review_effect_on"),
    ]  # fmt: skip
    seen = views.incident(ctx, one)
    person = seen.parts["people"][0]
    seen = incidents.save(ctx, seen, [Edit("person", person.id, {"time_lost": "N"})])
    riddor.decide(ctx, seen, person.id, Decision("NR", "H. Safety, H&S", "A bruise and no day off."))
    review = {"review_what_happened": "A mug lay about.", "review_actions": "Mugs are counted.",
              "review_effect_on": ctx.now().date()}  # fmt: skip
    incidents.save(ctx, views.incident(ctx, one), [Edit("incident", one, review)])
    closing.close(ctx, one, all_answers(ctx, one))
    assert status(ctx, one) == "closed"


def test_a_review_is_asked_for_where_the_same_patient_was_named_within_90_days(ctx: Context, clock: FakeClock) -> None:
    """F44, by equal NHS numbers on this PC, however they were typed; withdrawn and older ones do not count."""
    number, typed = "9990000018", "999 000 0018"

    def named(nhs: str, **more: Any) -> tuple[str, int | None]:
        told = answers(effect="NON", occurred_at=clock.now(), **more)
        made = log(ctx, told, parts={"alleged": [{"nhs_number": nhs}]})
        return made.id, ctx.reader().find(Alleged, parent_id=made.id)[0].repeat_in_90d

    def asked(incident_id: str) -> bool:
        return "it has happened before" in closing.standing(ctx, incident_id).review

    first, none = named(number)
    assert (none, asked(first)) == (0, False)
    clock.forward(days=91)
    late, still = named(typed)
    assert (still, asked(late)) == (0, False), "the 90 days are over"
    clock.forward(days=1)
    again, one = named(number)
    assert (one, asked(again)) == (1, True)
    incidents.withdraw(ctx, views.incident(ctx, late), "Entered twice.")
    third = named("9990000026")[0]
    seen = views.incident(ctx, third)
    alleged = seen.parts["alleged"][0]
    incidents.save(ctx, seen, [Edit("alleged", alleged.id, {"nhs_number": typed})], "Found the number.")
    assert ctx.reader().get(Alleged, alleged.id).repeat_in_90d == 1, "the withdrawn one counts no more"
    assert asked(third)
    seen = views.incident(ctx, third)
    incidents.save(ctx, seen, [Edit("alleged", alleged.id, {"nhs_number": None})], "Another patient.")
    assert ctx.reader().get(Alleged, alleged.id).repeat_in_90d is None
    assert not asked(third)


def test_no_other_service_closes_an_incident(ctx: Context, as_role: Become) -> None:
    one = log(ctx, answers(**MILD)).id
    seen = views.incident(ctx, one)
    incidents.save(ctx, seen, [Edit("incident", one, {"specialty": "Care of older people"})])
    for values in ({"status": "closed"}, {"closed_by": "amanager"}):
        with pytest.raises((NotAllowed, ProblemsFound)):
            incidents.save(ctx, views.incident(ctx, one), [Edit("incident", one, values)])
    with pytest.raises(NotAllowed):
        incidents.save(ctx, views.incident(ctx, one), [Edit("waiver", None, {"plan_of": "A", "steps": "S2-01"})])
    for role in ("reporter", "support_lead", "vpr_lead"):
        other = as_role(role)
        with pytest.raises((NotAllowed, Exception)):
            closing.close(other, one, all_answers(ctx, one))
    assert status(ctx, one) == "logged"


def test_a_restricted_one_is_closed_by_the_persons_support_lead(ctx: Context, as_role: Become) -> None:
    one = log(as_role("reporter"), answers(act_types=["SEX"], effect="NON")).id
    lead = as_role("support_lead")
    with ctx.unit() as unit:
        (plan,) = unit.find(Plan, incident_id=one)
        plan.lead = lead.user.user_id
        unit.save(plan)
        unit.commit("assign", one)
    with pytest.raises(NotAllowed):
        closing.close(ctx, one, Answers({"reporter": TOLD, "A": TOLD}))
    review = {"review_what_happened": "Known.", "review_actions": "Two staff.", "review_effect_on": ctx.now().date()}
    incidents.save(lead, views.incident(lead, one), [Edit("incident", one, review)])
    closing.close(lead, one, all_answers(lead, one))
    assert status(ctx, one) == "closed"


def test_reopened_with_a_reason_it_needs_no_second_message(ctx: Context) -> None:
    one = log(ctx, answers(**MILD)).id
    closing.close(ctx, one, all_answers(ctx, one))
    with pytest.raises(ProblemsFound):
        closing.reopen(ctx, one, " ")
    closing.reopen(ctx, one, "The visitor came back.")
    record = ctx.reader().get(Incident, one)
    assert (record.status, record.closed_by, record.closed_at) == ("in_review", None, None)
    assert ctx.reader().ops_of(one)[-1]["reason"] == "The visitor came back."
    assert missing(ctx, one) == []
    closing.close(ctx, one)
    assert status(ctx, one) == "closed"


def test_imported_history_asks_for_nothing(ctx: Context, clock: FakeClock) -> None:
    one = log(ctx, answers(**MILD)).id
    with ctx.unit() as unit:
        record = unit.get(Incident, one)
        record.imported_at = ctx.now()
        unit.save(record)
        unit.commit("import", one)
    clock.forward(days=30)
    assert missing(ctx, one) == []
    closing.close(ctx, one)
    assert status(ctx, one) == "closed"


def test_the_reporter_reads_the_answer_at_home_and_only_theirs(ctx: Context, as_role: Become) -> None:
    me, other = as_role("reporter"), as_role("reporter", "p-other")
    one = log(me, answers(**MILD)).id
    assert home.home(me).answered == ()
    closing.close(ctx, one, Answers({"reporter": TOLD, "A": "This is for Person A alone."}))
    assert [row.id for row in home.home(me).answered] == [one]
    assert [row.values["message"] for row in views.incident(me, one).parts["feedback"]] == [TOLD]
    assert home.home(other).answered == ()


def test_a_message_goes_at_any_time_to_those_answered(ctx: Context, as_role: Become) -> None:
    me = as_role("reporter")
    one = log(me, answers(**MILD)).id
    closing.answer(ctx, one, "reporter", TOLD)
    assert [row.id for row in home.home(me).answered] == [one], "answered before it is closed"
    assert missing(ctx, one)[0] == ("message", "A")
    with pytest.raises(ProblemsFound):
        closing.answer(ctx, one, "Z", TOLD)
    with pytest.raises(NotAllowed):
        closing.answer(me, one, "reporter", TOLD)


# What was on screen
def test_a_status_that_came_since_stands_beside_the_closing(ctx: Context) -> None:
    one = log(ctx, answers(**MILD)).id
    shown = closing.standing(ctx, one)
    incidents.start_review(ctx, views.incident(ctx, one))
    closing.close(ctx, one, all_answers(ctx, one), shown)
    assert "status" in ctx.reader().get(Incident, one).shown.clashes


def test_a_reason_waives_only_the_steps_it_was_written_of(ctx: Context, clock: FakeClock) -> None:
    one = log(ctx, answers(**MILD)).id
    clock.forward(hours=2)
    shown, typed = closing.standing(ctx, one), all_answers(ctx, one)
    (before,) = [held.steps for held in shown.unrecorded if held.key == "A"]
    clock.forward(days=1)
    with pytest.raises(ProblemsFound, match="due since you opened this page") as refused:
        closing.close(ctx, one, typed, shown)
    assert {problem.field for problem in refused.value.problems} == {"steps:A", "steps:team"}
    assert (status(ctx, one), ctx.reader().find(Waiver)) == ("logged", [])
    closing.close(ctx, one, typed, closing.standing(ctx, one))
    (waiver,) = ctx.reader().find(Waiver, plan_of="A")
    assert set(before) < set((waiver.steps or "").split())


def test_a_message_goes_to_nobody_who_was_not_meant_by_it(ctx: Context) -> None:
    one = log(ctx, answers(**MILD)).id
    shown = closing.standing(ctx, one)
    typed = Answers({"reporter": TOLD, "A": "This is for Person A alone."})
    name_person(ctx, one, "A", ctx.user.user_id)  # the reporter turns out to be the one affected
    with pytest.raises(ProblemsFound, match="Who is meant by the reporter changed since"):
        closing.close(ctx, one, typed, shown)
    assert ctx.reader().find(Feedback) == []


def test_a_reopening_rests_on_what_was_on_screen(ctx: Context, clock: FakeClock) -> None:
    one = log(ctx, answers(**MILD)).id
    closing.close(ctx, one, all_answers(ctx, one))
    shown = views.incident(ctx, one)
    closing.reopen(ctx, one, "A question came.", shown)
    clock.forward(minutes=1)
    closing.close(ctx, one, all_answers(ctx, one))
    closing.reopen(ctx, one, "Another question came.", shown)
    assert {"closed_by", "closed_at"} & set(ctx.reader().get(Incident, one).shown.clashes)
