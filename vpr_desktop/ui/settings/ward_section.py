"""Settings of the ward that the quick log, the header and handovers use; they travel to its other PCs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QLayout, QWidget

from vpr_desktop.domain.choices_acts import LOC
from vpr_desktop.domain.quick_log import OWN_PLACES, Option
from vpr_desktop.services import wards
from vpr_desktop.services.context import Context
from vpr_desktop.services.wards import WardSettings
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Loaded, Section, load
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import card_size
from vpr_desktop.ui.widgets.fields import DropDown, SideField, TextField
from vpr_desktop.ui.widgets.frames import column, row
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say

CARD_ROOM = 197  # pixels of one answer in the quick log's five columns


class WardSection(Section):
    """Name, emergency number, shifts and places, saved together."""

    icon = "home"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("This ward"))
        self._was: WardSettings | None = None  # as shown, so that a save writes only what differs
        self.name, self.emergency, self.shifts = TextField(), TextField(), TextField()
        self.places = [
            (
                DropDown(say("Kind of place {n}", n=n + 1), [("", "–"), *((c.code, c.label) for c in LOC)]),
                TextField(say("Name of place {n}", n=n + 1)),
            )
            for n in range(OWN_PLACES)
        ]
        self.fields = {
            "name": SideField(say("Ward name"), self.name, hint=say("In the header, on the lock screen and on prints")),
            "emergency_number": SideField(
                say("Number in an emergency"),
                self.emergency,
                hint=say("Above the quick log and in Get support"),
                wide=160,
            ),
            "shift_times": SideField(say("Shift times"), self.shifts, hint=say("Such as 07:30, 19:30"), wide=240),
            "places": SideField(
                say("Places in the quick log"), self._places(),
                hint=say("Up to 7, in the order of their digits. “Phone or online” and “Not sure” always follow."),
            ),
        }  # fmt: skip
        self.place_hint = Words("", "hint", tone="second")
        self.place_hint.hide()
        self.save_button = Button(say("Save ward settings"), "primary")
        self.undo_button = Button(say("Put back"), "link", name=say("Put back what was saved"))
        for field in self.fields.values():
            self.body.addWidget(field)
        self.body.addWidget(self.place_hint)
        self.add_buttons(self.save_button, self.undo_button)
        self.save_button.clicked.connect(self.save)
        self.undo_button.clicked.connect(self._on_undo_clicked)
        for _kind, label in self.places:
            label.textEdited.connect(self._on_place_edited)

    def _places(self) -> QWidget:
        heads = row(gap=8)
        heads.addSpacing(style_of().px(18))
        for words in (say("Kind of place"), say("Name to show")):
            heads.addWidget(Words(words, "small-strong", tone="second"), 1)
        lines: list[QLayout] = [heads]
        for number, (kind, label) in enumerate(self.places, start=1):
            digit = Words(str(number), "small-strong", tone="second", wrap=False)
            line = row(digit, gap=8)
            line.addWidget(kind, 1)
            line.addWidget(label, 1)
            lines.append(line)
        held = QWidget()
        held.setLayout(column(*lines, gap=6))
        return held

    def is_offered(self, ctx: Context) -> bool:
        return ctx.can("manage_ward")

    def show_loaded(self, loaded: Loaded) -> None:
        held = self._was = loaded.ward
        self.name.setText(held.name)
        self.emergency.setText(held.emergency_number)
        self.shifts.setText(held.shift_times)
        for (kind, label), place in zip(self.places, [*held.places, *[None] * OWN_PLACES], strict=False):
            kind.set_code(place.code if place else "", keep=True)
            label.setText(place.label if place else "")
        self.place_hint.hide()
        self.say_at(self.fields, None)

    def _on_place_edited(self, text: str) -> None:
        look = style_of()
        wide = card_size(text).width() > look.px(CARD_ROOM)
        self.place_hint.setText(say("Too long for its card; the quick log will need more room."))
        self.place_hint.setVisible(wide)

    def _on_undo_clicked(self) -> None:
        ctx = self.desk.ctx
        self.desk.run(self, lambda: load(ctx), self.show_loaded)

    def save(self) -> None:
        """Saves these settings of the ward; its contacts stay as they are."""
        ctx = self.desk.ctx
        if not ctx.can("manage_ward"):
            return
        wanted: dict[str, Any] = {
            "name": self.name.text().strip(),
            "places": tuple(
                Option(kind.code() or "OTH", label.text().strip())
                for kind, label in self.places
                if label.text().strip()
            ),
            "shift_times": self.shifts.text().strip(),
            "emergency_number": self.emergency.text().strip(),
        }
        was = self._was
        if was is None:
            return
        job = lambda: wards.save(ctx, replace(was, **wanted), was)  # noqa: E731
        self.desk.run(self, job, self._on_saved, lambda error: self.say_at(self.fields, error))

    def _on_saved(self, ctx: Context) -> None:
        self.say_at(self.fields, None)
        self.desk.set_session(ctx)
        self.desk.status(say("Ward settings saved"))
        self.desk.announce(say("Ward settings saved"))

    def first_focus(self) -> QWidget:
        return self.name
