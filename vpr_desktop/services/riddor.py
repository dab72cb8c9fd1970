"""RIDDOR on the ward: advice for each person, its facts, who decided and why. The app advises and never submits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.choices_people import RID
from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.errors import NotAllowed, NotFound, Problem, ProblemsFound
from vpr_desktop.domain.person import Person
from vpr_desktop.domain.riddor import STRICTEST_FIRST, Advice, advise, look_again
from vpr_desktop.domain.riddor_clocks import RULES, Clocks, clocks, waiting
from vpr_desktop.domain.riddor_days import Gap
from vpr_desktop.domain.workflow import RIDDOR_FACTS
from vpr_desktop.services import incidents, step_marks, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.views import IncidentView, RecordView
from vpr_desktop.storage import closing_rows, riddor_facts
from vpr_desktop.storage.disputed import disputed
from vpr_desktop.storage.riddor_facts import RiddorRow

LOOK_BACK = timedelta(days=400)  # a death within a year of the accident is still told
SCREENS = ("S2-05", "S4-05")


@dataclass(frozen=True, slots=True)
class Case:
    """One person's case: what the rules say today, what is decided, and what it waits for."""

    person: RecordView
    label: str
    advice: Advice
    dates: Clocks
    again: bool
    next_text: str
    next_due: date | None
    overdue: bool

    @property
    def rule(self) -> str:
        """The rule behind the advice, with its source."""
        return RULES[self.advice.status]

    @property
    def status(self) -> str:
        """The advice in words."""
        return RID.label(self.advice.status)

    @property
    def decided(self) -> str | None:
        """The code that somebody decided."""
        return self.person.values.get("riddor_status")

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide before the incident can be closed."""
        return self.advice.status != "NA" and (self.decided in (None, "SCR") or self.again)


@dataclass(frozen=True, slots=True)
class Due:
    """One line of the list of what waits: no name and no injury. `rule` says why, in plain words with its source."""

    incident_id: str
    person_id: str
    reference: str
    label: str
    text: str
    due: date
    overdue: bool
    ward_id: str = ""
    restricted: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a named person decided about one case, and why."""

    status: str
    decided_by: str
    reason: str = ""
    sent_at: datetime | None = None
    reference: str = ""


def today(ctx: Context, ward_id: str) -> date:
    """The date on a ward's own calendar."""
    return ctx.now().astimezone(ctx.wards[ward_id].zone).date()


def cases(ctx: Context, seen: IncidentView) -> list[Case]:
    """The cases of an incident that this person may see, by letter; none for a role that sees no time off."""
    people = {part.id: part for part in seen.parts.get("people", []) if "riddor_decided_by" in part.values}
    day = today(ctx, seen.record.ward_id)
    rows = riddor_facts.of_incident(ctx.store.db, seen.record.id, ctx.store.zone)
    return [_case(ctx, row, people[row.person_id], day) for row in rows if row.person_id in people]


def _case(ctx: Context, row: RiddorRow, person: RecordView, day: date) -> Case:
    advice, dates = advise(row.facts, day), clocks(row.facts, day)
    again = _again(ctx, row, advice)
    found = waiting(advice, dates, row.decided, again, day)
    return Case(
        person, f"Person {row.letter}".strip(), advice, dates, again,
        found.text if found else "", found.due if found else None, bool(found and found.overdue),
    )  # fmt: skip


def _again(ctx: Context, row: RiddorRow, advice: Advice) -> bool:
    """Whether the case stands otherwise than when it was decided: stricter advice, or after a report a new fact."""
    if row.decided != "SENT":
        return look_again(advice, row.decided)
    reader = ctx.reader()
    own = reader.ops_of(row.person_id)
    sent = [op["at"] for op in own if op["set"].get("riddor_status") == "SENT"]
    facts = {field for entity, field in RIDDOR_FACTS if entity == "person"}
    later = [op["at"] for op in own if facts & set(op["set"])]
    for entity in ("injury", "spell", "gap"):
        for part_id in closing_rows.part_ids(ctx.store.db, entity, row.person_id):
            later += [op["at"] for op in reader.ops_of(part_id)]
    return bool(sent) and any(at > sent[-1] for at in later)


def due(ctx: Context) -> list[Due]:
    """What waits on this PC's wards, the earliest first: for managers, and for leads of the people they support."""
    if ctx.user.role not in ("ward_manager", "support_lead"):
        return []
    since = (ctx.now() - LOOK_BACK).date()
    found = []
    in_doubt = disputed(ctx.store.db)
    for row in riddor_facts.to_look_at(ctx.store.db, tuple(ctx.wards), since, ctx.store.zone):
        if not _is_theirs(ctx, row, in_doubt):
            continue
        day = today(ctx, row.ward_id)
        advice = advise(row.facts, day)
        line = waiting(advice, clocks(row.facts, day), row.decided, _again(ctx, row, advice), day)
        if line is not None:
            label = f"Person {row.letter}".strip()
            found.append(
                Due(
                    row.incident_id, row.person_id, row.reference, label, line.text, line.due, line.overdue,
                    row.ward_id, row.restricted, RULES[advice.status],
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.due, one.reference, one.label))


