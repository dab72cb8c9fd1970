"""What comes after a save: the reference, what happens next, and Undo for two minutes.

What is added here is written by a press alone, never by leaving or locking: half a user id would name somebody else,
who may read the report by it. Until then it is a draft.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from msgspec import convert, to_builtins
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLayout, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import KnownError, ProblemsFound
from vpr_desktop.domain.references import grouped_slip_code
from vpr_desktop.domain.when import show
from vpr_desktop.services import after_save, incidents, support
from vpr_desktop.services.after_save import Added
from vpr_desktop.services.drafts import Draft
from vpr_desktop.services.new_incident import UNDO_SECONDS, Logged
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.forms.kept_form import KeptForm, and_then
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import MENU_FROM
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import Tick
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Box, Card, Panel, clear, column, row, rows
from vpr_desktop.ui.widgets.labels import Heading, IconLabel, Words
from vpr_desktop.ui.words import say

NOTHING = Added()


class SavedPanel(QWidget):
    """Shown in place of the form once an incident is safe on this PC."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.made: Logged | None = None
        self.heading = Heading("")
        self.next = Words("", "strong")
        self.state = Words("", tone="second")
        self.slip = Words("", tone="second")
        self.lead = Panel("warning", "")
        self.person = Field(
            say("Who should we support? (optional)"),
            TextField(),
            hint=say("Initials or staff ID. Only you, the ward manager and support leads see it."),
        )
        self.many = Field(
            say("How many were affected? (optional)"), TextField("", "2"), hint=say("A number from 2 to 20."), wide=160
        )
        self.told = Tick(say("I was told this by someone else"))
        self.told_by = Field(say("Their initials (optional)"), TextField())
        self.keep = Button(say("Keep this"), name=say("Keep what you added"))
        self.kept = Words("", "hint", tone="second")
        self.done = Button(say("Done"), "primary")
        self.details = Button(say("Finish details now"))
        self.print_summary = Button(say("Print summary"), icon="print")
        self.print_slip = Button(say("Print receipt slip"))
        self.another = Button(say("Log another"), "quiet", icon="plus", hint="Ctrl+N")
        self.plan_button = Button(say("Support now"), icon="heart", name=say("Support now: open the support plan"))
        self._plan_id, self._added = "", NOTHING
        self.half = KeptForm(self, desk, self._body)
        self.undo_button = Button(say("Undo"), "link", icon="undo", name=say("Undo this save"))
        self._undo_ends = QTimer(self)
        self._undo_ends.setSingleShot(True)
        self._undo_ends.timeout.connect(self._end_undo)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.setLayout(column(self._said(), gap=16))
        self.columns = row(gap=16)
        self.columns.addWidget(self._what_next(), 3)
        self.columns.addWidget(self._told_us(), 2)
        self.layout().addLayout(self.columns)  # type: ignore[union-attr]
        self.foot = QFrame()
        self.foot.setProperty("bar", "foot")
        buttons = (self.done, self.details, self.print_summary, self.print_slip, self.another)
        self.foot.setLayout(column(Flow(*buttons, gap=12, line_gap=6), margins=(20, 7, 30, 7)))

    def _said(self) -> Box:
        """Green and with a tick, and said in words: it is safe."""
        said = Box()
        said.setProperty("panel", "success")
        words = column(self.heading, self.state, self.slip, gap=2)
        line = row(IconLabel("tick", "success", 30), gap=16, margins=(24, 16, 24, 16))
        line.addLayout(words, 1)
        line.addWidget(self.undo_button, 0, Qt.AlignmentFlag.AlignTop)
        said.setLayout(line)
        return said

    def _what_next(self) -> Card:
        card = Card(say("What happens next"))
        due = row(IconLabel("heart", "link"), gap=14)
        due.addWidget(self.next, 1)
        due.addWidget(self.plan_button)
        who = row(gap=14)
        who.addWidget(IconLabel("user", "second"), 0, Qt.AlignmentFlag.AlignTop)
        keep = Flow(self.keep, self.kept, gap=12)
        asked = column(self.person, self.many, self.told, self.told_by, gap=10)
        asked.addLayout(keep)
        who.addLayout(asked, 1)
        card.body.addWidget(self.lead)
        card.body.addLayout(rows(due, who, gap=14))
        card.body.addStretch(1)
        return card

    def _told_us(self) -> Card:
        self.answers_card = Card(say("What you told us"))
        self.answers = column(gap=0)
        self.answers_card.body.addLayout(self.answers)
        self.answers_card.body.addStretch(1)
        return self.answers_card

    def _show_answers(self, told: Sequence[tuple[str, str]]) -> None:
        clear(self.answers)
        lines: list[QWidget | QLayout] = []
        for question, answer in told:
            key = Words(question, tone="second")
            line = row(key, gap=8)
            line.setStretch(0, 5)
            line.addWidget(Words(answer), 6)
            lines.append(line)
        self.answers.addLayout(rows(*lines, gap=5, top=0))

    def _fit(self) -> None:
        """One card below the other where there is little room."""
        look = style_of()
        stacked = self.width() < look.px(820) or look.text_percent >= MENU_FROM
        way = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self.columns.setDirection(way)
        self.another.setVisible(look.text_percent < MENU_FROM)  # the menu holds it too, and the foot stays one line

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _connect(self) -> None:
        self.done.clicked.connect(self._on_done_clicked)
        self.plan_button.clicked.connect(lambda: self.desk.go("plan", plan_id=self._plan_id, panel="stage", step="S0"))
        self.another.clicked.connect(lambda: self.desk.go("log"))
        self.details.clicked.connect(lambda: self._go("record"))
        self.print_summary.clicked.connect(lambda: self._go("print"))
        self.print_slip.clicked.connect(lambda: self._go("print", kind="slip"))
        self.undo_button.clicked.connect(self.undo)
        self.keep.clicked.connect(self._on_keep_clicked)
        self.told.clicked.connect(self.half.touched)
        for field in (self.person, self.many, self.told_by):
            field.control.textEdited.connect(self.half.touched)  # type: ignore[attr-defined]
        self.told.toggled.connect(self.told_by.setVisible)
        style_of().changed.connect(self._fit)

    def _go(self, page: str, **more: str) -> None:
        if self.made is not None:
            self.desk.go(page, incident_id=self.made.id, **more)

    def show_for(self, made: Logged, told: Sequence[tuple[str, str]] = (), affected: str = "") -> None:
        """Shows what was saved and what happens next.

        `told` are the questions with their answers in words, `affected` the code of who was.
        """
        self.made, self._added = made, NOTHING
        self.half.begin(f"saved:{made.id}", [])
        self.answers_card.setVisible(bool(told))
        self._show_answers(told)
        zone = self.desk.ctx.ward.zone
        self.heading.setText(say("Saved on this PC. Reference {reference}.", reference=made.reference))
        self.state.setText(self._send_state())
        if made.contact_due is not None:
            due = show(made.contact_due, zone)
            self.next.setText(
                say("Next: check in with the person affected by {due}. The ward manager does it.", due=due)
            )
        self._load_plans(made)
        self.slip.setText(
            say("Slip code {code}: with it the reporter can ask what happened.", code=grouped_slip_code(made.slip_code))
        )
        number = self.desk.ctx.ward.emergency_number
        self.lead.set_words(
            say("There is no support lead on this ward yet. Call the manager on call through {number}.", number=number)
        )
        self.lead.setVisible(made.needs_lead)
        self.details.setVisible(self.desk.offers("record"))
        for button in (self.print_summary, self.print_slip):
            button.setVisible(self.desk.offers("print"))
        self.person.setVisible(affected == "ONE" and len(made.people) == 1)
        self.many.setVisible(len(made.people) > 1)
        self.told.setChecked(False)
        self.told_by.hide()
        self.kept.setText("")
        for field in (self.person, self.many, self.told_by):
            field.set_error("")
            field.control.clear()  # type: ignore[attr-defined]
        self.undo_button.show()
        self._undo_ends.start(UNDO_SECONDS * 1000)

    def _send_state(self) -> str:
        """Where the incident is now; a practice has no sending at all."""
        sending = getattr(self.desk, "sending", None)
        if sending is not None and sending.status is not None and sending.status.enrolled:
            return say("Waiting to send. You can undo it for 2 minutes; then it is sent by itself.")
        return say("It is in the encrypted file of this ward. You can undo it for 2 minutes.")

    def _load_plans(self, made: Logged) -> None:
        """What happens next: the plan, with the steps of now in one panel, for those who follow it."""
        self.plan_button.hide()
        ctx = self.desk.ctx
        self.desk.run(self, lambda: support.plan_ids(ctx, made.id), self._on_plans)

    def _on_plans(self, found: list[str]) -> None:
        self._plan_id = found[0] if found else ""
        self.plan_button.setVisible(bool(found))

    # What is added
    def _typed(self) -> Added:
        texts = [field.control.text().strip() for field in (self.person, self.many, self.told_by)]  # type: ignore[attr-defined]
        return Added(texts[0], texts[1], self.told.isChecked(), texts[2])

    def _body(self) -> dict[str, Any]:
        """What is typed and not added yet, with what shows it again; nothing where that is nothing."""
        made, typed = self.made, self._typed()
        if made is None or typed.since(self._added) == NOTHING:
            return {}
        who = "ONE" if self.person.isVisibleTo(self) else ""
        held = to_builtins(replace(made, changes=Changes(), hold_until=0))
        return {"made": held, "affected": who, "typed": asdict(typed), "added": asdict(self._added)}

    def waiting(self) -> str:
        """The id of the draft of what is typed and not added yet."""
        return self.half.draft_id if self._body() else ""

    def bring(self, draft: Draft) -> None:
        """Shows a saved report again with what was about to be added to it; Undo for what is left of its time."""
        body = draft.body
        made = convert(body["made"], Logged)
        left = self._undo_ends.remainingTime() if self.made is not None and self.made.id == made.id else 0
        self.show_for(made, affected=body["affected"])
        self.half.begin(draft.form, [draft])
        if left > 0:
            self._undo_ends.start(left)
        else:
            self._end_undo()
        self._added, typed = convert(body["added"], Added), convert(body["typed"], Added)
        self.told.setChecked(typed.told)
        for field, text in ((self.person, typed.person), (self.many, typed.many), (self.told_by, typed.told_by)):
            field.control.setText(text)  # type: ignore[attr-defined]
        self._say(say("Your draft is back. It is not in the record yet."))

    def _on_keep_clicked(self) -> None:
        self._add(lambda: None)

    def _on_done_clicked(self) -> None:
        if self._body():
            self._add(lambda: self.desk.go("home"))
        else:
            self.desk.go("home")

    def _add(self, then: Callable[[], None]) -> None:
        """Adds to the record what is typed here and was not added before."""
        made, ctx, earlier = self.made, self.desk.ctx, self._added
        new = self._typed().since(earlier)
        self.many.set_error("")
        if made is None or new == NOTHING:
            self._say(say("Nothing was added. What the record holds already is changed there."))
            return
        letter = made.people[0] if made.people else ""

        def kept(_done: None) -> None:
            if made is self.made:
                self._added = new.over(earlier)
                self._say(say("Added to the record."))
            self.desk.status(say("Added to {reference}", reference=made.reference))
            if made is self.made:
                then()

        job = and_then(lambda: after_save.add(ctx, made.id, letter, new), self.half.done())
        self.desk.run(self, job, kept, self._on_not_kept)

    def _say(self, text: str) -> None:
        self.kept.setText(text)
        self.desk.announce(text)

    def _on_not_kept(self, error: Exception) -> None:
        if not isinstance(error, ProblemsFound) or not self.many.isVisible():
            self.desk.trouble(str(error) if isinstance(error, KnownError) else say("Not saved yet. Try again."))
            return
        self.kept.setText("")
        self.many.set_error(str(error))
        self.desk.announce(str(error), assertive=True)

    def _end_undo(self) -> None:
        """Two minutes are over: nothing on the page says any more that it can be undone."""
        self._undo_ends.stop()
        if self.undo_button.hasFocus():
            self.done.setFocus()  # before it goes, or focus goes anywhere
        self.undo_button.hide()
        self.state.setText(say("It is in the encrypted file of this ward."))

    def undo(self) -> None:
        """Takes the save back: withdrawn as undone, the answers a draft again."""
        made, ctx = self.made, self.desk.ctx
        if made is None:
            return
        if not self.undo_button.isVisibleTo(self):  # from the status bar; another report was brought back since
            text = say("Undo is over after 2 minutes. You can withdraw the incident from its record.")
            self.desk.status(text)
            self.desk.announce(text)
            return
        self._undo_ends.stop()
        job = and_then(lambda: incidents.undo(ctx, made.id), self.half.done())
        self.desk.run(self, job, self._on_undone)

    def _on_undone(self, draft_id: str) -> None:
        self.made = None  # nothing is added to it any more
        self.desk.status(say("Undone. Your answers are here as a draft."))
        self.desk.announce(say("Undone. Your answers are here as a draft."))
        self.desk.go("log", draft_id=draft_id)
