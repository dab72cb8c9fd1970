"""When the first contact is due: the 24 hour rule of step S2-01 with its late start (domain E2)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_CONTACT = timedelta(hours=24)
LATE_START = timedelta(hours=4)


def support_start(occurred_at: datetime, time_known: str, reported_at: datetime, zone: ZoneInfo) -> datetime:
    """Where support clocks start: the event; with the time unknown, the earlier of its day's end and the report."""
    if time_known != "unknown":
        return occurred_at
    day_end = datetime.combine(occurred_at.astimezone(zone).date(), time(23, 59), zone).astimezone(UTC)
    return min(day_end, reported_at)


def first_contact_due(occurred_at: datetime, time_known: str, reported_at: datetime, zone: ZoneInfo) -> datetime:
    """24 elapsed hours after the start; where that had passed at the report, 4 hours after the report."""
    rule = support_start(occurred_at, time_known, reported_at, zone) + FIRST_CONTACT
    return rule if rule > reported_at else reported_at + LATE_START
