"""The support worklist of a ward with 20,000 open steps: its first page, a filter, and a step marked as done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bench import made
from tests.bench.measure import Bar, in_turn, timed
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import home, recordings, sessions, support, worklist
from vpr_desktop.services.recordings import Said

OPEN_STEPS = 20_000


def worklists(tmp: Path) -> list[Bar]:
    """Bars of the design: 50 ms for page and filter; marking done takes no longer than one save of an incident."""
    ctx = made.unlocked(made.copy(10_000, tmp / "worklist"))
    db = ctx.store.db
    db.execute(
        "UPDATE step_row SET live = 1, open_from = '' WHERE n IN (SELECT n FROM step_row LIMIT ?)", (OPEN_STEPS,)
    )
    held = worklist.counts(ctx).total
    raw = "SELECT n, due_at, step FROM step_row WHERE open_from IS NOT NULL AND live = 1 ORDER BY due_at, n LIMIT 50"
    plans = [plan.id for plan in ctx.reader().find(Plan, closed_on=None)][:1] or [
        row[0] for row in db.execute("SELECT plan_id FROM step_row WHERE live = 1 ORDER BY n DESC LIMIT 1")
    ]
    numbers = iter(range(10_000))

    def mark_done() -> None:
        recordings.record(ctx, plans[0], Said("S2-01", "NRE", reason=f"Try {next(numbers)}"))

    jobs: dict[str, Any] = {
        "raw": lambda: timed(lambda: db.execute(raw).fetchall()),
        "page": lambda: timed(lambda: worklist.page(ctx)),
        "counts": lambda: timed(lambda: worklist.counts(ctx)),
        "filter": lambda: timed(lambda: worklist.page(ctx, text="wellbeing a0")),
        "filtered counts": lambda: timed(lambda: worklist.counts(ctx, text="wellbeing a0")),
        "badge": lambda: timed(lambda: worklist.overdue_count(ctx)),
        "plan": lambda: timed(lambda: support.plan(ctx, plans[0])),
        "home": lambda: timed(lambda: home.home(ctx)),
        "mark": lambda: timed(mark_done),
    }
    found = in_turn(jobs, 9)
    sessions.lock(ctx)
    note = f"{held:,} open steps"
    return [
        Bar("worklist, first page of 50", found["page"], found["raw"], 50, note=note),
        Bar("worklist, counts of all views", found["counts"], None, 50, note=note),
        Bar("worklist, filtered page", found["filter"], None, 50),
        Bar("worklist, counts of a filter", found["filtered counts"], None, 50),
        Bar("worklist, badge", found["badge"], None, 50),
        Bar("a plan read", found["plan"], None, 50),
        Bar("a step recorded", found["mark"], None, 100, note="one save"),
        Bar("what Home reads with it", found["home"], None, None),
    ]
