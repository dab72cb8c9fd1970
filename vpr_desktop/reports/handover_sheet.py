"""The handover sheet: incidents of the shift, what is overdue, how many drafts; no names, no free text."""

from __future__ import annotations

from collections.abc import Sequence

from vpr_desktop.reports.page import LEFT, LINE, ROW, Frame, Sheet, Told, table

HEADS = ("Reference", "When", "Where", "What", "Effect so far")
WIDTHS = (88.0, 96.0, 110.0, 112.0, 62.0)
LINES = 6  # to write on
DUE_HEADS = ("Reference", "Person", "Step", "Due")
DUE_WIDTHS = (92.0, 62.0, 206.0, 100.0)


def render(
    frame: Frame,
    shift: str,
    incidents: Sequence[Sequence[str]],
    overdue: Sequence[Sequence[str]],
    facts: Sequence[str],
    told: Told | None = None,
) -> tuple[bytes, int]:
    """The PDF and its number of pages."""
    sheet = Sheet(frame, told)
    sheet.heading(f"Incidents this shift, {shift}")
    if incidents:
        table(sheet, HEADS, WIDTHS, incidents)
    else:
        sheet.paragraph("None logged.")
    sheet.heading("Overdue")
    if overdue:
        table(sheet, DUE_HEADS, DUE_WIDTHS, overdue)
    else:
        sheet.paragraph("Nothing is overdue.")
    sheet.heading("Also")
    for fact in facts:
        sheet.paragraph(fact)
    sheet.section = ""
    sheet.need(5 * ROW + LINES * LINE)  # notes and signature stay together
    sheet.heading("For the next shift")
    sheet.y += ROW * 0.6
    sheet.ruled(LINES)
    sheet.down(ROW * 1.5)
    sheet.text(LEFT, "Handed over to ______________________________   at ______________")
    return sheet.finish()
