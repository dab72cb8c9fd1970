"""Told but not logged: a one-minute count a week, beside what was logged, so that under-reporting can be seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.domain.identity import tally_record_id
from vpr_desktop.domain.record import Shown, from_wire
from vpr_desktop.domain.tally import Tally
from vpr_desktop.services.context import Context
from vpr_desktop.storage import closing_rows

WEEKS = 6
MOST = 999


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the ward shown: counts of everybody together. `mine` is None where this person did not count.

    `counts`: all that this person counted of it, where two PCs hold two numbers; `shown`: what a new one replaces.
    """

    began: date
    told: int
    logged: int
    mine: int | None
    counts: tuple[int, ...] = ()
    shown: Shown = field(default_factory=Shown, repr=False)


def weeks(ctx: Context, many: int = WEEKS) -> list[Week]:
    """This week and those before it, the latest first. Raises NotAllowed."""
    ctx.require("handover")
    held = ctx.reader().find(Tally, ward_id=ctx.ward_id)
    this = monday(ctx)
    found = []
    for back in range(many):
        began = this - timedelta(weeks=back)
        counted = [one for one in held if one.week_on == began]
        mine = next((one for one in counted if one.counted_by == ctx.user.user_id), None)
        logged = closing_rows.logged_between(ctx.store.db, ctx.ward_id, began, began + timedelta(days=6))
        told = sum(one.told_count or 0 for one in counted)
        if mine is None:
            found.append(Week(began, told, logged, None))
        else:
            found.append(Week(began, told, logged, mine.told_count, _counts(ctx, mine), mine.shown))
    return found


def _counts(ctx: Context, tally: Tally) -> tuple[int, ...]:
    if "told_count" not in tally.shown.clashes:
        return ()
    heads = tally.shown.heads["told_count"]
    return tuple(sorted({op["set"]["told_count"] for op in ctx.reader().ops_of(tally.id) if op["op"] in heads}))


def monday(ctx: Context) -> date:
    """The first day of the week that runs, on the ward's calendar."""
    today = ctx.now().astimezone(ctx.ward.zone).date()
    return today - timedelta(days=today.weekday())


def count(ctx: Context, told: int, shown: Shown | None = None) -> Changes:
    """Notes how often this person was told this week of something nobody logged. A new count replaces the last.

    `shown` is what was on screen (Week.shown), else what stands now: a number that came since stays beside it.
    """
    ctx.require("handover")
    if not 0 <= told <= MOST:
        raise ProblemsFound([Problem("told_count", f"Give a number from 0 to {MOST}.")])
    began, me = monday(ctx), ctx.user.user_id
    if shown is None:
        held = ctx.reader().find(Tally, ward_id=ctx.ward_id, counted_by=me, week_on=began.isoformat())
        shown = next((one.shown for one in held), Shown())
    based = shown if shown.values.get("week_on") == began.isoformat() else Shown()  # a new week began meanwhile
    record_id = tally_record_id(ctx.ward_id, began.isoformat(), me)
    tally = from_wire(Tally, record_id, ctx.ward_id, based)
    for name, value in (("week_on", began), ("counted_by", me), ("told_count", told)):
        setattr(tally, name, value)
    with ctx.unit() as unit:
        unit.save(tally, restate=based.clashes & {"told_count"})
        return unit.commit("tally", record_id)
