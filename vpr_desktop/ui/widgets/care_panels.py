"""Panels beside a plan that change who does what and when, what the person chose, and who leads; and notes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.domain.record import Shown
from vpr_desktop.domain.when import WhenProblem, show
from vpr_desktop.services import plan_care, recordings
from vpr_desktop.services.plan_care import PASSED, Colleague
from vpr_desktop.services.support_views import PlanView, StepView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.forms.typed_time import moment
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import DropDown, Field, TextArea, TextField
from vpr_desktop.ui.widgets.record_panels import day_ahead
from vpr_desktop.ui.widgets.step_panel import StepPanel
from vpr_desktop.ui.words import say

NOBODY = ""
BASIS = "basis"  # in a draft, beside the fields: the values and heads they were typed over
DUE = ("due_at", "due_reason")


def _basis(shown: Shown, names: Collection[str]) -> dict[str, Any]:
    """For a draft, what some fields stood on."""
    values = {name: shown.values[name] for name in names if name in shown.values}
    return {"values": values, "heads": {name: list(shown.heads[name]) for name in names if name in shown.heads}}


def _rebased(now: Shown, basis: dict[str, Any] | None, names: Collection[str]) -> Shown:
    """What stands now, but for some fields what a draft was typed over, whatever came since."""
    if basis is None:
        return now
    return replace(
        now,
        values={n: v for n, v in now.values.items() if n not in names} | basis.get("values", {}),
        heads={n: h for n, h in now.heads.items() if n not in names} | basis.get("heads", {}),
    )


class AssignPanel(StepPanel):
    """Who does a step."""

    def __init__(self, desk: Desk, plan: PlanView, step: StepView, people: Sequence[Colleague]) -> None:
        super().__init__(desk, say("Assign: {step}", step=step.title), yes=say("Assign"))
        self.plan, self.step = plan, step
        self.owner = DropDown("", [(NOBODY, say("Nobody yet")), *((one.user_id, one.name) for one in people)])
        self.owner.set_code(step.owner or desk.ctx.user.user_id)
        self.add_field("owner", Field(say("Who does it?"), self.owner))

    def first_focus(self) -> QWidget:
        return self.owner

    def job(self) -> Callable[[], Any]:
        ctx, plan_id, code, owner = self.desk.ctx, self.plan.id, self.step.code, self.owner.code() or None
        shown = self.step.shown
        return lambda: plan_care.assign(ctx, plan_id, code, owner, shown)


class DuePanel(StepPanel):
    """Another due time for a step, with its reason."""

    def __init__(self, desk: Desk, plan: PlanView, step: StepView) -> None:
        zone = desk.ctx.wards[plan.ward_id].zone
        note = say("Due {due}.", due=show(step.due, zone)) if step.due else ""
        super().__init__(desk, say("Change due date: {step}", step=step.title), note)
        self.plan, self.step = plan, step
        hint = say("Such as 25-Nov-2026 16:00")
        self.when = TextField()
        self.add_field("due_at", Field(say("Due when?"), self.when, hint=hint))
        self.add_field("reason", Field(say("Why?"), TextField()))
        self._shown = step.shown

    def first_focus(self) -> QWidget:
        return self.when

    def job(self) -> Callable[[], Any] | None:
        ctx, plan_id, code = self.desk.ctx, self.plan.id, self.step.code
        reason: Any = self.fields["reason"].control
        words, shown = reason.text(), self._shown
        try:
            at = moment(self.when.text(), ctx.now(), ctx.wards[self.plan.ward_id].zone, ahead=True)
        except WhenProblem as problem:
            raise ProblemsFound([Problem("due_at", str(problem))]) from problem
        return lambda: plan_care.set_due(ctx, plan_id, code, at, words, shown)

    def kept(self) -> dict[str, Any]:
        """What was typed, and what it was based on."""
        typed = super().kept()
        return {**typed, BASIS: _basis(self._shown, DUE)} if typed else {}

    def put(self, kept: dict[str, Any]) -> None:
        """Brings back what was typed, on what its author saw then."""
        self._shown = _rebased(self._shown, kept.get(BASIS), DUE)
        super().put(kept)


class NotePanel(StepPanel):
    """A short note of the support lead."""

    def __init__(self, desk: Desk, plan: PlanView, step: StepView | None = None) -> None:
        hint = say("Short and factual. Only you and whoever leads this case after you read it. Nothing from therapy.")
        super().__init__(desk, say("Add a note: {who}", who=plan.person), hint)
        self.plan, self.step = plan, step
        self.words = TextArea(lines=4)
        self.add_field("note", Field(say("Note"), self.words))

    def first_focus(self) -> QWidget:
        return self.words

    def job(self) -> Callable[[], Any]:
        ctx, plan_id, text = self.desk.ctx, self.plan.id, self.words.toPlainText()
        code = self.step.code if self.step is not None else ""
        return lambda: recordings.add_note(ctx, plan_id, text, code)


class ChoicesPanel(StepPanel):
    """What the person wants: contact, who may know, language, a pause. Each may stay empty."""

    def __init__(self, desk: Desk, plan: PlanView) -> None:
        note = say("Ask, do not guess. Everything is optional and can be changed at any time.")
        mine = say(" You see what you typed yourself; the support lead sees all.") if plan.choices_are_mine else ""
        super().__init__(desk, say("Their choices: {who}", who=plan.person), note + mine)
        self.plan = plan
        asked = (
            ("contact_how", say("How to contact"), say("Such as phone")),
            ("contact_when", say("When"), say("Such as after 17:00")),
            ("may_know", say("Who may know"), say("Such as ward manager only")),
            ("wants", say("What they want"), say("Such as peer support")),
            ("language", say("Language"), ""),
            ("paused_until", say("Pause follow-up until (optional)"), say("Such as 2026-12-01")),
        )
        for name, label, example in asked:
            field = self.add_field(name, Field(label, TextField("", example)))
            held = plan.choices.get(name)
            control: Any = field.control
            control.setText("" if held is None else held if isinstance(held, str) else show_day(held))
        self._texts = {name: self._text(name) for name in self.fields}
        self._shown = plan.shown

    def _text(self, name: str) -> str:
        control: Any = self.fields[name].control
        return str(control.text().strip())

    def first_focus(self) -> QWidget:
        return self.fields["contact_how"].control

    def job(self) -> Callable[[], Any] | None:
        ctx, plan_id = self.desk.ctx, self.plan.id
        # Only what was changed here: what arrived meanwhile for another field stays.
        values: dict[str, Any] = {name: text or None for name, text in self._changed().items()}
        shown = self._shown
        if values.get("paused_until"):
            today = ctx.now().astimezone(ctx.wards[self.plan.ward_id].zone).date()
            try:
                values["paused_until"] = day_ahead(values["paused_until"], today)
            except WhenProblem as problem:
                raise ProblemsFound([Problem("paused_until", str(problem))]) from problem
        return lambda: plan_care.choose(ctx, plan_id, values, shown)

    def _changed(self) -> dict[str, str]:
        return {name: self._text(name) for name in self.fields if self._text(name) != self._texts[name]}

    def kept(self) -> dict[str, Any]:
        """What was changed, emptied fields too, and what it was based on."""
        changed = self._changed()
        return {**changed, BASIS: _basis(self._shown, changed)} if changed else {}

    def put(self, kept: dict[str, Any]) -> None:
        """Brings back what was changed, on what its author saw then, whatever stands there by now."""
        changed = kept.keys() & self.fields.keys()
        self._shown = _rebased(self._shown, kept.get(BASIS, {}), changed)
        super().put({name: kept[name] for name in changed})


class NameLeadPanel(StepPanel):
    """Names the support lead of a case that has none."""

    def __init__(self, desk: Desk, plan: PlanView, leads: Sequence[Colleague]) -> None:
        note = say("They then see all of this plan. What you see of it stays the same.")
        super().__init__(desk, say("Name a support lead: {who}", who=plan.person), note, say("Name support lead"))
        self.plan = plan
        chosen = [(NOBODY, say("Choose"))] if leads else [(NOBODY, say("Nobody on this ward is a support lead"))]
        self.to = DropDown("", [*chosen, *((one.user_id, one.name) for one in leads)])
        self.add_field("to", Field(say("Who leads this case?"), self.to))

    def first_focus(self) -> QWidget:
        return self.to

    def job(self) -> Callable[[], Any] | None:
        ctx, plan_id, to = self.desk.ctx, self.plan.id, self.to.code()
        if not to:
            self.tell(Problem("to", say("Choose a support lead of this ward.")))
            return None
        shown = self.plan.lead_shown
        return lambda: plan_care.name_lead(ctx, plan_id, to, shown)


class PassOnPanel(StepPanel):
    """Passes a case on to another support lead, or back to all of them."""

    def __init__(self, desk: Desk, plan: PlanView, leads: Sequence[Colleague]) -> None:
        note = say("You then see this case as open or settled only. What was recorded stays.")
        super().__init__(desk, say("Pass the case on: {who}", who=plan.person), note, say("Pass on"))
        self.plan = plan
        others = [(one.user_id, one.name) for one in leads if one.user_id != desk.ctx.user.user_id]
        self.to = DropDown("", [(NOBODY, say("Any support lead of this ward")), *others])
        options = [Option(code, say(words)) for code, words in PASSED.items()]
        self.why = self.add_group(ChoiceGroup(say("Why?"), options, columns=(1,)))
        self.add_field("to", Field(say("To whom?"), self.to))

    def first_focus(self) -> QWidget:
        return self.why.first_focus()

    def job(self) -> Callable[[], Any] | None:
        ctx, plan_id, to = self.desk.ctx, self.plan.id, self.to.code() or None
        why = next(iter(self.why.value()), "")
        if not why:
            self.tell(Problem("why", say("Choose why you pass it on.")))
            return None
        shown = self.plan.lead_shown
        return lambda: plan_care.pass_on(ctx, plan_id, to, why, shown)
