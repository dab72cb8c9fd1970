"""The form of the quick log: seven questions in a grid, and the note. Knows answers, not saving."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QGridLayout, QWidget

from vpr_desktop.domain.errors import Problem
from vpr_desktop.domain.fields import LONGEST_TEXT
from vpr_desktop.domain.privacy import ADVICE, identifying
from vpr_desktop.domain.quick_log import QUICK_LOG, Option, Question
from vpr_desktop.domain.when import NoSuchTime, Parsed, WhenProblem, parse_when, show, which_of
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.error_summary import ErrorSummary
from vpr_desktop.ui.widgets.fields import TextArea, TextField
from vpr_desktop.ui.widgets.frames import Panel, column, row
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.widgets.marked_card import MarkedCard
from vpr_desktop.ui.widgets.which_time import WhichTime
from vpr_desktop.ui.words import say

QUESTION_WIDTH, WHEN_WIDTH = 224, 200
STACKED_BELOW = 900  # page width under which a question stands above its answers
NOTE_LENGTH = 1000  # of what is typed here, as Qt counts; the record holds more
NOTE_FULL = "The note holds 1,000 characters. Add the rest on the record."
AGO = {"now": timedelta(0), "30m": timedelta(minutes=30), "1h": timedelta(hours=1)}
# What the questions are called once they are answered, as on the record.
SHORT = {
    "occurred_at": "When", "location": "Where", "act_types": "What", "affected": "Who was affected",
    "perp_relation": "Who did it (alleged)", "effect": "Effect so far", "support_offered": "Support offered",
}  # fmt: skip
RESTRICTED = "Only you and the support lead will see this record unless you choose otherwise."


def first_of(codes: list[str]) -> str:
    """The one chosen code of a question, or nothing."""
    return codes[0] if codes else ""


class QuickLogForm(QWidget):
    """The seven questions. `changed` tells each change by the user."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.started_at: datetime | None = None
        self._kept = ("", "exact")  # a time that came with a draft, and how exact it is
        self._note_room = NOTE_LENGTH  # how long the note may be; one that came longer is never cut
        self.groups: dict[str, ChoiceGroup] = {}
        self.errors: dict[str, Words] = {}
        self.questions: dict[str, QWidget] = {}
        self.summary = ErrorSummary()
        self.summary.chosen.connect(self._on_error_chosen)
        self.notice = Panel("info", say(RESTRICTED), icon="lock")
        self.notice.hide()
        self.sheet = MarkedCard()
        self.sheet.body.setContentsMargins(*(style_of().px(m) for m in (16, 12, 12, 12)))
        self.grid = QGridLayout()
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.sheet.body.addLayout(self.grid)
        for question in QUICK_LOG:
            self._add_question(question)
        self.note = TextArea(
            say("Anything to add? Optional"), 1, say("What a colleague needs to know. Use roles, not names.")
        )
        self.note.setObjectName("description")
        self.note.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.advice = Words(say(ADVICE), "hint", tone="error")
        self.advice.hide()
        self.setLayout(column(self.summary, self.notice, self.sheet, gap=10))
        self._connect()
        self._arrange()

    def _connect(self) -> None:
        for name, group in self.groups.items():
            group.answered.connect(lambda name=name: self._on_answered(name))
        self.when.textEdited.connect(self._on_when_edited)
        self.which.answered.connect(self.changed)
        self.note.textChanged.connect(self._on_note_changed)
        style_of().changed.connect(self._arrange)

    def clear(self) -> None:
        """An empty form that starts now."""
        for group in self.groups.values():
            group.set_value([])
        self._choose_when("now")
        self.when.clear()
        self._kept, self._note_room = ("", "exact"), NOTE_LENGTH
        self._read_when()
        self.note.blockSignals(True)
        self.note.clear()
        self.note.blockSignals(False)
        self.notice.hide()
        self.advice.hide()
        self.show_problems([])
        self.started_at = self.desk.ctx.now()

    def body(self) -> dict[str, Any]:
        """What a draft keeps of the form."""
        values, _ = self.answers()
        return {
            "answers": {k: v for k, v in values.items() if k not in ("occurred_at", "time_known") and v},
            "when_choice": first_of(self.groups["occurred_at"].value()),
            "when_text": self.when.text(),
            "when_which": self.which.choice(),
            "when_known": self._known_of(self.when.text()),
            "started_at": (self.started_at or self.desk.ctx.now()).isoformat(),
        }

    def _add_question(self, question: Question) -> None:
        label = QWidget()
        number = Words(str(question.number), "strong", tone="second", wrap=False)
        words = Words(say(question.text), "strong")
        error = Words("", "small-strong", tone="error")
        error.hide()
        hint = Words(say(question.hint), "hint", tone="second")
        if not question.hint:
            hint.hide()
        line = row(gap=14)
        line.addWidget(number, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(column(words, hint, error, gap=0), 1)
        label.setLayout(column(line, margins=(0, 9, 0, 0)))
        group = ChoiceGroup(say(question.text), question.options, many=question.many)
        group.setObjectName(question.field)
        words.setBuddy(group)
        self.groups[question.field], self.errors[question.field], self.questions[question.field] = group, error, label
        if question.field == "occurred_at":
            self.when = TextField(say("Another time"), "14:20")
            self.when.setObjectName("when")
            group.set_tail(self.when, WHEN_WIDTH)
            self.echo = Words("", "hint", tone="second")
            self.echo.hide()
            self.which = WhichTime()
            self.which.hide()

    def _arrange(self) -> None:
        """Question beside its answers, or above them where there is little room or large text."""
        look = style_of()
        stacked = self.width() < STACKED_BELOW or look.text_percent >= 150
        for widget in self.sheet.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            # by Qt itself: an item that Python took out lives on, and the widget's next height is never asked for
            self.grid.removeWidget(widget)
        self.grid.setHorizontalSpacing(look.px(8))
        self.grid.setVerticalSpacing(look.px(10))
        self.grid.setColumnMinimumWidth(0, 0 if stacked else look.px(QUESTION_WIDTH))
        self.grid.setColumnStretch(0, 1 if stacked else 0)
        self.grid.setColumnStretch(1, 0 if stacked else 1)
        place = 0
        for name, group in self.groups.items():
            label, answer = self.questions[name], self._answer(name, group)
            self._put(label, answer, place, stacked)
            place += 2
        self._put(self._note_label(), self._note_box(), place, stacked)

    def _put(self, label: QWidget, answer: QWidget, place: int, stacked: bool) -> None:
        top = Qt.AlignmentFlag.AlignTop
        if not stacked:
            label.setFixedWidth(style_of().px(QUESTION_WIDTH))
            self.grid.addWidget(label, place, 0, top)
            self.grid.addWidget(answer, place, 1, top)
            return
        label.setMinimumWidth(0)
        label.setMaximumWidth(16_777_215)
        self.grid.addWidget(label, place, 0)
        self.grid.addWidget(answer, place + 1, 0)

    def _answer(self, name: str, group: ChoiceGroup) -> QWidget:
        if name != "occurred_at":
            return group
        if not hasattr(self, "_when_box"):
            self._when_box = QWidget()
            self._when_box.setLayout(column(group, self.echo, self.which, gap=2))
        return self._when_box

    def _note_label(self) -> QWidget:
        if not hasattr(self, "_note_words"):
            self._note_words = QWidget()
            words = Words(say("Anything to add?"), "strong", wrap=False)
            words.setBuddy(self.note)
            line = row(words, Words(say("(optional)"), "hint", tone="second", wrap=False), gap=6)
            line.addStretch(1)
            self._note_words.setLayout(column(line, margins=(24, 9, 0, 0)))
        return self._note_words

    def _note_box(self) -> QWidget:
        if not hasattr(self, "_note_area"):
            self._note_area = QWidget()
            self._note_area.setLayout(column(self.note, self.advice, gap=2))
        return self._note_area

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def show_places(self, places: list[Option]) -> None:
        """Offers the ward's own places."""
        if [place.code for place in places] == self.groups["location"].codes and all(
            place.label == card.text() for place, card in zip(places, self.groups["location"].cards, strict=True)
        ):
            return  # the same cards stay
        chosen = self.groups["location"].value()
        self.groups["location"].set_options(places)
        self.groups["location"].set_value(chosen)

    def put(self, body: dict[str, Any]) -> None:
        """Shows the answers of a draft."""
        answers = body.get("answers", {})
        for name, group in self.groups.items():
            held = answers.get(name)
            if name == "occurred_at":
                continue
            group.set_value(held if isinstance(held, list) else [held] if held else [])
        self._choose_when(body.get("when_choice") or ("typed" if answers.get("occurred_at") else "now"))
        self.when.setText(body.get("when_text") or self._typed_time(answers))
        self._kept = (self.when.text(), body.get("when_known") or answers.get("time_known") or "exact")
        if body.get("started_at"):
            self.started_at = datetime.fromisoformat(body["started_at"])
        self._note_room = LONGEST_TEXT
        self.note.setPlainText(answers.get("description") or "")
        self._read_when()
        self.which.set_choice(body.get("when_which") or self._which_of(answers.get("occurred_at")))

    def _which_of(self, wire: str | None) -> str:
        if not wire:
            return ""
        return which_of(datetime.fromisoformat(wire.replace("Z", "+00:00")), self.desk.ctx.ward.zone)

    def _known_of(self, text: str) -> str:
        """How exact a typed time is: as it was kept, such as about, while nobody types another."""
        return self._kept[1] if text == self._kept[0] else "exact"

    def _typed_time(self, answers: dict[str, Any]) -> str:
        wire = answers.get("occurred_at")
        if not wire:
            return ""
        local = datetime.fromisoformat(wire.replace("Z", "+00:00")).astimezone(self.desk.ctx.ward.zone)
        return f"{local:%d/%m/%Y}" if answers.get("time_known") == "unknown" else f"{local:%d/%m/%Y %H:%M}"

    def answers(self) -> tuple[dict[str, Any], list[Problem]]:
        """The answers as the service wants them, and what the typed time lacks."""
        values: dict[str, Any] = {}
        for question in QUICK_LOG[1:]:
            chosen = self.groups[question.field].value()
            values[question.field] = chosen if question.many else first_of(chosen) or None
        values["description"] = self.note.toPlainText().strip() or None
        at, known, problem = self._moment()
        values |= {"occurred_at": at, "time_known": known}
        return values, [Problem("occurred_at", problem)] if problem else []

    def _moment(self) -> tuple[datetime | None, str, str]:
        choice = first_of(self.groups["occurred_at"].value())
        now = self.desk.ctx.now()
        if choice in AGO:
            began = min(self.started_at or now, now)  # the clock of the PC may have been put back since
            return (began - AGO[choice]).replace(second=0, microsecond=0), "exact" if choice == "now" else "approx", ""
        if choice != "typed":
            return None, "exact", ""
        if not self.when.text().strip():
            return None, "exact", say("Type when it happened, such as 14:20 or yesterday 22:10.")
        try:
            parsed = parse_when(self.when.text(), now, self.desk.ctx.ward.zone, second=self.which.second(), days=True)
        except WhenProblem as problem:
            return None, "exact", str(problem)
        if not parsed.is_sure:
            return None, "exact", say("The clocks went back then. {question}", question=self.which.words.text())
        return parsed.at, "unknown" if parsed.is_day else self._known_of(self.when.text()), ""

    def in_words(self) -> list[tuple[str, str]]:
        """The seven questions with their answers, as they were read here."""
        told = []
        for question in QUICK_LOG:
            chosen = [card.text() for card in self.groups[question.field].cards if card.isChecked()]
            if question.field == "occurred_at":
                at, known, _ = self._moment()
                local = show(at, self.desk.ctx.ward.zone, day_only=known == "unknown") if at else ""
                chosen = [say("About {time}", time=local) if known == "approx" else local]
            told.append((say(SHORT[question.field]), ", ".join([*chosen[:1], *(one.lower() for one in chosen[1:])])))
        return told

    def answered_count(self) -> int:
        """How many of the seven have an answer."""
        values, _ = self.answers()
        return sum(1 for question in QUICK_LOG if values.get(question.field) not in (None, []))

    def problems(self) -> list[Problem]:
        """What is missing or cannot be read, in the order of the questions."""
        values, found = self.answers()
        unread = {problem.field for problem in found}
        missing = [
            Problem(question.field, say(question.missing))
            for question in QUICK_LOG
            if values.get(question.field) in (None, []) and question.field not in unread
        ]
        return sorted(found + missing, key=lambda problem: [q.field for q in QUICK_LOG].index(problem.field))

    def _on_answered(self, name: str) -> None:
        if name == "occurred_at":
            self._fit_when()
            if self.groups[name].value() == ["typed"]:
                self.when.setFocus()
        if name == "act_types":
            sexual = "SEX" in self.groups[name].value()
            if sexual and not self.notice.isVisible():
                self.desk.announce(say(RESTRICTED))
            self.notice.setVisible(sexual)
        self.changed.emit()

    def _on_when_edited(self, text: str) -> None:
        if text.strip():
            self._choose_when("typed")
        self._read_when()
        self.changed.emit()

    def _read_when(self) -> None:
        """Says back how the typed time is read, and asks which one where it came twice."""
        parsed: Parsed | None = None
        said = ""
        if self.when.text().strip():
            try:
                parsed = parse_when(self.when.text(), self.desk.ctx.now(), self.desk.ctx.ward.zone, days=True)
                said = parsed.echo
            except NoSuchTime as problem:
                said = str(problem)
            except WhenProblem:
                said = ""
        asked = parsed if parsed is not None and not parsed.is_sure else None
        was_asked = not self.which.isHidden()
        self.which.show_for(asked, self.desk.ctx.ward.zone)
        if asked is not None and not was_asked:
            self.desk.announce(self.which.words.text())
        self.echo.setText(said)
        self.echo.setVisible(bool(said))

    def _choose_when(self, code: str) -> None:
        self.groups["occurred_at"].set_value([code])
        self._fit_when()

    def _fit_when(self) -> None:
        """The typed time is a Tab stop only where it is the answer, so that each question is one Tab."""
        typed = self.groups["occurred_at"].value() == ["typed"]
        self.when.setFocusPolicy(Qt.FocusPolicy.StrongFocus if typed else Qt.FocusPolicy.ClickFocus)

    def _on_note_changed(self) -> None:
        is_full = self._hold_length()
        text = self.note.toPlainText()
        self.advice.setText(say(NOTE_FULL if is_full else ADVICE))
        self.advice.setVisible(is_full or bool(identifying(text)))
        lines = min(6, 1 + text.count("\n") + len(text) // 110)
        self.note.setFixedHeight(style_of().px(20) + self.note.fontMetrics().lineSpacing() * lines)
        self.changed.emit()

    def _hold_length(self) -> bool:
        """Takes back what is typed or pasted beyond the length, where it was put in; nothing that stood before."""
        over = self.note.document().characterCount() - 1 - self._note_room
        if over > 0:
            cursor = self.note.textCursor()
            cursor.setPosition(max(0, cursor.position() - over), QTextCursor.MoveMode.KeepAnchor)
            self.note.blockSignals(True)
            cursor.removeSelectedText()
            self.note.blockSignals(False)
            self.desk.announce(say(NOTE_FULL))
        self._note_room = max(NOTE_LENGTH, self.note.document().characterCount() - 1)
        return over > 0

    def show_problems(self, found: list[Problem]) -> None:
        """Shows a summary on top, and each error beside its question."""
        by_field = {p.field: p.message for p in found}
        for name, label in self.errors.items():
            label.setText(by_field.get(name, ""))
            label.setVisible(name in by_field)
            self.groups[name].setAccessibleName(
                say("Error: {error} {question}", error=by_field[name], question=self.groups[name].question)
                if name in by_field
                else self.groups[name].question
            )
        marked = [(self.questions[name], group) for name, group in self.groups.items() if name in by_field]
        self.sheet.mark(list(marked))
        self.summary.show_problems(found)

    def _on_error_chosen(self, name: str) -> None:
        if name == "occurred_at" and self.groups[name].value() == ["typed"]:
            unsure = not self.which.isHidden() and not self.which.choice()
            (self.which.group.first_focus() if unsure else self.when).setFocus()
        elif name in self.groups:
            self.groups[name].first_focus().setFocus(Qt.FocusReason.TabFocusReason)

    def jump(self, number: int) -> None:
        """Goes to a question by its number (Alt+1 to Alt+7)."""
        if 1 <= number <= len(QUICK_LOG):
            self.groups[QUICK_LOG[number - 1].field].first_focus().setFocus(Qt.FocusReason.TabFocusReason)
