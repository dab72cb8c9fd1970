"""The panel that closes a support plan: why, what goes on all the same, and the way to keep it open instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.choices_response import PLAN_CLOSED
from vpr_desktop.domain.errors import Problem
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.services import plan_end
from vpr_desktop.services.support_views import PlanView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.widgets.step_panel import StepPanel
from vpr_desktop.ui.words import say


class EndPanel(StepPanel):
    """Closes a plan. `later`: it stays open, and the step that asks for this is to have another date."""

    later = Signal()

    def __init__(self, desk: Desk, plan: PlanView) -> None:
        super().__init__(desk, say("Close this plan: {who}", who=plan.person), _what_follows(plan), say("Close plan"))
        self.plan = plan
        options = [Option(code, say(PLAN_CLOSED.label(code))) for code in plan_end.WHY]
        self.why = self.add_group(ChoiceGroup(say("Why?"), options, columns=(1,)))
        told = say("Only you and whoever leads this case after you see why. Others see that it is closed.")
        self.asked.addWidget(Words(told, "hint", tone="second"))
        if any(step.ends_plan and step.is_asked for step in plan.steps):
            keep = Button(say("Keep it open with a new date"), "link")
            keep.clicked.connect(self.later)
            self.asked.addWidget(keep)

    def first_focus(self) -> QWidget:
        return self.why.first_focus()

    def job(self) -> Callable[[], Any] | None:
        ctx, plan_id, shown = self.desk.ctx, self.plan.id, self.plan.end_shown
        why = next(iter(self.why.value()), "")
        if not why:
            self.tell(Problem("why", say("Choose why the plan is closed.")))
            return None
        return lambda: plan_end.close(ctx, plan_id, why, shown)


def _what_follows(plan: PlanView) -> str:
    """What becomes of the steps."""
    count = sum(step.is_asked and not step.team and not step.ends_plan and not step.is_law for step in plan.steps)
    left = {0: "", 1: say("1 step of this person is open. It stays as it is. ")}.get(
        count, say("{count} steps of this person are open. They stay as they are. ", count=count)
    )
    goes_on = say(
        "Nothing more is asked for this person. The team's steps and the RIDDOR looks go on. You can open it again."
    )
    return left + goes_on


def closed_in_words(plan: PlanView, day: str) -> str:
    """When and, for those who may know, why a plan was closed, and what goes on."""
    why = PLAN_CLOSED.label(plan.closed_why or "NAP") if plan.closed_why or plan.not_staff else ""
    goes_on = say("The team's steps and the RIDDOR looks go on.")
    if why:
        told = say(why)
        return say("Closed on {day}: {why}. {rest}", day=day, why=told[:1].lower() + told[1:], rest=goes_on)
    return say("Closed on {day}. {rest}", day=day, rest=goes_on)
