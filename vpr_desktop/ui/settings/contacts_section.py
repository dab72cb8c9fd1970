"""Whom Get support names: the ward's contacts, which the lock screen shows too."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QGridLayout, QWidget

from vpr_desktop.domain.choices_response import CONTACT_KIND
from vpr_desktop.domain.errors import KnownError, ProblemsFound
from vpr_desktop.services.context import Context
from vpr_desktop.services.lockscreen import SupportContact
from vpr_desktop.services.wards import MOST_CONTACTS, WardSettings
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import WardFormSection
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import MENU_FROM
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import DropDown, TextField, mark_error
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say

KINDS = [(code.code, code.label) for code in CONTACT_KIND]
AT_FIRST = 6  # rows offered to a ward that has fewer contacts


class ContactsSection(WardFormSection):
    """Kind, name and number of each contact, saved together."""

    icon, name_of_draft = "phone", "contacts"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Support contacts"))
        self.contacts: list[tuple[DropDown, TextField, TextField]] = []
        self.table = QGridLayout()
        look = style_of()
        self.table.setHorizontalSpacing(look.px(8))
        self.table.setVerticalSpacing(look.px(6))
        self.heads = [
            Words(words, "small-strong", tone="second") for words in (say("Who"), say("Name to show"), say("Number"))
        ]
        for place in range(3):
            self.table.setColumnStretch(place, 1)
        self.error = Words("", "small-strong", tone="error")
        self.add_button = Button(say("Add a contact"), "link", icon="plus")
        self.save_button = Button(say("Save contacts"), "primary")
        note = say("Shown by Get support (F1), on the lock screen too. Put no private numbers here.")
        self.body.addWidget(Words(note, "hint", tone="second"))
        self.body.addLayout(self.table)
        self.body.addWidget(self.add_button)
        self.body.addWidget(self.error)
        self.add_buttons(self.save_button, self.undo_button)
        self._grow(AT_FIRST)
        look.changed.connect(self._arrange)
        self.add_button.clicked.connect(self._on_add_clicked)
        self.save_button.clicked.connect(self.save)

    def _grow(self, rows: int) -> None:
        """Makes room for so many contacts; rows once there stay."""
        for n in range(len(self.contacts) + 1, rows + 1):
            line = (
                DropDown(say("Kind of contact {n}", n=n), KINDS),
                TextField(say("Name of contact {n}", n=n)),
                TextField(say("Number of contact {n}", n=n)),
            )
            self.contacts.append(line)
            line[0].activated.connect(self.kept.touched)
            for field in line[1:]:
                field.textEdited.connect(self.kept.touched)
        self._arrange()
        self.add_button.setVisible(len(self.contacts) < MOST_CONTACTS)

    def _arrange(self) -> None:
        """Each contact in one line; in large text in two, the kind above, so that none is cut."""
        big = style_of().text_percent >= MENU_FROM
        for n, (kind, name, number) in enumerate([self.heads, *self.contacts]):
            first, second = (3 * n, 3 * n + 1) if big else (n, n)
            self.table.setRowMinimumHeight(3 * n + 2, style_of().px(6) if big else 0)
            self.table.addWidget(kind, first, 0, 1, 3 if big else 1)
            self.table.addWidget(name, second, 0 if big else 1, 1, 2 if big else 1)
            self.table.addWidget(number, second, 2)

    def is_offered(self, ctx: Context) -> bool:
        return ctx.can("manage_ward")

    def put(self, settings: WardSettings) -> None:
        held = settings.contacts
        self._grow(max(AT_FIRST, len(held)))
        for (what, who, number), contact in zip(self.contacts, [*held, *[None] * MOST_CONTACTS], strict=False):
            what.set_code(contact.kind if contact else "MAN", keep=True)
            who.setText(contact.label if contact else "")
            number.setText(contact.number if contact else "")
        self._show_error("")

    def _on_add_clicked(self) -> None:
        self._grow(len(self.contacts) + 1)
        self.contacts[-1][0].setFocus()

    def wanted(self) -> dict[str, Any]:
        contacts = (
            SupportContact(kind.code(), label.text().strip(), number.text().strip())
            for kind, label, number in self.contacts
            if label.text().strip() or number.text().strip()
        )
        return {"contacts": tuple(contacts)}

    def on_saved(self) -> None:
        self._show_error("")
        self.desk.status(say("Support contacts saved"))
        self.desk.announce(say("Support contacts saved"))

    def on_failed(self, error: Exception) -> None:
        if not isinstance(error, ProblemsFound):
            self.desk.trouble(str(error) if isinstance(error, KnownError) else say("Not saved. Try again."))
            return
        self._show_error(str(error))
        self.desk.announce(str(error), assertive=True)

    def _show_error(self, text: str) -> None:
        """Says it below the table and in each field that is still empty, and goes to the first of them."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        empty = []
        for n, (_kind, label, number) in enumerate(self.contacts, start=1):
            for field, other, name in (
                (label, number, say("Name of contact {n}", n=n)),
                (number, label, say("Number of contact {n}", n=n)),
            ):
                wanting = bool(text) and not field.text().strip() and bool(other.text().strip())
                mark_error(field, text if wanting else "", name)
                empty += [field] if wanting else []
        if empty:
            empty[0].setFocus()

    def first_focus(self) -> QWidget:
        return self.contacts[0][0]
