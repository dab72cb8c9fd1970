"""Asks which of two moments is meant, where the clocks went back and a typed time came twice."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.quick_log import Option
from vpr_desktop.domain.when import WHICH, Parsed
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.frames import column
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class WhichTime(QWidget):
    """Hidden while a time came once. Nothing is chosen beforehand."""

    answered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = Words("", "strong")
        self.group = ChoiceGroup("", (), columns=(2, 1))
        self.group.setObjectName("which")
        self.words.setBuddy(self.group)
        self.setLayout(column(self.words, self.group, gap=4))
        self.group.answered.connect(self.answered)

    def show_for(self, parsed: Parsed | None, zone: ZoneInfo) -> None:
        """Asks about a typed time, or about nothing; what was chosen stays while the same time is asked about."""
        twice = parsed.twice if parsed is not None else None
        self.setVisible(twice is not None)
        if twice is None:
            self.words.setText("")
            self.group.set_value([])
            return
        clock = f"{twice[0].astimezone(zone):%H:%M}"
        question = say("First {time} or second {time}?", time=clock)
        if question == self.words.text():
            return
        self.words.setText(question)
        self.group.question = question
        self.group.setAccessibleName(question)
        first, second = say("First {time}", time=clock), say("Second {time}", time=clock)
        self.group.set_options([Option(WHICH[0], first), Option(WHICH[1], second)])

    def choice(self) -> str:
        """ "first", "second", or nothing while unanswered."""
        return next(iter(self.group.value()), "")

    def set_choice(self, choice: str) -> None:
        """Chooses as a draft did."""
        self.group.set_value([choice] if choice else [])

    def second(self) -> bool | None:
        """What `parse_when` wants to know."""
        return self.choice() == WHICH[1] if self.choice() else None
