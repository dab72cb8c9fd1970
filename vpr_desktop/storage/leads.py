"""Who can lead a support case: support leads who work here. A case whose lead left counts as led by nobody.

Else a restricted incident, which opens to its lead alone, would be closed to everybody for good with them.
"""

from __future__ import annotations

from vpr_desktop.storage.oplog import Connection

# After a column that holds a sign-in name, in a query.
LEADS_HERE = "IN (SELECT user_id FROM \"user\" WHERE role = 'support_lead' AND active IS NOT 0)"


def here(db: Connection) -> set[str]:
    """The sign-in names of those who can lead a case."""
    sql = "SELECT user_id FROM \"user\" WHERE role = 'support_lead' AND active IS NOT 0"
    return {row[0] for row in db.execute(sql) if row[0]}
