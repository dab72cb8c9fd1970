"""Asks for a passphrase again before something that protects the file changes; closes by itself when the PC locks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from vpr_desktop.ui.dialogs.dialog import Dialog
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.frames import column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say


class PassphraseDialog(Dialog):
    """A title, a note and a passphrase, which may be pasted."""

    def __init__(self, parent: QWidget, title: str, note: str, yes: str, no: str) -> None:
        super().__init__(parent, title, 520)
        self.words = TextField()
        self.words.setEchoMode(QLineEdit.EchoMode.Password)
        self.field = Field(say("Your passphrase"), self.words)
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

    def _on_yes_clicked(self) -> None:
        if not self.words.text():
            self.field.set_error(say("Type your passphrase."))
            self.words.setFocus()
            return
        self.accept()

    @classmethod
    def ask(cls, parent: QWidget, title: str, note: str, yes: str, no: str, answered: Callable[[str], None]) -> None:
        """Opens the dialog without waiting; `answered` gets the passphrase, and nothing where it is closed."""
        dialog = cls(parent, title, note, yes, no)
        dialog.accepted.connect(lambda: answered(dialog.words.text()))
        dialog.finished.connect(dialog.words.clear)
        dialog.open()
        dialog.words.setFocus()
