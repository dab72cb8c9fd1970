"""Log an incident: the record, a person and a support plan for each affected, and what else is known by then.

One transaction: the whole report is in the file, or nothing of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vpr_desktop.domain.alleged import Alleged
from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.choices import DATASET_VERSION
from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.domain.forms import ENTITIES, PARTS
from vpr_desktop.domain.identity import person_record_id, plan_record_id
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.domain.record import Record, entity_name, fields_of
from vpr_desktop.domain.references import new_slip_code, reference
from vpr_desktop.domain.response import Sanction
from vpr_desktop.domain.riddor import NOT_AT_WORK
from vpr_desktop.domain.rules import problems
from vpr_desktop.domain.support import Plan
from vpr_desktop.domain.support_times import first_contact_due
from vpr_desktop.domain.visibility import Tie, view
from vpr_desktop.domain.workflow import may_add, may_record_warning
from vpr_desktop.services.context import Context
from vpr_desktop.storage import lifetime, repeats
from vpr_desktop.storage.support_templates import in_force
from vpr_desktop.storage.unit import UnitOfWork

UNDO_SECONDS = 120
LETTERS = "ABCDEFGHIJKLMNOPQRST"

Parts = Mapping[str, Sequence[Mapping[str, Any]]]  # by plural name, parts of parts inside them


@dataclass(frozen=True, slots=True)
class Logged:
    """That an incident is safe on this PC, and what happens next."""

    id: str
    reference: str
    slip_code: str
    restricted: bool
    contact_due: datetime | None
    hold_until: float
    people: tuple[str, ...]
    needs_lead: bool
    changes: Changes = field(default_factory=Changes)


def log(
    ctx: Context,
    answers: Mapping[str, Any],
    *,
    parts: Parts | None = None,
    draft_id: str | None = None,
    hold_seconds: int = UNDO_SECONDS,
) -> Logged:
    """Saves a new incident with a person and a support plan for each affected. Raises ProblemsFound.

    `answers` are values by field name; `parts` what is known of people, alleged persons and the like by then.
    Nothing of it is sent before `hold_seconds` are over.
    """
    ctx.require("log")
    record = _checked(ctx, answers, parts or {})
    hold = int(ctx.clock.monotonic()) + hold_seconds if hold_seconds else None
    with ctx.unit() as unit:
        record.reference = next_reference(ctx, unit)
        people = write(ctx, unit, record, parts or {}, hold=hold)
        if draft_id:
            unit.drop_draft(draft_id)
        changes = unit.commit("log", record.id)
    return _logged(ctx, record, people, float(hold or 0), changes)


def _checked(ctx: Context, answers: Mapping[str, Any], parts: Parts) -> Incident:
    record = Incident(ward_id=ctx.ward_id, **known_only("incident", answers))
    record.status = "logged"
    record.reported_by = ctx.user.user_id
    record.reported_at = ctx.now()
    record.reporter_mode = record.reporter_mode or "named"
    record.slip_code = new_slip_code(secrets.token_bytes(10))
    record.restricted = is_sexual(record.act_types) or None
    record.clock_suspect = bool(ctx.reader().state(lifetime.CLOCK)) or None  # of an import only the file knows
    mark(ctx, record)
    found = problems(record, "log", now=ctx.now())
    if len(parts.get("people") or ()) > len(LETTERS):
        found.append(Problem("people", f"Give at most {len(LETTERS)} people. Log a second incident for the others."))
    for entity, values in _flat("incident", parts):
        found += problems(ENTITIES[entity](**known_only(entity, values)), "log", now=ctx.now())
    found += _not_theirs(ctx, record, parts)
    found += _not_their_office(ctx, parts)
    if found:
        raise ProblemsFound(found)
    return record


def _not_theirs(ctx: Context, record: Incident, parts: Parts) -> Iterator[Problem]:
    """What somebody says about themselves is theirs alone to say (domain F27); time off by who may see it (G2)."""
    for place, values in enumerate(parts.get("people") or ()):
        me = place == 0 and record.affected == "ME" and not values.get("person_key")
        if me or values.get("person_key") == ctx.user.user_id:
            continue
        for name in values:
            if is_self_declared("person", name):
                yield Problem(f"people[{place}].{name}", "Only the person can say this about themselves. Leave it out.")
            elif _is_kept_from(ctx, name):
                yield Problem(f"people[{place}].{name}", "The ward manager or the person adds this. Leave it out.")


def _is_kept_from(ctx: Context, name: str) -> bool:
    """Whether a field or a list of a person is one that this role sees of itself alone."""
    part = dict(PARTS["person"]).get(name)
    specs = fields_of(part).values() if part else [fields_of(Person)[name]]
    mine = Tie(own=True, typed_by_me=True)
    return any(view(ctx.user.role, spec.block, mine).kind == "none" for spec in specs)


def _not_their_office(ctx: Context, parts: Parts) -> Iterator[Problem]:
    """Warnings and answers that come with a report, from those alone who may add them to one."""
    for plural, part in PARTS["incident"]:
        for place, values in enumerate(parts.get(plural) or ()):
            may = may_add(ctx.user.role, entity_name(part))
            if part is Sanction:
                may = may and may_record_warning(ctx.user.role, values)
            if not may:
                yield Problem(f"{plural}[{place}]", "Your role does not include this part. Leave it out.")


def is_self_declared(entity: str, name: str) -> bool:
    """Whether a field belongs to the block that only the person may fill."""
    spec = fields_of(ENTITIES[entity]).get(name)
    return spec is not None and spec.block == "self_declared"


def mark(ctx: Context, record: Incident) -> None:
    """Notes whose incident it is, by which version of the data set and on which PC it was written."""
    record.org_ods = ctx.wards[str(record.ward_id)].org_code or None
    record.dataset_version = DATASET_VERSION
    record.device_id = ctx.store.device_id
    if record.affected == "MANY":
        record.affected_count = record.affected_count or 2


def known_only(entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record without those of its parts. Raises ProblemsFound for a name that is no field."""
    plurals = {plural for plural, _ in PARTS.get(entity, ())}
    unknown = [name for name in values if name not in fields_of(ENTITIES[entity]) and name not in plurals]
    if unknown:
        raise ProblemsFound([Problem(name, f"There is no field {name} in {entity}.") for name in unknown])
    return {name: value for name, value in values.items() if name not in plurals}


