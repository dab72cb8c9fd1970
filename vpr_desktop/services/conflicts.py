"""Fields that hold two versions because two people wrote different things: list them, and settle one.

Who may not see a field hears nothing of its versions; who may see it and not settle it hears that there are two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.fields import FieldSpec, decode
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.identity import hlc_ms
from vpr_desktop.domain.place import Contact, Place, Ward
from vpr_desktop.domain.record import Record, entity_name, fields_of
from vpr_desktop.domain.support import StepCare
from vpr_desktop.domain.user import User
from vpr_desktop.domain.workflow import actions
from vpr_desktop.services import incidents, support_cases, two_versions, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.history import ALL_WHO, Names, users, worded
from vpr_desktop.services.incidents import Edit, based_on
from vpr_desktop.services.views import IncidentView, RecordView
from vpr_desktop.storage import exchange

NOT_PROVIDED = "Not provided"
WARD, PEOPLE = "ward", "user"  # subjects besides incidents: the ward's settings, and who is who
RIGHTS = {WARD: "manage_ward", PEOPLE: "manage_users"}
OF_SUBJECT: dict[str, tuple[type[Record], ...]] = {WARD: (Ward, Place, Contact), PEOPLE: (User,)}
# Fields that one act writes together: settled together, as whoever wrote the version that is chosen left them.
TOGETHER: dict[str, tuple[str, ...]] = {
    "incident": ("status", "closed_by", "closed_at", "dq_score", "withdraw_reason"),
    "plan": ("closed_on", "closed_reason"),
    "step_care": ("due_at", "due_reason"),
}
OF_STATUS = {"closed_by": "closed", "closed_at": "closed", "withdraw_reason": "withdrawn"}  # empty in every other one
# Which act on a plan lets somebody settle a field of it; any other app-filled one is its support lead's.
PLAN_RIGHTS = {
    "lead": {"name_lead", "pass_on", "take"}, "owner": {"assign"}, "due_at": {"set_due"}, "closed_on": {"close"},
    "closed_reason": {"close"},
}  # fmt: skip
EMPTY = {"closed_on": "Open"}  # what no value means


@dataclass(frozen=True, slots=True)
class Version:
    """One of the values that stand in a field: which op wrote it, who, when, on this PC or another, and its words."""

    op: str
    by: str
    at: datetime
    value: Any
    words: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field with more than one version, as this person may see it.

    `incident_id` is empty for the ward's settings and people; `both` are the texts together, where they can be kept;
    `fixed`: one of the versions holds, or both where they can be kept, as no other was ever done. `name`: what somebody
    types for it, such as `effect`, `A.psych_harm`, `A.lead`, `A.S2-01.owner`; the same for two only where two persons
    bear one letter.
    """

    incident_id: str
    reference: str
    entity: str
    record_id: str
    part: str
    field: str
    label: str
    versions: tuple[Version, ...]
    both: str | None = None
    fixed: bool = False
    name: str = ""


def conflicts(ctx: Context) -> list[Conflict]:
    """Every field in conflict on this PC's wards that this person may see."""
    ctx.require("settle")
    return [one for incident_id in incidents_of(ctx) for one in of_incident(ctx, views.incident(ctx, incident_id))]


def incidents_of(ctx: Context) -> list[str]:
    """The incidents of which this person can settle a field, newest first; empty for roles that settle nothing."""
    if not ctx.can("settle"):
        return []
    return [seen.record.id for seen in two_versions.in_conflict(ctx) if can_settle(ctx, seen)]


def standing(ctx: Context, seen: IncidentView) -> str:
    """What this person is told of versions in an incident: nothing (""), that there are two ("seen"), or "settle"."""
    if not two_versions.records(ctx, seen):
        return ""
    return "settle" if can_settle(ctx, seen) else "seen"


def can_settle(ctx: Context, seen: IncidentView) -> bool:
    """Whether any field of an incident with two versions is this person's to settle."""
    return any(_may(ctx, seen, one, field) for one in two_versions.records(ctx, seen) for field in _asked(one))


def subjects_of(ctx: Context) -> list[str]:
    """What this person can settle: the ward's settings and people first, then incidents by id."""
    return [one for one in RIGHTS if ctx.can(RIGHTS[one]) and _clashing(ctx, one)] + incidents_of(ctx)


def review(ctx: Context, subject: str) -> list[Conflict]:
    """The fields of an incident, of the ward's settings or of people that hold two versions. Raises NotAllowed."""
    if subject in RIGHTS:
        ctx.require(RIGHTS[subject])
        return [one for record in _clashing(ctx, subject) for one in _of_record(ctx, record)]
    seen = views.incident(ctx, subject)
    if not ctx.can("settle"):
        raise NotAllowed()
    held = {one.id: one for one in two_versions.records(ctx, seen)}
    return [one for one in of_incident(ctx, seen) if _may(ctx, seen, held[one.record_id], one.field)]