def _is_theirs(ctx: Context, row: RiddorRow, in_doubt: Sequence[str]) -> bool:
    if ctx.user.role == "support_lead":
        return row.lead == ctx.user.user_id and row.person_key != ctx.user.user_id
    return not row.restricted or (row.manager_may_see and row.incident_id not in in_doubt)


def save_facts(ctx: Context, seen: IncidentView, edits: Sequence[Edit], reason: str | None = None) -> IncidentView:
    """Writes facts that RIDDOR asks for, and times off, also after the incident was closed. Raises NotAllowed."""
    seen = incidents.as_tied_now(ctx, seen)
    ctx.require("riddor", seen.status, seen.tie)
    if any((edit.entity, field) not in RIDDOR_FACTS for edit in edits for field in edit.values):
        raise NotAllowed()
    return incidents.save(ctx, seen, edits, reason or "RIDDOR")


def answer_gap(ctx: Context, seen: IncidentView, person_id: str, gap: Gap, answer: str) -> IncidentView:
    """Notes whether somebody was fit for normal work on the days between two times off."""
    values = {"gap_from": gap.first, "gap_to": gap.last, "gap_answer": answer}
    return save_facts(ctx, seen, [Edit("gap", None, values, parent_id=person_id)])


def decide(ctx: Context, seen: IncidentView, person_id: str, decision: Decision) -> Changes:
    """Notes what a named person decided, with the screening step of the person's plan. Raises ProblemsFound."""
    seen = incidents.as_tied_now(ctx, seen)
    ctx.require("riddor", seen.status, seen.tie)
    case = next((one for one in cases(ctx, seen) if one.person.id == person_id), None)
    if case is None:
        raise NotFound()
    found = _problems(ctx, case, decision)
    if found:
        raise ProblemsFound(found)
    values: dict[str, Any] = {
        "riddor_status": decision.status,
        "riddor_due": case.advice.report_by or case.person.values.get("riddor_due"),
        "riddor_decided_by": decision.decided_by.strip(),
        "riddor_reason": decision.reason.strip() or case.person.values.get("riddor_reason"),
    }
    if decision.status == "SENT":
        values |= {"riddor_sent_at": decision.sent_at, "riddor_ref": decision.reference.strip()}
    person = case.person
    with ctx.unit() as unit:
        unit.save(incidents.based_on(Person, person.id, person.ward_id, person.shown, values))
        if decision.status != "SCR":
            step_marks.done(ctx, unit, person.id, SCREENS)
        return unit.commit("riddor", seen.record.id)


def _problems(ctx: Context, case: Case, decision: Decision) -> list[Problem]:
    milder = (
        decision.status in STRICTEST_FIRST
        and case.advice.status in STRICTEST_FIRST
        and STRICTEST_FIRST.index(decision.status) > STRICTEST_FIRST.index(case.advice.status)
    )
    sent, day0 = decision.status == "SENT", case.dates.ten_days - timedelta(days=10)
    checks = (
        ("riddor_status", decision.status in RID, f"Choose what was decided. {RID.nearest(decision.status)}"),
        ("riddor_decided_by", bool(decision.decided_by.strip()), "Say who decided, with name and role."),
        ("riddor_reason", sent or bool(decision.reason.strip()), "Say why it was decided so."),
        (
            "riddor_reason",
            not milder or len(decision.reason.strip()) >= 10,
            f"The advice is {RID.label(case.advice.status)}. Say in a sentence why it was decided otherwise.",
        ),
        ("riddor_sent_at", not sent or decision.sent_at is not None, "Say when it was sent."),
        (
            "riddor_sent_at",
            decision.sent_at is None or (day0 <= decision.sent_at.date() and decision.sent_at <= ctx.now()),
            f"It cannot have been sent before {show_day(day0)} or after now.",
        ),
        ("riddor_ref", not sent or bool(decision.reference.strip()), "Type back the reference that HSE gave."),
    )
    found: dict[str, Problem] = {}
    for field, holds, sentence in checks:
        if not holds:
            found.setdefault(field, Problem(field, sentence, case.person.id))
    return list(found.values())


def find(ctx: Context, incident_id: str) -> tuple[IncidentView, list[Case]]:
    """An incident with its cases, as this person may see both."""
    ctx.require("open")
    seen = views.incident(ctx, incident_id)
    return seen, cases(ctx, seen)
