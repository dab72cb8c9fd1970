"""One person's support plan with all that decides who may do what with it: loaded here and nowhere else.

Holds the truth; what of it a person may see is cut out by `support` and `worklist`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vpr_desktop.domain.errors import NotAllowed, NotFound, Problem, ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.domain.record import Shown
from vpr_desktop.domain.support import Plan
from vpr_desktop.domain.support_steps import (
    REOFFER,
    PlanState,
    StepState,
    outlives_plan,
    personal_steps,
    team_steps,
)
from vpr_desktop.domain.support_template import Step, Template
from vpr_desktop.domain.support_times import NEVER_PAUSED
from vpr_desktop.domain.visibility import Tie
from vpr_desktop.domain.workflow import plan_acts
from vpr_desktop.services import views
from vpr_desktop.services.context import Context
from vpr_desktop.storage.support_facts import plan_states
from vpr_desktop.storage.support_templates import template_of
from vpr_desktop.storage.unit import Reader

RIDDOR_LOOKS = NEVER_PAUSED  # open to the same people as the team's steps (domain G2)


@dataclass(frozen=True, slots=True)
class Case:
    """A plan, its person and incident, every state of the incident's plans, and this user's tie and acts."""

    plan: Plan
    person: Person
    incident: Incident
    template: Template
    states: dict[str, PlanState]
    tie: Tie
    acts: frozenset[str]

    @property
    def state(self) -> PlanState:
        """What is saved about this plan."""
        return self.states[self.plan.id]

    @property
    def in_circle(self) -> bool:
        """Whether outcomes and choices are this user's to see: the person, or the plan's support lead."""
        return "read" in self.acts

    @property
    def team_plan_id(self) -> str:
        """The plan that carries what is recorded on steps about the ward: the first of the incident."""
        return next(iter(self.states))

    def can(self, act: str) -> bool:
        """Whether the one table lets this user do it with this plan."""
        return act in self.acts

    def require(self, act: str) -> None:
        """Raises NotAllowed where `can` says no."""
        if act not in self.acts:
            raise NotAllowed()

    def require_open(self, step: Step) -> None:
        """Raises ProblemsFound where the plan is closed and asks no more for a step."""
        if self.plan.closed_on is not None and not outlives_plan(step):
            raise ProblemsFound([Problem("step", "This plan is closed. Open it again first.")])

    def is_open_to_office(self, step: Step) -> bool:
        """Whether the whole of a step is open to managers and leads alike: it is about the ward or about the law."""
        return step.team or step.code in RIDDOR_LOOKS

    def sees_outcome(self, step: Step) -> bool:
        """Whether what was recorded on a step is this user's to see, by whoever it was recorded."""
        return self.in_circle or (self.is_open_to_office(step) and "team" in self.acts)

    def lists(self, step: Step) -> bool:
        """Whether a step is listed at all for this user. That there is a second offer tells of a first refusal."""
        if self.sees_outcome(step):
            return True
        return "follow" in self.acts and step.code != REOFFER


def load(ctx: Context, plan_id: str, reader: Reader | None = None) -> Case:
    """The case of a plan. Raises NotFound also where nothing of it is this user's to know."""
    reader = reader or ctx.reader()
    plan = reader.get(Plan, plan_id)
    if plan.ward_id not in ctx.wards or not plan.incident_id or not plan.person_id:
        raise NotFound()
    incident = reader.get(Incident, plan.incident_id)
    parts = views.load_parts(reader, incident.id)
    person = next((one for one in parts["people"] if one.id == plan.person_id), None)
    states = plan_states(reader.db, incident.id, ctx.store.zone)
    if not isinstance(person, Person) or plan_id not in states:
        raise NotFound()
    me = ctx.user.user_id
    whole = views.tie_of(ctx, incident, parts)
    leads_one = whole.assigned and ctx.user.role == "support_lead"  # who leads one case of it may take its others
    tie = replace(
        whole, self_person=views.is_me(ctx, person), self_named=person.person_key == me, assigned=plan.lead == me,
        restricted=whole.restricted and not leads_one,
    )  # fmt: skip
    acts = plan_acts(ctx.user.role, tie)
    if not views.may_know_who(ctx, incident, person, tie):
        acts -= {"show_name"}
    if not acts & {"read", "follow", "team"}:
        raise NotFound()
    return Case(plan, person, incident, template_of(reader.db, plan.template, plan.template_version), states, tie, acts)


def steps(ctx: Context, case: Case) -> list[StepState]:
    """Every step of the plan as it stands now, those about the ward among them, in the order of the template."""
    found = personal_steps(case.template, case.state, ctx.now())
    found += team_steps(case.template, list(case.states.values()), ctx.now())
    order = {step.code: place for place, step in enumerate(case.template.steps)}
    return sorted((one for one in found if case.lists(one.step)), key=lambda one: order[one.step.code])


def step(ctx: Context, case: Case, code: str) -> StepState:
    """One step that is listed for this user. Raises NotAllowed, ProblemsFound."""
    found = next((one for one in steps(ctx, case) if one.step.code == code), None)
    if found is None and not case.acts & {"follow", "read"}:
        raise NotAllowed()
    if found is None:
        raise ProblemsFound([Problem("step", f"Step {code[:20]} does not stand in this plan.")])
    return found


def plan_id_for(case: Case, one: StepState) -> str:
    """The plan that a recording on a step is kept with."""
    return case.team_plan_id if one.step.team else case.plan.id


def on_screen(ctx: Context, record_id: str, shown: Shown, names: Sequence[str]) -> Shown:
    """What a change of these fields is based on where a screen shows one value of each: of two versions that one.

    So the version that nobody was shown stays beside what is written, and somebody is asked.
    """
    heads = {name: shown.heads[name] for name in names if name in shown.heads}
    clashing = shown.clashes & set(heads)
    ops = ctx.reader().ops_of(record_id) if clashing else []
    for name in clashing:
        told = {op["op"] for op in ops if name in op["set"] and op["set"][name] == shown.values.get(name)}
        heads[name] = [head for head in heads[name] if head in told]
    return Shown({name: shown.values[name] for name in names if name in shown.values}, heads)


def cannot_lead(reader: Reader, plan_id: str, shown: Shown) -> set[str]:
    """Who said that they cannot lead a case, by every version that stands: nobody's word is lost to another's."""
    heads = shown.heads.get("cannot_lead", [])
    said = [op["set"]["cannot_lead"] for op in reader.ops_of(plan_id) if op["op"] in heads] if heads else []
    return {one for text in (shown.values.get("cannot_lead"), *said) for one in str(text or "").split(",")} - {""}


def plans_of(ctx: Context, incident_id: str) -> list[Case]:
    """The cases of an incident that are this user's to know something of, by the letter of their person."""
    found = []
    for plan in ctx.reader().find(Plan, incident_id=incident_id):
        try:
            found.append(load(ctx, plan.id))
        except NotFound:
            continue
    return sorted(found, key=lambda case: case.person.letter or "")
