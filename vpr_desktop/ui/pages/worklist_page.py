"""S6, the support worklist: views with counts, groups by time, every key, and the chosen step beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.errors import KnownError
from vpr_desktop.services import support, worklist
from vpr_desktop.services.support_views import PlanView, StepView
from vpr_desktop.services.worklist import Counts, WorkRow
from vpr_desktop.ui.clipboard import put
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.models.row_table import PAGE, Cell, Column
from vpr_desktop.ui.models.step_table import StepTable
from vpr_desktop.ui.pages.step_acts import StepActs
from vpr_desktop.ui.pages.worklist_detail import WorklistDetail
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import TextField
from vpr_desktop.ui.widgets.frames import Card, ScrollPage, column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.widgets.row_view import HEAD, ROW, rows_named
from vpr_desktop.ui.widgets.step_view import StepRows
from vpr_desktop.ui.widgets.view_tabs import ViewTabs
from vpr_desktop.ui.words import say

BESIDE = 1100  # page width from which the detail stands beside the list
DETAIL, LEAST_ROWS, TYPING_MS = 332, 7, 250


def _due(line: WorkRow) -> Cell:
    if not line.due_words:
        return Cell(say("Settled"), "second", spoken=f"{line.title}, {line.person}")
    return Cell(
        line.due_words, "error" if line.overdue else "plain", "warning" if line.overdue else "clock", line.spoken
    )


def _owner(line: WorkRow) -> Cell:
    return Cell(line.owner_initials, "plain" if line.owner else "second", spoken=line.owner_name)


def _status(line: WorkRow) -> Cell:
    if line.asks_again:
        return Cell(say("Ask again"), "tag:blue")
    return Cell(line.status, "tag:yellow" if line.status == "In progress" else "second")


def _many(count: int) -> str:
    """A number, or that there are more than are counted."""
    return f"{count:,}+" if count == worklist.MOST_SETTLED else f"{count:,}"


COLUMNS = (
    Column(say("Due"), _due, "20-Dec-2026", heavy=False, icon=True),
    Column(say("Step"), lambda line: Cell(line.title, "strong"), "*"),
    Column(say("Person"), lambda line: Cell(line.person), "Person B"),
    Column(say("Incident"), lambda line: Cell(line.reference, "second"), "CED-2611-A0420"),
    Column(say("Owner"), _owner, "Unassigned"),
    Column(say("Status"), _status, "No longer asked"),
)
VIEWS = {
    "all": say("All open"),
    "mine": say("Mine"),
    "unassigned": say("Unassigned"),
    "ask_again": say("Ask again"),
    "waiting": say("Waiting for others"),
    "closed": say("Closed"),
}
INCIDENT_COLUMN, OWNER_COLUMN, STATUS_COLUMN = 3, 4, 5
ALL_COLUMNS, FEW_COLUMNS = 875, 625  # width of a table with the longest name of a step; few: without those two
AROUND = 80  # width beside the table: margins, the card's edges and the scroll bar


class WorklistPage(QWidget):
    """The list of steps and the one that is chosen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S6")
        self.view, self.text = "all", ""
        self._known: dict[str, int] | None = None  # how many each view has
        self._turn, self._chosen, self._stay, self._fetched = 0, ("", ""), -1, False
        self.plan: PlanView | None = None
        self.model = StepTable(COLUMNS)
        self.table = StepRows(self.model, say("Support steps"))
        self.tabs = ViewTabs(say("Views"))
        self.search = TextField(say("Filter this list"), say("Filter this list  (Ctrl+F)"))
        self.empty = Words("", tone="second")
        self.missed = Words("", tone="second")
        self.clear_button = Button(say("Clear filter"), name=say("Clear filter, show all open steps"))
        self.detail = WorklistDetail(desk)
        self.acts = StepActs(self, desk, self.detail.show_panel, self._after)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._build()
        self._connect()

    def _build(self) -> None:
        top = row(Heading(say("Support")), gap=16)
        top.addStretch(1)
        top.addWidget(self.search)
        card = Card()
        card.body.setContentsMargins(8, 8, 8, 8)
        self.nothing = QWidget()
        middle = column(gap=16, margins=(24, 24, 24, 24))
        middle.addStretch(1)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        middle.addWidget(self.empty)
        middle.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(1)
        self.nothing.setLayout(middle)
        card.body.addWidget(self.nothing, 1)
        card.body.addWidget(self.table, 1)
        self.both = row(card, gap=16)
        self.both.setStretch(0, 1)
        self.both.addWidget(self.detail)
        page = ScrollPage()
        page.body.setSpacing(style_of().px(10))
        page.body.setContentsMargins(*(style_of().px(m) for m in (24, 12, 24, 12)))
        page.body.addLayout(top)
        page.body.addWidget(self.missed)
        page.body.addWidget(self.tabs)
        page.body.addLayout(self.both, 1)
        self.missed.hide()
        self.setLayout(column(page))
        style_of().changed.connect(self._fit)

    def _connect(self) -> None:
        self.model.wanted.connect(self._on_rows_wanted)
        self.model.modelReset.connect(self._span_heads)
        self.table.opened.connect(lambda _place: self._act("open"))
        self.table.acted.connect(self._act)
        self.table.menu_asked.connect(self._on_menu_asked)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._on_row_chosen())
        self.tabs.chosen.connect(lambda view: self._ask(view, self.text))
        self.search.textEdited.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._on_typed)
        self._typing.timeout.connect(self._on_typed)
        self.clear_button.clicked.connect(self._on_clear_clicked)
        self.detail.asked.connect(self._act)

    # Loading
    def opened(self, view: str = "", text: str = "", chosen: tuple[str, str] = ("", ""), **_: Any) -> None:
        """Shows a view of the list, on the step used last."""
        self._chosen = chosen if chosen[0] else self._chosen
        self.search.setText(text)
        self._ask(view or self.view, text)

    def _ask(self, view: str, text: str, known: dict[str, int] | None = None) -> None:
        self.view, self.text = view, text
        self._turn += 1
        turn, ctx = self._turn, self.desk.ctx

        def job() -> tuple[Counts, list[WorkRow]]:
            return worklist.counts(ctx, view, text, known), worklist.page(ctx, view, text, limit=PAGE)

        self.desk.run(self, job, lambda found: self._show(turn, *found))
        if known is None:  # no filter changes it
            self.desk.run(self, lambda: worklist.missed(ctx), self._show_missed)

    def _show_missed(self, count: int | None) -> None:
        """The trust lead's number, by which no ward and no person is known."""
        days = worklist.MISSED_DAYS
        self.missed.setText(say("Check-ins missed in {days} days: {count}", days=days, count=count or 0))
        self.missed.setVisible(count is not None)

    def _show(self, turn: int, counts: Counts, rows: list[WorkRow]) -> None:
        if turn != self._turn:
            return
        had_focus, was, self._known = self.table.hasFocus(), self._chosen, counts.views
        self.model.reset_groups(counts.groups, rows, plain=self.view == "closed", given=counts.riddor)
        self.table.setAccessibleName(rows_named(say("Support steps"), counts.total))
        self.tabs.show_views([(view, VIEWS[view], _many(count)) for view, count in counts.views.items()], self.view)
        self._say_empty(counts)
        if counts.total:
            self.table.setCurrentIndex(self.model.index(self._place_of_chosen(rows), 0))
            if had_focus:
                self.table.setFocus()
        stay, fetched, self._stay, self._fetched = self._stay, self._fetched, -1, False
        if stay >= 0:  # something arrived or was saved: nobody's place on the list moves for that
            self.table.verticalScrollBar().setValue(stay)
        self._on_row_chosen()
        if fetched and was[0] and was != self._chosen and self.acts.panel is None:
            self.acts.tell(say("The step chosen was settled on another PC. Another one is chosen now."))

    def _place_of_chosen(self, rows: list[WorkRow]) -> int:
        """Where the step used last stands, or the first row of the list."""
        at = {(line.plan_id, line.step): self.model.place_of(number) for number, line in enumerate(rows)}
        at |= {(line.plan_id, line.step): place for place, line in self.model.given.items()}
        return at.get(self._chosen, 1 if 0 in self.model.heads else 0)

    def _say_empty(self, counts: Counts) -> None:
        empty, leaving = counts.total == 0, self.table.hasFocus()
        zone = self.desk.ctx.ward.zone
        words = say("No follow-ups are due.")
        if self.text.strip():
            words = say("No steps match.")
        elif self.view == "closed":
            words = say("Nothing is settled yet.")
        elif self.view != "all":
            words = say("No open steps in this view.")
        elif counts.next_due is not None:
            words = say("No follow-ups are due. Next: {day}", day=show_day(counts.next_due.astimezone(zone).date()))
        self.empty.setText(words)
        self.clear_button.setText(say("Clear filter") if self.text.strip() else say("Show all open steps"))
        self.nothing.setVisible(empty)
        self.clear_button.setVisible(empty and (bool(self.text.strip()) or self.view != "all"))
        if empty and leaving:
            self.search.setFocus()
        self.table.setVisible(not empty)

    def _span_heads(self) -> None:
        self.table.clearSpans()
        for place in self.model.heads:
            self.table.setSpan(place, 0, 1, len(COLUMNS))

    def _on_rows_wanted(self, offset: int) -> None:
        turn, ctx, view, text = self._turn, self.desk.ctx, self.view, self.text
        after = self.model.key_before(offset) if view != "closed" else None
        start = 0 if after is not None else offset

        def job() -> list[WorkRow]:
            return worklist.page(ctx, view, text, after=after, offset=start, limit=PAGE)

        self.desk.run(self, job, lambda rows: self._put(turn, offset, rows))

    def _put(self, turn: int, offset: int, rows: list[WorkRow]) -> None:
        if turn == self._turn:
            self.model.put(offset, rows)

    def line(self) -> WorkRow | None:
        """The row that is chosen."""
        found = self.model.row(self.table.currentIndex().row())
        return found if isinstance(found, WorkRow) else None

    def _on_row_chosen(self) -> None:
        line = self.line()
        if self.acts.panel is not None:
            return
        if line is None:
            self.plan = None
            self.detail.show_nothing(say("Choose a step to see what it needs."))
            return
        self._chosen = (line.plan_id, line.step)
        if line.is_riddor:
            self.plan = None
            self.detail.show_riddor(line)
            return
        ctx = self.desk.ctx
        self.desk.run(
            self, lambda: support.plan(ctx, line.plan_id), lambda plan: self._show_detail(line, plan), self._on_lost
        )

    def _on_lost(self, error: Exception) -> None:
        self.plan = None
        self.detail.show_nothing(str(error) if isinstance(error, KnownError) else say("This step cannot be shown."))

    def _show_detail(self, line: WorkRow, plan: PlanView) -> None:
        if (line.plan_id, line.step) != self._chosen:
            return
        self.plan = plan
        self.detail.show_step(line, plan, self._step(line, plan))

    @staticmethod
    def _step(line: WorkRow, plan: PlanView) -> StepView | None:
        return next((one for one in plan.steps if one.code == line.step), None)

    # What the user does
    def _act(self, act: str) -> None:
        line = self.line()
        if line is None:
            return
        if line.is_riddor:
            self._act_on_riddor(act, line)
            return
        if act == "open":
            self.desk.go("plan", plan_id=line.plan_id, step=line.step)
            return
        ctx = self.desk.ctx
        self.desk.run(self, lambda: support.plan(ctx, line.plan_id), lambda plan: self._open_panel(act, line, plan))

    def _act_on_riddor(self, act: str, line: WorkRow) -> None:
        """Enter and Space lead to where it is decided; the other keys are for steps of a plan."""
        if act in ("open", "record"):
            self.desk.go("riddor", incident_id=line.incident_id)
            return
        words = say("This is a RIDDOR date. Press Enter to open it.")
        self.desk.status(words)
        self.desk.announce(words)

    def _open_panel(self, act: str, line: WorkRow, plan: PlanView) -> None:
        step = self._step(line, plan)
        if act == "take":
            self.table.setFocus()
            self.acts.take(plan)
        elif step is not None:
            self._chosen = (line.plan_id, line.step)
            self.acts.open(act, plan, step)

    def _after(self) -> None:
        """A panel has gone: back to the list, on the same step or the one that took its place."""
        if self.table.isVisible():
            self.table.setFocus()
        self._on_row_chosen()

    def save(self) -> None:
        """Ctrl+Enter: what the open panel asks."""
        if self.acts.panel is not None:
            self.acts.panel.save()

    def filter_this(self) -> None:
        """Ctrl+F: type into the filter."""
        self.search.setFocus()
        self.search.selectAll()

    def _on_typed(self) -> None:
        self._typing.stop()
        if self.search.text() != self.text:
            self._ask(self.view, self.search.text(), self._known)

    def _on_clear_clicked(self) -> None:
        self.search.clear()
        self.search.setFocus()
        self._ask("all", "")

    def _on_menu_asked(self, place: int, where: QPoint) -> None:
        line = self.model.row(place)
        if not isinstance(line, WorkRow):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        acts: list[tuple[str, str]] = [("open", say("Open RIDDOR") if line.is_riddor else say("Open plan"))]
        held = self.plan
        if held is not None and held.id == line.plan_id and self.view != "closed":
            acts += [(act, words) for act, words, needs in MENU if needs in held.acts]
        for act, words in acts:
            menu.addAction(words).triggered.connect(lambda _=False, act=act: self._act(act))
        menu.addAction(say("Copy reference")).triggered.connect(lambda: put(line.reference))
        menu.popup(where)

    # The frame
    def refreshed(self, changes: Changes) -> None:
        """Reads the list anew where support changed."""
        if changes.records and self.isVisible():
            self._stay, self._fetched = self.table.verticalScrollBar().value(), changes.origin == "sync"
            self._ask(self.view, self.text)
            self.acts.follow(changes)

    def draft(self) -> Callable[[], Any] | None:
        """What is typed in an open panel."""
        return self.acts.draft()

    def place(self) -> dict[str, Any]:
        """View, filter and step."""
        return {"view": self.view, "text": self.text, "chosen": self._chosen}

    def first_focus(self) -> QWidget:
        """The table, on the step used last."""
        return self.table

    def _fit(self) -> None:
        look = style_of()
        self.search.setMinimumWidth(look.px(250))
        beside = self.width() >= look.px(BESIDE)
        self.both.setDirection(self.both.Direction.LeftToRight if beside else self.both.Direction.TopToBottom)
        self.detail.setMaximumWidth(look.px(DETAIL) if beside else 16_777_215)
        self.detail.setMinimumWidth(look.px(DETAIL) if beside else 0)
        self.detail.setMinimumHeight(0 if beside else look.px(280))
        self.table.setMinimumHeight(look.px(HEAD + LEAST_ROWS * ROW))
        narrow = self.width() < look.px(760)
        self.table.setColumnHidden(INCIDENT_COLUMN, narrow)
        self.table.setColumnHidden(OWNER_COLUMN, narrow)
        room = self.width() - look.px(AROUND + (DETAIL + 16 if beside else 0))
        # The name of a step comes before its status, which the step chosen says too.
        self.table.setColumnHidden(STATUS_COLUMN, room < look.px(FEW_COLUMNS if narrow else ALL_COLUMNS))
        self.table.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(400, 300)


MENU = (
    ("record", say("Mark done"), "record"),
    ("contact", say("Record contact"), "record"),
    ("assign", say("Assign"), "assign"),
    ("due", say("Change due date"), "set_due"),
    ("note", say("Add note"), "note"),
)
