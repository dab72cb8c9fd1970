"""S2, Home: what is due, what is to finish, this shift, what was answered. One green button."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QSizePolicy, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.quick_log import QUICK_LOG
from vpr_desktop.services import conflicts, drafts, home
from vpr_desktop.services.drafts import Draft
from vpr_desktop.services.home import SHOWN, DueRow, Home
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.dates_card import DatesCard
from vpr_desktop.ui.widgets.frames import Card, Holder, Panel, ScrollPage, clear, column, row, rows
from vpr_desktop.ui.widgets.labels import Heading, IconLabel, Words
from vpr_desktop.ui.words import say

STACKED_BELOW = 880  # page width under which the two columns stand one above the other
AROUND = 300  # pixels of a line beside the step and its person: the card's margins, icon, time and Open
TIGHTEST_BELOW = 460  # card width under which it stands below its time too
DUE = 150


class HomePage(QWidget):
    """What waits for this person."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S2")
        self.greeting = Heading("")
        self.date = Words("", tone="second")
        self.log = Button(say("Log an incident"), "primary", icon="plus", hint="Ctrl+N")
        self.versions = Panel("warning", "")
        self.review = Button(say("Review"), name=say("Review what was changed in two places"))
        self.versions.line.addWidget(self.review)
        self.versions.hide()
        self.notices = column(gap=8)
        self._due_words: list[tuple[QBoxLayout, QBoxLayout, Words, Words]] = []
        self._all_drafts = False  # more than fit are shown when asked for
        self.left, self.right = column(gap=16), column(gap=16)
        page = ScrollPage()
        top = row(gap=16)
        top.addLayout(column(self.greeting, self.date, gap=0), 1)
        top.addWidget(self.log, 0, Qt.AlignmentFlag.AlignVCenter)
        self.columns = row(gap=16)
        self.left_holder, self.right_holder = Holder(), Holder()
        self.left_holder.setLayout(self.left)
        self.right_holder.setLayout(self.right)
        self.columns.addWidget(self.left_holder, 5)
        self.columns.addWidget(self.right_holder, 3)
        page.body.addLayout(top)
        page.body.addWidget(self.versions)
        page.body.addLayout(self.notices)
        page.body.addLayout(self.columns)
        page.body.addStretch(1)
        self.setLayout(column(page))
        self.log.clicked.connect(lambda: self.desk.go("log"))
        self.review.clicked.connect(self._on_review_clicked)
        self.desk.sending.sync_state_changed.connect(self._show_versions)
        self.left_holder.resized.connect(self._fit_due)
        style_of().changed.connect(self._fit)

    def opened(self, **_: Any) -> None:
        """Loads what waits."""
        ctx = self.desk.ctx
        self.log.setVisible(ctx.can("log"))
        self._show_versions()
        self.desk.run(self, lambda: home.home(ctx), self._show)

    def _show(self, found: Home) -> None:
        self.greeting.setText(say(found.greeting))
        self.date.setText(found.date_line)
        self._due_words = []
        for place in (self.notices, self.left, self.right):
            clear(place)
        for text in found.notices:
            self.notices.addWidget(Panel("info", text))
        if self.desk.ctx.can("support"):
            self.left.addWidget(self._due(found))
        if found.dates:
            self.left.addWidget(DatesCard(self.desk, found.dates))
        self.left.addWidget(self._to_finish(found))
        if self.desk.ctx.can("list"):
            self.right.addWidget(self._shift(found))
        if self.desk.ctx.can("log"):
            self.right.addWidget(self._answered(found))
        self.left.addStretch(1)
        self.right.addStretch(1)
        self._fit()

    def _show_versions(self, _chip: object = None) -> None:
        """That there are two versions which this person can settle; as the chip counts them."""
        status = self.desk.sending.status
        count = status.conflicts if status is not None else 0
        one = say("Something was changed in two places. Both versions are kept until somebody chooses.")
        many = say("{count} were changed in two places. All versions are kept until somebody chooses.", count=count)
        self.versions.set_words(one if count == 1 else many)
        if self.review.hasFocus() and not count:
            self.first_focus().setFocus()  # before it goes, or focus goes anywhere
        self.versions.setVisible(count > 0)

    def _on_review_clicked(self) -> None:
        ctx = self.desk.ctx
        self.desk.run(
            self, lambda: conflicts.subjects_of(ctx), lambda found: self.desk.go("data", review=next(iter(found), ""))
        )

    def _due(self, found: Home) -> Card:
        counted = {"overdue": found.overdue, "today": found.today, "week": found.this_week}
        facts = say("Overdue {overdue} · Today {today} · This week {week}", **counted)
        card = Card(say("Due"), aside=Words(facts, "strong", wrap=False))
        card.setAccessibleName(say("Due: overdue {overdue}, today {today}, this week {week}", **counted))
        lines: list[QWidget | QLayout] = []
        for one in found.due:
            tone = "error" if one.overdue else "text"
            weight = "strong" if one.overdue else "body"
            when = Words(one.due, weight, tone="error" if one.overdue else "", wide=DUE)
            line = row(IconLabel("warning" if one.overdue else "clock", tone, 18), gap=8)
            whose = Words(say("{who}, {reference}", who=one.person, reference=one.reference), tone="second", wrap=False)
            whose.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            step = Words(one.text, "strong")
            words = row(step, whose, gap=8)
            words.setStretch(0, 1)
            told = row(when, gap=8)
            told.addLayout(words, 1)
            self._due_words.append((told, words, step, whose))
            line.addLayout(told, 1)
            line.addWidget(self._open_step(one))
            lines.append(line)
        card.body.addLayout(rows(*lines))
        if found.overdue + found.today + found.this_week > len(found.due) > 0:
            every = Button(say("See all support steps"), "link")
            every.clicked.connect(lambda: self.desk.go("worklist"))
            card.body.addWidget(every)
        if not found.due:
            card.body.addWidget(Words(say("No follow-ups are due."), tone="second"))
        return card

    def _to_finish(self, found: Home) -> Card:
        card = Card(say("To finish"))
        card.setAccessibleName(say("To finish: {count}", count=len(found.drafts) + len(found.to_finish)))
        held = found.drafts if self._all_drafts else found.drafts[:SHOWN]
        lines = [self._draft_line(draft) for draft in held]
        for one in found.to_finish:
            words = column(
                Words(one.reference, "strong", wrap=False),
                Words(say("{count} optional tasks left", count=one.tasks_left or 0), "hint", tone="second"), gap=0,
            )  # fmt: skip
            line = row(gap=8)
            line.addLayout(words, 1)
            line.addWidget(self._open(one.id, one.reference))
            lines.append(line)
        card.body.addLayout(rows(*lines, gap=6, top=0))
        if len(held) < len(found.drafts):
            more = Button(say("Show {count} more drafts", count=len(found.drafts) - len(held)), "link")
            more.clicked.connect(self._on_more_drafts_clicked)
            card.body.addWidget(more)
        if len(found.to_finish) == SHOWN:
            every = Button(say("See all that need finishing"), "link")
            every.clicked.connect(lambda: self.desk.go("incidents", query=ListQuery(view="needs_finishing")))
            card.body.addWidget(every)
        if not found.drafts and not found.to_finish:
            logs = say("Nothing is waiting. Log an incident when something happens.")
            nothing = logs if self.desk.ctx.can("log") else say("Nothing is waiting.")
            card.body.addWidget(Words(nothing, tone="second"))
        return card

    def _on_more_drafts_clicked(self) -> None:
        self._all_drafts = True
        self.opened()

    def _draft_line(self, draft: Draft) -> Any:
        started = f"{draft.started_at.astimezone(self.desk.ctx.ward.zone):%H:%M}"
        quick = draft.form == "quick_log"
        title = say("Draft started {time}", time=started) if quick else say("Unsaved changes from {time}", time=started)
        if draft.form.startswith("reason:"):
            title = say("A reason begun {time}", time=started)
        if draft.form.startswith("settings:"):
            title = say("Unsaved settings from {time}", time=started)
        if draft.form.startswith("saved:"):
            title = say("Not added yet to {reference}", reference=draft.body["made"]["reference"])
        answers = draft.body.get("answers", {})
        done = sum(1 for q in QUICK_LOG if answers.get(q.field)) + (1 if draft.body.get("when_choice") else 0)
        note = say("{done} of 7 answered. Only you can see it.", done=done) if quick else say("Only you can see them.")
        line = row(gap=8)
        line.addLayout(column(Words(title, "strong"), Words(note, "hint", tone="second"), gap=0), 1)
        button = Button(say("Continue"), "link", name=say("Continue, {title}", title=title.lower()))
        button.clicked.connect(lambda: self._continue(draft))
        line.addWidget(button)
        away = Button(say("Throw away"), "link", name=say("Throw away, {title}", title=title.lower()))
        away.clicked.connect(lambda: self._on_away_clicked(draft))
        line.addWidget(away)
        return line

    def _on_away_clicked(self, draft: Draft) -> None:
        ctx = self.desk.ctx

        def gone(_: object) -> None:
            self.desk.status(say("Draft thrown away"), back)
            self.opened()

        def back() -> None:
            self.desk.run(self, lambda: drafts.save(ctx, draft.form, draft.body, draft.id), lambda _: self.opened())

        self.desk.run(self, lambda: drafts.discard(ctx, draft.id), gone)

    def _continue(self, draft: Draft) -> None:
        if draft.form == "quick_log" or draft.form.startswith("saved:"):
            self.desk.go("log", draft_id=draft.id)
            return
        if draft.form.startswith("reason:"):
            _, act, incident_id, *of = draft.form.split(":")
            self._continue_reason(act, incident_id, *of)
            return
        if draft.form.startswith("settings:"):
            _, section, ward_id = draft.form.split(":")
            self._continue_settings(section, ward_id)
            return
        if draft.form.startswith(("close:", "riddor:")):
            page, incident_id = draft.form.split(":")
            self.desk.go(page, incident_id=incident_id)
            return
        if draft.form.startswith("support:"):
            _, plan_id, step, panel = draft.form.split(":", 3)
            self.desk.go("plan", plan_id=plan_id, step=step, panel=panel)
            return
        _, incident_id, task = draft.form.split(":", 2)
        named = {"field": task[6:]} if task.startswith("field.") else {"task": task}
        self.desk.go("task", incident_id=incident_id, draft_id=draft.id, **named)

    def _continue_settings(self, section: str, ward_id: str) -> None:
        """Settings are those of the ward shown: whoever began those of another goes there first."""
        ctx = self.desk.ctx
        if ward_id == ctx.ward_id:
            self.desk.go("settings", section=section)
        elif ward_id in ctx.wards:
            ward = ctx.wards[ward_id].name
            self.desk.trouble(
                say("These are settings of {ward}. Choose {ward} at the top, then go on here.", ward=ward)
            )
        else:
            self.desk.trouble(say("These are settings of a ward that this PC does not show now. They stay here."))

    def _continue_reason(self, act: str, incident_id: str, kind: str = "", person_id: str = "") -> None:
        """Asks again where the act is still open to whoever began the reason."""
        ctx = self.desk.ctx
        of = {"kind": kind, "person_id": person_id} if kind else {}

        def ask(leads_on: bool) -> None:
            if leads_on:
                self.desk.go("print" if act == "full" else "record", incident_id=incident_id, ask=act, **of)
            else:
                self.desk.trouble(
                    say("What this reason was begun for is not possible now. It stays here until you throw it away.")
                )

        self.desk.run(self, lambda: home.leads_on(ctx, act, incident_id), ask)

    def _shift(self, found: Home) -> Card:
        card = Card(say("This shift"), aside=Words(found.shift.label, "hint", tone="second", wrap=False))
        words = say("incident logged") if found.shift.count == 1 else say("incidents logged")
        line = row(Words(str(found.shift.count), "big", wrap=False), Words(words, wrap=False), gap=12)
        line.addStretch(1)
        card.body.addLayout(line)
        if found.shift.sentence:
            card.body.addWidget(Words(found.shift.sentence, tone="second"))
        if self.desk.ctx.can("handover"):
            start = Button(say("Start handover"), hint="Ctrl+Shift+H")
            start.setSizePolicy(self.log.sizePolicy().Policy.Expanding, self.log.sizePolicy().Policy.Fixed)
            start.clicked.connect(lambda: self.desk.go("handover"))
            card.body.addWidget(start)
        return card

    def _answered(self, found: Home) -> Card:
        card = Card(say("What came of your reports"))
        lines: list[QWidget | QLayout] = []
        for one in found.answered:
            line = row(gap=8)
            line.addLayout(
                column(Words(one.reference, "strong", wrap=False), Words(one.status, "hint", tone="second"), gap=0), 1
            )
            line.addWidget(self._open(one.id, one.reference, say("Read the outcome")))
            lines.append(line)
        card.body.addLayout(rows(*lines, gap=6, top=0))
        if not found.answered:
            card.body.addWidget(Words(say("No answer yet. It appears here once a report is closed."), tone="second"))
        return card

    def _open(self, incident_id: str, reference: str, words: str = "") -> Button:
        text = words or say("Open")
        button = Button(text, "link", name=say("{verb} {reference}", verb=text, reference=reference))
        button.clicked.connect(lambda: self.desk.go("record", incident_id=incident_id))
        return button

    def _open_step(self, one: DueRow) -> Button:
        button = Button(say("Open"), "link", name=say("Open plan, {step}, {who}", step=one.text, who=one.person))
        button.clicked.connect(lambda: self.desk.go("plan", plan_id=one.plan_id, step=one.step))
        return button

    def refreshed(self, changes: Changes) -> None:
        """Reads anew what waits."""
        if self.isVisible() and changes.records:
            self.opened()

    def draft(self) -> None:
        """Nothing is typed here."""

    def place(self) -> dict[str, Any]:
        """Home is always the same place."""
        return {}

    def first_focus(self) -> QWidget:
        """Log an incident; the greeting for those who log none."""
        if not self.log.isHidden():
            return self.log
        self.greeting.start_here()
        return self.greeting

    def _fit(self) -> None:
        look = style_of()
        stacked = self.width() < look.px(STACKED_BELOW)
        self.columns.setDirection(self.columns.Direction.TopToBottom if stacked else self.columns.Direction.LeftToRight)
        self._fit_due()

    def _fit_due(self) -> None:
        """Follows the card, which gets its width after the page got its own: where one line is too long for a step
        and its person beside each other, all of them stand one above the other.
        """
        look, wide = style_of(), self.left_holder.width()
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        longest = max((_advance(step) + _advance(whose) for _, _, step, whose in self._due_words), default=0)
        tight, tightest = longest + look.px(AROUND) > wide, wide < look.px(TIGHTEST_BELOW)
        for told, words, _step, whose in self._due_words:
            told.setDirection(down if tightest else across)
            words.setDirection(down if tight else across)
            whose.setWordWrap(tight)
            for line, below in ((told, tightest), (words, tight)):
                line.setSpacing(0 if below else look.px(8))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _advance(words: Words) -> int:
    return words.fontMetrics().horizontalAdvance(words.text())
