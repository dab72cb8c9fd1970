"""Opens the file by the paper recovery code and sets a new passphrase."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.errors import FileDamaged, KnownError, NotAllowed, ProblemsFound, SlotDamaged
from vpr_desktop.services import lockscreen
from vpr_desktop.ui.announce import announce
from vpr_desktop.ui.dialogs.dialog import Dialog
from vpr_desktop.ui.tasks import Lane
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import DropDown, Field, PassphraseField, TextField
from vpr_desktop.ui.widgets.frames import column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.services.context import Clock


class RecoverDialog(Dialog):
    """Asks for code, person and new passphrase. `recovered` carries the session, `file_failed` what is wrong with the
    file that the code would have opened."""

    recovered = Signal(object)
    file_failed = Signal(object)

    def __init__(self, parent: QWidget, home: Path, clock: Clock, lane: Lane) -> None:
        super().__init__(parent, say("Use the recovery code"), 560)
        self.home, self.clock, self.lane = home, clock, lane
        users = lockscreen.read(home).users
        self.code = TextField()
        self.person = DropDown("", [(user.user_id, user.name) for user in users])
        hint = say("33 characters; spaces and dashes do not matter.")
        self.code_field = Field(say("Recovery code"), self.code, hint=hint)
        self.person_field = Field(say("Who are you?"), self.person)
        least = say("At least 12 characters, such as three or more words.")
        self.new = PassphraseField(say("Your new passphrase"), hint=least)
        self.go = Button(say("Open and set passphrase"), "primary")
        self.cancel = Button(say("Back to the lock screen"))
        body = column(
            Heading(say("Use the recovery code"), "section"),
            Words(say("The code is on the paper that was printed when this PC was set up."), tone="second"),
            self.code_field,
            self.person_field,
            self.new,
            gap=14, margins=(28, 22, 28, 22),
        )  # fmt: skip
        buttons = row(self.go, self.cancel, gap=12)
        buttons.addStretch(1)
        body.addLayout(buttons)
        self.fill(body)
        self.go.clicked.connect(self._on_go_clicked)
        self.cancel.clicked.connect(self.reject)

    def _on_go_clicked(self) -> None:
        home, clock = self.home, self.clock
        code, person, words = self.code.text(), self.person.code(), self.new.typed.text()
        for field in (self.code_field, self.person_field, self.new):
            field.set_error("")
        self.go.setEnabled(False)

        def job() -> Any:
            from vpr_desktop.services import sessions

            return sessions.recover(home, code, person, words, clock)

        self.lane.run(self, job, self._on_recovered, self._on_failed)

    def _on_recovered(self, ctx: Any) -> None:
        self.accept()
        self.recovered.emit(ctx)

    def _on_failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        if isinstance(error, FileDamaged) and not isinstance(error, SlotDamaged):
            self.reject()
            self.file_failed.emit(error)
            return
        known = isinstance(error, KnownError)
        said = str(error) if known else say("That did not work. Nothing was changed. Try again.")
        of_person = self.person_field if isinstance(error, NotAllowed) else self.code_field
        field = self.new if isinstance(error, ProblemsFound) else of_person
        field.set_error(said)
        field.control.setFocus()
        announce(self, said, assertive=True)
