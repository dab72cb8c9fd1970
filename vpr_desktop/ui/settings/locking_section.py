"""When this PC locks by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.quick_log import Option
from vpr_desktop.services import lockscreen
from vpr_desktop.services.lockscreen import LOCK_CHOICES
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Section
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import SideField
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class LockingSection(Section):
    """A change asks for the passphrase again."""

    icon = "lock"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Locking"))
        self.minutes = ChoiceGroup(say("Lock after"), ())
        hint = say("Without a key or the mouse. A warning comes first.")
        self.body.addWidget(SideField(say("Lock after"), self.minutes, hint=hint))
        self.who = Words("", "hint", tone="second")
        self.body.addWidget(self.who)
        self.minutes.answered.connect(self._on_minutes_chosen)

    def opened(self) -> None:
        ctx = self.desk.ctx
        held = lockscreen.read(ctx.home).lock_minutes
        offered = [str(n) for n in sorted({*LOCK_CHOICES, held})]
        if self.minutes.codes != offered:
            self.minutes.set_options([Option(n, say("{n} min", n=n)) for n in offered])
        self.minutes.set_value([str(held)])
        may = ctx.can("manage_device")
        self.minutes.setEnabled(may)
        asked = say("A change asks for your passphrase.")
        self.who.setText(asked if may else say("Changed by the ward manager or the device administrator."))

    def _on_minutes_chosen(self) -> None:
        minutes = int(self.minutes.value()[0])
        held = lockscreen.read(self.desk.ctx.home).lock_minutes
        self.minutes.set_value([str(held)])
        self.confirmed(lambda: None, lambda _: self._set_minutes(minutes), self._on_not_confirmed)

    def _set_minutes(self, minutes: int) -> None:
        self.minutes.set_value([str(minutes)])
        lockscreen.save_preferences(self.desk.ctx.home, lock_minutes=minutes)
        self.desk.set_session(self.desk.ctx)
        self.desk.status(say("This PC locks after {n} min without a key or the mouse.", n=minutes))

    def _on_not_confirmed(self, error: Exception) -> None:
        self.desk.trouble(str(error))

    def first_focus(self) -> QWidget:
        return self.minutes.first_focus()
