"""Fields that hold two versions because two people wrote different things: list them, and settle one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.fields import FieldSpec, decode
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.identity import hlc_ms
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.wording import in_words
from vpr_desktop.services import incidents, listing, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.history import Names
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.views import IncidentView, RecordView


@dataclass(frozen=True, slots=True)
class Version:
    """One of the values that stand in a field: which op wrote it, who, when, and the words of it."""

    op: str
    by: str
    at: datetime
    value: Any
    words: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field with more than one version, as this person may see it."""

    incident_id: str
    reference: str
    entity: str
    record_id: str
    part: str
    field: str
    label: str
    versions: tuple[Version, ...]


def conflicts(ctx: Context) -> list[Conflict]:
    """Every field in conflict on this PC's wards that this person may see."""
    ctx.require("settle")
    found = []
    for row in listing.page(ctx, ListQuery(view="two_versions", limit=1000)):
        if not row.restricted:
            found += list(of_incident(ctx, views.incident(ctx, row.id)))
    return found


def of_incident(ctx: Context, seen: IncidentView) -> Iterator[Conflict]:
    """The fields of one incident and its parts that hold two versions."""
    for record in [seen.record, *(part for held in seen.parts.values() for part in held)]:
        for field in sorted(record.clashes):
            yield _conflict(ctx, seen, record, field)


def _conflict(ctx: Context, seen: IncidentView, record: RecordView, field: str) -> Conflict:
    spec = fields_of(ENTITIES[record.entity])[field]
    names = Names(ctx, seen)
    ops = {op["op"]: op for op in ctx.reader().ops_of(record.id)}
    zone = ctx.wards[record.ward_id].zone
    versions = tuple(_version(ops[head], field, spec, names, zone) for head in record.shown.heads[field] if head in ops)
    return Conflict(seen.record.id, seen.reference, record.entity, record.id, record.label, field, spec.label, versions)


def _version(op: dict[str, Any], field: str, spec: FieldSpec, names: Names, zone: Any) -> Version:
    value = decode(spec, op["set"].get(field))
    at = datetime.fromtimestamp(hlc_ms(op["at"]) / 1000, UTC)
    return Version(op["op"], names.by(op), at, value, in_words(spec, value, zone) or "Not provided")


def settle(ctx: Context, conflict: Conflict, value: Any) -> IncidentView:
    """Writes one value over both versions; both stay in the history."""
    seen = views.incident(ctx, conflict.incident_id)
    ctx.require("settle", seen.status, seen.tie)
    held = next((one for one in of_incident(ctx, seen) if _same(one, conflict)), None)
    if held is None:
        raise NotFound("That field holds one version only by now. Open the record to see it.")
    if not {version.op for version in held.versions} <= {version.op for version in conflict.versions}:
        raise NotAllowed("A further version has come in since. Look at all of them first.")
    reason = f"Settled: {held.label}"
    return incidents.save(ctx, seen, [Edit(held.entity, held.record_id, {held.field: value})], reason)


def _same(one: Conflict, other: Conflict) -> bool:
    return (one.record_id, one.field) == (other.record_id, other.field)
