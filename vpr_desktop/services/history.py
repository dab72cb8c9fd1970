"""What changed on an incident, field by field: shown exactly to those who may see the field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vpr_desktop.domain.fields import FieldSpec, decode
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.identity import hlc_ms
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.visibility import hides_reporter, view
from vpr_desktop.domain.wording import in_words
from vpr_desktop.services import views
from vpr_desktop.services.context import Context
from vpr_desktop.services.views import IncidentView, RecordView

NOT_PROVIDED = "Not provided"
A_COLLEAGUE = "a colleague"
WHO = ("closed_by", "lead", "owner", "reported_by")  # fields that hold a user id
ALL_WHO = ("cannot_lead",)  # fields that hold several


@dataclass(frozen=True, slots=True)
class Change:
    """One field that one person changed, in words, with what it replaced: two versions with a stroke between."""

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
    """Every change this person may see, newest first. Raises NotFound where the incident is not theirs to see."""
    incident = views.incident(ctx, incident_id)
    if incident.sight != "full":
        return []
    seen = [incident.record, *(part for parts in incident.parts.values() for part in parts)]
    names = Names(ctx, incident)
    found: list[Change] = []
    for record in seen:
        found += _changes(ctx, record, names)
    return sorted(found, key=lambda change: change.at, reverse=True)


class Names:
    """Who wrote an op, in the words its reader may have: a reporter's name stays back where the table keeps it."""

    def __init__(self, ctx: Context, incident: IncidentView) -> None:
        self.held = views.names_of_users(ctx)
        cell = view(ctx.user.role, "reporter", incident.tie)
        self.why = cell.kind == "full" or view(ctx.user.role, "narrative", incident.tie).kind == "full"
        self.hidden = "" if cell.kind == "full" else ctx.reader().get(Incident, incident.record.id).reported_by or ""
        self.me = ctx.user.user_id
        self._hides = hides_reporter(ctx.user.role, incident.tie)

    def value(self, field: str, value: Any) -> Any:
        """A value of a field as its reader may have it."""
        return views.told_of_me(field, value) if self._hides else value

    def by(self, op: dict[str, Any]) -> str:
        """The writer of an op."""
        who = str(op["by"])
        return A_COLLEAGUE if who == self.hidden != self.me else self.held.get(who, who)

    def who(self, user_id: str) -> str:
        """The name of a user that a field holds."""
        return A_COLLEAGUE if user_id == self.hidden != self.me else self.held.get(user_id, user_id)

    def reason(self, op: dict[str, Any]) -> str:
        """Why an op was written: words of a narrative, so for those who may read one, and for its writer."""
        return str(op.get("reason", "")) if self.why or op["by"] == self.me else ""


def _changes(ctx: Context, record: RecordView, names: Names) -> list[Change]:
    specs = fields_of(ENTITIES[record.entity])
    zone = ctx.wards[record.ward_id].zone
    told: dict[str, dict[str, dict[str, Any]]] = {}  # by field and id: the ops that this person may read of it
    found = []
    for op in ctx.reader().ops_of(record.id):
        for field, value in op["set"].items():
            spec = specs.get(field)
            if spec is None or not _shows(ctx, record, field, spec, op):
                continue
            held = told.setdefault(field, {})
            found.append(_change(record, spec, field, _replaced(field, op, held), value, op, names, zone))
            held[op["op"]] = op
    return found


def _replaced(field: str, op: dict[str, Any], told: dict[str, dict[str, Any]]) -> list[Any]:
    """What a change stands in the place of: the value that its writer saw, or both where two stood.

    Not what arrived just before it: of two people who wrote at once, neither replaced what the other wrote.
    """
    bases = [told[one] for one in op["base"].get(field, ()) if one in told]
    older = {one for base in bases for one in base["base"].get(field, ())}
    return [base["set"][field] for base in bases if base["op"] not in older]


def _shows(ctx: Context, record: RecordView, field: str, spec: FieldSpec, op: dict[str, Any]) -> bool:
    """Whether a change of a field is this person's to see: of what is seen as typed, only their own changes."""
    if spec.kind == "link" and spec.block == "system":  # to which record something belongs says nothing in words
        return False
    if field not in record.values or field in record.no_history or (spec.app and spec.section == ""):
        return False
    return field not in record.typed or bool(op["by"] == ctx.user.user_id)


def _change(
    record: RecordView,
    spec: FieldSpec,
    field: str,
    old: list[Any],
    new: Any,
    op: dict[str, Any],
    names: Names,
    zone: Any,
) -> Change:
    before = dict.fromkeys(worded(spec, field, one, names, zone) or NOT_PROVIDED for one in old)
    return Change(
        at=datetime.fromtimestamp(hlc_ms(op["at"]) / 1000, UTC),
        by=names.by(op),
        device=op["dev"],
        entity=record.entity,
        part=record.label,
        field=field,
        label=spec.label,
        before=" / ".join(before) or NOT_PROVIDED,
        after=worded(spec, field, new, names, zone) or NOT_PROVIDED,
        reason=names.reason(op),
    )


def worded(spec: FieldSpec, field: str, held: Any, names: Any, zone: Any) -> str:
    """What a field held, in words for its reader: people by their names. `names` as `Names`."""
    value = decode(spec, names.value(field, held))
    if isinstance(value, str) and value and field in (*WHO, *ALL_WHO):
        return ", ".join(names.who(one) for one in (users(value) if field in ALL_WHO else [value]))
    return in_words(spec, value, zone)


def users(value: Any) -> list[str]:
    """The user ids in a field that holds several."""
    return [one for one in str(value or "").split(",") if one]
