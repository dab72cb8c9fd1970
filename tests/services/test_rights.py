"""No role learns by any path what the table of section G2 does not give it: every field filled, every path read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories import answers
from tests.pdfs import pages_of
from tests.services.rights_table import ROLE, WHO, block_of, cell
from vpr_desktop.domain.alleged import Alleged
from vpr_desktop.domain.errors import KnownError, NotAllowed, NotFound
from vpr_desktop.domain.fields import FieldSpec
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Gap, Injury, Person, Spell
from vpr_desktop.domain.record import Record, entity_name, fields_of
from vpr_desktop.domain.response import Feedback, Notice, Restrictive, Sanction, Waiver
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import (
    closing,
    conflicts,
    drafts,
    exports,
    history,
    home,
    listing,
    new_incident,
    printing,
    riddor,
    sanctions,
    saved_views,
    sending,
    sheets,
    support,
    trust_copy,
    views,
    ward_sheets,
    worklist,
)
from vpr_desktop.services.context import Context
from vpr_desktop.services.incident_json import to_json
from vpr_desktop.services.listing import ListQuery

USER = {"own": "p-own", "self": "p-self", "wm": "p-wm", "sl_mine": "p-lead", "sl_pool": "p-pool", "sl_else": "p-else"}
REASON = "needed for the review of this quarter"
STANDING = {"reference", "status", "occurred_at", "restricted", "time_known"}
KEPT = {
    "status", "restricted", "manager_may_see", "reported_by", "reporter_mode", "reference", "outcome_share",
    "outcome_print", "act_types", "occurred_at", "reported_at", "parent_id", "removed", "person_key", "letter", "to",
    "imported_at", "closed_at", "affected_count", "duplicate_of",
}  # fmt: skip
AT = datetime(2026, 11, 22, 13, 17, tzinfo=UTC)
Become = Callable[..., Context]


@dataclass
class Case:
    """One incident with every field filled, and what was written by whom."""

    ctx: Context
    id: str
    typed: dict[tuple[str, str], Any]
    later: dict[tuple[str, str], Any]
    restricted: bool
    manager_may_see: bool

    def may(self, who: str, entity: str, field: str) -> str:
        return cell(who, block_of(entity, field), self.restricted, self.manager_may_see)


def value(spec: FieldSpec, word: str, late: bool) -> Any:
    """A value that stands out: words found nowhere else, the first or the last code of a list."""
    codes = [code.code for code in spec.choices or ()]
    made: dict[str, Any] = {
        "text": word[: spec.longest], "flag": late, "moment": AT.replace(hour=7 if late else 8),
        "day": date(2026, 11, 3 if late else 2), "number": spec.most if late else spec.least or 0,
        "code": codes[-1 if late else 0] if codes else None, "codes": [codes[-1 if late else 0]] if codes else None,
        "link": None,
    }  # fmt: skip
    return made[spec.kind]


def canary(entity: str, place: int, late: str) -> str:
    return f"zq{late}{entity[:3]}{place}x"


def filled(entity: str, late: str) -> dict[str, Any]:
    found = {}
    for place, (field, spec) in enumerate(fields_of(ENTITIES[entity]).items()):
        if field not in KEPT and field != "nhs_number":
            found[field] = value(spec, canary(entity, place, late), late != "t")
    if entity == "alleged":
        found["nhs_number"] = {"t": "9990000018", "l": "9990000026", "c": "9434765919"}[late]
    return found


def make(ctx: Context, become: Become, who: str, restricted: bool = False, manager_may_see: bool = False) -> Case:
    """Logged by one reporter with everything in it, then changed twice at once, so that each field has a history."""
    own = become("reporter", "p-own")
    acts = ["SEX01"] if restricted else ["PHY01"]
    head = {"status": "logged", "restricted": restricted or None, "manager_may_see": manager_may_see or None,
            "reported_by": "p-own", "reported_at": AT, "occurred_at": AT, "reporter_mode": "named", "act_types": acts,
            "reference": "CED-2611-A777", "outcome_share": True}  # fmt: skip
    ward = ctx.ward_id
    with own.unit() as unit:
        incident = unit.save(Incident(ward_id=ward, **{**filled("incident", "t"), **head}))
        person = unit.save(
            Person(ward_id=ward, parent_id=incident.id, letter="A", person_key="p-self", **filled("person", "t"))
        )
        parts: list[Record] = [person]
        for kind, parent in (
            (Alleged, incident), (Restrictive, incident), (Sanction, incident), (Feedback, incident),
            (Waiver, incident), (Notice, incident), (Injury, person), (Spell, person), (Gap, person),
        ):  # fmt: skip
            to = {"to": "reporter"} if kind is Feedback else {}
            parts.append(unit.save(kind(ward_id=ward, parent_id=parent.id, **to, **filled(entity_name(kind), "t"))))
        lead = {"sl_mine": "p-lead", "sl_else": "p-lead"}.get(who)
        unit.save(Plan(ward_id=ward, incident_id=incident.id, person_id=person.id, lead=lead))
        unit.commit("log", incident.id)
    for late in ("l", "c"):
        with ctx.unit() as unit:
            for record in [incident, *parts]:
                held = ctx.reader().get(type(record), record.id) if late == "l" else record
                for field, one in filled(entity_name(type(record)), late).items():
                    setattr(held, field, one)
                unit.save(held, reason="zqreason")
            unit.commit("amend", incident.id)
    both = {late: {(e, f): v for e in FILLED for f, v in filled(e, late).items()} for late in "tc"}
    return Case(ctx, incident.id, both["t"], both["c"], restricted, manager_may_see)


FILLED = (
    "incident", "person", "injury", "spell", "gap", "alleged", "restrictive", "sanction", "feedback", "waiver",
    "notice",
)  # fmt: skip
CASES = [(who, False, False) for who in WHO] + [
    (who, True, may) for may in (False, True) for who in (*WHO, "sl_else")
]  # fmt: skip


@pytest.fixture(params=CASES, ids=lambda c: f"{c[0]}-{'restricted' if c[1] else 'ordinary'}-{c[2]}")
def eyes(request: pytest.FixtureRequest, ctx: Context, as_role: Become) -> tuple[str, Context, Case]:
    who, restricted, may = request.param
    case = make(ctx, as_role, who, restricted, may)
    me = as_role(ROLE[who], USER.get(who, f"p-{who}"))
    if who == "vl_need" and not restricted:
        views.incident(me, case.id, REASON)
    return who, me, case


def test_every_field_by_every_path(eyes: tuple[str, Context, Case]) -> None:
    who, me, case = eyes
    _check_record(who, me, case)
    _check_history(who, me, case)
    _check_words(who, case, _open_paths(me, case), strict=False)
    _check_words(who, case, _outgoing(me, case), strict=True)
    _check_papers(case, "\n".join(_papers(me, case, "redacted")))
    _check_search(who, me, case)


def _check_papers(case: Case, text: str) -> None:
    """A paper for others names nobody and holds no free text, unless its printer asks for the full one."""
    for (entity, field), word, _ in _words_of(case):
        if block_of(entity, field) in ("person_name", "alleged_name", "narrative", "reporter", "self"):
            assert word not in text, (entity, field)


def _check_record(who: str, me: Context, case: Case) -> None:
    try:
        seen = views.incident(me, case.id)
    except NotFound:
        assert who == "other", "what is not theirs answers like what is not there"
        return
    except NotAllowed:
        assert who == "da"
        return
    for record in [seen.record, *(one for held in seen.parts.values() for one in held if one.entity in FILLED)]:
        assert set(record.shown.values) <= set(record.values), "a form must not work on what it does not show"
        for field in fields_of(ENTITIES[record.entity]):
            key = (record.entity, field)
            may = case.may(who, *key) if block_of(*key) and field not in ("parent_id", "removed") else "skip"
            if key in case.later and may != "skip":
                _check_value(who, case, record, field, may, seen.sight)
    if who not in ("other", "ig", "da") and seen.sight == "full":
        there = {one.entity for held in seen.parts.values() for one in held} & set(FILLED)
        told = {e for e, f in case.later if e != "incident" and block_of(e, f) and case.may(who, e, f) != "."}
        assert there == told, "a part of which nothing may be seen is not even counted"


def _check_value(who: str, case: Case, record: Any, field: str, may: str, sight: str) -> None:
    key = (record.entity, field)
    spec = fields_of(ENTITIES[record.entity])[field]
    if may == "A" or (may == "C" and spec.kind != "text"):
        assert record.values[field] == case.later[key], key
    elif may == "T":
        assert record.values[field] == case.typed[key], key
    elif field in STANDING and sight != "full":
        assert record.values.get(field) in (None, "unknown") or field != "time_known"
    elif (who, field) == ("sl_mine", "next_update_due"):
        assert record.values[field] == case.later[key]
    else:
        assert field not in record.values, (key, may)
        assert may in "WC" or field not in record.redacted, key


def _check_history(who: str, me: Context, case: Case) -> None:
    try:
        changes = history.history(me, case.id)
    except (NotAllowed, NotFound):
        return
    for change in changes:
        if change.entity not in FILLED or change.field in KEPT:
            continue
        may = case.may(who, change.entity, change.field)
        assert may in "ATC" or change.field == "next_update_due", (change.entity, change.field)
        assert not (who == "wm" and change.field == "psych_harm"), "a manager sees the grade, not how it changed"
        if may == "T":
            assert "zql" not in change.after
            assert "zqc" not in change.after
        narrative = case.may(who, "incident", "description")
        assert not change.reason or narrative == "A" or change.by == me.user.name, "a reason is a narrative"
        if case.may(who, "incident", "told_by") != "A" and who != "own":
            assert change.by != "P. Reporter", "the reporter's name"


def texts(job: Callable[[], Any]) -> str:
    try:
        return json.dumps(job(), default=str)
    except KnownError:
        return ""


def _open_paths(me: Context, case: Case) -> str:
    """Everything somebody can look at of this incident."""
    return "\n".join(
        (
            texts(lambda: to_json(views.incident(me, case.id))),
            texts(lambda: [asdict(one) for one in conflicts.conflicts(me)]),
            texts(lambda: trust_copy.block(me, case.id)),
            texts(lambda: [asdict(one) for one in riddor.cases(me, views.incident(me, case.id))]),
            texts(lambda: pdf_text(printing.receipt_slip(me, case.id))),
            texts(lambda: exports.to_csv(me, ListQuery(), "full")[0]),
            texts(lambda: pdf_text(printing.summary(me, case.id, "full", REASON))),
            texts(lambda: asdict(closing.standing(me, case.id))),
            texts(lambda: [asdict(one) for one in support.plans_of(me, case.id)]),
            texts(lambda: [asdict(one) for one in sanctions.register(me)]),
            texts(lambda: pdf_text(ward_sheets.you_said(me))),
            *_papers(me, case, "full", REASON),
            *_papers(me, case, "redacted"),
        )
    )


def _papers(me: Context, case: Case, copy: str, reason: str = "") -> list[str]:
    """The papers for others: a talk of two, a referral, the police, HSE."""
    person = case.ctx.reader().find(Person, parent_id=case.id)[0].id
    return [
        texts(lambda: pdf_text(sheets.checklist(me, case.id, person))),
        texts(lambda: pdf_text(sheets.referral(me, case.id, person, copy, reason))),
        texts(lambda: pdf_text(sheets.police(me, case.id, copy, reason))),
        texts(lambda: pdf_text(sheets.f2508(me, case.id, person, copy, reason))),
    ]


def _outgoing(me: Context, case: Case) -> str:
    """Everything that shows no name and no free text to anybody: lists, Home, handover, redacted copies."""
    return "\n".join(
        (
            texts(lambda: [asdict(one) for one in listing.page(me, ListQuery())]),
            texts(lambda: listing.facts(me, ListQuery())),
            texts(lambda: [asdict(one) for one in listing.search(me, "CED-2611-A777")]),
            texts(lambda: asdict(home.home(me))),
            texts(lambda: asdict(home.handover(me))),
            texts(lambda: [asdict(one) for one in riddor.due(me)]),
            texts(lambda: [asdict(one) for one in saved_views.mine(me)]),
            texts(lambda: [asdict(one) for one in drafts.mine(me)]),
            texts(lambda: pdf_text(printing.handover_sheet(me))),
            texts(lambda: pdf_text(printing.register(me, ListQuery()))),
            texts(lambda: [asdict(one) for one in worklist.page(me, limit=200)]),
            texts(lambda: [asdict(one) for one in sending.queue(me)]),
            *(texts(lambda c=c: exports.to_csv(me, ListQuery(), c)[0]) for c in ("redacted", "anonymous")),
            *(texts(lambda c=c: pdf_text(printing.summary(me, case.id, c))) for c in ("redacted", "anonymous")),
        )
    )


def pdf_text(made: printing.Pdf) -> str:
    return "\n".join(pages_of(made.data))


def _words_of(case: Case) -> Iterator[tuple[tuple[str, str], str, bool]]:
    for key, word in case.typed.items():
        if isinstance(word, str) and (word.startswith("zq") or key[1] == "nhs_number"):
            yield key, word, True
            yield key, case.later[key], False
            if key[1] != "nhs_number":
                yield key, word.replace("zqt", "zql"), False


def _check_words(who: str, case: Case, text: str, strict: bool) -> None:
    assert not strict or "zqreason" not in text
    for (entity, field), word, is_typed in _words_of(case):
        if strict:
            assert word not in text or (field == "local_system_ref" and not case.restricted), (field, word)
            continue
        may = case.may(who, entity, field)
        assert word not in text or may == "A" or (may == "T" and is_typed), (entity, field, word)


def _check_search(who: str, me: Context, case: Case) -> None:
    for (entity, field), word, is_typed in _words_of(case):
        for found in (lambda w=word: len(listing.search(me, w)), lambda w=word: listing.count(me, ListQuery(text=w))):
            try:
                hits = found()
            except NotAllowed:
                continue
            assert not hits or (case.may(who, entity, field) == "A" and not is_typed), (field, word)
    if case.restricted and case.may(who, "incident", "act_types") != "A" and who not in ("ig", "da"):
        for query in (ListQuery(acts=("SEX",)), ListQuery(effects=("NYK",)), ListQuery(places=("UNK",))):
            assert listing.count(me, query) == 0
        (row,) = [*listing.page(me, ListQuery()), None][:1]
        assert row is None or (row.what, row.effect, row.tasks_left) == ("–", "–", None)


def test_the_handover_says_nothing_of_a_restricted_incident_whoever_opens_it(ctx: Context, as_role: Become) -> None:
    """Even the manager who logged it reads it out and prints it for others."""
    from tests.factories import answers
    from vpr_desktop.services.new_incident import log

    made = log(ctx, answers(act_types=["SEX"], location="BAY", effect="TRE", occurred_at=ctx.now()), hold_seconds=0)
    assert views.incident(ctx, made.id).sight == "full"
    for me in (ctx, as_role("support_lead"), as_role("ward_manager", "another")):
        if not me.can("handover"):
            continue
        seen = home.handover(me)
        (row,) = seen.shift.rows
        assert (row.where, row.what, row.effect, row.restricted) == ("Restricted incident", "–", "–", True)
        assert (seen.shift.count, seen.shift.sentence) == (1, "")
        said = pdf_text(printing.handover_sheet(me))
        assert row.reference in said
        assert "Restricted incident" in said
        for word in ("Sexual", "Sensitive", "Bay", "treatment"):
            assert word not in said


@pytest.mark.parametrize(
    ("role", "told"), [("reporter", "–"), ("vpr_lead", "–"), ("ward_manager", "Open"), ("support_lead", "Open")]
)
def test_whether_a_plan_is_open_is_listed_for_those_alone_who_follow_plans(
    as_role: Become, role: str, told: str
) -> None:
    """The reporter logged it for somebody else, and the trust's lead knows rates."""
    own = as_role("reporter", "p-own")
    new_incident.log(own, answers(affected="ONE"))
    me = own if role == "reporter" else as_role(role)
    assert [row.support for row in listing.page(me, ListQuery())] == [told]


@pytest.mark.parametrize("answers_given", [(True, False), (False, True)])
def test_while_two_pcs_disagree_a_restricted_report_stays_closed_to_the_manager(
    ctx: Context, as_role: Become, answers_given: tuple[bool, bool]
) -> None:
    own = as_role("reporter", "p-own")
    made = new_incident.log(own, answers(act_types=["SEX"]))
    read = [ctx.reader().get(Incident, made.id) for _ in answers_given]
    for record, said in zip(read, answers_given, strict=True):
        record.manager_may_see = said
        with own.unit() as unit:
            unit.save(record)
            unit.commit("amend", made.id)
    assert views.incident(own, made.id).record.clashes == {"manager_may_see"}
    assert views.incident(ctx, made.id).sight == "restricted"
