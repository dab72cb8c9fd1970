"""Who led support cases and no longer does: a case whose lead left counts as led by nobody.

Else a restricted incident, which opens to its lead alone, would be closed to everybody for good with them. Somebody of
whom nothing is known yet, or of whom two things are said, is not gone: what is in doubt opens to nobody.
"""

from __future__ import annotations

from vpr_desktop.storage.oplog import Connection

LEFT = "(active = 0 OR role <> 'support_lead') AND clash = 0"
GONE = f'SELECT user_id FROM "user" WHERE {LEFT} AND user_id IS NOT NULL'
# A plan in a query that somebody leads: found by the name of that one person, as it is asked of many plans.
IS_LED = f'plan.lead IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "user" WHERE user_id = plan.lead AND {LEFT})'


def gone(db: Connection) -> set[str]:
    """The sign-in names of those who lead no case any more."""
    return {row[0] for row in db.execute(GONE)}
