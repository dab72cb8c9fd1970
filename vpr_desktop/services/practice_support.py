"""Support in the practice data: somebody content, somebody who declined, a pause, nobody reached, plans left to do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from vpr_desktop.domain.errors import NotFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.support import Plan
from vpr_desktop.domain.support_steps import CLOSING, REOFFER, was_spoken_of
from vpr_desktop.services import plan_care, plan_end, recordings, support, support_cases, worklist
from vpr_desktop.services.context import Context, Person
from vpr_desktop.services.recordings import Said
from vpr_desktop.services.support_views import PlanView

LEADS = (("blead", "B. Lead", "B.L."), ("dlead", "D. Lead", "D.L."))
FRESH = 3  # days in which a ward may still have most of a plan before it
DAYS = 30  # what is older has its plan closed
MOST = 1000  # steps that are overdue at once


class Clock(Protocol):
    """The clock of the story, which can be moved."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """What is recorded on a step so many hours after the event, by the manager or by the support lead."""

    hours: float
    step: str
    outcome: str
    lead: bool = False
    channel: str = ""
    reason: str = ""


NOW = (
    Turn(0.2, "S0-01", "DON"), Turn(0.3, "S0-02", "DON"), Turn(0.6, "S0-04", "ACC"), Turn(0.6, "S0-05", "DON"),
    Turn(3, "S1-01", "DON", channel="FTF"), Turn(3, "S1-02", "DON"), Turn(3, "S1-03", "DON"),
    Turn(3, "S1-04", "DON", channel="FTF"), Turn(4, "S1-06", "DON"),
)  # fmt: skip
STORIES: dict[str, tuple[Turn, ...]] = {
    "well": (
        *NOW, Turn(6, "S1-05", "DEC"), Turn(20, "S2-01", "DON", channel="PHO"), Turn(21, "S2-02", "ACC"),
        Turn(21, "S2-03", "ACC"), Turn(22, "S2-04", "DON"), Turn(70, "S3-01", "DON", lead=True, channel="PHO"),
        Turn(74, "S3-02", "DEC", lead=True), Turn(150, "S4-01", "DON"), Turn(160, "S4-02", "DON", channel="FTF"),
        Turn(330, "S5-06", "DON", lead=True),
    ),
    "declined": (
        *NOW, Turn(20, "S2-01", "DON", channel="PHO"), Turn(20, "S2-02", "DEC"), Turn(20, "S2-03", "DEC"),
        Turn(71, "S3-01", "DON", lead=True), Turn(72, "S3-02", "DEC", lead=True),
    ),
    "ask again": (*NOW[:4], Turn(22, "S2-01", "DON"), Turn(22, "S2-03", "DEC", lead=True), Turn(22, "S2-02", "DEC")),
    "silent": (
        *NOW[:4], Turn(12, "S2-01", "NRE", channel="PHO"), Turn(20, "S2-01", "NRE", channel="PHO"),
        Turn(40, "S2-01", "NRE", channel="TXT"),
    ),
    "referred": (
        *NOW, Turn(20, "S2-01", "DON", channel="PHO"),
        Turn(23, "S2-03", "REF", lead=True, reason="Occupational health, asked for a morning."),
    ),
    "paused": (*NOW, Turn(19, "S2-01", "DON", channel="FTF")),
    "left": (Turn(0.3, "S0-02", "DON"),),
}  # fmt: skip
CHOICES: Sequence[dict[str, Any]] = (
    {"contact_how": "Phone", "contact_when": "after 17:00", "may_know": "Ward manager only"},
    {"contact_how": "Text message first", "wants": "Peer support", "language": "English"},
    {"contact_how": "In person, on shift", "may_know": "The team may know"},
)


def follow_up(ctx: Context, clock: Clock, incident_id: str, at: datetime, end: datetime) -> datetime:
    """Plays one story for each plan of a practice incident, as far as the time of the story goes; returns that time.

    Chances of its own, so that the incidents stay the same whatever becomes of their support.
    """
    last, chance = clock.at, random.Random(f"support {at:%Y-%m-%d %H:%M}")
    old = end - at > timedelta(days=DAYS)
    if old and not ctx.reader().get(Incident, incident_id).restricted:
        return last
    user_id, name, initials = chance.choice(LEADS)
    lead = replace(ctx, user=Person(user_id, name, initials, "support_lead"))
    for plan in ctx.reader().find(Plan, incident_id=incident_id):
        story = chance.choices(list(STORIES), (30, 12, 14, 10, 10, 8, 16))[0]
        if story == "left" and end - at > timedelta(days=FRESH):
            story = "well"
        clock.at = min(at + timedelta(hours=5), end)
        if story != "left":
            plan_care.take(lead, plan.id)
            wanted = dict(chance.choice(CHOICES))
            if story == "paused":
                wanted["paused_until"] = (end + timedelta(days=6)).date()
            plan_care.choose(lead, plan.id, wanted)
        for turn in STORIES[story]:
            _play(ctx, lead, clock, plan.id, at, end, turn)
        if story in ("silent", "referred") and at + timedelta(hours=24) < end:
            recordings.add_note(lead, plan.id, "Prefers a call before a visit.")
        clock.at = last = max(last, min(clock.at, end))
    clock.at = last
    return last


def end_plans(ctx: Context, incident_id: str) -> None:
    """Closes each plan of an older incident as its support lead does, whoever takes it where nobody leads it yet."""
    for plan in ctx.reader().find(Plan, incident_id=incident_id):
        chance = random.Random(f"end {ctx.now():%Y-%m-%d %H:%M}")
        of_lead = next((one for one in LEADS if one[0] == plan.lead), None)
        user_id, name, initials = of_lead or chance.choice(LEADS)
        lead = replace(ctx, user=Person(user_id, name, initials, "support_lead"))
        if plan.lead is None:
            plan_care.take(lead, plan.id)
        case = support_cases.load(lead, plan.id)
        if not was_spoken_of(case.state, case.template):
            offer = next(one.step.code for one in support_cases.steps(lead, case) if one.step.is_offer)
            recordings.record(lead, plan.id, Said(offer, chance.choice(("DON", "DEC"))))
        plan_end.close(lead, plan.id, chance.choices(plan_end.WHY, (70, 12, 6, 12))[0])


def _play(ctx: Context, lead: Context, clock: Clock, plan_id: str, at: datetime, end: datetime, turn: Turn) -> None:
    """One recording, where its step stands open in this plan for whoever makes it and its time has come."""
    clock.at = at + timedelta(hours=turn.hours)
    if clock.at >= end:
        return
    who = lead if turn.lead or not ctx.can("support") else ctx
    try:
        held = support.plan(who, plan_id)
    except NotFound:  # restricted: its support lead alone follows it
        who, held = lead, support.plan(lead, plan_id)
    if "record" in held.acts and any(one.code == turn.step and one.is_open for one in held.steps):
        said = Said(turn.step, turn.outcome, channel=turn.channel or None, reason=turn.reason or None)
        recordings.record(who, plan_id, said)


def keep_up(ctx: Context, clock: Clock, end: datetime) -> None:
    """What is overdue by now is recorded, but for a step now and then of late, as on a ward that keeps up."""
    leads = [replace(ctx, user=Person(user_id, name, short, "support_lead")) for user_id, name, short in LEADS]
    for who in (ctx, *leads):
        for plan_id in dict.fromkeys(row.plan_id for row in worklist.page(who, limit=MOST) if row.overdue):
            _catch_up(who, support.plan(who, plan_id), end - clock.at < timedelta(days=DAYS))


def _catch_up(who: Context, held: PlanView, lately: bool) -> None:
    began = held.occurred_at
    if "record" not in held.acts or began is None or who.now() - began < timedelta(days=FRESH):
        return
    late = [one for one in held.steps if one.overdue and one.is_asked and one.code != REOFFER]
    if lately:
        late = [one for one in late if random.Random(f"{held.reference} {one.code}").random() < 0.95]
    ends = any(one.ends_plan for one in late)
    late = [one for one in late if one.code != CLOSING]
    several = [Said(one.code, one.outcomes[0]) for one in late if not one.alone]
    if several:
        recordings.record_many(who, held.id, several)
    for one in late:
        if one.alone:
            recordings.record(who, held.id, Said(one.code, one.outcomes[0]))
    if ends:
        plan_end.close(who, held.id, "AGR")
