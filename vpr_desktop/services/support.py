"""A person's support plan as one user may see it. Default deny: outside the circle a step is open or settled.

The circle is the person, the plan's support lead, and of a recording whoever made it (domain E3, G2).
"""

from __future__ import annotations

from typing import Any

from vpr_desktop.domain.choices_people import SG
from vpr_desktop.domain.choices_response import CHANNEL, OUTCOME
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.fields import decode
from vpr_desktop.domain.record import Shown, fields_of
from vpr_desktop.domain.riddor import NOT_AT_WORK
from vpr_desktop.domain.support import Plan, PlanNote, StepCare, StepEntry
from vpr_desktop.domain.support_steps import CLOSING, NOT_STARTED, REOFFER, TAKEN, StepState, outlives_plan, reoffers
from vpr_desktop.domain.user import User
from vpr_desktop.domain.visibility import view
from vpr_desktop.services import support_cases, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.support_cases import Case, load
from vpr_desktop.services.support_views import EntryView, NoteView, PlanView, StageView, StepView
from vpr_desktop.storage import repeats
from vpr_desktop.storage.leads import gone

OPEN, SETTLED = "Open", "Settled"
CHOICES = ("contact_how", "contact_when", "may_know", "wants", "language", "paused_until")
CARE = ("plan_id", "step", "owner", "due_at")  # of what was set by hand on a step, seen by all who follow the plan
CONTACT = "NRE"  # an offered outcome that marks a step as one of reaching the person


# Never ticked along with others: what the law asks for, the answer to the person, the one second offer.
ALONE = frozenset({"S2-05", "S4-05", "S4-02", REOFFER})


def plan(ctx: Context, plan_id: str) -> PlanView:
    """A plan as this user may see it. Raises NotFound where nothing of it is theirs."""
    case = load(ctx, plan_id)
    names = views.names_of_users(ctx)
    entries = entry_views(ctx, case, names)
    cares = cares_shown(ctx, case)
    shown = [_step(ctx, case, one, entries, names, cares) for one in support_cases.steps(ctx, case)]
    stages = tuple(
        StageView(stage.code, stage.heading, stage.about, stage.together, held)
        for stage in case.template.stages
        if (held := tuple(one for one in shown if one.code.split("-")[0] == stage.code))
    )
    lead, led = case.plan.lead, has_lead(ctx, case)
    return PlanView(
        id=case.plan.id,
        incident_id=case.incident.id,
        reference=case.incident.reference or "",
        occurred_at=case.incident.occurred_at,
        ward_id=case.plan.ward_id,
        person=f"Person {case.person.letter or ''}".strip(),
        job=SG.label(case.person.staff_group) if case.person.staff_group else "",
        restricted=bool(case.incident.restricted),
        template=f"{case.template.id}, version {case.template.version}",
        lead=lead,
        lead_name=names.get(lead, lead) if lead else "",
        may_name_lead=case.can("name_lead") and case.can("show_name") and not led,
        is_led=led,
        other_leads=_other_leads(ctx, case),
        self_care=case.tie.self_person,
        stages=stages,
        choices=choices(ctx, case),
        choices_are_mine=not case.in_circle,
        contacts=tuple(sorted((e for held in entries.values() for e in held), key=lambda e: e.at, reverse=True)),
        notes=_notes(ctx, case, names),
        offers_again=_offers(case),
        exposure=exposure(ctx, case),
        fewer_on=case.plan.fewer_on,
        closed_on=case.plan.closed_on,
        closed_why=(case.plan.closed_reason or "") if case.can("note") else "",
        not_staff=case.person.person_kind in NOT_AT_WORK,
        withdrawn=_withdrawn(case),
        in_circle=case.in_circle,
        acts=case.acts,
        shown=choices_shown(ctx, case),
        lead_shown=lead_shown(ctx, case),
        end_shown=end_shown(ctx, case),
    )


def has_lead(ctx: Context, case: Case) -> bool:
    """Whether somebody leads a case who is not known to have left."""
    return case.plan.lead is not None and case.plan.lead not in gone(ctx.store.db)


def _other_leads(ctx: Context, case: Case) -> int:
    """How many support leads of the ward could lead a case in place of whoever does.

    Who cannot is left out for those alone who would hear so on naming them: else it would tell who the person is.
    """
    leads = [user for user in ctx.reader().find(User, role="support_lead") if user.active is not False]
    out = {case.plan.lead}
    if case.can("show_name"):
        barred = support_cases.cannot_lead(ctx.reader(), case.plan.id, case.plan.shown)
        out |= {case.person.person_key, *barred}
    return sum(user.user_id not in out for user in leads)


