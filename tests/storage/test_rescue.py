"""A file that is damaged, altered or rolled back: what can be checked is taken over, the old file stays as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE, logged
from vpr_desktop.domain.errors import FileAltered, FileDamaged, FileRolledBack, FileTooNew, KnownError, WrongPassphrase
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import drafts, maintenance, printing, rescue, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.services.rescue import Rescued
from vpr_desktop.storage import rescue as storage_rescue
from vpr_desktop.storage import vault

PAGE = 4096


@pytest.fixture
def pc(ctx: Context) -> Context:
    for i in range(4):
        logged(ctx, description=f"narrative {i} " * 400)
    drafts.save(ctx, "quick_log", {"description": "half a sentence"})
    printing.summary(ctx, logged(ctx).id, "full", "asked for by the police")
    return ctx


def rescued(ctx: Context) -> tuple[Context, Rescued]:
    return rescue.open_what_can_be_read(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)


def why(ctx: Context) -> KnownError:
    with pytest.raises(FileDamaged) as told:
        sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)
    return told.value


def test_an_altered_op_is_named_and_everything_else_taken_over(pc: Context) -> None:
    db = pc.store.db
    n, op_id = db.execute("SELECT n, ei FROM op WHERE et = 'incident' ORDER BY n LIMIT 1 OFFSET 1").fetchone()
    others = [row[0] for row in db.execute("SELECT id FROM incident WHERE id <> ?", (op_id,))]
    total = db.execute("SELECT count(*) FROM op").fetchone()[0]
    db.execute("UPDATE op SET raw = CAST(replace(CAST(raw AS TEXT), 'MIN', 'NON') AS BLOB) WHERE n = ?", (n,))
    dek, file_id = bytes(pc.secrets.unlocked.dek), pc.secrets.unlocked.file_id
    sessions.lock(pc)
    assert isinstance(why(pc), FileAltered)
    before = (pc.home / vault.FILE).read_bytes()
    again, found = rescued(pc)
    assert found.first_bad == f"change {n} is not what its hash says"
    assert (found.taken, found.left) == (total - 1, 1)
    assert (found.kept / vault.FILE).read_bytes() == before, "the old file is evidence and stays as it was"
    for record_id in others:
        assert again.reader().get(Incident, record_id).effect == "MIN"
    assert [d.body for d in drafts.mine(again)] == [{"description": "half a sentence"}]
    assert found.sealed is not None
    sealed = found.sealed.read_bytes()
    assert b"narrative" not in sealed
    assert len(storage_rescue.read_sealed(found.sealed, dek, file_id)) == total
    found.sealed.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(FileDamaged):
        storage_rescue.read_sealed(found.sealed, dek, file_id)
    assert logged(again).reference.startswith("CED-2611-AA")
    assert maintenance.verify(again).problems == ()
    acts = [row[0] for row in again.store.db.execute("SELECT act FROM audit WHERE obj = ?", (found.first_bad,))]
    assert acts == ["rescue"]
    assert again.store.tip.incarnation > pc.store.tip.incarnation
    assert again.store.db.execute("SELECT words FROM reason").fetchall() == [(b"asked for by the police",)]
    sessions.lock(again)


def test_a_reason_that_is_not_the_one_given_ends_the_trail_that_is_taken_over(pc: Context) -> None:
    db = pc.store.db
    (n,) = db.execute("SELECT n FROM reason").fetchone()
    db.execute("UPDATE reason SET words = x'61'")
    db.execute("UPDATE op SET raw = x'61' WHERE n = (SELECT max(n) FROM op)")
    sessions.lock(pc)
    why(pc)
    again, _ = rescued(pc)
    entries = again.store.db.execute("SELECT act FROM audit ORDER BY n").fetchall()
    sessions.lock(again)
    assert [act for (act,) in entries][n - 1 :] == ["unlock", "rescue"], "the trail up to the entry before"
    again = sessions.unlock(pc.home, "amanager", PASSPHRASE, pc.clock, FAST)
    assert maintenance.verify(again).problems == ()
    sessions.lock(again)


def test_a_file_put_back_goes_on_with_what_it_holds(pc: Context) -> None:
    sessions.lock(pc)
    shutil.copyfile(pc.home / vault.FILE, pc.home.parent / "old")
    newer = sessions.unlock(pc.home, "amanager", PASSPHRASE, pc.clock, FAST)
    lost = logged(newer)
    sessions.lock(newer)
    shutil.copyfile(pc.home.parent / "old", pc.home / vault.FILE)
    assert isinstance(why(pc), FileRolledBack)
    again, found = rescued(pc)
    assert "older one" in found.first_bad
    assert found.left == 0
    assert not again.store.db.execute("SELECT 1 FROM incident WHERE id = ?", (lost.id,)).fetchone()
    assert maintenance.verify(again).problems == ()
    sessions.lock(again)


def test_any_page_lost_leaves_all_that_lies_on_others(pc: Context) -> None:
    """Zeroes over a page, 25 and more in turn: either something opens and verifies, or it is said that nothing can be.

    Which pages hold what differs from file to file, so the walk goes on until it met both.
    """
    sessions.lock(pc)
    good = {path.name: path.read_bytes() for path in pc.home.iterdir() if path.is_file() and path.name != vault.RESERVE}
    held, outcomes = good[vault.FILE], set()
    pages = len(held) // PAGE
    stride = max(1, pages // 25)
    for n, page in enumerate(sorted(range(pages), key=lambda page: (page % stride, page))):
        if n >= 25 and {"whole", "part"} <= outcomes:
            break
        for path in pc.home.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, content in good.items():
            (pc.home / name).write_bytes(content)
        (pc.home / vault.FILE).write_bytes(held[: page * PAGE] + b"\0" * PAGE + held[(page + 1) * PAGE :])
        try:
            again, found = rescued(pc)
        except FileDamaged:
            outcomes.add("nothing")
            continue
        outcomes.add("whole" if not found.left else "part")
        assert maintenance.verify(again).problems == ()
        logged(again)
        sessions.lock(again)
    assert {"whole", "part"} <= outcomes


def test_what_names_nobody_is_not_put_in_place_of_the_file(pc: Context) -> None:
    """Where the page of the people is lost, a fresh file would let nobody in; the old one stays, for a backup."""
    db = pc.store.db
    db.execute("UPDATE op SET raw = x'61' WHERE et = 'user'")
    sessions.lock(pc)
    why(pc)
    before = {path.name: path.read_bytes() for path in pc.home.iterdir() if path.is_file()}
    with pytest.raises(FileDamaged, match="does not say who works on this PC"):
        rescued(pc)
    after = {path.name: path.read_bytes() for path in pc.home.iterdir() if path.is_file()}
    assert {name: after[name] for name in before if name.endswith(".db")} == {vault.FILE: before[vault.FILE]}
    assert not list(pc.home.glob("damaged-*"))
    assert list((pc.home / storage_rescue.FOLDER).iterdir()), "what was never sent is kept"


def test_a_wrong_passphrase_rescues_nothing(pc: Context) -> None:
    sessions.lock(pc)
    held = {path.name for path in pc.home.iterdir()}
    with pytest.raises(WrongPassphrase):
        rescue.open_what_can_be_read(pc.home, "amanager", "not the one at all", pc.clock, FAST)
    assert {path.name for path in pc.home.iterdir()} >= held
    sessions.lock(sessions.unlock(pc.home, "amanager", PASSPHRASE, pc.clock, FAST))


@pytest.mark.parametrize(
    ("error", "offered"),
    [(FileAltered(), True), (FileDamaged(), True), (FileTooNew(), False), (WrongPassphrase(), False)],
)
def test_help_is_offered_only_where_the_file_is_at_fault(pc: Context, error: KnownError, offered: bool) -> None:
    made = maintenance.nightly(pc)
    assert made is not None
    told = rescue.help_for(pc.home, error)
    assert (told is not None) is offered
    if told is not None:
        assert told.newest_backup == made.file
        assert told.can_read


def test_without_a_file_only_a_backup_is_offered(pc: Context, tmp_path: Path) -> None:
    sessions.lock(pc)
    (pc.home / vault.FILE).unlink()
    told = rescue.help_for(pc.home, why(pc))
    assert told == rescue.Help(False, None)
    assert tmp_path.exists()
