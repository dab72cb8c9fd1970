"""The error summary on top of a form: takes focus, one link per error, each leads to its question.

Title and links share lines where there is room, so that the form below keeps its place.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal

from vpr_desktop.domain.errors import Problem
from vpr_desktop.ui.widgets.buttons import WrappingLink
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Box, clear, column, row
from vpr_desktop.ui.widgets.labels import IconLabel, Words
from vpr_desktop.ui.words import say


class ErrorSummary(Box):
    """Hidden while there is nothing to say. `chosen` names the field somebody wants to go to."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", "error")
        self.setObjectName("error-summary")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.title = Words("", "strong", wrap=False)
        self._links = Flow(gap=24, line_gap=2)
        line = row(gap=12, margins=(16, 8, 16, 8))
        line.addWidget(IconLabel("warning", "error"), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(column(self.title, self._links, gap=2), 1)
        self.setLayout(line)
        self.links: list[WrappingLink] = []
        self.hide()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """One line per problem; no problems hides the box."""
        clear(self._links)
        self.links = []
        self.setVisible(bool(problems))
        self.title.setText(
            say("Error: there is 1 thing to put right")
            if len(problems) == 1
            else say("Error: there are {count} things to put right", count=len(problems))
        )
        for problem in problems:
            link = WrappingLink(problem.message)
            link.tone, link.underlined = "error", True
            link.clicked.connect(lambda _=False, field=problem.field: self.chosen.emit(field))
            self.links.append(link)
            self._links.addWidget(link)
        self.setAccessibleName(" ".join([self.title.text(), *(p.message for p in problems)]))

    def take_focus(self) -> None:
        """Puts focus on the summary, so that a reader reads it first."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
