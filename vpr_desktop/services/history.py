"""What changed on an incident, field by field: shown exactly to those who may see the field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vpr_desktop.domain.fields import FieldSpec, decode
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.identity import hlc_ms
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.wording import in_words
from vpr_desktop.services import views
from vpr_desktop.services.context import Context
from vpr_desktop.services.views import RecordView

NOT_PROVIDED = "Not provided"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that one person changed, in words, with what stood there before."""

    at: datetime
    by: str
    device: str
    entity: str
    part: str
    field: str
    label: str
    before: str
    after: str
    reason: str


def history(ctx: Context, incident_id: str) -> list[Change]:
    """Every change this person may see, newest first. Raises NotAllowed where the incident is not theirs to see."""
    incident = views.incident(ctx, incident_id)
    if incident.sight != "full":
        return []
    seen = [incident.record, *(part for parts in incident.parts.values() for part in parts)]
    found: list[Change] = []
    for record in seen:
        found += _changes(ctx, record)
    return sorted(found, key=lambda change: change.at, reverse=True)


def _changes(ctx: Context, record: RecordView) -> list[Change]:
    specs = fields_of(ENTITIES[record.entity])
    zone = ctx.wards[record.ward_id].zone
    names = views.names_of_users(ctx)
    before: dict[str, Any] = {}
    found = []
    for op in ctx.reader().ops_of(record.id):
        for field, value in op["set"].items():
            spec = specs.get(field)
            if spec is not None and field in record.values and not (spec.app and spec.section == ""):
                found.append(_change(record, spec, field, before.get(field), value, op, names, zone))
            before[field] = value
    return found


def _change(
    record: RecordView,
    spec: FieldSpec,
    field: str,
    old: Any,
    new: Any,
    op: dict[str, Any],
    names: dict[str, str],
    zone: Any,
) -> Change:
    return Change(
        at=datetime.fromtimestamp(hlc_ms(op["at"]) / 1000, UTC),
        by=names.get(op["by"], op["by"]),
        device=op["dev"],
        entity=record.entity,
        part=record.label,
        field=field,
        label=spec.label,
        before=in_words(spec, decode(spec, old), zone) or NOT_PROVIDED,
        after=in_words(spec, decode(spec, new), zone) or NOT_PROVIDED,
        reason=op.get("reason", ""),
    )
