"""A new passphrase for somebody who has forgotten theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.passphrases import passphrase_problem
from vpr_desktop.services import people
from vpr_desktop.services.context import Context
from vpr_desktop.services.people import UserRow
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Loaded, Section
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import DropDown, SideField, SidePassphraseField
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class OthersSection(Section):
    """Asks for one's own passphrase again. Says so where nobody else can unlock this PC."""

    icon = "user-key"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Set a passphrase"))
        self.who = DropDown("", [])
        hint = say("At least 12 characters. Tell it in person; they change it here.")
        self.chosen = SideField(say("Who has forgotten it?"), self.who, wide=360)
        self.new = SidePassphraseField(say("Their new passphrase"), hint=hint, wide=360)
        self.give = Button(say("Set their passphrase"), "primary")
        self.about = Words("", tone="second")
        for widget in (self.about, self.chosen, self.new):
            self.body.addWidget(widget)
        self.add_buttons(self.give)
        self.give.clicked.connect(self.save)

    def is_offered(self, ctx: Context) -> bool:
        return ctx.can("manage_users")

    def show_loaded(self, loaded: Loaded) -> None:
        self.show_users(loaded.users)

    def show_users(self, users: list[UserRow]) -> None:
        """Everybody else who can unlock this PC."""
        me = self.desk.ctx.user.user_id
        others = [one for one in users if one.active and one.has_slot and one.user_id != me]
        chosen = self.who.code()
        self.who.clear()
        for one in others:
            self.who.addItem(one.name, one.user_id)
        self.who.set_code(chosen)
        for widget in (self.chosen, self.new, self.give):
            widget.setVisible(bool(others))
        forgotten = say("For a colleague who has forgotten theirs. Their reports stay.")
        self.about.setText(forgotten if others else say("Nobody else can unlock this PC yet."))

    def save(self) -> None:
        """Gives it, once one's own passphrase was typed again."""
        ctx, user_id, new = self.desk.ctx, self.who.code(), self.new.typed.text()
        if not user_id:
            return
        weak = passphrase_problem(new) or ""
        self.new.set_error(weak)
        if weak:
            self.new.typed.setFocus()
            return
        job: Callable[[], None] = lambda: people.change_passphrase(ctx, user_id, new)  # noqa: E731
        self.confirmed(job, self._on_given, lambda error: self.desk.trouble(str(error)))

    def _on_given(self, _done: Any) -> None:
        self.new.clear()
        said = say("{name} has a new passphrase.", name=self.who.currentText())
        self.desk.status(said)
        self.desk.announce(said)

    def first_focus(self) -> QWidget:
        return self.who
