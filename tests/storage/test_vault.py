"""The encrypted file itself: what it refuses to open, and how it treats journals that lie beside it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from tests.conftest import FAST
from tests.factories import PASSPHRASE, logged
from vpr_desktop.domain.errors import (
    AlreadyOpen,
    DiskFull,
    FileDamaged,
    FileRolledBack,
    NetworkDrive,
    NoCipher,
    NotFound,
    NotWritable,
)
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import maintenance, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import vault

KEY = bytes(range(32))


def opened(ctx: Context) -> Context:
    return sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)


def journal_of(ctx: Context) -> bytes:
    """The journal of a save that is under way, with most pages of the file in it."""
    db = ctx.store.db
    db.execute("PRAGMA cache_size = 1")
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE audit SET obj = obj || 'x'")
    db.execute("UPDATE op SET seq = NULL")
    held = (ctx.home / "vault.db-journal").read_bytes()
    assert len(held) > 4096
    return held


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("database or disk is full", DiskFull),
        ("database is locked", AlreadyOpen),
        ("attempt to write a readonly database", NotWritable),
        ("disk I/O error", NotWritable),
        ("unable to open database file", NotWritable),
        ("file is not a database", FileDamaged),
        ("database disk image is malformed", FileDamaged),
    ],
)
def test_errors_of_the_library_become_kinds_with_a_sentence(text: str, kind: type) -> None:
    assert type(vault.known_error(sqlcipher.OperationalError(text))) is kind
    with pytest.raises(kind), vault.sql_errors():
        raise sqlcipher.OperationalError(text)


def test_wrong_use_of_the_library_is_not_told_as_a_damaged_file() -> None:
    with pytest.raises(sqlcipher.IntegrityError), vault.sql_errors():
        raise sqlcipher.IntegrityError("UNIQUE constraint failed: op.id")
    assert not vault.is_database_error(ValueError("x"))
    assert not vault.is_database_error(None)


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    vault.create(tmp_path, KEY).close()
    with pytest.raises(NotWritable, match="already a file"):
        vault.create(tmp_path, KEY)


def test_a_library_that_does_not_encrypt_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain SQLite takes the key and ignores it: it must never get as far as writing a record."""
    assert vault.cipher_version().startswith("4.")
    monkeypatch.setattr(sqlcipher, "connect", sqlite3.connect)
    with pytest.raises(NoCipher):
        vault.create(tmp_path, KEY)
    with pytest.raises(NoCipher):
        vault.cipher_version()


def test_a_missing_a_plain_and_a_foreign_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileDamaged, match="missing"):
        vault.open_file(tmp_path, KEY, lambda _: False)
    plain = sqlite3.connect(tmp_path / vault.FILE)
    plain.execute("CREATE TABLE x (y)")
    plain.commit()
    plain.close()
    with pytest.raises(FileDamaged):
        vault.open_file(tmp_path, KEY, lambda _: False)
    (tmp_path / vault.FILE).unlink()
    vault.create(tmp_path, KEY).execute("CREATE TABLE x (y)").connection.close()
    with pytest.raises(FileDamaged):
        vault.open_file(tmp_path, KEY[::-1], lambda _: False)


def test_the_journal_of_a_save_cut_short_is_played_and_nothing_of_it_stays(ctx: Context) -> None:
    made = logged(ctx)
    sessions.lock(ctx)
    before = (ctx.home / vault.FILE).read_bytes()
    again = opened(ctx)
    journal = journal_of(again)
    spoilt = (ctx.home / vault.FILE).read_bytes()
    again.store.db.execute("ROLLBACK")
    sessions.lock(again)
    (ctx.home / vault.FILE).write_bytes(spoilt if len(spoilt) >= len(before) else before)
    (ctx.home / "vault.db-journal").write_bytes(journal)
    last = opened(ctx)
    assert last.reader().get(Incident, made.id).effect == "MIN"
    assert maintenance.verify(last).problems == ()
    assert not list(ctx.home.glob("aside*"))
    sessions.lock(last)


def test_an_old_journal_laid_there_to_undo_saves_undoes_nothing(ctx: Context) -> None:
    logged(ctx)
    journal = journal_of(ctx)
    ctx.store.db.execute("ROLLBACK")
    later = logged(ctx)
    sessions.lock(ctx)
    (ctx.home / "vault.db-journal").write_bytes(journal)
    again = opened(ctx)
    assert again.reader().get(Incident, later.id).effect == "MIN"
    assert maintenance.verify(again).problems == ()
    sessions.lock(again)


