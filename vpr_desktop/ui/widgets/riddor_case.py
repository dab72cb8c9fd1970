"""One person's RIDDOR case: advice, dates, the question about days between, and the form of the decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.choices_people import GAP, RID
from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.errors import Problem
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.domain.riddor_days import Gap
from vpr_desktop.domain.when import WhenProblem, show
from vpr_desktop.services.riddor import Case, Decision
from vpr_desktop.services.views import IncidentView
from vpr_desktop.ui.forms.typed_time import moment
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import DropDown, Field, TextArea, TextField
from vpr_desktop.ui.widgets.frames import Card, Panel, row
from vpr_desktop.ui.widgets.labels import TagLabel, Words
from vpr_desktop.ui.words import say

TINTS = {"DEA": "red", "SPEC": "red", "DO": "red", "O7": "red", "NWK": "yellow", "SCR": "yellow"}


class RiddorCase(Card):
    """A card a person. Signals say what is asked for; the page does it."""

    typed = Signal()
    decided = Signal(object)
    gap_answered = Signal(str, object, str)
    facts_asked = Signal()
    sheet_asked = Signal(str)

    def __init__(self, case: Case, seen: IncidentView, zone: ZoneInfo, *, only: bool, may: bool) -> None:
        super().__init__(say("{who}: RIDDOR", who=case.label), aside=TagLabel(case.status, _tint(case)))
        self.case, self.zone = case, zone
        self.status = DropDown("", [("", say("Choose what was decided")), *((one.code, one.label) for one in RID)])
        self.who, self.reason = TextField(), TextArea(lines=2)
        self.sent_at, self.reference = TextField(), TextField()
        self.fields = {
            "riddor_status": self._field(say("What was decided"), self.status, 560),
            "riddor_decided_by": self._field(say("Who decided"), self.who, 560, say("Name and role.")),
            "riddor_reason": self._field(say("Why"), self.reason, 860),
            "riddor_sent_at": self._field(
                say("When it was sent"), self.sent_at, 360, say("Such as 21-Nov-2026 14:20.")
            ),
            "riddor_ref": self._field(say("Reference from HSE"), self.reference, 360),
        }  # fmt: skip
        self.save_button = Button(say("Save the decision"), "primary" if only else "quiet")
        self._show_advice()
        self._show_gaps(may)
        self._show_times_off(seen)
        self._show_decision()
        if may:
            self._show_form()
        self._show_sent()

    def _field(self, label: str, control: QWidget, wide: int, hint: str = "") -> Field:
        """A field that is spoken with whose it is."""
        return Field(label, control, hint=hint, wide=wide, name=f"{label}, {self.case.label}")

    def _show_advice(self) -> None:
        case = self.case
        if case.next_due is not None and (case.advice.report_by or case.overdue or case.again):
            text = say("{what} by {day}.", what=case.next_text.removeprefix("RIDDOR: "), day=show_day(case.next_due))
            text = text[:1].upper() + text[1:]
            self.body.addWidget(Panel("warning", say("Overdue. {what}", what=text) if case.overdue else text))
        if case.dates.before_certain:
            day = show_day(case.dates.fifteen_days)
            words = say("The last day to report, {day}, comes before over 7 days is certain. Ask H&S now.", day=day)
            self.body.addWidget(Panel("warning", words))
        for words in case.advice.show:
            self.body.addWidget(Words(say(words), "strong"))
        self.body.addWidget(Words(say(case.rule), tone="second"))
        for words in self._dates():
            self.body.addWidget(Words(words))

    def _dates(self) -> list[str]:
        dates, advice = self.case.dates, self.case.advice
        if advice.status == "NA":
            return []
        found = []
        if dates.over_3_on is not None:
            found.append(say("Over 3 days on {day}.", day=show_day(dates.over_3_on)))
        if dates.over_7_on is not None:
            by = show_day(dates.fifteen_days)
            found.append(say("Over 7 days on {day}; then report by {by}.", day=show_day(dates.over_7_on), by=by))
        if advice.would_be is not None:
            found.append(say("Should it be reportable, the last day is {day}.", day=show_day(advice.would_be)))
        ten, fifteen = show_day(dates.ten_days), show_day(dates.fifteen_days)
        found.append(say("10 days after the incident: {ten}. 15 days after: {fifteen}.", ten=ten, fifteen=fifteen))
        return found

    def _show_gaps(self, may: bool) -> None:
        for gap in self.case.advice.open_gaps:
            words = say(
                "How was {who} from {first} to {last}?", who=self.case.label, first=show_day(gap.first),
                last=show_day(gap.last),
            )  # fmt: skip
            group = ChoiceGroup(words, [Option(one.code, one.label) for one in GAP], columns=(2, 1))
            group.setEnabled(may)
            label = Words(words, "strong")
            label.setBuddy(group)
            group.answered.connect(lambda gap=gap, group=group: self._on_gap(gap, group))
            self.body.addWidget(label)
            self.body.addWidget(group)

    def _on_gap(self, gap: Gap, group: ChoiceGroup) -> None:
        chosen = next(iter(group.value()), None)
        if chosen:
            self.gap_answered.emit(self.case.person.id, gap, chosen)

    def _show_times_off(self, seen: IncidentView) -> None:
        for spell in seen.parts.get("spells", []):
            if spell.parent_id == self.case.person.id:
                self.body.addWidget(Words(_time_off(spell.values)))
        facts = Button(say("Facts and times off"), name=say("Facts and times off, {who}", who=self.case.label))
        facts.clicked.connect(self.facts_asked)
        sheet = Button(say("Print F2508 sheet"), name=say("Print F2508 sheet, {who}", who=self.case.label))
        sheet.clicked.connect(lambda: self.sheet_asked.emit(self.case.person.id))
        line = row(facts, sheet, gap=12)
        line.addStretch(1)
        self.body.addLayout(line)

    def _show_decision(self) -> None:
        values = self.case.person.values
        if not self.case.decided:
            return
        by, why = values.get("riddor_decided_by") or "", values.get("riddor_reason") or ""
        self.body.addWidget(
            Words(say("Decided: {what}, by {who}.", what=RID.label(self.case.decided), who=by), "strong")
        )
        if why:
            self.body.addWidget(Words(str(why), tone="second"))
        if values.get("riddor_sent_at"):
            at, reference = show(values["riddor_sent_at"], self.zone), values.get("riddor_ref") or ""
            self.body.addWidget(Words(say("Sent {at}, reference {reference}.", at=at, reference=reference)))

    def _show_form(self) -> None:
        for name, field in self.fields.items():
            control = field.control
            control.setObjectName(name)
            self.body.addWidget(field)
            signal = control.activated if isinstance(control, DropDown) else control.textChanged  # type: ignore[attr-defined]
            signal.connect(self.typed)
        line = row(self.save_button)
        line.addStretch(1)
        self.body.addLayout(line)
        self.status.activated.connect(self._show_sent)
        self.save_button.setAccessibleName(say("Save the decision, {who}", who=self.case.label))
        self.save_button.clicked.connect(lambda: self.decided.emit(self))

    def _show_sent(self) -> None:
        sent = self.status.code() == "SENT"
        for name in ("riddor_sent_at", "riddor_ref"):
            if self.fields[name].parentWidget() is not None:
                self.fields[name].setVisible(sent)

    # What was typed
    def raw(self) -> dict[str, str]:
        """What stands in the form, as a draft keeps it."""
        found = {name: self._text(name) for name in self.fields}
        return {name: text for name, text in found.items() if text}

    def _text(self, name: str) -> str:
        control = self.fields[name].control
        if isinstance(control, DropDown):
            return control.code()
        return (control.toPlainText() if isinstance(control, TextArea) else control.text()).strip()  # type: ignore[attr-defined]

    def put(self, typed: dict[str, str]) -> None:
        """Puts a draft back."""
        for name, text in typed.items():
            control = self.fields[name].control
            if isinstance(control, DropDown):
                control.set_code(text)
            elif isinstance(control, TextArea):
                control.setPlainText(text)
            else:
                control.setText(text)  # type: ignore[attr-defined]
        self._show_sent()

    def decision(self, now: datetime) -> tuple[Decision, list[Problem]]:
        """What is to be saved, and what cannot be read."""
        held = {name: self._text(name) for name in self.fields}
        at, problems = None, []
        if held["riddor_status"] == "SENT" and held["riddor_sent_at"]:
            try:
                at = moment(held["riddor_sent_at"], now, self.zone)
            except WhenProblem as problem:
                problems.append(Problem("riddor_sent_at", str(problem), self.case.person.id))
        made = Decision(held["riddor_status"], held["riddor_decided_by"], held["riddor_reason"], at, held["riddor_ref"])
        return made, problems

    def show_problems(self, problems: list[Problem]) -> None:
        """Puts each problem beside its field."""
        said = {problem.field: problem.message for problem in problems}
        for name, field in self.fields.items():
            field.set_error(said.get(name, ""))

    def focus_error(self, name: str) -> bool:
        """Goes to a field that was named, where it has something to put right."""
        field: Any = self.fields.get(name)
        if field is None or not field.error.text():
            return False
        control: QWidget = field.control
        control.setFocus()
        return True


def _tint(case: Case) -> str:
    return TINTS.get(case.advice.status, "grey")


def _time_off(values: dict[str, Any]) -> str:
    """One time off in words."""
    parts = []
    for first, last, words in (
        ("absent_from", "absent_to", say("Off")),
        ("restricted_duties_from", "restricted_duties_to", say("Other duties")),
    ):
        if values.get(first):
            began, ended = show_day(values[first]), values.get(last)
            until = say("{what} {first} to {last}", what=words, first=began, last=show_day(ended)) if ended else ""
            parts.append(until or say("{what} since {first}", what=words, first=began))
    if values.get("back_on"):
        parts.append(say("back on {day}", day=show_day(values["back_on"])))
    return ", ".join(parts) or say("A time off without days")
