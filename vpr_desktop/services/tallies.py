"""Told but not logged: a one-minute count a week, beside what was logged, so that under-reporting can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import NotFound, Problem, ProblemsFound
from vpr_desktop.domain.identity import tally_record_id
from vpr_desktop.domain.tally import Tally
from vpr_desktop.services.context import Context
from vpr_desktop.storage import closing_rows

WEEKS = 6
MOST = 999


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the ward shown: counts of everybody together. `mine` is None where this person did not count."""

    began: date
    told: int
    logged: int
    mine: int | None


def weeks(ctx: Context, many: int = WEEKS) -> list[Week]:
    """This week and those before it, the latest first. Raises NotAllowed."""
    ctx.require("handover")
    held = ctx.reader().find(Tally, ward_id=ctx.ward_id)
    this = monday(ctx)
    found = []
    for back in range(many):
        began = this - timedelta(weeks=back)
        counted = [one for one in held if one.week_on == began]
        mine = next((one.told_count for one in counted if one.counted_by == ctx.user.user_id), None)
        logged = closing_rows.logged_between(ctx.store.db, ctx.ward_id, began, began + timedelta(days=6))
        found.append(Week(began, sum(one.told_count or 0 for one in counted), logged, mine))
    return found


def monday(ctx: Context) -> date:
    """The first day of the week that runs, on the ward's calendar."""
    today = ctx.now().astimezone(ctx.ward.zone).date()
    return today - timedelta(days=today.weekday())


def count(ctx: Context, told: int) -> Changes:
    """Notes how often this person was told this week of something nobody logged. A new count replaces the last."""
    ctx.require("handover")
    if not 0 <= told <= MOST:
        raise ProblemsFound([Problem("told_count", f"Give a number from 0 to {MOST}.")])
    began = monday(ctx)
    record_id = tally_record_id(ctx.ward_id, began.isoformat(), ctx.user.user_id)
    with ctx.unit() as unit:
        try:
            tally = unit.get(Tally, record_id)
        except NotFound:
            tally = Tally(id=record_id, ward_id=ctx.ward_id, week_on=began, counted_by=ctx.user.user_id)
        tally.told_count = told
        unit.save(tally)
        return unit.commit("tally", record_id)
