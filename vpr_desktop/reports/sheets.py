"""Working sheets of labelled answers, boxes to tick and lines to write on: whatever a service puts into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vpr_desktop.reports.page import BODY, HEADING, LEADING, LEFT, ROOM, ROW, SMALL, Frame, Sheet

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
    """The PDF and its number of pages."""
    sheet = Sheet(sheet_of.frame)
    for line in sheet_of.large:
        sheet.down(ROW * 0.6)
        sheet.paragraph(line, HEADING + 6, bold=True)
    for block in sheet_of.blocks:
        _draw(sheet, block)
    if sheet_of.foot:
        sheet.need(3 * BODY * LEADING)
        sheet.down(ROW * 0.6)
        sheet.paragraph(sheet_of.foot, SMALL)
    return sheet.finish()


def _draw(sheet: Sheet, block: Block) -> None:
    sheet.heading(block.title)
    for words in block.words:
        sheet.paragraph(words)
        sheet.down(5)
    for key, value in block.rows:
        sheet.row(key, value)
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
