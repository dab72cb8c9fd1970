"""Changing one's own passphrase."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from vpr_desktop.services import people
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Section
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import SideField, TextField
from vpr_desktop.ui.words import say


class PassphraseSection(Section):
    """The one in force, then the new one."""

    icon = "key"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Your passphrase"))
        self.old, self.new = TextField(), TextField()
        for one in (self.old, self.new):
            one.setEchoMode(QLineEdit.EchoMode.Password)
        self.own_old = SideField(say("Your passphrase now"), self.old, wide=360)
        least = say("At least 12 characters, such as three or more words.")
        self.own_new = SideField(say("New passphrase"), self.new, hint=least, wide=360)
        self.change = Button(say("Change passphrase"), "primary")
        self.body.addWidget(self.own_old)
        self.body.addWidget(self.own_new)
        self.add_buttons(self.change)
        self.change.clicked.connect(self.save)

    def save(self) -> None:
        """Changes it, where the old one is right."""
        ctx, old, new = self.desk.ctx, self.old.text(), self.new.text()
        for field in (self.own_old, self.own_new):
            field.set_error("")
        job: Callable[[], None] = lambda: people.change_passphrase(ctx, ctx.user.user_id, new, old)  # noqa: E731
        self.desk.run(self, job, self._on_changed, self._on_change_failed)

    def _on_changed(self, _done: object) -> None:
        self.old.clear()
        self.new.clear()
        self.desk.status(say("Passphrase changed"))
        self.desk.announce(say("Passphrase changed"))

    def _on_change_failed(self, error: Exception) -> None:
        (self.own_old if "did not work" in str(error) else self.own_new).set_error(str(error))

    def first_focus(self) -> QWidget:
        return self.old