def of_incident(ctx: Context, seen: IncidentView) -> Iterator[Conflict]:
    """The fields of one incident, its parts and its plans that hold two versions, as this person sees them."""
    for record in two_versions.records(ctx, seen):
        names = Names(ctx, seen)
        for field in _asked(record):
            spec = fields_of(ENTITIES[record.entity])[field]
            found = _versions(ctx, record.id, record.ward_id, field, record.shown.heads[field], names)
            yield Conflict(
                seen.record.id, seen.reference, record.entity, record.id, record.label, field, spec.label,
                found, _both(field, spec, found), _is_fixed(record.entity, spec), _name(ctx, record, field),
            )  # fmt: skip


def _name(ctx: Context, record: RecordView, field: str) -> str:
    """Whose field it is: by the person's letter, on a step with its code; any other part by its id."""
    if record.entity == "incident":
        return field
    whose = record.label.partition(",")[0].removeprefix("Person ").replace("Team", "team")
    if record.entity == "step_care":
        return f"{whose}.{ctx.reader().get(StepCare, record.id).step}.{field}"
    return f"{whose if record.entity in ('person', 'plan') else record.id}.{field}"


def _is_fixed(entity: str, spec: FieldSpec) -> bool:
    return spec.app or entity == "step_care"


def _asked(record: RecordView) -> list[str]:
    """The fields in conflict that are asked about: of those written together the first says it for all."""
    together = [field for field in TOGETHER.get(record.entity, ()) if field in record.clashes]
    return [field for field in sorted(record.clashes) if field not in together[1:]]


def _may(ctx: Context, seen: IncidentView, record: RecordView, field: str) -> bool:
    """Whether this person may say which version holds: what the act itself asks, whatever came of the report since."""
    if not ctx.can("settle"):
        return False
    spec = fields_of(ENTITIES[record.entity])[field]
    if record.entity in ("plan", "step_care"):
        return bool(_plan_acts(ctx, record) & PLAN_RIGHTS.get(field, {"pass_on"} if spec.app else {"choose"}))
    if spec.app:  # such as the status: two that are told apart by it have no one status to look up
        return "settle" in actions(ctx.user.role, "logged", seen.tie)
    return "settle" in seen.actions


def _plan_acts(ctx: Context, record: RecordView) -> frozenset[str]:
    try:
        return support_cases.load(ctx, record.id if record.entity == "plan" else record.parent_id or "").acts
    except NotFound:
        return frozenset()


def _clashing(ctx: Context, subject: str) -> list[Record]:
    reader, db = ctx.reader(), ctx.store.db
    held = [
        reader.get(entity, one) for entity in OF_SUBJECT[subject] for one in exchange.clashing(db, entity_name(entity))
    ]
    return [record for record in held if record.shown.clashes and record.ward_id in ctx.wards]


def _of_record(ctx: Context, record: Record) -> Iterator[Conflict]:
    people, entity = views.names_of_users(ctx), entity_name(type(record))
    named = str(getattr(record, "name", None) or getattr(record, "label", None) or "")
    for field in sorted(record.shown.clashes):
        spec = fields_of(type(record)).get(field)
        if spec is not None:
            found = _versions(ctx, record.id, record.ward_id, field, record.shown.heads[field], _Everyone(people))
            yield Conflict("", named, entity, record.id, "", field, spec.label, found)  # of numbers to call one holds


class _Everyone:
    """Names where none is kept back: of settings and people."""

    def __init__(self, held: dict[str, str]) -> None:
        self.held = held

    def by(self, op: dict[str, Any]) -> str:
        """The writer of an op."""
        return self.held.get(op["by"], str(op["by"]))

    def value(self, _field: str, value: Any) -> Any:
        """A value as it is."""
        return value

    def who(self, user_id: str) -> str:
        """The name of a user."""
        return self.held.get(user_id, user_id)


def _versions(
    ctx: Context, record_id: str, ward_id: str, field: str, heads: Sequence[str], names: Names | _Everyone
) -> tuple[Version, ...]:
    """The versions of a field, that of this PC first, the others by time."""
    ops = [op for op in ctx.reader().ops_of(record_id) if op["op"] in heads and field in op["set"]]
    spec = fields_of(ENTITIES[ops[0]["et"]])[field] if ops else None
    zone = ctx.wards[ward_id].zone
    found = [_version(op, field, spec, names, zone, ctx.store.device_id) for op in ops if spec is not None]
    return tuple(sorted(found, key=lambda one: (not one.here, one.at)))


def _version(op: dict[str, Any], field: str, spec: FieldSpec, names: Names | _Everyone, zone: Any, dev: str) -> Version:
    value = decode(spec, names.value(field, op["set"].get(field)))
    words = worded(spec, field, op["set"].get(field), names, zone)
    at = datetime.fromtimestamp(hlc_ms(op["at"]) / 1000, UTC)
    return Version(op["op"], names.by(op), at, value, words or EMPTY.get(field, NOT_PROVIDED), op["dev"] == dev)


