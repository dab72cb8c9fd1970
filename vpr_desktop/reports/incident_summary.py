"""The incident summary: one page of labelled answers, what is not shown, and room to write."""

from __future__ import annotations

from dataclasses import dataclass

from vpr_desktop.reports.page import CLOSE, LEADING, ROW, SMALL, Frame, Sheet

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its labelled answers."""

    title: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class Summary:
    """All that the summary says, as words that were already let through or redacted."""

    frame: Frame
    status: str
    sections: tuple[Section, ...]
    narrative: str
    not_shown: str


# Closer together and with less room for handwriting, where that keeps a summary on one page.
LAYOUTS = ((ROW, 4), (ROW, 2), (CLOSE, 2), (CLOSE, 0))


def render(summary: Summary) -> tuple[bytes, int]:
    """The PDF and its number of pages: one wherever it can be; over more pages it keeps its full spacing."""
    laid_out = (_laid_out(summary, line, lines) for line, lines in LAYOUTS)
    sheet = next((one for one in laid_out if one.pages == 1), None) or _laid_out(summary, *LAYOUTS[0])
    return sheet.finish()


def _laid_out(summary: Summary, line: float, lines: int) -> Sheet:
    sheet = Sheet(summary.frame, line=line)
    for i, section in enumerate(summary.sections):
        if not section.rows:
            continue
        sheet.heading(section.title)
        if i == 0:
            sheet.y += line * 0.8 + 6
            sheet.status(summary.status)
            sheet.y -= line * 0.8 + 6
        for key, value in section.rows:
            sheet.row(key, value)
    if summary.narrative:
        sheet.heading("Note held on record")
        sheet.paragraph(summary.narrative)
    if lines:
        sheet.heading("Notes")
        sheet.y += line * 0.6
        sheet.ruled(lines)
    sheet.down(line * 0.9)
    sheet.section = ""
    sheet.need(2 * SMALL * LEADING)
    sheet.paragraph(summary.not_shown, SMALL)
    return sheet
