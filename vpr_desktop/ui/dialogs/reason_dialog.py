"""Asks for a reason before something is withdrawn or printed in full; closes by itself when the PC locks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from vpr_desktop.ui.dialogs.ask_dialog import AskDialog
from vpr_desktop.ui.widgets.fields import Field, TextArea
from vpr_desktop.ui.words import say


class ReasonDialog(AskDialog):
    """A question, a note and a reason."""

    def __init__(self, parent: QWidget, title: str, note: str, yes: str, no: str, least: int = 1) -> None:
        self._least = least
        self.reason = TextArea(lines=3)
        super().__init__(parent, title, note, yes, no, Field(say("Reason"), self.reason), 520)

    def text(self) -> str:
        """The reason."""
        return self.reason.toPlainText().strip()

    def problem(self) -> str:
        if len(self.text()) >= self._least:
            return ""
        few = say("Write at least {count} characters.", count=self._least)
        return few if self._least > 1 else say("Say why, in a few words.")

    @classmethod
    def ask(
        cls, parent: QWidget, title: str, note: str, yes: str, no: str, answered: Callable[[str], None], least: int = 1
    ) -> None:
        """Opens the dialog without waiting; `answered` gets the reason, and nothing where it is closed."""
        dialog = cls(parent, title, note, yes, no, least)
        dialog.accepted.connect(lambda: answered(dialog.text()))
        dialog.open_at_field()
