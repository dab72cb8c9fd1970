"""S9, the print preview: the very PDF that goes to paper, which copy, what it hides, print or save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import KnownError
from vpr_desktop.services import print_defaults, printing
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.print_defaults import PrintDefaults
from vpr_desktop.services.printing import Pdf
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs.reason_dialog import Done, ReasonDialog
from vpr_desktop.ui.dialogs.save_file import ask_save_path
from vpr_desktop.ui.forms.kept_form import and_then
from vpr_desktop.ui.pages.print_drawing import Drawn, Wanted, as_it_stands, draw
from vpr_desktop.ui.pages.print_options import PrintOptions
from vpr_desktop.ui.paper import PAPER_DPI, Paper
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import MENU_FROM
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import ScrollPage, column, row
from vpr_desktop.ui.widgets.labels import Heading
from vpr_desktop.ui.widgets.paper_view import PAGE, WIDTH, Document, PaperView
from vpr_desktop.ui.widgets.zoom_bar import ZoomBar
from vpr_desktop.ui.words import say

OPTIONS = 362
UNREAD = "{title} was not printed or saved, as it says something new. Read it, then press again."
Asked = tuple[Drawn, Wanted]


class PrintPage(QWidget):
    """Preview on the left, options on the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S9")
        self.drawn: Drawn | None = None
        self.kind, self.incident_id, self.person_id, self.query = "summary", "", "", ListQuery()
        self.copy, self.reason = "redacted", ""
        self.shown_copy, self._printer = "redacted", ""
        self._drawing = self._changed = False  # it is being drawn; something changed meanwhile
        self.back = Button(say("Back"), "link", icon="back")
        self.title = Heading("")
        self.options = PrintOptions()
        self.print_button, self.save_button = self.options.print_button, self.options.save_button
        self.copies, self.note = self.options.copies, self.options.note
        self.preview = PaperView(desk.run)
        self.zoom = ZoomBar(self.preview)
        self._build()
        self._connect()

    @property
    def pdf(self) -> Pdf | None:
        """The print that the preview shows, once it is drawn."""
        return self.drawn.pdf if self.drawn is not None else None

    def _build(self) -> None:
        look = style_of()
        side = self.side = ScrollPage()
        side.body.setContentsMargins(look.px(6), look.px(6), look.px(14), look.px(6))  # room for ring and scroll bar
        side.body.addWidget(self.options)
        side.body.addStretch(1)
        self.paper = QWidget()
        self.paper.setLayout(column(gap=8))
        self.paper.layout().addWidget(self.preview)  # type: ignore[union-attr]
        self.paper.layout().addWidget(self.zoom)  # type: ignore[union-attr]
        self.split = row(self.paper, gap=16)
        self.split.setStretch(0, 1)
        self.split.addWidget(side)
        whole = column(self.back, self.title, gap=6, margins=(24, 12, 10, 10))
        whole.addLayout(self.split, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.back.clicked.connect(self.desk.back)
        self.print_button.clicked.connect(self.save)
        self.save_button.clicked.connect(self._on_save_clicked)
        self.copies.answered.connect(self._on_copy_chosen)
        self.note.answered.connect(self._on_note_ticked)
        self.preview.failed.connect(self._on_failed)
        style_of().changed.connect(self._fit)

    def opened(
        self,
        incident_id: str = "",
        kind: str = "summary",
        person_id: str = "",
        query: ListQuery | None = None,
        ask: str = "",
        **_: Any,
    ) -> None:
        """Opens the preview of a print; `ask` asks for the reason of a full copy again, where one was begun."""
        self.kind, self.incident_id, self.person_id, self.query = kind, incident_id, person_id, query or ListQuery()
        self.copy, self.reason = "redacted", ""
        self.drawn = None  # what stood here before is not printed any more
        self.options.unread.hide()
        self.copies.set_value(["redacted"])
        self.note.set_value([])
        self._fit()
        ctx = self.desk.ctx
        begins = (
            (lambda: print_defaults.of_summary(ctx, incident_id))
            if kind == "summary"
            else lambda: print_defaults.read(ctx)
        )
        self.desk.load(self, begins, self._begin, self._on_failed)
        if ask:
            self._ask_for_full()

    def _begin(self, begins: PrintDefaults) -> None:
        """With the copy and at the size that this PC begins with."""
        self._printer = begins.printer
        wide = begins.fit == "width" or style_of().text_percent >= MENU_FROM
        self.preview.show_at(WIDTH if wide else PAGE)
        if self.kind == "summary":
            self.copy = begins.copy
            self.copies.set_value([begins.copy])
        self._render()

    def _wanted(self) -> Wanted:
        return Wanted(
            self.kind, self.incident_id, self.person_id, self.query, self.copy, self.reason, bool(self.note.value())
        )

    def _render(self, *, anew: bool = False, done: Done | None = None) -> None:
        """Draws the print that is chosen; `anew` where it stands on the screen already, `done` once it is drawn."""
        self._drawing, self._changed = True, False
        ctx, wanted, told, before = self.desk.ctx, self._wanted(), self.desk.told, self.drawn if anew else None

        def shown(drawn: Drawn) -> None:
            if wanted != self._wanted():  # another was chosen meanwhile, and is on its way
                return
            self._show(drawn, anew=anew)
            if self._changed:
                self._render(anew=True)

        job = and_then(lambda: draw(ctx, wanted, told, before), done or (lambda: None))
        self.desk.load(self, job, shown, self._on_failed, stopped=self._on_stopped)

    def _on_stopped(self) -> None:
        """What is shown stays; so does the copy it is of."""
        self._drawing = False
        self.copies.set_value([self.shown_copy])
        self.copy = self.shown_copy

    def _on_failed(self, error: Exception) -> None:
        self._drawing = False
        self.copies.set_value([self.copy])
        self.desk.trouble(
            str(error) if isinstance(error, KnownError) else say("The preview could not be made. Try again.")
        )

    def _show(self, drawn: Drawn, *, anew: bool = False) -> None:
        self.drawn, self._drawing = drawn, False
        self.shown_copy = self.copy
        self.title.setText(say(drawn.pdf.title))
        self.options.show_print(drawn.pdf, self.copy, self.kind)
        self.preview.show_document(drawn.document, anew=anew)

    def _on_note_ticked(self) -> None:
        """A note is shown so large that it can be read before it goes out."""
        if self.note.value():
            self.preview.show_at(WIDTH)
        self._render()

    def _on_copy_chosen(self) -> None:
        chosen = next(iter(self.copies.value()), "redacted")
        if chosen != "full":
            self.copy, self.reason = chosen, ""
            self._render()
            return
        self.copies.set_value([self.copy])
        self._ask_for_full()

    def _ask_for_full(self) -> None:
        of = () if self.kind == "summary" else (self.kind, self.person_id)
        ReasonDialog.ask(self, self.desk, "full", self.incident_id, self._on_full_answered, *of)

    def _on_full_answered(self, reason: str, done: Done) -> None:
        self.copy, self.reason = "full", reason
        self.copies.set_value(["full"])
        self._render(done=done)

    # Paper and file
    def _asked(self) -> Asked | None:
        """What somebody who presses a button now has seen, and wants; None before there is anything to see."""
        return (self.drawn, self._wanted()) if self.drawn is not None else None

    def _let_out(self, asked: Asked, act: Callable[[Pdf], None], then: Callable[[Document], None]) -> None:
        """Does it with the print that was asked for, as it stands: what was drawn before a change is drawn anew first.

        All in one job, so that nothing changes between. Where it now says something that nobody has read and that may
        leave only once it was, it is shown instead. Whoever went on to another print meanwhile stays there.
        """
        (seen, wanted), ctx, told = asked, self.desk.ctx, self.desk.told

        def job() -> tuple[Drawn, bool]:
            fresh, may_leave = as_it_stands(ctx, seen, wanted, told)
            if may_leave:
                act(fresh.pdf)
            return fresh, may_leave

        def done(made: tuple[Drawn, bool]) -> None:
            fresh, left = made
            if fresh is not seen and wanted == self._wanted():
                self._show(fresh, anew=True)
            self.options.unread.hide()
            if left:
                then(fresh.document)
            else:
                self._say_unread(say(UNREAD, title=fresh.pdf.title), here=wanted == self._wanted())

        self.desk.load(self, job, done)

    def _say_unread(self, text: str, *, here: bool) -> None:
        if here and self.isVisible():
            self.options.unread.set_words(text)
            self.options.unread.show()
            self.desk.announce(text, assertive=True)
        else:  # whoever went on meanwhile hears it where they are
            self.desk.trouble(text)

    def save(self) -> None:
        """Ctrl+Enter: prints, or saves where there is no printer."""
        asked = self._asked()
        if asked is None:
            return
        if not QPrinterInfo.availablePrinterNames():
            self._on_save_clicked()
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setResolution(PAPER_DPI)
        printer.setDocName("VPR Desktop")
        if self._printer in QPrinterInfo.availablePrinterNames():
            printer.setPrinterName(self._printer)
        dialog = QPrintDialog(printer, self)
        dialog.accepted.connect(lambda: self._print_on(printer, asked))
        QDialog.open(dialog)  # the answer comes by `accepted`

    def _print_on(self, printer: QPrinter, asked: Asked) -> None:
        """Notes the print, then sends page after page: a long list drawn at once would fill the memory."""
        ctx = self.desk.ctx
        self._let_out(
            asked, lambda pdf: printing.printed(ctx, pdf, "paper"),
            lambda document: Paper(self, self.desk, printer, document).send(),
        )  # fmt: skip

    def _on_save_clicked(self) -> None:
        asked = self._asked()
        if asked is not None:
            name = asked[0].pdf.file_name
            ask_save_path(self, say("Save as PDF"), name, "PDF (*.pdf)", lambda path: self._save_to(path, asked))

    def _save_to(self, path: str, asked: Asked) -> None:
        ctx, saved = self.desk.ctx, say("Saved. Keep it only as long as you need it.")
        self._let_out(asked, lambda pdf: printing.save(ctx, pdf, path), lambda _: self.desk.status(saved))

    # The page
    def refreshed(self, changes: Changes) -> None:
        """Draws the print anew where its record changed, a list or a sheet where anything did."""
        mine = changes.touches("incident", self.incident_id) if self.incident_id else bool(changes.records)
        if not mine or not self.isVisible():
            return
        if self._drawing:
            self._changed = True
        else:
            self._render(anew=True)

    def draft(self) -> None:
        """Nothing is typed here."""

    def place(self) -> dict[str, Any]:
        """Which print."""
        return {
            "incident_id": self.incident_id, "kind": self.kind, "person_id": self.person_id, "query": self.query,
            "ask": "",
        }  # fmt: skip

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
