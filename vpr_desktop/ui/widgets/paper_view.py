"""A PDF on screen: pages are drawn in the lane, at the size shown, and only those in sight and next to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from vpr_desktop.services.pdf_file import opened
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.frames import clear, column
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

WIDEST, NARROWEST = 1200, 180  # pixels of a page that is fitted
PAGE, WIDTH = "page", "width"  # how a page is fitted; a number instead shows it so large, 1 being its size on paper
SMALLEST_ZOOM, LARGEST_ZOOM = 0.25, 3.0
FINER, FINEST = 3, 1400  # so many times as large a small page is drawn at most, and pixels wide
GAP = 16
SHEETS_AT_ONCE = 10  # empty sheets laid out in one event
DRAWN_AT_ONCE = 2  # pages drawn in one job, so that the lane stays free for others
KEPT_HEIGHTS = 4  # pages further away than so many heights of the view are let go
Run = Callable[[QObject, Callable[[], Any], Callable[[Any], None], Callable[[Exception], None]], None]
Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF and the width and height of each of its pages."""

    data: bytes
    sizes: tuple[Size, ...]


def read(data: bytes) -> Document:
    """A PDF with its sizes; draws nothing."""
    with opened(data) as document:
        return Document(data, tuple(document.get_page_size(number) for number in range(len(document))))


def draw(document: Document, numbers: Sequence[int], wide: int) -> list[QImage]:
    """Some pages as pictures so many pixels wide, black on white."""
    with opened(document.data) as pdf:
        return [_picture(pdf[number], document.sizes[number], wide) for number in numbers]


