"""Invariants of sync on real files and over real HTTP that no other file names: I7, I12, I13, and I1 with kills."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.conftest import FAST
from tests.domain.test_heads_rule import arrive
from tests.factories import PASSPHRASE, logged
from tests.sealing import Device
from tests.sync.conftest import on_both
from tests.sync.ending import end_at
from tests.sync.test_two_pcs import amend, rows, same, synced
from vpr_desktop import bootstrap
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import conflicts, history, sending, sessions, views
from vpr_desktop.services.context import Context
from vpr_desktop.storage import streams
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync import runner
from vpr_desktop.sync.runner import Runner

Two = tuple[Context, Context]


def test_i7_a_page_cut_between_its_slices_leaves_the_cursor_at_what_is_held(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    for _ in range(8):
        logged(one)
    synced(one)
    monkeypatch.setattr(runner, "SLICE", 5)
    monkeypatch.setattr(Runner, "part", 5)
    apply, calls = UnitOfWork.apply_remote, []

    def third_fails(self: UnitOfWork, st: str, lines: Any, place: Any) -> None:
        calls.append(place.cursor)
        apply(self, st, lines, place)
        if len(calls) == 3:
            raise RuntimeError("ended here")

    monkeypatch.setattr(UnitOfWork, "apply_remote", third_fails)
    with pytest.raises(RuntimeError):
        bootstrap.sync(other)
    cursor = streams.place(other.store.db, other.ward_id).cursor
    assert cursor == calls[1]
    assert rows(other, f"SELECT count(*) FROM op WHERE seq <= {cursor}") == [(cursor,)]
    others = f"dev <> '{other.store.device_id}'"  # its own were numbered when it sent them
    assert rows(other, f"SELECT count(*) FROM op WHERE seq > {cursor} AND {others}") == [(0,)]
    monkeypatch.undo()
    synced(other, one, other)
    same(*two)


def test_i12_an_older_version_never_blanks_a_field_of_a_newer_one(two: Two) -> None:
    one, other = two
    made = logged(one)
    with one.unit() as unit:  # as a newer version would write it
        op = unit._op(unit.get(Incident, made.id), {"weather": "Rain"}, {}, None, ())
        unit._write({**op, "sch": 2}, None, False)
        unit.commit("amend", made.id)
    synced(one, other)
    amend(other, made.id, location_detail="By the lift")
    synced(other, one)
    for pc in two:
        record = pc.reader().get(Incident, made.id)
        assert record.shown.values["weather"] == "Rain"
        assert record.location_detail == "By the lift"
    same(*two)


@pytest.mark.parametrize("at", ["999999999999999.00000", "later", ""])
def test_i13_no_time_that_another_pc_writes_keeps_a_record_from_being_opened(ctx: Context, at: str) -> None:
    """The endpoint takes any text there: for one op, its record opened to nobody and the chip told nothing more."""
    mine = logged(ctx)
    ctx.store.put_state_now("endpoint_url", b"http://127.0.0.1:1")
    device = Device()
    arrive(ctx, device, [device.op(st=ctx.ward_id, ei=mine.id, set={"effect": "SER"}, at=at)])
    assert views.incident(ctx, mine.id).record.clashes == {"effect"}
    assert len(conflicts.conflicts(ctx)[0].versions) == 2
    assert sending.status(ctx).conflicts == 1
    assert history.history(ctx, mine.id)


@on_both
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_i1_a_pc_killed_at_every_step_of_a_cycle_loses_and_doubles_nothing(
    two: Two, endpoint: Central, after: bool
) -> None:
    """A process of its own, killed with no chance to tidy up, before or after each effect in turn."""
    one, other = two
    made = []
    step = 0
    ended = -signal.SIGKILL
    while ended == -signal.SIGKILL:
        made.append(logged(one))
        made.append(logged(other))
        synced(other)
        one.clock.forward(minutes=3)  # type: ignore[attr-defined]
        sessions.lock(one)
        ended = in_a_process(one, step, after)
        one = sessions.unlock(one.home, "amanager", PASSPHRASE, one.clock, FAST)
        step += 1
    assert ended == 0
    assert step > 6, "a cycle has more steps than that"
    synced(one, other, one)
    for pc in (one, other):
        assert all(pc.reader().get(Incident, got.id) for got in made)
    same(one, other)
    assert (
        endpoint.rows("SELECT count(*), count(DISTINCT op_id) FROM op")[0]
        == (rows(one, "SELECT count(*) FROM op")[0][0],) * 2
    )
    sessions.lock(one)


def in_a_process(pc: Context, step: int, after: bool) -> int:
    """Syncs in a child that is killed at this step. How it ended: 0 where the cycle had fewer steps."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            end_at(step, after)
            ctx = sessions.unlock(pc.home, "amanager", PASSPHRASE, pc.clock, FAST)
            code = 0 if bootstrap.sync(ctx).refused is None else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
