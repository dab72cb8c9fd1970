"""Asks for a short name; closes by itself when the PC locks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from vpr_desktop.ui.dialogs.ask_dialog import AskDialog
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.words import say


class NameDialog(AskDialog):
    """A title, a note and one field."""

    def __init__(self, parent: QWidget, title: str, note: str, yes: str) -> None:
        self.words = TextField()
        super().__init__(parent, title, note, yes, say("Cancel"), Field(say("Name"), self.words), 460)

    def text(self) -> str:
        """The name."""
        return self.words.text().strip()

    def problem(self) -> str:
        return "" if self.text() else say("Type a name.")

    @classmethod
    def ask(cls, parent: QWidget, title: str, note: str, yes: str, answered: Callable[[str], None]) -> None:
        """Opens the dialog without waiting; `answered` gets the name, and nothing where it is closed."""
        dialog = cls(parent, title, note, yes)
        dialog.accepted.connect(lambda: answered(dialog.text()))
        dialog.open_at_field()
