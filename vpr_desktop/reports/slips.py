"""Two small papers: the receipt slip of a report, and the recovery code sheet."""

from __future__ import annotations

from collections.abc import Sequence

from vpr_desktop.reports.page import BODY, HEADING, LEFT, ROW, Frame, Sheet


def receipt(frame: Frame, reference: str, saved: str, code: str, lines: Sequence[str]) -> tuple[bytes, int]:
    """The slip the reporter takes away: the reference and the code that finds the answer, nothing else."""
    sheet = Sheet(frame)
    sheet.heading("Thank you for telling us")
    sheet.row("Reference", reference)
    sheet.row("Saved", saved)
    sheet.row("Slip code", code)
    sheet.down(8)
    for line in lines:
        sheet.paragraph(line)
        sheet.down(6)
    return sheet.finish()


def recovery(frame: Frame, code: str, lines: Sequence[str]) -> tuple[bytes, int]:
    """The recovery code in large letters, and how to keep it."""
    sheet = Sheet(frame)
    sheet.heading("Recovery code of this PC")
    groups = code.split("-")
    sheet.down(6)
    for start in range(0, len(groups), 4):
        sheet.text(LEFT, "   ".join(groups[start : start + 4]), HEADING + 4, bold=True)
        sheet.down(ROW * 1.5)
    for line in lines:
        sheet.paragraph(line, BODY)
        sheet.down(6)
    return sheet.finish()
