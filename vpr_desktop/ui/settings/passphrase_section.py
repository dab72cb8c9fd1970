"""Changing one's own passphrase."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.errors import KnownError, Problem, ProblemsFound, WrongPassphrase
from vpr_desktop.services import people
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Section
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, SidePassphraseField
from vpr_desktop.ui.words import say


class PassphraseSection(Section):
    """The one in force, then the new one."""

    icon = "key"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Your passphrase"))
        self.old = SidePassphraseField(say("Your passphrase now"), wide=360)
        least = say("At least 12 characters, such as three or more words.")
        self.new = SidePassphraseField(say("New passphrase"), hint=least, wide=360)
        self.fields: dict[str, Field] = {"old": self.old, "new": self.new}
        self.change = Button(say("Change passphrase"), "primary")
        self.body.addWidget(self.old)
        self.body.addWidget(self.new)
        self.add_buttons(self.change)
        self.change.clicked.connect(self.save)

    def save(self) -> None:
        """Changes it, where the old one is right."""
        ctx, old, new = self.desk.ctx, self.old.typed.text(), self.new.typed.text()
        self.say_at(self.fields, None)
        job: Callable[[], None] = lambda: people.change_passphrase(ctx, ctx.user.user_id, new, old)  # noqa: E731
        self.desk.run(self, job, self._on_changed, self._on_change_failed)

    def _on_changed(self, _done: object) -> None:
        self.old.clear()
        self.new.clear()
        self.desk.status(say("Passphrase changed"))
        self.desk.announce(say("Passphrase changed"))

    def _on_change_failed(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            at = "old" if isinstance(error, WrongPassphrase) else "new"
            error = ProblemsFound([Problem(at, str(error))])
        self.say_at(self.fields, error)

    def first_focus(self) -> QWidget:
        return self.old.typed
