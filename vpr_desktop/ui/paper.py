"""Sends a print to the printer, page after page, says how far it is, and stops where somebody cancels."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPrintSupport import QPrinter

from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.widgets.paper_view import Document, draw
from vpr_desktop.ui.words import say

PAPER_DPI = 300


class Paper(QObject):
    """One print on its way. Each page is drawn in the lane by itself, so that others have their turn between."""

    def __init__(self, owner: QObject, desk: Desk, printer: QPrinter, document: Document) -> None:
        super().__init__(owner)
        self._painter = QPainter(printer)
        self.desk, self.printer, self.document = desk, printer, document

    def send(self, number: int = 0) -> None:
        """Sends this page and those after it."""
        count = len(self.document.sizes)
        if number == count:
            self._end(say("Sent to the printer."))
            return

        def paint(images: list[QImage]) -> None:
            if number:
                self.printer.newPage()
            self._painter.drawImage(QRectF(self.printer.paperRect(QPrinter.Unit.DevicePixel)), images[0])
            self.send(number + 1)

        wide = round(self.document.sizes[number][0] * PAPER_DPI / 72)
        text = say("Printing page {number} of {count}", number=number + 1, count=count)
        self.desk.load(
            self, lambda: draw(self.document, [number], wide), paint, self._on_failed, text, self._on_stopped
        )  # fmt: skip

    def _end(self, text: str) -> None:
        self._painter.end()
        self.desk.status(text)
        self.deleteLater()

    def _on_stopped(self) -> str:
        self.printer.abort()
        text = say("Stopped. Pages that were sent before may still come out.")
        self._end(text)
        return text

    def _on_failed(self, _error: Exception) -> None:
        self.printer.abort()
        self._painter.end()
        self.deleteLater()
        self.desk.trouble(say("Printing ended early. The preview is still here. Try again, or save as PDF."))
