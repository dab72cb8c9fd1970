"""On the record: what was answered, RIDDOR and its dates, what is missing before the incident can be closed."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget

from vpr_desktop.domain import evidence
from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.days import show_day
from vpr_desktop.services import closing
from vpr_desktop.services.closing import Standing
from vpr_desktop.services.riddor import Case
from vpr_desktop.services.views import IncidentView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs.reason_dialog import Done, ReasonDialog
from vpr_desktop.ui.forms.kept_form import and_then
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Card, Panel, column, row, rows
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class FollowUpCard(Card):
    """Fills itself; hidden where it has nothing to say to this person."""

    def __init__(self, page: QWidget, desk: Desk, seen: IncidentView) -> None:
        super().__init__(say("Answers and closing"), margins=(24, 14, 24, 12))
        self.page, self.desk, self.seen = page, desk, seen
        self.hide()
        ctx = desk.ctx
        desk.run(self, lambda: closing.standing_of(ctx, seen), self._show)

    def _show(self, found: Standing) -> None:
        if evidence.asks(self.seen.record.values, self.desk.ctx.now()) and "amend" in self.seen.actions:
            self.body.addWidget(Panel("warning", say(evidence.PROMPT)))
        lines: list[QWidget | QLayout] = [*self._messages(), *(self._case(one) for one in found.cases if _tells(one))]
        if "close" in self.seen.actions:
            lines.append(self._to_close(found))
        if "reopen" in self.seen.actions:
            lines.append(self._to_reopen())
        self.body.addLayout(rows(*lines, gap=6, top=0))
        self.setVisible(bool(lines))

    def _messages(self) -> list[QWidget | QLayout]:
        """The messages that this person may read: all of them, or those to them."""
        zone = self.desk.ctx.wards[self.seen.record.ward_id].zone
        found: list[QWidget | QLayout] = []
        for one in self.seen.parts.get("feedback", []):
            to = one.values.get("to") or ""
            who = say("The reporter") if to == closing.REPORTER else say("Person {letter}", letter=to)
            at, message = one.values.get("given_at"), one.values.get("message")
            if message:
                when = show_day(at.astimezone(zone).date()) if at else ""
                head = say("{who} was told {when}", who=who, when=when).strip()
                found.append(column(Words(head, "hint", tone="second"), Words(str(message)), gap=0))
            elif one.values.get("waiver_reason"):
                by, why = one.values.get("waived_by") or "", one.values["waiver_reason"]
                found.append(Words(say("{who} was not told. {by}: {why}", who=who, by=by, why=why), tone="second"))
        return found

    def _case(self, case: Case) -> QLayout:
        words = say("{who}, RIDDOR: {advice}", who=case.label, advice=case.status)
        due = ""
        if case.next_due is not None:
            what, day = case.next_text.removeprefix("RIDDOR: "), show_day(case.next_due)
            due = say("{what}, overdue since {day}" if case.overdue else "{what}, by {day}", what=what, day=day)
            due = due[:1].upper() + due[1:]
        elif case.decided:
            due = say("Decided by {who}", who=case.person.values.get("riddor_decided_by") or "")
        note = Words(due, "hint", tone="error" if case.overdue else "second")
        line = row(gap=8)
        line.addLayout(column(Words(words, "strong"), note, gap=0), 1)
        button = Button(say("Open"), "link", name=say("Open RIDDOR, {who}", who=case.label))
        button.clicked.connect(lambda: self._go("riddor"))
        line.addWidget(button)
        return line

    def _to_close(self, found: Standing) -> QLayout:
        count = len(found.missing)
        words = say("Nothing is missing before it can be closed.")
        if count:
            words = say("1 thing is missing before it can be closed.") if count == 1 else ""
            words = words or say("{count} things are missing before it can be closed.", count=count)
        line = row(gap=8)
        line.addWidget(Words(words), 1)
        button = Button(say("Close this incident"), "link")
        button.clicked.connect(lambda: self._go("close"))
        line.addWidget(button)
        return line

    def _to_reopen(self) -> QLayout:
        values, zone = self.seen.record.values, self.desk.ctx.wards[self.seen.record.ward_id].zone
        at = values.get("closed_at")
        day = show_day(at.astimezone(zone).date()) if at else ""
        line = row(gap=8)
        line.addWidget(Words(say("Closed {day}", day=day).strip()), 1)
        button = Button(say("Open again"), "link", name=say("Open this incident again"))
        button.clicked.connect(self.reopen)
        line.addWidget(button)
        return line

    def _go(self, page: str) -> None:
        self.desk.go(page, incident_id=self.seen.record.id)

    def reopen(self) -> None:
        """Asks why, over the page as this card goes once the report changes, then opens the incident again."""
        ReasonDialog.ask(self.page, self.desk, "reopen", self.seen.record.id, self._on_answered)

    def _on_answered(self, reason: str, done: Done) -> None:
        ctx, seen = self.desk.ctx, self.seen
        job = and_then(lambda: closing.reopen(ctx, seen.record.id, reason, seen), done)
        self.desk.run(self.page.window(), job, self._on_reopened)

    def _on_reopened(self, changes: Changes) -> None:
        self.desk.status(say("Opened again {reference}", reference=self.seen.reference))
        self.desk.announce(say("Opened again."))
        self.desk.changed(changes)


def _tells(case: Case) -> bool:
    """Whether a case has anything to say: an injury, or a decision."""
    return case.advice.status != "NA" or case.decided not in (None, "NA")