def _flat(entity: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for plural, part in PARTS.get(entity, ()):
        for held in values.get(plural) or ():
            yield entity_name(part), held
            yield from _flat(entity_name(part), held)


def is_sexual(acts: Sequence[str] | None) -> bool:
    """Whether any act is a sexual one, which restricts the incident (domain F10)."""
    return any(act.startswith("SEX") for act in acts or ())


def next_reference(ctx: Context, unit: UnitOfWork) -> str:
    """The next free label of this PC and ward."""
    letter = (unit.state("letter") or b"A").decode()
    key = f"counter:{ctx.ward_id}:{letter}"
    counter = int(unit.state(key) or b"0") + 1
    unit.put_state(key, str(counter).encode())
    return reference(ctx.ward.code, ctx.now().astimezone(ctx.ward.zone), letter, counter)


def write(
    ctx: Context,
    unit: UnitOfWork,
    record: Incident,
    parts: Parts,
    *,
    hold: int | None = None,
    reason: str | None = None,
    with_plans: bool = True,
) -> list[Person]:
    """Saves an incident with its people, their support plans and its other parts, within a unit of work."""
    unit.save(record, hold=hold, reason=reason)
    known = list(parts.get("people") or ())
    count = max(record.affected_count or 1 if record.affected == "MANY" else 1, len(known), 1)
    people = []
    for place, letter in enumerate(LETTERS[:count]):
        values = dict(known[place]) if place < len(known) else {}
        if place == 0 and record.affected == "ME":
            values.setdefault("person_key", ctx.user.user_id)
        person = open_person(unit, record, letter, known_only("person", values), hold=hold, with_plan=with_plans)
        _write_parts(unit, "person", person, values, hold)
        people.append(person)
    _write_parts(unit, "incident", record, {name: held for name, held in parts.items() if name != "people"}, hold)
    return people


def _write_parts(unit: UnitOfWork, entity: str, parent: Record, values: Mapping[str, Any], hold: int | None) -> None:
    for plural, part in PARTS.get(entity, ()):
        for held in values.get(plural) or ():
            made = part(ward_id=parent.ward_id, parent_id=parent.id, **known_only(entity_name(part), held))
            if isinstance(made, Alleged) and isinstance(parent, Incident):
                count_earlier(unit, made, parent)
            unit.save(made, hold=hold)


def count_earlier(unit: UnitOfWork, alleged: Alleged, incident: Incident) -> None:
    """Notes how often the same patient is said to have done something in the 90 days before (domain F44)."""
    number, at = alleged.nhs_number, incident.occurred_at
    alleged.repeat_in_90d = repeats.of_same_patient(unit.db, number, at, incident.id) if number and at else None


def open_person(
    unit: UnitOfWork,
    record: Incident,
    letter: str,
    values: Mapping[str, Any],
    *,
    hold: int | None = None,
    with_plan: bool = True,
    later: bool = False,
) -> Person:
    """Adds an affected person under a letter, with the support plan that starts for them.

    `later`: to a report that other PCs may hold by now. The same letter added there is then the same person and plan.
    """
    standing = {"role_in_incident": "AFF", "person_kind": "STA", **values, "letter": letter}
    person = Person(ward_id=record.ward_id, parent_id=record.id, **standing)
    person.id = person_record_id(record.id, letter) if later else ""
    unit.save(person, hold=hold)
    if with_plan and person.person_kind not in NOT_AT_WORK:
        open_plan(unit, record, person, hold=hold, later=later)
    return person


def open_plan(
    unit: UnitOfWork, record: Incident, person: Person, *, hold: int | None = None, later: bool = False
) -> None:
    """Opens the support plan of a person, by the checklist that is in use. `later` as in `open_person`."""
    plan = Plan(ward_id=record.ward_id, incident_id=record.id, person_id=person.id)
    plan.id = plan_record_id(person.id) if later else ""
    template = in_force(unit.db, record.ward_id)
    plan.template, plan.template_version = template.id, template.version
    unit.save(plan, hold=hold)


def _logged(ctx: Context, record: Incident, people: list[Person], hold: float, changes: Changes) -> Logged:
    assert record.occurred_at is not None
    assert record.reported_at is not None
    due = first_contact_due(record.occurred_at, record.time_known or "exact", record.reported_at, ctx.ward.zone)
    return Logged(
        id=record.id,
        reference=record.reference or "",
        slip_code=record.slip_code or "",
        restricted=bool(record.restricted),
        contact_due=due,
        hold_until=hold,
        people=tuple(person.letter or "" for person in people),
        needs_lead=bool(record.restricted) and not has_support_lead(ctx),
        changes=changes,
    )


def has_support_lead(ctx: Context) -> bool:
    """Whether anyone on this ward can take up a restricted incident."""
    from vpr_desktop.domain.user import User

    return any(user.active is not False for user in ctx.reader().find(User, role="support_lead"))
