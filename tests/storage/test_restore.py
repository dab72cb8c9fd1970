"""Backup and restore: checked copies, seven kept, a new incarnation and letter, and no step that can strand a PC."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE, first_run, logged
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import FileDamaged, KnownError, NetworkDrive, NotAllowed, NotFound, WrongPassphrase
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import lockscreen, maintenance, people, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import checks, slot_file, swap, vault


def restored(ctx: Context, archive: Path) -> Context:
    return maintenance.restore(ctx.home, archive, "amanager", PASSPHRASE, ctx.clock, FAST)


def test_a_restore_takes_a_new_incarnation_and_letter_and_keeps_the_file_that_was_there(ctx: Context) -> None:
    kept = logged(ctx)
    archive = maintenance.backup(ctx, ctx.home.parent / "one.vprbackup").file
    later = logged(ctx)
    old = ctx.store.tip.incarnation
    sessions.lock(ctx)
    again = restored(ctx, archive)
    assert again.store.tip.incarnation > old
    assert again.reader().get(Incident, kept.id).reference == "CED-2611-A001"
    with pytest.raises(NotFound):
        again.reader().get(Incident, later.id)
    assert logged(again).reference.startswith("CED-2611-AA")
    assert maintenance.verify(again).ok
    (aside,) = ctx.home.glob("replaced-*")
    assert (aside / vault.FILE).exists()
    first = again.store.tip.incarnation
    sessions.lock(again)
    twice = restored(ctx, archive)
    assert twice.store.tip.incarnation > first, "two restores of one backup must differ"
    sessions.lock(twice)


def test_a_backup_that_is_not_whole_or_not_ours_changes_nothing(ctx: Context, tmp_path: Path) -> None:
    made = logged(ctx)
    good = maintenance.backup(ctx, tmp_path / "good.vprbackup").file.read_bytes()
    sessions.lock(ctx)
    bad = tmp_path / "bad.vprbackup"
    damaged = [b"", b"no archive", good[:5000], good[: len(good) // 2], good[:-30]]
    damaged += [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(200, len(good), len(good) // 12)]
    for content in damaged:
        bad.write_bytes(content)
        with pytest.raises((FileDamaged, WrongPassphrase)):
            restored(ctx, bad)
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("../evil", b"x")
    with pytest.raises(FileDamaged):
        restored(ctx, bad)
    with pytest.raises(NotFound):
        restored(ctx, tmp_path / "nothing.vprbackup")
    assert not (ctx.home / swap.STAGED).exists()
    again = sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)
    assert again.reader().get(Incident, made.id).effect == "MIN"
    sessions.lock(again)


def test_a_backup_is_put_in_place_by_those_alone_who_may_restore(
    ctx: Context, as_role: Callable[..., Context], tmp_path: Path
) -> None:
    for role in ("reporter", "support_lead", "vpr_lead", "auditor", "device_admin"):
        as_role(role)
    archive = maintenance.backup(ctx, tmp_path / "old.vprbackup").file
    kept = logged(ctx)
    sessions.lock(ctx)
    before = {path.name: path.read_bytes() for path in ctx.home.glob("vault.db")}
    for role in ("reporter", "support_lead", "vpr_lead", "auditor"):
        with pytest.raises(NotAllowed):
            maintenance.restore(ctx.home, archive, f"p-{role}", PASSPHRASE, ctx.clock, FAST)
        assert {path.name: path.read_bytes() for path in ctx.home.glob("vault.db")} == before
        assert not list(ctx.home.glob("replaced-*"))
    again = sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)
    assert again.reader().get(Incident, kept.id).reference == kept.reference
    sessions.lock(again)
    sessions.lock(maintenance.restore(ctx.home, archive, "p-device_admin", PASSPHRASE, ctx.clock, FAST))


def test_nobody_whose_access_ended_comes_back_by_an_old_backup(
    ctx: Context, as_role: Callable[..., Context], tmp_path: Path
) -> None:
    as_role("ward_manager", "leaver")
    archive = maintenance.backup(ctx, tmp_path / "old.vprbackup").file
    people.disable(ctx, "leaver")
    sessions.lock(ctx)
    with pytest.raises(NotAllowed):
        maintenance.restore(ctx.home, archive, "leaver", PASSPHRASE, ctx.clock, FAST)
    assert not list(ctx.home.glob("replaced-*"))
    for name in slot_file.NAMES:  # a key file that does not read says nothing of anybody
        (ctx.home / name).write_bytes(b"gone")
    sessions.lock(restored(ctx, archive))


def test_a_wrong_passphrase_for_a_backup_changes_nothing(ctx: Context, tmp_path: Path) -> None:
    archive = maintenance.backup(ctx, tmp_path / "one.vprbackup").file
    sessions.lock(ctx)
    with pytest.raises(WrongPassphrase):
        maintenance.restore(ctx.home, archive, "amanager", "not the one at all", ctx.clock, FAST)
    sessions.lock(sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST))


def test_seven_nightly_backups_are_kept_and_one_a_day_is_made(ctx: Context, clock: FakeClock) -> None:
    assert maintenance.nightly(ctx) is not None
    assert maintenance.nightly(ctx) is None
    for _ in range(9):
        clock.forward(days=1)
        assert maintenance.nightly(ctx) is not None
    names = sorted(path.name for path in (ctx.home / "backups").iterdir())
    assert len(names) == 7
    assert names[-1].startswith(f"vpr-{clock.now():%Y%m%d}")
    clock.set(clock.now().replace(year=2020))
    assert maintenance.nightly(ctx) is not None, "a clock moved back must not stop backups for years"


def test_a_new_pc_can_be_made_from_a_backup_alone(ctx: Context, tmp_path: Path, clock: FakeClock) -> None:
    made = logged(ctx)
    archive = maintenance.backup(ctx, tmp_path / "one.vprbackup").file
    other = maintenance.restore(tmp_path / "new-pc", archive, "amanager", PASSPHRASE, clock, FAST)
    assert other.reader().get(Incident, made.id).effect == "MIN"
    sessions.lock(other)


def test_a_swap_note_that_is_damaged_is_told_and_nothing_is_deleted(ctx: Context) -> None:
    sessions.lock(ctx)
    held = {path.name for path in ctx.home.iterdir()}
    for content in (b"", b"[]", b'{"aside":"x","new":[],"old":["/etc/passwd"],"v":1}', b"\xff" * 50):
        (ctx.home / swap.NOTE).write_bytes(content)
        with pytest.raises(FileDamaged):
            sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)
    (ctx.home / swap.NOTE).unlink()
    assert {path.name for path in ctx.home.iterdir()} == held
    sessions.lock(sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST))


def test_a_pc_whose_files_are_being_put_in_place_never_offers_a_first_run(home: Path) -> None:
    home.mkdir()
    assert lockscreen.read(home).needs_first_run
    (home / swap.NOTE).write_bytes(b"{}")
    assert not lockscreen.read(home).needs_first_run


def test_a_first_run_over_a_file_is_refused(ctx: Context, clock: FakeClock) -> None:
    sessions.lock(ctx)
    with pytest.raises(FileDamaged, match="already a file"):
        sessions.first_run(ctx.home, first_run(), clock, FAST)
    sessions.lock(sessions.unlock(ctx.home, "amanager", PASSPHRASE, clock, FAST))


def test_a_network_drive_is_refused_by_its_kind(tmp_path: Path) -> None:
    mounts = f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n//s/y {tmp_path}/a\\040b cifs rw 0 0\n"
    with pytest.raises(NetworkDrive):
        vault.refuse_network_drive(tmp_path / "ward", mounts)
    with pytest.raises(NetworkDrive):
        vault.refuse_network_drive(tmp_path / "a b", mounts)
    vault.refuse_network_drive(tmp_path.parent, mounts)
    vault.refuse_network_drive(tmp_path, "")


def test_an_old_page_of_drafts_or_state_is_found_by_the_anchor(ctx: Context) -> None:
    """Drafts and the file's own state lie in no chain; the anchor holds a hash over them."""
    logged(ctx)
    ctx.store.db.execute("UPDATE state SET v = CAST('7' AS BLOB) WHERE k LIKE 'counter%' OR k = 'wards'")
    found = maintenance.verify(ctx)
    assert not found.ok
    assert "altered" in found.problems[0]


def test_an_op_that_fell_out_of_the_outbox_is_found(ctx: Context) -> None:
    logged(ctx)
    ctx.store.db.execute("DELETE FROM outbox WHERE op = (SELECT max(op) FROM outbox)")
    assert any("does not wait for sending" in p for p in checks.problems(ctx.store.db, ctx.store.zone))


def test_a_second_process_is_told_and_a_waiting_one_gets_in(ctx: Context) -> None:
    with pytest.raises(KnownError) as told:
        sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)
    assert told.value.exit_code == 9
    sessions.lock(ctx)
    sessions.lock(sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST))
