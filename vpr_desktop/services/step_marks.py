"""Steps of a support plan that an act elsewhere settles, so that nobody has to type them a second time."""

from __future__ import annotations

from collections.abc import Sequence

from vpr_desktop.domain.support import StepEntry
from vpr_desktop.services.context import Context
from vpr_desktop.storage import closing_rows
from vpr_desktop.storage.unit import UnitOfWork


def done(ctx: Context, unit: UnitOfWork, person_id: str, steps: Sequence[str]) -> None:
    """Records the first of these steps that stands open in a person's plan as done, in the caller's transaction."""
    standing = closing_rows.open_steps(unit.db, person_id)
    step = next((one for one in steps if one in standing), None)
    if step is None:
        return
    plan_id, ward_id = standing[step]
    entry = StepEntry(ward_id=ward_id, plan_id=plan_id, step=step, outcome="DON")
    entry.at, entry.by, entry.channel = ctx.now(), ctx.user.user_id, "NS"
    unit.save(entry)
