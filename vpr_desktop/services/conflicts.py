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
from vpr_desktop.domain.user import User
from vpr_desktop.domain.wording import in_words
from vpr_desktop.services import incidents, listing, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.history import Names
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.views import IncidentView, RecordView
from vpr_desktop.storage import exchange

MOST = 1000  # incidents in conflict that are looked at
NOT_PROVIDED = "Not provided"
WARD, PEOPLE = "ward", "user"  # subjects besides incidents: the ward's settings, and who is who
RIGHTS = {WARD: "manage_ward", PEOPLE: "manage_users"}
OF_SUBJECT: dict[str, tuple[type[Record], ...]] = {WARD: (Ward, Place, Contact), PEOPLE: (User,)}


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

    `incident_id` is empty for the ward's settings and people; `both` are the texts together, where they can be kept.
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


def conflicts(ctx: Context) -> list[Conflict]:
    """Every field in conflict on this PC's wards that this person may see."""
    ctx.require("settle")
    return [one for incident_id in incidents_of(ctx) for one in of_incident(ctx, views.incident(ctx, incident_id))]


def incidents_of(ctx: Context) -> list[str]:
    """The incidents of which this person can settle a field, newest first; empty for roles that settle nothing."""
    if not ctx.can("settle"):
        return []
    found = []
    for row in listing.page(ctx, ListQuery(view="two_versions", limit=MOST)):
        if not row.restricted:
            seen = views.glance(ctx, row.id)
            if "settle" in seen.actions and any(record.clashes for record in _records(seen)):
                found.append(row.id)
    return found


def subjects_of(ctx: Context) -> list[str]:
    """What this person can settle: the ward's settings and people first, then incidents by id."""
    return [one for one in RIGHTS if ctx.can(RIGHTS[one]) and _clashing(ctx, one)] + incidents_of(ctx)


def review(ctx: Context, subject: str) -> list[Conflict]:
    """The fields of an incident, of the ward's settings or of people that hold two versions. Raises NotAllowed."""
    if subject in RIGHTS:
        ctx.require(RIGHTS[subject])
        return [one for record in _clashing(ctx, subject) for one in _of_record(ctx, record)]
    seen = views.incident(ctx, subject)
    ctx.require("settle", seen.status, seen.tie)
    return list(of_incident(ctx, seen))


def of_incident(ctx: Context, seen: IncidentView) -> Iterator[Conflict]:
    """The fields of one incident and its parts that hold two versions."""
    for record in _records(seen):
        names = Names(ctx, seen)
        for field in sorted(record.clashes):
            spec = fields_of(ENTITIES[record.entity])[field]
            found = _versions(ctx, record.id, record.ward_id, field, record.shown.heads[field], names)
            yield Conflict(
                seen.record.id, seen.reference, record.entity, record.id, record.label, field, spec.label,
                found, _both(spec, found),
            )  # fmt: skip


def _records(seen: IncidentView) -> list[RecordView]:
    return [seen.record, *(part for held in seen.parts.values() for part in held)]


def _clashing(ctx: Context, subject: str) -> list[Record]:
    reader, db = ctx.reader(), ctx.store.db
    held = [
        reader.get(entity, one) for entity in OF_SUBJECT[subject] for one in exchange.clashing(db, entity_name(entity))
    ]
    return [record for record in held if record.shown.clashes and record.ward_id in ctx.wards]


def _of_record(ctx: Context, record: Record) -> Iterator[Conflict]:
    users, entity = views.names_of_users(ctx), entity_name(type(record))
    named = str(getattr(record, "name", None) or getattr(record, "label", None) or "")
    for field in sorted(record.shown.clashes):
        spec = fields_of(type(record)).get(field)
        if spec is not None:
            found = _versions(ctx, record.id, record.ward_id, field, record.shown.heads[field], _Everyone(users))
            yield Conflict("", named, entity, record.id, "", field, spec.label, found, _both(spec, found))


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
    at = datetime.fromtimestamp(hlc_ms(op["at"]) / 1000, UTC)
    return Version(op["op"], names.by(op), at, value, in_words(spec, value, zone) or NOT_PROVIDED, op["dev"] == dev)


def _both(spec: FieldSpec, versions: Sequence[Version]) -> str | None:
    """All the texts of a field, the earliest first; None where it holds no free text, or too little room."""
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
    ctx.require("settle", seen.status, seen.tie)
    held = _still(of_incident(ctx, seen), conflict)
    reason = f"Settled: {held.label}"
    incidents.save(ctx, seen, [Edit(held.entity, held.record_id, {held.field: value})], reason)
    return Changes((Change("incident", seen.record.id), Change(held.entity, held.record_id, seen.record.id)))


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
