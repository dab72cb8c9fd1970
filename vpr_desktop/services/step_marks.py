"""Steps of a support plan that an act elsewhere settles, so that nobody has to type them a second time."""

from __future__ import annotations

from collections.abc import Sequence

from vpr_desktop.domain.support import StepEntry
from vpr_desktop.services.context import Context
from vpr_desktop.storage.unit import UnitOfWork

OPEN = ("Not started", "In progress")


def done(ctx: Context, unit: UnitOfWork, person_id: str, steps: Sequence[str]) -> None:
    """Records the first of these steps that stands open in a person's plan as done, in the caller's transaction."""
    sql = "SELECT plan_id, ward_id, step, status FROM step_row WHERE person_id = ? AND live = 1"
    rows = {row[2]: row for row in unit.db.execute(sql, (person_id,)).fetchall()}
    wanted = next((rows[step] for step in steps if step in rows and rows[step][3] in OPEN), None)
    if wanted is None:
        return
    entry = StepEntry(ward_id=wanted[1], plan_id=wanted[0], step=wanted[2], outcome="DON")
    entry.at, entry.by, entry.channel = ctx.now(), ctx.user.user_id, "NS"
    unit.save(entry)
