"""Settings of the ward that the quick log, the header and handovers use; they travel to its other PCs."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLayout, QWidget

from vpr_desktop.domain.choices_acts import LOC
from vpr_desktop.domain.quick_log import OWN_PLACES, Option
from vpr_desktop.services.context import Context
from vpr_desktop.services.wards import WardSettings
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import WardFormSection
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import card_size
from vpr_desktop.ui.widgets.fields import DropDown, SideField, TextField
from vpr_desktop.ui.widgets.frames import column, row
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say

CARD_ROOM = 197  # pixels of one answer in the quick log's five columns


class WardSection(WardFormSection):
    """Name, emergency number, shifts and places, saved together."""

    icon, name_of_draft = "home", "ward"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("This ward"))
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
        for field in self.fields.values():
            self.body.addWidget(field)
        self.body.addWidget(self.place_hint)
        self.add_buttons(self.save_button, self.undo_button)
        self.save_button.clicked.connect(self.save)
        for kind, label in self.places:
            label.textEdited.connect(self._on_place_edited)
            label.textEdited.connect(self.kept.touched)
            kind.activated.connect(self.kept.touched)
        for control in (self.name, self.emergency, self.shifts):
            control.textEdited.connect(self.kept.touched)

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

    def put(self, settings: WardSettings) -> None:
        self.name.setText(settings.name)
        self.emergency.setText(settings.emergency_number)
        self.shifts.setText(settings.shift_times)
        for (kind, label), place in zip(self.places, [*settings.places, *[None] * OWN_PLACES], strict=False):
            kind.set_code(place.code if place else "", keep=True)
            label.setText(place.label if place else "")
        self.place_hint.hide()
        self.say_at(self.fields, None)

    def _on_place_edited(self, text: str) -> None:
        look = style_of()
        wide = card_size(text).width() > look.px(CARD_ROOM)
        self.place_hint.setText(say("Too long for its card; the quick log will need more room."))
        self.place_hint.setVisible(wide)

    def wanted(self) -> dict[str, Any]:
        return {
            "name": self.name.text().strip(),
            "places": tuple(
                Option(kind.code() or "OTH", label.text().strip())
                for kind, label in self.places
                if label.text().strip()
            ),
            "shift_times": self.shifts.text().strip(),
            "emergency_number": self.emergency.text().strip(),
        }

    def on_failed(self, error: Exception) -> None:
        self.say_at(self.fields, error)

    def on_saved(self) -> None:
        self.say_at(self.fields, None)
        self.desk.status(say("Ward settings saved"))
        self.desk.announce(say("Ward settings saved"))

    def first_focus(self) -> QWidget:
        return self.name
