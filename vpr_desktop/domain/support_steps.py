"""The steps of a support plan as they stand: computed from template, facts and recordings, never stored (domain E3).

A recording is an entry of its own, so two people recording one step give two entries and no question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from vpr_desktop.domain.support_sets import PlanFacts, steps_in
from vpr_desktop.domain.support_template import Step, Template
from vpr_desktop.domain.support_times import NEVER_PAUSED, Clock, Due, day_end, due

NOT_STARTED, IN_PROGRESS, DONE = "Not started", "In progress", "Done"
NOT_WANTED, NOT_REACHED, NOT_NEEDED = "Offered: not wanted now", "Not reached", "Not needed"
OPEN = (NOT_STARTED, IN_PROGRESS)
TRIES = 3  # attempts after which a contact counts as not reached
REOFFER, FIRST_SAID, FIRST_OFFER = "S3-02", "S0-05", "S2-03"
CLOSING = "S6-02"  # done by closing the plan, and by nothing else
TAKEN, DECLINED, NOT_ASKED = ("DON", "ACC"), ("DEC", "DEL"), ("NAP", "NPO")


@dataclass(frozen=True, slots=True)
class Entry:
    """One recording on one step, not struck out. `order` breaks ties of equal times the same way on every PC."""

    step: str
    outcome: str
    at: datetime
    by: str = ""
    until_on: date | None = None
    order: str = ""


@dataclass(frozen=True, slots=True)
class Care:
    """What somebody set by hand on a step: who does it, and another due time."""

    owner: str | None = None
    due_at: datetime | None = None


NO_CARE = Care()


@dataclass(frozen=True, slots=True)
class StepState:
    """One step of a plan as it stands now."""

    step: Step
    status: str
    due: Due
    owner: str | None = None
    entries: tuple[Entry, ...] = ()
    overdue: bool = False
    asks_again: bool = False
    implied: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class PlanState:
    """What is saved about one plan. `said_at_logging` is the answer to question 7 of the quick log."""

    facts: PlanFacts
    clock: Clock
    entries: tuple[Entry, ...] = ()
    cares: Mapping[str, Care] = field(default_factory=dict)
    paused_until: date | None = None
    said_at_logging: str | None = None


def status_of(entries: Sequence[Entry]) -> str:
    """A step's status from its recordings in order; ADD says nothing about it."""
    said = [entry for entry in entries if entry.outcome != "ADD"]
    if any(entry.outcome in TAKEN for entry in said):
        return DONE
    if not said:
        return NOT_STARTED
    last = said[-1].outcome
    if last in DECLINED:
        return NOT_WANTED
    if last in NOT_ASKED:
        return NOT_NEEDED
    tries = sum(entry.outcome == "NRE" for entry in said)
    return NOT_REACHED if last == "NRE" and tries >= TRIES else IN_PROGRESS


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Recordings from the first to the last."""
    return sorted(entries, key=lambda entry: (entry.at, entry.order))


Recordings = Mapping[str, list[Entry]]  # by step, from the first to the last


def by_step(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Recordings by step, each from the first to the last."""
    found: dict[str, list[Entry]] = {}
    for entry in in_order(entries):
        found.setdefault(entry.step, []).append(entry)
    return found


def reoffers(template: Template, plan: PlanState) -> list[str]:
    """The codes on the list of S3-02: offers that were declined before it and have no date of their own."""
    return _reoffers(template, plan, by_step(plan.entries), {step.code for step in steps_in(template, plan.facts)})


def _reoffers(template: Template, plan: PlanState, held: Recordings, stands: set[str]) -> list[str]:
    asked = next((entry.at for entry in held.get(REOFFER, ()) if entry.outcome != "ADD"), None)
    found = []
    for step in template.steps:
        before = [e for e in held.get(step.code, ()) if e.outcome != "ADD" and (asked is None or e.at < asked)]
        if before and step.is_offer and _waits(before[-1]) and not _came_back(before, plan):
            found.append(step.code)
    if plan.said_at_logging == "DEL" and FIRST_OFFER in stands and not _spoken(held.get(FIRST_OFFER, ())):
        found.append(FIRST_SAID)
    return found


def _waits(entry: Entry) -> bool:
    return entry.outcome == "DEC" or (entry.outcome == "DEL" and entry.until_on is None)


def _came_back(entries: Sequence[Entry], plan: PlanState) -> bool:
    """Whether "ask me on ..." was followed up on or after its day: that was the one re-offer."""
    zone = plan.clock.zone
    return any(
        later.at.astimezone(zone).date() >= one.until_on
        for place, one in enumerate(entries)
        if one.outcome == "DEL" and one.until_on is not None
        for later in entries[place + 1 :]
    )


