"""Whether this PC tells on its desktop that something is due."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.quick_log import Option
from vpr_desktop.services import lockscreen
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Section
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import SideField
from vpr_desktop.ui.words import say

OFF, ON = "off", "on"


class RemindersSection(Section):
    """Takes effect at once."""

    icon = "clock"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Reminders"))
        self.notices = ChoiceGroup(say("Desktop notice"), [Option(OFF, say("Off")), Option(ON, say("On"))])
        hint = say("Says that something is due, never what. Only while the app is locked or behind another window.")
        self.body.addWidget(SideField(say("Desktop notice"), self.notices, hint=hint))
        self.notices.answered.connect(self._on_chosen)

    def opened(self) -> None:
        self.notices.set_value([ON if lockscreen.read(self.desk.ctx.home).notices else OFF])

    def _on_chosen(self) -> None:
        lockscreen.save_preferences(self.desk.ctx.home, notices=self.notices.value() == [ON])

    def first_focus(self) -> QWidget:
        return self.notices.first_focus()
