"""What waits to be sent or needs somebody, as a table with plain reasons, and what can be done about a line."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtWidgets import QApplication, QMenu

from vpr_desktop import bootstrap
from vpr_desktop.domain.when import relative
from vpr_desktop.services import sending
from vpr_desktop.services.sending import Item
from vpr_desktop.ui.clipboard import put
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs import save_file
from vpr_desktop.ui.models.row_table import Cell, Column, RowTable
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card, column
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.widgets.row_view import HEAD, ROW, RowView, rows_named
from vpr_desktop.ui.words import say

LEAST, MOST = 1, 7  # rows in sight
WHAT_COLUMN, SAVED_COLUMN, TRIED_COLUMN, STATE_COLUMN = 1, 2, 3, 4
GIVES_WAY = (TRIED_COLUMN, SAVED_COLUMN, WHAT_COLUMN)  # in this order, where not all columns fit
NOTHING = "–"  # of two versions there is no one time, and no try
LEAST_STATE = 300  # pixels for why a line is there
WHAT = {
    "new": say("New incident"), "change": say("Change"), "support": say("Support step"), "ward": say("Ward settings"),
    "user": say("People"), "other": say("Other change"),
}  # fmt: skip
ASIDE = "PUT_ASIDE"
LISTED = ("NEEDS_REVIEW", "REFUSED", "TOO_LARGE", ASIDE)
PUT_ASIDE = {
    "put-aside": say(
        "The server was put back from a backup and put this aside. Other PCs may not have it. It is kept here. Change"
        " it again in the report, or ask the trust to look at it."
    ),
    "erase-put-aside": say(
        "The server was put back from a backup and did not erase this again. Ask the trust: somebody who may erase has"
        " to ask for it once more."
    ),
}  # fmt: skip
OF_ONE_WARD = ("not-in-scope",)  # said on the lines that it concerns
NO_REPORT = ("ward", "user", "other")


class Queue(RowTable):
    """The lines; its cells need the ward's clock and the last reason."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        columns = (
            Column(say("Report"), self._report, "A colleague's report"),
            Column(say("What"), lambda one: Cell(WHAT[one.what]), "Ward settings", ""),
            Column(say("Saved"), self._saved, "22-Nov-2026 14:05"),
            Column(say("Tried"), self._tried, "200 times"),
            Column(say("State"), lambda one: Cell(self.state(one), *_look(one)), "*"),
        )
        super().__init__(columns)

    @staticmethod
    def _report(one: Item) -> Cell:
        if one.reference:
            return Cell(one.reference, "strong")
        return Cell(say("This ward") if one.what in NO_REPORT else say("A colleague's report"), "strong")

    def _saved(self, one: Item) -> Cell:
        ctx = self.desk.ctx
        if one.state == "conflict":
            return Cell(NOTHING, "second", spoken=say("On two PCs"))
        return Cell(relative(one.saved_at, ctx.now(), ctx.ward.zone), "second")

    @staticmethod
    def _tried(one: Item) -> Cell:
        words = {0: say("Not yet"), 1: say("1 time")}.get(one.tried) or say("{count} times", count=one.tried)
        return Cell(NOTHING, "second", spoken=say("Sent")) if one.state == "conflict" else Cell(words, "second")

    def state(self, one: Item) -> str:
        """Why a line is there, in plain words."""
        status = self.desk.sending.status
        if one.state == "conflict":
            return say("Needs you: changed in two places")
        if one.state == "NEEDS_REVIEW" and one.stored:
            return say("Needs you: it was sent, and the trust takes a look")
        if one.state in LISTED:
            return say("Needs you: {why}", why=_begun_small(_first(_why(one))))
        if one.state == "held" and one.until is not None:
            until = f"{one.until.astimezone(self.desk.ctx.ward.zone):%H:%M}"
            return say("Waiting: it can be undone until {time}", time=until)
        of_all = status is not None and status.tries and status.why not in OF_ONE_WARD
        why = one.code or (status.why if status is not None and of_all else "")
        if why:
            return say("Waiting: {why}", why=_begun_small(_first(bootstrap.refusal(why))))
        return say("Waiting: goes next")


