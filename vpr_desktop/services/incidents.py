"""Read an incident, add to it, change it, withdraw it and put it back. Every change is an op."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from vpr_desktop.domain.alleged import Alleged
from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import NotAllowed, NotFound, Problem, ProblemsFound
from vpr_desktop.domain.forms import ENTITIES, PARTS
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.domain.quick_log import QUICK_LOG
from vpr_desktop.domain.record import Record, Shown, fields_of, from_wire
from vpr_desktop.domain.riddor import NOT_AT_WORK
from vpr_desktop.domain.rules import problems
from vpr_desktop.domain.support import Plan
from vpr_desktop.domain.workflow import actions, is_trust_warning, may_add, may_record_warning, may_write
from vpr_desktop.services import drafts, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.new_incident import (
    LETTERS,
    UNDO_SECONDS,
    count_earlier,
    is_self_declared,
    is_sexual,
    open_person,
    open_plan,
)
from vpr_desktop.services.views import IncidentView, RecordView
from vpr_desktop.storage.unit import UnitOfWork

TRUST_WARNING = "Only the trust VPR lead records an issued written warning or exclusion. You can propose one."
NAME_THE_ISSUER = "Say who issued the warning, with name and role."


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes to one record of an incident. Without an id it is a new part under `parent_id`."""

    entity: str
    id: str | None
    values: dict[str, Any]
    removed: bool = False
    parent_id: str | None = None


def more_people(ctx: Context, incident_id: str, how_many: int) -> Changes:
    """Says how many were affected; opens a person and a plan for each one not there yet.

    Rests on what this person said of it: who logs is shown nothing else, and another's number stays beside it.
    """
    seen = views.incident(ctx, incident_id)
    if "amend" not in seen.actions:
        raise NotAllowed()
    if not 2 <= how_many <= len(LETTERS):
        raise ProblemsFound([Problem("affected_count", f"Give a number from 2 to {len(LETTERS)}.")])
    with ctx.unit() as unit:
        record = unit.get(Incident, seen.record.id)
        own = [op for op in unit.ops_of(record.id) if op["by"] == ctx.user.user_id and "affected_count" in op["set"]]
        heads = [op["op"] for op in own if op["op"] in record.shown.heads.get("affected_count", ())]
        said = {"affected_count": own[-1]["set"]["affected_count"]} if heads else {}
        based = Shown(said, {"affected_count": heads} if heads else {})
        unit.save(based_on(Incident, record.id, record.ward_id, based, {"affected_count": how_many}))
        held = {person.letter for person in unit.find(Person, parent_id=incident_id)}
        for letter in [one for one in LETTERS[:how_many] if one not in held]:
            open_person(unit, record, letter, {}, later=True)
        return unit.commit("amend", incident_id)


def view(ctx: Context, incident_id: str, need_reason: str | None = None) -> IncidentView:
    """The incident as this person may see it; see `views.incident`."""
    ctx.require("open")
    return views.incident(ctx, incident_id, need_reason)


def for_form(seen: IncidentView) -> IncidentView:
    """The same, to be written on. Raises NotAllowed where its reader may know no more than that it exists."""
    if seen.sight != "full":
        raise NotAllowed("You may not read this report now: it is restricted, or your role changed.")
    return seen


