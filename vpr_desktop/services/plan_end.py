"""The end of a support plan: closing it, opening it again, and taking back either. Its support lead's acts alone.

Steps stay as they stand: a closed plan asks for those of the team and those of the law, and for nothing personal.
Closing an incident never closes a plan, nor a plan an incident. `shown` is as in `plan_care`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.choices_response import PLAN_CLOSED
from vpr_desktop.domain.errors import NotAllowed, Problem, ProblemsFound
from vpr_desktop.domain.fields import decode
from vpr_desktop.domain.identity import hlc_ms
from vpr_desktop.domain.record import Shown, fields_of, from_wire
from vpr_desktop.domain.riddor import NOT_AT_WORK
from vpr_desktop.domain.support import Plan, StepEntry
from vpr_desktop.domain.support_steps import CLOSING, FIRST_OFFER, TAKEN, was_spoken_of
from vpr_desktop.services import support_cases
from vpr_desktop.services.context import Context
from vpr_desktop.services.support import end_shown
from vpr_desktop.services.support_cases import Case
from vpr_desktop.storage.unit import UnitOfWork

WHY = tuple(code.code for code in PLAN_CLOSED if code.code != "NAP")  # which a change of who the person is gives alone
ENDED = ("closed_on", "closed_reason")
TAKE_BACK = timedelta(minutes=2)
NOT_OFFERED = "Nothing is recorded yet about an offer. Record {step} first, if only as Not wanted or Not needed."
NOT_STAFF = "The person is recorded as a patient or visitor. Change that on the report first."


def close(ctx: Context, plan_id: str, why: str, shown: Shown | None = None) -> Changes:
    """Closes a plan; the step that asks for it is done with it. Raises NotAllowed, ProblemsFound.

    Something must be recorded of an offer, whatever the reason: so what is counted as offered never tells the reason.
    """
    case = support_cases.load(ctx, plan_id)
    case.require("close")
    based = end_shown(ctx, case) if shown is None else shown
    if why not in WHY:
        raise ProblemsFound([Problem("why", "Choose why the plan is closed.")])
    if based.values.get("closed_on"):
        raise ProblemsFound([Problem("why", "This plan is closed already.")])
    if not was_spoken_of(case.state, case.template):
        step = f'"{_offer_of(ctx, case)}"'
        raise ProblemsFound([Problem("why", NOT_OFFERED.format(step=step))])
    today = ctx.now().astimezone(case.state.clock.zone).date()
    with ctx.unit() as unit:
        _put(unit, case, based, {"closed_on": today, "closed_reason": why})
        _tick(ctx, unit, case)
        return unit.commit("close plan", case.incident.id)


def _offer_of(ctx: Context, case: Case) -> str:
    """The title of an offer that stands in a plan: the first of the first day where there is one."""
    held = [one.step for one in support_cases.steps(ctx, case) if one.step.is_offer]
    return next((one.title for one in held if one.code == FIRST_OFFER), held[0].title if held else "an offer")


def reopen(ctx: Context, plan_id: str, shown: Shown | None = None) -> Changes:
    """Opens a closed plan again, as it stood; whether to close it is then asked again. Raises ProblemsFound."""
    case = support_cases.load(ctx, plan_id)
    case.require("close")
    based = end_shown(ctx, case) if shown is None else shown
    if not based.values.get("closed_on"):
        raise ProblemsFound([Problem("plan", "This plan is open.")])
    if case.person.person_kind in NOT_AT_WORK:
        raise ProblemsFound([Problem("plan", NOT_STAFF)])
    with ctx.unit() as unit:
        _put(unit, case, based, dict.fromkeys(ENDED))
        _untick(ctx, unit, case)
        return unit.commit("open plan again", case.incident.id)


def take_back(ctx: Context, plan_id: str) -> Changes:
    """Takes back this user's closing or opening of a plan within 2 minutes, that one act alone. Raises NotAllowed."""
    case = support_cases.load(ctx, plan_id)
    case.require("close")
    told = [op for op in ctx.reader().ops_of(plan_id) if "closed_on" in op["set"]]
    last: dict[str, Any] = told[-1] if told else {"by": "", "set": {"closed_on": None}, "at": ""}
    now = case.plan.shown.values.get("closed_on")
    if last["by"] != ctx.user.user_id or now != last["set"]["closed_on"] or _is_old(ctx, last):
        raise NotAllowed("This can no longer be undone. Close the plan or open it again.")
    before = told[-2]["set"] if len(told) > 1 else {}
    mine = Shown({n: last["set"].get(n) for n in ENDED}, {n: [last["op"]] for n in ENDED if n in last["set"]})
    specs = fields_of(Plan)
    with ctx.unit() as unit:
        _put(unit, case, mine, {name: decode(specs[name], before.get(name)) for name in ENDED})
        if last["set"]["closed_on"] is None:
            _tick(ctx, unit, case)
        else:
            _untick(ctx, unit, case)
        return unit.commit("end of a plan undone", case.incident.id)


def _is_old(ctx: Context, op: dict[str, Any]) -> bool:
    return ctx.now().timestamp() * 1000 - hlc_ms(op["at"]) > TAKE_BACK / timedelta(milliseconds=1)


def _put(unit: UnitOfWork, case: Case, based: Shown, values: dict[str, Any]) -> None:
    plan = from_wire(Plan, case.plan.id, case.plan.ward_id, based)
    for name, value in values.items():
        setattr(plan, name, value)
    unit.save(plan, hold=unit.held_until(case.incident.id))


def _tick(ctx: Context, unit: UnitOfWork, case: Case) -> None:
    """Records the step that asks whether to close the plan, where it stands open."""
    held = support_cases.steps(ctx, case)
    if not any(one.step.code == CLOSING and one.is_open for one in held):
        return
    done = StepEntry(ward_id=case.plan.ward_id, plan_id=case.plan.id, step=CLOSING, outcome="DON")
    done.at, done.by = ctx.now(), ctx.user.user_id
    unit.save(done, hold=unit.held_until(case.incident.id))


def _untick(ctx: Context, unit: UnitOfWork, case: Case) -> None:
    held = unit.find(StepEntry, plan_id=case.plan.id, step=CLOSING)
    struck = {entry.strikes for entry in held}
    for entry in held:
        if entry.outcome in TAKEN and not entry.strikes and entry.id not in struck:
            mark = StepEntry(ward_id=entry.ward_id, plan_id=entry.plan_id, step=CLOSING, outcome=entry.outcome)
            mark.at, mark.by, mark.strikes = ctx.now(), ctx.user.user_id, entry.id
            unit.save(mark, hold=unit.held_until(case.incident.id))
