"""Told but not logged: what one person was told of in a week and nobody logged. A number, nothing of any event."""

from __future__ import annotations

from datetime import date

from vpr_desktop.domain.fields import day, number, text
from vpr_desktop.domain.record import Record

TALLY = "Told but not logged"


class Tally(Record, table=True):
    """One person's count of one week. Its id follows from ward, week and person, so that a new count is a change."""

    __tablename__ = "tally"

    week_on: date | None = day("Week from", section=TALLY, block="system", listed=True, app=True)
    told_count: int | None = number("Told of, but not logged", section=TALLY, block="system", most=999)
    counted_by: str | None = text("Counted by", section=TALLY, block="system", longest=80, app=True)
