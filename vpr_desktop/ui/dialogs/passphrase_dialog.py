"""Asks for a passphrase again before something that protects the file changes; closes by itself when the PC locks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs.ask_dialog import AskDialog
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.words import say


class PassphraseDialog(AskDialog):
    """A title, a note and a passphrase, which may be pasted."""

    def __init__(self, parent: QWidget, title: str, note: str, yes: str, no: str) -> None:
        self.words = TextField()
        self.words.setEchoMode(QLineEdit.EchoMode.Password)
        super().__init__(parent, title, note, yes, no, Field(say("Your passphrase"), self.words), 520)

    def problem(self) -> str:
        return "" if self.words.text() else say("Type your passphrase.")

    @classmethod
    def ask(cls, parent: QWidget, title: str, note: str, yes: str, no: str, answered: Callable[[str], None]) -> None:
        """Opens the dialog without waiting; `answered` gets the passphrase, and nothing where it is closed."""
        dialog = cls(parent, title, note, yes, no)
        dialog.accepted.connect(lambda: answered(dialog.words.text()))
        dialog.finished.connect(dialog.words.clear)
        dialog.open_at_field()


def confirmed(
    owner: QWidget,
    desk: Desk,
    job: Callable[[], Any],
    done: Callable[[Any], None],
    failed: Callable[[Exception], None],
) -> None:
    """Does something that changes who or what opens this PC, once the passphrase was given again."""
    ctx = desk.ctx

    def checked(passphrase: str) -> Any:
        from vpr_desktop.services import sessions

        sessions.confirm_passphrase(ctx, passphrase)
        return job()

    note = say("This changes how the PC is protected. Type your passphrase again.")
    PassphraseDialog.ask(
        owner, say("Is it you?"), note, say("Go on"), say("Change nothing"),
        lambda words: desk.run(owner, lambda: checked(words), done, failed),
    )  # fmt: skip
