"""Recording what was done about a step: each is an entry of its own, never a field that is overwritten (domain E3).

Two people who complete one step keep both entries. A mistake is struck out by an entry that names it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.choices_response import CHANNEL, OUTCOME
from vpr_desktop.domain.errors import NotAllowed, Problem, ProblemsFound
from vpr_desktop.domain.support import PlanNote, StepEntry
from vpr_desktop.domain.support_steps import CLOSING, REOFFER, TAKEN, TRIES, StepState, reoffers
from vpr_desktop.domain.when import show
from vpr_desktop.services import support_cases
from vpr_desktop.services.context import Context
from vpr_desktop.services.support import ALONE
from vpr_desktop.services.support_cases import Case
from vpr_desktop.storage.unit import UnitOfWork

WITH_REASON = {
    "NAP": "Say in a few words why it is not needed.",
    "NPO": "Say in a few words why it was not possible.",
    "REF": "Say where to.",
}
DONE_EARLY = ("NAP", "NPO", "DEC", "DEL")  # what may be said of a step before the time it opens
GRACE = timedelta(minutes=2)
CLOSES = "This is done by closing the plan. Its support lead does that, with Close this plan."


@dataclass(frozen=True, slots=True)
class Said:
    """One recording to be made. A decline never needs a reason; `at` is now where nothing else is said."""

    step: str
    outcome: str
    at: datetime | None = None
    channel: str | None = None
    reason: str | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded: the entries that an undo strikes out, and the status each step now has for its writer."""

    entry_ids: tuple[str, ...]
    not_reached: bool = False
    changes: Changes = field(default_factory=Changes)


def record(ctx: Context, plan_id: str, said: Said, *, taken: Collection[str] = ()) -> Recorded:
    """Records one step. On S3-02 `taken` names the offers taken up now; all others on its list are declined.

    Raises NotAllowed, NotFound, ProblemsFound.
    """
    case = support_cases.load(ctx, plan_id)
    one = _checked(ctx, case, said)
    lines = _second_offer(case, said, taken) if said.step == REOFFER else [said]
    return _write(ctx, case, lines, one)


def record_many(ctx: Context, plan_id: str, said: Sequence[Said]) -> Recorded:
    """Records several steps of a stage in one save. Raises ProblemsFound for one that is answered by itself only."""
    case = support_cases.load(ctx, plan_id)
    if not said:
        raise ProblemsFound([Problem("step", "Choose at least one step.")])
    alone = [line.step for line in said if line.step in ALONE]
    if alone:
        raise ProblemsFound([Problem(alone[0], "This step is recorded by itself.")])
    problems: list[Problem] = []
    for line in said:
        try:
            _checked(ctx, case, line)
        except ProblemsFound as found:
            problems += [Problem(line.step, problem.message) for problem in found.problems]
    if problems:
        raise ProblemsFound(problems)
    return _write(ctx, case, said, None)


def _checked(ctx: Context, case: Case, said: Said) -> StepState:
    case.require("record")
    one = support_cases.step(ctx, case, said.step)
    if "follow" not in case.acts and "VL" not in one.step.who:  # the trust lead records what is theirs to do
        raise NotAllowed()
    case.require_open(one.step)
    found = list(_problems(ctx, case, one, said))
    if found:
        raise ProblemsFound(found)
    return one


def _problems(ctx: Context, case: Case, one: StepState, said: Said) -> Sequence[Problem]:
    zone, now = case.state.clock.zone, ctx.now()
    found = []
    if said.outcome not in OUTCOME or said.outcome == "ADD":
        found.append(Problem("outcome", "Choose what came of it."))
    if one.step.code == CLOSING and said.outcome in TAKEN:
        found.append(Problem("outcome", CLOSES))
    if said.outcome in WITH_REASON and not (said.reason or "").strip():
        found.append(Problem("reason", WITH_REASON[said.outcome]))
    if said.channel and said.channel not in CHANNEL:
        found.append(Problem("channel", "Choose how from the list."))
    if said.at is not None and said.at > now + GRACE:
        found.append(Problem("at", "That is in the future. Say when it was done."))
    if said.until_on is not None and said.until_on < now.astimezone(zone).date():
        found.append(Problem("until_on", "That day is over. Give a day from today on."))
    opens = one.due.opens_at
    is_behind = case.incident.reported_at is not None and now < case.incident.reported_at  # this PC's clock
    if opens is not None and not is_behind and (said.at or now) < opens and said.outcome not in DONE_EARLY:
        found.append(Problem("step", f"This is offered from {show(opens, zone)} on, not before."))
    return found


