"""The dates of a RIDDOR case that a person has to know before they come, and the words for rule and source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from vpr_desktop.domain.riddor import OVER_7_DAYS, WRITTEN_DAYS, Advice, Facts, advise
from vpr_desktop.domain.riddor_days import count

REPORTABLE = ("DEA", "SPEC", "DO", "O7")
SOON = timedelta(days=2)
# What stands behind each answer: the rule in plain words, and where it comes from.
RULES = {
    "DEA": "A death within a year of the accident is told at once. RIDDOR 2013, regulation 6.",
    "SPEC": "A specified injury is told without delay, in writing within 10 days. RIDDOR 2013, regulation 4(1).",
    "DO": "Blood or body fluid known to carry a blood-borne virus: dangerous occurrence. RIDDOR 2013, regulation 7.",
    "O7": "Over 7 days unable to do normal work is told within 15 days of the accident. RIDDOR 2013, regulation 4(2).",
    "NWK": "Somebody not at work: H&S decides if it came from the work. RIDDOR 2013, regulation 5.",
    "SCR": "Something is not known yet. The rules ask for the injury, the cause and the days off.",
    "REC3": "Over 3 days is kept on record and not sent. RIDDOR 2013, regulation 12.",
    "NR": "Nothing known meets a rule of RIDDOR 2013.",
    "NA": "No physical injury is known. RIDDOR 2013 asks for one.",
}


@dataclass(frozen=True, slots=True)
class Clocks:
    """The dates of one case. `over_3_on` and `over_7_on` only while the person is off and the date is not there yet.

    `before_certain`: the last day to report comes before it can be certain that it has to be reported.
    """

    ten_days: date
    fifteen_days: date
    over_3_on: date | None = None
    over_7_on: date | None = None
    before_certain: bool = False


def clocks(facts: Facts, today: date) -> Clocks:
    """The dates of a case as it stands today."""
    limit = facts.day0 + timedelta(days=OVER_7_DAYS)
    made = Clocks(facts.day0 + timedelta(days=WRITTEN_DAYS), limit)
    run = count(facts.day0, today, facts.spells, facts.gaps).run_began
    if run is None or advise(facts, today).status in ("NA", "NWK"):
        return made
    third, eighth = run + timedelta(days=3), run + timedelta(days=7)
    return Clocks(
        made.ten_days,
        limit,
        third if third > today else None,
        eighth if eighth > today else None,
        eighth > today and eighth > limit,
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is to be done next about a case, and by when."""

    text: str
    due: date
    overdue: bool


def waiting(advice: Advice, dates: Clocks, decided: str | None, again: bool, today: date) -> Waiting | None:
    """What a case waits for; None where nothing is to be done for now. `again`: it was decided on other facts."""
    if advice.report_by is not None and decided != "SENT":
        return Waiting("RIDDOR: tell H&S, report", advice.report_by, today > advice.report_by)
    if again:
        return Waiting("RIDDOR: look again", today, False)
    if dates.over_7_on is not None and dates.over_7_on - today <= SOON and decided != "SENT":
        return Waiting("RIDDOR: over 7 days, then report", dates.over_7_on, False)
    if decided in REPORTABLE:
        by = dates.fifteen_days if decided == "O7" else dates.ten_days
        return Waiting("RIDDOR: note that it was sent", by, today > by)
    if decided in (None, "SCR") and advice.status != "NA":
        due = advice.next_ask or advice.would_be or dates.fifteen_days
        return Waiting("RIDDOR: decide", due, today > due)
    return None
