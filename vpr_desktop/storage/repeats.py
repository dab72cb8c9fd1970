"""Which other incidents a change reaches, because the same person was affected again within 90 days.

Only what decides a repeat counts: who a person is, when it happened, and whether the incident stands. Somebody with
hundreds of earlier incidents must be able to save a new one without a rewrite of them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from vpr_desktop.domain.changes import Change
from vpr_desktop.domain.support_sets import REPEAT_DAYS
from vpr_desktop.storage.oplog import Connection, held_ops

DECIDING = {"incident": {"occurred_at", "status"}, "person": {"person_key", "removed"}}
MARGIN = 2  # days: the 90 are local dates, the columns are UTC
LATER = (
    "SELECT DISTINCT incident.id FROM person JOIN incident ON incident.id = person.parent_id"
    " WHERE person.person_key = ? AND incident.id <> ? AND incident.occurred_at BETWEEN ? AND ?"
)


def later_of_the_same(db: Connection, changes: Iterable[Change], since: int | None) -> set[str]:
    """The later incidents that changes reach.

    `since` is the local number of the last op before these changes; None where not only new ops made them.
    """
    deciding: set[str | None] = set()
    for change in changes:
        if change.entity in DECIDING and _decides(db, change, since):
            deciding.add(change.id if change.entity == "incident" else change.parent)
    return {found for one in _with_people(db, deciding) for found in _within_reach(db, one)}


def _with_people(db: Connection, incidents: Iterable[str | None]) -> list[str]:
    """Those of these incidents that have any person: of thousands that arrive at once most have none yet."""
    sql = "SELECT DISTINCT parent_id FROM person WHERE parent_id IN (SELECT value FROM json_each(?))"
    return [row[0] for row in db.execute(sql, (json.dumps([one for one in incidents if one]),))]


def _decides(db: Connection, change: Change, since: int | None) -> bool:
    """Whether a new op sets what a repeat hangs on. A record that changed without one was projected anew: it may."""
    if since is None:
        return True
    new = {row[0] for row in db.execute("SELECT id FROM op WHERE ei = ? AND n > ?", (change.id, since))}
    if not new:
        return True
    set_by = [op.body for op in held_ops(db, change.id) if op.id in new]
    return any(body is None or DECIDING[change.entity] & set(body["set"]) for body in set_by)


def _within_reach(db: Connection, incident_id: str) -> set[str]:
    """The later incidents of everybody who is, or ever was, an affected person of this one, at any time it ever had."""
    people = db.execute("SELECT id FROM person WHERE parent_id = ?", (incident_id,)).fetchall()
    keys = {key for (person_id,) in people for key in _ever(db, person_id, "person_key")}
    moments = _ever(db, incident_id, "occurred_at") if keys else ()
    if not moments:
        return set()
    last = _plus_days(max(moments), REPEAT_DAYS + MARGIN)
    rows = (db.execute(LATER, (key, incident_id, min(moments), last)) for key in sorted(keys))
    return {row[0] for found in rows for row in found}


def _ever(db: Connection, record_id: str, field: str) -> Sequence[str]:
    """Every text that a field of a record has held; what it held before matters as much as what it holds."""
    values = [op.body["set"].get(field) for op in held_ops(db, record_id) if op.body]
    return [value for value in values if isinstance(value, str)]


def _plus_days(moment: str, days: int) -> str:
    """A later moment in wire form. A moment of a newer version's form reaches everything after it."""
    try:
        return (datetime.fromisoformat(moment) + timedelta(days=days)).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return "9"


def count_of(db: Connection, person_key: str, happened_at: datetime) -> int:
    """How many incidents that stand one person was part of in the 90 days up to this one, this one included."""
    sql = (
        "SELECT count(DISTINCT incident.id) FROM person JOIN incident ON incident.id = person.parent_id"
        " WHERE person.person_key = ? AND person.removed IS NOT 1 AND incident.status <> 'withdrawn'"
        " AND incident.occurred_at BETWEEN ? AND ?"
    )
    span = (_wire(happened_at - timedelta(days=REPEAT_DAYS)), _wire(happened_at))
    return int(db.execute(sql, (person_key, *span)).fetchone()[0])


def of_same_patient(db: Connection, nhs_number: str, happened_at: datetime, but: str) -> int:
    """How many other incidents of this PC that stand name this NHS number, in the 90 days up to this moment.

    However it was typed, with its spaces or without.
    """
    digits = "".join(nhs_number.split())
    typed = (digits, f"{digits[:3]} {digits[3:6]} {digits[6:]}")
    sql = (
        "SELECT count(DISTINCT incident.id) FROM alleged JOIN incident ON incident.id = alleged.parent_id"
        " WHERE alleged.nhs_number IN (?, ?) AND alleged.removed IS NOT 1 AND incident.id <> ?"
        " AND incident.status <> 'withdrawn' AND incident.occurred_at BETWEEN ? AND ?"
    )
    span = (_wire(happened_at - timedelta(days=REPEAT_DAYS)), _wire(happened_at))
    return int(db.execute(sql, (*typed, but, *span)).fetchone()[0])


def _wire(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
