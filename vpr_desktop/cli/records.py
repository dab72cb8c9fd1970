"""Commands about incidents: log, list, show, history, amend, withdraw, conflicts, settle."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from vpr_desktop.cli.output import complain, result, table, tell
from vpr_desktop.cli.session import signed_in
from vpr_desktop.domain.errors import NotFound, Problem, ProblemsFound
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.record import fields_of
from vpr_desktop.services import conflicts as conflict_service
from vpr_desktop.services import history as history_service
from vpr_desktop.services import incidents, listing
from vpr_desktop.services.context import Context
from vpr_desktop.services.incident_json import from_json, parse_text, to_json, to_plain, unknown_name
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.new_incident import log as log_incident
from vpr_desktop.services.views import IncidentView, RecordView

LARGEST_INPUT = 64 * 1024 * 1024


def log(options: Namespace) -> int:
    """Logs incidents from JSON; each is saved or refused by itself."""
    logged, refused = [], []
    with signed_in(options) as ctx:
        for line, text in _objects(options):
            try:
                answers, parts = _parsed(text)
                made = log_incident(ctx, answers, parts=parts, hold_seconds=0)
                logged.append({"id": made.id, "reference": made.reference})
            except ProblemsFound as error:
                problems = [{"field": p.field, "message": p.message} for p in error.problems]
                refused.append({"line": line, "problems": problems})
                tell(f"Line {line} was not logged:")
                complain(error)
    result(options, {"logged": logged, "refused": refused}, [one["reference"] for one in logged])
    return 3 if refused else 0


def _objects(options: Namespace) -> Iterator[tuple[int, str]]:
    text = _read(options.file)
    if not options.lines:
        yield 1, text
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, line


def _read(path: str) -> str:
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(LARGEST_INPUT + 1)
        else:
            with open(path, "rb") as file:
                raw = file.read(LARGEST_INPUT + 1)
    except OSError:
        raise NotFound(f"The file {path} cannot be read. Check its name.") from None
    if len(raw) > LARGEST_INPUT:
        raise ProblemsFound([Problem("", "The file is larger than 64 MiB. Split it.")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemsFound([Problem("", "The file is not written in UTF-8. Save it as UTF-8.")]) from None


def _parsed(text: str) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise ProblemsFound([Problem("", "This is not JSON. Check quotes, commas and brackets.")]) from None
    return from_json(given)


def query_of(options: Namespace) -> ListQuery:
    """The filters of list and export. Raises ProblemsFound."""
    from vpr_desktop.domain.choices import STATUS
    from vpr_desktop.domain.choices_acts import ACT

    found = []
    if options.status and options.status not in STATUS:
        found.append(Problem("status", f"There is no status {options.status}. {STATUS.nearest(options.status)}"))
    if options.kind and options.kind not in ACT:
        found.append(Problem("kind", f"There is no code {options.kind}. {ACT.nearest(options.kind)}"))
    since, until = (_day(name, getattr(options, name), found) for name in ("since", "until"))
    if found:
        raise ProblemsFound(found)
    acts = (options.kind,) if options.kind else ()
    statuses = (options.status,) if options.status else ()
    return ListQuery(text=options.text, acts=acts, statuses=statuses, since=since, until=until)


def _day(name: str, text: str | None, found: list[Problem]) -> str | None:
    from datetime import UTC, datetime

    from vpr_desktop.domain.when import WhenProblem, parse_day

    if not text:
        return None
    try:
        return parse_day(text, datetime.now(UTC).date()).isoformat()
    except WhenProblem:
        found.append(Problem(name, f"Write the day as 2026-11-22, not {text[:40]}."))
    return None


def list_(options: Namespace) -> None:
    """Lists incidents, newest first."""
    from dataclasses import replace

    query = replace(query_of(options), limit=max(1, options.limit) + 1)
    with signed_in(options) as ctx:
        found: list[Any] = listing.facts(ctx, query) if options.json else listing.page(ctx, query)
    if len(found) == query.limit:
        found.pop()
        tell(f"There are more than {len(found)}. Use --limit or a filter.")
    result(options, found, [] if options.json else _lines(found))


def _lines(rows: list[listing.Row]) -> list[str]:
    two = " (2 versions)"
    told = [(r.reference, r.when_full, r.where, r.what + two * r.two_versions, r.effect, r.status) for r in rows]
    return table(("reference", "when", "where", "what", "effect", "status"), told) if told else ["No incidents here."]


def show(options: Namespace) -> None:
    """Shows one incident as this person may see it."""
    with signed_in(options) as ctx:
        seen = incidents.view(ctx, incidents.find(ctx, options.reference), options.need)
        document = to_json(seen)
    result(options, document, _flat(document, ""))


def _view(ctx: Context, reference: str) -> IncidentView:
    return incidents.view(ctx, incidents.find(ctx, reference))


def _flat(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _flat(held, f"{name}.{key}" if name else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for place, held in enumerate(value, start=1):
            yield from _flat(held, f"{name}[{place}]")
    else:
        yield f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"


def history(options: Namespace) -> None:
    """Every change of one incident this person may see, newest first."""
    with signed_in(options) as ctx:
        changes = history_service.history(ctx, incidents.find(ctx, options.reference))
    found = [
        {"at": c.at.isoformat(), "by": c.by, "device": c.device, "entity": c.entity, "part": c.part, "field": c.field,
         "label": c.label, "before": c.before, "after": c.after, "reason": c.reason}
        for c in changes
    ]  # fmt: skip
    rows = [(c["at"], c["by"], c["part"], c["label"], c["before"], c["after"], c["reason"]) for c in found]
    result(options, found, table(("at", "by", "part", "field", "before", "after", "reason"), rows))


def amend(options: Namespace) -> None:
    """Changes fields of an incident, or of a person of it as `A.staff_group=RN`."""
    with signed_in(options) as ctx:
        seen = _view(ctx, options.reference)
        edits = _edits(seen, options.changes)
        seen = incidents.save(ctx, seen, edits, options.reason)
    changed = [text.split("=", 1)[0] for text in options.changes]
    document = {"id": seen.record.id, "reference": seen.reference, "changed": changed}
    result(options, document, [f"{seen.reference}: {', '.join(changed)} changed."])


def _edits(seen: IncidentView, changes: list[str]) -> list[Edit]:
    found: list[Problem] = []
    by_record: dict[str, Edit] = {}
    for text in changes:
        name, is_set, value = text.partition("=")
        record, field = _target(seen, name.strip())
        spec = fields_of(ENTITIES[record.entity]).get(field) if record else None
        if not is_set or record is None or spec is None or spec.app:
            known = list(fields_of(ENTITIES[record.entity if record else "incident"]))
            found.append(Problem(name, unknown_name(field, known) if is_set else "Write it as FIELD=VALUE."))
            continue
        try:
            parsed = parse_text(spec, value)
        except ValueError as error:
            found.append(Problem(name, str(error)))
            continue
        by_record.setdefault(record.id, Edit(record.entity, record.id, {})).values[field] = parsed
    if found:
        raise ProblemsFound(found)
    return list(by_record.values())


def _target(seen: IncidentView, name: str) -> tuple[RecordView | None, str]:
    letter, dot, field = name.partition(".")
    if not dot:
        return seen.record, name
    people = seen.parts.get("people", [])
    return next((one for one in people if one.label == f"Person {letter.upper()}"), None), field


def withdraw(options: Namespace) -> None:
    """Withdraws an incident with a reason."""
    with signed_in(options) as ctx:
        seen = _view(ctx, options.reference)
        incidents.withdraw(ctx, seen, options.reason)
    result(options, {"reference": seen.reference, "status": "withdrawn"}, [f"{seen.reference} is withdrawn."])


def conflicts(options: Namespace) -> None:
    """Lists fields with two versions."""
    with signed_in(options) as ctx:
        found = conflict_service.conflicts(ctx)
    document = [
        {"reference": c.reference, "name": c.name, "entity": c.entity, "part": c.part, "field": c.field,
         "label": c.label,
         "versions": [{"op": v.op, "by": v.by, "at": v.at.isoformat(), "value": to_plain(v.value)} for v in c.versions]}
        for c in found
    ]  # fmt: skip
    rows = [(c.reference, c.name, c.part, v.op, v.by, v.words) for c in found for v in c.versions]
    lines = table(("reference", "field", "part", "version", "by", "value"), rows)
    result(options, document, lines if rows else ["No field has two versions."])


def settle(options: Namespace) -> None:
    """Settles a field with two versions by choosing one, or with a new value."""
    with signed_in(options) as ctx:
        seen = _view(ctx, options.reference)
        held = list(conflict_service.of_incident(ctx, seen))
        conflict = _named(held, options.field)
        conflict_service.settle(ctx, conflict, _settled(options, conflict))
    document = {"reference": seen.reference, "field": options.field}
    result(options, document, [f"{seen.reference}: {options.field} is settled."])


def _named(held: list[conflict_service.Conflict], name: str) -> conflict_service.Conflict:
    """The field that somebody means, by its name in `vpr conflicts` or by the id of its record. Raises NotFound."""
    meant = name.strip().lower()
    found = [one for one in held if meant in (one.name.lower(), f"{one.record_id}.{one.field}".lower())]
    if not found:
        raise NotFound("That field has one version only. See vpr conflicts.")
    if len(found) > 1:
        ids = " or ".join(f"{one.record_id}.{one.field}" for one in found)
        raise NotFound(f"More than one field is called {name.strip()[:60]} here. Write {ids}.")
    return found[0]


def _settled(options: Namespace, conflict: conflict_service.Conflict) -> Any:
    if options.choose:
        chosen = [version.value for version in conflict.versions if version.op == options.choose]
        if not chosen:
            raise NotFound("There is no such version. See vpr conflicts.")
        return chosen[0]
    try:
        return parse_text(fields_of(ENTITIES[conflict.entity])[conflict.field], options.value)
    except ValueError as error:
        raise ProblemsFound([Problem(conflict.field, str(error))]) from error
