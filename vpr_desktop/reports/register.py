"""A list of incidents as a table over pages, as the person who prints it may see them."""

from __future__ import annotations

from collections.abc import Sequence

from vpr_desktop.reports.page import Frame, Sheet, Told, table

HEADS = ("Reference", "When", "Where", "What", "Effect so far", "Status")
WIDTHS = (84.0, 86.0, 92.0, 98.0, 62.0, 46.0)


def render(frame: Frame, rows: Sequence[Sequence[str]], told: Told | None = None) -> tuple[bytes, int]:
    """The PDF and its number of pages."""
    sheet = Sheet(frame, told)
    table(sheet, HEADS, WIDTHS, rows)
    return sheet.finish()
