"""The support worklist of a ward with 20,000 open steps: its first page, a filter, and a step marked as done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bench import made
from tests.bench.measure import Bar, in_turn, timed
from tests.factories import answers
from vpr_desktop.domain.errors import NotFound
from vpr_desktop.services import home, new_incident, recordings, sessions, support, support_cases, worklist
from vpr_desktop.services.context import Context
from vpr_desktop.services.recordings import Said

OPEN_STEPS = 20_000
ROUNDS = 9


def _may_record(ctx: Context, plan_id: str) -> bool:
    try:
        return support_cases.load(ctx, plan_id).can("record")
    except NotFound:
        return False


def worklists(tmp: Path) -> list[Bar]:
    """Bars of the design: 50 ms for page and filter; marking done takes no longer than one save of an incident."""
    ctx = made.unlocked(made.copy(10_000, tmp / "worklist"))
    db = ctx.store.db
    db.execute(
        "UPDATE step_row SET live = 1, open_from = '' WHERE n IN (SELECT n FROM step_row LIMIT ?)", (OPEN_STEPS,)
    )
    known = worklist.counts(ctx).views
    held = known["all"]
    raw = "SELECT n, due_at, step FROM step_row WHERE open_from IS NOT NULL AND live = 1 ORDER BY due_at, n LIMIT 50"
    raw_counts = "SELECT count(*), sum(step = 'S2-01') FROM step_row WHERE open_from IS NOT NULL AND live = 1"
    # Not those of the practice users, who are hurt thousands of times in a ward made by copying, as nobody is.
    going = (
        "SELECT plan.id FROM plan JOIN person ON person.id = plan.person_id"
        " WHERE plan.closed_on IS NULL AND person.person_key IS NULL ORDER BY plan.id DESC LIMIT 60"
    )
    plans = [one for (one,) in db.execute(going).fetchall() if _may_record(ctx, one)][:ROUNDS]
    left = iter(plans)

    def mark_done() -> None:
        recordings.record(ctx, next(left), Said("S2-01", "DON"))

    def save() -> None:
        new_incident.log(ctx, answers(occurred_at=ctx.now()), hold_seconds=0)

    jobs: dict[str, Any] = {
        "raw": lambda: timed(lambda: db.execute(raw).fetchall()),
        "raw counts": lambda: timed(lambda: db.execute(raw_counts).fetchall()),
        "page": lambda: timed(lambda: worklist.page(ctx)),
        "counts": lambda: timed(lambda: worklist.counts(ctx)),
        "filter": lambda: timed(lambda: worklist.page(ctx, text="wellbeing a0")),
        "filtered counts": lambda: timed(lambda: worklist.counts(ctx, text="wellbeing a0", known=known)),
        "settled": lambda: timed(lambda: worklist.page(ctx, "closed")),
        "riddor": lambda: timed(lambda: worklist.riddor_rows(ctx)),
        "badge": lambda: timed(lambda: worklist.overdue_count(ctx)),
        "plan": lambda: timed(lambda: support.plan(ctx, plans[0])),
        "home": lambda: timed(lambda: home.home(ctx)),
        "mark": lambda: timed(mark_done),
        "save": lambda: timed(save),
    }
    found = in_turn(jobs, ROUNDS)
    sessions.lock(ctx)
    note = f"{held:,} open steps"
    return [
        Bar("worklist, first page of 50", found["page"], found["raw"], 50, note=note),
        Bar("worklist, counts of all views", found["counts"], found["raw counts"], None),
        Bar("worklist, filtered page", found["filter"], None, 50),
        Bar("worklist, what is settled", found["settled"], None, 50),
        Bar("worklist, counts of a filter", found["filtered counts"], None, 50),
        Bar("worklist, RIDDOR dates", found["riddor"], None, 50),
        Bar("worklist, badge", found["badge"], None, 50),
        Bar("a plan read", found["plan"], None, 50),
        Bar("a step marked as done", found["mark"], found["save"], found["save"] * 1.2, note="floor: one save"),
        Bar("what Home reads with it", found["home"], None, None),
    ]