def _second_offer(case: Case, said: Said, taken: Collection[str]) -> list[Said]:
    """One recording of the second offer settles its list, in one transaction."""
    listed = reoffers(case.template, case.state)
    unknown = [code for code in taken if code not in listed]
    if unknown:
        raise ProblemsFound([Problem("taken", f"{unknown[0][:20]} is not among what was declined before.")])
    if said.outcome not in ("ACC", "DEC", "DON", "DEL"):
        return [said]
    if said.outcome == "DEL":
        raise ProblemsFound([Problem("outcome", "This is the one second offer. Choose wanted now or not wanted.")])
    if not listed:
        return [said]
    chosen = list(listed) if said.outcome in ("ACC", "DON") and not taken else list(taken)
    outcome = "ACC" if chosen else "DEC"
    lines = [Said(said.step, outcome, said.at, said.channel, said.reason)]
    return lines + [Said(code, "ACC" if code in chosen else "DEC", said.at, said.channel) for code in listed]


def _write(ctx: Context, case: Case, said: Sequence[Said], one: StepState | None) -> Recorded:
    held = {state.step.code: state for state in support_cases.steps(ctx, case)}
    ids = []
    with ctx.unit() as unit:
        for line in said:
            state = held.get(line.step)
            plan_id = support_cases.plan_id_for(case, state) if state is not None else case.plan.id
            ids.append(_entry(ctx, unit, case, plan_id, line).id)
        changes = unit.commit("record step", case.incident.id)
    tries = sum(entry.outcome == "NRE" for entry in one.entries) if one is not None else 0
    missed = one is not None and said[0].outcome == "NRE" and tries + 1 >= TRIES
    return Recorded(tuple(ids), missed, changes)


def _entry(ctx: Context, unit: UnitOfWork, case: Case, plan_id: str, said: Said) -> StepEntry:
    made = StepEntry(ward_id=case.plan.ward_id, plan_id=plan_id, step=said.step, outcome=said.outcome)
    made.at, made.by = said.at or ctx.now(), ctx.user.user_id
    made.channel = said.channel or None
    made.reason = (said.reason or "").strip() or None
    made.until_on = said.until_on if said.outcome in ("DEL", "REF") else None
    try:
        return unit.save(made, hold=unit.held_until(case.incident.id))
    except ValueError as error:
        raise ProblemsFound([Problem("reason", str(error))]) from error


def strike(ctx: Context, plan_id: str, entry_ids: Sequence[str]) -> Changes:
    """Strikes recordings out, all in one save: one's own, or as the plan's lead any. They stay in the log."""
    case = support_cases.load(ctx, plan_id)
    with ctx.unit() as unit:
        for entry_id in entry_ids:
            held = unit.get(StepEntry, entry_id)
            own = held.by == ctx.user.user_id and case.can("record")
            of_team = held.plan_id in case.states and held.step in {one.code for one in case.template.steps if one.team}
            if held.step == CLOSING and held.outcome in TAKEN:
                raise ProblemsFound([Problem("step", "Open the plan again: that strikes this out.")])
            if not (held.plan_id == case.plan.id or of_team) or held.strikes or not (own or case.can("strike_any")):
                raise NotAllowed()
            struck = StepEntry(ward_id=held.ward_id, plan_id=held.plan_id, step=held.step, outcome=held.outcome)
            struck.at, struck.by, struck.strikes = ctx.now(), ctx.user.user_id, held.id
            unit.save(struck, hold=unit.held_until(case.incident.id))
        return unit.commit("strike recording", case.incident.id)


def add_note(ctx: Context, plan_id: str, text: str, step: str = "") -> Changes:
    """Adds a short, factual note that the plan's support lead alone reads."""
    case = support_cases.load(ctx, plan_id)
    case.require("note")
    if not text.strip():
        raise ProblemsFound([Problem("note", "Write a few words, or close this without a note.")])
    made = PlanNote(ward_id=case.plan.ward_id, plan_id=plan_id, step=step or None, note=text.strip())
    made.at, made.by = ctx.now(), ctx.user.user_id
    with ctx.unit() as unit:
        try:
            unit.save(made, hold=unit.held_until(case.incident.id))
        except ValueError as error:
            raise ProblemsFound([Problem("note", str(error))]) from error
        return unit.commit("support note", case.incident.id)
