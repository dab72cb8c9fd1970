"""The incident summary: one page of labelled answers, what is not shown, and room to write."""

from __future__ import annotations

from dataclasses import dataclass

from vpr_desktop.reports.page import BODY, LEADING, ROW, SMALL, Frame, Sheet

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


def render(summary: Summary) -> tuple[bytes, int]:
    """The PDF and its number of pages."""
    sheet = Sheet(summary.frame)
    for i, section in enumerate(summary.sections):
        if not section.rows:
            continue
        sheet.heading(section.title)
        if i == 0:
            sheet.y += ROW * 0.8 + 6
            sheet.status(summary.status)
            sheet.y -= ROW * 0.8 + 6
        for key, value in section.rows:
            sheet.row(key, value)
    if summary.narrative:
        sheet.heading("Note held on record")
        sheet.paragraph(summary.narrative)
    sheet.heading("Notes")
    sheet.y += ROW * 0.6
    sheet.ruled(4 if sheet.room() > 4 * 21 + 3 * ROW else 2)
    sheet.down(ROW)
    sheet.need(3 * BODY * LEADING)
    sheet.paragraph(summary.not_shown, SMALL)
    return sheet.finish()
