"""Asks for a reason before something is withdrawn or printed in full; closes by itself when the PC locks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from vpr_desktop.ui.dialogs.dialog import Dialog
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, TextArea
from vpr_desktop.ui.widgets.frames import column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say


class ReasonDialog(Dialog):
    """A question, a note and a reason."""

    def __init__(self, parent: QWidget, title: str, note: str, yes: str, no: str, least: int = 1) -> None:
        super().__init__(parent, title, 520)
        self._least = least
        self.reason = TextArea(lines=3)
        self.field = Field(say("Reason"), self.reason)
        self.yes, self.no = Button(yes, "primary"), Button(no)
        body = column(
            Heading(title, "section"), Words(note, tone="second"), self.field, gap=14, margins=(28, 22, 28, 22)
        )
        buttons = row(self.yes, self.no, gap=12)
        buttons.addStretch(1)
        body.addLayout(buttons)
        self.fill(body)
        self.yes.clicked.connect(self._on_yes_clicked)
        self.no.clicked.connect(self.reject)

    def text(self) -> str:
        """The reason."""
        return self.reason.toPlainText().strip()

    def _on_yes_clicked(self) -> None:
        if len(self.text()) < self._least:
            few = say("Write at least {count} characters.", count=self._least)
            self.field.set_error(few if self._least > 1 else say("Say why, in a few words."))
            self.reason.setFocus()
            return
        self.accept()

    @classmethod
    def ask(
        cls, parent: QWidget, title: str, note: str, yes: str, no: str, answered: Callable[[str], None], least: int = 1
    ) -> None:
        """Opens the dialog without waiting; `answered` gets the reason, and nothing where it is closed."""
        dialog = cls(parent, title, note, yes, no, least)
        dialog.accepted.connect(lambda: answered(dialog.text()))
        dialog.open()
        dialog.reason.setFocus()
