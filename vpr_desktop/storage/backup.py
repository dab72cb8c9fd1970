"""One archive of the encrypted file and its key slots: written checked, read with suspicion. Needs no password."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

from vpr_desktop.domain.errors import FileDamaged, KnownError
from vpr_desktop.storage import checks, keyslots, lifetime, oplog, slot_file, vault
from vpr_desktop.storage.anchor import Anchor

FOLDER, KEPT = "backups", 7
MEMBERS = (vault.FILE, slot_file.NAMES[0])
PIECE = 1 << 20
DAMAGED = "This backup is damaged. Nothing was changed. Try another one."


def write(home: Path, db: vault.Database, dek: bytes | bytearray, path: Path) -> None:
    """Copies file and key slots into one archive, opened and checked before it gets its name."""
    copied, fresh = home / "backup.db.part", path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        vault.copy_to(db, copied, dek)
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
            archive.write(copied, vault.FILE)
            archive.writestr(slot_file.NAMES[0], slot_file.bytes_of(slot_file.read(home)))
        with open(fresh, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(fresh, path)
        slot_file.sync_folder(path.parent)
    except OSError as error:
        raise slot_file.known(error) from error
    finally:
        copied.unlink(missing_ok=True)
        fresh.unlink(missing_ok=True)


def drop_oldest(folder: Path) -> None:
    """Keeps the newest seven of the backups made by themselves."""
    for old in sorted(folder.glob("vpr-*.vprbackup"))[:-KEPT]:
        old.unlink(missing_ok=True)


def listed(home: Path) -> list[Path]:
    """The backups this PC made by itself, newest first."""
    return sorted((home / FOLDER).glob("vpr-*.vprbackup"), reverse=True)


def unpack(archive: Path, staged: Path) -> None:
    """Takes an archive apart into a folder. Raises FileDamaged for anything that is not a whole backup."""
    try:
        with zipfile.ZipFile(archive) as held:
            if sorted(held.namelist()) != sorted(MEMBERS):
                raise FileDamaged("This is not a backup of VPR Desktop. Nothing was changed.")
            for name in MEMBERS:
                with held.open(name) as source, open(staged / name, "wb") as target:
                    shutil.copyfileobj(source, target, PIECE)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise FileDamaged(DAMAGED) from error
    except OSError as error:
        raise slot_file.known(error) from error


def role_in(staged: Path, dek: bytes | bytearray, user_id: str) -> str:
    """A person's role by a staged file; empty where they do not work there any more, reporter where it has two."""
    with vault.sql_errors():
        db = vault.connect(staged / vault.FILE, dek)
        try:
            row = db.execute('SELECT id FROM "user" WHERE user_id = ?', (user_id,)).fetchone()
            folded = oplog.entity_fold(db, row[0])[0] if row else None
        finally:
            db.close()
    if folded is None or folded.values.get("active") is False:
        return ""
    return "reporter" if "role" in folded.clashes else str(folded.values.get("role") or "reporter")


def renumber(home: Path, staged: Path, dek: bytes | bytearray) -> None:
    """Lets a staged file begin again (lifetime.py) under a new anchor, so that it never repeats a number.

    The incarnation is larger than any that the staged file, its key file and the replaced key file name.
    """
    with vault.sql_errors():
        db = vault.connect(staged / vault.FILE, dek)
        try:
            if vault.page_problems(db):
                raise FileDamaged(DAMAGED)
            db.execute("BEGIN IMMEDIATE")
            newer = lifetime.begin_again(db, max(incarnation_of(home), incarnation_of(staged)))
            db.execute("COMMIT")
            Anchor(staged, keyslots.anchor_key(dek)).write(checks.file_tip(db))
        finally:
            db.close()
    slot_file.write(staged, {**slot_file.read(staged), "incarnation": newer})


def incarnation_of(home: Path) -> int:
    """The number a file last worked under, as far as it can be read without its key."""
    try:
        held = slot_file.read(home).get("incarnation", 0)
    except KnownError:
        return 0
    return held if type(held) is int and held > 0 else 0
