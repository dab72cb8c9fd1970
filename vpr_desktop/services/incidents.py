"""Log an incident, read it, add to it, change it, withdraw it and put it back. Every change is an op."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.choices import DATASET_VERSION
from vpr_desktop.domain.errors import NotAllowed, NotFound, Problem, ProblemsFound
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.domain.quick_log import QUICK_LOG
from vpr_desktop.domain.record import Record, Shown, fields_of, from_wire
from vpr_desktop.domain.references import new_slip_code, reference
from vpr_desktop.domain.rules import problems
from vpr_desktop.domain.support import Plan
from vpr_desktop.domain.support_times import first_contact_due
from vpr_desktop.services import drafts, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.views import IncidentView, RecordView
from vpr_desktop.storage.unit import UnitOfWork

UNDO_SECONDS = 120
LETTERS = "ABCDEFGHIJKLMNOPQRST"
ASIDE = ("how_many", "person_key", "told_by", "still_at_risk")


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


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes to one record of an incident. Without an id it is a new part under `parent_id`."""

    entity: str
    id: str | None
    values: dict[str, Any]
    removed: bool = False
    parent_id: str | None = None


def log(
    ctx: Context, answers: dict[str, Any], *, draft_id: str | None = None, hold_seconds: int = UNDO_SECONDS
) -> Logged:
    """Saves a new incident with a person and a support plan for each affected. Raises ProblemsFound.

    `answers` are the values of the quick log by field name, and any of `how_many`, `person_key`, `told_by`
    and `still_at_risk`. Nothing of it is sent before `hold_seconds` are over.
    """
    ctx.require("log")
    aside = {key: answers.get(key) for key in ASIDE}
    record = _new_incident(ctx, {k: v for k, v in answers.items() if k not in ASIDE}, aside)
    found = problems(record, "log", now=ctx.now())
    if found:
        raise ProblemsFound(found)
    hold = int(ctx.clock.monotonic()) + hold_seconds if hold_seconds else None
    with ctx.unit() as unit:
        record.reference = _next_reference(ctx, unit)
        unit.save(record, hold=hold)
        people = _open_people(ctx, unit, record, aside, hold)
        if draft_id:
            unit.drop_draft(draft_id)
        changes = unit.commit("log", record.id)
    return _logged(ctx, record, people, float(hold or 0), changes)


def _new_incident(ctx: Context, values: dict[str, Any], aside: dict[str, Any]) -> Incident:
    unknown = [key for key in values if key not in fields_of(Incident)]
    if unknown:
        raise ProblemsFound([Problem(key, f"There is no field {key} in an incident.") for key in unknown])
    record = Incident(ward_id=ctx.ward_id, **values)
    record.status = "logged"
    record.reported_by = ctx.user.user_id
    record.reported_at = ctx.now()
    record.reporter_mode = record.reporter_mode or "named"
    record.slip_code = new_slip_code(secrets.token_bytes(10))
    record.told_by = aside["told_by"] or record.told_by
    record.still_at_risk = aside["still_at_risk"] if aside["still_at_risk"] is not None else record.still_at_risk
    record.restricted = is_sexual(record.act_types) or None
    record.dataset_version = DATASET_VERSION
    record.device_id = ctx.store.device_id
    if record.affected == "MANY":
        record.affected_count = aside["how_many"] or record.affected_count or 2
    return record


def is_sexual(acts: Sequence[str] | None) -> bool:
    """Whether any act is a sexual one, which restricts the incident (domain F10)."""
    return any(act.startswith("SEX") for act in acts or ())


def _next_reference(ctx: Context, unit: UnitOfWork) -> str:
    letter = (unit.state("letter") or b"A").decode()
    key = f"counter:{ctx.ward_id}:{letter}"
    counter = int(unit.state(key) or b"0") + 1
    unit.put_state(key, str(counter).encode())
    return reference(ctx.ward.code, ctx.now().astimezone(ctx.ward.zone), letter, counter)


def _open_people(
    ctx: Context, unit: UnitOfWork, record: Incident, aside: dict[str, Any], hold: int | None
) -> list[Person]:
    count = record.affected_count or 1 if record.affected == "MANY" else 1
    people = []
    for letter in LETTERS[:count]:
        key = ctx.user.user_id if record.affected == "ME" and letter == "A" else None
        typed = aside["person_key"] if letter == "A" else None
        people.append(_open_person(unit, record, letter, key or typed, hold))
    return people


