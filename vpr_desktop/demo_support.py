"""The demonstration of what happens after a report: support steps, a "no" that is respected, an answer by slip code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from vpr_desktop.domain.support import Plan
from vpr_desktop.services import closing, plan_care, recordings, slip_lookup, slips, support, worklist
from vpr_desktop.services.context import Context
from vpr_desktop.services.new_incident import log
from vpr_desktop.services.recordings import Said

Told = Callable[[str], None]
LEAD = "blead"
ANSWER = "We spoke with the visitor. A sign now says whom to ask while waiting. Thank you for telling us."


def run(ctx: Context, incident_id: str, told: Told) -> None:
    """Follows up one report that was just logged, and closes another."""
    follow_up(ctx, incident_id, told)
    answer(ctx, told)


def follow_up(ctx: Context, incident_id: str, told: Told) -> None:
    """Steps recorded, one declined, one taken back, a lead named."""
    (plan,) = ctx.reader().find(Plan, incident_id=incident_id)
    seen = support.plan(ctx, plan.id)
    told(f"Support plan for {seen.person}: {len(seen.steps)} steps in {len(seen.stages)} stages")
    recordings.record_many(ctx, plan.id, [Said("S0-01", "DON"), Said("S0-02", "DON"), Said("S0-05", "DON")])
    told("Recorded 3 steps of the first hour in one save")
    recordings.record(ctx, plan.id, Said("S2-03", "DEC"))
    told("Occupational health: not wanted now. No reason was asked; it is offered once more at 72 hours")
    wrong = recordings.record(ctx, plan.id, Said("S2-01", "DON"))
    recordings.strike(ctx, plan.id, wrong.entry_ids)
    told("Recorded a contact by mistake and took it back: it is struck out, not deleted")
    plan_care.name_lead(ctx, plan.id, LEAD)
    told(f"{support.plan(ctx, plan.id).lead_name} leads the case from here on")
    counted = worklist.counts(ctx)
    late, today, week, _ = counted.groups
    told(f"Support now: {late} overdue, {today} today, {week} this week, {len(counted.riddor)} RIDDOR dates")


def answer(ctx: Context, told: Told) -> None:
    """A report of words alone is closed with an answer, and its reporter reads it without signing in."""
    happened = {"occurred_at": ctx.now() - timedelta(minutes=50), "time_known": "approx", "location": "REC"}
    mild = {"act_types": ["VER"], "affected": "ME", "perp_relation": "REL", "effect": "UPS", "support_offered": "ACC"}
    made = log(ctx, {**happened, **mild}, hold_seconds=0)
    found = closing.standing(ctx, made.id)
    who = "one person has" if len(found.targets) == 1 else f"{len(found.targets)} people have"
    told(f"{made.reference} is closed once {who} their answer")
    reasons = {one.key: "Nothing was due yet." for one in found.unrecorded}
    closing.close(ctx, made.id, closing.Answers({one.key: ANSWER for one in found.targets}, {}, reasons))
    while slips.catch_up(ctx):
        pass
    read = slip_lookup.look_up(ctx.home, made.slip_code, ctx.now(), ctx.secrets.policy)
    told(f'With the slip code, at the lock screen: {read.reference}, {read.state}. "{read.message}"')
