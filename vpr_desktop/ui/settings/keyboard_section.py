"""The list of keys."""

from __future__ import annotations

from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Section
from vpr_desktop.ui.shortcuts import LISTED
from vpr_desktop.ui.widgets.frames import row, rows
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class KeyboardSection(Section):
    """Keys and what each does."""

    icon = "keyboard"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Keyboard"))
        lines = []
        for keys, does in LISTED:
            line = row(Words(keys, "strong", wide=220))
            line.addWidget(Words(say(does)), 1)
            lines.append(line)
        self.body.addLayout(rows(*lines, gap=4))
