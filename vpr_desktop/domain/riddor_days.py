"""Which days a person could not do their normal work, as far as is known: the day classes of RIDDOR advice.

Days count from the day after the incident; weekends and rest days count (HSE, RIDDOR 2013 regulation 4(2)).
Source of the classes: domain reference, section D1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_GAP = 7  # dates; a longer gap is not asked about
LAST_DAY = 365  # dates after the incident that are looked at
DAY = timedelta(days=1)
NO_END = date.max - DAY
BY_INJURY = ("PHY", "BOTH")
UNABLE, MAYBE = "U", "M"


@dataclass(frozen=True, slots=True)
class Spell:
    """Days absent or on other duties, ends included; no last day while it runs. `reason` is a CL-ABS code.

    `back_on` is the first day at normal work after it, where that is known.
    """

    first: date
    last: date | None = None
    reason: str | None = None
    back_on: date | None = None

    @property
    def counts(self) -> bool:
        """Whether it may be due to the physical injury."""
        return self.reason != "PSY"

    @property
    def is_sure(self) -> bool:
        """Whether it is said to be due to the physical injury."""
        return self.reason in BY_INJURY


@dataclass(frozen=True, slots=True)
class Gap:
    """Days beside or between spells, and the answer (CL-GAP) whether the person was fit on them."""

    first: date
    last: date
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """What the classes of all days come to. `run_began` is the first date of the run that still goes on."""

    sure: int
    may: int
    sure_dates: tuple[date, ...]
    may_dates: tuple[date, ...]
    run_began: date | None
    open_gaps: tuple[Gap, ...]


def count(day0: date, today: date, spells: Sequence[Spell], gaps: Sequence[Gap]) -> Days:
    """The longest sure and possible runs of days unable to work, from the day after `day0` to `today`."""
    if not spells and not gaps:
        return Days(0, 0, (), (), None, ())
    ordered = sorted(spells, key=lambda spell: (spell.first, spell.last or NO_END))
    asked = list(_asked_gaps(day0, today, ordered))
    classes: dict[date, str] = {}
    last = min(today, day0 + LAST_DAY * DAY)
    for day in _dates(day0 + DAY, last):
        kind = _class_of(day, ordered, gaps, asked)
        if kind:
            classes[day] = kind
    in_spell = {day for day in classes if any(_covers(spell, day) and spell.counts for spell in ordered)}
    sure = _longest(day for day, kind in classes.items() if kind == UNABLE)
    may = _longest(classes, in_spell)
    still_open = tuple(gap for gap in asked if any(_answer(gaps, day) is None for day in _dates(gap.first, gap.last)))
    return Days(len(sure), len(may), sure, may, _run_began(day0, today, ordered, classes), still_open)


def _dates(first: date, last: date) -> Iterator[date]:
    for step in range((last - first).days + 1):
        yield first + step * DAY


def _covers(spell: Spell, day: date) -> bool:
    return spell.first <= day and (spell.last is None or day <= spell.last)


def _answer(gaps: Sequence[Gap], day: date) -> str | None:
    return next((gap.answer for gap in gaps if gap.answer and gap.first <= day <= gap.last), None)


def _class_of(day: date, spells: Sequence[Spell], gaps: Sequence[Gap], asked: Sequence[Gap]) -> str:
    held = [spell for spell in spells if _covers(spell, day)]
    answer = None if held else _answer(gaps, day)
    if any(spell.is_sure for spell in held) or answer == "UNF":
        return UNABLE
    if any(spell.counts for spell in held):
        return MAYBE
    gap = next((one for one in asked if one.first <= day <= one.last), None)
    if gap is None or held or answer not in (None, "NK"):
        return ""
    return UNABLE if answer == "NK" and _between_sure(gap, spells) else MAYBE


def _between_sure(gap: Gap, spells: Sequence[Spell]) -> bool:
    """Rest days between two spells of the injury itself are taken as days unable to work."""
    before = any(spell.is_sure and spell.last == gap.first - DAY for spell in spells)
    return before and any(spell.is_sure and spell.first == gap.last + DAY for spell in spells)


def _asked_gaps(day0: date, today: date, spells: Sequence[Spell]) -> Iterator[Gap]:
    """Gaps of 1 to 7 dates outside all spells: before the first, between two, and from an end to its `back_on`."""
    began = [spell for spell in spells if spell.first <= today]
    edge, beside = day0, False  # the last date covered so far, and whether a spell that counts ends there
    back: date | None = None  # the day at normal work after the spell that ends there
    for spell in began:
        gap = Gap(edge + DAY, min(spell.first, back or spell.first) - DAY)
        if (spell.counts or beside) and 1 <= _length(gap) <= LONGEST_GAP:
            yield gap
        last = spell.last or NO_END
        if last > edge:
            edge, beside, back = last, spell.counts, spell.back_on
        elif last == edge:
            beside, back = beside or spell.counts, back or spell.back_on
    if back is not None and beside:
        gap = Gap(edge + DAY, back - DAY)
        if 1 <= _length(gap) <= LONGEST_GAP:
            yield gap


def _length(gap: Gap) -> int:
    return (gap.last - gap.first).days + 1


def _longest(days: Iterator[date] | dict[date, str], needs: set[date] | None = None) -> tuple[date, ...]:
    """The longest run of consecutive dates, the first of equals; with `needs` only runs that hold one of them."""
    best: tuple[date, ...] = ()
    for run in _runs(sorted(days)):
        if len(run) > len(best) and (needs is None or needs & set(run)):
            best = tuple(run)
    return best


def _runs(days: list[date]) -> Iterator[list[date]]:
    run: list[date] = []
    for day in days:
        if run and day != run[-1] + DAY:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _run_began(day0: date, today: date, spells: Sequence[Spell], classes: dict[date, str]) -> date | None:
    """The first date of the run in which a spell still goes on today; None where none does."""
    running = [s for s in spells if s.counts and s.first <= today and (s.last is None or s.last >= today)]
    if not running:
        return None
    first = max(min(spell.first for spell in running), day0 + DAY)
    while first - DAY in classes:
        first -= DAY
    return first
