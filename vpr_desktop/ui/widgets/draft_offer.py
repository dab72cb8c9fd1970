"""Offers a draft that was found when an empty form opens: "Continue your draft from 14:02?"."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal

from vpr_desktop.domain.when import relative
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Panel
from vpr_desktop.ui.words import say


class DraftOffer(Panel):
    """Hidden while there is nothing to offer. `taken` names the draft."""

    taken = Signal(str)

    def __init__(self) -> None:
        super().__init__("info", "")
        self._draft_id = ""
        self.take = Button(say("Continue draft"))
        self.close_button = Button("", "quiet", icon="close", name=say("Close, the draft stays at Home"))
        self.line.addWidget(self.take)
        self.line.addWidget(self.close_button)
        self.take.clicked.connect(self._on_take_clicked)
        self.close_button.clicked.connect(self.hide)
        self.hide()

    def offer(self, draft_id: str, started_at: datetime, now: datetime, zone: ZoneInfo) -> str:
        """Shows the offer. Returns its question, to be said to screen readers."""
        self._draft_id = draft_id
        today = started_at.astimezone(zone).date() == now.astimezone(zone).date()
        at = f"{started_at.astimezone(zone):%H:%M}" if today else relative(started_at, now, zone)
        question = say("Continue your draft from {time}?", time=at)
        self.set_words(question)
        self.take.set_words(say("Continue draft"), say("Continue draft from {time}", time=at))
        self.show()
        return question

    def _on_take_clicked(self) -> None:
        self.hide()
        self.taken.emit(self._draft_id)
