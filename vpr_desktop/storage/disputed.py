"""What two PCs say different things of that decides who sees a report: while both stand, it opens to nobody.

A row holds the later answer alone, and no query can tell by it. That a report is restricted at all is only ever set and
never taken back, so of that no two versions arise.
"""

from __future__ import annotations

from vpr_desktop.storage.oplog import Connection, entity_fold


def disputed(db: Connection) -> list[str]:
    """The restricted reports whose row says that the ward manager may see them, and another version does not."""
    sql = (
        "SELECT id FROM incident INDEXED BY incident_clashing"
        " WHERE clash > 0 AND restricted = 1 AND manager_may_see = 1"
    )
    found = [row[0] for row in db.execute(sql)]
    return [one for one in found if "manager_may_see" in entity_fold(db, one)[0].clashes]


def disputed_people(db: Connection, user_id: str) -> list[str]:
    """The people of reports whose row says that they are this user, and another version names somebody else."""
    sql = "SELECT id FROM person INDEXED BY person_clashing WHERE clash > 0 AND person_key = ?"
    found = [row[0] for row in db.execute(sql, (user_id,))]
    return [one for one in found if "person_key" in entity_fold(db, one)[0].clashes]