def _picture(page: PdfPage, size: Size, wide: int) -> QImage:
    """A small page is drawn larger and then made smaller: drawn so small, its letters stand on whole pixels, and words
    run into each other."""
    larger = max(1, min(FINER, FINEST // wide))
    drawn = page.render(scale=larger * wide / size[0], grayscale=True)
    image = QImage(bytes(drawn.buffer), drawn.width, drawn.height, drawn.stride, QImage.Format.Format_Grayscale8)
    drawn.close()
    page.close()
    if larger == 1:
        return image.copy()
    way = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.scaled(wide, round(wide * size[1] / size[0]), *way)


class PaperView(QScrollArea):
    """The pages one below the other. Each is an empty sheet until it comes into sight."""

    failed = Signal(object)
    moved = Signal()  # another page in sight, another size, another document

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self._document = Document(b"", ())
        self.sheets: list[QLabel] = []
        self._drawn: dict[int, int] = {}  # page, and how wide its picture is
        self._busy = False
        self.mode: str | float = PAGE
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(say("Preview"))
        self._pages = column(gap=GAP, margins=(24, 16, 24, 16))
        holder = QWidget()
        holder.setLayout(self._pages)
        self.setWidget(holder)
        self._laying = QTimer(self, singleShot=True, interval=0)
        self._laying.timeout.connect(self._lay_out)
        self._looking = QTimer(self, singleShot=True, interval=0)
        self._looking.timeout.connect(self._draw_in_sight)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    def show_document(self, document: Document, *, anew: bool = False) -> None:
        """Shows another document from its first page on; the same one drawn `anew` where somebody reads it."""
        clear(self._pages)
        self._document, self.sheets, self._drawn = document, [], {}
        if not anew:
            self.verticalScrollBar().setValue(0)
        self._lay_out()
        self._looking.start()
        self.moved.emit()

    def show_at(self, mode: str | float) -> None:
        """Fits the whole page, its width, or shows it at a size."""
        self.mode = mode
        self.fit()

    def zoom(self, step: float) -> None:
        """Shows the page larger or smaller by a factor, from what it is now."""
        self.show_at(self._zoomed(step))

    def can_zoom(self, step: float) -> bool:
        """Whether that would still change anything."""
        return bool(self.sheets) and abs(self._zoomed(step) / self._zoomed(1.0) - 1.0) > 0.01

    def _zoomed(self, step: float) -> float:
        held = self._wide() / self._natural() if self._document.sizes else 1.0
        return min(max(held * step, SMALLEST_ZOOM), LARGEST_ZOOM)

    def page_in_sight(self) -> int:
        """The first page of which more than a third can be seen, counted from 1."""
        top, view = self.verticalScrollBar().value(), self.viewport().height()
        y = self._pages.contentsMargins().top()
        for number in range(len(self._document.sizes)):
            below = y + self._high(number) + 2
            if below - top > view / 3:
                return number + 1
            y = below + self._pages.spacing()
        return len(self._document.sizes)

    def _lay_out(self) -> None:
        count, have = len(self._document.sizes), len(self.sheets)
        for number in range(have, min(have + SHEETS_AT_ONCE, count)):
            sheet = QLabel()
            sheet.setProperty("paper", True)
            sheet.setAccessibleName(say("Preview, page {number} of {count}", number=number + 1, count=count))
            sheet.setFixedSize(self._wide() + 2, self._high(number) + 2)  # an edge all round
            self.sheets.append(sheet)
            self._pages.addWidget(sheet, 0, Qt.AlignmentFlag.AlignHCenter)
        if len(self.sheets) < count:
            self._laying.start()
        elif have < count:
            self._pages.addStretch(1)

    def _natural(self) -> float:
        """How wide the first page is on paper, in pixels of 96 to the inch."""
        return self._document.sizes[0][0] * 96 / 72

    def _wide(self) -> int:
        if isinstance(self.mode, float) and self._document.sizes:
            return round(self.mode * self._natural())
        room = self.viewport().width() - style_of().px(64)
        if self.mode == PAGE and self._document.sizes:
            wide, high = self._document.sizes[0]
            margins = self._pages.contentsMargins()
            room = min(room, int((self.viewport().height() - margins.top() - margins.bottom() - 2) * wide / high))
        return min(max(NARROWEST, room), WIDEST)

    def _high(self, number: int) -> int:
        wide, high = self._document.sizes[number]
        return round(self._wide() * high / wide)

    def _distances(self) -> list[tuple[int, int]]:
        """How far each page is from what is in sight, 0 for what is in sight; counted, as sheets may not lie yet."""
        top = self.verticalScrollBar().value()
        end = top + self.viewport().height()
        found, y = [], self._pages.contentsMargins().top()
        for number in range(len(self._document.sizes)):
            below = y + self._high(number) + 2
            found.append((max(0, y - end, top - below), number))
            y = below + self._pages.spacing()
        return found

    def _draw_in_sight(self) -> None:
        if self._busy:
            return
        view, wide, distances = self.viewport().height(), self._wide(), self._distances()
        for away, number in distances:
            if away > KEPT_HEIGHTS * view and self._drawn.pop(number, 0):
                self.sheets[number].setPixmap(QPixmap())
        wanted = [n for away, n in sorted(distances) if away <= view and self._drawn.get(n) != wide]
        numbers = [number for number in wanted if number < len(self.sheets)][:DRAWN_AT_ONCE]
        if not numbers:
            return
        self._busy, document, ratio = True, self._document, self.devicePixelRatioF()

        def shown(images: list[QImage]) -> None:
            self._on_drawn(document, dict(zip(numbers, images, strict=True)), wide, ratio)

        self._run(self, lambda: draw(document, numbers, round(wide * ratio)), shown, self._on_failed)

    def _on_drawn(self, document: Document, images: dict[int, QImage], wide: int, ratio: float) -> None:
        self._busy = False
        if document is self._document:
            for number, image in images.items():
                image.setDevicePixelRatio(ratio)
                self.sheets[number].setPixmap(QPixmap.fromImage(image))
                self._drawn[number] = wide
        self._looking.start()

    def _on_failed(self, error: Exception) -> None:
        self._busy = False
        self.failed.emit(error)

    def is_drawn(self, number: int) -> bool:
        """Whether a page shows its picture."""
        return number in self._drawn

    def _on_scrolled(self, _value: int) -> None:
        self._looking.start()
        self.moved.emit()

    def fit(self) -> None:
        """Gives the sheets the width that there is room for."""
        for number, sheet in enumerate(self.sheets):
            sheet.setFixedSize(self._wide() + 2, self._high(number) + 2)
        self._looking.start()
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