def plans_of(ctx: Context, incident_id: str) -> list[PlanView]:
    """The plans of an incident that are this user's to know something of, by letter."""
    return [plan(ctx, case.plan.id) for case in support_cases.plans_of(ctx, incident_id)]


def plan_ids(ctx: Context, incident_id: str) -> list[str]:
    """The plans of an incident that this user follows, by letter; none where their role follows no plans."""
    if not ctx.can("support"):
        return []
    return [case.plan.id for case in support_cases.plans_of(ctx, incident_id) if case.acts & {"follow", "read"}]


def entry_views(ctx: Context, case: Case, names: dict[str, str]) -> dict[str, list[EntryView]]:
    """By step, the recordings this user may see: those of the circle, of open steps, and always their own.

    From the first to the last as their authors tell it, so that every PC shows the same, whichever came first.
    """
    reader = ctx.reader()
    found: dict[str, list[EntryView]] = {}
    titles = {step.code: step for step in case.template.steps}
    for plan_id in case.states:
        held = reader.find(StepEntry, plan_id=plan_id)
        struck = {entry.strikes for entry in held if entry.strikes}
        for entry in held:
            step = titles.get(entry.step or "")
            if step is None or entry.strikes or entry.id in struck or entry.outcome == "ADD":
                continue
            if plan_id != case.plan.id and not step.team:
                continue
            if case.sees_outcome(step) or entry.by == ctx.user.user_id:
                found.setdefault(step.code, []).append(_entry(ctx, case, entry, step.title, names))
    return {step: sorted(held, key=lambda one: (one.at, one.id)) for step, held in found.items()}


def _entry(ctx: Context, case: Case, entry: StepEntry, title: str, names: dict[str, str]) -> EntryView:
    mine = entry.by == ctx.user.user_id
    return EntryView(
        id=entry.id,
        step=entry.step or "",
        title=title,
        outcome=entry.outcome or "",
        words=OUTCOME.label(entry.outcome) if entry.outcome else "",
        at=entry.at or case.state.clock.base,
        by=names.get(entry.by or "", entry.by or ""),
        channel=CHANNEL.label(entry.channel) if entry.channel else "",
        reason=(entry.reason or "") if case.can("note") else "",
        until_on=entry.until_on,
        may_strike=entry.step != CLOSING and ((mine and case.can("record")) or case.can("strike_any")),
    )


def cares_shown(ctx: Context, case: Case) -> dict[str, Shown]:
    """By step, what owner and due time stand on that were set by hand. No right is asked.

    The reason of a due time goes with the time it explains: its words are not in it, the ops that gave them are.
    """
    found = {}
    for plan_id in {case.plan.id, case.team_plan_id}:
        for care in ctx.reader().find(StepCare, plan_id=plan_id):
            step = next((one for one in case.template.steps if one.code == care.step), None)
            if step is None or plan_id != (case.team_plan_id if step.team else case.plan.id):
                continue
            kept = support_cases.on_screen(ctx, care.id, care.shown, CARE)
            reasons = {name: heads for name, heads in care.shown.heads.items() if name == "due_reason"}
            found[step.code] = Shown(kept.values, kept.heads | reasons)
    return found


def lead_shown(ctx: Context, case: Case) -> Shown:
    """What the lead of a plan stands on; for whoever leads it with who said that they cannot."""
    names = ("lead", "cannot_lead") if case.can("note") else ("lead",)
    return support_cases.on_screen(ctx, case.plan.id, case.plan.shown, names)


def end_shown(ctx: Context, case: Case) -> Shown:
    """What the closing of a plan stands on; its reason for whoever leads it."""
    names = ("closed_on", "closed_reason") if case.can("note") else ("closed_on",)
    return support_cases.on_screen(ctx, case.plan.id, case.plan.shown, names)


