"""S11, settings: of the ward (they travel), of this PC, and its people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.choices_acts import LOC
from vpr_desktop.domain.choices_response import CONTACT_KIND, USER_ROLE
from vpr_desktop.domain.errors import KnownError, ProblemsFound
from vpr_desktop.domain.quick_log import OWN_PLACES, Option
from vpr_desktop.services import lockscreen, people, wards
from vpr_desktop.services.context import Context
from vpr_desktop.services.lockscreen import SupportContact
from vpr_desktop.services.people import UserRow
from vpr_desktop.services.wards import WardSettings
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs.passphrase_dialog import confirmed
from vpr_desktop.ui.pages.access_cards import OthersPassphraseCard, RecoveryCodeCard
from vpr_desktop.ui.shortcuts import LISTED
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup, card_size
from vpr_desktop.ui.widgets.fields import DropDown, Field, TextField
from vpr_desktop.ui.widgets.frames import Card, ScrollPage, clear, column, hairline, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say

CARD_ROOM = 197  # pixels of one answer in the quick log's five columns
CONTACTS = 6
KINDS = [(code.code, code.label) for code in CONTACT_KIND]


class SettingsPage(QWidget):
    """Each card is saved by itself."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S11")
        self.theme = ChoiceGroup(
            say("Colours"), [Option("system", "System"), Option("light", "Light"), Option("dark", "Dark")]
        )
        self.text_size = ChoiceGroup(say("Text size"), [Option(str(n), f"{n} %") for n in (100, 125, 150, 175, 200)])
        self.minutes = ChoiceGroup(say("Lock after"), [Option(str(n), say("{n} min", n=n)) for n in (1, 3, 5, 10, 15)])
        self.name, self.emergency = TextField(), TextField()
        self.shifts = TextField()
        self.places = [
            (
                DropDown(say("Kind of place {n}", n=n + 1), [("", "–"), *((c.code, c.label) for c in LOC)]),
                TextField(say("Name of place {n}", n=n + 1)),
            )
            for n in range(OWN_PLACES)
        ]
        self.contacts = [
            (
                DropDown(say("Kind of contact {n}", n=n + 1), KINDS),
                TextField(say("Name of contact {n}", n=n + 1)),
                TextField(say("Number of contact {n}", n=n + 1)),
            )
            for n in range(CONTACTS)
        ]
        self.ward_error = Words("", "small-strong", tone="error")
        self.place_hint = Words("", "hint", tone="second")
        self.save_ward = Button(say("Save ward settings"), "primary")
        self.users = column(gap=4)
        self.add_fields = {"name": Field(say("Name"), TextField()), "user_id": Field(say("Sign-in name"), TextField())}
        roles = [(c.code, c.label) for c in USER_ROLE]
        self.add_role = DropDown("", roles)
        self.add_fields["role"] = Field(say("Role"), self.add_role)
        words = TextField()
        words.setEchoMode(QLineEdit.EchoMode.Password)
        self.add_fields["passphrase"] = Field(say("First passphrase"), words, hint=say("They can change it here."))
        self.add_user = Button(say("Add person"))
        old, new = TextField(), TextField()
        for one in (old, new):
            one.setEchoMode(QLineEdit.EchoMode.Password)
        self.own_old = Field(say("Your passphrase now"), old)
        self.own_new = Field(
            say("New passphrase"), new, hint=say("At least 12 characters, such as three or more words.")
        )
        self.change = Button(say("Change passphrase"))
        self.cards: dict[str, Card] = {}
        self.others, self.recovery = OthersPassphraseCard(desk), RecoveryCodeCard(desk)
        self._build()
        self._connect()

    def _build(self) -> None:
        page = ScrollPage()
        self.handbook = Button(say("Open the handbook"), "link", icon="info")
        top = row(Heading(say("Settings")), gap=16)
        top.addStretch(1)
        top.addWidget(self.handbook)
        page.body.addLayout(top)
        for card in (
            self._pc(),
            self._ward(),
            self._people(),
            self.others,
            self.recovery,
            self._own(),
            self._keys(),
        ):
            page.body.addWidget(card)
        page.body.addStretch(1)
        self.setLayout(column(page))

    def _pc(self) -> Card:
        card = Card(say("This PC"))
        for label, group in (
            (say("Colours"), self.theme),
            (say("Text size"), self.text_size),
            (say("Lock after"), self.minutes),
        ):
            card.body.addWidget(Field(label, group))
        return card

    def _ward(self) -> Card:
        card = self.cards["ward"] = Card(say("The ward"))
        card.body.addWidget(Field(say("Ward name"), self.name))
        card.body.addWidget(Field(say("Number in an emergency"), self.emergency))
        card.body.addWidget(Field(say("Shift times"), self.shifts, hint=say("Such as 07:30, 19:30")))
        card.body.addWidget(Words(say("Places in the quick log, in the order of their digits"), "strong"))
        card.body.addWidget(self.place_hint)
        for kind, label in self.places:
            line = row(kind, label, gap=8)
            line.setStretch(0, 1)
            line.setStretch(1, 1)
            card.body.addLayout(line)
        card.body.addWidget(Words(say("Support contacts, shown by Get support"), "strong"))
        for kind, label, number in self.contacts:
            line = row(kind, label, number, gap=8)
            for place in range(3):
                line.setStretch(place, 1)
            card.body.addLayout(line)
        card.body.addWidget(self.ward_error)
        buttons = row(self.save_ward)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        return card

    def _people(self) -> Card:
        card = self.cards["people"] = Card(say("People on this PC"))
        card.body.addLayout(self.users)
        card.body.addWidget(Words(say("Add a person"), "strong"))
        for field in self.add_fields.values():
            card.body.addWidget(field)
        buttons = row(self.add_user)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        return card

    def _own(self) -> Card:
        card = Card(say("Your passphrase"))
        card.body.addWidget(self.own_old)
        card.body.addWidget(self.own_new)
        buttons = row(self.change)
        buttons.addStretch(1)
        card.body.addLayout(buttons)
        return card

    def _keys(self) -> Card:
        card = Card(say("Keyboard"))
        for keys, does in LISTED:
            key = Words(keys, "strong")
            key.setFixedWidth(style_of().px(220))
            line = row(key)
            line.addWidget(Words(say(does)), 1)
            card.body.addLayout(line)
        return card

    def _connect(self) -> None:
        self.handbook.clicked.connect(lambda: self.desk.go("handbook", topic="index"))
        self.theme.answered.connect(self._on_theme_chosen)
        self.text_size.answered.connect(self._on_size_chosen)
        self.minutes.answered.connect(self._on_minutes_chosen)
        self.save_ward.clicked.connect(self.save)
        self.add_user.clicked.connect(self._on_add_clicked)
        self.change.clicked.connect(self._on_change_clicked)
        for _kind, label in self.places:
            label.textEdited.connect(self._on_place_edited)

    def opened(self, **_: Any) -> None:
        """Shows what is set."""
        ctx = self.desk.ctx
        facts = lockscreen.read(ctx.home)
        self.theme.set_value([facts.theme])
        self.text_size.set_value([str(facts.text_percent)])
        self.minutes.set_value([str(facts.lock_minutes)])
        self.minutes.setEnabled(ctx.can("manage_device"))
        self.cards["ward"].setVisible(ctx.can("manage_ward"))
        self.cards["people"].setVisible(ctx.can("manage_users"))
        self.recovery.opened()
        self.desk.run(self, lambda: (wards.settings(ctx), people.users(ctx)), self._show)

    def _show(self, found: tuple[WardSettings, list[UserRow]]) -> None:
        settings, users = found
        self.name.setText(settings.name)
        self.emergency.setText(settings.emergency_number)
        self.shifts.setText(settings.shift_times)
        for (kind, label), place in zip(self.places, [*settings.places, *[None] * OWN_PLACES], strict=False):
            kind.set_code(place.code if place else "")
            label.setText(place.label if place else "")
        for (what, who, number), contact in zip(self.contacts, [*settings.contacts, *[None] * CONTACTS], strict=False):
            what.set_code(contact.kind if contact else "MAN")
            who.setText(contact.label if contact else "")
            number.setText(contact.number if contact else "")
        self._show_users(users)

    def _show_users(self, users: list[UserRow]) -> None:
        self.others.show_users(users)
        clear(self.users)
        for user in users:
            state = USER_ROLE.label(user.role) if user.active else say("No longer works on this PC")
            line = row(gap=12)
            line.addLayout(
                column(Words(user.name, "strong"), Words(f"{user.user_id} · {state}", "hint", tone="second"), gap=0), 1
            )
            if user.active and user.has_slot and user.user_id != self.desk.ctx.user.user_id:
                end = Button(say("End access"), "link", name=say("End access of {name}", name=user.name))
                end.clicked.connect(lambda _=False, user_id=user.user_id: self._end(user_id))
                line.addWidget(end)
            self.users.addLayout(line)
            self.users.addWidget(hairline())

    # This PC
    def _on_theme_chosen(self) -> None:
        style_of().set_theme(self.theme.value()[0])
        lockscreen.save_preferences(self.desk.ctx.home, theme=self.theme.value()[0])

    def _on_size_chosen(self) -> None:
        percent = int(self.text_size.value()[0])
        style_of().set_text_percent(percent)
        lockscreen.save_preferences(self.desk.ctx.home, text_percent=percent)

    def _on_minutes_chosen(self) -> None:
        minutes = int(self.minutes.value()[0])
        held = lockscreen.read(self.desk.ctx.home).lock_minutes
        self.minutes.set_value([str(held)])
        confirmed(self, self.desk, lambda: None, lambda _: self._set_minutes(minutes), self._on_not_confirmed)

    def _set_minutes(self, minutes: int) -> None:
        self.minutes.set_value([str(minutes)])
        lockscreen.save_preferences(self.desk.ctx.home, lock_minutes=minutes)
        self.desk.set_session(self.desk.ctx)
        self.desk.status(say("This PC locks after {n} min without a key or the mouse.", n=minutes))

    # The ward
    def _on_place_edited(self, text: str) -> None:
        look = style_of()
        wide = card_size(text).width() > look.px(CARD_ROOM)
        self.place_hint.setText(say("Too long for its card; the quick log will need more room.") if wide else "")

    def save(self) -> None:
        """Saves the ward's settings."""
        ctx = self.desk.ctx
        if not ctx.can("manage_ward"):
            return
        places = tuple(
            Option(kind.code() or "OTH", label.text().strip()) for kind, label in self.places if label.text().strip()
        )
        contacts = tuple(
            SupportContact(kind.code(), label.text().strip(), number.text().strip())
            for kind, label, number in self.contacts
            if label.text().strip() or number.text().strip()
        )

        def job() -> Context:
            wanted = replace(
                wards.settings(ctx),
                name=self.name.text().strip(),
                places=places,
                shift_times=self.shifts.text().strip(),
                emergency_number=self.emergency.text().strip(),
                contacts=contacts,
            )
            return wards.save(ctx, wanted)

        self.desk.run(self, job, self._on_saved, self._on_failed)

    def _on_saved(self, ctx: Context) -> None:
        self.ward_error.setText("")
        self.desk.set_session(ctx)
        self.desk.status(say("Ward settings saved"))
        self.desk.announce(say("Ward settings saved"))

    def _on_failed(self, error: Exception) -> None:
        self.ward_error.setText(str(error) if isinstance(error, KnownError) else say("Not saved. Try again."))
        self.desk.announce(self.ward_error.text(), assertive=True)

    # People
    def _text(self, field: Field) -> str:
        control = field.control
        return (
            control.code()
            if isinstance(control, DropDown)
            else control.text()
            if isinstance(control, TextField)
            else ""
        )

    def _on_add_clicked(self) -> None:
        ctx, values = self.desk.ctx, {name: self._text(field) for name, field in self.add_fields.items()}

        person = (values["user_id"].strip(), values["name"], values["role"], values["passphrase"])

        def job() -> list[UserRow]:
            people.add(ctx, *person)
            return people.users(ctx)

        checked: Callable[[], None] = lambda: people.check(ctx, *person)  # noqa: E731
        failed = self._on_add_failed
        self.desk.run(self, checked, lambda _: confirmed(self, self.desk, job, self._on_added, failed), failed)

    def _on_not_confirmed(self, error: Exception) -> None:
        self.desk.trouble(str(error))

    def _on_added(self, users: list[UserRow]) -> None:
        for field in self.add_fields.values():
            field.set_error("")
            if isinstance(field.control, TextField):
                field.control.clear()
        self._show_users(users)
        self.desk.status(say("Person added"))

    def _on_add_failed(self, error: Exception) -> None:
        problems = error.problems if isinstance(error, ProblemsFound) else []
        for name, field in self.add_fields.items():
            field.set_error(next((p.message for p in problems if p.field == name), ""))
        if not problems:
            self.desk.trouble(str(error))

    def _end(self, user_id: str) -> None:
        ctx = self.desk.ctx

        def job() -> list[UserRow]:
            people.disable(ctx, user_id)
            return people.users(ctx)

        confirmed(self, self.desk, job, self._show_users, self._on_not_confirmed)

    def _on_change_clicked(self) -> None:
        ctx, old, new = self.desk.ctx, self._text(self.own_old), self._text(self.own_new)
        for field in (self.own_old, self.own_new):
            field.set_error("")
        job: Callable[[], None] = lambda: people.change_passphrase(ctx, ctx.user.user_id, new, old)  # noqa: E731
        self.desk.run(self, job, self._on_changed, self._on_change_failed)

    def _on_changed(self, _done: object) -> None:
        for field in (self.own_old, self.own_new):
            if isinstance(field.control, TextField):
                field.control.clear()
        self.desk.status(say("Passphrase changed"))

    def _on_change_failed(self, error: Exception) -> None:
        (self.own_old if "did not work" in str(error) else self.own_new).set_error(str(error))

    def refreshed(self, changes: Changes) -> None:
        """What is being typed stays."""

    def draft(self) -> None:
        """Settings are saved by their button."""

    def place(self) -> dict[str, Any]:
        """Always the same place."""
        return {}

    def first_focus(self) -> QWidget:
        """The first setting."""
        return self.theme.first_focus()
