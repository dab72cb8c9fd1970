"""Who does what of a support plan and when, who leads it, and what the person chose. Each change is an op.

`shown` is what was on screen (StepView.shown, PlanView.shown, PlanView.lead_shown), else what stands now: what came
since from elsewhere is not written over, it stands beside as a second version and somebody is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import NotAllowed, Problem, ProblemsFound
from vpr_desktop.domain.identity import hlc_ms, step_record_id
from vpr_desktop.domain.record import Record, Shown, from_wire, wire_values
from vpr_desktop.domain.support import Plan, StepCare
from vpr_desktop.domain.user import User
from vpr_desktop.services import support_cases
from vpr_desktop.services.context import Context
from vpr_desktop.services.support import CHOICES, cares_shown, choices_shown, has_lead, lead_shown
from vpr_desktop.services.support_cases import Case
from vpr_desktop.storage.unit import UnitOfWork

OWNERS = ("ward_manager", "support_lead", "vpr_lead")
# Why somebody passes a case on. The first two say that they must not lead it, so it does not come back to them.
PASSED = {
    "own_manager": "The person is my own manager",
    "alleged": "I am said to have done it, or am close to who is",
    "away": "I am away or on another ward",
    "asked": "The person asked for somebody else",
}
TAKE_BACK = timedelta(minutes=2)
CONFLICTS = ("own_manager", "alleged")
OWN_CASE = "This is your own case. Somebody else leads it."
TAKES_IT = "A support lead takes this case themselves."
CANNOT_LEAD = "You said that you cannot lead this case. Somebody else takes it."


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a step or a case can be given to."""

    user_id: str
    name: str
    role: str


def colleagues(ctx: Context, roles: Sequence[str] = OWNERS) -> list[Colleague]:
    """Everybody of these roles on the wards, by name."""
    held = [u for role in roles for u in ctx.reader().find(User, role=role) if u.active is not False and u.user_id]
    found = {u.user_id: Colleague(u.user_id, u.name or u.user_id, u.role or "") for u in held if u.user_id}
    return sorted(found.values(), key=lambda one: one.name)


def assign(ctx: Context, plan_id: str, step: str, owner: str | None, shown: Shown | None = None) -> Changes:
    """Gives a step to somebody, or to nobody."""
    case = support_cases.load(ctx, plan_id)
    case.require("assign")
    if owner is not None and owner not in {one.user_id for one in colleagues(ctx)}:
        raise ProblemsFound([Problem("owner", "Choose somebody of this ward from the list.")])
    if owner is not None and owner == case.person.person_key and case.can("show_name"):
        raise ProblemsFound([Problem("owner", "A step about a person is not theirs to do. Choose somebody else.")])
    return _care(ctx, case, step, {"owner": owner}, shown, "assign step")


def set_due(
    ctx: Context, plan_id: str, step: str, due_at: datetime, reason: str, shown: Shown | None = None
) -> Changes:
    """Sets another due time for a step by hand, which wins over the template's. Needs a reason."""
    case = support_cases.load(ctx, plan_id)
    case.require("set_due")
    found = []
    if due_at <= ctx.now():
        found.append(Problem("due_at", "That time is over. Give one that is still to come."))
    if not reason.strip():
        found.append(Problem("reason", "Say why, in a few words."))
    if found:
        raise ProblemsFound(found)
    return _care(ctx, case, step, {"due_at": due_at, "due_reason": reason.strip()}, shown, "set due time")


def _care(ctx: Context, case: Case, code: str, values: Mapping[str, Any], shown: Shown | None, act: str) -> Changes:
    one = support_cases.step(ctx, case, code)
    case.require_open(one.step)
    plan_id = support_cases.plan_id_for(case, one)
    based = cares_shown(ctx, case).get(code, Shown()) if shown is None else shown
    with ctx.unit() as unit:
        care = from_wire(StepCare, step_record_id(plan_id, code), case.plan.ward_id, based)
        care.plan_id, care.step = plan_id, code
        _put(unit, case, care, values)
        return unit.commit(act, case.incident.id)