def _step(
    ctx: Context, case: Case, one: StepState, entries: dict[str, list[EntryView]], names: dict[str, str],
    cares: dict[str, Shown],
) -> StepView:  # fmt: skip
    full = case.sees_outcome(one.step)
    is_open = one.is_open and (full or not one.asks_again)
    return StepView(
        code=one.step.code,
        title=one.step.title,
        text=one.step.text,
        team=one.step.team,
        is_law=one.step.code in support_cases.RIDDOR_LOOKS,
        status=_status(case, one) if full else (OPEN if is_open else SETTLED),
        is_open=is_open,
        is_asked=is_open and not _withdrawn(case) and (case.plan.closed_on is None or outlives_plan(one.step)),
        due=one.due.at if is_open else None,
        opens_at=one.due.opens_at if is_open else None,
        overdue=is_open and ctx.now() > one.due.at,
        asks_again=one.asks_again and full,
        owner=one.owner,
        owner_name=names.get(one.owner, one.owner) if one.owner else "",
        outcomes=tuple(code for code in one.step.outcomes if one.step.code != CLOSING or code not in TAKEN),
        is_contact=CONTACT in one.step.outcomes,
        alone=one.step.code in ALONE,
        ends_plan=one.step.code == CLOSING and case.can("close"),
        entries=tuple(entries.get(one.step.code, ())),
        shown=cares.get(one.step.code, Shown()),
    )


def _withdrawn(case: Case) -> bool:
    return case.incident.status == "withdrawn"


def _status(case: Case, one: StepState) -> str:
    """A status in the plan's words. An empty list makes the second offer not needed."""
    if one.step.code == REOFFER and one.status == NOT_STARTED and not reoffers(case.template, case.state):
        return "Not needed"
    return one.status


def choices(ctx: Context, case: Case) -> dict[str, Any]:
    """The person's choices: all of them in the circle, else what this user has typed of them."""
    if not case.in_circle and not case.can("choose"):
        return {}
    values, specs = choices_shown(ctx, case).values, fields_of(Plan)
    return {name: decode(specs[name], values.get(name)) for name in CHOICES}


def choices_shown(ctx: Context, case: Case) -> Shown:
    """What the choices this user sees stand on: all of them in the circle, else what they typed themselves."""
    if case.in_circle:
        return support_cases.on_screen(ctx, case.plan.id, case.plan.shown, CHOICES)
    if not case.can("choose"):
        return Shown()
    typed = ctx.reader().typed_by(case.plan.id, ctx.user.user_id)
    mine = Shown(typed.values, typed.heads, typed.clashes)
    return support_cases.on_screen(ctx, case.plan.id, mine, CHOICES)


def _notes(ctx: Context, case: Case, names: dict[str, str]) -> tuple[NoteView, ...]:
    if not case.can("note"):
        return ()
    held = ctx.reader().find(PlanNote, plan_id=case.plan.id)
    base = case.state.clock.base
    return tuple(NoteView(n.step or "", n.note or "", n.at or base, names.get(n.by or "", n.by or "")) for n in held)


def _offers(case: Case) -> tuple[tuple[str, str], ...]:
    """What was declined and is offered once more, as code and title; for the circle alone."""
    if not case.in_circle:
        return ()
    codes = reoffers(case.template, case.state)
    return tuple((step.code, step.title) for step in case.template.steps if step.code in codes)


def exposure(ctx: Context, case: Case) -> int:
    """Which incident within 90 days this is for the person, for the plan's lead alone; 0 where nobody can say."""
    key, at = case.person.person_key, case.incident.occurred_at
    if not case.can("note") or not key or at is None:
        return 0
    return repeats.count_of(ctx.store.db, key, at)


def show_name(ctx: Context, plan_id: str) -> str:
    """The name behind the letter, for those the table gives it to; every look is in the audit."""
    case = load(ctx, plan_id)
    case.require("show_name")
    if view(ctx.user.role, "person_name", case.tie).kind != "full":
        raise NotAllowed()
    person = case.person
    key = person.person_key or ""
    named = person.staff_name or views.names_of_users(ctx).get(key, key)
    with ctx.unit() as unit:
        unit.commit("show name", case.incident.id)
    return named or "No name was given."


NextStep = tuple[StepView, PlanView]


def next_step(ctx: Context, incident_id: str) -> NextStep | None:
    """The open step of an incident that is due first, with its plan; None where nothing is open to this user."""
    try:
        held = plans_of(ctx, incident_id)
    except NotFound:
        return None
    found = [(step, one) for one in held for step in one.steps if step.is_asked and step.due is not None]
    return min(found, key=lambda pair: (pair[0].due, pair[0].code), default=None)
