"""The register of warnings: level, state, dates, appeal and capacity. Who it is for stands in the incident alone."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLayout, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.days import show_day
from vpr_desktop.services import sanctions
from vpr_desktop.services.sanctions import Entry
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card, ScrollPage, clear, column, row, rows
from vpr_desktop.ui.widgets.labels import Heading, TagLabel, Words
from vpr_desktop.ui.words import say

TINTS = {sanctions.IN_FORCE: "blue", sanctions.LOOK_AGAIN: "yellow", sanctions.PROPOSED: "grey"}


class SanctionsPage(QWidget):
    """One line for each warning, the latest first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("sanctions")
        self.back = Button(say("Back"), "link", icon="back")
        self.body = column(gap=16)
        page = ScrollPage()
        note = say("A warning whose last day is past has lapsed by itself. Add or change one on its incident.")
        page.body.addLayout(
            column(self.back, Heading(say("Warnings and sanctions")), Words(note, tone="second"), gap=2)
        )
        page.body.addLayout(self.body)
        page.body.addStretch(1)
        self.setLayout(column(page))
        self.back.clicked.connect(desk.back)

    def opened(self, **_: Any) -> None:
        """Loads the register."""
        ctx = self.desk.ctx
        self.desk.run(self, lambda: sanctions.register(ctx), self._show)

    def _show(self, found: list[Entry]) -> None:
        clear(self.body)
        card = Card()
        lines: list[QWidget | QLayout] = [self._line(one) for one in found]
        card.body.addLayout(rows(*lines))
        if not found:
            card.body.addWidget(Words(say("No warning is on record."), tone="second"))
        self.body.addWidget(card)

    def _line(self, one: Entry) -> QLayout:
        top = Flow(Words(one.level, "strong"), TagLabel(say(one.state), TINTS.get(one.state, "grey")), gap=12)
        dates = [
            (say("Issued {day}"), one.issued_on), (say("Until {day}"), one.expires_on),
            (say("Review {day}"), one.review_on),
        ]  # fmt: skip
        facts = [words.format(day=show_day(day)) for words, day in dates if day is not None]
        facts.append(say("Issued by {who}", who=one.issued_by) if one.issued_by else "")
        facts.append(
            say("Capacity considered by {who}", who=one.capacity) if one.capacity else say("Capacity: not noted")
        )
        facts.append(say("Appeal: {what}", what=one.appeal) if one.appeal else "")
        words = column(top, Words(". ".join(fact for fact in facts if fact) + ".", "hint", tone="second"), gap=2)
        line = row(gap=12)
        line.addLayout(words, 1)
        line.addWidget(Words(one.reference, tone="second", wrap=False))
        button = Button(say("Open"), "link", name=say("Open {who}", who=one.reference))
        button.clicked.connect(lambda: self.desk.go("record", incident_id=one.incident_id))
        line.addWidget(button)
        return line

    def refreshed(self, changes: Changes) -> None:
        """Reads the register anew."""
        if self.isVisible() and changes.records:
            self.opened()

    def draft(self) -> None:
        """Nothing is typed here."""

    def place(self) -> dict[str, Any]:
        """Always the same place."""
        return {}

    def first_focus(self) -> QWidget:
        """The way back, then the register in reading order."""
        return self.back
