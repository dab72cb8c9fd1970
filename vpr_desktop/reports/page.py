"""The frame of every print: header, marking, who printed and when, page x of y; and the few ways to draw on it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from vpr_desktop.reports.fonts import BOLD, REGULAR, drawable, load, width, wrapped

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 25 * mm, 20 * mm, 20 * mm, 20 * mm
ROOM = WIDTH - LEFT - RIGHT
KEY = 46 * mm
BODY, HEADING, SMALL, MARKING = 11.0, 14.0, 9.0, 12.0
LEADING = 1.3
ROW = 19.5
CLOSE = 16.4  # from row to row where that keeps a paper on one page; 11 point letters need 14.3
LINE = 21.0  # from one line for handwriting to the next
UNDER = 6.5  # from the words of a row down to its rule
Told = Callable[[int, int], None]  # how many pages are done, of how many; what it raises ends the print


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands on each page. `printed` says when, by whom and which copy, in words."""

    organisation: str
    title: str
    marking: str
    reference: str
    printed: str
    sensitivity: str = ""
    outlined: str = ""


class Sheet:
    """A print being drawn, from top to bottom, onto as many pages as it takes."""

    def __init__(self, frame: Frame, told: Told | None = None, line: float = ROW) -> None:
        """`line`: points from one labelled row to the next."""
        load()
        self.frame, self.line = frame, line
        self._told = told
        self._out = io.BytesIO()
        self._pages: list[list[tuple[str, tuple[object, ...]]]] = []
        self.section = ""
        self._start_page()

    def _start_page(self) -> None:
        if self._told is not None:
            self._told(0, 1)
        self._pages.append([])
        self.y = HEIGHT - TOP - 3 * ROW - (ROW if self.frame.outlined else 0)
        if self.section:
            self._draw_heading(f"{self.section} (continued)")

    @property
    def pages(self) -> int:
        """How many pages it takes so far."""
        return len(self._pages)

    def room(self) -> float:
        """Points left on the page."""
        return float(self.y - BOTTOM - (ROW if self.frame.outlined else 0))

    def need(self, height: float) -> None:
        """Starts a page where so much does not fit any more."""
        if self.room() < height:
            self._start_page()

    def _say(self, kind: str, *what: object) -> None:
        self._pages[-1].append((kind, what))

    def text(self, x: float, text: str, size: float = BODY, bold: bool = False, grey: float = 0.0) -> None:
        """One line at the current height."""
        self._say("text", x, self.y, drawable(text), size, bold, grey)

    def down(self, points: float) -> None:
        """Goes down the page."""
        self.y -= points

    def rule(self, weight: float = 0.75, grey: float = 0.0, x: float = LEFT, end: float = WIDTH - RIGHT) -> None:
        """A line across at the current height."""
        self._say("line", x, self.y, end, self.y, weight, grey)

    def box(self, x: float, y: float, wide: float, high: float, weight: float = 0.75) -> None:
        """An empty box with its lower left corner at x and y."""
        self._say("box", x, y, wide, high, weight)

    def circle(self, x: float, y: float, radius: float) -> None:
        """An empty circle."""
        self._say("circle", x, y, radius)

    def heading(self, text: str) -> None:
        """A section's heading with its rule; kept with what follows, and said again on each page it goes on to."""
        self.section = ""
        self.need(3 * self.line + HEADING)
        self._draw_heading(text)
        self.section = text

    def _draw_heading(self, text: str) -> None:
        self.down(self.line * 0.75 - (ROW - self.line))  # where rows are close, sections are closer too
        self.text(LEFT, text, HEADING, bold=True)
        self.down(6)
        self.rule()
        self.down(self.line * 0.8)

    def paragraph(self, text: str, size: float = BODY, bold: bool = False, x: float = LEFT, room: float = ROOM) -> None:
        """Wrapped words over as many lines and pages as they take."""
        for line in wrapped(text, size, room, bold):
            self.need(size * LEADING)
            self.text(x, line, size, bold)
            self.down(size * LEADING)

    def row(self, key: str, value: str) -> None:
        """A labelled answer; a long one goes on over pages."""
        lines = wrapped(value, BODY, ROOM - KEY)
        keys = wrapped(key, BODY, KEY - 8)
        for i in range(max(len(lines), len(keys))):
            self.down(BODY * LEADING if i else 0)
            self.need(self.line)
            if i < len(keys):
                self.text(LEFT, keys[i], grey=0.25)
            if i < len(lines):
                self.text(LEFT + KEY, lines[i])
        self.down(UNDER)
        self.rule(0.35, 0.75)
        self.down(self.line - UNDER)

    def status(self, text: str) -> None:
        """Bordered words at the right of the current line."""
        wide = width(drawable(text), SMALL, True) + 12
        self._say("box", WIDTH - RIGHT - wide, self.y - 4, wide, 15, 0.75)
        self._say("text", WIDTH - RIGHT - wide + 6, self.y, drawable(text), SMALL, True, 0.0)

    def ruled(self, lines: int) -> None:
        """Empty lines for handwriting."""
        for _ in range(lines):
            self.need(LINE)
            self.down(LINE)
            self.rule(0.35, 0.6)

    def finish(self) -> tuple[bytes, int]:
        """The PDF and its number of pages."""
        canvas = Canvas(
            self._out, pagesize=A4, pageCompression=1, invariant=1, lang="en-GB",
            initialFontName=REGULAR, initialFontSize=BODY,  # or the file names a font that it does not bring
        )  # fmt: skip
        canvas.setTitle(f"{self.frame.title} {self.frame.reference}".strip())
        canvas.setAuthor("")
        canvas.setSubject(self.frame.marking)
        canvas.setCreator("VPR Desktop")
        canvas.setViewerPreference("DisplayDocTitle", "true")
        for number, page in enumerate(self._pages, start=1):
            if self._told is not None:
                self._told(number, self.pages)
            self._draw_frame(canvas, number)
            for kind, what in page:
                _DRAW[kind](canvas, *what)
            canvas.showPage()
        canvas.save()
        return self._out.getvalue(), self.pages

    def _draw_frame(self, canvas: Canvas, number: int) -> None:
        frame, top = self.frame, HEIGHT - TOP
        if frame.outlined:
            for y in (top, BOTTOM - 12):
                _outlined(canvas, frame.outlined, y)
            top -= ROW
        _text(canvas, LEFT, top, drawable(frame.organisation), BODY, False, 0)
        marked = drawable(f"{frame.title.upper()}: {frame.marking.upper()}" if frame.marking else frame.title.upper())
        _text(canvas, WIDTH - RIGHT - width(marked, MARKING, True), top, marked, MARKING, True, 0)
        of = f"Page {number} of {self.pages}"
        _text(canvas, LEFT, top - ROW, drawable(frame.reference), BODY, True, 0)
        _text(canvas, LEFT + (KEY if frame.reference else 0), top - ROW, drawable(frame.printed), SMALL, False, 0)
        _text(canvas, WIDTH - RIGHT - width(of, SMALL), top - ROW, of, SMALL, False, 0)
        _line(canvas, LEFT, top - ROW - 7, WIDTH - RIGHT, top - ROW - 7, 0.75, 0)
        if frame.sensitivity and not frame.outlined:
            _text(canvas, LEFT, BOTTOM - 14, drawable(frame.sensitivity), SMALL, True, 0)


