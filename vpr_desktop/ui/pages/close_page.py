"""Closing an incident: what is missing in words, a message to each who is told, and waivers by name and reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QFrame, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import KnownError, Problem, ProblemsFound
from vpr_desktop.services import closing, drafts, incidents
from vpr_desktop.services.closing import Answers, Standing, Target, Unrecorded
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.forms.kept_form import NOT_SAVED, KeptForm, Meanwhile, and_then
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.error_summary import ErrorSummary
from vpr_desktop.ui.widgets.fields import Field, TextArea, TextField
from vpr_desktop.ui.widgets.frames import Card, Panel, ScrollPage, begin, clear, column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say

Loaded = tuple[Standing, list[drafts.Draft]]
KINDS = ("messages", "no_message", "no_recording")


class ClosePage(QWidget):
    """One incident on its way to closed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("close")
        self.found: Standing | None = None
        self.fields: dict[tuple[str, str], Field] = {}
        self._incident_id = ""
        self._links: dict[str, QWidget] = {}
        self.kept = KeptForm(self, desk, self._body)
        self.back = Button("", "link", icon="back")
        self.title = Heading(say("Close this incident"))
        self.note = Words(
            say("Support plans stay as they are; their steps go on. You can open the incident again."),
            tone="second",
        )
        self.meanwhile = Meanwhile(self, self.kept)
        self.summary = ErrorSummary()
        self.cards = column(gap=16)
        self.close_button = Button(say("Close incident"), "primary", hint="Ctrl+Enter")
        self.later_button = Button(say("Finish later"))
        self._build()
        self._connect()

    def _build(self) -> None:
        page = ScrollPage()
        look = style_of()
        page.body.setContentsMargins(*(look.px(m) for m in (24, 10, 24, 20)))
        page.body.addLayout(column(self.back, self.title, self.note, gap=2))
        page.body.addWidget(self.meanwhile)
        page.body.addWidget(self.summary)
        page.body.addLayout(self.cards)
        page.body.addStretch(1)
        self.scroller = page
        foot = QFrame()
        foot.setProperty("bar", "foot")
        line = row(self.close_button, self.later_button, gap=12, margins=(24, 7, 24, 7))
        line.addStretch(1)
        foot.setLayout(line)
        whole = column(gap=0)
        whole.addWidget(page, 1)
        whole.addWidget(foot)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.back.clicked.connect(self._on_back_clicked)
        self.close_button.clicked.connect(self.save)
        self.later_button.clicked.connect(self._on_later_clicked)
        self.summary.chosen.connect(self._on_error_chosen)

    def opened(self, incident_id: str = "", **_: Any) -> None:
        """Loads what is missing, and what was typed before."""
        self._incident_id = incident_id
        self.found = None  # nothing to close before its own is there
        self.summary.show_problems([])
        self._load(self._show)

    def _load(self, then: Callable[[Loaded], None]) -> None:
        ctx, incident_id = self.desk.ctx, self._incident_id

        def job() -> Loaded:
            found = closing.standing(ctx, incident_id)
            incidents.for_form(found.seen)
            return found, drafts.mine(ctx)

        self.desk.run(self, job, then)

    def _show(self, loaded: Loaded) -> None:
        self.found, held = loaded
        found = self.found
        self.back.set_words(found.seen.reference, say("Back to {reference}", reference=found.seen.reference))
        self.close_button.setVisible("close" in found.seen.actions)
        clear(self.cards)
        self.fields, self._links = {}, {}
        if not found.missing:
            self.cards.addWidget(Panel("success", say("Nothing is missing. You can close it.")))
        self._show_messages(found)
        for one in found.unrecorded:
            self._show_unrecorded(one)
        self._show_riddor(found)
        self._show_review(found)
        typed = self.kept.begin(f"close:{self._incident_id}", held)
        for (kind, key), field in self.fields.items():
            _put(field, typed.get(kind, {}).get(key, ""))
        self.meanwhile.hide()
        for field in self.fields.values():
            field.control.textChanged.connect(self.kept.touched)  # type: ignore[attr-defined]
        begin(self.first_focus())

    def _show_messages(self, found: Standing) -> None:
        card = Card(say("What you tell them"))
        for target in found.targets:
            if target.answered:
                card.body.addWidget(Words(say("{who}: told, or the reason noted.", who=_capital(target.label))))
                continue
            self._message(card, target)
        self.cards.addWidget(card)

    def _message(self, card: Card, target: Target) -> None:
        who = target.label if not target.also else say("the reporter, who is the person affected")
        message = Field(
            say("Message to {who}", who=who), TextArea(lines=3),
            hint=say("What was done and why, in a sentence or two. Do not use names."), wide=860,
        )  # fmt: skip
        why = Field(
            say("Or why {who} is not told (optional)", who=target.label), TextField(),
            hint=say("It is noted with your name."), wide=860,
        )  # fmt: skip
        self.fields["messages", target.key], self.fields["no_message", target.key] = message, why
        card.body.addWidget(message)
        card.body.addWidget(why)

    def _show_unrecorded(self, one: Unrecorded) -> None:
        card = Card(say("{who}: steps without a recording", who=one.label))
        for words in one.words:
            card.body.addWidget(Words(words))
        field = Field(
            say("Why you close without recording them"), TextField(),
            hint=say("Record them in the support plan where you can. A reason is noted with your name."), wide=860,
            name=say("Why you close without recording them, {who}", who=one.label),
        )  # fmt: skip
        self.fields["no_recording", one.key] = field
        card.body.addWidget(field)
        words, spoken = say("Open the support plan"), say("Open the support plan: {who}", who=one.label)
        self._link(card, f"plan {one.key}", words, "plan", spoken, plan_id=one.plan_id, step=one.steps[0])
        self.cards.addWidget(card)

    def _show_riddor(self, found: Standing) -> None:
        waiting = [case for case in found.cases if case.is_open]
        if not waiting:
            return
        card = Card(say("RIDDOR"))
        for case in waiting:
            card.body.addWidget(Words(say("{who}: {advice}", who=case.label, advice=case.status)))
        self._link(card, "riddor", say("Decide on RIDDOR"), "riddor")
        self.cards.addWidget(card)

    def _show_review(self, found: Standing) -> None:
        if not found.review:
            return
        card = Card(say("Review"))
        reasons = ", ".join(found.review)
        card.body.addWidget(Words(say("A review is asked for: {reasons}.", reasons=reasons)))
        for one in found.missing:
            if one.kind == "review":
                card.body.addWidget(Words(one.words))
        self._link(card, "review", say("Fill in the review"), "task", task="outcome")
        self.cards.addWidget(card)

    def _link(self, card: Card, kind: str, words: str, page: str, spoken: str = "", **arguments: Any) -> None:
        button = Button(words, name=spoken)
        button.clicked.connect(lambda: self.desk.go(page, incident_id=self._incident_id, **arguments))
        self._links[kind] = button
        line = row(button)
        line.addStretch(1)
        card.body.addLayout(line)

    # What was typed
    def _body(self) -> dict[str, Any]:
        typed: dict[str, Any] = {kind: {} for kind in KINDS}
        for (kind, key), field in self.fields.items():
            if _text(field):
                typed[kind][key] = _text(field)
        return typed

    def save(self) -> None:
        """Ctrl+Enter: closes it, or says what is missing."""
        if self.found is None or not self.close_button.isEnabled():
            return
        ctx, incident_id, answers, shown = self.desk.ctx, self._incident_id, Answers(**self._body()), self.found
        job = and_then(lambda: closing.close(ctx, incident_id, answers, shown), self.kept.done())
        self._set_saving(True)
        self.desk.run(
            self, job, lambda changes: self._on_closed(changes, shown), lambda error: self._on_failed(error, shown)
        )

    def _set_saving(self, saving: bool) -> None:
        """While it is saved nothing can be typed that would not be in it, and nothing be saved twice."""
        for part in (self.scroller, self.close_button, self.later_button):
            part.setEnabled(not saving)

    def _on_closed(self, changes: Changes, shown: Standing) -> None:
        self._set_saving(False)
        self.desk.status(say("Closed {reference}", reference=shown.seen.reference))
        self.desk.announce(say("The incident is closed."))
        self.desk.changed(changes)
        if self._is_at(shown):  # whoever went on meanwhile stays there
            self.desk.go("record", incident_id=self._incident_id)

    def _is_at(self, shown: Standing) -> bool:
        return self.isVisible() and self._incident_id == shown.seen.record.id

    def _on_failed(self, error: Exception, shown: Standing) -> None:
        self._set_saving(False)
        self.kept.touched()
        if not self._is_at(shown):  # whoever went on meanwhile hears it where they are
            self.desk.trouble(NOT_SAVED)
            return
        if isinstance(error, ProblemsFound):
            problems = error.problems
        else:
            text = str(error) if isinstance(error, KnownError) else say("Not saved yet. Keep this open and call IT.")
            problems = [Problem("", text)]
        for field in self.fields.values():
            field.set_error("")
        for problem in problems:
            beside = self._field_of(problem.field)
            if beside is not None:
                beside.set_error(problem.message)
        self.summary.show_problems(problems)
        self.scroller.verticalScrollBar().setValue(0)
        self.summary.take_focus()

    def _field_of(self, name: str) -> Field | None:
        kind, _, key = name.partition(":")
        named = {"message": "messages", "steps": "no_recording"}.get(kind, kind)
        return self.fields.get((named, key))

    def _on_error_chosen(self, name: str) -> None:
        field = self._field_of(name)
        target = field.control if field is not None else self._links.get(name.partition(":")[0])
        if target is not None:
            target.setFocus()

    def _on_later_clicked(self) -> None:
        self.kept.touched()
        self.kept.keep()
        self.desk.status(say("Draft saved. You find it at Home."))
        self._on_back_clicked()

    def _on_back_clicked(self) -> None:
        self.desk.go("record", incident_id=self._incident_id)

    # The page
    def refreshed(self, changes: Changes) -> None:
        """Reads anew what is missing; once something is typed it only says so, and what is being typed stays."""
        if self.isVisible() and self._incident_id and changes.touches("incident", self._incident_id):
            self.meanwhile.follow(self._load, self._show)

    def draft(self) -> Callable[[], Any] | None:
        """The job that keeps what was typed."""
        return self.kept.job()

    def place(self) -> dict[str, Any]:
        """Which incident."""
        return {"incident_id": self._incident_id}

    def first_focus(self) -> QWidget:
        """The first message to write, else the way back."""
        field = next(iter(self.fields.values()), None)
        return field.control if field is not None else self.back


def _text(field: Field) -> str:
    control = field.control
    return (control.toPlainText() if isinstance(control, TextArea) else control.text()).strip()  # type: ignore[attr-defined]


def _put(field: Field, text: str) -> None:
    control = field.control
    if isinstance(control, TextArea):
        control.setPlainText(text)
    else:
        control.setText(text)  # type: ignore[attr-defined]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
