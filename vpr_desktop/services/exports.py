"""Exports: CSV of what a person may see, redacted by default, safe to open in a spreadsheet, and in the audit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.derived import is_hate
from vpr_desktop.domain.errors import NotAllowed, Problem, ProblemsFound
from vpr_desktop.domain.fields import encode
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.visibility import withheld
from vpr_desktop.domain.wording import in_words
from vpr_desktop.services import listing, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.views import IncidentView
from vpr_desktop.storage.slot_file import replace_file

FORMULA = ("=", "+", "-", "@", "\t", "\r")
PAGE = 500
LEAST_REASON = 10
REDACTED = (
    "reference", "occurred_at", "time_known", "location", "act_types", "affected", "perp_relation", "effect", "factors",
    "immediate_actions", "status",
)  # fmt: skip
ANONYMOUS = ("occurred_at", "act_types", "affected", "perp_relation", "effect", "factors", "status")
SENSITIVE = "SENSITIVE"
TWO_VERSIONS = "two_versions"  # the last column: fields of which two answers stand, one of them in the row
DISCRIMINATORY = "VER03"  # discriminatory words: the code alone tells of hate


def columns(copy: str) -> tuple[str, ...]:
    """The fields a copy has: what leaves the ward by default holds no name, no free text, no identifier."""
    if copy == "redacted":
        return REDACTED
    if copy == "anonymous":
        return ANONYMOUS
    return tuple(name for name, spec in fields_of(Incident).items() if spec.block != "system" and name != "slip_code")


def write_csv(ctx: Context, path: str | Path, query: ListQuery, copy: str = "redacted", reason: str = "") -> int:
    """Writes the incidents of a list, whole or not at all. Returns how many. Raises NotAllowed, ProblemsFound."""
    ctx.require("export")
    if copy == "full":
        if not ctx.can("print_full"):
            raise NotAllowed()
        if len(reason.strip()) < LEAST_REASON:
            raise ProblemsFound([Problem("reason", f"Say in at least {LEAST_REASON} characters why it is needed.")])
    text, count = to_csv(ctx, query, copy)
    replace_file(Path(path), text.encode("utf-8-sig"))
    with ctx.unit() as unit:
        unit.note(f"export {copy}", str(count), reason.strip()[:500])
        unit.commit("")
    return count


def to_csv(ctx: Context, query: ListQuery, copy: str) -> tuple[str, int]:
    """The CSV text and its number of rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    names = columns(copy)
    writer.writerow([*names, TWO_VERSIONS])
    count = 0
    for seen in incidents_of(ctx, query):
        two = ";".join(name for name in names if name in seen.record.clashes)
        writer.writerow([*(safe(_cell(ctx, seen, name, copy)) for name in names), two])
        count += 1
    return out.getvalue(), count


def incidents_of(ctx: Context, query: ListQuery) -> Iterator[IncidentView]:
    """Every incident of a list that opens to this person, as they may see it."""
    offset = 0
    while found := listing.page(ctx, replace(query, limit=PAGE, offset=offset)):
        for row in found:
            if not row.restricted:
                seen = views.incident(ctx, row.id)
                if seen.sight == "full":
                    yield seen
        offset += PAGE


def _cell(ctx: Context, seen: IncidentView, name: str, copy: str) -> str:
    value: Any = seen.record.values.get(name)
    if value is None:
        return seen.record.odd.get(name) or withheld(seen.record.redacted.get(name, ""))
    if copy != "full" and name == "act_types" and _is_sensitive(seen):
        return SENSITIVE
    if copy == "anonymous" and name == "occurred_at":
        local = value.astimezone(ctx.wards[seen.record.ward_id].zone)
        timed = seen.record.values.get("time_known") != "unknown"
        return show_day(local.date()) + (f" {local.hour // 3 * 3:02d}:00" if timed else "")
    spec = fields_of(Incident)[name]
    try:
        wire = encode(spec, value)
    except ValueError:  # a code that a newer version knows
        return in_words(spec, value, ctx.ward.zone)
    return ";".join(wire) if isinstance(wire, list) else str(wire)


def _is_sensitive(seen: IncidentView) -> bool:
    acts = seen.record.values.get("act_types") or []
    sexual = any(act.startswith("SEX") for act in acts)
    return sexual or is_hate(acts, seen.record.values.get("motivation")) or DISCRIMINATORY in acts


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(FORMULA) else cell
