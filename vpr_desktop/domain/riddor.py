"""RIDDOR advice for one person: a pure function of the facts and the day, computed anew each time, never stored.

The app advises and reminds; a named person in health and safety decides. Source: RIDDOR 2013 as HSE explains
it, in the order of the domain reference, section D1; rule numbers in names and comments are those of D1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from vpr_desktop.domain.riddor_days import Days, Gap, Spell, count

HURT_EFFECTS = frozenset({"MIN", "TRE", "SER", "NYK"})
HARMED = frozenset({"1", "2", "3", "4"})
NOT_AT_WORK = ("PAT", "VIS")
PRIVATE_SIDES = frozenset({"OWN", "REL", "STA", "COL", "MAN", "CON"})
SPECIFIED_INJURIES = frozenset({"FRA", "AMP", "LOC"})
MAYBE_SPECIFIED = frozenset({"EYE", "BUR", "CRU"})
STRICTEST_FIRST = ("DEA", "SPEC", "DO", "O7", "NWK", "SCR", "REC3", "NR", "NA")
WRITTEN_DAYS = 10  # death, specified injury, dangerous occurrence: written report within 10 days
OVER_7_DAYS = 15  # over-7-day injury: within 15 days of the accident
ASK_AGAIN = (4, 8, 12, 15)  # dates after the incident


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person. Codes as in the data set; `specified` is None while not answered."""

    day0: date
    person_kind: str | None = "STA"
    perp: str | None = None
    effect: str | None = None
    physical_harm: str | None = None
    injuries: tuple[str, ...] = ()
    exposure: str | None = None
    bbv_source: str | None = None
    specified: tuple[str, ...] | None = None
    private_matter: str | None = None
    died_on: date | None = None
    death_linked: str | None = None
    time_lost: str | None = None
    spells: tuple[Spell, ...] = ()
    gaps: tuple[Gap, ...] = ()
    taken_to_hospital: str | None = None
    at_hospital: bool = True


@dataclass(frozen=True, slots=True)
class Advice:
    """What the rules say today. `would_be` is the date that holds if the open question is answered yes."""

    status: str
    also: tuple[str, ...] = ()
    report_by: date | None = None
    would_be: date | None = None
    next_ask: date | None = None
    show: tuple[str, ...] = ()
    open_gaps: tuple[Gap, ...] = ()


def _plus(day: date, days: int) -> date:
    return day + timedelta(days=days)


def one_year_after(day: date) -> date:
    """The same date a year on; 28 February for 29 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def advise(facts: Facts, today: date) -> Advice:
    """The advice for one person on a day of the ward's calendar."""
    days = count(facts.day0, today, facts.spells, facts.gaps)
    if is_death(facts):
        return _death(facts, days)
    if is_hurt(facts) and facts.person_kind in NOT_AT_WORK:
        return _not_at_work(facts, today)
    if not is_hurt(facts):
        return Advice("NA")
    if not facts.injuries and facts.exposure != "Y":
        return Advice("SCR", next_ask=today, show=("Which injury?",))
    return _worker(facts, days, today)


def is_death(facts: Facts) -> bool:
    """Rule 1: died within a year, and nobody said that the two are not linked."""
    died = facts.died_on
    return died is not None and facts.death_linked != "N" and died <= one_year_after(facts.day0)


def is_hurt(facts: Facts) -> bool:
    """Whether there is a physical injury: a row, an exposure, a rating, or, unrated, what was said at logging."""
    unrated = facts.physical_harm is None and facts.effect in HURT_EFFECTS
    return bool(facts.injuries) or facts.exposure == "Y" or facts.physical_harm in HARMED or unrated


def is_specified(facts: Facts) -> bool:
    """Rule 5: a specified injury, said to be one or, while that is not answered, by its kind."""
    if facts.specified is not None:
        return any(code != "NONE" for code in facts.specified)
    return bool(SPECIFIED_INJURIES & set(facts.injuries))


def is_dangerous_occurrence(facts: Facts) -> bool:
    """Rule 6: sharps or body fluid from a source known to carry a blood-borne virus."""
    return ("SHP" in facts.injuries or facts.exposure == "Y") and facts.bbv_source == "Y"


def asks_for_source(facts: Facts) -> bool:
    """Whether it has to be asked if the source carries a blood-borne virus, and was not answered."""
    asked = bool({"SHP", "BIT"} & set(facts.injuries)) or facts.exposure == "Y"
    return asked and facts.bbv_source is None


def _reports(facts: Facts, days: Days) -> list[str]:
    """The reports of rules 5, 6 and 7 that are due, in that order; two may be."""
    tests = (("SPEC", is_specified(facts)), ("DO", is_dangerous_occurrence(facts)), ("O7", days.sure > 7))
    return [status for status, holds in tests if holds]


def _death(facts: Facts, days: Days) -> Advice:
    assert facts.died_on is not None
    soon = facts.died_on <= _plus(facts.day0, WRITTEN_DAYS)
    by = _plus(facts.day0, WRITTEN_DAYS) if soon else None
    show = ("Tell H&S now. Phone line for deaths.", *(() if soon else ("Now, in writing.",)))
    return Advice("DEA", tuple(_reports(facts, days)), report_by=by, show=show)


