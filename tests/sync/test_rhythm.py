"""When the next try is due: by the monotonic clock, never more often than may be, and spread over many PCs."""

from __future__ import annotations

import random

import pytest

from vpr_desktop.sync.engine import State, step
from vpr_desktop.sync.events import Ask, Failed, Started, Tick


@pytest.mark.parametrize("shift", [-3.2e8, 0.0, 3.2e8])
def test_i13_only_differences_of_the_monotonic_clock_count(shift: float) -> None:
    state, _ = step(State(), Started(shift, 0.5, False))
    assert state.due == shift + 30
    state, effects = step(state, Tick(shift + 30))
    assert effects == (Ask(),)
    state, _ = step(state, Failed("no-connection", shift + 31, 1.0))
    assert state.due == shift + 33


@pytest.mark.parametrize("chance", [0.0, 0.001, 0.5])
def test_i15_at_most_120_retries_in_any_hour_whatever_chance_gives(chance: float) -> None:
    state, now, starts = State(due=0.0), 0.0, []
    while now < 4 * 3600:
        state, effects = step(state, Tick(now))
        if effects:
            starts.append(now)
            assert len(starts) <= 1 + 5 * 120, "more than so many in each hour that was begun"
            now += 0.05
            state, _ = step(state, Failed("no-connection", now, chance))
        now = max(now, state.due or now)
    retries = starts[1:]
    assert len(retries) > 10
    assert all(sum(at <= other < at + 3600 for other in retries) <= 120 for at in retries)


def test_i15_twenty_thousand_pcs_come_back_spread_over_five_minutes_and_more() -> None:
    """All poll, the endpoint is away for a quarter of an hour: when does each of them try next?"""
    chances = random.Random(1)
    outage, back = 900.0, []
    for _ in range(20_000):
        state, now = State(due=60.0 * chances.random()), 0.0
        while now < outage:
            now = state.due or 0.0
            if now < outage:
                state, _ = step(step(state, Tick(now))[0], Failed("no-connection", now, chances.random()))
        back.append(now - outage)
    back.sort()
    busiest = max(sum(m * 10 <= at < m * 10 + 60 for at in back) for m in range(90))
    assert back[18_000] - back[1_000] >= 300
    assert busiest <= len(back) / 4
