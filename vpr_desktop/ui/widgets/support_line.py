"""The line about support on a record: the next step, when it is due and whose it is, and the way to the plan."""

from __future__ import annotations

from vpr_desktop.domain.when import show
from vpr_desktop.services.support_views import PlanView, StepView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Card, column, row
from vpr_desktop.ui.widgets.labels import IconLabel, Words
from vpr_desktop.ui.words import say


def support_line(desk: Desk, step: StepView, plan: PlanView) -> Card:
    """A card of one line for the step that is due first."""
    zone = desk.ctx.wards[plan.ward_id].zone
    due = show(step.due, zone) if step.due is not None else ""
    who = say("Team") if step.team else plan.person
    words = say("{step}, {who}.", step=step.title, who=who)
    if step.owner:
        words = say("{step}, {who}. Owner {owner}.", step=step.title, who=who, owner=step.owner_name)
    open_plan = Button(say("Open plan"), "link", name=say("Open the support plan of {who}", who=plan.person))
    open_plan.clicked.connect(lambda: desk.go("plan", plan_id=plan.id, step=step.code))
    line = row(IconLabel("heart", "link"), gap=14)
    title = Words(say("Support: next step by {due}", due=due), "strong")
    line.addLayout(column(title, Words(words, tone="second"), gap=0), 1)
    line.addWidget(open_plan)
    card = Card(margins=(24, 12, 24, 12))
    card.body.addLayout(line)
    return card
