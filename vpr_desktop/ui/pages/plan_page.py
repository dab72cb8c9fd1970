"""S7, the support plan of one person: their choices first, then seven stages; panels and contacts beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.when import show
from vpr_desktop.services import support
from vpr_desktop.services.support_views import EntryView, PlanView, StageView, StepView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.pages.plan_focus import go_back_to, near, place_of
from vpr_desktop.ui.pages.plan_lead import who_can
from vpr_desktop.ui.pages.plan_stages import PlanStages
from vpr_desktop.ui.pages.step_acts import StepActs
from vpr_desktop.ui.pages.worklist_detail import exposure_in_words
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.end_panel import closed_in_words
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card, Panel, ScrollPage, begin, boxed, clear, column, row, rows
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say

STACKED_BELOW = 980
SIDE = 340
CHOICES = (
    ("contact", say("Contact")), ("may_know", say("May know")), ("wants", say("Wants")), ("language", say("Language")),
)  # fmt: skip


class PlanPage(QWidget):
    """One plan as this person may see it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S7")
        self.plan: PlanView | None = None
        self._plan_id, self._wanted, self._at = "", ("", ""), ""
        self.back = Button(say("Support"), "link", icon="back", name=say("Back to the support list"))
        self.title = Heading("")
        self.line = Words("", tone="second")
        self.who_leads = Words("", "hint", tone="second")
        self.name_line = Words("", "strong")
        self.show_name = Button(say("Show name"), icon="eye")
        self.take = Button(say("Take this case"), "primary")
        self.pass_on = Button(say("Pass on"))
        self.name_lead = Button(say("Name a support lead"))
        self.end = Button(say("Close this plan"))
        self.again = Button(say("Open again"))
        self.incident = Button(say("Open the incident"), "quiet")
        self.change = Button(say("Change choices"), "link")
        self.banners = column(gap=8)
        self.choices = Card(margins=(20, 12, 20, 12))
        self.stages = PlanStages(desk, self._act, self._act_on_stage)
        self.side = column(gap=16)
        self.acts = StepActs(self, desk, self._show_panel, self._after)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.page = ScrollPage()
        words = column(self.title, self.line, self.who_leads, self.name_line, gap=0)
        buttons = Flow(
            self.incident, self.show_name, self.pass_on, self.name_lead, self.end, self.again, self.take, gap=10
        )  # fmt: skip
        self.top = row(gap=16)
        self.top.addLayout(words, 1)
        held = QWidget()
        held.setLayout(buttons)
        self.buttons = held
        self.top.addWidget(held)
        self.both = row(gap=16)
        self.both.addWidget(self.stages, 1)
        self.side_holder = QWidget()
        self.side_holder.setLayout(self.side)
        self.both.addWidget(self.side_holder)
        body = self.page.body
        body.setSpacing(style_of().px(10))
        body.setContentsMargins(*(style_of().px(m) for m in (24, 10, 24, 12)))
        body.addWidget(self.back)
        body.addLayout(self.top)
        body.addLayout(self.banners)
        body.addWidget(self.choices)
        body.addLayout(self.both)
        body.addStretch(1)
        self.setLayout(column(self.page))
        self.panel_box = QWidget()
        self.panel_holder = column(gap=16)
        self.panel_box.setLayout(self.panel_holder)
        self.facts = column(gap=16)
        self.side.addWidget(self.panel_box)
        self.side.addLayout(self.facts)
        self.side.addStretch(1)
        self.name_line.hide()

    def _connect(self) -> None:
        self.back.clicked.connect(lambda: self.desk.go("worklist"))
        self.show_name.clicked.connect(self._on_name_clicked)
        self.take.clicked.connect(self._on_take_clicked)
        self.pass_on.clicked.connect(self._on_pass_on_clicked)
        self.name_lead.clicked.connect(self._on_name_lead_clicked)
        self.end.clicked.connect(self._on_end_clicked)
        self.again.clicked.connect(self._on_again_clicked)
        self.incident.clicked.connect(self._on_incident_clicked)
        style_of().changed.connect(self._fit)

    def opened(self, plan_id: str = "", step: str = "", panel: str = "", **_: Any) -> None:
        """Loads a plan; a step named opens its stage, a panel named the panel that was left half-filled."""
        if plan_id != self._plan_id:
            self.acts.leave()
            self._hide_name()
        self._plan_id, self._wanted, self._at = plan_id, (step, panel), step
        self._load()

    def _load(self) -> None:
        ctx, plan_id = self.desk.ctx, self._plan_id
        self.desk.run(self, lambda: support.plan(ctx, plan_id), self._show)

    def _show(self, plan: PlanView) -> None:
        self.plan, at = plan, place_of(self, self.stages)
        self.title.setText(say("Support plan: {who}", who=plan.person))
        self.line.setText(self._line(plan))
        self.who_leads.setText(who_can(plan))
        self.who_leads.setVisible(bool(self.who_leads.text()))
        self.show_name.setVisible("show_name" in plan.acts)
        self.take.setVisible("take" in plan.acts and not plan.is_led)
        self.pass_on.setVisible("pass_on" in plan.acts)
        self.name_lead.setVisible(plan.may_name_lead)
        self.end.setVisible("close" in plan.acts and plan.closed_on is None)
        self.again.setVisible("close" in plan.acts and plan.closed_on is not None and not plan.not_staff)
        self._show_banners(plan)
        self._show_choices(plan)
        step, panel = self._wanted
        self._wanted = ("", "")
        self._one_green()
        self.stages.show_plan(plan, step.split("-")[0] if step else "")
        self._show_facts(plan)
        self._fit()
        go_back_to(self, self.stages, at, self.back)
        held = next((one for one in plan.steps if one.code == step), None)
        if self.back.hasFocus() and "choose" in plan.acts:
            begin(self.change)
        stage = next((one for one in plan.stages if one.code == step), None)
        if panel == "stage" and stage is not None and stage.open_steps and "record" in plan.acts:
            self.acts.open_stage(plan, stage)
        elif panel == "choices" and "choose" in plan.acts:
            self.acts.open_choices(plan)
        elif panel == "note" and not step and "note" in plan.acts:
            self.acts.open_note(plan)
        elif panel in ("record", "due", "note") and held is not None:
            self.acts.open(panel, plan, held)
        elif held is not None and step in self.stages.links:
            self.stages.links[step].setFocus()

    def _line(self, plan: PlanView) -> str:
        zone = self.desk.ctx.wards[plan.ward_id].zone
        when = show_day(plan.occurred_at.astimezone(zone).date()) if plan.occurred_at else ""
        parts = [plan.job, say("{reference}, {day}", reference=plan.reference, day=when)]
        lead = say("Support lead {name}", name=plan.lead_name) if plan.lead else say("No support lead yet")
        if plan.lead and not plan.is_led:
            lead = say("No support lead: {name} left", name=plan.lead_name)
        elif not plan.is_led and "name_lead" in plan.acts and not plan.may_name_lead:
            lead = say("No support lead yet: one takes this case themselves")
        return ". ".join(part for part in (*parts, lead) if part)

    def _show_banners(self, plan: PlanView) -> None:
        clear(self.banners)
        if plan.closed_on is not None:
            self.banners.addWidget(Panel("info", closed_in_words(plan, show_day(plan.closed_on))))
        if plan.withdrawn:
            self.banners.addWidget(Panel("info", say("The incident was withdrawn. Nothing is asked for any more.")))
        if plan.fewer_on is not None:
            words = say("Fewer steps since {day}: what happened was rated again.", day=show_day(plan.fewer_on))
            self.banners.addWidget(Panel("info", words))
        if plan.exposure > 1:
            self.banners.addWidget(Panel("info", exposure_in_words(plan.exposure)))

    def _show_choices(self, plan: PlanView) -> None:
        clear(self.choices.body)
        held = plan.choices
        contact = ", ".join(str(held[name]) for name in ("contact_how", "contact_when") if held.get(name))
        values = {"contact": contact, **{name: held.get(name) for name, _ in CHOICES[1:]}}
        paused = held.get("paused_until")
        follow = say("Paused until {day}", day=show_day(paused)) if paused else say("Not paused")
        lines = [_choice(words, str(values[name] or say("Not said yet"))) for name, words in CHOICES]
        lines.append(_choice(say("Follow-up"), follow))
        line = row(gap=24)
        if "choose" in plan.acts or plan.in_circle:
            for one in lines:
                line.addLayout(one, 1)
        if plan.choices_are_mine and "choose" in plan.acts:
            self.choices.setAccessibleName(say("Their choices, as you typed them"))
        else:
            self.choices.setAccessibleName(say("Their choices"))
        if "choose" in plan.acts:
            change = Button(say("Change choices"), "link", name=say("Change their choices"))
            change.clicked.connect(lambda: self.acts.open_choices(plan))
            line.addWidget(change, 0, Qt.AlignmentFlag.AlignVCenter)
            self.change = change
        self.choices.body.addLayout(line)
        self.choices.setVisible("choose" in plan.acts or plan.in_circle)
        self._choice_line = line

    # Beside the steps
    def _show_facts(self, plan: PlanView) -> None:
        clear(self.facts)
        zone = self.desk.ctx.wards[plan.ward_id].zone
        card = Card(say("Contacts so far"), kind="title", margins=(20, 16, 20, 16))
        lines: list[Any] = [self._contact(plan, one, zone) for one in plan.contacts[:12]]
        card.body.addLayout(rows(*lines, gap=8, top=0))
        if not lines:
            card.body.addWidget(Words(say("Nothing is recorded that you may see."), tone="second"))
        contact = next((one for one in plan.steps if one.is_contact and one.is_asked), None)
        if "record" in plan.acts and contact is not None:
            button = Button(say("Record contact"))
            button.clicked.connect(lambda: self.acts.open("contact", plan, contact))
            card.body.addLayout(Flow(button))
        theirs = say("Their words stay theirs. Nobody has to retell the event.")
        card.body.addWidget(Words(theirs, "hint", tone="second"))
        self.facts.addWidget(card)
        if "note" in plan.acts:
            self._show_notes(plan)
        self.facts.addWidget(Words(say("Checklist: {name}", name=plan.template), "hint", tone="second"))

    def _contact(self, plan: PlanView, one: EntryView, zone: ZoneInfo) -> QWidget:
        words = ". ".join(part for part in (one.words, one.channel, one.by) if part)
        said = say("{step}: {words}", step=one.title, words=words)
        parts = column(Words(show(one.at, zone), "strong"), Words(said), gap=0)
        if one.reason:
            parts.addWidget(Words(one.reason, tone="second"))
        if one.may_strike:
            strike = Button(say("Strike out"), "link", name=say("Strike out: {said}", said=said))
            strike.clicked.connect(lambda: self.acts.strike(plan.id, one.id))
            parts.addWidget(strike)
        return boxed(parts)

    def _show_notes(self, plan: PlanView) -> None:
        zone = self.desk.ctx.wards[plan.ward_id].zone
        card = Card(say("Notes"), kind="title", margins=(20, 16, 20, 16))
        lines: list[Any] = [
            boxed(column(Words(say("{when}, {who}", when=show(one.at, zone), who=one.by), "hint", tone="second"),
                         Words(one.text), gap=0))
            for one in reversed(plan.notes)
        ]  # fmt: skip
        card.body.addLayout(rows(*lines, gap=8, top=0))
        add = Button(say("Add a note"))
        add.clicked.connect(lambda: self.acts.open_note(plan))
        card.body.addLayout(Flow(add))
        self.facts.addWidget(card)

    def _show_panel(self, panel: QWidget | None) -> None:
        clear(self.panel_holder)
        self.side_holder.setMaximumWidth(16_777_215)
        if panel is not None:
            self.panel_holder.addWidget(panel)
        self._one_green()
        self._fit()

    def _one_green(self) -> None:
        self.stages.be_calm(self.acts.panel is not None or self.take.isVisibleTo(self))

    def _after(self) -> None:
        self._load()
        (near(self.stages, self._at) or self.back).setFocus()

    # What the user does
    def _act(self, act: str, step: StepView) -> None:
        if self.plan is None:
            return
        self._at = step.code
        if act == "refuse":
            self.acts.not_wanted(self.plan, step)
        else:
            self.acts.open(act, self.plan, step)

    def _act_on_stage(self, stage: StageView) -> None:
        if self.plan is not None:
            self.acts.open_stage(self.plan, stage)

    def save(self) -> None:
        """Ctrl+Enter: what the open panel asks."""
        if self.acts.panel is not None:
            self.acts.panel.save()

    def _on_name_clicked(self) -> None:
        if self.name_line.isVisible():
            self._hide_name()
            return
        ctx, plan_id = self.desk.ctx, self._plan_id
        self.desk.run(self, lambda: support.show_name(ctx, plan_id), self._on_name_shown)

    def _on_name_shown(self, name: str) -> None:
        self.name_line.setText(name)
        self.name_line.show()
        self.show_name.set_words(say("Hide name"))

    def _hide_name(self) -> None:
        self.name_line.setText("")
        self.name_line.hide()
        self.show_name.set_words(say("Show name"))

    def _on_take_clicked(self) -> None:
        if self.plan is not None:
            self.acts.take(self.plan)

    def _on_pass_on_clicked(self) -> None:
        if self.plan is not None:
            self.acts.open_pass_on(self.plan)

    def _on_name_lead_clicked(self) -> None:
        if self.plan is not None:
            self.acts.open_name_lead(self.plan)

    def _on_end_clicked(self) -> None:
        if self.plan is not None:
            self.acts.open_end(self.plan)

    def _on_again_clicked(self) -> None:
        if self.plan is not None:
            self.acts.reopen(self.plan)

    def _on_incident_clicked(self) -> None:
        if self.plan is not None:
            self.desk.go("record", incident_id=self.plan.incident_id)

    # The frame
    def refreshed(self, changes: Changes) -> None:
        """Reads the plan anew where something changed, without touching an open panel."""
        if changes.records and self.isVisible():
            self._load()
            self.acts.follow(changes)

    def draft(self) -> Callable[[], Any] | None:
        """What is typed in an open panel."""
        return self.acts.draft()

    def place(self) -> dict[str, Any]:
        """The plan and its incident, and the panel that is open on a step."""
        of = {"incident_id": self.plan.incident_id} if self.plan is not None else {}
        return {"plan_id": self._plan_id, **of, **self.acts.place()}

    def first_focus(self) -> QWidget:
        """The way back; what comes next by Tab are the person's choices and the steps."""
        return self.back

    def hideEvent(self, event: QHideEvent) -> None:
        """A name is shown for as long as somebody looks at this page."""
        self._hide_name()
        super().hideEvent(event)

    def _fit(self) -> None:
        look = style_of()
        stacked = self.width() < look.px(STACKED_BELOW)
        down, across = self.both.Direction.TopToBottom, self.both.Direction.LeftToRight
        self.both.setDirection(down if stacked else across)
        self._place_panel(stacked)
        self.side_holder.setFixedWidth(look.px(SIDE)) if not stacked else self._free_side()
        self.top.setDirection(self.top.Direction.TopToBottom if stacked else self.top.Direction.LeftToRight)
        self._choice_line_direction(narrow=self.width() < look.px(760))

    def _place_panel(self, stacked: bool) -> None:
        """A panel stands beside the steps, and with little room above them, not out of sight below."""
        above, held = self.panel_box.parentWidget() is not self.side_holder, QApplication.focusWidget()
        held = held if held is not None and self.panel_box.isAncestorOf(held) else None
        if stacked and not above:
            self.page.body.insertWidget(self.page.body.indexOf(self.choices) + 1, self.panel_box)
        elif above and not stacked:
            self.side.insertWidget(0, self.panel_box)
        self.panel_box.setVisible(self.acts.panel is not None)
        if held is not None:  # it went with the move
            held.setFocus()

    def _free_side(self) -> None:
        self.side_holder.setMinimumWidth(0)
        self.side_holder.setMaximumWidth(16_777_215)

    def _choice_line_direction(self, narrow: bool) -> None:
        line = getattr(self, "_choice_line", None)
        if line is not None:
            line.setDirection(line.Direction.TopToBottom if narrow else line.Direction.LeftToRight)
            line.setSpacing(style_of().px(8 if narrow else 24))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _choice(words: str, value: str) -> QVBoxLayout:
    line = column(Words(words, "hint", tone="second", wrap=False), Words(value, "strong"), gap=0)
    line.addStretch(1)  # else a long answer beside it spreads them
    return line
