"""Working sheets of labelled answers, boxes to tick and lines to write on: whatever a service puts into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vpr_desktop.reports.page import BODY, CLOSE, HEADING, LEADING, LEFT, ROOM, ROW, SMALL, Frame, Sheet

BOX = 9.0
INDENT = 20.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A line with a box to tick, or with a row of boxes under it of which one is ticked."""

    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One section. Of its kinds any may be empty: words, labelled answers, boxes, and empty lines for handwriting."""

    title: str
    words: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    ticks: tuple[Tick, ...] = ()
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Working:
    """A whole sheet. `large` stands under the heading in large letters, `foot` says what is not shown."""

    frame: Frame
    blocks: tuple[Block, ...]
    foot: str = ""
    large: tuple[str, ...] = field(default=())


def render(sheet_of: Working) -> tuple[bytes, int]:
    """The PDF and its number of pages: one where closer rows can do that; else no section is torn that fits a page."""
    sheet = _laid_out(sheet_of, ROW)
    if sheet.pages > 1:
        close = _laid_out(sheet_of, CLOSE)
        sheet = close if close.pages == 1 else sheet
    return sheet.finish()


def _laid_out(sheet_of: Working, line: float) -> Sheet:
    sheet = Sheet(sheet_of.frame, line=line)
    for words in sheet_of.large:
        sheet.down(ROW * 0.6)
        sheet.paragraph(words, HEADING + 6, bold=True)
    for block in sheet_of.blocks:
        sheet.section = ""
        sheet.need(_height(sheet_of.frame, block, line))
        _draw(sheet, block)
    if sheet_of.foot:
        sheet.section = ""
        sheet.need(3 * BODY * LEADING)
        sheet.down(ROW * 0.6)
        sheet.paragraph(sheet_of.foot, SMALL)
    return sheet


def _height(frame: Frame, block: Block, line: float) -> float:
    """Points from the head of a section to its end; 0 where it fits no page."""
    trial = Sheet(frame, line=line)
    room = trial.room()
    _draw(trial, block)
    return room - trial.room() if trial.pages == 1 else 0.0


def _draw(sheet: Sheet, block: Block) -> None:
    sheet.heading(block.title)
    for words in block.words:
        sheet.paragraph(words)
        sheet.down(5)
    for key, value in block.rows:
        sheet.row(key, value)
    if block.rows and block.ticks:
        sheet.down(ROW * 0.3)
    _ticks(sheet, block.ticks)
    if block.lines:
        sheet.y += ROW * 0.6
        sheet.ruled(block.lines)
        sheet.down(ROW * 0.8)


def _ticks(sheet: Sheet, ticks: Sequence[Tick]) -> None:
    for one in ticks:
        sheet.need(2 * ROW)
        if one.choices:
            sheet.paragraph(one.text)
            _choices(sheet, one.choices)
        else:
            sheet.box(LEFT, sheet.y - 1, BOX, BOX)
            sheet.paragraph(one.text, x=LEFT + INDENT, room=ROOM - INDENT)
        sheet.down(5)


def _choices(sheet: Sheet, choices: Sequence[str]) -> None:
    """Boxes side by side, as wide as their words ask for together."""
    step = (ROOM - INDENT) / len(choices)
    for place, words in enumerate(choices):
        x = LEFT + INDENT + place * step
        sheet.box(x, sheet.y - 1, BOX - 1, BOX - 1)
        sheet.text(x + 14, words, SMALL)
    sheet.down(SMALL * LEADING + 2)
