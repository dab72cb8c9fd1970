"""S9, the print preview: the very PDF that goes to paper, which copy, what it hides, print or save."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QSizePolicy, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import KnownError
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.services import printing, sheets, ward_sheets
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.printing import Pdf
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs.reason_dialog import ReasonDialog
from vpr_desktop.ui.dialogs.save_file import ask_save_path
from vpr_desktop.ui.paper import PAPER_DPI, Paper
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.frames import Card, Panel, ScrollPage, column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.widgets.paper_view import Document, PaperView, read
from vpr_desktop.ui.words import say

COPIES = (Option("redacted", "Redacted copy"), Option("anonymous", "Anonymous copy"), Option("full", "Full copy"))
WITH_COPIES = ("summary", "f2508", "referral", "police")
OPTIONS = 340


class PrintPage(QWidget):
    """Preview on the left, options on the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S9")
        self.pdf: Pdf | None = None
        self.kind, self.incident_id, self.person_id, self.query = "summary", "", "", ListQuery()
        self.copy, self.reason = "redacted", ""
        self.shown_copy = "redacted"
        self._document = Document(b"", ())
        self.back = Button(say("Back"), "link", icon="back")
        self.title = Heading("")
        self.print_button = Button(say("Print"), "primary", icon="print", hint="Ctrl+Enter")
        self.save_button = Button(say("Save as PDF"), icon="save")
        self.copies = ChoiceGroup(say("Which copy"), COPIES, columns=(1,))
        self.note = ChoiceGroup(
            say("Note"), [Option("note", say("Include note"))], many=True, digits=False, columns=(1,)
        )
        self.hidden = Words("", "hint", tone="second")
        self.hint = Words(say("Collect it now, or use your printer's secure print."), "hint", tone="second")
        self.no_printer = Panel("info", say("No printer is set up on this PC. Save as PDF instead."))
        self.preview = PaperView(desk.run)
        self._build()
        self._connect()

    def _build(self) -> None:
        side = ScrollPage()
        card = Card(say("Copy"), margins=(16, 14, 16, 14))
        card.heading.setBuddy(self.copies)
        for button in (self.print_button, self.save_button):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for widget in (self.copies, self.note, self.hidden):
            card.body.addWidget(widget)
        self.copy_card = card
        side.body.setContentsMargins(0, 0, style_of().px(14), 0)  # the scroll bar stands beside the cards
        side.body.setSpacing(style_of().px(10))
        for beside in (self.print_button, self.save_button, self.no_printer, self.hint, card):
            side.body.addWidget(beside)
        side.body.addStretch(1)
        self.side = side
        self.split = row(self.preview, gap=16)
        self.split.setStretch(0, 1)
        self.split.addWidget(side)
        whole = column(self.back, self.title, gap=8, margins=(24, 12, 24, 12))
        whole.addLayout(self.split, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.back.clicked.connect(self.desk.back)
        self.print_button.clicked.connect(self.save)
        self.save_button.clicked.connect(self._on_save_clicked)
        self.copies.answered.connect(self._on_copy_chosen)
        self.note.answered.connect(self._render)
        self.preview.failed.connect(self._on_failed)
        style_of().changed.connect(self._fit)

    def opened(
        self,
        incident_id: str = "",
        kind: str = "summary",
        person_id: str = "",
        query: ListQuery | None = None,
        **_: Any,
    ) -> None:
        """Opens the preview of a print."""
        self.kind, self.incident_id, self.person_id, self.query = kind, incident_id, person_id, query or ListQuery()
        self.copy, self.reason = "redacted", ""
        self.copies.set_value(["redacted"])
        self.note.set_value([])
        self.copy_card.setVisible(kind in WITH_COPIES)
        self.no_printer.setVisible(not QPrinterInfo.availablePrinterNames())
        self._render()
        self._fit()

    def _render(self) -> None:
        ctx, kind, incident_id, query = self.desk.ctx, self.kind, self.incident_id, self.query
        copy, reason, with_note, person_id = self.copy, self.reason, bool(self.note.value()), self.person_id
        told = self.desk.told

        def job() -> tuple[Pdf, Document]:
            makers = {
                "summary": lambda: printing.summary(ctx, incident_id, copy, reason, with_note),
                "slip": lambda: printing.receipt_slip(ctx, incident_id),
                "handover": lambda: printing.handover_sheet(ctx, told),
                "blank": lambda: printing.blank_form(ctx),
                "register": lambda: printing.register(ctx, query, told),
                "f2508": lambda: sheets.f2508(ctx, incident_id, person_id, copy, reason),
                "checklist": lambda: sheets.checklist(ctx, incident_id, person_id),
                "referral": lambda: sheets.referral(ctx, incident_id, person_id, copy, reason),
                "police": lambda: sheets.police(ctx, incident_id, copy, reason),
                "card": lambda: ward_sheets.support_card(ctx),
                "you_said": lambda: ward_sheets.you_said(ctx),
            }
            pdf = makers[kind]()
            return pdf, read(pdf.data)

        self.desk.load(self, job, self._show, self._on_failed, stopped=self._on_stopped)

    def _on_stopped(self) -> None:
        """What is shown stays; so does the copy it is of."""
        self.copies.set_value([self.shown_copy])
        self.copy = self.shown_copy

    def _on_failed(self, error: Exception) -> None:
        self.copies.set_value([self.copy])
        self.desk.trouble(
            str(error) if isinstance(error, KnownError) else say("The preview could not be made. Try again.")
        )

    def _show(self, made: tuple[Pdf, Document]) -> None:
        self.pdf, self._document = made
        self.shown_copy = self.copy
        self.title.setText(say(self.pdf.title))
        self.hidden.setText(self.pdf.hidden)
        self.note.setVisible(self.copy == "redacted" and self.kind == "summary")
        self._offer_copies(self.pdf.copies)
        self.preview.show_document(self._document)

    def _offer_copies(self, copies: tuple[str, ...]) -> None:
        """Only the copies that this person may make of this record."""
        if self.copies.codes != list(copies):
            self.copies.set_options([one for one in COPIES if one.code in copies])
            self.copies.set_value([self.copy])

    def _on_copy_chosen(self) -> None:
        chosen = next(iter(self.copies.value()), "redacted")
        if chosen != "full":
            self.copy, self.reason = chosen, ""
            self._render()
            return
        note = say("It shows names and free text as you may see them, and is logged.")
        self.copies.set_value([self.copy])
        ReasonDialog.ask(
            self, say("Print a full copy?"), note, say("Show full copy"), say("Keep redacted"),
            self._on_full_answered, printing.LEAST_REASON,
        )  # fmt: skip

    def _on_full_answered(self, reason: str) -> None:
        self.copy, self.reason = "full", reason
        self.copies.set_value(["full"])
        self._render()

    # Paper and file
    def save(self) -> None:
        """Ctrl+Enter: prints, or saves where there is no printer."""
        if self.pdf is None:
            return
        if not QPrinterInfo.availablePrinterNames():
            self._on_save_clicked()
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setResolution(PAPER_DPI)
        printer.setDocName("VPR Desktop")
        dialog = QPrintDialog(printer, self)
        dialog.accepted.connect(lambda: self._print_on(printer))
        QDialog.open(dialog)  # the answer comes by `accepted`

    def _print_on(self, printer: QPrinter) -> None:
        """Notes the print, then sends page after page: a long list drawn at once would fill the memory."""
        pdf, ctx = self.pdf, self.desk.ctx
        assert pdf is not None
        document = self._document
        self.desk.run(
            self, lambda: printing.printed(ctx, pdf, "paper"),
            lambda _: Paper(self, self.desk, printer, document).send(),
        )  # fmt: skip

    def _on_save_clicked(self) -> None:
        if self.pdf is not None:
            ask_save_path(self, say("Save as PDF"), self.pdf.file_name, "PDF (*.pdf)", self._save_to)

    def _save_to(self, path: str) -> None:
        pdf, ctx = self.pdf, self.desk.ctx
        assert pdf is not None
        saved = say("Saved. Keep it only as long as you need it.")
        self.desk.run(self, lambda: printing.save(ctx, pdf, path), lambda _: self.desk.status(saved))

    # The page
    def refreshed(self, changes: Changes) -> None:
        """Draws the print anew where its record changed."""
        if self.isVisible() and self.incident_id and changes.touches("incident", self.incident_id):
            self._render()

    def draft(self) -> None:
        """Nothing is typed here."""

    def place(self) -> dict[str, Any]:
        """Which print."""
        return {"incident_id": self.incident_id, "kind": self.kind, "person_id": self.person_id, "query": self.query}

    def first_focus(self) -> QWidget:
        """Print."""
        return self.print_button

    def _fit(self) -> None:
        look = style_of()
        self.side.setFixedWidth(min(look.px(OPTIONS), max(320, self.width() // 2)))
        self.preview.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
