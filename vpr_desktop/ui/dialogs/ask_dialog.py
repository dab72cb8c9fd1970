"""What a dialog with one question looks like: a title, a note, a field, and a button that says what it does."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vpr_desktop.ui.dialogs.dialog import Dialog
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field
from vpr_desktop.ui.widgets.frames import column, row
from vpr_desktop.ui.widgets.labels import Heading, Words


class AskDialog(Dialog):
    """Stays open, with a sentence at the field, while `problem` says what is missing."""

    def __init__(self, parent: QWidget, title: str, note: str, yes: str, no: str, field: Field, width: int) -> None:
        super().__init__(parent, title, width)
        self.field = field
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

    def problem(self) -> str:
        """What to put right before the answer counts; empty where it does."""
        return ""

    def open_at_field(self) -> None:
        """Opens the dialog with focus in its field; the answer comes by a signal, so that a lock can close it."""
        self.open()
        self.field.control.setFocus()

    def _on_yes_clicked(self) -> None:
        found = self.problem()
        if found:
            self.field.set_error(found)
            self.field.control.setFocus()
            return
        self.accept()
