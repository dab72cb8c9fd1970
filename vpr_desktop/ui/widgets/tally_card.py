"""Told but not logged: one number a week, saved in a minute, with the weeks before."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.record import Shown
from vpr_desktop.services import tallies
from vpr_desktop.services.tallies import Week
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.frames import Card, clear, column, row, rows
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class TallyCard(Card):
    """A field, a button, and what the last weeks say."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(say("Told but not logged"))
        self.desk, self._shown = desk, Shown()
        self.number = TextField()
        self.field = Field(
            say("How often were you told of something this week that nobody logged?"), self.number,
            hint=say("A number. 0 counts too."), wide=160,
        )  # fmt: skip
        self.save_button = Button(say("Save the count"))
        self.past = column(gap=4)
        self.body.addWidget(self.field)
        line = row(self.save_button)
        line.addStretch(1)
        self.body.addLayout(line)
        self.body.addLayout(self.past)
        self.save_button.clicked.connect(self.save)

    def load(self) -> None:
        """Reads the weeks anew."""
        ctx = self.desk.ctx
        self.desk.run(self, lambda: tallies.weeks(ctx), self._show)

    def _show(self, found: list[Week]) -> None:
        mine, self._shown = found[0].mine, found[0].shown
        twice = ", ".join(str(one) for one in found[0].counts)
        words = say("You counted on two PCs: {counts}. Save the number that holds.", counts=twice) if twice else ""
        self.field.set_error(words)
        self.number.setText("" if mine is None else str(mine))
        clear(self.past)
        lines: list[QWidget | QLayout] = []
        for week in found:
            if week.told or week.mine is not None:
                day = show_day(week.began)
                words = say("Week of {day}: told {told}, logged {logged}", day=day, told=week.told, logged=week.logged)
                lines.append(Words(words, tone="second"))
        self.past.addLayout(rows(*lines, gap=4))

    def save(self) -> None:
        """Saves the number, or says what to put right."""
        text = self.number.text().strip()
        if not text.isascii() or not text.isdigit() or int(text) > tallies.MOST:
            self.field.set_error(say("Give a number from 0 to {most}.", most=tallies.MOST))
            self.number.setFocus()
            return
        self.field.set_error("")
        ctx, told, shown = self.desk.ctx, int(text), self._shown
        self.desk.run(self, lambda: tallies.count(ctx, told, shown), self._on_saved)

    def _on_saved(self, changes: Changes) -> None:
        self.desk.status(say("Saved the count of this week."))
        self.desk.announce(say("Saved on this PC."))
        self.desk.changed(changes)
        self.load()