def _spoken(entries: Iterable[Entry]) -> bool:
    return any(entry.outcome != "ADD" for entry in entries)


def personal_steps(template: Template, plan: PlanState, now: datetime) -> list[StepState]:
    """The steps of one person's plan. A step that no longer stands is kept where somebody did something about it."""
    held = by_step(plan.entries)
    stands = {step.code for step in steps_in(template, plan.facts)}
    if _reoffers(template, plan, held, stands) or _spoken(held.get(REOFFER, ())):
        stands = {step.code for step in steps_in(template, plan.facts, declined_before=True)}
    listed = [s for s in template.steps if not s.team and (s.code in stands or _touched(plan, held, s.code))]
    return [_state(step, plan, held.get(step.code, []), plan.cares.get(step.code, NO_CARE), now) for step in listed]


def team_steps(template: Template, plans: Sequence[PlanState], now: datetime) -> list[StepState]:
    """The steps about the ward, each once, where any plan of the incident holds them."""
    held = by_step(entry for plan in plans for entry in plan.entries)
    stands = [{step.code for step in steps_in(template, plan.facts)} for plan in plans]
    found = []
    for step in template.steps:
        if not step.team:
            continue
        holder = next((plan for plan, codes in zip(plans, stands, strict=True) if step.code in codes), None)
        holder = holder or next((plan for plan in plans if _touched(plan, held, step.code)), None)
        if holder is not None:
            care = next((plan.cares[step.code] for plan in plans if step.code in plan.cares), NO_CARE)
            found.append(_state(step, holder, held.get(step.code, []), care, now))
    return found


def _touched(plan: PlanState, held: Recordings, code: str) -> bool:
    care = plan.cares.get(code, NO_CARE)
    return _spoken(held.get(code, ())) or care.owner is not None or care.due_at is not None


def _state(step: Step, plan: PlanState, entries: list[Entry], care: Care, now: datetime) -> StepState:
    added = next((entry.at for entry in entries if entry.outcome == "ADD"), None)
    when = due(step, plan.clock, added_at=added, by_hand=care.due_at, paused_until=plan.paused_until)
    status, implied = status_of(entries), False
    if status == NOT_STARTED and not step.team:
        status, implied = _said_at_logging(step, plan)
    again = _comes_back(entries, plan, now) if status == NOT_WANTED and not implied else None
    if again is not None:
        status, when = IN_PROGRESS, Due(day_end(again, plan.clock.zone), when.counted_from)
    late = status in OPEN and now > when.at
    return StepState(step, status, when, care.owner, tuple(entries), late, again is not None, implied)


def _said_at_logging(step: Step, plan: PlanState) -> tuple[str, bool]:
    """Question 7 stands for the offers S0-05 and S2-03: not wanted for now waits for the one re-offer."""
    said = plan.said_at_logging
    if step.code == FIRST_SAID and said in ("ACC", "DEL"):
        return DONE, True
    if step.code == FIRST_OFFER and said == "DEL":
        return NOT_WANTED, True
    return NOT_STARTED, False


def _comes_back(entries: Sequence[Entry], plan: PlanState, now: datetime) -> date | None:
    """The date on which "not now, ask me on ..." comes back, once that date is there."""
    last = [entry for entry in entries if entry.outcome != "ADD"][-1]
    if last.outcome != "DEL" or last.until_on is None:
        return None
    return last.until_on if now.astimezone(plan.clock.zone).date() >= last.until_on else None


def outlives_plan(step: Step) -> bool:
    """Whether a step is asked for also once the plan is closed: it is about the ward, or the law asks for it."""
    return step.team or step.code in NEVER_PAUSED


def was_spoken_of(plan: PlanState, template: Template) -> bool:
    """Whether anything is said of an offer of support to this person, also why there was none."""
    if plan.said_at_logging in ("ACC", "DEL"):
        return True
    offers = {step.code for step in template.steps if step.is_offer} | {FIRST_SAID}
    return any(entry.step in offers and entry.outcome != "ADD" for entry in plan.entries)


def was_offered(plans: Sequence[PlanState], template: Template) -> bool:
    """Whether support was offered: said in the quick log or recorded on an offer. Never whether it was taken up."""
    if any(plan.said_at_logging in ("ACC", "DEL") for plan in plans):
        return True
    offers = {step.code for step in template.steps if step.is_offer}
    silent = ("ADD", *NOT_ASKED)
    return any(e.step in offers and e.outcome not in silent for plan in plans for e in plan.entries)
