"""The register of warnings and exclusions: what is in force, what lapsed by itself, what is to be looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from vpr_desktop.domain.choices_response import SANC
from vpr_desktop.services import riddor
from vpr_desktop.services.context import Context
from vpr_desktop.storage import closing_rows
from vpr_desktop.storage.disputed import disputed

PROPOSED, IN_FORCE, LOOK_AGAIN, LAPSED = "Proposed", "In force", "Review due", "Lapsed"
AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Entry:
    """One warning: never who it is for, which stands in its incident."""

    incident_id: str
    ward_id: str
    reference: str
    level: str
    state: str
    issued_on: date | None
    issued_by: str
    expires_on: date | None
    review_on: date | None
    appeal: str
    capacity: str


def register(ctx: Context) -> list[Entry]:
    """Every warning this person may see, the latest first; one whose last day is past has lapsed by itself."""
    ctx.require("sanctions")
    rows = closing_rows.sanctions(ctx.store.db, tuple(ctx.wards), with_seen=ctx.user.role == "ward_manager")
    in_doubt = disputed(ctx.store.db)
    told = [row for row in rows if row["level"] not in (None, "N") and row["incident_id"] not in in_doubt]
    return [_entry(row, riddor.today(ctx, row["ward_id"])) for row in told]


def _entry(row: dict[str, Any], today: date) -> Entry:
    issued, expires, review = (_day(row[name]) for name in ("issued_on", "expires_on", "review_on"))
    if expires is not None and expires < today:
        state = LAPSED
    elif issued is None and not row["issued_by"]:
        state = PROPOSED
    else:
        state = LOOK_AGAIN if review is not None and review <= today else IN_FORCE
    return Entry(
        row["incident_id"], row["ward_id"], row["reference"] or "", SANC.label(row["level"]), state, issued,
        row["issued_by"] or "", expires, review, row["appeal"] or "", row["capacity_considered_by"] or "",
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def dates(ctx: Context) -> list[riddor.Due]:
    """Reviews and last days that come within two weeks, of what is in force."""
    if not ctx.can("sanctions"):
        return []
    found = []
    for one in register(ctx):
        if one.state not in (IN_FORCE, LOOK_AGAIN):
            continue
        until = riddor.today(ctx, one.ward_id) + AHEAD
        if one.review_on is not None and one.review_on <= until:
            late = one.state == LOOK_AGAIN
            found.append(riddor.Due(one.incident_id, "", one.reference, "", "Review a warning", one.review_on, late))
        elif one.expires_on is not None and one.expires_on <= until:
            found.append(riddor.Due(one.incident_id, "", one.reference, "", "A warning ends", one.expires_on, False))
    return found
