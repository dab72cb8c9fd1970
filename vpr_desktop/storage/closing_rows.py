"""Read queries about steps of support plans, for acts beside the plan: closing, and steps that another act settles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vpr_desktop.domain.support_steps import REOFFER
from vpr_desktop.storage.oplog import Connection, entity_fold
from vpr_desktop.storage.support_rows import wire

NOT_STARTED = "Not started"
OPEN = (NOT_STARTED, "In progress")


def unrecorded(db: Connection, incident_id: str, now: datetime) -> list[tuple[str | None, str, str]]:
    """Person (None for the team), step and plan of what was due by now without a recording, the earliest due first.

    Never the second offer: that there is one would tell whoever closes that something was declined.
    """
    sql = (
        "SELECT person_id, step, plan_id FROM step_row WHERE incident_id = ? AND live = 1 AND status = ?"
        " AND due_at <= ? AND step <> ? ORDER BY due_at, step"
    )
    rows = db.execute(sql, (incident_id, NOT_STARTED, wire(now), REOFFER))
    return [(person_id, step, plan_id) for person_id, step, plan_id in rows]


def open_steps(db: Connection, person_id: str) -> dict[str, tuple[str, str]]:
    """The open steps of a person's plan: plan and ward by step."""
    sql = "SELECT step, plan_id, ward_id, status FROM step_row WHERE person_id = ? AND live = 1"
    return {step: (plan, ward) for step, plan, ward, status in db.execute(sql, (person_id,)) if status in OPEN}


def steps(db: Connection, person_id: str, *, second_offer: bool) -> list[tuple[str, datetime, bool]]:
    """Step, due time and whether it is open, for a person's own plan; the second offer for the support lead alone."""
    sql = "SELECT step, due_at, status FROM step_row WHERE person_id = ? AND live = 1 ORDER BY step"
    rows = db.execute(sql, (person_id,)).fetchall()
    kept = [row for row in rows if second_offer or row[0] != REOFFER]
    return [(step, datetime.fromisoformat(due), status in OPEN) for step, due, status in kept]


def part_ids(db: Connection, entity: str, parent_id: str) -> list[str]:
    """The ids of a record's parts of one kind, those taken off among them."""
    return [row[0] for row in db.execute(f"SELECT id FROM {entity} WHERE parent_id = ?", (parent_id,))]


@dataclass(frozen=True, slots=True)
class Check:
    """A change whose effect is to be looked at on a day; `text` is what was found then."""

    incident_id: str
    ward_id: str
    reference: str
    on: date
    text: str


def checks(db: Connection, wards: Sequence[str], until: date) -> list[Check]:
    """The checks up to a day of incidents that a manager of these wards sees, the earliest first.

    The sign before the ward keeps SQLite from going through all incidents of it: few have such a day.
    """
    sql = (
        "SELECT id, ward_id, reference, review_effect_on FROM incident WHERE review_effect_on <= ? AND"
        " status <> 'withdrawn' AND (restricted IS NOT 1 OR manager_may_see = 1) AND +ward_id IN"
        " (SELECT value FROM json_each(?)) ORDER BY review_effect_on LIMIT 200"
    )
    found = []
    for incident_id, ward_id, reference, on in db.execute(sql, (until.isoformat(), json.dumps(list(wards)))).fetchall():
        said = entity_fold(db, incident_id)[0].values.get("review_effect")
        found.append(Check(incident_id, ward_id, reference or "", date.fromisoformat(on), str(said or "")))
    return found


def outcomes(db: Connection, ward_id: str, first: date, zone: ZoneInfo) -> list[tuple[list[str], list[str], str]]:
    """Acts, motives and outcome of what was closed in a month and may be printed; nothing of restricted reports."""
    after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    start, end = (wire(datetime.combine(day, time(0), zone)) for day in (first, after))
    sql = (
        "SELECT id, act_types, motivation FROM incident WHERE status = 'closed' AND ward_id = ? AND closed_at >= ? AND"
        " closed_at < ? AND outcome_print = 1 AND restricted IS NOT 1 ORDER BY closed_at"
    )
    found = []
    for incident_id, acts, motives in db.execute(sql, (ward_id, start, end)).fetchall():
        text = entity_fold(db, incident_id)[0].values.get("outcome_text")
        if text:
            found.append((json.loads(acts or "[]"), json.loads(motives or "[]"), str(text)))
    return found


def logged_between(db: Connection, ward_id: str, first: date, last: date) -> int:
    """How many incidents of these days were logged on a ward and stand.

    The moments, a day wider than the days in any time zone, let an index leave out all other years.
    """
    sql = (
        "SELECT count(*) FROM incident WHERE ward_id = ? AND occurred_at BETWEEN ? AND ? AND local_day BETWEEN ? AND ?"
        " AND status <> 'withdrawn' AND imported_at IS NULL"
    )
    near = ((first - timedelta(days=1)).isoformat(), (last + timedelta(days=2)).isoformat())
    return int(db.execute(sql, (ward_id, *near, first.isoformat(), last.isoformat())).fetchone()[0])


SANCTION = ("level", "issued_on", "issued_by", "expires_on", "review_on", "appeal", "capacity_considered_by")


def sanctions(db: Connection, wards: Sequence[str], *, with_seen: bool) -> list[dict[str, Any]]:
    """The 500 latest warnings on these wards, as columns hold them. `with_seen`: also restricted ones a manager sees.

    Read from the latest warning backwards, each with its incident (hence CROSS): warnings are few, incidents many.
    """
    names = ", ".join(f"sanction.{name}" for name in SANCTION)
    opens = "(incident.restricted IS NOT 1" + (" OR incident.manager_may_see = 1)" if with_seen else ")")
    sql = (
        f"SELECT incident.id, incident.reference, incident.ward_id, {names} FROM sanction CROSS JOIN incident"
        f" ON incident.id = sanction.parent_id WHERE sanction.removed IS NOT 1 AND incident.status <> 'withdrawn' AND"
        f" {opens} AND incident.ward_id IN (SELECT value FROM json_each(?)) ORDER BY sanction.n DESC LIMIT 500"
    )
    keys = ("incident_id", "reference", "ward_id", *SANCTION)
    return [dict(zip(keys, row, strict=True)) for row in db.execute(sql, (json.dumps(list(wards)),))]
