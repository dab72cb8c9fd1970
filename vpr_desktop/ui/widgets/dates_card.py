"""On Home: dates that the law or a review sets, the earliest first. No names, no injuries."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLayout, QWidget

from vpr_desktop.domain.days import show_day
from vpr_desktop.services.riddor import Due
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Card, column, row, rows
from vpr_desktop.ui.widgets.labels import IconLabel, Words
from vpr_desktop.ui.words import say


class DatesCard(Card):
    """One line for each date, with the way to it."""

    def __init__(self, desk: Desk, dates: Sequence[Due]) -> None:
        super().__init__(say("RIDDOR and checks"))
        self.setAccessibleName(say("RIDDOR and checks: {count}", count=len(dates)))
        self.desk = desk
        lines: list[QWidget | QLayout] = [self._line(one) for one in dates]
        self.body.addLayout(rows(*lines))

    def _line(self, one: Due) -> QLayout:
        day = show_day(one.due)
        when = say("overdue since {day}", day=day) if one.overdue else say("by {day}", day=day)
        icon = IconLabel("warning" if one.overdue else "clock", "error" if one.overdue else "text", 18)
        who = ", ".join(part for part in (one.reference, one.label) if part)
        words = column(
            Words(say("{what}, {when}", what=one.text, when=when), "strong", tone="error" if one.overdue else ""),
            Words(who, "hint", tone="second"), gap=0,
        )  # fmt: skip
        line = row(icon, gap=8)
        line.addLayout(words, 1)
        page = "riddor" if one.person_id else "record"
        button = Button(say("Open"), "link", name=say("Open {who}", who=who))
        button.clicked.connect(lambda: self.desk.go(page, incident_id=one.incident_id))
        line.addWidget(button)
        return line
