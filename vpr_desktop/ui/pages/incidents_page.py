"""S5, the incidents list: views with counts, filters, search, and rows without a name or free text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.services import listing
from vpr_desktop.services.listing import DASH, ListQuery, Row
from vpr_desktop.ui.clipboard import put
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.models.row_table import PAGE, Cell, Column, RowTable
from vpr_desktop.ui.pages.incident_filters import IncidentFilters
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Card, ScrollPage, column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.widgets.row_view import HEAD, ROW, RowView, rows_named
from vpr_desktop.ui.widgets.view_tabs import ViewTabs
from vpr_desktop.ui.words import say

LEAST_ROWS = 7  # so many rows are in sight at any text size; the page scrolls for them
SENT = {"sent": (say("Sent"), "tick"), "waiting": (say("Waiting"), "up")}
SUPPORT_TINTS = {"Open": "tag:blue", "Closed": "second"}


def _cell(row: Row, text: str, kind: str = "plain") -> Cell:
    """A cell whose dash is said in words: there is none, or it is not this reader's to see."""
    if text != DASH:
        return Cell(text, kind)
    closed = row.restricted or row.where == DASH
    return Cell(text, "second", spoken=say("Not shown") if closed else say("None"))


def _sent(row: Row) -> Cell:
    """Whether the trust's server has it; two versions of an answer need a person."""
    if row.two_versions:
        return Cell(say("Needs you"), "error", "warning")
    words, icon = SENT[row.send_state]
    return Cell(words, icon=icon)


COLUMNS = (
    Column(say("Reference"), lambda r: Cell(r.reference, "strong"), "CED-2611-A0420", "reference"),
    Column(say("When"), lambda r: Cell(r.when, spoken=r.when_full), "22-Nov-2026 14:05", "when", heavy=False),
    Column(
        say("Where"),
        lambda r: _cell(r, r.where, "second" if r.restricted else "plain"),
        "Restricted incident",
        "where",
        heavy=False,
    ),
    Column(
        say("What"),
        lambda r: replace(_cell(r, r.what), tail=say(" (2 versions)") if r.two_versions else ""),
        "*",
        "what",
    ),
    Column(say("Effect so far"), lambda r: _cell(r, r.effect), "Needed treatment", "effect", heavy=False),
    Column(
        say("Status"),
        lambda r: Cell(say("Imported") if r.imported and r.status == "Closed" else r.status),
        "Withdrawn",
        "status",
        heavy=False,
    ),
    Column(say("Send state"), _sent, "Needs you", icon=True),
    Column(say("Tasks left"), lambda r: _cell(r, str(r.tasks_left or DASH)), "Tasks left", "tasks"),
    Column(say("Support"), lambda r: _cell(r, r.support, SUPPORT_TINTS.get(r.support, "plain")), "Overdue ", ""),
)
LOGGED = replace(COLUMNS[1], title=say("Logged"))  # of an auditor, who does not know when it happened
VIEWS = {
    "all": say("All"),
    "needs_finishing": say("Needs finishing"),
    "open_support": say("Open support"),
    "not_sent": say("Not sent"),
    "restricted": say("Restricted"),
}
STATUS_COLUMN, SENT_COLUMN, TASKS_COLUMN = 5, 6, 7
GIVES_WAY = (STATUS_COLUMN, TASKS_COLUMN, SENT_COLUMN)  # in this order, where not all columns fit
LEAST_WHAT = 170  # pixels for what happened