def _open_person(unit: UnitOfWork, record: Incident, letter: str, key: str | None, hold: int | None) -> Person:
    person = Person(ward_id=record.ward_id, parent_id=record.id, letter=letter, person_key=key)
    person.role_in_incident = "AFF"
    person.person_kind = "STA"
    unit.save(person, hold=hold)
    plan = Plan(ward_id=record.ward_id, incident_id=record.id, person_id=person.id)
    plan.template = "SUP-1"
    plan.template_version = "1"
    unit.save(plan, hold=hold)
    return person


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


def more_people(ctx: Context, incident_id: str, how_many: int) -> Changes:
    """Says how many were affected; opens a person and a plan for each one not there yet."""
    seen = _mine_or_amendable(ctx, incident_id)
    if not 2 <= how_many <= len(LETTERS):
        raise ProblemsFound([Problem("affected_count", f"Give a number from 2 to {len(LETTERS)}.")])
    with ctx.unit() as unit:
        record = unit.get(Incident, seen.record.id)
        record.affected_count = how_many
        unit.save(record)
        held = {person.letter for person in unit.find(Person, parent_id=incident_id)}
        for letter in [one for one in LETTERS[:how_many] if one not in held]:
            _open_person(unit, record, letter, None, None)
        return unit.commit("amend", incident_id)


def name_person(ctx: Context, incident_id: str, letter: str, person_key: str) -> Changes:
    """Notes whom to support: a user id or staff number, seen as the visibility table says."""
    _mine_or_amendable(ctx, incident_id)
    with ctx.unit() as unit:
        person = next((p for p in unit.parts(Person, incident_id) if p.letter == letter), None)
        if person is None:
            raise NotFound()
        person.person_key = person_key.strip() or None
        unit.save(person)
        return unit.commit("amend", incident_id)


def told_by(ctx: Context, incident_id: str, initials: str) -> Changes:
    """Notes that somebody else told the one who logged: that person is the reporter who is answered."""
    _mine_or_amendable(ctx, incident_id)
    with ctx.unit() as unit:
        record = unit.get(Incident, incident_id)
        record.told_by = initials.strip() or None
        record.reporter_relation = "told"
        unit.save(record)
        return unit.commit("amend", incident_id)


def _mine_or_amendable(ctx: Context, incident_id: str) -> IncidentView:
    seen = views.incident(ctx, incident_id)
    if "amend" not in seen.actions:
        raise NotAllowed()
    return seen


def view(ctx: Context, incident_id: str, need_reason: str | None = None) -> IncidentView:
    """The incident as this person may see it; see `views.incident`."""
    ctx.require("open")
    return views.incident(ctx, incident_id, need_reason)


def find(ctx: Context, reference_or_id: str) -> str:
    """The id behind a reference somebody typed, in any case and with or without dashes. Raises NotFound."""
    from vpr_desktop.storage.queries import by_label

    ctx.require("open")
    found = by_label(ctx.store.db, reference_or_id, tuple(ctx.wards))
    if found is None:
        raise NotFound()
    return found


def save(
    ctx: Context,
    seen: IncidentView,
    edits: Sequence[Edit],
    reason: str | None = None,
    draft_id: str | None = None,
) -> IncidentView:
    """Writes what a form changed, based on what its author had on screen. Raises ProblemsFound, NotAllowed.

    Fields the author could not see cannot be written. Once the incident was sent a reason is needed.
    """
    ctx.require("amend", seen.status, seen.tie)
    if seen.send_state == "sent" and not (reason or "").strip() and _amends(seen, edits):
        raise ProblemsFound([Problem("reason", "Say why you change it. The report was already sent.")])
    with ctx.unit() as unit:
        new_ids: dict[str, str] = {}
        for edit in edits:
            _write(ctx, unit, seen, edit, reason, new_ids)
        _recheck(ctx, unit, seen.record.id)
        if draft_id:
            unit.drop_draft(draft_id)
        unit.commit("amend", seen.record.id)
    return views.incident(ctx, seen.record.id)


def _amends(seen: IncidentView, edits: Sequence[Edit]) -> bool:
    """Whether anything that already had an answer changes, as against something being added."""
    held = {record.id: record for record in _records(seen)}
    for edit in edits:
        record = held.get(edit.id or "")
        if record is not None and (edit.removed or any(record.values.get(f) not in (None, []) for f in edit.values)):
            return True
    return False


def _records(seen: IncidentView) -> list[RecordView]:
    return [seen.record, *(part for held in seen.parts.values() for part in held)]


