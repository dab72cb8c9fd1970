"""The audit trail: who did what, when and with which record, the latest first. Nothing of what a record holds."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.when import show
from vpr_desktop.services import audit_trail
from vpr_desktop.services.audit_trail import PAGE, Entry
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.models.row_table import Cell, Column, RowTable
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.frames import Card, ScrollPage, column
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.widgets.row_view import HEAD, ROW, RowView, rows_named
from vpr_desktop.ui.words import say

TYPING_MS = 250
LEAST = 6  # rows in sight


def _record(one: Entry) -> Cell:
    return Cell(one.record or "–", spoken=one.record or say("None"))


class AuditPage(QWidget):
    """Only what comes into sight is fetched."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("audit")
        self._text, self._turn = "", 0
        self.back = Button(say("Back"), "link", icon="back")
        self.filter = TextField()
        hint = say("A name, a reference, or what was done.")
        self.filter_field = Field(say("Filter the trail"), self.filter, hint=hint, wide=420)
        self.total = Words("", "hint", tone="second")
        self.model = RowTable(
            (
                Column(say("When"), self._when, "22-Nov-2026 14:05"),
                Column(say("Who"), lambda one: Cell(one.by, "strong"), "Somebody Longname"),
                Column(say("What"), lambda one: Cell(one.act[:1].upper() + one.act[1:]), "*"),
                Column(say("Record"), _record, "CED-2611-A042"),
                Column(say("PC"), lambda one: Cell(say("This PC") if one.here else say("Another")), "This PC"),
            )
        )  # fmt: skip
        self.table = RowView(self.model, say("Audit trail"))
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._build()
        self.back.clicked.connect(desk.back)
        self.filter.textEdited.connect(lambda _: self._typing.start())
        self.filter.returnPressed.connect(self._on_typed)
        self._typing.timeout.connect(self._on_typed)
        self.model.wanted.connect(self._on_rows_wanted)
        style_of().changed.connect(self._fit)
        self._fit()

    def _build(self) -> None:
        page = ScrollPage()
        note = say(
            "Who signed in, read something restricted, searched, printed, exported or changed something on this PC."
            " It does not show what a record holds, nor the reason that somebody gave."
        )
        card = Card(margins=(8, 8, 8, 8))
        card.body.addWidget(self.table, 1)
        page.body.addLayout(column(self.back, Heading(say("Audit trail")), Words(note, tone="second"), gap=2))
        page.body.addWidget(self.filter_field)
        page.body.addWidget(card, 1)
        page.body.addWidget(self.total)
        self.setLayout(column(page))

    def _fit(self) -> None:
        look = style_of()
        self.table.setMinimumHeight(look.px(HEAD) + LEAST * look.px(ROW) + look.px(14))

    def _when(self, one: Entry) -> Cell:
        return Cell(show(one.at, self.desk.ctx.ward.zone), "second")

    def opened(self, text: str = "", **_: Any) -> None:
        """Loads the latest entries, of those somebody looked for before."""
        self._text = text
        if self.filter.text() != text:
            self.filter.setText(text)
        self._load()

    def _load(self) -> None:
        self._turn += 1
        turn, ctx, text = self._turn, self.desk.ctx, self._text

        def job() -> tuple[list[Entry], int]:
            return audit_trail.page(ctx, text), audit_trail.count(ctx, text)

        self.desk.load(self, job, lambda found: self._show(turn, *found))

    def _show(self, turn: int, rows: list[Entry], count: int) -> None:
        if turn != self._turn:
            return
        self.model.reset(count, rows)
        if rows:
            self.table.setCurrentIndex(self.model.index(0, 0))
        self.table.setAccessibleName(rows_named(say("Audit trail"), count))
        held = say("1 entry") if count == 1 else say("{count} entries", count=f"{count:,}")
        self.total.setText(held if count else say("Nothing matches."))

    def _on_rows_wanted(self, offset: int) -> None:
        turn, ctx, text = self._turn, self.desk.ctx, self._text
        self.desk.load(
            self, lambda: audit_trail.page(ctx, text, limit=PAGE, offset=offset),
            lambda rows: self.model.put(offset, rows) if turn == self._turn else None,
        )  # fmt: skip

    def _on_typed(self) -> None:
        self._typing.stop()
        if self.filter.text() != self._text:
            self._text = self.filter.text()
            self._load()

    def refreshed(self, changes: Changes) -> None:
        """The trail is read when it is opened: it grows by every look at something restricted."""

    def draft(self) -> None:
        """Nothing is typed here that is kept."""

    def place(self) -> dict[str, Any]:
        """What is looked for."""
        return {"text": self._text}

    def first_focus(self) -> QWidget:
        """What to look for, then the rows."""
        return self.filter