def as_tied_now(ctx: Context, seen: IncidentView) -> IncidentView:
    """What was on screen, with what its reader may do with it by now: it may have become restricted since.

    Raises NotFound, or NotAllowed where their role opens no incident.
    """
    tie = views.glance(ctx, seen.record.id).tie
    return replace(seen, tie=tie, actions=actions(ctx.user.role, seen.status, tie))


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
    seen = as_tied_now(ctx, seen)
    if not edits or not all(may_write(seen.actions, edit.entity, edit.values) for edit in edits):
        ctx.require("amend", seen.status, seen.tie)
    if seen.send_state == "sent" and not (reason or "").strip() and _amends(seen, edits):
        raise ProblemsFound([Problem("reason", "Say why you change it. The report was already sent.")])
    with ctx.unit() as unit:
        new_ids: dict[str, str] = {}
        standing = _missing(ctx, unit, seen.record.id)
        for edit in edits:
            _write(ctx, unit, seen, edit, reason, new_ids)
        changed = {name for edit in edits if edit.id == seen.record.id for name in edit.values}
        made = [one for one in _missing(ctx, unit, seen.record.id) if one not in standing or one.field in changed]
        if made:
            raise ProblemsFound(made)
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
    if any(name in fields_of(entity) and fields_of(entity)[name].app for name in edit.values):
        raise NotAllowed()  # status, reference and the like change by their own acts alone
    if edit.id is None or edit.id.startswith("new:"):
        parent = new_ids.get(edit.parent_id or "", edit.parent_id or seen.record.id)
        if parent not in {*new_ids.values(), *(one.id for one in _records(seen))}:
            raise NotAllowed()
        record = based_on(entity, "", seen.record.ward_id, Shown(), edit.values | {"parent_id": parent})
        _refuse_unseen(ctx, record, edit, seen)
        _refuse_warning(ctx, {}, edit)
    else:
        held = next((one for one in _records(seen) if one.id == edit.id), None)
        if held is None or any(f not in held.values for f in edit.values):
            raise NotAllowed()
        _refuse_warning(ctx, held.values, edit)
        record = based_on(entity, held.id, held.ward_id, held.shown, edit.values)
    if edit.removed:
        record.removed = True
    _follow(unit, seen, record, edit)
    try:
        unit.save(record, reason=reason, restate=record.shown.clashes & set(edit.values))
    except ValueError as error:
        raise ProblemsFound([Problem(next(iter(edit.values), ""), str(error))]) from error
    if edit.id is not None:
        new_ids[edit.id] = record.id
    if isinstance(record, Person) and "person_kind" in edit.values:
        _plan_where_missing(unit, seen, record)


def _plan_where_missing(unit: UnitOfWork, seen: IncidentView, person: Person) -> None:
    """Opens the plan of somebody who was taken for a patient or visitor and works here after all."""
    if person.person_kind in NOT_AT_WORK or person.removed or unit.find(Plan, person_id=person.id):
        return
    record = unit.get(Incident, seen.record.id)
    if record.imported_at is None:
        open_plan(unit, record, person, later=True)


def _follow(unit: UnitOfWork, seen: IncidentView, record: Record, edit: Edit) -> None:
    """What the app fills itself by what was just changed."""
    if isinstance(record, Incident) and "occurred_at" in edit.values and "time_known" not in edit.values:
        record.time_known = "exact"  # a time given anew is no longer about, nor a day alone
    if isinstance(record, Incident) and "act_types" in edit.values:
        record.restricted = is_sexual(record.act_types) or record.restricted
    if isinstance(record, Alleged) and "nhs_number" in edit.values:
        count_earlier(unit, record, unit.get(Incident, seen.record.id))


def _refuse_unseen(ctx: Context, record: Record, edit: Edit, seen: IncidentView) -> None:
    theirs = _is_of_me(ctx, record)
    tie = replace(seen.tie, typed_by_me=True, self_person=theirs)
    fresh = views.record_view(ctx, ctx.reader(), record, tie, "", mine=theirs)
    if any(field not in fresh.values for field in edit.values):
        raise NotAllowed()
    if not may_add(ctx.user.role, edit.entity):
        raise NotAllowed()
    if not theirs and any(is_self_declared(edit.entity, field) for field in edit.values):
        raise NotAllowed()


def _is_of_me(ctx: Context, record: Record) -> bool:
    """Whether a part is about the person who writes it, or hangs on such a part."""
    person: Record | None = record
    if type(record) in [part for _, part in PARTS["person"]]:
        person = ctx.reader().get(Person, str(getattr(record, "parent_id", "")))
    return person is not None and views.is_me(ctx, person)


def _refuse_warning(ctx: Context, before: Mapping[str, Any], edit: Edit) -> None:
    """An issued written warning or exclusion is the trust VPR lead's to write and to change, with who issued it."""
    if edit.entity != "sanction":
        return
    after = {**before, **edit.values}
    for values in (before, after):
        if not may_record_warning(ctx.user.role, values):
            raise NotAllowed(TRUST_WARNING)
    if is_trust_warning(after) and not (after.get("issued_by") or "").strip():
        raise ProblemsFound([Problem("issued_by", NAME_THE_ISSUER)])


