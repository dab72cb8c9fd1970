"""The JSON of an incident: what `vpr show` prints and `vpr log` takes, by the names and codes of the dictionary."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.domain.fields import FieldSpec, encode
from vpr_desktop.domain.forms import ENTITIES, PARTS
from vpr_desktop.domain.record import entity_name, fields_of
from vpr_desktop.services.views import IncidentView, RecordView

NUMBER = re.compile(r"-?[0-9]{1,15}")
# Shown beside the fields; ignored when they come in again.
BESIDE = ("id", "reference", "status", "send_state", "tasks_left", "last_change", "conflicts", "redacted", "restricted")


def to_json(seen: IncidentView) -> dict[str, Any]:
    """An incident as its reader may see it. A restricted one that is not theirs keeps three keys."""
    head = {"id": seen.record.id, "reference": seen.reference}
    if seen.sight == "restricted":
        return {**head, "restricted": True}
    out = {**head, **_record(seen.record)}
    out |= {"status": seen.status, "send_state": seen.send_state, "tasks_left": seen.tasks_left}
    if seen.last_change:
        out["last_change"] = seen.last_change.isoformat()
    return out | _parts(seen, "incident", seen.record.id)


def _record(record: RecordView) -> dict[str, Any]:
    out = {name: to_plain(value) for name, value in record.values.items() if value not in (None, [])}
    if record.clashes:
        out["conflicts"] = sorted(record.clashes)
    return out | ({"redacted": record.redacted} if record.redacted else {})


def _parts(seen: IncidentView, entity: str, parent_id: str) -> dict[str, Any]:
    out = {}
    for plural, part in PARTS.get(entity, ()):
        held = [one for one in seen.parts.get(plural, []) if one.parent_id == parent_id]
        if held:
            out[plural] = [{"id": one.id, **_record(one), **_parts(seen, entity_name(part), one.id)} for one in held]
    return out


def to_plain(value: Any) -> Any:
    """A field's value as JSON has it: moments with their offset, days as ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def from_json(given: Any) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """Answers and parts from JSON, for `new_incident.log`. Raises ProblemsFound naming every field at fault."""
    found: list[Problem] = []
    values = _values("incident", given, "", found)
    if found:
        raise ProblemsFound(found)
    plurals = {plural for plural, _ in PARTS["incident"]}
    answers = {name: value for name, value in values.items() if name not in plurals}
    return answers, {name: value for name, value in values.items() if name in plurals}


def _values(entity: str, given: Any, where: str, found: list[Problem]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        found.append(Problem(where.rstrip("."), "Give one JSON object with the fields of the dictionary."))
        return {}
    specs, plurals = fields_of(ENTITIES[entity]), dict(PARTS.get(entity, ()))
    out: dict[str, Any] = {}
    for name, value in given.items():
        if name in plurals:
            out[name] = _part_list(entity_name(plurals[name]), value, f"{where}{name}", found)
        elif name in specs and not _is_filled_by_app(specs[name]):
            out[name] = _value(specs[name], value, f"{where}{name}", found)
        elif name not in specs and name not in BESIDE:
            found.append(Problem(f"{where}{name}", unknown_name(str(name), [*specs, *plurals])))
    return {name: value for name, value in out.items() if value not in (None, [])}


def _is_filled_by_app(spec: FieldSpec) -> bool:
    return spec.app


def unknown_name(name: str, known: list[str]) -> str:
    """A sentence that says a name is not known and which one may be meant."""
    near = difflib.get_close_matches(name, known, 1, 0.4)
    return f"There is no field {name[:60]}." + (f" Nearest: {near[0]}." if near else " See vpr dictionary.")


def _part_list(entity: str, given: Any, where: str, found: list[Problem]) -> list[dict[str, Any]]:
    if not isinstance(given, list):
        found.append(Problem(where, "Give a list of objects here."))
        return []
    return [_values(entity, one, f"{where}[{place}].", found) for place, one in enumerate(given)]


def _value(spec: FieldSpec, given: Any, where: str, found: list[Problem]) -> Any:
    try:
        value = parse_value(spec, given)
        encode(spec, value)
    except ValueError as error:
        found.append(Problem(where, str(error)))
        return None
    return value


def parse_value(spec: FieldSpec, given: Any) -> Any:
    """The Python value of a JSON one. Raises ValueError with a sentence."""
    if given is None or not isinstance(given, str):
        return given
    if spec.kind == "moment":
        at = _parsed(spec, datetime.fromisoformat, given, "2026-11-22T14:05:00+00:00")
        if at.tzinfo is None:
            raise ValueError(f"{spec.label}: the time needs its offset, such as 2026-11-22T14:05:00+00:00.")
        return at
    return _parsed(spec, date.fromisoformat, given, "2026-11-22") if spec.kind == "day" else given


def _parsed(spec: FieldSpec, parse: Any, given: str, example: str) -> Any:
    try:
        return parse(given.strip())
    except ValueError:
        raise ValueError(f"{spec.label}: write it as {example}.") from None


def parse_text(spec: FieldSpec, given: str) -> Any:
    """The Python value of what somebody typed after `FIELD=` on the command line; nothing empties the field."""
    text = given.strip()
    if text == "":
        return None
    if spec.kind == "codes":
        return [code.strip() for code in text.replace(";", ",").split(",") if code.strip()]
    if spec.kind == "number":
        return int(text) if NUMBER.fullmatch(text) else text
    if spec.kind == "flag":
        return {"yes": True, "true": True, "no": False, "false": False}.get(text.lower(), text)
    return parse_value(spec, given)
