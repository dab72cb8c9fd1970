"""Who may write what: warnings of the trust, time off of others, a reporter in confidence, and what is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.factories import answers
from vpr_desktop.domain.errors import KnownError, NotAllowed, NotFound, ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person, Spell
from vpr_desktop.domain.response import Sanction
from vpr_desktop.services import (
    after_save,
    closing,
    exports,
    history,
    home,
    incidents,
    listing,
    printing,
    riddor,
    trust_copy,
    views,
)
from vpr_desktop.services.after_save import Added
from vpr_desktop.services.context import Context
from vpr_desktop.services.incident_json import to_json
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.new_incident import log

Become = Callable[..., Context]
DAY = date(2026, 11, 22)
REASON = "needed for the review of this quarter"
ISSUED: dict[str, Any] = {"level": "Y", "issued_on": DAY, "issued_by": "S. Lead, security lead"}


def save(ctx: Context, incident_id: str, *edits: Edit) -> views.IncidentView:
    return incidents.save(ctx, views.incident(ctx, incident_id), list(edits))


def warnings(ctx: Context) -> list[tuple[str | None, str | None]]:
    return [(one.level, one.issued_by) for one in ctx.reader().find(Sanction)]


@pytest.mark.parametrize("level", ["Y", "R"])
@pytest.mark.parametrize("told", ["issued_on", "issued_by", "letter_printed_at"])
def test_f58_only_the_trust_vpr_lead_records_an_issued_warning(
    ctx: Context, as_role: Become, level: str, told: str
) -> None:
    made = log(ctx, answers())
    values = {"level": level, told: {"issued_on": DAY, "issued_by": "S. Lead", "letter_printed_at": ctx.now()}[told]}
    for role in ("ward_manager", "support_lead"):
        with pytest.raises(NotAllowed):
            save(as_role(role), made.id, Edit("sanction", None, values))
    assert warnings(ctx) == []
    save(as_role("vpr_lead"), made.id, Edit("sanction", None, {**values, "issued_by": "S. Lead, security lead"}))
    assert warnings(ctx) == [(level, "S. Lead, security lead")]


def test_f58_an_issued_warning_names_who_issued_it(ctx: Context, as_role: Become) -> None:
    made = log(ctx, answers())
    with pytest.raises(ProblemsFound) as refused:
        save(as_role("vpr_lead"), made.id, Edit("sanction", None, {"level": "R", "issued_on": DAY, "issued_by": " "}))
    assert [p.field for p in refused.value.problems] == ["issued_by"]


def test_f58_the_ward_may_propose_and_give_the_lesser_ones(ctx: Context, as_role: Become) -> None:
    made = log(ctx, answers())
    save(ctx, made.id, Edit("sanction", None, {"level": "V", "issued_on": DAY, "issued_by": "A. Manager"}))
    seen = save(ctx, made.id, Edit("sanction", None, {"level": "Y", "reason": "Third time this month"}))
    proposed = next(one for one in seen.parts["sanctions"] if one.values["level"] == "Y")
    with pytest.raises(NotAllowed, match="trust VPR lead"):
        save(ctx, made.id, Edit("sanction", proposed.id, {"issued_on": DAY}))
    save(as_role("vpr_lead"), made.id, Edit("sanction", proposed.id, {"issued_on": DAY, "issued_by": "S. Lead, SEC"}))
    for later in ({"level": "V"}, {"expires_on": DAY}, {"issued_on": None, "issued_by": None}):
        with pytest.raises(NotAllowed, match="trust VPR lead"):
            save(ctx, made.id, Edit("sanction", proposed.id, later))
    with pytest.raises(NotAllowed, match="trust VPR lead"):
        save(ctx, made.id, Edit("sanction", proposed.id, {}, removed=True))


@pytest.mark.parametrize("role", ["reporter", "ward_manager", "support_lead"])
def test_f58_nor_does_an_issued_warning_come_in_with_a_report(ctx: Context, as_role: Become, role: str) -> None:
    with pytest.raises(ProblemsFound) as refused:
        log(as_role(role), answers(), parts={"sanctions": [ISSUED]})
    assert [p.field for p in refused.value.problems] == ["sanctions[0]"]
    assert ctx.reader().find(Incident) == []


def test_an_answer_in_the_wards_name_does_not_come_in_with_a_report(as_role: Become) -> None:
    with pytest.raises(ProblemsFound) as refused:
        log(as_role("reporter"), answers(), parts={"feedback": [{"to": "reporter", "message": "All well"}]})
    assert [p.field for p in refused.value.problems] == ["feedback[0]"]


def test_the_trust_vpr_lead_writes_warnings_and_nothing_else(ctx: Context, as_role: Become) -> None:
    made = log(ctx, answers())
    lead = as_role("vpr_lead")
    for edits in (
        [Edit("incident", made.id, {"police": "NO"})],
        [Edit("sanction", None, ISSUED), Edit("incident", made.id, {"police": "NO"})],
        [],
    ):
        with pytest.raises(NotAllowed):
            save(lead, made.id, *edits)
    assert warnings(ctx) == []
    with ctx.unit() as unit:
        record = unit.get(Incident, made.id)
        record.status = "closed"
        unit.save(record)
        unit.commit("close", made.id)
    save(lead, made.id, Edit("sanction", None, ISSUED))
    assert len(warnings(ctx)) == 1, "a warning often comes after the incident is closed"


@pytest.mark.parametrize("part", ["spell", "gap"])
def test_g2_a_reporter_adds_time_off_for_themselves_alone(ctx: Context, as_role: Become, part: str) -> None:
    values = {"spell": {"absent_from": DAY}, "gap": {"gap_from": DAY, "gap_to": DAY}}[part]
    me = as_role("reporter")
    theirs = log(me, answers(affected="ONE"))
    person = views.incident(me, theirs.id).parts["people"][0]
    with pytest.raises(NotAllowed):
        save(me, theirs.id, Edit(part, None, values, parent_id=person.id))
    with pytest.raises(NotAllowed):
        save(me, theirs.id, Edit("person", None, {"psych_harm": "3"}))
    assert ctx.reader().find(Spell) == []
    mine = log(me, answers(affected="ME"))
    myself = views.incident(me, mine.id).parts["people"][0]
    seen = save(me, mine.id, Edit(part, None, values, parent_id=myself.id))
    assert len(seen.parts[f"{part}s"]) == 1
    with pytest.raises(NotAllowed):
        save(me, mine.id, Edit(part, None, values, parent_id=person.id))  # a person of another incident
    save(ctx, theirs.id, Edit(part, None, values, parent_id=person.id))  # the manager may


@pytest.mark.parametrize("values", [{"spells": [{"absent_from": DAY}]}, {"riddor_status": "NA"}, {"psych_harm": "3"}])
def test_g2_nor_with_the_report_itself(ctx: Context, as_role: Become, values: dict[str, Any]) -> None:
    me = as_role("reporter")
    with pytest.raises(ProblemsFound) as refused:
        log(me, answers(affected="ONE"), parts={"people": [values]})
    assert [p.field for p in refused.value.problems] == [f"people[0].{name}" for name in values]
    log(me, answers(affected="ME"), parts={"people": [values]})
    log(ctx, answers(affected="ONE"), parts={"people": [values]})
    assert len(ctx.reader().find(Incident)) == 2


WAYS: dict[str, Callable[[Context, str], Any]] = {
    "open": views.incident,
    "open with a reason": lambda me, one: views.incident(me, one, REASON),
    "open with a short reason": lambda me, one: views.incident(me, one, "x"),
    "history": history.history,
    "summary": printing.summary,
    "full copy": lambda me, one: printing.summary(me, one, "full", REASON),
    "undo": incidents.undo,
    "more people": lambda me, one: incidents.more_people(me, one, 3),
    "name a person": lambda me, one: after_save.add(me, one, "A", Added("x")),
    "told by": lambda me, one: after_save.add(me, one, "A", Added(told=True, told_by="x")),
    "trust's own system": trust_copy.block,
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_a_reporters_answers_like_what_is_not_there(ctx: Context, as_role: Become, way: str) -> None:
    made = log(ctx, answers())
    told = []
    for one in (made.id, "0" * 32):
        with pytest.raises(KnownError) as refused:
            WAYS[way](as_role("reporter"), one)
        told.append((type(refused.value), str(refused.value)))
    assert told == [(NotFound, NotFound.message)] * 2


def test_a_confidential_reporter_who_was_hurt_is_not_named_to_the_manager(ctx: Context, as_role: Become) -> None:
    """The choice: the manager sees that somebody was hurt and how, and that a colleague reported, not who either is.

    Contact goes through the support lead who takes the plan, and who sees the name.
    """
    me = as_role("reporter", "zq-own")
    named = {"staff_name": "Zqname", "staff_no": "ZQ77", "staff_group": "NMR"}
    made = log(me, answers(affected="ME", reporter_mode="confidential"), parts={"people": [named]})
    (person,) = ctx.reader().find(Person)
    assert person.person_key == "zq-own"
    manager = as_role("ward_manager")
    seen = views.incident(manager, made.id)
    (shown,) = seen.parts["people"]
    assert shown.values["staff_group"] == "NMR"
    assert not {"person_key", "staff_name", "staff_no"} & {*shown.values, *shown.shown.values, *shown.shown.heads}
    texts = [
        to_json(seen), history.history(manager, made.id), listing.page(manager, ListQuery()), home.home(manager),
        listing.facts(manager, ListQuery()), exports.to_csv(manager, ListQuery(), "full"), home.handover(manager),
        trust_copy.block(manager, made.id),
    ]  # fmt: skip
    assert not [word for word in ("zq-own", "Zqname", "ZQ77", "P. Reporter") if word in repr(texts)]
    assert listing.search(manager, "Zqname") == listing.search(manager, "ZQ77") == []
    assert views.incident(me, made.id).parts["people"][0].values["staff_name"] == "Zqname"


def test_i5_a_name_kept_from_the_manager_is_not_written_over(ctx: Context, as_role: Become) -> None:
    made = log(as_role("reporter"), answers(affected="ME", reporter_mode="confidential"))
    for new in (Added("somebody"), Added(told=True, told_by="somebody")):
        with pytest.raises(NotAllowed):
            after_save.add(ctx, made.id, "A", new)
    (person,) = ctx.reader().find(Person)
    assert (person.person_key, ctx.reader().get(Incident, made.id).told_by) == ("p-reporter", None)


def test_i5_a_reporter_who_names_a_person_keeps_the_managers_answer_in_sight(ctx: Context, as_role: Become) -> None:
    me = as_role("reporter")
    made = log(me, answers(affected="ONE"))
    after_save.add(ctx, made.id, "A", Added("said-by-manager"))
    after_save.add(me, made.id, "A", Added("said-by-reporter"))
    (person,) = ctx.reader().find(Person)
    assert person.shown.clashes == {"person_key"}, "the reporter saw their own words only: both stay"


NO_NEED = riddor.Decision("NA", "H. Safety, adviser", "Nobody was hurt by it at all.")
ACTS: dict[str, Callable[[Context, views.IncidentView], Any]] = {
    "withdraw": lambda me, seen: incidents.withdraw(me, seen, REASON),
    "start_review": incidents.start_review,
    "save": lambda me, seen: incidents.save(me, seen, [Edit("incident", seen.record.id, {"location": "BAY"})]),
    "save a part": lambda me, seen: incidents.save(me, seen, [Edit("sanction", None, {"level": "V"})]),
    "reopen": lambda me, seen: closing.reopen(me, seen.record.id, REASON, seen),
    "decide": lambda me, seen: riddor.decide(me, seen, seen.parts["people"][0].id, NO_NEED),
    "put back": lambda me, seen: incidents.reinstate(me, seen, REASON),
    "leave withdrawn": incidents.leave_withdrawn,
}
STANDS_AT = {"reopen": "closed", "put back": "withdrawn", "leave withdrawn": "withdrawn"}


@pytest.mark.parametrize("restricts", [True, False], ids=["restricted since", "the same change, not restricted"])
@pytest.mark.parametrize("act", ACTS)
def test_what_became_restricted_since_it_was_on_screen_is_written_by_nobody_who_may_not_read_it(
    as_role: Become, act: str, restricts: bool
) -> None:
    own, me = as_role("reporter", "p-own"), as_role("ward_manager", "somebody")
    made = log(own, answers(), hold_seconds=0)
    with own.unit() as unit:
        record = unit.get(Incident, made.id)
        record.status = STANDS_AT.get(act, "logged")
        unit.save(record)
        unit.commit("amend", made.id)
    seen = views.incident(me, made.id)
    with own.unit() as unit:
        record = unit.get(Incident, made.id)
        record.restricted = restricts
        unit.save(record)
        unit.commit("amend", made.id)
    ops = len(me.reader().ops_of(made.id))
    if restricts:
        with pytest.raises(NotAllowed):
            ACTS[act](me, seen)
        assert len(me.reader().ops_of(made.id)) == ops
        assert me.reader().find(Sanction) == []
    else:
        ACTS[act](me, seen)


def test_a_status_that_came_since_stays_beside_the_one_that_is_written(ctx: Context, as_role: Become) -> None:
    """What is allowed goes by the status on screen, so that nothing typed is refused for what came from elsewhere."""
    made = log(ctx, answers(), hold_seconds=0)
    me = as_role("ward_manager", "somebody")
    seen = views.incident(me, made.id)
    incidents.start_review(ctx, views.incident(ctx, made.id))
    incidents.withdraw(me, seen, REASON)
    assert "status" in me.reader().get(Incident, made.id).shown.clashes
