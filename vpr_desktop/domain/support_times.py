"""When each step of a support plan is due: pure, from saved values only, so that any PC gives the same (domain E2).

Hours and minutes are elapsed time; days end at 23:59 on the ward's own calendar; so a clock change moves no
hour rule and no date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vpr_desktop.domain.shifts import shift_end
from vpr_desktop.domain.support_template import Step

FIRST_CONTACT = timedelta(hours=24)
LATE_START = timedelta(hours=4)
NO_SHIFT = timedelta(hours=12)
SHORTEST_WINDOW, LONGEST_WINDOW = timedelta(minutes=15), timedelta(hours=72)
NEVER_PAUSED = frozenset({"S2-05", "S4-05"})  # what the law asks for does not wait


@dataclass(frozen=True, slots=True)
class Clock:
    """From when a plan's times run. `base` is when it was reported; for imported history, when it came in."""

    occurred_at: datetime
    time_known: str
    base: datetime
    zone: ZoneInfo
    boundaries: Sequence[str] = ()

    @property
    def start(self) -> datetime:
        """Where support clocks start."""
        return support_start(self.occurred_at, self.time_known, self.base, self.zone)


@dataclass(frozen=True, slots=True)
class Due:
    """When a step is due and from where that was counted. `opens_at` is the moment before which it shall wait."""

    at: datetime
    counted_from: datetime
    late_at_start: bool = False
    opens_at: datetime | None = None

    @property
    def window(self) -> timedelta:
        """The time given for it, which paces escalation: at least 15 minutes, at most 72 hours."""
        return min(max(self.at - self.counted_from, SHORTEST_WINDOW), LONGEST_WINDOW)


def support_start(occurred_at: datetime, time_known: str, reported_at: datetime, zone: ZoneInfo) -> datetime:
    """Where support clocks start: the event; with the time unknown, the earlier of its day's end and the report."""
    if time_known != "unknown":
        return occurred_at
    return min(day_end(occurred_at.astimezone(zone).date(), zone), reported_at)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """23:59 of a date on the ward's clock, as UTC."""
    return datetime.combine(day, time(23, 59), zone).astimezone(UTC)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """00:00 of a date on the ward's clock, as UTC."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def first_contact_due(occurred_at: datetime, time_known: str, reported_at: datetime, zone: ZoneInfo) -> datetime:
    """24 elapsed hours after the start; where that had passed at the report, 4 hours after the report."""
    rule = support_start(occurred_at, time_known, reported_at, zone) + FIRST_CONTACT
    return rule if rule > reported_at else reported_at + LATE_START


def due(
    step: Step,
    clock: Clock,
    *,
    added_at: datetime | None = None,
    by_hand: datetime | None = None,
    paused_until: date | None = None,
) -> Due:
    """When a step is due. `added_at` is its first ADD entry; a time set by hand wins over all."""
    base = added_at or clock.base
    opens = clock.start + timedelta(hours=step.opens_hours) if step.opens_hours else None
    if by_hand is not None:
        return Due(by_hand, base, opens_at=opens)
    rule = _rule(step, clock)
    late = rule <= base
    found = Due(base + LATE_START, base, True, opens) if late else Due(rule, clock.start, False, opens)
    if paused_until is not None and not step.team and step.code not in NEVER_PAUSED:
        end = day_end(paused_until, clock.zone)
        if found.at <= end:
            return Due(end, found.counted_from, found.late_at_start, opens)
    return found


def _rule(step: Step, clock: Clock) -> datetime:
    start = clock.start
    if step.due_kind == "shift_end":
        known = clock.boundaries and clock.time_known != "unknown"
        return shift_end(start, clock.zone, clock.boundaries) if known else start + NO_SHIFT
    if step.due_kind == "days":
        return day_end(start.astimezone(clock.zone).date() + timedelta(days=step.due_amount), clock.zone)
    unit = timedelta(minutes=1) if step.due_kind == "minutes" else timedelta(hours=1)
    return start + step.due_amount * unit