class IncidentsPage(QWidget):
    """The list. Only what comes into sight is fetched."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S5")
        self.query = ListQuery()
        self._turn = 0
        self._last_id, self._find = "", False
        self._stay: tuple[int, int] | None = None  # row and scroll place to come back to
        self._found = 0
        self._counts: dict[str, int] = {}  # of each view, as read last
        self.columns = (COLUMNS[0], LOGGED, *COLUMNS[2:]) if listing.knows_metadata(desk.ctx) else COLUMNS
        self.model = RowTable(self.columns)
        self.table = RowView(self.model, say("Incidents"), GIVES_WAY, LEAST_WHAT)
        self.tabs = ViewTabs(say("Views"))
        self.filters = IncidentFilters(desk)
        self.export = Button(say("Export CSV, redacted"), "link")
        self.register = Button(say("Print list"), "link")
        self.total = Words("", "hint", tone="second", wrap=False)
        self.empty = Words("", tone="second")
        self.clear_empty = Button(say("Clear filters"), icon="close", name=say("Clear filters, show all incidents"))
        self._build()
        self._connect()

    def _build(self) -> None:
        self.title = Heading(say("Incidents"))
        top = row(self.title, gap=16)
        top.addStretch(1)
        top.addWidget(self.register)
        top.addWidget(self.export)
        card = Card()
        card.body.setContentsMargins(8, 8, 8, 8)
        self.nothing = self._nothing()
        card.body.addWidget(self.nothing, 1)
        card.body.addWidget(self.table, 1)
        page = ScrollPage()
        page.body.setSpacing(style_of().px(10))
        page.body.setContentsMargins(*(style_of().px(m) for m in (24, 16, 24, 12)))
        page.body.addLayout(top)
        page.body.addWidget(self.tabs)
        page.body.addWidget(self.filters)
        page.body.addWidget(card, 1)
        page.body.addWidget(self.total)
        self.setLayout(column(page))
        style_of().changed.connect(self._fit)

    def _nothing(self) -> QWidget:
        """What stands in mid-card instead of rows: one sentence and one action."""
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        held = column(gap=16, margins=(24, 24, 24, 24))
        held.addStretch(1)
        held.addWidget(self.empty)
        held.addWidget(self.clear_empty, 0, Qt.AlignmentFlag.AlignHCenter)
        held.addStretch(1)
        nothing = QWidget()
        nothing.setLayout(held)
        return nothing

    def _connect(self) -> None:
        self.clear_empty.clicked.connect(self._on_clear_clicked)
        self.model.wanted.connect(self._on_rows_wanted)
        self.table.opened.connect(self._on_row_opened)
        self.table.menu_asked.connect(self._on_menu_asked)
        self.table.sort_asked.connect(self._on_sort_asked)
        self.tabs.chosen.connect(lambda view: self._ask(replace(self.query, view=view)))
        self.filters.changed.connect(self._ask)
        self.export.clicked.connect(self._on_export_clicked)
        self.register.clicked.connect(lambda: self.desk.go("print", kind="register", query=self.query))

    def opened(self, query: ListQuery | None = None, find: bool = False, selected: str = "", **_: Any) -> None:
        """Shows the list as it was, or with the search ready to type."""
        self._last_id, self._find = selected or self._last_id, find
        self.export.setVisible(self.desk.ctx.can("export"))
        self.register.setVisible(self.desk.ctx.can("print"))
        self._ask(query or self.query, anew=True)
        self.filters.load_views()
        if find:
            self.filters.search.selectAll()

    def _ask(self, query: ListQuery, *, anew: bool = False) -> None:
        self.query, self._stay = replace(query, limit=PAGE, offset=0), None
        self.filters.show_query(self.query)
        self._load(anew=anew)

    def _load(self, *, anew: bool) -> None:
        """Reads the list; `anew` also the numbers on the tabs, which no filter and no sort changes."""
        self._turn += 1
        turn, ctx, asked = self._turn, self.desk.ctx, self.query
        theirs = listing.views(ctx)
        views = tuple(one for one in VIEWS if one in theirs and (one != "not_sent" or self._is_joined()))
        anew = anew or tuple(self._counts) != views
        bare = ListQuery(view=asked.view, sort=asked.sort, descending=asked.descending, limit=PAGE)
        whole = anew and asked == bare and asked.view in views  # its number is the one that its tab gets
        if asked.text.strip() and asked == ListQuery(text=asked.text, limit=PAGE):
            self.desk.load(
                self, lambda: listing.search(ctx, asked.text, 200), lambda rows: self._show(turn, rows, len(rows))
            )
        else:
            self.desk.load(self, lambda: listing.page(ctx, asked), lambda rows: self._show(turn, rows, None))
            if not whole:
                self.desk.load(self, lambda: listing.count(ctx, asked), lambda count: self._show_count(turn, count))

        def counted(counts: dict[str, int]) -> None:
            self._counts = counts
            self._show_views()
            if whole:
                self._show_count(turn, counts[asked.view])

        if anew:
            self.desk.load(self, lambda: listing.view_counts(ctx, views), counted)
        else:
            self._show_views()

    def _show(self, turn: int, rows: list[Row], count: int | None) -> None:
        if turn != self._turn:
            return
        self.model.reset(len(rows) if count is None else count, rows)
        self._say_empty(not rows)
        place = next((i for i, one in enumerate(rows) if one.id == self._last_id), 0)
        if rows:
            self.table.setCurrentIndex(self.model.index(place, 0))
        if count is not None:
            self._show_count(turn, count)

    def _show_count(self, turn: int, count: int) -> None:
        if turn == self._turn:
            self.model.set_count(count)
            self._found = count
            self._say_total()
            self.table.setAccessibleName(rows_named(say("Incidents"), count))
            self._go_back_to_row()

    def _go_back_to_row(self) -> None:
        """After rows arrived: the row somebody was on, and what was in sight."""
        stay, self._stay = self._stay, None
        if stay is None:
            return
        row, value = stay
        here = self.model.row(self.table.currentIndex().row())
        if (here is None or here.id != self._last_id) and row < self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(row, 0))
        self.table.verticalScrollBar().setValue(value)

    def _say_total(self) -> None:
        held = self._counts.get("all", 0)
        found, everything = f"{self._found:,}", f"{held:,}"
        part = self._found < held
        words = say("{count} of {all} incidents", count=found, all=everything)
        whole = say("1 incident") if self._found == 1 else say("{count} incidents", count=found)
        self.total.setText(words if part else whole)

    def _show_views(self) -> None:
        told = [(view, VIEWS[view], f"{count:,}") for view, count in self._counts.items()]
        self.tabs.show_views(told, self.query.view)
        self._say_total()
        self._fit()

    def _is_joined(self) -> bool:
        """Whether this PC sends at all: else every incident would wait for ever."""
        status = self.desk.sending.status
        return status is not None and status.enrolled

    def _say_empty(self, empty: bool) -> None:
        filtered, leaving = self.filters.is_filtered(), empty and self.table.hasFocus()
        self.empty.setText(
            say("No incidents match.") if filtered else say("No incidents yet. Press Ctrl+N to log one.")
        )
        self.nothing.setVisible(empty)
        self.clear_empty.setVisible(empty and filtered)
        if leaving:
            self.filters.search.setFocus()  # else Qt gives the focus of the table that goes to the header
        self.table.setVisible(not empty)

    def _on_clear_clicked(self) -> None:
        """Everything again; the button goes, so focus goes where the rows will be."""
        self.filters.clear()
        self.filters.search.setFocus()

    def _on_rows_wanted(self, offset: int) -> None:
        turn, ctx, asked = self._turn, self.desk.ctx, replace(self.query, offset=offset)
        self.desk.run(self, lambda: listing.page(ctx, asked), lambda rows: self._put(turn, offset, rows))

    def _put(self, turn: int, offset: int, rows: list[Row]) -> None:
        if turn == self._turn:
            self.model.put(offset, rows)

    # What the user does
    def _on_sort_asked(self, sort: str) -> None:
        turned = self.query.sort == sort and self.query.descending
        self._ask(replace(self.query, sort=sort, descending=not turned))
        title = next(one.title for one in self.columns if one.sort == sort)
        order = say("from last to first") if self.query.descending else say("from first to last")
        self.desk.announce(say("Sorted by {column}, {order}", column=title.lower(), order=order))

    def filter_this(self) -> None:
        """Ctrl+F: type into the filter."""
        self.filters.search.setFocus()
        self.filters.search.selectAll()

    def _on_row_opened(self, place: int) -> None:
        held = self.model.row(place)
        if held is not None:
            self._last_id = held.id
            self.desk.go("record", incident_id=held.id)

    def _on_menu_asked(self, place: int, where: QPoint) -> None:
        held = self.model.row(place)
        if held is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(say("Open")).triggered.connect(lambda: self._on_row_opened(place))
        if not held.restricted:
            menu.addAction(say("Print summary")).triggered.connect(lambda: self.desk.go("print", incident_id=held.id))
            if self.desk.ctx.can("log"):
                note = menu.addAction(say("Add note"))
                note.triggered.connect(lambda: self.desk.go("task", incident_id=held.id, field="description"))
        menu.addAction(say("Copy reference")).triggered.connect(lambda: put(held.reference))
        self._offer_sorting(menu)
        menu.popup(where)

    def _offer_sorting(self, menu: QMenu) -> None:
        """The way by keys to what a press on a column's head does."""
        sorts = menu.addMenu(say("Sort by"))
        for one in self.columns:
            if one.sort:
                action = sorts.addAction(one.title)
                action.setCheckable(True)
                action.setChecked(self.query.sort == one.sort)
                action.triggered.connect(lambda _=False, sort=one.sort: self._on_sort_asked(sort))

    def _on_export_clicked(self) -> None:
        from vpr_desktop.ui.dialogs.save_file import ask_save_path

        ask_save_path(self, say("Export the list"), "incidents.csv", "CSV (*.csv)", self._export_to)

    def _export_to(self, path: str) -> None:
        from vpr_desktop.services import exports

        ctx, query = self.desk.ctx, self.query
        self.desk.run(
            self,
            lambda: exports.write_csv(ctx, path, query),
            lambda count: self.desk.status(say("Exported {count} incidents, redacted", count=count)),
        )

    def refreshed(self, changes: Changes) -> None:
        """Reads the list anew where incidents changed."""
        if changes.records and self.isVisible():
            held = self.model.row(self.table.currentIndex().row())
            self._last_id = held.id if held is not None else self._last_id
            self._stay = (self.table.currentIndex().row(), self.table.verticalScrollBar().value())
            self._load(anew=True)

    def draft(self) -> None:
        """Nothing is typed here."""

    def place(self) -> dict[str, Any]:
        """Filter and row."""
        held = self.model.row(self.table.currentIndex().row())
        return {"query": self.query, "selected": held.id if held is not None else "", "find": False}

    def first_focus(self) -> QWidget:
        """The table, on the row used last; the search where somebody came to find."""
        return self.filters.search if self._find else self.table

    def _fit(self) -> None:
        look = style_of()
        self.table.left_out = frozenset() if self._is_joined() else frozenset({SENT_COLUMN})
        self.table.fit()
        self.table.setMinimumHeight(look.px(HEAD + LEAST_ROWS * ROW))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(400, 300)
