"""How sync makes room for people."""

from __future__ import annotations

from vpr_desktop.sync.lane import GENTLE, Manners


def test_sync_is_gentle_while_somebody_waits_and_for_a_while_after() -> None:
    now, waits = [100.0], [False]
    manners = Manners(lambda: waits[0], lambda: now[0])
    assert not manners.is_gentle()
    waits[0] = True
    assert manners.is_gentle()
    waits[0] = False
    now[0] += GENTLE - 1
    assert manners.is_gentle()
    now[0] += 2
    assert not manners.is_gentle()
