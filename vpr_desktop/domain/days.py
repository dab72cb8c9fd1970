"""Dates as people read them. Light to import, as the lock screen says the date in its first picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def show_day(day: date) -> str:
    """A date: 22-Nov-2026, in English whatever the PC's language."""
    return f"{day.day:02d}-{MONTHS[day.month - 1].capitalize()}-{day.year}"
