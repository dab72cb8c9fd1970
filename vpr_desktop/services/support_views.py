"""What of a support plan leaves the services: plain values, already cut down to what one user may know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from vpr_desktop.domain.record import Shown
from vpr_desktop.domain.support_steps import TAKEN


@dataclass(frozen=True, slots=True)
class EntryView:
    """One recording, in words. `reason` only for the plan's support lead; `mine` may be struck out by its writer."""

    id: str
    step: str
    title: str
    outcome: str
    words: str
    at: datetime
    by: str
    channel: str
    reason: str
    until_on: date | None
    may_strike: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """One step. `status` is Open or Settled where outcomes are not this user's to see.

    `is_law`: a RIDDOR look; `is_asked`: it is open and the plan still asks for it; `ends_plan`: it is done by closing
    the plan, which is theirs to do.
    """

    code: str
    title: str
    text: str
    team: bool
    is_law: bool
    status: str
    is_open: bool
    is_asked: bool
    due: datetime | None
    opens_at: datetime | None
    overdue: bool
    asks_again: bool
    owner: str | None
    owner_name: str
    outcomes: tuple[str, ...]
    is_contact: bool
    alone: bool
    ends_plan: bool
    entries: tuple[EntryView, ...] = ()
    shown: Shown = field(default_factory=Shown, repr=False)  # what a change of owner or due time is based on

    @property
    def told(self) -> EntryView | None:
        """The recording its status stands on, of those that are seen: what was done stands over a later try."""
        taken = [one for one in self.entries if one.outcome in TAKEN]
        return next(reversed(taken or self.entries), None)

    def opens_later(self, now: datetime) -> bool:
        """Whether it shall not be done yet."""
        return self.opens_at is not None and now < self.opens_at


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage with the steps that are listed. `together`: its steps are ticked in one panel and saved once."""

    code: str
    heading: str
    about: str
    together: bool
    steps: tuple[StepView, ...]

    @property
    def open_steps(self) -> tuple[StepView, ...]:
        """Those still to be done; once the plan is closed those that go on."""
        return tuple(step for step in self.steps if step.is_asked)

    @property
    def next_due(self) -> datetime | None:
        """The earliest due time of what is open."""
        return min((step.due for step in self.open_steps if step.due), default=None)


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note of the support lead."""

    step: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan as one user may see it, and what they may do with it.

    `is_led`: its lead still works here; `other_leads`: how many others could lead it; `self_care`: it is this user's.
    `closed_why` is a code, for its lead alone; `not_staff`: nobody is to be supported by the ward, see `plan_end`.
    """

    id: str
    incident_id: str
    reference: str
    occurred_at: datetime | None
    ward_id: str
    person: str
    job: str
    restricted: bool
    template: str
    lead: str | None
    lead_name: str
    may_name_lead: bool
    is_led: bool
    other_leads: int
    self_care: bool
    stages: tuple[StageView, ...]
    choices: dict[str, Any]
    choices_are_mine: bool
    contacts: tuple[EntryView, ...]
    notes: tuple[NoteView, ...]
    offers_again: tuple[tuple[str, str], ...]
    exposure: int
    fewer_on: date | None
    closed_on: date | None
    closed_why: str
    not_staff: bool
    withdrawn: bool
    in_circle: bool
    acts: frozenset[str]
    shown: Shown = field(default_factory=Shown, repr=False)  # what a change of the choices is compared with
    lead_shown: Shown = field(default_factory=Shown, repr=False)  # and what naming or passing on a lead is based on
    end_shown: Shown = field(default_factory=Shown, repr=False)  # and what closing or opening again is based on

    @property
    def steps(self) -> tuple[StepView, ...]:
        """Every listed step in order."""
        return tuple(step for stage in self.stages for step in stage.steps)

    @property
    def current(self) -> str:
        """The stage that is worked on: the first with something open, else the last."""
        return next((s.code for s in self.stages if s.open_steps), self.stages[-1].code if self.stages else "")
