"""Every clock of support and RIDDOR over clock changes, month ends, the leap day, late logging and a PC's wrong clock.

Each row names its rule and where the rule comes from. Moments are UTC, so that nothing of the answer is worked out by
what is tested. Clocks went back on 25-Oct-2026 at 01:00 UTC and forward on 28-Mar-2027 at 01:00 UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.domain.test_support import LONDON, SUP_1, facts
from vpr_desktop.domain import evidence, riddor_clocks
from vpr_desktop.domain import support_steps as steps
from vpr_desktop.domain.riddor import Facts, advise
from vpr_desktop.domain.riddor_days import Spell
from vpr_desktop.domain.support_sets import is_repeat
from vpr_desktop.domain.support_steps import Care, Entry, PlanState
from vpr_desktop.domain.support_times import Clock, due

SHIFTS = ("07:30", "19:30")
# Where each rule of support stands: the field reference, section E2 or E3, and what that rests on.
MINUTES, HOURS = "E2 elapsed minutes (HSE: at once)", "E2 elapsed hours (offer within 24 h, TRiM 72 h)"
SHIFT, DAYS = "E2 end of shift on the wall clock", "E2 23:59 of a date (7 d, 28 d, 90 dates)"
UNKNOWN, LATE = "E2 time not known: end of its day or the report", "E2 late at start: report + 4 h"
SKEW = "E2 saved values only, whatever the PC's clock said"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# rule and source, case, step, happened, reported (empty: at once), due
DUE = [
    (MINUTES, "first of the hour that comes twice", "S0-02", "2026-10-25T00:45", "", "2026-10-25T01:15"),
    (MINUTES, "over the hour that is skipped", "S0-02", "2027-03-28T00:45", "", "2027-03-28T01:15"),
    (MINUTES, "over the end of a month", "S0-02", "2026-11-30T23:50", "", "2026-12-01T00:20"),
    (MINUTES, "into the leap day", "S0-02", "2028-02-28T23:50", "", "2028-02-29T00:20"),
    (HOURS, "clocks go back", "S3-01", "2026-10-23T10:00", "", "2026-10-26T10:00"),
    (HOURS, "clocks go forward", "S3-01", "2027-03-26T10:00", "", "2027-03-29T10:00"),
    (HOURS, "over the end of a month", "S3-01", "2026-11-30T10:00", "", "2026-12-03T10:00"),
    (HOURS, "over the end of a year", "S2-01", "2026-12-31T10:00", "", "2027-01-01T10:00"),
    (HOURS, "into the leap day", "S2-01", "2028-02-28T10:00", "", "2028-02-29T10:00"),
    (HOURS, "over the leap day", "S3-01", "2028-02-28T10:00", "", "2028-03-02T10:00"),
    (SHIFT, "the day before clocks go back", "S1-01", "2026-10-24T10:00", "", "2026-10-24T18:30"),
    (SHIFT, "the long night", "S1-01", "2026-10-24T20:00", "", "2026-10-25T07:30"),
    (SHIFT, "the short night", "S1-01", "2027-03-27T22:00", "", "2027-03-28T06:30"),
    (SHIFT, "over the end of a month", "S1-01", "2026-11-30T20:00", "", "2026-12-01T07:30"),
    (SHIFT, "into the leap day", "S1-01", "2028-02-28T20:00", "", "2028-02-29T07:30"),
    (DAYS, "clocks go back", "S4-02", "2026-10-20T11:00", "", "2026-10-27T23:59"),
    (DAYS, "clocks go forward", "S4-02", "2027-03-22T12:00", "", "2027-03-29T22:59"),
    (DAYS, "half past midnight in summer is the next date", "S4-02", "2026-10-20T23:30", "", "2026-10-28T23:59"),
    (DAYS, "14 dates over a clock change", "S5-06", "2027-03-20T12:00", "", "2027-04-03T22:59"),
    (DAYS, "over the end of a month", "S4-02", "2026-11-30T23:30", "", "2026-12-07T23:59"),
    (DAYS, "28 dates from the last of a long month", "S5-01", "2027-01-31T10:00", "", "2027-02-28T23:59"),
    (DAYS, "8 dates to the leap day", "S4-05", "2028-02-21T10:00", "", "2028-02-29T23:59"),
    (DAYS, "90 dates to the leap day", "S6-01", "2027-12-01T10:00", "", "2028-02-29T23:59"),
    (DAYS, "90 dates over a clock change", "S6-01", "2026-09-01T10:00", "", "2026-11-30T23:59"),
    (LATE, "minutes", "S0-02", "2026-11-16T09:20", "2026-11-16T10:00", "2026-11-16T14:00"),
    (LATE, "told in the minute it was due", "S0-02", "2026-11-16T09:20", "2026-11-16T09:50", "2026-11-16T13:50"),
    (LATE, "hours, over the night clocks go back", "S2-01", "2026-10-23T21:00", "2026-10-24T22:30", "2026-10-25T02:30"),
    (LATE, "hours, over the night clocks go forward", "S2-01", "2027-03-26T21:00", "2027-03-27T23:00",
     "2027-03-28T03:00"),
    (LATE, "end of shift, over the end of a month", "S1-01", "2026-11-30T12:00", "2026-11-30T22:00",
     "2026-12-01T02:00"),
    (LATE, "days, in the hour that comes twice", "S4-02", "2026-10-17T10:00", "2026-10-25T00:30", "2026-10-25T04:30"),
    (LATE, "days, on the leap day", "S4-02", "2028-02-20T10:00", "2028-02-29T10:00", "2028-02-29T14:00"),
    (SKEW, "minutes, reported before it happened", "S0-02", "2026-11-16T09:20", "2026-11-16T07:20",
     "2026-11-16T09:50"),
    (SKEW, "hours, reported before it happened", "S2-01", "2026-11-16T09:20", "2026-11-15T09:20", "2026-11-17T09:20"),
    (SKEW, "days, reported before it happened", "S4-02", "2026-11-16T09:20", "2026-11-01T09:20", "2026-11-23T23:59"),
    (SKEW, "end of shift, reported before it happened", "S1-01", "2026-11-16T09:20", "2026-11-16T07:00",
     "2026-11-16T19:30"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "happened", "reported", "expected"),
    [row[2:] for row in DUE],
    ids=[f"{rule}: {case}" for rule, case, *_ in DUE],
)
def test_due(code: str, happened: str, reported: str, expected: str) -> None:
    step = SUP_1.step(code)
    assert step is not None
    clock = Clock(utc(happened), "exact", utc(reported or happened), LONDON, SHIFTS)
    assert due(step, clock).at == utc(expected)


NOT_KNOWN = [
    ("the long day", "2026-10-25T12:00", "2026-10-26T09:00", "2026-10-26T23:59"),
    ("the short day", "2027-03-28T12:00", "2027-03-29T09:00", "2027-03-29T22:59"),
    ("the last of a month", "2026-11-30T12:00", "2026-12-01T09:00", "2026-12-01T23:59"),
    ("the leap day", "2028-02-29T12:00", "2028-03-01T09:00", "2028-03-01T23:59"),
    ("told on the day itself", "2026-11-16T12:00", "2026-11-16T15:00", "2026-11-17T15:00"),
    ("told two days later", "2026-11-14T12:00", "2026-11-16T15:00", "2026-11-16T19:00"),
    ("reported before it happened", "2026-11-16T12:00", "2026-11-16T03:00", "2026-11-17T03:00"),
]


@pytest.mark.parametrize(
    ("happened", "reported", "expected"), [row[1:] for row in NOT_KNOWN], ids=[f"{UNKNOWN}: {r[0]}" for r in NOT_KNOWN]
)
def test_due_where_nobody_knows_the_time(happened: str, reported: str, expected: str) -> None:
    step = SUP_1.step("S2-01")
    assert step is not None
    assert due(step, Clock(utc(happened), "unknown", utc(reported), LONDON, SHIFTS)).at == utc(expected)


# E3: a step added by a change of facts counts from then; a hand-set time wins; a pause ends at 23:59 of its last day;
# S3-03 opens at 72 h (TRiM: not sooner). Happened 16-Oct-2026 10:00 UTC, or as the row says.
SET = [
    ("E3 ADD + 4 h, the night clocks go back", "S3-05", {"added_at": utc("2026-10-24T23:00")}, "2026-10-25T03:00"),
    ("E3 ADD + 4 h, the night clocks go forward", "S3-05", {"added_at": utc("2027-03-27T23:00")}, "2027-03-28T03:00"),
    ("E3 ADD + 4 h, into the leap day", "S3-05", {"added_at": utc("2028-02-28T21:00")}, "2028-02-29T01:00"),
    ("E3 ADD + 4 h, over the end of a month", "S3-05", {"added_at": utc("2026-10-31T21:00")}, "2026-11-01T01:00"),
    ("E2 by hand, in the hour that comes twice", "S2-01", {"by_hand": utc("2026-10-25T01:30")}, "2026-10-25T01:30"),
    ("E2 by hand wins over a pause", "S2-01",
     {"by_hand": utc("2026-10-25T01:30"), "paused_until": date(2026, 12, 1)}, "2026-10-25T01:30"),
    ("E2 pause to the long day", "S2-01", {"paused_until": date(2026, 10, 25)}, "2026-10-25T23:59"),
    ("E2 pause to the short day", "S2-01", {"paused_until": date(2027, 3, 28)}, "2027-03-28T22:59"),
    ("E2 pause to the leap day", "S2-01", {"paused_until": date(2028, 2, 29)}, "2028-02-29T23:59"),
    ("E2 the law does not pause", "S2-05", {"paused_until": date(2028, 2, 29)}, "2026-10-17T10:00"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "more", "expected"), [row[1:] for row in SET], ids=[row[0] for row in SET])
def test_due_by_what_was_set(code: str, more: dict[str, Any], expected: str) -> None:
    step = SUP_1.step(code)
    assert step is not None
    at = utc("2026-10-16T10:00")
    assert due(step, Clock(at, "exact", at, LONDON, SHIFTS), **more).at == utc(expected)


@pytest.mark.parametrize(
    ("happened", "opens", "closes"),
    [
        ("2026-10-23T10:00", "2026-10-26T10:00", "2026-10-27T10:00"),
        ("2027-03-26T10:00", "2027-03-29T10:00", "2027-03-30T10:00"),
        ("2028-02-26T10:00", "2028-02-29T10:00", "2028-03-01T10:00"),
        ("2026-11-28T10:00", "2026-12-01T10:00", "2026-12-02T10:00"),
    ],
    ids=["clocks go back", "clocks go forward", "to the leap day", "over the end of a month"],
)
def test_e2_peer_support_opens_at_72_hours_and_is_due_at_96(happened: str, opens: str, closes: str) -> None:
    step = SUP_1.step("S3-03")
    assert step is not None
    found = due(step, Clock(utc(happened), "exact", utc(happened), LONDON, SHIFTS))
    assert (found.opens_at, found.at) == (utc(opens), utc(closes))


@pytest.mark.parametrize(
    ("day", "still_waits", "asks", "last_minute", "late"),
    [
        (date(2026, 10, 25), "2026-10-24T22:59", "2026-10-24T23:00", "2026-10-25T23:59", "2026-10-26T00:00"),
        (date(2027, 3, 28), "2027-03-27T23:59", "2027-03-28T00:00", "2027-03-28T22:59", "2027-03-28T23:00"),
        (date(2028, 2, 29), "2028-02-28T23:59", "2028-02-29T00:00", "2028-02-29T23:59", "2028-03-01T00:00"),
        (date(2026, 11, 30), "2026-11-29T23:59", "2026-11-30T00:00", "2026-11-30T23:59", "2026-12-01T00:00"),
    ],
    ids=["the long day", "the short day", "the leap day", "the last of a month"],
)
def test_e3_ask_me_again_comes_back_on_its_date_of_the_ward(
    day: date, still_waits: str, asks: str, last_minute: str, late: str
) -> None:
    at = utc("2026-10-16T10:00")
    entry = Entry("S2-03", "DEL", utc("2026-10-16T12:00"), until_on=day)
    held = PlanState(facts(), Clock(at, "exact", at, LONDON, SHIFTS), (entry,))

    def state(now: str) -> tuple[bool, bool]:
        found = {one.step.code: one for one in steps.personal_steps(SUP_1, held, utc(now))}["S2-03"]
        return found.is_open, found.overdue

    assert [state(now) for now in (still_waits, asks, last_minute, late)] == [
        (False, False), (True, False), (True, False), (True, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "earlier", "expected"),
    [
        ("2026-11-16T09:20", "2026-08-17T23:30", True),  # 00:30 of 18 August in summer time: day 90
        ("2026-11-16T09:20", "2026-08-17T22:30", False),
        ("2028-02-29T09:20", "2027-12-01T09:20", True),
        ("2028-02-29T09:20", "2027-11-30T23:30", False),
        ("2027-03-28T23:30", "2026-12-29T00:30", True),  # 00:30 of 29 March
        ("2027-03-28T23:30", "2026-12-28T23:30", False),
    ],
    ids=["day 90 in summer", "day 91 in summer", "to the leap day", "day 91 before it", "over the change", "day 91"],
)
def test_e3_repeat_counts_ninety_dates_of_the_ward(now: str, earlier: str, expected: bool) -> None:
    assert is_repeat(utc(now), [utc(earlier)], LONDON) is expected


# RIDDOR: regulation, the day of the accident, days off, injury; today, status, report by, next date to ask
FIRST = ("BRU",)
RIDDOR = [
    ("reg. 4(1), 10 days: over a clock change", "2026-10-20", 0, ("FRA",), "2026-10-21", "SPEC", "2026-10-30", None),
    ("reg. 4(1), 10 days: over the end of a year", "2026-12-27", 0, ("FRA",), "2026-12-28", "SPEC", "2027-01-06", None),
    ("reg. 4(1), 10 days: over the leap day", "2028-02-20", 0, ("AMP",), "2028-02-21", "SPEC", "2028-03-01", None),
    ("reg. 4(1), 10 days: told a month late", "2026-11-02", 0, ("FRA",), "2026-12-02", "SPEC", "2026-11-12", None),
    ("reg. 4(1), 10 days: the PC's clock a day behind", "2026-11-02", 0, ("FRA",), "2026-11-01", "SPEC", "2026-11-12",
     None),
    ("reg. 4(2), over 7 days: over the leap day", "2028-02-22", 8, FIRST, "2028-03-01", "O7", "2028-03-08", None),
    ("reg. 4(2), 7 days are not over 7: over the leap day", "2028-02-22", 7, FIRST, "2028-02-29", "REC3", None,
     "2028-03-01"),
    ("reg. 4(2), over 7 days: over a clock change", "2026-10-23", 8, FIRST, "2026-10-31", "O7", "2026-11-07", None),
    ("reg. 4(2), over 7 days: over the end of a year", "2026-12-28", 8, FIRST, "2027-01-05", "O7", "2027-01-12", None),
    ("reg. 4(2), over 7 days: told a month late", "2026-11-02", 20, FIRST, "2026-12-02", "O7", "2026-11-17", None),
    ("reg. 4(2), the PC's clock before the accident", "2026-11-02", 0, FIRST, "2026-11-01", "SCR", None, "2026-11-06"),
    ("reg. 12, over 3 days: over the end of a month", "2026-11-28", 4, FIRST, "2026-12-02", "REC3", None, "2026-12-06"),
    ("reg. 12, over 3 days: to the leap day", "2028-02-25", 4, FIRST, "2028-02-29", "REC3", None, "2028-03-04"),
    ("reg. 12, 3 days are not over 3: to the leap day", "2028-02-26", 3, FIRST, "2028-02-29", "SCR", None,
     "2028-03-01"),
    ("D1 rule 12 asks on dates: over a clock change", "2026-10-22", 0, FIRST, "2026-10-25", "SCR", None, "2026-10-26"),
    ("D1 rule 12 asks on dates: over the leap day", "2028-02-25", 0, FIRST, "2028-02-29", "SCR", None, "2028-03-04"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("day0", "off", "injuries", "today", "status", "by", "ask"), [row[1:] for row in RIDDOR], ids=[r[0] for r in RIDDOR]
)
def test_riddor(
    day0: str, off: int, injuries: tuple[str, ...], today: str, status: str, by: str | None, ask: str | None
) -> None:
    """`off`: days off from the day after; a spell that ends today goes on as far as anybody knows."""
    began = date.fromisoformat(day0)
    spells = (Spell(began + timedelta(days=1), began + timedelta(days=off), "PHY"),) if off else ()
    found = advise(Facts(began, injuries=injuries, perp="PAT", spells=spells), date.fromisoformat(today))
    days = [date.fromisoformat(day) if day else None for day in (by, ask)]
    assert (found.status, found.report_by, found.next_ask) == (status, *days)


@pytest.mark.parametrize(
    ("day0", "today", "ten", "fifteen", "third", "eighth"),
    [
        ("2028-02-22", "2028-02-24", "2028-03-03", "2028-03-08", "2028-02-26", "2028-03-01"),
        ("2026-10-22", "2026-10-24", "2026-11-01", "2026-11-06", "2026-10-26", "2026-10-30"),
        ("2026-12-28", "2026-12-30", "2027-01-07", "2027-01-12", "2027-01-01", "2027-01-05"),
    ],
    ids=["over the leap day", "over a clock change", "over the end of a year"],
)
def test_d1_dates_that_are_told_before_they_come(
    day0: str, today: str, ten: str, fifteen: str, third: str, eighth: str
) -> None:
    began = date.fromisoformat(day0)
    case = Facts(began, injuries=FIRST, perp="PAT", spells=(Spell(began + timedelta(days=1), None, "PHY"),))
    found = riddor_clocks.clocks(case, date.fromisoformat(today))
    days = (found.ten_days, found.fifteen_days, found.over_3_on, found.over_7_on)
    assert days == tuple(date.fromisoformat(day) for day in (ten, fifteen, third, eighth))


@pytest.mark.parametrize(
    ("happened", "last"),
    [
        ("2026-10-10T10:00", "2026-11-07T10:00"),
        ("2027-03-10T10:00", "2027-04-07T10:00"),
        ("2028-02-10T10:00", "2028-03-09T10:00"),
    ],
    ids=["clocks go back", "clocks go forward", "over the leap day"],
)
def test_recordings_are_asked_for_during_28_times_24_hours(happened: str, last: str) -> None:
    """S0-06, and what systems keep (RCN, ask that evidence is kept)."""
    incident = {"occurred_at": utc(happened), "act_types": ["PHY"]}
    assert evidence.asks(incident, utc(last) - timedelta(seconds=1))
    assert not evidence.asks(incident, utc(last))


def test_a_care_set_elsewhere_by_a_pc_with_a_wrong_clock_counts_as_saved() -> None:
    """E2: saved values only. A due time before the event, as a PC in another year would write, is late and no error."""
    at = utc("2026-11-16T09:20")
    held = PlanState(
        facts(), Clock(at, "exact", at, LONDON, SHIFTS), cares={"S2-01": Care(None, utc("2025-01-01T00:00"))}
    )
    found = {one.step.code: one for one in steps.personal_steps(SUP_1, held, at)}["S2-01"]
    assert (found.due.at, found.overdue, found.due.window) == (utc("2025-01-01T00:00"), True, timedelta(minutes=15))
