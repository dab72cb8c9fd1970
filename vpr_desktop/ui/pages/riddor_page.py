"""RIDDOR of one incident: for each person the advice with rule and source, dates, open questions, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import KnownError, Problem, ProblemsFound
from vpr_desktop.services import drafts, incidents, riddor
from vpr_desktop.services.riddor import Case
from vpr_desktop.services.views import IncidentView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.forms.kept_form import NOT_SAVED, KeptForm, Meanwhile, and_then
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.error_summary import ErrorSummary
from vpr_desktop.ui.widgets.frames import Card, ScrollPage, clear, column
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.widgets.riddor_case import RiddorCase
from vpr_desktop.ui.words import say

Loaded = tuple[IncidentView, list[Case], list[drafts.Draft]]


class RiddorPage(QWidget):
    """Advises; a named person decides; nothing is ever sent from here."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("riddor")
        self.seen: IncidentView | None = None
        self.cases: list[RiddorCase] = []
        self._incident_id = ""
        self.kept = KeptForm(self, desk, self._body)
        self.back = Button("", "link", icon="back")
        self.title = Heading(say("RIDDOR"))
        self.note = Words(
            say("This is advice from what is on record. Health and safety decides. Nothing is sent from here."),
            tone="second",
        )
        self.meanwhile = Meanwhile(self, self.kept)
        self.summary = ErrorSummary()
        self.cards = column(gap=16)
        page = ScrollPage()
        look = style_of()
        page.body.setContentsMargins(*(look.px(m) for m in (24, 10, 24, 20)))
        page.body.addLayout(column(self.back, self.title, self.note, gap=2))
        page.body.addWidget(self.meanwhile)
        page.body.addWidget(self.summary)
        page.body.addLayout(self.cards)
        page.body.addStretch(1)
        self.scroller = page
        self.setLayout(column(page))
        self.back.clicked.connect(lambda: self.desk.go("record", incident_id=self._incident_id))
        self.summary.chosen.connect(self._on_error_chosen)

    def opened(self, incident_id: str = "", **_: Any) -> None:
        """Loads the cases, and what was typed before."""
        self._incident_id = incident_id
        self.summary.show_problems([])
        self._load(self._show)

    def _load(self, then: Callable[[Loaded], None]) -> None:
        ctx, incident_id = self.desk.ctx, self._incident_id

        def job() -> Loaded:
            seen, cases = riddor.find(ctx, incident_id)
            return incidents.for_form(seen), cases, drafts.mine(ctx)

        self.desk.run(self, job, then)

    def _show(self, loaded: Loaded) -> None:
        self.seen, found, held = loaded
        self.back.set_words(self.seen.reference, say("Back to {reference}", reference=self.seen.reference))
        self.meanwhile.hide()
        clear(self.cards)
        self.cases = []
        typed = self.kept.begin(f"riddor:{self._incident_id}", held)
        zone = self.desk.ctx.wards[self.seen.record.ward_id].zone
        for case in found:
            shown = RiddorCase(case, self.seen, zone, only=len(found) == 1, may="riddor" in self.seen.actions)
            shown.put(typed.get(case.person.id, {}))
            shown.typed.connect(self.kept.touched)
            shown.decided.connect(self._on_decided)
            shown.gap_answered.connect(self._on_gap_answered)
            shown.facts_asked.connect(self._on_facts_asked)
            shown.sheet_asked.connect(self._on_sheet_asked)
            self.cases.append(shown)
            self.cards.addWidget(shown)
        if not found:
            card = Card()
            card.body.addWidget(Words(say("Nothing here is for your role to see.")))
            self.cards.addWidget(card)

    def _body(self) -> dict[str, Any]:
        return {shown.case.person.id: shown.raw() for shown in self.cases if shown.raw()}

    def _on_facts_asked(self) -> None:
        self.desk.go("task", incident_id=self._incident_id, task="riddor")

    def _on_sheet_asked(self, person_id: str) -> None:
        self.desk.go("print", incident_id=self._incident_id, kind="f2508", person_id=person_id)

    def _on_gap_answered(self, person_id: str, gap: object, answer: str) -> None:
        ctx, seen = self.desk.ctx, self.seen
        assert seen is not None
        self._run(lambda: riddor.answer_gap(ctx, seen, person_id, gap, answer), say("Noted the days between."))  # type: ignore[arg-type]

    def _on_decided(self, shown: RiddorCase) -> None:
        ctx, seen = self.desk.ctx, self.seen
        assert seen is not None
        decision, problems = shown.decision(ctx.now())
        if problems:
            self._show_problems(problems)
            return
        person_id = shown.case.person.id
        job = and_then(lambda: riddor.decide(ctx, seen, person_id, decision), self.kept.done())
        self._run(job, say("The decision is saved."))

    def _run(self, job: Callable[[], Any], words: str) -> None:
        self.scroller.setEnabled(False)  # what is typed while it is saved would not be in it
        incident_id = self._incident_id
        self.desk.run(
            self, job, lambda _: self._on_saved(words, incident_id), lambda error: self._on_failed(error, incident_id)
        )

    def _on_saved(self, words: str, incident_id: str) -> None:
        self.scroller.setEnabled(True)
        self.desk.status(words)
        self.desk.announce(words)
        if incident_id == self._incident_id:  # else another is on its way
            self.opened(incident_id)

    def _on_failed(self, error: Exception, incident_id: str) -> None:
        self.scroller.setEnabled(True)
        self.kept.touched()
        if not self.isVisible() or incident_id != self._incident_id:
            self.desk.trouble(NOT_SAVED)  # whoever went on meanwhile hears it where they are
            return
        text = str(error) if isinstance(error, KnownError) else say("Not saved yet. Keep this open and call IT.")
        self._show_problems(error.problems if isinstance(error, ProblemsFound) else [Problem("", text)])

    def _show_problems(self, problems: list[Problem]) -> None:
        for shown in self.cases:
            shown.show_problems([one for one in problems if one.record in ("", shown.case.person.id)])
        self.summary.show_problems(problems)
        self.scroller.verticalScrollBar().setValue(0)
        self.summary.take_focus()

    def _on_error_chosen(self, name: str) -> None:
        for shown in self.cases:
            if shown.focus_error(name):
                return

    # The page
    def refreshed(self, changes: Changes) -> None:
        """Computes anew; once something is typed it only says so, and what is being typed stays."""
        if self.isVisible() and self._incident_id and changes.touches("incident", self._incident_id):
            self.meanwhile.follow(self._load, self._show)

    def draft(self) -> Callable[[], Any] | None:
        """The job that keeps what was typed."""
        return self.kept.job()

    def place(self) -> dict[str, Any]:
        """Which incident."""
        return {"incident_id": self._incident_id}

    def first_focus(self) -> QWidget:
        """The way back, then the cases in reading order."""
        return self.back
