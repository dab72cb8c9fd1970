"""Restricted reports of which two PCs say different things on whether the ward manager may see them.

The row of a report holds the later answer alone; while both stand, the report stays closed to the manager. That it is
restricted at all is only ever set and never taken back, so of that no two versions arise.
"""

from __future__ import annotations

from vpr_desktop.storage.oplog import Connection, entity_fold


def disputed(db: Connection) -> list[str]:
    """The ids of those whose row says that the manager may see them. The few with two versions of anything are read."""
    sql = (
        "SELECT id FROM incident INDEXED BY incident_clashing"
        " WHERE clash > 0 AND restricted = 1 AND manager_may_see = 1"
    )
    found = [row[0] for row in db.execute(sql)]
    return [one for one in found if "manager_may_see" in entity_fold(db, one)[0].clashes]
