"""Read queries about steps of support plans, for acts beside the plan: closing, and steps that another act settles."""

from __future__ import annotations

from datetime import datetime

from vpr_desktop.domain.support_steps import REOFFER
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.support_rows import wire

NOT_STARTED = "Not started"
OPEN = (NOT_STARTED, "In progress")


def unrecorded(db: Connection, incident_id: str, now: datetime) -> list[tuple[str | None, str]]:
    """Person (None for the team) and step of what was due by now and has no recording, the earliest due first.

    Never the second offer: that there is one would tell whoever closes that something was declined.
    """
    sql = (
        "SELECT person_id, step FROM step_row WHERE incident_id = ? AND live = 1 AND status = ? AND due_at <= ?"
        " AND step <> ? ORDER BY due_at, step"
    )
    return [(row[0], row[1]) for row in db.execute(sql, (incident_id, NOT_STARTED, wire(now), REOFFER))]


def open_steps(db: Connection, person_id: str) -> dict[str, tuple[str, str]]:
    """The open steps of a person's plan: plan and ward by step."""
    sql = "SELECT step, plan_id, ward_id, status FROM step_row WHERE person_id = ? AND live = 1"
    return {step: (plan, ward) for step, plan, ward, status in db.execute(sql, (person_id,)) if status in OPEN}


def part_ids(db: Connection, entity: str, parent_id: str) -> list[str]:
    """The ids of a record's parts of one kind, those taken off among them."""
    return [row[0] for row in db.execute(f"SELECT id FROM {entity} WHERE parent_id = ?", (parent_id,))]
