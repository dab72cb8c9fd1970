"""Two cards of the settings for whoever manages people: somebody else's passphrase, and a new recovery code.

Both ask for one's own passphrase again. Shown only where the one table lets somebody manage users.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QLineEdit

from vpr_desktop.domain.errors import KnownError
from vpr_desktop.domain.passphrases import passphrase_problem
from vpr_desktop.services import people, printing
from vpr_desktop.services.people import UserRow
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs.passphrase_dialog import confirmed
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import DropDown, Field, TextField
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.widgets.recovery_code import RecoveryCode
from vpr_desktop.ui.words import say


class OthersPassphraseCard(Card):
    """Gives somebody who has forgotten it a new passphrase. Hidden while there is nobody else."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(say("Somebody's passphrase"))
        self.desk = desk
        self.setVisible(False)
        self.who = DropDown("", [])
        self.words = TextField()
        self.words.setEchoMode(QLineEdit.EchoMode.Password)
        self.new = Field(
            say("Their new passphrase"),
            self.words,
            hint=say("At least 12 characters. Tell it in person; they change it here."),
        )
        self.give = Button(say("Set their passphrase"))
        self.body.addWidget(Words(say("For a colleague who has forgotten theirs. Their reports stay."), tone="second"))
        self.body.addWidget(Field(say("Who has forgotten it?"), self.who))
        self.body.addWidget(self.new)
        self.body.addLayout(Flow(self.give))
        self.give.clicked.connect(self._on_give_clicked)

    def show_users(self, users: list[UserRow]) -> None:
        """Everybody else who can unlock this PC."""
        ctx = self.desk.ctx
        others = [one for one in users if one.active and one.has_slot and one.user_id != ctx.user.user_id]
        chosen = self.who.code()
        self.who.clear()
        for one in others:
            self.who.addItem(one.name, one.user_id)
        self.who.set_code(chosen)
        self.setVisible(bool(others) and ctx.can("manage_users"))

    def _on_give_clicked(self) -> None:
        ctx, user_id, new = self.desk.ctx, self.who.code(), self.words.text()
        weak = passphrase_problem(new) or ""
        self.new.set_error(weak)
        if weak:
            self.words.setFocus()
            return
        job: Callable[[], None] = lambda: people.change_passphrase(ctx, user_id, new)  # noqa: E731
        confirmed(self, self.desk, job, self._on_given, lambda error: self.desk.trouble(str(error)))

    def _on_given(self, _done: Any) -> None:
        self.words.clear()
        said = say("{name} has a new passphrase.", name=self.who.currentText())
        self.desk.status(said)
        self.desk.announce(said)


class RecoveryCodeCard(Card):
    """Makes a new paper code. The one before works until somebody said that the new one is kept."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(say("Recovery code"))
        self.desk = desk
        note = say("Opens the records when nobody can sign in. Make a new one if the paper is lost or was seen.")
        self.make = Button(say("Make a new recovery code"))
        self.shown = RecoveryCode()
        self.waits = Words(say("The code before works until you press the button below."), tone="second")
        self.use = Button(say("Use this code from now on"))
        self.drop = Button(say("Keep the code before"))
        self.buttons = Flow(self.use, self.drop, gap=12)
        self.body.addWidget(Words(note, tone="second"))
        self.body.addLayout(Flow(self.make))
        for widget in (self.shown, self.waits):
            self.body.addWidget(widget)
        self.body.addLayout(self.buttons)
        self._show("")
        self.make.clicked.connect(self._on_make_clicked)
        self.shown.save_asked.connect(self._save)
        self.use.clicked.connect(self._on_use_clicked)
        self.drop.clicked.connect(self._on_drop_clicked)

    def opened(self) -> None:
        """As it stands when the page opens: no code in sight."""
        self.setVisible(self.desk.ctx.can("manage_users"))
        self._show("")

    def _show(self, code: str) -> None:
        self.shown.show_code(code)
        self.make.setVisible(not code)
        for widget in (self.shown, self.waits, self.use, self.drop):
            widget.setVisible(bool(code))

    def _on_make_clicked(self) -> None:
        ctx = self.desk.ctx
        draw: Callable[[], str] = lambda: people.draw_recovery_code(ctx)  # noqa: E731
        confirmed(self, self.desk, draw, self._on_drawn, self._on_failed)

    def _on_drawn(self, code: str) -> None:
        self._show(code)
        self.shown.save.setFocus()
        self.desk.announce(say("A new recovery code is shown. Print it or write it down."))

    def _save(self, path: str) -> None:
        ctx, code = self.desk.ctx, self.shown.code

        def job() -> None:
            printing.save(ctx, printing.recovery_sheet(ctx, code), path)

        saved = say("Saved. Print it, then delete the file.")
        self.desk.run(self, job, lambda _: self.desk.status(saved))

    def _on_use_clicked(self) -> None:
        if not self.shown.is_kept():
            self.desk.announce(self.shown.said(), assertive=True)
            return
        ctx, code = self.desk.ctx, self.shown.code
        self.desk.run(self, lambda: people.set_recovery_code(ctx, code), self._on_used, self._on_failed)

    def _on_used(self, _code: str) -> None:
        self._show("")
        said = say("The new recovery code works. Destroy the paper with the code before.")
        self.desk.status(said)
        self.desk.announce(said)
        self.make.setFocus()

    def _on_drop_clicked(self) -> None:
        self._show("")
        self.desk.status(say("The code before still works. Destroy the new paper."))
        self.make.setFocus()

    def _on_failed(self, error: Exception) -> None:
        text = str(error) if isinstance(error, KnownError) else say("Not changed. Try again.")
        self.desk.trouble(text)
