"""What every section of the settings has: a card with its name, who may see it, and rows of label and control."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from msgspec import convert, to_builtins
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.errors import KnownError, ProblemsFound
from vpr_desktop.services import drafts, people, print_defaults, support_templates, wards
from vpr_desktop.services.context import Context
from vpr_desktop.services.drafts import Draft
from vpr_desktop.services.people import UserRow
from vpr_desktop.services.print_defaults import PrintDefaults
from vpr_desktop.services.support_templates import TemplateFacts
from vpr_desktop.services.wards import WardSettings
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs.passphrase_dialog import confirmed
from vpr_desktop.ui.forms.kept_form import KeptForm, and_then
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import DropDown, Field, TextField
from vpr_desktop.ui.widgets.frames import Card, Panel, row
from vpr_desktop.ui.words import say


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the sections show, read in one job."""

    ward: WardSettings
    users: list[UserRow]
    checklist: TemplateFacts
    checklists: list[TemplateFacts]
    printing: PrintDefaults
    drafts: list[Draft]


def load(ctx: Context) -> Loaded:
    """Reads it, in the lane."""
    checklists = support_templates.shown(ctx), support_templates.known(ctx)
    return Loaded(wards.settings(ctx), people.users(ctx), *checklists, print_defaults.read(ctx), drafts.mine(ctx))


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


class WardFormSection(Section):
    """A section of the ward's settings that is saved by its button: what is typed until then is a draft."""

    name_of_draft = ""

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__(desk, title)
        self.was: WardSettings | None = None  # as shown, so that a save writes only what differs
        self.kept = KeptForm(self, desk, self.typed)
        self.back = Panel("warning", "")
        self.undo_button = Button(say("Put back"), "link", name=say("Put back what was saved"))
        self.undo_button.clicked.connect(self.throw_away)
        self.back.hide()
        self.body.addWidget(self.back)

    def wanted(self) -> dict[str, Any]:
        """The settings as they stand in the fields, by name."""
        raise NotImplementedError

    def put(self, settings: WardSettings) -> None:
        """Shows settings in the fields."""
        raise NotImplementedError

    def opened(self) -> None:
        """From here on fields know what is typed before the settings are read, as while this PC is busy."""
        self.kept.name = self._draft_name()
        for control in self._controls():
            control.by_hand = False

    def _draft_name(self) -> str:
        return f"settings:{self.name_of_draft}:{self.desk.ctx.ward_id}"

    def _controls(self) -> list[TextField | DropDown]:
        return [*self.findChildren(TextField), *self.findChildren(DropDown)]

    def _by_hand(self) -> dict[TextField | DropDown, str]:
        """What was typed or chosen since the page was opened, by the control that it stands in."""
        return {control: control.typed() for control in self._controls() if control.by_hand}

    def typed(self) -> dict[str, Any]:
        """What differs from what was shown, and what was shown in its place, in plain values; nothing where that is
        nothing. Before anything was shown, what stands in which field.
        """
        was = self.was
        if was is None:
            cells = {control.accessibleName(): text for control, text in self._by_hand().items()}
            return {"cells": cells} if cells else {}
        typed = {n: v for n, v in self.wanted().items() if v != getattr(was, n)}
        return {"typed": to_builtins(typed), "was": {n: to_builtins(getattr(was, n)) for n in typed}} if typed else {}

    def show_loaded(self, loaded: Loaded) -> None:
        """A draft stands on what its writer was shown: what was changed meanwhile is told, and refuses a save.

        So does what was typed over settings shown before, while these were being read; where none were it stays in its
        field.
        """
        own, draft_id = self._by_hand(), self.kept.draft_id
        over = self.typed() if own and self.was is not None else {}
        held = self.kept.begin(self._draft_name(), loaded.drafts)
        now, typed = to_builtins(loaded.ward), {**held.get("typed", {}), **over.get("typed", {})}
        first = self.was is None
        self.was = convert({**now, **held.get("was", {}), **over.get("was", {})}, WardSettings)
        mine = convert({**now, **typed}, WardSettings)
        self.put(mine)
        known = {name: (getattr(self.was, name), getattr(mine, name)) for name in typed}
        changed = [_in_words(now[name]) for name, two in known.items() if getattr(loaded.ward, name) not in two]
        back = say("Your draft is back. Not saved yet.")
        if changed:
            back = say(
                "Your draft is back, but what it changes was changed meanwhile. Saved now: {saved}. To change that, "
                "press “Put back” first.", saved="; ".join(changed),
            )  # fmt: skip
        self.back.set_words(back)
        cells = held.get("cells", {})
        kept = {one: cells[one.accessibleName()] for one in self._controls() if one.accessibleName() in cells}
        self.back.setVisible(bool(held or changed))
        if kept or own:
            for control, text in {**kept, **(own if first else {})}.items():
                control.retype(text)
            self.kept.draft_id = self.kept.draft_id or draft_id
            self.kept.touched()
        if changed:
            self.desk.announce(back)

    def save(self) -> None:
        """Saves these settings of the ward; its others stay as they are."""
        ctx, was = self.desk.ctx, self.was
        if was is None or not ctx.can("manage_ward"):
            return
        wanted = replace(was, **self.wanted())
        self.desk.run(
            self, and_then(lambda: wards.save(ctx, wanted, was), self.kept.done()),
            lambda fresh: self._on_saved(fresh, wanted), self.on_failed,
        )  # fmt: skip

    def _on_saved(self, ctx: Context, now: WardSettings) -> None:
        self.was = now
        self.back.hide()
        self.desk.set_session(ctx)
        self.on_saved()

    def on_saved(self) -> None:
        """Says that it is saved."""

    def on_failed(self, error: Exception) -> None:
        """Says why it is not saved."""

    def throw_away(self) -> None:
        """What is typed is given up, and what is saved is shown again."""
        ctx, done = self.desk.ctx, self.kept.done()
        if self.was is not None:  # at once: what is typed from here on is a draft without it
            self.put(self.was)
        self.opened()
        self.desk.run(self, done, lambda _: None)
        self.desk.run(self, lambda: load(ctx), self.show_loaded)


def _in_words(value: Any) -> str:
    """A setting as it stands in a sentence, from its plain value."""
    if isinstance(value, str):
        return value
    lines = (" ".join(one[name] for name in ("label", "number") if name in one) for one in value)
    return ", ".join(lines) or say("none")
