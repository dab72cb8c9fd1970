"""What comes after a save: the reference, what happens next, and Undo for two minutes."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.references import grouped_slip_code
from vpr_desktop.domain.when import show
from vpr_desktop.services import incidents
from vpr_desktop.services.new_incident import UNDO_SECONDS, Logged
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import Tick
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card, Panel, column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say


class SavedPanel(QWidget):
    """Shown in place of the form once an incident is safe on this PC."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.made: Logged | None = None
        self.heading = Heading("", "section")
        self.next = Words("")
        self.state = Words("", tone="second")
        self.slip = Words("", tone="second")
        self.lead = Panel("warning", "")
        self.person = Field(
            say("Who should we support? (optional)"),
            TextField(),
            hint=say("Initials or staff ID. Only you, the ward manager and support leads see it."),
        )
        self.many = Field(
            say("How many were affected? (optional)"), TextField("", "2"), hint=say("A number from 2 to 20.")
        )
        self.told = Tick(say("I was told this by someone else"))
        self.told_by = Field(say("Their initials (optional)"), TextField())
        self.keep = Button(say("Keep this"), name=say("Keep what you added"))
        self.kept = Words("", "hint", tone="success")
        self.done = Button(say("Done"), "primary")
        self.details = Button(say("Finish details now"))
        self.print_summary = Button(say("Print summary"), icon="print")
        self.print_slip = Button(say("Print receipt slip"))
        self.another = Button(say("Log another"))
        self.undo_button = Button(say("Undo"), "link", icon="undo", name=say("Undo this save"))
        self._undo_ends = QTimer(self)
        self._undo_ends.setSingleShot(True)
        self._undo_ends.timeout.connect(self.undo_button.hide)
        self._build()
        self._connect()

    def _build(self) -> None:
        said = Card()
        for widget in (self.heading, self.state, self.next, self.slip, self.lead):
            said.body.addWidget(widget)
        buttons = Flow(self.done, self.details, self.print_summary, self.print_slip, self.another, gap=12)
        said.body.addSpacing(8)
        said.body.addLayout(buttons)
        said.body.addWidget(self.undo_button)
        more = Card(say("Two things that help (optional)"))
        for asked in (self.person, self.many, self.told, self.told_by):
            more.body.addWidget(asked)
        keep = row(self.keep, self.kept, gap=12)
        keep.addStretch(1)
        more.body.addLayout(keep)
        self.setLayout(column(said, more, gap=16))

    def _connect(self) -> None:
        self.done.clicked.connect(lambda: self.desk.go("home"))
        self.another.clicked.connect(lambda: self.desk.go("log"))
        self.details.clicked.connect(lambda: self._go("record"))
        self.print_summary.clicked.connect(lambda: self._go("print"))
        self.print_slip.clicked.connect(lambda: self._go("print", kind="slip"))
        self.undo_button.clicked.connect(self.undo)
        self.keep.clicked.connect(self._on_keep_clicked)
        self.told.toggled.connect(self.told_by.setVisible)

    def _go(self, page: str, **more: str) -> None:
        if self.made is not None:
            self.desk.go(page, incident_id=self.made.id, **more)

    def show_for(self, made: Logged) -> None:
        """Shows what was saved and what happens next."""
        self.made = made
        zone = self.desk.ctx.ward.zone
        self.heading.setText(say("Saved on this PC. Reference {reference}.", reference=made.reference))
        self.state.setText(say("It is in the encrypted file of this ward. You can undo it for 2 minutes."))
        if made.contact_due is not None:
            due = show(made.contact_due, zone)
            self.next.setText(say("Next: check in with the person affected by {due}.", due=due))
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
        self.person.setVisible(len(made.people) == 1)
        self.many.setVisible(len(made.people) > 1)
        self.told.setChecked(False)
        self.told_by.hide()
        self.kept.setText("")
        for field in (self.person, self.many, self.told_by):
            field.set_error("")
            field.control.clear()  # type: ignore[attr-defined]
        self.undo_button.show()
        self._undo_ends.start(UNDO_SECONDS * 1000)

    def _on_keep_clicked(self) -> None:
        made, ctx = self.made, self.desk.ctx
        if made is None:
            return
        key = self.person.control.text().strip()  # type: ignore[attr-defined]
        count = self.many.control.text().strip()  # type: ignore[attr-defined]
        initials = self.told_by.control.text().strip()  # type: ignore[attr-defined]
        if count and not count.isdigit():
            self.many.set_error(say("Give a number from 2 to 20."))
            return
        told = self.told.isChecked()

        def job() -> list[object]:
            done: list[object] = []
            if key and self.person.isVisibleTo(self):
                done.append(incidents.name_person(ctx, made.id, made.people[0], key))
            if count:
                done.append(incidents.more_people(ctx, made.id, int(count)))
            if told:
                done.append(incidents.told_by(ctx, made.id, initials))
            return done

        self.desk.run(self, job, self._on_kept)

    def _on_kept(self, _done: object) -> None:
        self.kept.setText(say("Added to the record."))
        self.desk.announce(say("Added to the record."))

    def undo(self) -> None:
        """Takes the save back: withdrawn as undone, the answers a draft again."""
        made, ctx = self.made, self.desk.ctx
        if made is None or not self.undo_button.isVisibleTo(self):
            return
        self._undo_ends.stop()
        self.desk.run(self, lambda: incidents.undo(ctx, made.id), self._on_undone)

    def _on_undone(self, draft_id: str) -> None:
        self.desk.status(say("Undone. Your answers are here as a draft."))
        self.desk.announce(say("Undone. Your answers are here as a draft."))
        self.desk.go("log", draft_id=draft_id)
