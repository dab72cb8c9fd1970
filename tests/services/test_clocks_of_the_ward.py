"""Clocks that need the file: the ward's own date, escalation, lapsing, undo, each over clock changes and the leap day.

Moments are UTC. Clocks went back on 25-Oct-2026 at 01:00 UTC and forward on 28-Mar-2027 at 01:00 UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import answers, logged
from tests.fakes import FakeClock
from tests.services.test_riddor import case
from tests.services.test_support import led, plan_id
from vpr_desktop.domain.errors import NotAllowed, ProblemsFound
from vpr_desktop.services import (
    closing,
    incidents,
    listing,
    plan_care,
    recordings,
    riddor,
    sanctions,
    support_cases,
    tallies,
    views,
    worklist,
)
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.new_incident import log
from vpr_desktop.services.recordings import Said

Become = Callable[..., Context]
SECOND = timedelta(seconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def listed(who: Context, step: str) -> bool:
    return step in [row.step for row in worklist.page(who, limit=500)]


# E3 escalation: the pool of support leads sees a manager's step once it is two windows late.
@pytest.mark.parametrize(
    ("happened", "step", "due", "leads_from"),
    [
        ("2026-11-16T09:20", "S2-01", "2026-11-17T09:20", "2026-11-19T09:20"),
        ("2026-11-16T09:20", "S5-01", "2026-12-14T23:59", "2026-12-20T23:59"),
        ("2026-10-23T10:00", "S2-01", "2026-10-24T10:00", "2026-10-26T10:00"),
        ("2027-03-26T10:00", "S2-01", "2027-03-27T10:00", "2027-03-29T10:00"),
        ("2028-02-27T10:00", "S2-01", "2028-02-28T10:00", "2028-03-01T10:00"),
        ("2026-11-29T10:00", "S2-01", "2026-11-30T10:00", "2026-12-02T10:00"),
    ],
    ids=["E3 S2-01", "E3 S5-01", "clocks go back", "clocks go forward", "over the leap day", "over a month's end"],
)
def test_e3_a_late_step_comes_to_the_leads(
    ctx: Context, as_role: Become, clock: FakeClock, happened: str, step: str, due: str, leads_from: str
) -> None:
    clock.set(utc(happened))
    held = plan_id(ctx, logged(ctx, occurred_at=clock.now()).id)
    pool = as_role("support_lead", "p-pool")
    found = {one.step.code: one for one in support_cases.steps(ctx, support_cases.load(ctx, held))}
    assert found[step].due.at == utc(due)
    clock.set(utc(leads_from) - SECOND)
    assert listed(ctx, step)
    assert not listed(pool, step)
    clock.set(utc(leads_from) + SECOND)
    assert listed(pool, step)


def test_e3_a_step_told_late_is_given_four_hours_and_then_comes_to_the_leads(
    ctx: Context, as_role: Become, clock: FakeClock
) -> None:
    """Late at start: W runs from the report, also over the night the clocks go back."""
    clock.set(utc("2026-10-24T22:00"))
    logged(ctx, occurred_at=utc("2026-10-20T09:00"))
    pool = as_role("support_lead", "p-pool")
    clock.set(utc("2026-10-25T10:00") - SECOND)  # due 02:00, W 4 hours, two of them
    assert not listed(pool, "S2-01")
    clock.set(utc("2026-10-25T10:00") + SECOND)
    assert listed(pool, "S2-01")


# D1: day 0 is the date of the incident on the ward's calendar, and so is today.
@pytest.mark.parametrize(
    ("happened", "day0"),
    [
        ("2026-10-24T23:30", date(2026, 10, 25)),
        ("2026-10-25T23:30", date(2026, 10, 25)),
        ("2027-03-27T23:30", date(2027, 3, 27)),
        ("2027-03-28T23:30", date(2027, 3, 29)),
        ("2028-02-29T23:30", date(2028, 2, 29)),
        ("2027-06-30T23:30", date(2027, 7, 1)),
    ],
    ids=["into the long day", "its end", "into the short day", "its end", "leap day", "month's end in summer"],
)
def test_d1_day_0_is_a_date_of_the_ward(ctx: Context, clock: FakeClock, happened: str, day0: date) -> None:
    clock.set(utc(happened))
    parts = {"people": [{"injuries": [{"injury": "FRA", "body_area": "ARM"}]}]}
    one = log(ctx, answers(occurred_at=clock.now()), parts=parts)
    assert riddor.today(ctx, ctx.ward_id) == day0
    assert case(ctx, one.id).advice.report_by == day0 + timedelta(days=10)
    clock.set(datetime(day0.year, day0.month, day0.day, 12, tzinfo=UTC) + timedelta(days=10))
    assert [line.overdue for line in riddor.due(ctx)] == [False], "the tenth day is not over"
    clock.forward(days=1)
    assert [line.overdue for line in riddor.due(ctx)] == [True]


def test_d1_a_report_told_after_its_date_is_overdue_at_once(ctx: Context, clock: FakeClock) -> None:
    clock.set(utc("2028-03-11T10:00"))
    parts = {"people": [{"injuries": [{"injury": "FRA", "body_area": "ARM"}]}]}
    log(ctx, answers(occurred_at=utc("2028-02-29T10:00")), parts=parts)
    (line,) = riddor.due(ctx)
    assert (line.due, line.overdue) == (date(2028, 3, 10), True)


def test_d1_a_clock_put_back_moves_no_date_of_a_case(ctx: Context, clock: FakeClock) -> None:
    parts = {"people": [{"injuries": [{"injury": "FRA", "body_area": "ARM"}]}]}
    one = log(ctx, answers(), parts=parts)
    before = case(ctx, one.id).advice
    clock.set(clock.now() - timedelta(days=400))
    assert case(ctx, one.id).advice == before
    assert [line.overdue for line in riddor.due(ctx)] == [False]


@pytest.mark.parametrize(
    ("last", "in_force", "lapsed"),
    [
        (date(2026, 10, 25), "2026-10-25T23:59", "2026-10-26T00:00"),
        (date(2027, 3, 28), "2027-03-28T22:59", "2027-03-28T23:00"),
        (date(2028, 2, 29), "2028-02-29T23:59", "2028-03-01T00:00"),
    ],
    ids=["the long day", "the short day", "the leap day"],
)
def test_g5_a_warning_lapses_when_its_last_day_on_the_ward_is_over(
    ctx: Context, clock: FakeClock, last: date, in_force: str, lapsed: str
) -> None:
    clock.set(utc("2026-09-01T10:00"))
    made = logged(ctx, occurred_at=clock.now())
    values = {"level": "V", "issued_on": date(2026, 9, 1), "issued_by": "A. Manager", "expires_on": last}
    incidents.save(ctx, views.incident(ctx, made.id), [Edit("sanction", None, values)])
    for moment, state in ((in_force, sanctions.IN_FORCE), (lapsed, sanctions.LAPSED)):
        clock.set(utc(moment))
        assert [one.state for one in sanctions.register(ctx)] == [state]


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ("2026-10-25T23:30", date(2026, 10, 19)),
        ("2027-03-28T22:30", date(2027, 3, 22)),
        ("2027-03-28T23:30", date(2027, 3, 29)),
        ("2027-01-01T10:00", date(2026, 12, 28)),
        ("2028-02-29T10:00", date(2028, 2, 28)),
    ],
    ids=["the long Sunday", "the short Sunday", "past its midnight", "the new year", "the leap day"],
)
def test_a_weekly_count_is_of_the_wards_week(ctx: Context, clock: FakeClock, now: str, monday: date) -> None:
    clock.set(utc(now))
    tallies.count(ctx, 1)
    assert tallies.weeks(ctx)[0].began == monday


@pytest.mark.parametrize("now", ["2026-10-25T00:59", "2027-03-28T00:59", "2028-02-28T23:59"])
def test_two_minutes_of_undo_are_two_minutes(ctx: Context, as_role: Become, clock: FakeClock, now: str) -> None:
    clock.set(utc(now))
    me, held, _ = led(ctx, as_role, occurred_at=clock.now())
    clock.forward(minutes=2)
    plan_care.take_back(me, held)
    plan_care.take(me, held)
    clock.forward(minutes=2, seconds=1)
    with pytest.raises(NotAllowed, match="no longer be undone"):
        plan_care.take_back(me, held)


@pytest.mark.parametrize(
    ("ahead", "taken"),
    [(timedelta(minutes=2), True), (timedelta(minutes=3), False), (-timedelta(days=30), True)],
    ids=["a PC two minutes ahead", "a PC three minutes ahead", "typed in a month late"],
)
def test_e3_a_recording_is_of_the_past_give_or_take_the_clocks(
    ctx: Context, as_role: Become, clock: FakeClock, ahead: timedelta, taken: bool
) -> None:
    clock.set(utc("2026-10-25T00:58"))
    me, held, _ = led(ctx, as_role, occurred_at=clock.now() - timedelta(days=40))
    said = Said("S2-01", "DON", at=clock.now() + ahead)
    if taken:
        recordings.record(me, held, said)
    else:
        with pytest.raises(ProblemsFound, match="in the future"):
            recordings.record(me, held, said)


def test_e3_a_pc_whose_clock_is_behind_the_report_records_also_what_opens_later(
    ctx: Context, as_role: Become, clock: FakeClock
) -> None:
    me, held, _ = led(ctx, as_role, effect="SER")
    with pytest.raises(ProblemsFound, match="not before"):
        recordings.record(me, held, Said("S3-03", "ACC"))
    clock.set(clock.now() - timedelta(days=365))
    recordings.record(me, held, Said("S3-03", "ACC"))


@pytest.mark.parametrize("now", ["2026-10-25T00:30", "2027-03-28T00:30", "2028-02-28T23:30"])
def test_g2_what_is_opened_on_need_is_open_for_sixty_minutes(
    ctx: Context, as_role: Become, clock: FakeClock, now: str
) -> None:
    clock.set(utc(now))
    made = logged(ctx, occurred_at=clock.now())
    lead = as_role("vpr_lead")
    views.incident(lead, made.id, "Police ask for the words used.")
    clock.forward(minutes=59)
    assert views.incident(lead, made.id).tie.needed
    clock.forward(minutes=1)
    assert not views.incident(lead, made.id).tie.needed


@pytest.mark.parametrize(
    ("now", "shown"),
    [("2027-06-30T22:59:59", False), ("2027-06-30T23:00:00", True)],
    ids=["23:59:59 on the ward", "midnight on the ward, an hour before that of UTC"],
)
def test_what_is_looked_ahead_for_comes_into_sight_at_the_wards_midnight(
    ctx: Context, clock: FakeClock, now: str, shown: bool
) -> None:
    """A check 7 dates ahead and the review of a warning 14 dates ahead, in summer time."""
    clock.set(utc("2027-06-01T12:00"))
    made = log(ctx, answers(occurred_at=clock.now() - timedelta(hours=1)))
    warning = {"level": "V", "issued_on": date(2027, 6, 1), "issued_by": "A. Manager", "review_on": date(2027, 7, 15)}
    check = {"review_effect_on": date(2027, 7, 8)}
    incidents.save(
        ctx, views.incident(ctx, made.id), [Edit("sanction", None, warning), Edit("incident", made.id, check)]
    )
    clock.set(utc(now))
    assert [one.due for one in closing.checks_due(ctx)] == ([date(2027, 7, 8)] if shown else [])
    assert [one.due for one in sanctions.dates(ctx)] == ([date(2027, 7, 15)] if shown else [])


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-07-14T22:59:59", "2026-07-14"), ("2026-07-14T23:00", "2026-07-15"),
        ("2026-07-15T22:59:59", "2026-07-15"),
        ("2026-01-14T23:59:59", "2026-01-14"), ("2026-01-15T00:00", "2026-01-15"),
    ],
)  # fmt: skip
def test_an_auditor_finds_a_report_under_the_day_that_their_list_shows(
    ctx: Context, as_role: Become, clock: FakeClock, now: str, day: str
) -> None:
    clock.set(utc(now))
    log(ctx, answers(occurred_at=clock.now() - timedelta(hours=30)))
    clock.forward(days=3)
    me, the_day = as_role("auditor"), date.fromisoformat(day)
    (row,) = listing.page(me, ListQuery())
    assert f"Logged {the_day.day}-{the_day:%b-%Y} " in row.when_full

    def found(since: date | None, until: date | None) -> int:
        ends = [one.isoformat() if one else None for one in (since, until)]
        return listing.count(me, ListQuery(since=ends[0], until=ends[1]))

    before, after = the_day - timedelta(days=1), the_day + timedelta(days=1)
    assert found(the_day, the_day) == found(the_day, None) == found(None, the_day) == found(None, date.max) == 1
    assert found(None, before) == found(after, None) == 0
