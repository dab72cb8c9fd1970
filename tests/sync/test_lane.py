"""How sync makes room for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import logged
from tests.sync.test_two_pcs import Two, rows, same, synced
from vpr_desktop import bootstrap
from vpr_desktop.services import enrolment
from vpr_desktop.services.context import Context
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync import cycles, runner
from vpr_desktop.sync.lane import GENTLE, Manners
from vpr_desktop.sync.runner import Runner


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


def test_somebody_who_comes_while_a_part_is_done_makes_the_next_ones_small() -> None:
    now, waits = [100.0], [True]
    manners = Manners(lambda: waits[0], lambda: now[0])
    assert manners.is_wanted()  # as it is asked between two parts; between two units nobody waits any more
    waits[0] = False
    assert not manners.is_wanted()
    assert manners.is_gentle()


def cycled(pc: Context, wanted: Callable[[], bool]) -> None:
    client = bootstrap.connect(pc, str(enrolment.address(pc)))
    unit = enrolment.InUnit(pc)
    cycles.cycle(Runner(unit, client, pc.clock.now, pc.clock.monotonic, lambda: 0.5, wanted=wanted))
    client.close()


def test_a_unit_that_fetches_ends_where_somebody_came_and_the_next_ones_are_small(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    for _ in range(9):
        logged(one)
    synced(one)
    units: list[list[int]] = []
    enter, apply = UnitOfWork.__enter__, UnitOfWork.apply_remote

    def entered(self: UnitOfWork) -> UnitOfWork:
        units.append([])
        return enter(self)

    def applied(self: UnitOfWork, st: str, lines: Any, place: Any) -> None:
        units[-1].append(len(lines))
        apply(self, st, lines, place)

    monkeypatch.setattr(UnitOfWork, "__enter__", entered)
    monkeypatch.setattr(UnitOfWork, "apply_remote", applied)
    monkeypatch.setattr(runner, "SLICE", 8)
    monkeypatch.setattr(runner, "SMALL_SLICE", 4)
    monkeypatch.setattr(Runner, "part", 2)
    cycled(other, lambda: sum(map(len, units)) in (1, 4))  # somebody comes while the first and the fourth are written
    assert [parts for parts in units if parts][:4] == [[8], [2, 2], [2], [2, 2]], units
    synced(one)
    same(one, other)


def test_what_is_sealed_while_somebody_works_is_small(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = two
    for _ in range(5):
        logged(one)
    one.clock.forward(minutes=3)  # type: ignore[attr-defined]
    monkeypatch.setattr(Runner, "gentle_batch", 3)
    before = rows(one, "SELECT max(n) FROM batch")[0][0] or 0
    cycled(one, lambda: True)
    sealed = rows(one, f"SELECT length(hashes) / 32 FROM batch WHERE n > {before} ORDER BY n")
    assert [row[0] for row in sealed][:2] == [3, 3], sealed
    assert rows(one, "SELECT count(*) FROM outbox") == [(0,)]
