"""What every section of the settings has: a card with its name, who may see it, and rows of label and control."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.errors import KnownError, ProblemsFound
from vpr_desktop.services import people, print_defaults, support_templates, wards
from vpr_desktop.services.context import Context
from vpr_desktop.services.people import UserRow
from vpr_desktop.services.print_defaults import PrintDefaults
from vpr_desktop.services.support_templates import TemplateFacts
from vpr_desktop.services.wards import WardSettings
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs.passphrase_dialog import confirmed
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.frames import Card, row
from vpr_desktop.ui.words import say


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the sections show, read in one job."""

    ward: WardSettings
    users: list[UserRow]
    checklist: TemplateFacts
    checklists: list[TemplateFacts]
    printing: PrintDefaults


def load(ctx: Context) -> Loaded:
    """Reads it, in the lane."""
    checklists = support_templates.shown(ctx), support_templates.known(ctx)
    return Loaded(wards.settings(ctx), people.users(ctx), *checklists, print_defaults.read(ctx))


class Section(Card):
    """One section. A new one is a subclass with its own file, named in `pages/settings_page.py`."""

    icon = ""

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__(title)
        self.desk = desk
        self.title = title
        self.body.setSpacing(style_of().px(14))

    def is_offered(self, ctx: Context) -> bool:  # noqa: ARG002  most sections are for everybody
        """Whether this person is shown the section at all."""
        return True

    def opened(self) -> None:
        """Shows what is known at once; called each time the page opens."""

    def show_loaded(self, loaded: Loaded) -> None:
        """Shows what was read from the store."""

    def save(self) -> None:
        """Ctrl+Enter, in a section that has something to save."""

    def add_buttons(self, *buttons: Button) -> None:
        """Puts buttons at the foot, from the left."""
        line = row(*buttons, gap=16, margins=(0, 8, 0, 0))
        line.addStretch(1)
        self.body.addLayout(line)

    def say_at(self, fields: Mapping[str, Field], error: Exception | None) -> None:
        """Says at each field what is wrong with it, and goes to the first; what is no field's is a message above.

        None takes all of it away.
        """
        found = {one.field: one.message for one in error.problems} if isinstance(error, ProblemsFound) else {}
        for name, field in fields.items():
            field.set_error(found.get(name, ""))
        if error is not None and not found.keys() & fields.keys():
            self.desk.trouble(str(error) if isinstance(error, KnownError) else say("Not saved. Try again."))
        elif found:
            self.desk.announce(" ".join(found.values()), assertive=True)
            first = next(field.control for name, field in fields.items() if name in found)
            if isinstance(first, TextField):
                first.setFocus()

    def confirmed(
        self, job: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> None:
        """Does something that changes who or what opens this PC, once the passphrase was given again."""
        confirmed(self, self.desk, job, done, failed)

    def first_focus(self) -> QWidget | None:
        """Where focus goes when the section is asked for by name; None leaves it on the list."""
        return None
