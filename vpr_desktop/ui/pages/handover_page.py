"""Handover: the shift's incidents, what is overdue, drafts and unsent counts; printed, and marked as handed over."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.services import home
from vpr_desktop.services.home import MORE_OVERDUE, Handover
from vpr_desktop.services.listing import DASH
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.frames import Card, ScrollPage, clear, column, row, rows
from vpr_desktop.ui.widgets.labels import Heading, IconLabel, Words
from vpr_desktop.ui.widgets.tally_card import TallyCard
from vpr_desktop.ui.words import say

REFERENCE, WHEN = 150, 150  # pixels of a column
STACKED_BELOW = 680  # page width under which what happened stands below its reference and time


class HandoverPage(QWidget):
    """One page, no dialog, no names."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("handover")
        self.title = Heading(say("Handover"))
        self.print_button = Button(say("Print handover"), "primary", icon="print", hint="Ctrl+P")
        self.body = column(gap=16)
        self._lines: list[QBoxLayout] = []
        self.to = Field(
            say("Handed over to"), TextField(), hint=say("Initials or role, such as night nurse in charge."), wide=560
        )
        self.mark = Button(say("Mark handed over"))
        self.tally = TallyCard(desk)
        page = ScrollPage()
        top = row(self.title, gap=16)
        top.addStretch(1)
        top.addWidget(self.print_button)
        page.body.addLayout(top)
        page.body.addLayout(self.body)
        end = Card()
        end.body.addWidget(self.to)
        buttons = row(self.mark)
        buttons.addStretch(1)
        end.body.addLayout(buttons)
        page.body.addWidget(end)
        page.body.addWidget(self.tally)
        page.body.addStretch(1)
        self.setLayout(column(page))
        self.print_button.clicked.connect(self.print_this)
        self.mark.clicked.connect(self._on_mark_clicked)
        style_of().changed.connect(self._fit)

    def opened(self, **_: Any) -> None:
        """Loads the shift."""
        ctx = self.desk.ctx
        self.desk.run(self, lambda: home.handover(ctx), self._show)
        self.tally.load()

    def _show(self, found: Handover) -> None:
        clear(self.body)
        self._lines = []
        shift = Card(say("Incidents this shift"), aside=Words(found.shift.label, "hint", tone="second", wrap=False))
        lines: list[QWidget | QLayout] = []
        for one in found.shift.rows:
            head = row(Words(one.reference, "strong", wide=REFERENCE), Words(one.when, wide=WHEN), gap=16)
            two = say("2 versions") if one.two_versions else DASH
            said = ". ".join(w for w in (one.where, one.what, one.effect, two) if w != DASH)
            lines.append(self._line(head, Words(said)))
        shift.body.addLayout(rows(*lines, gap=6))
        if not found.shift.rows:
            shift.body.addWidget(Words(say("None logged in this shift."), tone="second"))
        late = Card(say("Overdue"))
        overdue: list[QWidget | QLayout] = []
        for due in found.overdue:
            since = row(
                IconLabel("warning", "error", 18), Words(due.due, "strong", tone="error", wide=WHEN - 26), gap=8
            )
            head = row(Words(due.reference, "strong", wide=REFERENCE), since, gap=16)
            overdue.append(self._line(head, Words(say("{step}, {who}", step=due.text, who=due.person))))
        late.body.addLayout(rows(*overdue, gap=6))
        if not found.overdue:
            late.body.addWidget(Words(say("Nothing is overdue."), tone="second"))
        if found.more_overdue:
            late.body.addWidget(Words(say(MORE_OVERDUE), tone="second"))
        also = Card(say("Also"))
        also.body.addWidget(Words(say("Unfinished drafts: {count}", count=found.drafts)))
        if found.unsent is not None:
            also.body.addWidget(Words(say("Incidents not sent yet: {count}", count=found.unsent)))
        for card in (shift, late, also):
            self.body.addWidget(card)
        self._fit()

    def _line(self, head: QBoxLayout, said: Words) -> QBoxLayout:
        """Reference and time with what is said of them: beside them, or below where there is little room."""
        head.addStretch(1)
        line = row(head, gap=16)
        line.addWidget(said, 1)
        self._lines.append(line)
        return line

    def _fit(self) -> None:
        look = style_of()
        below = self.width() < look.px(STACKED_BELOW)
        for line in self._lines:
            line.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)
            line.setSpacing(0 if below else look.px(16))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def print_this(self) -> None:
        """Ctrl+P: the handover sheet."""
        self.desk.go("print", kind="handover")

    def _on_mark_clicked(self) -> None:
        to = self.to.control.text().strip()  # type: ignore[attr-defined]
        if not to:
            self.to.set_error(say("Say who takes over, such as N.C."))
            self.to.control.setFocus()
            self.desk.announce(self.to.error.text(), assertive=True)
            return
        self.to.set_error("")
        ctx = self.desk.ctx
        self.desk.run(self, lambda: home.hand_over(ctx, to), lambda _: self._on_marked(to))

    def _on_marked(self, to: str) -> None:
        self.desk.status(say("Handed over to {who}", who=to))
        self.desk.announce(say("Handed over to {who}", who=to))

    def refreshed(self, changes: Changes) -> None:
        """Reads the shift anew."""
        if self.isVisible() and changes.records:
            self.opened()

    def draft(self) -> None:
        """Nothing is typed here that has to be kept."""

    def place(self) -> dict[str, Any]:
        """Always the same place."""
        return {}

    def first_focus(self) -> QWidget:
        """Print handover."""
        return self.print_button