def _put(unit: UnitOfWork, case: Case, record: Record, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    try:
        wire_values(record)
    except ValueError as error:
        raise ProblemsFound([Problem(next(iter(values)), str(error))]) from error
    unit.save(record, hold=unit.held_until(case.incident.id))


# Who leads a case
def take(ctx: Context, plan_id: str, shown: Shown | None = None) -> Changes:
    """Takes a case out of the pool, where those lie too whose lead left: it is then this support lead's. Logged."""
    case = support_cases.load(ctx, plan_id)
    if case.tie.self_person or case.tie.self_named:
        raise NotAllowed(OWN_CASE)
    case.require("take")
    if ctx.user.user_id in support_cases.cannot_lead(ctx.reader(), case.plan.id, case.plan.shown):
        raise NotAllowed(CANNOT_LEAD)
    if has_lead(ctx, case):
        raise NotAllowed("Somebody leads this case already.")
    return _lead(ctx, case, ctx.user.user_id, shown, "take case")


def pass_on(ctx: Context, plan_id: str, to: str | None, why: str, shown: Shown | None = None) -> Changes:
    """Passes a case on to another support lead, or back to the pool. A conflict of interest is kept with the plan."""
    case = support_cases.load(ctx, plan_id)
    case.require("pass_on")
    if why not in PASSED:
        raise ProblemsFound([Problem("why", "Choose why you pass it on.")])
    if to == ctx.user.user_id:
        raise ProblemsFound([Problem("to", "You lead it now. Choose somebody else.")])
    return _lead(ctx, case, to, shown, "pass case on", flag=why in CONFLICTS)


def name_lead(ctx: Context, plan_id: str, to: str, shown: Shown | None = None) -> Changes:
    """Names the support lead of a case that has none."""
    case = support_cases.load(ctx, plan_id)
    case.require("name_lead")
    if not case.can("show_name"):  # else who is refused as lead would be known as the person
        raise NotAllowed(TAKES_IT)
    if has_lead(ctx, case):
        raise NotAllowed("Somebody leads this case already.")
    return _lead(ctx, case, to, shown, "name support lead")


def take_back(ctx: Context, plan_id: str) -> Changes:
    """Takes back what this user did last about who leads a case, within 2 minutes: the case is as it was before.

    Needs no other right: whoever passed a case on may not even see it any more. Stands for that one act alone, so
    that what came since from elsewhere is not taken off with it. Raises NotAllowed.
    """
    ctx.require("support")
    told = [op for op in ctx.reader().ops_of(plan_id) if "lead" in op["set"]]
    last = told[-1] if told else None
    with ctx.unit() as unit:
        held = unit.get(Plan, plan_id)
        if last is None or last["by"] != ctx.user.user_id or held.lead != last["set"]["lead"] or _is_old(ctx, last):
            raise NotAllowed("This can no longer be undone. Name or pass on the case anew.")
        mine = {name: last["set"][name] for name in ("lead", "cannot_lead") if name in last["set"]}
        plan = from_wire(Plan, plan_id, held.ward_id, Shown(mine, {name: [last["op"]] for name in mine}))
        plan.lead = told[-2]["set"]["lead"] if len(told) > 1 else None
        if "cannot_lead" in mine:  # that they cannot lead it was said with it, and is taken back with it
            plan.cannot_lead = _names(support_cases.cannot_lead(unit, plan_id, plan.shown) - {ctx.user.user_id})
        unit.save(plan)
        return unit.commit("lead of a case undone", held.incident_id or "")


def _is_old(ctx: Context, op: dict[str, Any]) -> bool:
    return ctx.now().timestamp() * 1000 - hlc_ms(op["at"]) > TAKE_BACK / timedelta(milliseconds=1)


def _lead(ctx: Context, case: Case, to: str | None, shown: Shown | None, act: str, *, flag: bool = False) -> Changes:
    if to is not None and to not in {one.user_id for one in colleagues(ctx, ("support_lead",))}:
        raise ProblemsFound([Problem("to", "Choose a support lead of this ward.")])
    barred = support_cases.cannot_lead(ctx.reader(), case.plan.id, case.plan.shown)
    if to is not None and (to in barred or to == case.person.person_key):
        raise ProblemsFound([Problem("to", "This support lead cannot lead the case. Choose somebody else.")])
    with ctx.unit() as unit:
        plan = from_wire(Plan, case.plan.id, case.plan.ward_id, lead_shown(ctx, case) if shown is None else shown)
        if flag:
            plan.cannot_lead = _names({*support_cases.cannot_lead(unit, plan.id, plan.shown), ctx.user.user_id})
        plan.lead = to
        unit.save(plan, hold=unit.held_until(case.incident.id))
        return unit.commit(act, case.incident.id)


def _names(users: set[str]) -> str | None:
    return ",".join(sorted(users)) or None


# What the person chose
def choose(ctx: Context, plan_id: str, values: Mapping[str, Any], shown: Shown | None = None) -> Changes:
    """Keeps what the person wants: how and when to be contacted, who may know, language, a pause.

    Outside the circle somebody writes on what they typed themselves; a choice kept from them is never taken away
    unseen, it then stands in two versions.
    """
    case = support_cases.load(ctx, plan_id)
    case.require("choose")
    unknown = [name for name in values if name not in CHOICES]
    if unknown:
        raise NotAllowed()
    until = values.get("paused_until")
    if until is not None and until < ctx.now().astimezone(case.state.clock.zone).date():
        raise ProblemsFound([Problem("paused_until", "That day is over. Give a day from today on.")])
    with ctx.unit() as unit:
        plan = from_wire(Plan, case.plan.id, case.plan.ward_id, shown or choices_shown(ctx, case))
        _put(unit, case, plan, {n: (v.strip() or None) if isinstance(v, str) else v for n, v in values.items()})
        return unit.commit("choices of the person", case.incident.id)
