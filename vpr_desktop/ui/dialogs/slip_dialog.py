"""What happened with my report: asks for the code of the receipt and shows state and last message, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.errors import KnownError
from vpr_desktop.ui.announce import announce
from vpr_desktop.ui.dialogs.dialog import Dialog
from vpr_desktop.ui.tasks import Lane
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.frames import Panel, column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.services.context import Clock


class SlipDialog(Dialog):
    """A field for the code, and the answer below it."""

    def __init__(self, parent: QWidget, home: Path, clock: Clock, lane: Lane) -> None:
        super().__init__(parent, say("What happened with my report"), 560)
        self.home, self.clock, self.lane = home, clock, lane
        self.code = TextField()
        hint = say("The 10 letters and digits on your receipt slip. Spaces do not matter.")
        self.field = Field(say("Slip code"), self.code, hint=hint)
        self.answer = Panel("info", "")
        self.answer.hide()
        self.go = Button(say("Show the answer"), "primary")
        self.close_button = Button(say("Back to the lock screen"))
        body = column(
            Heading(say("What happened with my report"), "section"),
            Words(say("You do not need to sign in. Nothing else of the report is shown."), tone="second"),
            self.field,
            self.answer,
            gap=14, margins=(28, 22, 28, 22),
        )  # fmt: skip
        buttons = row(self.go, self.close_button, gap=12)
        buttons.addStretch(1)
        body.addLayout(buttons)
        self.fill(body)
        self.go.clicked.connect(self._on_go_clicked)
        self.close_button.clicked.connect(self.reject)

    @classmethod
    def ask(cls, parent: QWidget, home: Path, clock: Clock, lane: Lane) -> None:
        """Opens the dialog without waiting, with focus in its field."""
        dialog = cls(parent, home, clock, lane)
        dialog.open()
        dialog.code.setFocus()

    def _on_go_clicked(self) -> None:
        home, typed, now = self.home, self.code.text(), self.clock.now()
        self.field.set_error("")
        self.answer.hide()
        self.go.setEnabled(False)

        def job() -> Any:
            from vpr_desktop.services import slip_lookup

            return slip_lookup.look_up(home, typed, now)

        self.lane.run(self, job, self._on_found, self._on_failed)

    def _on_found(self, found: Any) -> None:
        self.go.setEnabled(True)
        words = say("{reference}: {state}.", reference=found.reference, state=found.state)
        if found.message:
            told = say("Told on {day}:", day=found.told_on) if found.told_on else say("The last message:")
            words = "\n".join((words, told, found.message))
        else:
            words = "\n".join((words, say("No message was written. The ward manager can tell you more.")))
        self.answer.set_words(words)
        self.answer.show()
        self.adjustSize()
        announce(self, words)

    def _on_failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        text = say("That did not work. Try again, or ask the ward manager.")
        self.field.set_error(str(error) if isinstance(error, KnownError) else text)
        self.code.setFocus()
        announce(self, self.field.error.text(), assertive=True)