def _both(field: str, spec: FieldSpec, versions: Sequence[Version]) -> str | None:
    """All the texts of a field, the earliest first, or all the people it names; None where there is no such whole."""
    if field in ALL_WHO:
        whole = ",".join(sorted({one for version in versions for one in users(version.value)}))
        return whole if len(whole) <= spec.longest and whole not in [one.value for one in versions] else None
    texts = [one.value for one in sorted(versions, key=lambda one: one.at) if isinstance(one.value, str) and one.value]
    if spec.kind != "text" or spec.app or spec.check is not None or len(texts) < 2:
        return None
    joined = ("\n\n" if spec.lines > 1 else "; ").join(dict.fromkeys(texts))
    return joined if len(joined.encode()) <= spec.longest else None


def settle(ctx: Context, conflict: Conflict, value: Any) -> Changes:
    """Writes one value over all versions that were looked at; they stay in the history. Raises NotFound, NotAllowed."""
    if not conflict.incident_id:
        return _settle_record(ctx, conflict, value)
    seen = views.incident(ctx, conflict.incident_id)
    if not ctx.can("settle"):
        raise NotAllowed()
    held = _still(of_incident(ctx, seen), conflict)
    record = next(one for one in two_versions.records(ctx, seen) if one.id == held.record_id)
    if not _may(ctx, seen, record, held.field):
        raise NotAllowed()
    reason = f"Settled: {held.label}"
    if held.fixed or held.entity == "plan":
        _settle_fixed(ctx, seen, record, held, value, reason)
    else:
        values = {held.field: value} | _exactness(ctx, record, held, value)
        incidents.save(ctx, seen, [Edit(held.entity, held.record_id, values)], reason)
    return Changes((Change("incident", seen.record.id), Change(held.entity, held.record_id, seen.record.id)))


def _exactness(ctx: Context, record: RecordView, held: Conflict, value: Any) -> dict[str, Any]:
    """How exact a chosen time is: as its writer left it. One that is given here is a time given anew."""
    chosen = next((version.op for version in held.versions if version.value == value), None)
    if held.field != "occurred_at" or chosen is None:
        return {}
    (op,) = [one for one in ctx.reader().ops_of(held.record_id) if one["op"] == chosen]
    return {"time_known": op["set"].get("time_known", record.values.get("time_known"))}


def _settle_fixed(
    ctx: Context, seen: IncidentView, record: RecordView, held: Conflict, value: Any, reason: str
) -> None:
    """Writes the version chosen and what was written with it, over what was looked at. Raises NotAllowed for others."""
    chosen = next((version for version in held.versions if version.value == value), None)
    if chosen is None and held.fixed and (held.both is None or value != held.both):
        raise NotAllowed("Choose one of the versions.")
    values = {held.field: value}
    if chosen is not None:
        specs = fields_of(ENTITIES[held.entity])
        (op,) = [one for one in ctx.reader().ops_of(held.record_id) if one["op"] == chosen.op]
        group = TOGETHER.get(held.entity, ())
        also = group if held.field in group else ()
        values = {name: decode(specs[name], op["set"][name]) for name in also if name in op["set"]} | values
        if held.field == "status":
            values |= {name: None for name, status in OF_STATUS.items() if status != value}
    values = {name: one for name, one in values.items() if name in record.values or name in record.shown.heads}
    heads = views.heads_known(ctx, seen) if values.get("status") == "withdrawn" else []
    with ctx.unit() as unit:
        written = based_on(ENTITIES[held.entity], record.id, record.ward_id, record.shown, values)
        unit.save(written, reason=reason, seen=heads, restate=record.clashes & set(values))
        unit.commit("settle", seen.record.id)


def _still(found: Iterator[Conflict], conflict: Conflict) -> Conflict:
    """The conflict as it stands now, with no version that was not looked at."""
    key = (conflict.record_id, conflict.field)
    held = next((one for one in found if (one.record_id, one.field) == key), None)
    if held is None:
        raise NotFound("That field holds one version only by now. Open the record to see it.")
    if not {version.op for version in held.versions} <= {version.op for version in conflict.versions}:
        raise NotAllowed("A further version has come in since. Look at all of them first.")
    return held


def _settle_record(ctx: Context, conflict: Conflict, value: Any) -> Changes:
    subject = PEOPLE if conflict.entity == entity_name(User) else WARD
    ctx.require(RIGHTS[subject])
    with ctx.unit() as unit:
        record = unit.get(ENTITIES[conflict.entity], conflict.record_id)
        held = _still(_of_record(ctx, record), conflict)
        setattr(record, held.field, value)
        unit.save(record, reason=f"Settled: {held.label}", restate={held.field})
        return unit.commit("settle", record.id)
