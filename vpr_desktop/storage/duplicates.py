"""What an import asks of the incidents that are here, so that it takes none over twice."""

from __future__ import annotations

import json
from collections.abc import Sequence

from vpr_desktop.storage.oplog import Connection


def system_references(db: Connection) -> list[tuple[str, str, str | None, str]]:
    """Every incident that bears another system's number: id, ward, source it was imported from, and the number."""
    sql = "SELECT id, ward_id, import_source, local_system_ref FROM incident WHERE local_system_ref IS NOT NULL"
    return [(row[0], row[1], row[2], row[3]) for row in db.execute(sql)]


def same_event(db: Connection, ward_id: str, occurred_at: str, acts: Sequence[str], location: str) -> list[str]:
    """Ids of incidents of one ward with the same time, acts and place."""
    sql = "SELECT id, act_types FROM incident WHERE occurred_at = ? AND ward_id = ? AND location = ?"
    held = db.execute(sql, (occurred_at, ward_id, location))
    return [row[0] for row in held if json.loads(row[1] or "[]") == sorted(acts)]
