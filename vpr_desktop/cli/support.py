"""Commands about support: the worklist, a recording on a step, the end of a plan, and the checklist of the ward."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from vpr_desktop.cli import given
from vpr_desktop.cli.output import result, table
from vpr_desktop.cli.session import signed_in
from vpr_desktop.domain.choices_response import PLAN_CLOSED
from vpr_desktop.domain.errors import NotFound, Problem, ProblemsFound
from vpr_desktop.services import incidents, plan_end, recordings, support, support_templates, worklist
from vpr_desktop.services.context import Context
from vpr_desktop.services.recordings import Said
from vpr_desktop.services.support_views import PlanView
from vpr_desktop.services.worklist import TEAM, WorkRow

SLICE = 500
TEAM_KEY = "team"


def list_(options: Namespace) -> None:
    """The open steps of this person's worklist, the earliest due first."""
    with signed_in(options) as ctx:
        found = [row for row in _all(ctx) if _wanted(row, options)]
        document = [_document(row) for row in found]
    head = ("reference", "person", "step", "text", "due", "owner", "status")
    lines = table(head, [tuple(one[name] or "" for name in head) for one in document])
    result(options, document, lines if document else ["No follow-ups are due."])


def _all(ctx: Context) -> list[WorkRow]:
    rows: list[WorkRow] = []
    while slice_ := worklist.page(ctx, after=rows[-1].key if rows else None, limit=SLICE):
        rows += slice_
    return rows


def _key(person: str) -> str:
    return TEAM_KEY if person == TEAM else person.removeprefix("Person ")


def _wanted(row: WorkRow, options: Namespace) -> bool:
    if options.overdue and not row.overdue:
        return False
    return not options.person or _key(row.person).casefold() == options.person.casefold()


def _document(row: WorkRow) -> dict[str, Any]:
    return {
        "reference": row.reference, "person": _key(row.person), "step": row.step, "text": row.title,
        "due": row.due.isoformat() if row.due else None, "owner": row.owner, "status": row.status,
        "overdue": row.overdue,
    }  # fmt: skip


def record(options: Namespace) -> None:
    """Records what came of a step."""
    with signed_in(options) as ctx:
        plan = _plan(ctx, options, options.step.upper())
        said = Said(
            options.step.upper(), options.outcome.upper(), given.moment("at", options.at),
            (options.channel or "").upper() or None, options.reason, given.day("date", options.date),
        )  # fmt: skip
        recordings.record(ctx, plan.id, said)
        after = support.plan(ctx, plan.id)
        step = next((one for one in after.steps if one.code == said.step), None)
    status = step.status if step is not None else ""
    document = {
        "reference": plan.reference, "person": TEAM_KEY if step is not None and step.team else _key(plan.person),
        "step": said.step, "outcome": said.outcome, "status": status,
    }  # fmt: skip
    result(options, document, [f"{plan.reference}, {said.step}: recorded. {status}."])


def close(options: Namespace) -> None:
    """Closes the plan of a person."""
    with signed_in(options) as ctx:
        plan = _plan(ctx, options)
        plan_end.close(ctx, plan.id, options.why.upper())
        after = support.plan(ctx, plan.id)
    day = after.closed_on.isoformat() if after.closed_on is not None else None
    document = {"reference": plan.reference, "person": _key(plan.person), "closed_on": day, "why": after.closed_why}
    words = f"{plan.reference}, {plan.person}: the plan is closed. {PLAN_CLOSED.label(after.closed_why)}."
    result(options, document, [words])


def reopen(options: Namespace) -> None:
    """Opens the closed plan of a person again."""
    with signed_in(options) as ctx:
        plan = _plan(ctx, options)
        plan_end.reopen(ctx, plan.id)
    document = {"reference": plan.reference, "person": _key(plan.person), "closed_on": None}
    result(options, document, [f"{plan.reference}, {plan.person}: the plan is open again."])


def _plan(ctx: Context, options: Namespace, code: str = "") -> PlanView:
    """The plan that is meant: by the person's letter, or the only one; a step of the team stands in each."""
    held = support.plans_of(ctx, incidents.find(ctx, options.reference))
    if not held:
        raise NotFound()
    key = (options.person or "").casefold()
    of_team = any(one.code == code and one.team for plan in held for one in plan.steps)
    if of_team and key in ("", TEAM_KEY):
        return held[0]
    named = [plan for plan in held if _key(plan.person).casefold() == key] if key else held
    if len(named) != 1:
        letters = ", ".join(_key(plan.person) for plan in held)
        raise ProblemsFound([Problem("person", f"Say whose it is with --person, one of {letters}.")])
    return named[0]


def template(options: Namespace) -> None:
    """Shows the checklist of the ward, or takes another into use."""
    with signed_in(options) as ctx:
        if options.file:
            facts, _ = support_templates.load_file(ctx, options.file)
        else:
            facts = support_templates.shown(ctx)
    document = {"id": facts.id, "version": facts.version, "source": facts.source, "official": facts.official,
                "steps": facts.steps}  # fmt: skip
    result(options, document, [f"{facts.id}, version {facts.version}: {facts.steps} steps. {facts.source}"])
