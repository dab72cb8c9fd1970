"""Colours and text size of this PC."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.quick_log import Option
from vpr_desktop.services import lockscreen
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Section
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import SideField
from vpr_desktop.ui.words import say


class LookSection(Section):
    """Both take effect at once."""

    icon = "eye"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Look and text size"))
        self.theme = ChoiceGroup(
            say("Colours"), [Option("system", "System"), Option("light", "Light"), Option("dark", "Dark")]
        )
        self.text_size = ChoiceGroup(say("Text size"), [Option(str(n), f"{n} %") for n in (100, 125, 150, 175, 200)])
        self.body.addWidget(SideField(say("Colours"), self.theme, hint=say("System follows the PC's own setting")))
        keys = say("Ctrl+plus, Ctrl+minus and Ctrl+0 change it anywhere")
        self.body.addWidget(SideField(say("Text size"), self.text_size, hint=keys))
        self.theme.answered.connect(self._on_theme_chosen)
        self.text_size.answered.connect(self._on_size_chosen)

    def opened(self) -> None:
        facts = lockscreen.read(self.desk.ctx.home)
        self.theme.set_value([facts.theme])
        self.text_size.set_value([str(facts.text_percent)])

    def _on_theme_chosen(self) -> None:
        style_of().set_theme(self.theme.value()[0])
        lockscreen.save_preferences(self.desk.ctx.home, theme=self.theme.value()[0])

    def _on_size_chosen(self) -> None:
        percent = int(self.text_size.value()[0])
        style_of().set_text_percent(percent)
        lockscreen.save_preferences(self.desk.ctx.home, text_percent=percent)

    def first_focus(self) -> QWidget:
        return self.theme.first_focus()