def based_on(entity: type[Record], record_id: str, ward_id: str, shown: Shown, values: dict[str, Any]) -> Record:
    """A record with new values over what its author had on screen. Raises ProblemsFound for a name that is no field."""
    unknown = [field for field in values if field not in fields_of(entity)]
    if unknown:
        raise ProblemsFound([Problem(field, f"There is no field {field} here.") for field in unknown])
    record = from_wire(entity, record_id, ward_id, shown)
    for name, value in values.items():
        setattr(record, name, value)
    return record


def _missing(ctx: Context, unit: UnitOfWork, incident_id: str) -> list[Problem]:
    """What a report would be refused for if it were logged as it stands.

    Edits may add nothing to it. What two PCs together, or a newer version, left so does not stop other changes.
    """
    record = unit.get(Incident, incident_id)
    return [] if record.imported_at is not None else problems(record, "log", now=ctx.now())


def withdraw(ctx: Context, seen: IncidentView, reason: str) -> Changes:
    """Withdraws an incident, never deletes it. Needs a reason; what was on screen goes with the op."""
    seen = as_tied_now(ctx, seen)
    ctx.require("withdraw", seen.status, seen.tie)
    if not reason.strip():
        raise ProblemsFound([Problem("reason", "Say why the incident is withdrawn.")])
    return _set_status(ctx, seen, "withdrawn", "withdraw", reason.strip())


def leave_withdrawn(ctx: Context, seen: IncidentView) -> Changes:
    """Says that an incident stays withdrawn, with what was changed meanwhile now known."""
    seen = as_tied_now(ctx, seen)
    ctx.require("reinstate", seen.status, seen.tie)
    with ctx.unit() as unit:
        record = based_on(Incident, seen.record.id, seen.record.ward_id, seen.record.shown, {})
        unit.save(record, seen=views.heads_known(ctx, seen), restate={"withdraw_reason"})
        return unit.commit("withdraw", seen.record.id)


def reinstate(ctx: Context, seen: IncidentView, reason: str) -> Changes:
    """Puts a withdrawn incident back to the status it had before."""
    seen = as_tied_now(ctx, seen)
    ctx.require("reinstate", seen.status, seen.tie)
    before = [op["set"]["status"] for op in ctx.reader().ops_of(seen.record.id) if "status" in op["set"]]
    status = next((one for one in reversed(before) if one != "withdrawn"), "logged")
    return _set_status(ctx, seen, status, "reinstate", reason.strip() or "put back")


def _set_status(ctx: Context, seen: IncidentView, status: str, act: str, reason: str) -> Changes:
    heads = views.heads_known(ctx, seen) if status == "withdrawn" else []
    with ctx.unit() as unit:
        values = {"status": status, "withdraw_reason": reason if status == "withdrawn" else None}
        record = based_on(Incident, seen.record.id, seen.record.ward_id, seen.record.shown, values)
        unit.save(record, reason=reason or None, seen=heads)
        return unit.commit(act, seen.record.id)


def start_review(ctx: Context, seen: IncidentView) -> Changes:
    """Puts a logged incident under review."""
    seen = as_tied_now(ctx, seen)
    ctx.require("review", seen.status, seen.tie)
    return _set_status(ctx, seen, "in_review", "review", "")


def undo(ctx: Context, incident_id: str) -> str:
    """Takes back a save of the last two minutes: withdrawn as "undone", its answers a draft again."""
    seen = views.incident(ctx, incident_id)
    ctx.require("undo", seen.status, seen.tie)
    reported = seen.record.values.get("reported_at")
    if reported is None or ctx.now() - reported > timedelta(seconds=UNDO_SECONDS):
        raise NotAllowed("Undo is over after 2 minutes. You can withdraw the incident from its record.")
    answers = quick_answers(seen)
    _set_status(ctx, seen, "withdrawn", "undo", "undone")
    return drafts.save(ctx, "quick_log", {"answers": answers}).id


def quick_answers(seen: IncidentView) -> dict[str, Any]:
    """The answers of the quick log in wire form, as a draft keeps them."""
    wanted = [question.field for question in QUICK_LOG] + ["time_known", "description"]
    return {name: seen.record.shown.values.get(name) for name in wanted if seen.record.shown.values.get(name)}