def _not_at_work(facts: Facts, today: date) -> Advice:
    by_hospital = facts.taken_to_hospital == "Y" and not facts.at_hospital
    reportable = is_specified(facts) or by_hospital
    ask = _plus(facts.day0, 2)
    return Advice(
        "NWK",
        report_by=_plus(facts.day0, WRITTEN_DAYS) if reportable else None,
        next_ask=ask if ask > today else None,
        show=(
            "Not at work: H&S decides if it came from the work.",
            "It looks reportable." if reportable else "It does not look reportable.",
        ),
    )


def _worker(facts: Facts, days: Days, today: date) -> Advice:
    """Rules 4 to 13 for somebody at work with an injury or an exposure."""
    due = _reports(facts, days)
    if facts.private_matter == "Y" and facts.perp in PRIVATE_SIDES:
        show = ("A private matter, not reportable. Say why.", *(("H&S confirms.",) if due else ()))
        return Advice("NR", show=show)
    if due:
        return _reportable(facts, days, due)
    rules: tuple[tuple[bool, Callable[[], Advice]], ...] = (
        (facts.specified is None and bool(MAYBE_SPECIFIED & set(facts.injuries)), lambda: _ask_specified(facts, today)),
        (days.may > 7, lambda: _screen(facts, days, today, _plus(facts.day0, OVER_7_DAYS))),
        (days.sure > 3, lambda: _record_only(days, today)),
        (days.may > 3 or days.run_began is not None or asks_for_source(facts), lambda: _screen(facts, days, today)),
        (not facts.spells and facts.time_lost != "N", lambda: _screen(facts, days, today)),
    )
    for holds, advice in rules:
        if holds:
            return advice()
    return _not_reportable(facts)


def _reportable(facts: Facts, days: Days, due: list[str]) -> Advice:
    status, also = due[0], tuple(due[1:])
    if status != "O7":
        say = "Tell H&S now." if status == "SPEC" else "Known blood-borne virus: tell H&S and OH now."
        unsure = ("H&S decides.",) if status == "DO" and "SHP" not in facts.injuries else ()
        return Advice(status, also, report_by=_plus(facts.day0, WRITTEN_DAYS), show=(say, *unsure))
    by = _plus(facts.day0, OVER_7_DAYS)
    certain = days.sure_dates[7]
    show = [f"Over 7 days, certain on {_day(certain)}."]
    if certain > by:
        show.append("Late from the start: report now.")
    if any(spell.reason == "BOTH" for spell in facts.spells):
        show.append("H&S decides how much was the injury.")
    return Advice("O7", report_by=by, show=tuple(show), open_gaps=days.open_gaps)


def _ask_specified(facts: Facts, today: date) -> Advice:
    by = _plus(facts.day0, WRITTEN_DAYS)
    return Advice("SCR", would_be=by, next_ask=today, show=("Is it one of the specified injuries?",))


def _record_only(days: Days, today: date) -> Advice:
    """Rule 10: over three days are recorded, not reported; while it runs, over seven comes next."""
    show = ["Over 3 days: record only."]
    ask = None
    if days.run_began is not None:
        over = _plus(days.run_began, 7)
        ask = over if over > today else None
        show.append(f"Over 7 days on {_day(over)}.")
    return Advice("REC3", next_ask=ask, show=tuple(show), open_gaps=days.open_gaps)


def _screen(facts: Facts, days: Days, today: date, would_be: date | None = None) -> Advice:
    """Rules 9, 11 and 12: something is still open, and it is asked again at fixed dates until decided."""
    ask = today if days.open_gaps else _next_of(facts, days, today)
    return Advice("SCR", would_be=would_be, next_ask=ask, show=_questions(facts, days), open_gaps=days.open_gaps)


def _next_of(facts: Facts, days: Days, today: date) -> date | None:
    if days.run_began is not None:
        dates = [_plus(days.run_began, step) for step in (3, 7)]
    else:
        dates = [_plus(facts.day0, step) for step in ASK_AGAIN]
    return next((day for day in dates if day > today), None)


def _questions(facts: Facts, days: Days) -> tuple[str, ...]:
    asked = []
    if days.open_gaps:
        asked.append("Was the person fit for normal work on the days between?")
    if any(spell.reason in (None, "NK") for spell in facts.spells):
        asked.append("Was it the injury that stopped normal work? H&S decides mixed cases.")
    if asks_for_source(facts):
        asked.append("Is the source known to carry a blood-borne virus?")
    if not facts.spells and facts.time_lost != "N":
        asked.append("Any days off, or on other duties?")
    return tuple(asked) or ("Still off or on other duties?",)


def _not_reportable(facts: Facts) -> Advice:
    show = ["Not reportable by what is known."]
    if any(spell.reason == "PSY" for spell in facts.spells):
        show.append("Time off is recorded as psychological only: not counted.")
    if facts.bbv_source == "NK":
        show.append("If the source proves infected, tell H&S.")
    return Advice("NR", show=tuple(show))


def _day(day: date) -> str:
    return f"{day:%d-%b-%Y}"


def look_again(advice: Advice, decided: str | None) -> bool:
    """Whether the advice is now stricter than what a person decided. The decision stays until a person changes it.

    After SENT the caller compares facts instead, as nothing is stricter than a report that was made.
    """
    if decided in (None, "SENT") or decided not in STRICTEST_FIRST:
        return False
    return STRICTEST_FIRST.index(advice.status) < STRICTEST_FIRST.index(decided)
