"""S4, the incident record: tasks left, support line, summary with Change on each row, history, withdraw."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.derived import acts_in_words
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.visibility import withheld
from vpr_desktop.domain.when import show
from vpr_desktop.domain.wording import in_words
from vpr_desktop.services import conflicts, history, incidents, support
from vpr_desktop.services.support import NextStep
from vpr_desktop.services.views import IncidentView
from vpr_desktop.ui.clipboard import put
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs.reason_dialog import Done, ReasonDialog
from vpr_desktop.ui.forms.kept_form import and_then
from vpr_desktop.ui.leaving import shut_dialogs, taken_away
from vpr_desktop.ui.pages.record_banner import RecordBanner
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.follow_up_card import FollowUpCard
from vpr_desktop.ui.widgets.frames import Card, Panel, ScrollPage, clear, column, row, rows
from vpr_desktop.ui.widgets.history_card import history_card, history_line
from vpr_desktop.ui.widgets.labels import Heading, TagLabel, Words
from vpr_desktop.ui.widgets.record_menu import open_menu
from vpr_desktop.ui.widgets.support_line import support_line
from vpr_desktop.ui.widgets.task_card import fill_tasks
from vpr_desktop.ui.words import say

# The rows of the summary: words, field, and what a screen reader calls its Change.
SUMMARY = (
    ("When", "occurred_at", "when did it happen"),
    ("Where", "location", "where did it happen"),
    ("What", "act_types", "what happened"),
    ("Who was affected", "affected", "who was affected"),
    ("Who did it (alleged)", "perp_relation", "who did it, alleged"),
    ("Effect so far", "effect", "most serious effect so far"),
    ("Support offered", "support_offered", "has support been offered"),
    ("Note", "description", "the note"),
    ("Trust's own number", "local_system_ref", "the trust's own number"),
)
STATUS_TINTS = {"logged": "blue", "in_review": "yellow", "closed": "grey", "withdrawn": "grey"}
SEND_WORDS = {"waiting": ("up", "Safe on this PC"), "sent": ("tick", "Sent")}
NARROW = 900
LEAST_TOP = 720  # with less room the buttons stand below the reference
Loaded = tuple[IncidentView, str, list[history.Change] | None]  # with History where somebody reads it
KEY = 170  # how wide the words at the left of the summary are


class RecordPage(QWidget):
    """One incident as this person may see it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S4")
        self.seen: IncidentView | None = None
        self._incident_id = ""
        self._with_history = False
        self.back = Button(say("Incidents"), "link", icon="back", name=say("Back to incidents"))
        self.title = Heading("")
        self.status_tag = TagLabel("")
        self.send = Words("", tone="second", wrap=False)
        self.line = Words("", tone="second")
        self.more = Button(say("More"), "quiet", icon="more")
        self.print_button = Button(say("Print"), icon="print", hint="Ctrl+P")
        self.add = Button(say("Add to record"), "primary")
        self.tasks = Card()
        self.right = column(gap=10)
        self.banner = RecordBanner(desk)
        self.save = self.banner.review.save  # Ctrl+Enter
        self._build()
        self._connect()

    def _build(self) -> None:
        page = ScrollPage()
        self.title.setWordWrap(False)
        self.title.start_here()
        names = row(self.title, self.status_tag, gap=14)
        names.addWidget(self.send)
        names.addStretch(1)
        words = column(gap=0)
        words.addLayout(names)
        words.addWidget(self.line)
        buttons = row(self.more, self.print_button, self.add, gap=12)
        buttons.addStretch(0)
        self.top = row(gap=16)
        self.top.addLayout(words, 1)
        self.top.addLayout(buttons)
        self.columns = row(gap=16)
        self.left_holder = QWidget()
        self.left_holder.setLayout(column(self.tasks))
        self.left_holder.layout().addStretch(1)  # type: ignore[union-attr]
        self.right_holder = QWidget()
        self.right_holder.setLayout(self.right)
        self.columns.addWidget(self.left_holder)
        self.columns.addWidget(self.right_holder, 1)
        page.body.setSpacing(style_of().px(6))
        page.body.setContentsMargins(*(style_of().px(m) for m in (24, 10, 24, 12)))
        page.body.addWidget(self.banner)
        page.body.addWidget(self.back)
        page.body.addLayout(self.top)
        page.body.addLayout(self.columns)
        page.body.addStretch(1)
        self.setLayout(column(page))

    def _connect(self) -> None:
        self.back.clicked.connect(lambda: self.desk.go("incidents"))
        self.print_button.clicked.connect(self.print_this)
        self.add.clicked.connect(self._on_add_clicked)
        self.more.clicked.connect(self._on_more_clicked)
        self.banner.put_back_asked.connect(self._on_put_back_clicked)
        self.banner.reviewing.connect(self._on_reviewing)
        self.banner.review.closed.connect(lambda goes_on: self.title.take_focus() if goes_on else None)
        style_of().changed.connect(self._fit)

    def opened(self, incident_id: str = "", ask: str = "", **_: Any) -> None:
        """Loads the record; `ask` names what is opened on it: History, a review, or what a reason was begun for."""
        self._incident_id, self._with_history, self._ask = incident_id, False, ask
        self._load()

    def _load(self) -> None:
        ctx, incident_id, read = self.desk.ctx, self._incident_id, self._with_history

        def job() -> Loaded:
            seen = incidents.view(ctx, incident_id)
            return seen, conflicts.standing(ctx, seen), history.history(ctx, incident_id) if read else None

        self.desk.run(self, job, self._show)

    def _show(self, loaded: Loaded) -> None:
        seen, versions, found = loaded
        ask, self._ask = self._ask, ""  # once, and not again as changes arrive
        self.seen = seen
        self.title.setText(seen.reference)
        specs = fields_of(ENTITIES["incident"])
        status = specs["status"].choices
        self.status_tag.set_words(status.label(seen.status) if status else "", STATUS_TINTS.get(seen.status, "grey"))
        self.send.setText(say(SEND_WORDS[seen.send_state][1]))
        self.line.setText(self._line(seen))
        can_print = "print_redacted" in seen.actions
        self.print_button.setVisible(can_print)
        self.add.setVisible("amend" in seen.actions)
        self.more.setVisible(seen.sight == "full")
        self.banner.show_for(seen, versions)
        self._show_tasks(seen)
        clear(self.right)
        if seen.sight == "full":
            self._load_support(seen)
            follow_up = FollowUpCard(self, self.desk, seen)
            self.right.addWidget(follow_up)
            self._show_summary(seen)
            self._show_history_line(seen)
            asks = {
                "withdraw": self.withdraw, "need": self._on_need_clicked, "reopen": follow_up.reopen,
                "history": self._load_history, "review": self.banner.ask,
            }  # fmt: skip
            asks.get(ask, lambda: None)()
        else:
            words = (
                say("Restricted incident. Only the reporter and the support lead can read it.")
                if seen.sight == "restricted"
                else say("Your role sees that this record exists, not what it holds.")
            )
            self.right.addWidget(Panel("info", words, icon="lock"))
            if shut_dialogs(self):
                taken_away(self.desk, self, self.place(), words)
        self.right.addStretch(1)
        if found is not None:
            self._show_history(found)
        self._fit()

    def _line(self, seen: IncidentView) -> str:
        values, ctx = seen.record.values, self.desk.ctx
        ward = ctx.wards[seen.record.ward_id]
        parts = [acts_in_words(values["act_types"] or [])] if "act_types" in values else []
        if values.get("location"):
            parts.append(f"{ward.name}, {self._words('location', values['location']).lower()}")
        if values.get("occurred_at"):
            day_only = seen.sight != "full" or values.get("time_known") == "unknown"
            parts.append(show(values["occurred_at"], ward.zone, day_only=day_only))
        return ". ".join(parts)

    def _words(self, field: str, value: Any) -> str:
        assert self.seen is not None
        return in_words(
            fields_of(ENTITIES["incident"])[field], value, self.desk.ctx.wards[self.seen.record.ward_id].zone
        )

    def _show_tasks(self, seen: IncidentView) -> None:
        clear(self.tasks.body)
        self.left_holder.setVisible(bool(seen.tasks))
        fill_tasks(self.tasks, seen, self._open_task)

    def _open_task(self, task: str) -> None:
        self.desk.go("task", incident_id=self._incident_id, task=task)

    def _load_support(self, seen: IncidentView) -> None:
        """The support line comes a moment later, above the summary; nobody waits for it to read the record."""
        place = column()
        self.right.addLayout(place)
        ctx = self.desk.ctx
        self.desk.run(
            self, lambda: support.next_step(ctx, seen.record.id), lambda found: self._show_support(seen, place, found)
        )

    def _show_support(self, seen: IncidentView, place: QVBoxLayout, found: NextStep | None) -> None:
        if self.seen is not seen or found is None:
            return
        place.addWidget(support_line(self.desk, *found))

    def _show_summary(self, seen: IncidentView) -> None:
        card = Card(say("Summary"), margins=(24, 14, 24, 12))
        card.body.setSpacing(style_of().px(4))
        lines: list[QWidget | QLayout] = []
        record = seen.record
        for words, field, spoken in SUMMARY:
            if field in record.hidden:
                continue
            value = record.values.get(field)
            text = record.odd.get(field) or self._summary_text(field, value) or say("Not provided")
            if field in record.clashes:
                text += say(" (2 versions)")
            if field in record.redacted:
                text = say(withheld(record.redacted[field]))
            can = "amend" in seen.actions and field in record.values
            lines.append(self._summary_row(words, field, text, spoken, value, can))
        if seen.on_need:
            ask = Button(say("Read with a reason"), "link", name=say("Read the words of this report with a reason"))
            ask.clicked.connect(self._on_need_clicked)
            lines.append(row(Words(say("Note, and who is alleged: not shown."), tone="second"), ask, gap=8))
        card.body.addLayout(rows(*lines, gap=3, top=0))
        self.right.addWidget(card)

    def _on_need_clicked(self) -> None:
        ReasonDialog.ask(self, self.desk, "need", self._incident_id, self._on_need_answered)

    def _on_need_answered(self, reason: str, done: Done) -> None:
        ctx, one = self.desk.ctx, self._incident_id
        job = and_then(lambda: incidents.view(ctx, one, reason), done)
        self.desk.run(self, job, lambda _: self.opened(one))

    def _summary_text(self, field: str, value: Any) -> str:
        if field == "occurred_at" and self.seen is not None and value is not None:
            known = self.seen.record.values.get("time_known")
            text = show(value, self.desk.ctx.wards[self.seen.record.ward_id].zone, day_only=known == "unknown")
            return say("About {time}", time=text) if known == "approx" else text
        words = self._words(field, value)
        return words[:1] + words[1:].lower() if field == "act_types" else words

    def _summary_row(self, words: str, field: str, text: str, spoken: str, value: Any, can: bool) -> Any:
        key = Words(say(words), tone="second", wide=KEY)
        shown = Words(text, tone="" if value not in (None, []) else "second")
        line = row(key, gap=8)
        line.addWidget(shown, 1)
        if can:
            verb = say("Change") if value not in (None, []) else say("Add")
            link = Button(verb, "link", name=f"{verb}, {spoken}")
            link.clicked.connect(lambda: self.desk.go("task", incident_id=self._incident_id, field=field))
            line.addWidget(link)
        return line

    # History
    def _show_history_line(self, seen: IncidentView) -> None:
        self.history_button, line = history_line(seen.history_count, seen.last_change, self.desk.ctx.ward.zone)
        self.history_button.clicked.connect(self._load_history)
        self.right.addWidget(line)

    def _load_history(self) -> None:
        if self._with_history:
            return  # asked for, and on its way
        ctx, self._with_history = self.desk.ctx, True  # from here on it stays, whatever arrives
        self.desk.run(
            self, lambda: history.history(ctx, self._incident_id), lambda read: self._show_history(read).take_focus()
        )

    def _show_history(self, found: list[history.Change]) -> Heading:
        card = history_card(found, self.desk.ctx.ward.zone)
        self.right.insertWidget(self.right.count() - 1, card)
        self.history_button.setEnabled(False)
        return card.heading

    # Acts
    def print_this(self) -> None:
        """Ctrl+P: the print preview of this record."""
        if self.seen is not None and "print_redacted" in self.seen.actions:
            self.desk.go("print", incident_id=self._incident_id)

    def _on_add_clicked(self) -> None:
        if self.seen is None:
            return
        task = next((one.name for one in self.seen.tasks if one.left), "details")
        self.desk.go("task", incident_id=self._incident_id, task=task)

    def _on_more_clicked(self) -> None:
        if self.seen is not None:
            open_menu(self, self.seen)

    def copy_for_trust(self) -> None:
        """Puts the report in the order of the trust's own system on the clipboard, for one paste."""
        from vpr_desktop.services import trust_copy

        ctx, incident_id = self.desk.ctx, self._incident_id
        self.desk.run(self, lambda: trust_copy.block(ctx, incident_id), self._on_copied)

    def _on_copied(self, text: str) -> None:
        put(text)
        self.desk.status(say("Copied. It leaves the clipboard after 30 seconds."))

    def withdraw(self) -> None:
        """Asks why, then withdraws what was on screen as it was asked."""
        seen = self.seen
        assert seen is not None
        answered = partial(self._on_withdraw_answered, seen)
        ReasonDialog.ask(self, self.desk, "withdraw", self._incident_id, answered)

    def _on_withdraw_answered(self, seen: IncidentView, reason: str, done: Done) -> None:
        ctx, window = self.desk.ctx, self.window()
        job = and_then(lambda: incidents.withdraw(ctx, seen, reason), done)
        self.desk.run(self, job, lambda changes: self._on_withdrawn(seen, window, changes))

    def _on_withdrawn(self, seen: IncidentView, window: QWidget, changes: Changes) -> None:
        """Undo is of this report, whatever this page shows by then, and also once the page is gone."""
        self.desk.status(say("Withdrawn {reference}", reference=seen.reference), partial(self._put_back, seen, window))
        self.desk.announce(say("Withdrawn."))
        self.desk.changed(changes)

    def _on_put_back_clicked(self) -> None:
        assert self.seen is not None
        self._put_back(self.seen, self)

    def _put_back(self, seen: IncidentView, owner: QWidget) -> None:
        ctx, words = self.desk.ctx, say("Put back {reference}", reference=seen.reference)
        again = partial(incidents.view, ctx, seen.record.id)
        self.desk.run(owner, lambda: incidents.reinstate(ctx, again(), ""), partial(self._on_done, words))

    def _on_done(self, words: str, changes: Changes) -> None:
        self.desk.status(words)
        self.desk.changed(changes)

    def start_review(self) -> None:
        """Puts the incident under review."""
        ctx, seen = self.desk.ctx, self.seen
        assert seen is not None
        words = say("Under review: {reference}", reference=seen.reference)
        self.desk.run(self, lambda: incidents.start_review(ctx, seen), partial(self._on_done, words))

    def _on_reviewing(self, reviewing: bool) -> None:
        """One green button on a page: while two versions are reviewed it is the one that saves the choice."""
        self.add.kind = "secondary" if reviewing else "primary"
        self.add.updateGeometry()
        self.add.update()

    # The page
    def refreshed(self, changes: Changes) -> None:
        """Reads the record anew where it changed, and versions of it that are under review."""
        self.banner.review.follow(changes)
        if self.isVisible() and self._incident_id and changes.touches("incident", self._incident_id):
            self._load()

    def draft(self) -> None:
        """Nothing is typed here."""

    def place(self) -> dict[str, Any]:
        """Which record, and whether its versions are reviewed."""
        return {"incident_id": self._incident_id, "ask": "review" if self.banner.review.subject else ""}

    def first_focus(self) -> QWidget:
        """The reference; Tab goes on to what is left to do, then to the summary."""
        return self.title

    def _fit(self) -> None:
        look = style_of()
        stacked = self.width() < look.px(NARROW) or look.text_percent >= 150
        direction = self.columns.Direction.TopToBottom if stacked else self.columns.Direction.LeftToRight
        self.columns.setDirection(direction)
        below = look.text_percent >= 150 or self.width() < look.px(LEAST_TOP)
        self.top.setDirection(direction if below else self.columns.Direction.LeftToRight)
        if stacked:
            self.left_holder.setMinimumWidth(0)
            self.left_holder.setMaximumWidth(16_777_215)
        else:
            self.left_holder.setFixedWidth(look.px(360))
        self.print_button.hint = "" if stacked else "Ctrl+P"
        self.print_button.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
