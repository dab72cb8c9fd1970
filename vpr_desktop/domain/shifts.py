"""Shifts of a ward on its own clock: which one a moment lies in, and when it ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT = ("07:30", "19:30")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def shift_of(at: datetime, zone: ZoneInfo, boundaries: Sequence[str] = DEFAULT) -> tuple[datetime, datetime]:
    """Start and end, in UTC, of the shift that a moment lies in."""
    local_day = at.astimezone(zone).date()
    edges = [
        _edge(local_day + timedelta(days=days), text, zone)
        for days in (-1, 0, 1)
        for text in sorted(boundaries or DEFAULT)
    ]
    start = max(edge for edge in edges if edge <= at)
    return start, min(edge for edge in edges if edge > at)


def shift_end(at: datetime, zone: ZoneInfo, boundaries: Sequence[str] = DEFAULT) -> datetime:
    """The first shift boundary later than a moment."""
    return shift_of(at, zone, boundaries)[1]


def _edge(day: date, text: str, zone: ZoneInfo) -> datetime:
    hour, minute = (int(part) for part in text.split(":"))
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def shift_label(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """A shift in words: 07:30 to 19:30."""
    return f"{start.astimezone(zone):%H:%M} to {end.astimezone(zone):%H:%M}"


def is_shift_times(text: str) -> bool:
    """Whether a text lists one to four times of day."""
    parts = [part.strip() for part in text.split(",")]
    return 1 <= len(parts) <= 4 and all(TIME.fullmatch(part) for part in parts)
