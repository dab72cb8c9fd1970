"""Asks for a short name; closes by itself when the PC locks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from vpr_desktop.ui.dialogs.dialog import Dialog
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.frames import column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say


class NameDialog(Dialog):
    """A title, a note and one field."""

    def __init__(self, parent: QWidget, title: str, note: str, yes: str) -> None:
        super().__init__(parent, title, 460)
        self.field = Field(say("Name"), TextField())
        self.yes, self.no = Button(yes, "primary"), Button(say("Cancel"))
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
        """The name."""
        return self.field.control.text().strip()  # type: ignore[attr-defined,no-any-return]

    def _on_yes_clicked(self) -> None:
        if not self.text():
            self.field.set_error(say("Type a name."))
            self.field.control.setFocus()
            return
        self.accept()

    @classmethod
    def ask(cls, parent: QWidget, title: str, note: str, yes: str, answered: Callable[[str], None]) -> None:
        """Opens the dialog without waiting; `answered` gets the name, and nothing where it is closed."""
        dialog = cls(parent, title, note, yes)
        dialog.accepted.connect(lambda: answered(dialog.text()))
        dialog.open()
        dialog.field.control.setFocus()
