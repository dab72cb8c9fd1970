"""Asks for a reason before something is withdrawn, opened or printed in full; closes by itself when the PC locks.

What is typed is a draft of its writer, and stands there again when the same is asked of the same incident.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from vpr_desktop.services import drafts, on_need, printing
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs.ask_dialog import AskDialog
from vpr_desktop.ui.forms.kept_form import KeptForm
from vpr_desktop.ui.widgets.fields import Field, TextArea
from vpr_desktop.ui.words import say

Done = Callable[[], Any]  # the job that throws the draft away, once what was asked for is done


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before an act; `least` is how many characters a reason has."""

    title: str
    note: str
    yes: str
    no: str
    least: int = 1


QUESTIONS = {
    "withdraw": Question(
        say("Withdraw this incident?"),
        say("It is not deleted. It stays readable in its history, and can be put back."),
        say("Withdraw incident"), say("Keep it"),
    ),
    "need": Question(
        say("Why do you need to read it?"),
        say("What you write is logged. It opens for {minutes} minutes.", minutes=on_need.MINUTES),
        say("Read it"), say("Leave it closed"), on_need.LEAST_REASON,
    ),
    "reopen": Question(
        say("Open this incident again?"),
        say("What was told stays. It can be closed again once it was looked into."),
        say("Open again"), say("Keep it closed"),
    ),
    "full": Question(
        say("Print a full copy?"), say("It shows names and free text as you may see them, and is logged."),
        say("Show full copy"), say("Keep redacted"), printing.LEAST_REASON,
    ),
}  # fmt: skip


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
        cls, parent: QWidget, desk: Desk, act: str, incident_id: str, answered: Callable[[str, Done], None], *of: str
    ) -> None:
        """Asks before an act, without waiting. `answered` gets the reason, and the job to run once the act is done.

        `of` says which of an incident's prints it is, where that is not its summary.
        """
        asked, ctx = QUESTIONS[act], desk.ctx
        dialog = cls(parent, asked.title, asked.note, asked.yes, asked.no, asked.least)
        kept = KeptForm(dialog, desk, lambda: {"reason": dialog.reason.toPlainText()})
        name = ":".join(("reason", act, incident_id, *of))
        kept.begin(name, [])  # at once: it may be answered before an earlier draft is read
        dialog.reason.textChanged.connect(kept.touched)
        dialog.accepted.connect(lambda: answered(dialog.text(), kept.done()))
        dialog.rejected.connect(lambda: dialog.leave(kept))
        dialog.no.clicked.connect(lambda: dialog.leave(kept, given_up=True))
        dialog.open_at_field()
        desk.run(dialog, lambda: drafts.mine(ctx), lambda held: dialog.bring(kept, held))

    def bring(self, kept: KeptForm, held: list[drafts.Draft]) -> None:
        """Puts back what was typed earlier, before what was typed since the dialog opened."""
        if not self.isVisible():  # answered by now
            return
        earlier = kept.recall(held).get("reason", "")
        if earlier:
            self.reason.setPlainText(earlier + self.reason.toPlainText())
            self.reason.moveCursor(QTextCursor.MoveOperation.End)

    def leave(self, kept: KeptForm, *, given_up: bool = False) -> None:
        """Closed without an answer: what was typed waits, unless its writer gave it up."""
        if given_up or not self.text():
            kept.desk.run(kept, kept.done(), lambda _: None)
        else:
            kept.keep()