def _text(canvas: Canvas, x: float, y: float, text: str, size: float, bold: bool, grey: float) -> None:
    canvas.setFont(BOLD if bold else REGULAR, size)
    canvas.setFillGray(grey)
    canvas.drawString(x, y, text)


def _line(canvas: Canvas, x: float, y: float, x2: float, y2: float, weight: float, grey: float) -> None:
    canvas.setLineWidth(weight)
    canvas.setStrokeGray(grey)
    canvas.line(x, y, x2, y2)


def _box(canvas: Canvas, x: float, y: float, wide: float, high: float, weight: float) -> None:
    canvas.setLineWidth(weight)
    canvas.setStrokeGray(0)
    canvas.rect(x, y, wide, high)


def _circle(canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.setLineWidth(0.75)
    canvas.setStrokeGray(0)
    canvas.circle(x, y, radius)


def _outlined(canvas: Canvas, text: str, y: float) -> None:
    """Outlined letters, so that a marking is seen at once and uses little ink."""
    wide = width(text, MARKING + 2, True)
    drawn = canvas.beginText((WIDTH - wide) / 2, y)
    canvas.setLineWidth(0.6)
    canvas.setStrokeGray(0)
    drawn.setFont(BOLD, MARKING + 2)
    drawn.setTextRenderMode(1)
    drawn.textOut(text)
    drawn.setTextRenderMode(0)
    canvas.drawText(drawn)


_DRAW: dict[str, Any] = {"text": _text, "line": _line, "box": _box, "circle": _circle}


def table(sheet: Sheet, heads: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[str]]) -> None:
    """A table over pages, its heads on each, one line a row; what is too long ends in dots."""
    widths = fitted(heads, widths, rows)
    lefts = [LEFT + sum(widths[:i]) for i in range(len(widths))]

    def draw_heads() -> None:
        for left, head in zip(lefts, heads, strict=True):
            sheet.text(left, head, SMALL, bold=True)
        sheet.down(5)
        sheet.rule()
        sheet.down(13)

    draw_heads()
    for cells in rows:
        if sheet.room() < 14:
            sheet.need(HEIGHT)
            draw_heads()
        for left, room, cell in zip(lefts, widths, cells, strict=True):
            sheet.text(left, _short(cell, room - 4), SMALL)
        sheet.down(14)


def fitted(heads: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[str]]) -> list[float]:
    """Column widths by what the columns hold, within the same whole; where that is too little, the widest gives way."""
    wanted = [width(drawable(head), SMALL, True) + 6 for head in heads]
    for cells in rows:
        wanted = [max(held, width(drawable(cell), SMALL) + 6) for held, cell in zip(wanted, cells, strict=True)]
    spare = sum(widths) - sum(wanted)
    if spare >= 0:
        return [one + spare / len(wanted) for one in wanted]
    widest = wanted.index(max(wanted))
    wanted[widest] = max(60.0, wanted[widest] + spare)
    return wanted if sum(wanted) <= sum(widths) + 0.1 else list(widths)


def _short(text: str, room: float) -> str:
    if width(drawable(text), SMALL) <= room:
        return text
    while text and width(drawable(text) + "…", SMALL) > room:
        text = text[:-1]
    return text + "…"
