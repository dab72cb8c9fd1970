"""Panels that record steps: one step, a contact with the person, the one second offer, and several of a stage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.choices_response import CHANNEL, OUTCOME
from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.domain.support_steps import REOFFER
from vpr_desktop.domain.when import WhenProblem, parse_day
from vpr_desktop.services import recordings
from vpr_desktop.services.recordings import WITH_REASON, Said
from vpr_desktop.services.support_views import PlanView, StageView, StepView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.forms.typed_time import moment
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import DropDown, Field, TextArea, TextField
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.widgets.step_panel import StepPanel
from vpr_desktop.ui.words import say

# Outcomes in the words of somebody who has just done it.
WORDS = {
    "DON": say("Done"),
    "ACC": say("Accepted"),
    "DEC": say("Not wanted"),
    "DEL": say("Not now, ask again"),
    "OFF": say("Offered, no answer yet"),
    "NRE": say("Not reached"),
    "NAP": say("Not needed"),
    "NPO": say("Not possible"),
    "REF": say("Referred"),
    "DNA": say("Referred, not attended"),
}
REACHED = {"DON": say("Reached, we spoke"), "NRE": say("Not reached"), "DEC": say("They do not want contact")}
OTHERS = ("REF", "DEL", "OFF", "NAP", "NPO", "DNA")
ONE_COLUMN = (2, 1)


def outcome_options(step: StepView, *, all_of_them: bool = False) -> list[Option]:
    """What the panel offers for a step: its own outcomes, and where asked for the others a step may come to."""
    named = REACHED if step.is_contact else WORDS
    own = [Option(code, named.get(code, WORDS[code])) for code in step.outcomes]
    others = OTHERS if all_of_them else ()
    return own + [Option(code, WORDS[code]) for code in others if code not in step.outcomes]


class RecordPanel(StepPanel):
    """One step: what came of it (nothing is chosen beforehand), how, when, and what little else may be said."""

    def __init__(self, desk: Desk, plan: PlanView, step: StepView) -> None:
        who = say("Team") if step.team else plan.person
        super().__init__(desk, say("{step}: {who}", step=step.title, who=who), step.text)
        self.plan, self.step = plan, step
        self.offers: ChoiceGroup | None = None
        if step.code == REOFFER:
            options = [Option(code, title) for code, title in plan.offers_again]
            self.offers = self.add_group(
                ChoiceGroup(say("What is wanted now?"), options, many=True, columns=(1,)),
                say("What is wanted now? Tick none if nothing is."),
            )
            self.asked.addWidget(Words(say("This is the one second offer. It is not made again."), "hint"))
        else:
            self.outcome = self.add_group(
                ChoiceGroup(say("What came of it?"), outcome_options(step), columns=ONE_COLUMN)
            )
            self.outcome.answered.connect(self._fit)
            self.others = Button(say("Something else came of it"), "link", icon="down")
            self.others.clicked.connect(self._on_others_clicked)
            self.asked.addWidget(self.others)
        channels = [("", say("Not stated")), *((code.code, code.label) for code in CHANNEL if code.code != "NS")]
        self.channel = DropDown("", channels)
        self.add_field("channel", Field(say("How (optional)"), self.channel))
        self.add_field("at", Field(say("When (optional)"), TextField("", say("Just now"))))
        self.until = self.add_field(
            "until_on", Field(say("Ask again on (optional)"), TextField("", say("Such as 2026-12-01")))
        )
        hint = say("Short and factual. Only the support lead of this person reads it. No names.")
        self.reason = self.add_field("reason", Field(say("A few words (optional)"), TextArea(lines=2), hint=hint))
        self._fit()

    def _on_others_clicked(self) -> None:
        held = self.outcome.value()
        self.outcome.set_options(outcome_options(self.step, all_of_them=True))
        self.outcome.set_value(held)
        self.others.hide()
        self.outcome.cards[len(self.step.outcomes)].setFocus()

    def chosen(self) -> str:
        """The outcome that is chosen, empty where none is."""
        if self.offers is not None:
            return "ACC" if self.offers.value() else "DEC"
        return next(iter(self.outcome.value()), "")

    def _fit(self) -> None:
        code = self.chosen()
        self.until.setVisible(code in ("DEL", "REF") and self.offers is None)
        needed = code in WITH_REASON
        self.reason.label.setText(say(WITH_REASON[code]) if needed else say("A few words (optional)"))

    def codes(self) -> tuple[str, ...]:
        return (self.step.code,)

    def first_focus(self) -> QWidget:
        return (self.offers or self.outcome).first_focus()

    def job(self) -> Callable[[], Any] | None:
        ctx, plan_id, code = self.desk.ctx, self.plan.id, self.chosen()
        if not code:
            self.tell(Problem("outcome", say("Choose what came of it.")))
            return None
        reason: Any = self.reason.control
        said = Said(
            self.step.code, code, self._moment(), self.channel.code() or None,
            reason.toPlainText().strip() or None, self._day(),
        )  # fmt: skip
        taken = self.offers.value() if self.offers is not None else ()
        return lambda: recordings.record(ctx, plan_id, said, taken=taken)

    def _moment(self) -> datetime | None:
        control: Any = self.fields["at"].control
        typed = control.text().strip()
        if not typed:
            return None
        try:
            return moment(typed, self.desk.ctx.now(), self.desk.ctx.wards[self.plan.ward_id].zone)
        except WhenProblem as problem:
            raise ProblemsFound([Problem("at", str(problem))]) from problem

    def _day(self) -> date | None:
        control: Any = self.until.control
        typed = control.text().strip() if self.until.isVisibleTo(self) else ""
        if not typed:
            return None
        try:
            return day_ahead(typed, self.desk.ctx.now().astimezone(self.desk.ctx.wards[self.plan.ward_id].zone).date())
        except WhenProblem as problem:
            raise ProblemsFound([Problem("until_on", str(problem))]) from problem


def day_ahead(typed: str, today: date) -> date:
    """A day that somebody typed and that is still to come: without a year the next one. Raises WhenProblem."""
    found = parse_day(typed, today)
    if found < today and not any(part.isdigit() and len(part) == 4 for part in typed.replace("/", "-").split("-")):
        found = found.replace(year=found.year + 1)
    return found


class StagePanel(StepPanel):
    """The open steps of a stage that is ticked together: each with its outcomes, all in one save."""

    def __init__(self, desk: Desk, plan: PlanView, stage: StageView) -> None:
        note = say("Answer what was done. Leave the rest: it stays open.")
        super().__init__(desk, say("{stage}: {who}", stage=stage.heading, who=plan.person), note, say("Save all"))
        self.plan = plan
        self.groups: dict[str, ChoiceGroup] = {}
        for step in stage.open_steps:
            if step.alone:
                continue
            options = [Option(code, WORDS[code]) for code in step.outcomes]
            group = ChoiceGroup(step.title, options, columns=(3, 2, 1))
            self.groups[step.code] = self.add_group(group, step.text)
            group.answered.connect(self._fit)
        hint = say("Only the support lead of this person reads it. No names.")
        self.reason = self.add_field("reason", Field(say("Why not (a few words)"), TextField(), hint=hint))
        self._fit()

    def _fit(self) -> None:
        codes = [code for group in self.groups.values() for code in group.value()]
        self.reason.setVisible(any(code in WITH_REASON for code in codes))

    def codes(self) -> tuple[str, ...]:
        return tuple(self.groups)

    def first_focus(self) -> QWidget:
        return next(iter(self.groups.values())).first_focus() if self.groups else self.yes

    def job(self) -> Callable[[], Any] | None:
        ctx, plan_id = self.desk.ctx, self.plan.id
        control: Any = self.reason.control
        reason = control.text().strip() or None
        said = [
            Said(step, code, reason=reason if code in WITH_REASON else None)
            for step, group in self.groups.items()
            for code in group.value()
        ]
        if not said:
            self.tell(Problem("step", say("Answer at least one step, or cancel.")))
            return None
        return lambda: recordings.record_many(ctx, plan_id, said)

    def tell(self, problem: Problem) -> None:
        if problem.field in self.groups and any(c in WITH_REASON for c in self.groups[problem.field].value()):
            problem = Problem("reason", problem.message)
        super().tell(problem)


def label_of(outcome: str) -> str:
    """The word for an outcome, for what is said after a save."""
    return WORDS.get(outcome) or OUTCOME.label(outcome)
