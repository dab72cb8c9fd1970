"""Told but not logged: one number a person and week, on the ward's own calendar, beside what was logged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import FAST
from tests.factories import answers, first_run
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import NotAllowed, ProblemsFound
from vpr_desktop.domain.tally import Tally
from vpr_desktop.services import incidents, sessions, tallies, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.new_incident import log
from vpr_desktop.storage import closing_rows

Become = Callable[..., Context]
MINUTE = timedelta(minutes=1)


def test_counts_of_two_people_add_up_and_a_new_count_replaces_ones_own(ctx: Context, as_role: Become) -> None:
    lead = as_role("support_lead")
    for person, told in ((ctx, 3), (lead, 2), (ctx, 4)):
        tallies.count(person, told)
    this, *before = tallies.weeks(ctx)
    assert (this.began, this.told, this.mine) == (date(2026, 11, 16), 6, 4)
    assert [week.told for week in before] == [0] * 5
    assert len(ctx.reader().find(Tally)) == 2
    assert tallies.weeks(lead)[0].mine == 2


def test_what_was_logged_stands_beside_it(ctx: Context) -> None:
    log(ctx, answers())
    incidents.withdraw(ctx, views.incident(ctx, log(ctx, answers()).id), "Entered twice.")
    tallies.count(ctx, 0)
    assert (tallies.weeks(ctx)[0].logged, tallies.weeks(ctx)[0].mine) == (1, 0)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/London"])
def test_the_days_of_a_week_are_the_wards_own_to_the_minute(home: Path, clock: FakeClock, zone: str) -> None:
    ctx, _ = sessions.first_run(home, first_run(timezone=zone), clock, FAST)
    first, end = (datetime(2026, 11, day, tzinfo=ctx.ward.zone) for day in (9, 16))
    for at in (first - MINUTE, first, end - MINUTE, end):
        log(ctx, answers(occurred_at=at.astimezone(UTC)))
    found = closing_rows.logged_between(ctx.store.db, ctx.ward_id, date(2026, 11, 9), date(2026, 11, 15))
    sessions.lock(ctx)
    assert found == 2


def test_the_week_begins_on_monday_of_the_ward(ctx: Context, clock: FakeClock) -> None:
    clock.set(datetime(2026, 6, 28, 22, 59, tzinfo=UTC))
    assert tallies.monday(ctx) == date(2026, 6, 22), "Sunday 23:59 in summer time"
    clock.set(datetime(2026, 6, 28, 23, 1, tzinfo=UTC))
    assert tallies.monday(ctx) == date(2026, 6, 29)


def test_who_counts_and_what(ctx: Context, as_role: Become) -> None:
    for role in ("reporter", "vpr_lead", "auditor", "device_admin"):
        with pytest.raises(NotAllowed):
            tallies.count(as_role(role), 1)
        with pytest.raises(NotAllowed):
            tallies.weeks(as_role(role))
    for wrong in (-1, 1000):
        with pytest.raises(ProblemsFound):
            tallies.count(ctx, wrong)


def test_a_count_made_elsewhere_since_stands_beside_until_one_is_said_to_hold(ctx: Context, clock: FakeClock) -> None:
    blank = tallies.weeks(ctx)[0].shown
    tallies.count(ctx, 3, blank)
    tallies.count(ctx, 5, blank)
    (held,) = ctx.reader().find(Tally)
    assert held.shown.clashes == {"told_count"}
    this = tallies.weeks(ctx)[0]
    assert this.counts == (3, 5), "both are said"
    tallies.count(ctx, this.mine or 0, this.shown)
    (held,) = ctx.reader().find(Tally)
    assert (held.told_count, held.shown.clashes, tallies.weeks(ctx)[0].counts) == (this.mine, frozenset(), ())
    clock.forward(days=7)
    tallies.count(ctx, 1, tallies.weeks(ctx)[1].shown)
    assert [(week.told, week.mine) for week in tallies.weeks(ctx)[:2]] == [(1, 1), (this.mine, this.mine)]
