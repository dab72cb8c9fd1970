"""Who works on this PC: their roles, the end of their access, and new people."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.choices_response import USER_ROLE
from vpr_desktop.services import people
from vpr_desktop.services.context import Context
from vpr_desktop.services.people import UserRow
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Loaded, Section
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import DropDown, Field, PassphraseField, SideField, SidePassphraseField, TextField
from vpr_desktop.ui.widgets.frames import clear, column, hairline, row
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class PeopleSection(Section):
    """Every change asks for the passphrase of whoever makes it."""

    icon = "user"
    users_changed = Signal(list)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("People on this PC"))
        self.users = column(gap=6)
        self.add_role = DropDown("", [(c.code, c.label) for c in USER_ROLE])
        later = say("They can change it here.")
        self.add_fields: dict[str, Field] = {
            "name": SideField(say("Name"), TextField(), wide=360),
            "user_id": SideField(say("Sign-in name"), TextField(), wide=360),
            "role": SideField(say("Role"), self.add_role, wide=360),
            "passphrase": SidePassphraseField(say("First passphrase"), hint=later, wide=360),
        }
        self.add_user = Button(say("Add person"), "primary")
        self.body.addLayout(self.users)
        self.body.addWidget(Words(say("Add a person"), "title"))
        for field in self.add_fields.values():
            self.body.addWidget(field)
        self.add_buttons(self.add_user)
        self.add_user.clicked.connect(self._on_add_clicked)

    def is_offered(self, ctx: Context) -> bool:
        return ctx.can("manage_users")

    def show_loaded(self, loaded: Loaded) -> None:
        self._show_users(loaded.users)

    def _show_users(self, users: list[UserRow]) -> None:
        clear(self.users)
        for user in users:
            state = USER_ROLE.label(user.role) if user.active else say("No longer works on this PC")
            about = Words(f"{user.user_id} · {state}", "hint", tone="second")
            line = row(gap=12)
            line.addLayout(column(Words(user.name, "strong"), about, gap=0), 1)
            if user.active and user.has_slot and user.user_id != self.desk.ctx.user.user_id:
                end = Button(say("End access"), "link", name=say("End access of {name}", name=user.name))
                end.clicked.connect(lambda _=False, user_id=user.user_id: self._end(user_id))
                line.addWidget(end)
            self.users.addLayout(line)
            self.users.addWidget(hairline())

    def _on_users_changed(self, users: list[UserRow]) -> None:
        self._show_users(users)
        self.users_changed.emit(users)

    def _text(self, field: Field) -> str:
        control = field.control
        if isinstance(control, DropDown):
            return control.code()
        return control.text() if isinstance(control, TextField) else ""

    def _on_add_clicked(self) -> None:
        ctx, values = self.desk.ctx, {name: self._text(field) for name, field in self.add_fields.items()}
        person = (values["user_id"].strip(), values["name"], values["role"], values["passphrase"])

        def job() -> list[UserRow]:
            people.add(ctx, *person)
            return people.users(ctx)

        checked: Callable[[], None] = lambda: people.check(ctx, *person)  # noqa: E731
        failed = self._on_add_failed
        self.desk.run(self, checked, lambda _: self.confirmed(job, self._on_added, failed), failed)

    def _on_added(self, users: list[UserRow]) -> None:
        self.say_at(self.add_fields, None)
        for field in self.add_fields.values():
            if isinstance(field, PassphraseField):
                field.clear()
            elif isinstance(field.control, TextField):
                field.control.clear()
        self._on_users_changed(users)
        self.desk.status(say("Person added"))

    def _on_add_failed(self, error: Exception) -> None:
        self.say_at(self.add_fields, error)

    def _end(self, user_id: str) -> None:
        ctx = self.desk.ctx

        def job() -> list[UserRow]:
            people.disable(ctx, user_id)
            return people.users(ctx)

        self.confirmed(job, self._on_users_changed, lambda error: self.desk.trouble(str(error)))

    def first_focus(self) -> QWidget:
        return self.add_fields["name"].control
