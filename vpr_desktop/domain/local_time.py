"""Parts of a moment on the ward's own clock, for charts and lists; the time zone comes in as a value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vpr_desktop.domain.fields import MOMENT

LocalParts = tuple[int | None, str | None, int | None, int | None]


def local_parts(wire: Any, zone: ZoneInfo) -> LocalParts:
    """Year and month as 202611, date, weekday (Monday 0) and hour of a wire moment on the ward's clock."""
    if not isinstance(wire, str) or not MOMENT.fullmatch(wire):
        return (None, None, None, None)
    try:
        local = datetime.fromisoformat(wire[:-1]).replace(tzinfo=UTC).astimezone(zone)
    except (ValueError, OverflowError):
        return (None, None, None, None)  # there is no such moment
    return (local.year * 100 + local.month, local.date().isoformat(), local.weekday(), local.hour)