def test_an_old_file_with_its_own_old_journal_is_still_told_as_old(ctx: Context) -> None:
    journal = journal_of(ctx)
    ctx.store.db.execute("ROLLBACK")
    sessions.lock(ctx)
    shutil.copyfile(ctx.home / vault.FILE, ctx.home.parent / "old")
    newer = opened(ctx)
    lost = logged(newer)
    sessions.lock(newer)
    shutil.copyfile(ctx.home.parent / "old", ctx.home / vault.FILE)
    (ctx.home / "vault.db-journal").write_bytes(journal)
    with pytest.raises(FileRolledBack):
        opened(ctx)
    assert lost.id


@pytest.mark.parametrize("raised", [None, FileDamaged])
def test_a_file_spoilt_by_its_journal_gives_way_to_the_copy_without(tmp_path: Path, raised: Any) -> None:
    """Told by a tip that is behind, or by a page that does not read once the journal was played."""
    vault.create(tmp_path, KEY).execute("CREATE TABLE x (y)").connection.close()
    (tmp_path / "vault.db-journal").write_bytes(b"no journal of ours" * 100)
    asked: list[str] = []

    def is_behind(db: Any) -> bool:
        asked.append(db.execute("PRAGMA database_list").fetchone()[2])
        if raised is not None and len(asked) == 1:
            raise raised
        return len(asked) == 1

    vault.open_file(tmp_path, KEY, is_behind).close()
    assert [Path(name).name for name in asked] == ["vault.db", "aside.db"]
    assert not (tmp_path / "vault.db-journal").exists()


def test_a_file_that_does_not_read_at_all_with_a_journal_is_said_so(tmp_path: Path) -> None:
    (tmp_path / vault.FILE).write_bytes(b"\1" * 8192)
    (tmp_path / "vault.db-journal").write_bytes(b"x" * 600)
    with pytest.raises(FileDamaged):
        vault.open_file(tmp_path, KEY, lambda _: False)


def test_a_write_ahead_log_is_never_ours(ctx: Context) -> None:
    made = logged(ctx)
    sessions.lock(ctx)
    (ctx.home / "vault.db-wal").write_bytes(b"7" * 5000)
    (ctx.home / "vault.db-shm").write_bytes(b"7" * 5000)
    again = opened(ctx)
    assert again.reader().get(Incident, made.id).effect == "MIN"
    assert (ctx.home / "aside-wal").exists()
    assert (ctx.home / "aside-shm").exists()
    sessions.lock(again)


def test_a_copy_with_a_bad_page_never_gets_its_name(ctx: Context, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(vault, "page_problems", lambda _: ["a page cannot be read"])
    with pytest.raises(FileDamaged):
        vault.copy_to(ctx.store.db, tmp_path / "copy", ctx.secrets.unlocked.dek)
    assert not (tmp_path / "copy").exists()


def test_a_page_that_does_not_read_is_named_by_the_page_check(ctx: Context) -> None:
    for _ in range(3):
        logged(ctx, description="word " * 3000)
    sessions.lock(ctx)
    path = ctx.home / vault.FILE
    held = bytearray(path.read_bytes())
    held[-4096:-4032] = b"\0" * 64
    path.write_bytes(held)
    db = vault.connect(path, _key(ctx))
    assert vault.page_problems(db)
    db.close()


def _key(ctx: Context) -> bytearray:
    from vpr_desktop.storage import keyslots

    return keyslots.unlock(ctx.home, "amanager", PASSPHRASE, 0, FAST).dek


def test_a_reserve_that_cannot_be_made_stops_nobody(tmp_path: Path) -> None:
    vault.make_reserve(tmp_path / "nowhere")
    assert not vault.free_reserve(tmp_path / "nowhere")
    vault.make_reserve(tmp_path, 4096)
    vault.make_reserve(tmp_path, 4096)
    assert vault.free_reserve(tmp_path)


class Drive:
    """A folder as Windows would name it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def resolve(self) -> str:
        return self.name


def test_a_share_of_windows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.name", "nt")
    with pytest.raises(NetworkDrive):
        vault.refuse_network_drive(Drive("\\\\server\\share"))  # type: ignore[arg-type]
    vault.refuse_network_drive(Drive("C:\\ProgramData"))  # type: ignore[arg-type]


def test_a_record_that_is_not_there_is_not_found(ctx: Context) -> None:
    with pytest.raises(NotFound):
        ctx.reader().get(Incident, "0" * 32)
