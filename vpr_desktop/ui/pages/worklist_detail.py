"""Beside the worklist: the step that is chosen, what can be done about it, and what the reader may know around it."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.when import show
from vpr_desktop.services.support_views import PlanView, StepView
from vpr_desktop.services.worklist import WorkRow
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card, Column, ScrollPage, boxed, clear, column, hairline, row
from vpr_desktop.ui.widgets.labels import Heading, IconLabel, Words
from vpr_desktop.ui.words import say


class WorklistDetail(QWidget):
    """`asked` names what somebody wants to do: record, contact, assign, due, note, take or open."""

    asked = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setAccessibleName(say("Step chosen"))
        self.card = Card(margins=(20, 16, 20, 16))
        self.page = ScrollPage()
        self.page.body.setContentsMargins(0, 0, 0, 0)
        self.place = column(gap=16)
        self.page.body.addLayout(self.place)
        self.page.body.addStretch(1)
        self.setLayout(column(self.page))
        self.place.addWidget(self.card)
        self.buttons: dict[str, Button] = {}
        self.panel: QWidget | None = None

    def show_panel(self, panel: QWidget | None) -> None:
        """Puts a panel in place of the step, or takes it away again."""
        held = self.panel
        if held is not None and shiboken6.isValid(held):
            self.place.removeWidget(held)
            held.hide()
            held.setParent(None)
            held.deleteLater()
        self.panel = panel
        self.card.setVisible(panel is None)
        if panel is not None:
            self.place.addWidget(panel)

    def show_nothing(self, words: str) -> None:
        """Says what to do where no step is chosen."""
        clear(self.card.body)
        self.buttons = {}
        self.card.body.addWidget(Words(words, tone="second"))

    def show_step(self, line: WorkRow, plan: PlanView, step: StepView | None) -> None:
        """Shows a step with what is known around it."""
        body = self._headed(line)
        due = say(" Due {due}.", due=line.due_full) if line.due_full else ""
        owner = say("Owner {name}.", name=line.owner_name) if line.owner else say("No owner yet.")
        status = say("Ask again") if line.asks_again else line.status
        facts = say(
            "{reference}.{due} {owner} {status}.", reference=line.reference, due=due, owner=owner, status=status
        )
        body.addWidget(Words(facts, "hint", tone="second"))
        if step is not None and step.is_asked:
            self._acts(plan, step)
        if step is not None:
            self._around(plan, step)
        whole = self._button("open", say("Open the whole plan"), "link", icon="right")
        body.addWidget(whole)

    def _headed(self, line: WorkRow) -> Column:
        """Empties the card and heads it with the row: how late it is, what is asked, and for whom."""
        clear(self.card.body)
        self.buttons = {}
        body = self.card.body
        if line.overdue:
            late = say("Overdue {time}", time=line.due_words)
            body.addLayout(row(IconLabel("warning", "error", 18), Words(late, "strong", tone="error"), gap=8))
        body.addWidget(Heading(say("{step}: {who}", step=line.title, who=line.person), "title"))
        return body

    def show_riddor(self, line: WorkRow) -> None:
        """Shows a date that RIDDOR sets, the rule behind it, and the way to where it is decided."""
        body = self._headed(line)
        facts = say("{reference}. By {day}.", reference=line.reference, day=line.due_full)
        body.addWidget(Words(facts, "hint", tone="second"))
        opens = self._button("open", say("Open RIDDOR"), "primary", hint=say("Enter"))
        opens.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        body.addWidget(opens)
        body.addSpacing(style_of().px(4))
        body.addWidget(hairline())
        self._section(say("The rule"), say(line.rule))
        self._section(say("Who decides"), say("Health and safety. Nothing is sent from here."))

    def _acts(self, plan: PlanView, step: StepView) -> None:
        body = self.card.body
        if "record" in plan.acts:
            done = self._button("record", say("Mark done"), "primary", hint=say("Space"))
            done.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            body.addWidget(done)
        others = []
        if "record" in plan.acts and not step.team:
            others.append(self._button("contact", say("Record contact"), "secondary"))
        if "assign" in plan.acts:
            others.append(self._button("assign", say("Assign"), "secondary"))
        if "take" in plan.acts and not plan.is_led and not step.team:
            others.append(self._button("take", say("Take this case"), "secondary"))
        if others:
            body.addLayout(Flow(*others, gap=8))

    def _button(self, act: str, text: str, kind: str, *, icon: str = "", hint: str = "") -> Button:
        made = Button(text, kind, icon=icon if icon != "right" else "", hint=hint)  # type: ignore[arg-type]
        made.clicked.connect(lambda: self.asked.emit(act))
        self.buttons[act] = made
        return made

    def _around(self, plan: PlanView, step: StepView) -> None:
        body = self.card.body
        body.addSpacing(style_of().px(4))
        body.addWidget(hairline())
        zone = self.desk.ctx.wards[plan.ward_id].zone
        self._section(say("What it is"), step.text)
        chosen = choices_in_words(plan)
        if chosen:
            self._section(say("Their choices"), chosen)
        last = plan.contacts[0] if plan.contacts else None
        if last is not None:
            words = say("{when}. {step}: {outcome}.", when=show(last.at, zone), step=last.title, outcome=last.words)
            self._section(say("Last recorded"), words)
        later = [(one.due, one.title) for one in plan.steps if one.is_asked and one.due and one.code != step.code]
        after = min((pair for pair in later if step.due is None or pair[0] >= step.due), default=None)
        if after is not None:
            by = show_day(after[0].astimezone(zone).date())
            self._section(say("After this"), say("{step}, by {day}", step=after[1], day=by))
        if plan.exposure > 1:
            self._section(say("For this person"), exposure_in_words(plan.exposure))
        for note in plan.notes[-3:]:
            self._section(say("Note, {when}", when=show(note.at, zone)), note.text)

    def _section(self, head: str, words: str) -> None:
        self.card.body.addWidget(boxed(column(Words(head, "strong"), Words(words), gap=0)))


def choices_in_words(plan: PlanView) -> str:
    """What the person chose, in one line; empty where nothing is known to the reader."""
    held = plan.choices
    contact = ", ".join(str(held[name]) for name in ("contact_how", "contact_when") if held.get(name))
    parts = [contact] if contact else []
    if held.get("may_know"):
        parts.append(say("May know: {who}", who=held["may_know"]))
    if held.get("wants"):
        parts.append(say("Wants: {what}", what=held["wants"]))
    if held.get("language"):
        parts.append(say("Language: {language}", language=held["language"]))
    if held.get("paused_until"):
        parts.append(say("Paused until {day}", day=show_day(held["paused_until"])))
    return ". ".join(parts)


def exposure_in_words(count: int) -> str:
    """Which incident within 90 days this is: 3rd in 90 days."""
    end = "th" if 10 <= count % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return say("{count}{end} incident in 90 days", count=count, end=end)
