"""What the file does for itself between other jobs: rows that many changes left behind follow a little at a time."""

from __future__ import annotations

from vpr_desktop.services import slips
from vpr_desktop.services.context import Context
from vpr_desktop.storage import support_rows

AT_ONCE = 25  # incidents a job, so that a person who clicks meanwhile does not wait for it


def catch_up(ctx: Context) -> int:
    """Brings some of the worklist's rows and of the lock screen's answers up to date. Returns how many still wait."""
    left = 0
    if support_rows.waits(ctx.store.db):
        with ctx.unit() as unit:
            left = support_rows.catch_up(unit.db, ctx.store.zone, AT_ONCE)
            unit.commit("")
    return left + slips.catch_up(ctx)
