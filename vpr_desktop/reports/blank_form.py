"""The blank paper form for power cuts: the same seven questions, digits and codes as the quick log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from vpr_desktop.reports.fonts import width
from vpr_desktop.reports.page import BODY, LEFT, ROOM, ROW, SMALL, Frame, Sheet

COLUMNS = 3


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """One question with its answers as digit and words; `many` draws squares."""

    number: int
    text: str
    hint: str
    answers: tuple[str, ...]
    many: bool


def render(frame: Frame, danger: str, questions: Sequence[PaperQuestion]) -> tuple[bytes, int]:
    """The PDF and its number of pages."""
    sheet = Sheet(frame)
    sheet.down(4)
    sheet.paragraph(danger, BODY, bold=True)
    sheet.paragraph(
        "One sheet for each incident. Use roles such as patient or nurse, no names. "
        "Type it into VPR Desktop when the PC is back: the digits are the same.",
        SMALL,
    )
    for question in questions:
        _question(sheet, question)
    sheet.heading("Anything to add? (optional)")
    sheet.y += ROW * 0.5
    sheet.ruled(4)
    sheet.down(ROW * 1.4)
    sheet.need(ROW * 0.5)
    for left, words, wide in (
        (LEFT, "Written by (initials)", 30),
        (LEFT + 62 * mm, "Date and time written", 23),
        (LEFT + 122 * mm, "Typed in by", 18),
    ):
        sheet.text(left, words, SMALL)
        start = left + width(words, SMALL) + 4
        sheet.rule(0.5, 0.2, start, min(start + wide * mm, LEFT + ROOM))
    return sheet.finish()


def _question(sheet: Sheet, question: PaperQuestion) -> None:
    rows = -(-len(question.answers) // COLUMNS)
    sheet.need(ROW * (rows + 1.6))
    sheet.down(ROW * 0.55)
    words = f"{question.number}  {question.text}"
    sheet.text(LEFT, words, BODY, bold=True)
    if question.hint:
        sheet.text(LEFT + width(words, BODY, True) + 8, question.hint, SMALL)
    sheet.down(ROW * 0.95)
    for i, answer in enumerate(question.answers):
        left = LEFT + (i % COLUMNS) * ROOM / COLUMNS
        if question.many:
            sheet.box(left, sheet.y - 3, 12, 12)
        else:
            sheet.circle(left + 6, sheet.y + 3, 6.5)
        sheet.text(left + (3.6 if question.many else 3.4), str(i + 1), SMALL)
        sheet.text(left + 18, answer, BODY)
        if i % COLUMNS == COLUMNS - 1 or i == len(question.answers) - 1:
            sheet.down(ROW * 0.95)