def _write(
    ctx: Context,
    unit: UnitOfWork,
    seen: IncidentView,
    edit: Edit,
    reason: str | None,
    new_ids: dict[str, str],
) -> None:
    entity = ENTITIES[edit.entity]
    if edit.id is None or edit.id.startswith("new:"):
        parent = new_ids.get(edit.parent_id or "", edit.parent_id or seen.record.id)
        record = _based_on(entity, "", seen.record.ward_id, Shown(), edit.values | {"parent_id": parent})
        _refuse_unseen(ctx, record, edit, seen)
    else:
        held = next((one for one in _records(seen) if one.id == edit.id), None)
        if held is None or any(f not in held.values for f in edit.values):
            raise NotAllowed()
        record = _based_on(entity, held.id, held.ward_id, held.shown, edit.values)
    if edit.removed:
        record.removed = True
    if isinstance(record, Incident) and "act_types" in edit.values:
        record.restricted = is_sexual(record.act_types) or record.restricted
    try:
        unit.save(record, reason=reason)
    except ValueError as error:
        raise ProblemsFound([Problem(next(iter(edit.values), ""), str(error))]) from error
    if edit.id is not None:
        new_ids[edit.id] = record.id


def _refuse_unseen(ctx: Context, record: Record, edit: Edit, seen: IncidentView) -> None:
    fresh = views.record_view(ctx, ctx.reader(), record, replace(seen.tie, typed_by_me=True), "", mine=True)
    if any(field not in fresh.values for field in edit.values):
        raise NotAllowed()


def _based_on(entity: type[Record], record_id: str, ward_id: str, shown: Shown, values: dict[str, Any]) -> Record:
    unknown = [field for field in values if field not in fields_of(entity)]
    if unknown:
        raise ProblemsFound([Problem(field, f"There is no field {field} here.") for field in unknown])
    record = from_wire(entity, record_id, ward_id, shown)
    for name, value in values.items():
        setattr(record, name, value)
    return record


def _recheck(ctx: Context, unit: UnitOfWork, incident_id: str) -> None:
    """What stands after the edits must still be a report that could be logged."""
    record = unit.get(Incident, incident_id)
    if record.imported_at is not None:
        return
    found = problems(record, "log", now=ctx.now())
    if found:
        raise ProblemsFound(found)


def withdraw(ctx: Context, seen: IncidentView, reason: str) -> Changes:
    """Withdraws an incident, never deletes it. Needs a reason; what was on screen goes with the op."""
    ctx.require("withdraw", seen.status, seen.tie)
    if not reason.strip():
        raise ProblemsFound([Problem("reason", "Say why the incident is withdrawn.")])
    return _set_status(ctx, seen, "withdrawn", "withdraw", reason.strip())


def reinstate(ctx: Context, seen: IncidentView, reason: str) -> Changes:
    """Puts a withdrawn incident back to the status it had before."""
    ctx.require("reinstate", seen.status, seen.tie)
    before = [op["set"]["status"] for op in ctx.reader().ops_of(seen.record.id) if "status" in op["set"]]
    status = next((one for one in reversed(before) if one != "withdrawn"), "logged")
    return _set_status(ctx, seen, status, "reinstate", reason.strip() or "put back")


def _set_status(ctx: Context, seen: IncidentView, status: str, act: str, reason: str) -> Changes:
    heads = [head for record in _records(seen) for held in record.shown.heads.values() for head in held]
    with ctx.unit() as unit:
        values = {"status": status, "withdraw_reason": reason if status == "withdrawn" else None}
        record = _based_on(Incident, seen.record.id, seen.record.ward_id, seen.record.shown, values)
        unit.save(record, reason=reason or None, seen=heads if status == "withdrawn" else ())
        return unit.commit(act, seen.record.id)


def start_review(ctx: Context, seen: IncidentView) -> Changes:
    """Puts a logged incident under review."""
    ctx.require("review", seen.status, seen.tie)
    return _set_status(ctx, seen, "in_review", "review", "")


def undo(ctx: Context, incident_id: str) -> str:
    """Takes back a save of the last two minutes: withdrawn as "undone", its answers a draft again."""
    seen = views.incident(ctx, incident_id)
    ctx.require("undo", seen.status, seen.tie)
    answers = quick_answers(seen)
    _set_status(ctx, seen, "withdrawn", "undo", "undone")
    return drafts.save(ctx, "quick_log", {"answers": answers}).id


def quick_answers(seen: IncidentView) -> dict[str, Any]:
    """The answers of the quick log in wire form, as a draft keeps them."""
    wanted = [question.field for question in QUICK_LOG] + ["time_known", "description"]
    return {name: seen.record.shown.values.get(name) for name in wanted if seen.record.shown.values.get(name)}
