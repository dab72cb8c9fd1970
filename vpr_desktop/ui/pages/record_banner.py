"""What stands above a record and is first in Tab order: two versions to choose from, withdrawn, changed meanwhile."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.services import incidents
from vpr_desktop.services.views import IncidentView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.pages.review_card import ReviewCard
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Panel, clear, column
from vpr_desktop.ui.words import say

# Why nobody chooses just now, by status.
AFTER = {
    "withdrawn": "Changed in two places. Both versions are kept. One can be chosen once the incident is put back.",
    "closed": "Changed in two places. Both versions are kept. One can be chosen once the incident is opened again.",
}
# What happened to a report while somebody typed, by status.
ENDED = {
    "withdrawn": "This record was withdrawn meanwhile. What you typed stays, and can still be saved.",
    "closed": "This record was closed meanwhile. What you typed stays, and can still be saved.",
}


def changed_meanwhile(before: str, now: str) -> str:
    """What is said of a record that changed while somebody typed, by its status before and now."""
    if now != before and now in ENDED:
        return say(ENDED[now])
    kept = say("Where both changed the same answer, both are kept until somebody chooses.")
    return f"{say('This record was changed meanwhile. What you typed stays.')} {kept}"


class RecordBanner(QWidget):
    """Empty for most records. `reviewing` tells whether the choice between versions is open."""

    put_back_asked = Signal()
    reviewing = Signal(bool)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.seen: IncidentView | None = None
        self._panels = column(gap=8)
        self.review = ReviewCard(desk)
        self.review.closed.connect(lambda _: self.reviewing.emit(False))
        self.setLayout(column(gap=8))
        self.layout().addLayout(self._panels)  # type: ignore[union-attr]
        self.layout().addWidget(self.review)  # type: ignore[union-attr]

    def show_for(self, seen: IncidentView, versions: str) -> None:
        """Shows what there is to say of a record; `versions` as `conflicts.standing` says."""
        if self.seen is None or self.seen.record.id != seen.record.id or seen.sight != "full":
            self.review.drop()
            self.reviewing.emit(False)
        self.seen = seen
        clear(self._panels)
        if versions:
            self._panels.addWidget(self._conflict(versions, seen.status))
        if seen.status == "withdrawn":
            self._panels.addWidget(self._withdrawn(seen))
        if seen.late:
            self._panels.addWidget(self._late(seen))
        self.setVisible(self._panels.count() > 0 or self.review.isVisibleTo(self))

    def _conflict(self, versions: str, status: str) -> Panel:
        if versions != "settle":
            text = "Changed in two places. Both versions are kept until the ward manager or support lead chooses."
            return Panel("warning", say(AFTER.get(status, text)))
        panel = Panel("warning", say("Changed in two places. Both versions are kept until somebody chooses."))
        button = Button(say("Review"), name=say("Review the two versions"))
        button.clicked.connect(self.ask)
        panel.line.addWidget(button)
        return panel

    def ask(self) -> None:
        """Opens the choice between two versions."""
        if self.seen is not None:
            self.reviewing.emit(True)
            self.review.review(self.seen.record.id)

    def _withdrawn(self, seen: IncidentView) -> Panel:
        reason = seen.record.values.get("withdraw_reason") or say("no reason shown")
        panel = Panel("info", say("Withdrawn: {reason}", reason=reason))
        if "reinstate" in seen.actions:
            put_back = Button(say("Put back"))
            put_back.clicked.connect(self.put_back_asked)
            panel.line.addWidget(put_back)
        return panel

    def _late(self, seen: IncidentView) -> Panel:
        panel = Panel("warning", say("Changed on another PC while it was being withdrawn. History says what changed."))
        if "reinstate" in seen.actions:
            leave = Button(say("Leave it withdrawn"))
            leave.clicked.connect(self._on_leave_clicked)
            panel.line.addWidget(leave)
        return panel

    def _on_leave_clicked(self) -> None:
        ctx, seen = self.desk.ctx, self.seen
        assert seen is not None
        self.desk.run(self, lambda: incidents.leave_withdrawn(ctx, seen), self._on_left)

    def _on_left(self, changes: Changes) -> None:
        text = say("It stays withdrawn. The change stays in History.")
        self.desk.status(text)
        self.desk.announce(text)
        self.desk.changed(changes)
