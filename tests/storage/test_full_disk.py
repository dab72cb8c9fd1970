"""Disk full: a save fails whole and says so, nothing saved before is lost, and it works again once there is room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE, first_run, logged
from tests.fakes import FakeClock
from tests.storage.small_disk import Filler, in_a_namespace, small_disk
from vpr_desktop.domain.errors import DiskFull
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import drafts, maintenance, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import vault

MIB = 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    if in_a_namespace(request.node.nodeid):
        pytest.skip("ran, and passed, in a namespace of its own")
    with small_disk(tmp_path / "disk", 24) as place:
        yield place


@pytest.fixture
def full(disk: Path, clock: FakeClock) -> Iterator[Context]:
    made, _ = sessions.first_run(disk / "ward", first_run(), clock, FAST)
    yield made
    sessions.lock(made)


def clean(ctx: Context) -> bool:
    report = maintenance.verify(ctx)
    assert report.ok, report.problems
    return report.ok


def test_i17_a_save_on_a_full_disk_fails_whole_and_says_so(full: Context, disk: Path) -> None:
    kept = logged(full)
    filler = Filler(disk)
    refused = saved = 0
    for room in (0, 4096, 8192, 16384, 32768, 65536):
        filler.leave(room)
        before = maintenance.verify(full).ops
        while not refused or saved < 40:
            try:
                logged(full, description="word " * 4000)
            except DiskFull:
                refused += 1
                break
            saved += 1
        after = maintenance.verify(full)
        assert after.ok, after.problems
        assert after.ops >= before
        filler.end()
    assert refused >= 5
    again = logged(full)
    for made in (kept, again):
        assert full.reader().get(Incident, made.id).effect == "MIN"
    assert clean(full)


def test_drafts_on_a_full_disk_are_refused_and_kept_by_the_next_try(full: Context, disk: Path) -> None:
    filler = Filler(disk)
    filler.leave(0)
    with pytest.raises(DiskFull):
        drafts.save(full, "quick_log", {"description": "word " * 20_000})
    filler.end()
    drafts.save(full, "quick_log", {"description": "word " * 20_000})
    assert len(drafts.mine(full)) == 1


def test_the_reserve_is_given_up_before_a_save_can_fail(full: Context, disk: Path) -> None:
    vault.make_reserve(full.home, 2 * MIB)
    assert (full.home / vault.RESERVE).stat().st_size == 2 * MIB
    Filler(disk).leave(0)
    made = logged(full, description="word " * 4000)
    assert not (full.home / vault.RESERVE).exists()
    assert full.reader().get(Incident, made.id).effect == "MIN"
    assert vault.is_short_of_room(full.home)


def test_a_disk_that_hides_how_full_it_is_frees_the_reserve_for_the_next_try(ctx: Context) -> None:
    """A quota is not seen beforehand: the failed save frees the reserve and asks to save again."""
    assert (ctx.home / vault.RESERVE).exists()
    first = ctx.store.refused(DiskFull())
    assert "save again now" in str(first)
    assert not (ctx.home / vault.RESERVE).exists()
    assert str(ctx.store.refused(DiskFull())) == DiskFull.message


def test_no_reserve_is_taken_where_room_is_short(disk: Path) -> None:
    vault.make_reserve(disk)
    assert not (disk / vault.RESERVE).exists()


def test_a_file_on_a_full_disk_can_still_be_unlocked_while_any_room_is_left(full: Context, disk: Path) -> None:
    made = logged(full)
    sessions.lock(full)
    filler = Filler(disk)
    filler.leave(256 * 1024)
    again = sessions.unlock(full.home, "amanager", PASSPHRASE, full.clock, FAST)
    assert again.reader().get(Incident, made.id).effect == "MIN"
    sessions.lock(again)
    filler.leave(0)
    with pytest.raises(DiskFull):
        sessions.unlock(full.home, "amanager", PASSPHRASE, full.clock, FAST)
    filler.end()
    last = sessions.unlock(full.home, "amanager", PASSPHRASE, full.clock, FAST)
    assert clean(last)
    sessions.lock(last)


def test_backups_and_key_slots_on_a_full_disk_leave_the_old_ones(full: Context, disk: Path) -> None:
    target = disk / "kept.vprbackup"
    maintenance.backup(full, target)
    good = target.read_bytes()
    filler = Filler(disk)
    filler.leave(64 * 1024)
    with pytest.raises(DiskFull):
        maintenance.backup(full, target)
    assert target.read_bytes() == good
    assert not list(disk.glob("*.part"))
    assert not list(full.home.glob("*.part"))
    filler.leave(0)
    from vpr_desktop.services import people

    with pytest.raises(DiskFull):
        people.change_passphrase(full, "amanager", "seven green boats sail", PASSPHRASE)
    filler.end()
    sessions.confirm_passphrase(full, PASSPHRASE)
    assert clean(full)
