"""The frame of a small panel beside a plan or worklist: what it asks, Save, Cancel; Esc closes it. Never a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.forms.kept_form import and_then
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import Field
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card, Panel, column
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class StepPanel(Card):
    """Asks for one thing. `saved` carries what the service gave back, `closed` says that it is no longer wanted."""

    saved = Signal(object)
    closed = Signal()

    def __init__(self, desk: Desk, title: str, note: str = "", yes: str = "") -> None:
        super().__init__(title, kind="title", margins=(20, 16, 20, 16))
        self.desk = desk
        self.setObjectName("step-panel")
        self.fields: dict[str, Field] = {}
        self.questions: list[ChoiceGroup] = []
        self.done: Callable[[], Callable[[], Any]] = lambda: lambda: None  # as `KeptForm.done`, where a draft is kept
        self.error = Words("", "small-strong", tone="error")
        self.error.hide()
        self.meanwhile = Panel("warning", "")
        self.meanwhile.hide()
        self.yes = Button(yes or say("Save"), "primary", hint="Ctrl+Enter")
        self.no = Button(say("Cancel"))
        if note:
            self.body.addWidget(Words(note, "hint", tone="second"))
        self.body.addWidget(self.meanwhile)
        self.body.addWidget(self.error)
        self.asked = column(gap=12)
        self.body.addLayout(self.asked)
        self.body.addLayout(Flow(self.yes, self.no, gap=10))
        self.yes.clicked.connect(self.save)
        self.no.clicked.connect(self.closed)

    def add_field(self, name: str, field: Field) -> Field:
        """Asks for something by a field; `name` is what a problem calls it."""
        self.fields[name] = field
        self.asked.addWidget(field)
        return field

    def add_group(self, group: ChoiceGroup, label: str = "") -> ChoiceGroup:
        """Asks for a choice, with its question above."""
        words = Words(label or group.question, "strong")
        words.setBuddy(group)
        self.questions.append(group)
        self.asked.addLayout(column(words, group, gap=4))
        return group

    def job(self) -> Callable[[], Any] | None:
        """What saves the answers, in the store lane; None where something has to be put right first.

        May raise ProblemsFound instead.
        """
        raise NotImplementedError

    def codes(self) -> tuple[str, ...]:
        """The steps that it records; none where it asks for something else."""
        return ()

    def first_focus(self) -> QWidget:
        """What somebody answers first."""
        raise NotImplementedError

    def save(self) -> None:
        """Saves, or says what is missing; once, however often it is pressed."""
        if not self.yes.isEnabled():
            return
        self._clear()
        try:
            job = self.job()
        except ProblemsFound as found:
            self._on_failed(found)
            return
        if job is None:
            return
        self.yes.setEnabled(False)
        self.desk.run(self, and_then(job, self.done()), self._on_saved, self._on_failed)

    def _on_saved(self, found: object) -> None:
        self.saved.emit(found)

    def _on_failed(self, error: Exception) -> None:
        self.yes.setEnabled(True)
        if isinstance(error, ProblemsFound):
            for problem in error.problems:
                self.tell(problem)
            return
        self.desk.trouble(str(error))

    def tell(self, problem: Problem) -> None:
        """Says what to put right, at its field where there is one."""
        held = self.fields.get(problem.field)
        if held is not None and held.isVisibleTo(self):
            held.set_error(problem.message)
            held.control.setFocus()
        else:
            self.error.setText(problem.message)
            self.error.show()
            for group in self.questions[:1]:
                spoken = say("Error: {error} {name}", error=problem.message, name=group.question)
                group.setAccessibleName(spoken)
                group.setAccessibleDescription(problem.message)
        self.desk.announce(problem.message, assertive=True)

    def tell_meanwhile(self, words: str) -> None:
        """Says once what another PC did to what this asks for; what is typed stays."""
        if words and words != self.meanwhile.words.text():
            self.meanwhile.set_words(words)
            self.meanwhile.show()
            self.desk.announce(words)

    def _clear(self) -> None:
        self.error.hide()
        for group in self.questions:
            group.setAccessibleName(group.question)
            group.setAccessibleDescription("")
        for field in self.fields.values():
            field.set_error("")

    def kept(self) -> dict[str, Any]:
        """What was typed, for a draft: the words of each field that has some."""
        texts = {name: _text(field.control) for name, field in self.fields.items()}
        return {name: text for name, text in texts.items() if text.strip()}

    def put(self, kept: dict[str, Any]) -> None:
        """Brings back what was typed."""
        for name, text in kept.items():
            control: Any = self.fields[name].control if name in self.fields else None
            if hasattr(control, "setPlainText"):
                control.setPlainText(text)
            elif hasattr(control, "setText"):
                control.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def _text(control: Any) -> str:
    if hasattr(control, "toPlainText"):
        return str(control.toPlainText())
    return str(control.text()) if hasattr(control, "setText") else ""
