"""A PC that goes on from an older file: by a restore, by a rescue, or because somebody put file and anchor back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.conftest import FAST
from tests.factories import PASSPHRASE, logged
from tests.sync.conftest import on_both
from tests.sync.test_two_pcs import rows, same, synced
from vpr_desktop import bootstrap
from vpr_desktop.domain.errors import FileAltered, NotFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import enrolment, incidents, listing, maintenance, rescue, sessions, warnings
from vpr_desktop.services.context import Context
from vpr_desktop.storage import vault

Two = tuple[Context, Context]


def restored(ctx: Context, archive: Path) -> Context:
    sessions.lock(ctx)
    return maintenance.restore(ctx.home, archive, "amanager", PASSPHRASE, ctx.clock, FAST)


@on_both
def test_i1_a_restored_pc_gets_back_what_it_had_sent_and_sends_what_waited(two: Two, tmp_path: Path) -> None:
    one, other = two
    sent = logged(one)
    synced(one)
    waits = logged(one)
    archive = maintenance.backup(one, tmp_path / "one.vprbackup").file
    later = logged(one)
    synced(one, other)
    one = restored(one, archive)
    fresh = logged(one)
    synced(one, other, one)
    assert all(one.reader().get(Incident, made.id) for made in (sent, waits, later, fresh))
    same(one, other)
    assert rows(one, "SELECT count(*) FROM batch WHERE offer = 1") == [(0,)]
    sessions.lock(one)


@on_both
def test_file_and_anchor_put_back_together_are_found_by_what_the_endpoint_was_told(
    two: Two, endpoint: Central, tmp_path: Path
) -> None:
    one, other = two
    logged(one)
    synced(one, other)
    sessions.lock(one)
    shutil.copytree(one.home, tmp_path / "copy", ignore=shutil.ignore_patterns(vault.RESERVE, "backups"))
    one = sessions.unlock(one.home, "amanager", PASSPHRASE, one.clock, FAST)
    lost = logged(one)
    synced(one, other)
    sessions.lock(one)
    shutil.rmtree(one.home)
    shutil.copytree(tmp_path / "copy", one.home)
    one = sessions.unlock(one.home, "amanager", PASSPHRASE, one.clock, FAST)  # nothing here can show it
    assert warnings.OLDER not in warnings.of(one)
    before = one.store.tip.incarnation
    made = logged(one)
    synced(one, other, one)
    assert one.store.tip.incarnation > before
    assert warnings.OLDER in warnings.of(one)
    assert one.reader().count_acts("older file found", one.store.device_id) == 1
    assert all(pc.reader().get(Incident, got.id) for pc in (one, other) for got in (lost, made))
    same(one, other)
    assert endpoint.rows("SELECT count(*) FROM review WHERE kind = 'alarm'") == [(0,)]
    one.clock.forward(days=8)  # type: ignore[attr-defined]
    assert warnings.OLDER not in warnings.of(one)
    sessions.lock(one)


def test_a_rescued_file_gets_back_from_the_endpoint_what_it_could_not_take_over(two: Two) -> None:
    one, other = two
    made = [logged(one) for _ in range(3)]
    synced(one, other)
    raw = one.store.db.execute("SELECT raw FROM op WHERE ei = ? LIMIT 1", (made[1].id,)).fetchone()[0]
    with one.unit() as unit:  # a change of a kind that no page check would see
        unit.db.execute("UPDATE op SET raw = ? WHERE raw = ?", (bytes(raw).replace(b"COR", b"DAY"), raw))
        unit.commit("")
    sessions.lock(one)
    with pytest.raises(FileAltered):
        sessions.unlock(one.home, "amanager", PASSPHRASE, one.clock, FAST)
    one, found = rescue.open_what_can_be_read(one.home, "amanager", PASSPHRASE, one.clock, FAST)
    assert found.left >= 1
    with pytest.raises(NotFound):
        one.reader().get(Incident, made[1].id)
    synced(one, other, one)
    assert one.reader().get(Incident, made[1].id).location == "COR"
    same(one, other)
    sessions.lock(one)


def test_a_restore_gives_what_was_never_sent_a_new_label_and_both_are_found(
    make_pc: Callable[[str], Context], tmp_path: Path
) -> None:
    one = make_pc("one")
    made = logged(one)
    archive = maintenance.backup(one, tmp_path / "one.vprbackup").file
    one = restored(one, archive)
    record = one.reader().get(Incident, made.id)
    assert (record.reference, record.old_reference) == ("CED-2611-AA001", "CED-2611-A001")
    assert incidents.find(one, "ced-2611-a001") == incidents.find(one, "CED2611AA001") == made.id
    assert [row.id for row in listing.search(one, "CED-2611-A001")] == [made.id]
    assert logged(one).reference == "CED-2611-AA002"
    assert maintenance.verify(one).ok
    sessions.lock(one)


def test_a_letter_from_the_endpoint_relabels_only_what_was_never_sent(
    make_pc: Callable[[str], Context], ctx: Context, endpoint: Central
) -> None:
    from vpr_desktop.central import admin

    make_pc("one")
    early = logged(ctx)
    bootstrap.enrol(ctx, endpoint.address, admin.add_code(endpoint.admin, ("CED",), "RX1")["code"])
    record = ctx.reader().get(Incident, early.id)
    assert (record.reference, record.old_reference) == ("CED-2611-B001", "CED-2611-A001")
    synced(ctx)
    with ctx.unit() as unit:
        enrolment.relabel(ctx, unit, "C")
        unit.commit("")
    assert ctx.reader().get(Incident, early.id).reference == "CED-2611-B001"


def test_a_full_disk_fetches_nothing_and_still_sends(
    two: Two, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    logged(other)
    synced(other)
    mine = logged(one)
    monkeypatch.setattr(vault, "_room", lambda _: vault.LOW_BYTES - 1)
    one.clock.forward(minutes=3)  # type: ignore[attr-defined]
    got = bootstrap.sync(one)
    assert got.refused is not None
    assert (got.refused.kind, got.pulled, got.waiting) == ("disk-full", 0, 0)
    assert endpoint.rows(f"SELECT count(*) FROM op WHERE ei = '{mine.id}'")[0][0] >= 1
    monkeypatch.undo()
    synced(one, other)
    same(one, other)


@on_both
@pytest.mark.parametrize("years", [10, -10])
def test_i13_a_wrong_clock_is_told_once_and_hinders_nothing(two: Two, years: int) -> None:
    one, other = two
    clock: Any = one.clock
    right = datetime.now(UTC)  # as at the endpoint
    clock.set(right)
    synced(one)
    made = logged(one)
    clock.set(right + timedelta(days=365 * years))
    synced(one, other)
    assert other.reader().get(Incident, made.id)
    assert warnings.CLOCK in warnings.of(one)
    doubted = logged(one, occurred_at=one.now())
    synced(one)
    assert one.reader().count_acts("clock suspect", one.store.device_id) == 1
    clock.set(right)
    synced(one)
    assert warnings.CLOCK not in warnings.of(one)
    after = logged(one)
    clock.set(right)
    synced(one, other)
    told = [other.reader().get(Incident, report.id).clock_suspect for report in (made, doubted, after)]
    assert told == [None, True, None], "a report says whether the clock was in doubt when it was logged"
    same(one, other)