def _why(one: Item) -> str:
    return PUT_ASIDE.get(one.code) or bootstrap.refusal(one.code)


def _look(one: Item) -> tuple[str, str]:
    return ("error", "warning") if one.state == "conflict" or one.state in LISTED else ("plain", "up")


def _first(text: str) -> str:
    return text.split(". ")[0].rstrip(".")


def _begun_small(text: str) -> str:
    return text[:1].lower() + text[1:]


class QueueCard(Card):
    """The table and its buttons. `review_asked` carries the incident whose two versions somebody wants to look at;
    `emptied` tells that the last line goes with focus on it.
    """

    review_asked = Signal(str)
    emptied = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(margins=(14, 8, 14, 12))  # a cell adds 10: its text stands below that of the other cards
        self.desk = desk
        self.items: list[Item] = []
        self.model = Queue(desk)
        self.table = RowView(self.model, say("Waiting to be sent"), GIVES_WAY, LEAST_STATE)
        self.more = Words("", "hint", tone="second")  # what gave way in the table, of the line that is chosen
        self.why = Words("", tone="second")
        self.review = Button(say("Review"), name=say("Review the two versions"))
        self.edit = Button(say("Edit and send"))
        self.again = Button(say("Send again"))
        self.export = Button(say("Export for IT"), name=say("Export this entry for IT"))
        self.noted = Button(say("Take off the list"))
        self.open = Button(say("Open"), name=say("Open the report"))
        self.acts = (self.review, self.edit, self.again, self.export, self.noted, self.open)
        self.body.addWidget(self.table)
        below = column(self.more, self.why, margins=(10, 0, 10, 0))
        below.addLayout(Flow(*self.acts, gap=12))
        self.body.addLayout(below)
        self._connect()
        self.show_items([])

    def _connect(self) -> None:
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_acts())
        self.table.gave_way.connect(self._show_more)
        self.table.opened.connect(self._on_row_opened)
        self.table.menu_asked.connect(self._on_menu_asked)
        self.review.clicked.connect(lambda: self._with(lambda one: self.review_asked.emit(one.incident_id)))
        self.open.clicked.connect(lambda: self._with(lambda one: self.desk.go("record", incident_id=one.incident_id)))
        self.edit.clicked.connect(lambda: self._with(self._edit))
        self.again.clicked.connect(lambda: self._with(self._send_again))
        self.noted.clicked.connect(lambda: self._with(self._take_off))
        self.export.clicked.connect(lambda: self._with(self._export))
        style_of().changed.connect(self._fit)

    def load(self) -> None:
        """Reads the lines anew; the chosen line stays chosen."""
        ctx = self.desk.ctx
        self.desk.run(self, lambda: sending.queue(ctx), self.show_items)

    def show_items(self, items: list[Item]) -> None:
        """Shows these lines."""
        if items == self.items and self.model.rowCount():
            self.model.put(0, items)  # the reasons may differ
            self._show_acts()
            return
        held = self.chosen()
        self.items = items
        self.model.reset(len(items), items)
        place = next((i for i, one in enumerate(items) if held is not None and _same(one, held)), 0)
        if items:
            self.table.setCurrentIndex(self.model.index(place, 0))
        focused = QApplication.focusWidget()
        if not items and focused is not None and self.isAncestorOf(focused):
            self.emptied.emit()
        self.setVisible(bool(items))  # where nothing waits the sentence above says so
        self.table.setAccessibleName(rows_named(say("Waiting to be sent"), len(items)))
        self._fit()
        self._show_acts()

    def chosen(self) -> Item | None:
        """The line that is chosen."""
        place = self.table.currentIndex().row()
        return self.items[place] if 0 <= place < len(self.items) else None

    def _show_acts(self) -> None:
        one = self.chosen()
        listed = one is not None and one.state in LISTED
        opens = one is not None and bool(one.incident_id)
        aside = one is not None and one.state == ASIDE  # the server has it, and sent again it lies there as it does
        offered = {
            self.review: one is not None and one.state == "conflict",
            self.edit: listed and opens and one is not None and not one.stored and (not aside or bool(one.field)),
            self.again: listed and one is not None and not one.stored and one.theirs and not aside,
            self.export: listed and one is not None and one.mine,
            self.noted: listed and one is not None and one.stored and one.theirs,
            self.open: opens and one is not None and one.state != "conflict",
        }
        for button, shown in offered.items():
            if button.hasFocus() and not shown:
                self.table.setFocus()  # before it goes, or focus goes anywhere
            button.setVisible(shown)
        self.why.setVisible(listed)
        then = f" {say('Once you have read this, take it off the list.')}" if offered[self.noted] else ""
        self.why.setText(_why(one) + then if listed and one is not None else "")
        self._show_more()

    def _show_more(self) -> None:
        """Tells what the table has no room for: the columns that gave way, and the state, which may be cut."""
        one, hidden = self.chosen(), [i for i in sorted(GIVES_WAY) if self.table.isColumnHidden(i)]
        if one is not None and hidden:
            told = [self.model.columns[i] for i in (*hidden, *(() if one.state in LISTED else (STATE_COLUMN,)))]
            cells = [(column.title, column.cell(one)) for column in told]
            self.more.setText(". ".join(f"{title}: {cell.text}" for title, cell in cells if cell.text != NOTHING) + ".")
        self.more.setVisible(one is not None and bool(hidden))

    def _with(self, act: Any) -> None:
        one = self.chosen()
        if one is not None:
            act(one)

    def _on_row_opened(self, _place: int) -> None:
        one = self.chosen()
        if one is not None and one.state == "conflict":
            self.review_asked.emit(one.incident_id)
        elif one is not None and one.incident_id:
            self.desk.go("record", incident_id=one.incident_id)

    def _on_menu_asked(self, _place: int, where: QPoint) -> None:
        menu = QMenu(self)
        for button in self.acts:
            if button.isVisibleTo(self):
                menu.addAction(button.text()).triggered.connect(button.click)
        if menu.actions():
            menu.popup(where)

    def _edit(self, one: Item) -> None:
        if one.field:
            self.desk.go("task", incident_id=one.incident_id, field=one.field)
        else:
            self.desk.go("record", incident_id=one.incident_id)

    def _send_again(self, one: Item) -> None:
        ctx = self.desk.ctx
        self.desk.run(self, lambda: sending.send_again(ctx, one.ops), lambda _: self.desk.sending.send_now())

    def _take_off(self, one: Item) -> None:
        ctx = self.desk.ctx
        self.desk.run(self, lambda: sending.take_off(ctx, one.ops), lambda _: self.desk.sending.refresh())

    def _export(self, one: Item) -> None:
        ctx = self.desk.ctx
        title = say("Export this entry. The file is not encrypted")
        save_file.ask_save_path(
            self, title, "entry.jsonl", "JSON lines (*.jsonl)",
            lambda path: self.desk.run(
                self, lambda: sending.export(ctx, one.ops, path), lambda _: self.desk.status(say("Exported the entry"))
            ),
        )  # fmt: skip

    def copy_log(self) -> None:
        """Puts on the clipboard what IT needs, without a word of a report."""
        ctx = self.desk.ctx
        self.desk.run(self, lambda: sending.it_log(ctx), self._on_log)

    def _on_log(self, text: str) -> None:
        put(text)
        self.desk.status(say("Copied for IT: times, codes and counts, no text of a report."))

    def _fit(self) -> None:
        look = style_of()
        shown = min(max(len(self.items), LEAST), MOST)
        self.table.setFixedHeight(look.px(HEAD) + shown * look.px(ROW) + 2 * self.table.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return QSize(300, super().minimumSizeHint().height())


def _same(one: Item, other: Item) -> bool:
    return (one.reference, one.what, one.state) == (other.reference, other.what, other.state)
