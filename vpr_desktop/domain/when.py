"""Times as people type and read them, on the ward's clock. The current time comes in as a value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from vpr_desktop.domain.days import MONTHS, show_day

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

HELP = "Type a time such as 14:20, -40m, yesterday 22:10 or 21-Nov-2026 22:10."
GRACE = timedelta(minutes=2)  # how far a typed time may lie ahead before it counts as future
AGO = re.compile(r"-\s*(\d{1,3})\s*(m|min|minutes?|h|hours?)")
CLOCK = re.compile(r"(\d{1,2})[:.]?(\d{2})")
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
WHICH = ("first", "second")
NAMED = re.compile(r"(\d{1,2})[- ]([a-z]{3,9})(?:[- ](\d{4}|\d{2}))?")


class WhenProblem(ValueError):
    """A sentence that says what to type instead."""


class NoSuchTime(WhenProblem):
    """A time that the clocks skipped when they went forward."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed time: the moment in UTC, and how it is said back.

    `twice` holds both moments where the clocks went back then; `is_sure` is False while nobody said which one.
    `is_day` says that a date was typed without a time: the moment is its noon.
    """

    at: datetime
    echo: str
    twice: tuple[datetime, datetime] | None = None
    is_sure: bool = True
    is_day: bool = False


def parse_when(
    text: str, now: datetime, zone: ZoneInfo, *, second: bool | None = None, ahead: bool = False, days: bool = False
) -> Parsed:
    """The moment somebody typed. `ahead` allows the future, `days` a date without a time.

    Of a time that came twice `second` picks one, as "first" or "second" typed behind it does; with neither the first
    is taken and is not sure. Raises WhenProblem.
    """
    typed = " ".join(text.lower().replace(",", " ").split())
    rest, _, last = typed.rpartition(" ")
    if last in WHICH:
        typed, second = rest, last == WHICH[1]
    ago = AGO.fullmatch(typed)
    if ago:
        amount = int(ago[1])
        at = now - (timedelta(hours=amount) if ago[2].startswith("h") else timedelta(minutes=amount))
        return _parsed(at.replace(second=0, microsecond=0), zone)
    day_text, _, clock_text = typed.rpartition(" ")
    clock = CLOCK.fullmatch(clock_text)
    local_now = now.astimezone(zone)
    if days and typed and not clock:
        return _on_day(_day(typed, local_now.date()), now, zone)
    if not clock or int(clock[1]) > 23 or int(clock[2]) > 59:
        raise WhenProblem(HELP)
    day = _day(day_text, local_now.date())
    latest = datetime.max.replace(tzinfo=UTC) if ahead else now + GRACE
    naive = datetime(day.year, day.month, day.day, int(clock[1]), int(clock[2]))
    return _on_clock(naive, latest, zone, second)


def parse_day(text: str, today: date) -> date:
    """The date somebody typed; without a year the nearest one that is past. Raises WhenProblem."""
    return _day(" ".join(text.lower().split()), today)


def _day(text: str, today: date) -> date:
    if text in ("", "today"):
        return today
    if text == "yesterday":
        return today - timedelta(days=1)
    if ISO.fullmatch(text):
        year, month, day = text.split("-")
        return _date(int(day), int(month), year, today)
    slashed, named = SLASHED.fullmatch(text), NAMED.fullmatch(text)
    if slashed:
        return _date(int(slashed[1]), int(slashed[2]), slashed[3], today)
    if named and named[2][:3] in MONTHS:
        return _date(int(named[1]), MONTHS.index(named[2][:3]) + 1, named[3], today)
    raise WhenProblem(HELP)


def _date(day: int, month: int, year: str | None, today: date) -> date:
    try:
        if year is not None:
            return date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
        this_year = date(today.year, month, day)
        return this_year if this_year <= today else date(today.year - 1, month, day)
    except ValueError:
        raise WhenProblem("There is no such date. " + HELP) from None


def _on_clock(naive: datetime, latest: datetime, zone: ZoneInfo, second: bool | None) -> Parsed:
    first = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    again = naive.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) != naive:
        raise NoSuchTime(
            f"There was no {naive:%H:%M} that night: the clocks went forward. Type an earlier or later time."
        )
    chosen = again if second else first
    if chosen > latest:
        raise WhenProblem("That is in the future. Type when it happened, such as yesterday 22:10.")
    twice = (first, again) if first != again and again <= latest else None
    return Parsed(chosen, echo(chosen, zone), twice, twice is None or second is not None)


def _parsed(at: datetime, zone: ZoneInfo) -> Parsed:
    return Parsed(at, echo(at, zone))


def _on_day(day: date, now: datetime, zone: ZoneInfo) -> Parsed:
    """A date without its time: noon, as the clocks for support and RIDDOR want it, or now where that is earlier."""
    if day > now.astimezone(zone).date():
        raise WhenProblem("That is in the future. Type when it happened, such as yesterday 22:10.")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC)
    at = min(noon, now.replace(second=0, microsecond=0))
    return Parsed(at, f"{day:%A} {show_day(day)}, time not known", is_day=True)


def which_of(at: datetime, zone: ZoneInfo) -> str:
    """ "first" or "second" for a moment whose time came twice, nothing for any other."""
    local = at.astimezone(zone)
    other = local.replace(fold=1 - local.fold)
    return "" if other.utcoffset() == local.utcoffset() else WHICH[local.fold]


def echo(at: datetime, zone: ZoneInfo) -> str:
    """A moment said back: Saturday 21-Nov-2026, 22:10."""
    local = at.astimezone(zone)
    return f"{local:%A} {show_day(local.date())}, {local:%H:%M}"


def show(at: datetime, zone: ZoneInfo, *, day_only: bool = False) -> str:
    """A moment in full: 22-Nov-2026 14:20."""
    local = at.astimezone(zone)
    return show_day(local.date()) if day_only else f"{show_day(local.date())} {local:%H:%M}"


def relative(at: datetime, now: datetime, zone: ZoneInfo, *, day_only: bool = False) -> str:
    """A moment for lists: Today 14:05, Yesterday 22:10, else in full."""
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    word = {0: "Today", -1: "Yesterday", 1: "Tomorrow"}.get((day - today).days)
    if word is None:
        return show(at, zone, day_only=day_only)
    return word if day_only else f"{word} {at.astimezone(zone):%H:%M}"
