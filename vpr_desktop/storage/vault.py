"""The encrypted file: create, open, copy, check. The only file that names sqlcipher3, and says how it is keyed."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from vpr_desktop.domain.errors import (
    AlreadyOpen,
    DiskFull,
    FileDamaged,
    KnownError,
    NetworkDrive,
    NoCipher,
    NotWritable,
)
from vpr_desktop.storage.slot_file import sync_folder

FILE = "vault.db"
RESERVE = "vault.reserve"
RESERVE_BYTES = 64 * 1024 * 1024
LOW_BYTES = 16 * 1024 * 1024  # with less room than this the reserve is given up before a save can fail
SPARE_BYTES = 8 * RESERVE_BYTES  # with less room than this no reserve is taken from others
REMOTE_KINDS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "davfs", "fuse.davfs"})
PRAGMAS = (
    "PRAGMA cipher_memory_security = OFF",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA mmap_size = 0",
    "PRAGMA busy_timeout = 2000",
    "PRAGMA cache_size = -32768",
)
Database = Any  # sqlcipher3's connection has no types


@contextlib.contextmanager
def sql_errors() -> Iterator[None]:
    """Turns the database library's errors into kinds that have a sentence for the user."""
    try:
        yield
    except sqlcipher.DatabaseError as error:
        if not is_database_error(error):
            raise
        raise known_error(error) from error


def known_error(error: BaseException) -> KnownError:
    """The kind of a database error; its text is not passed on, as it may quote SQL."""
    text = str(error).lower()
    if "full" in text:
        return DiskFull()
    if "locked" in text:
        return AlreadyOpen()
    if "readonly" in text or "disk i/o" in text or "unable to open" in text:
        return NotWritable()
    return FileDamaged()


def is_database_error(error: BaseException | None) -> bool:
    """Whether it tells of the file or the disk. Wrong use of the library is a fault of the app, not of the file."""
    faults = (sqlcipher.IntegrityError, sqlcipher.ProgrammingError)
    return isinstance(error, sqlcipher.DatabaseError) and not isinstance(error, faults)


def create(home: Path, dek: bytes | bytearray) -> Database:
    """A new, empty encrypted file. Refuses to write over one."""
    path = home / FILE
    if path.exists():
        raise NotWritable("There is already a file of VPR Desktop in this folder. Nothing was changed.")
    return connect(path, dek)


def connect(path: Path, dek: bytes | bytearray) -> Database:
    """A keyed connection with the pragmas that make a save durable and a page provable."""
    with sql_errors():
        db = sqlcipher.connect(str(path), check_same_thread=False, isolation_level=None)
        try:
            db.execute("PRAGMA cipher_log_level = NONE")
            if not (db.execute("PRAGMA cipher_version").fetchone() or [""])[0]:
                raise NoCipher()
            db.execute(f"PRAGMA key = \"x'{bytes(dek).hex()}'\"")
            for pragma in PRAGMAS:
                db.execute(pragma)
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            db.close()
            raise
    return db


def open_file(home: Path, dek: bytes | bytearray, is_behind: Callable[[Database], bool]) -> Database:
    """Opens the file, mistrusting any journal that lies beside it.

    A leftover journal may be ours, from a save cut short, or an old one laid there to undo saves. File and
    journal are copied aside first; if the opened file is behind the anchor and the copy without journal is
    not, the copy is taken. A write-ahead log is never ours and is set aside unread.
    """
    refuse_network_drive(home)
    path = home / FILE
    if not path.exists():
        raise FileDamaged("The file of this PC is missing. Call IT: a backup can be restored.")
    with open(path, "rb") as file:
        if file.read(16) == b"SQLite format 3\0":
            raise FileDamaged()
    kept = _set_journals_aside(home)
    if kept is None:
        return connect(path, dek)
    db = _sound(path, dek, is_behind)
    if db is not None:
        _drop(kept)
        return db
    other = _sound(kept, dek, is_behind)
    if other is None:
        return connect(path, dek)
    other.close()
    Path(str(path) + "-journal").unlink(missing_ok=True)
    os.replace(kept, path)
    sync_folder(home)
    return connect(path, dek)


def _sound(path: Path, dek: bytes | bytearray, is_behind: Callable[[Database], bool]) -> Database | None:
    """An open file that reads and is not behind; None for one that a planted journal has spoilt."""
    try:
        db = connect(path, dek)
    except FileDamaged:
        return None
    try:
        with sql_errors():
            behind = is_behind(db)
    except FileDamaged:
        behind = True
    if behind:
        db.close()
        return None
    return db


def _set_journals_aside(home: Path) -> Path | None:
    """Copies file and journal before the journal is played; moves a write-ahead log away."""
    path = home / FILE
    for ending in ("-wal", "-shm"):
        stray = Path(str(path) + ending)
        if stray.exists():
            os.replace(stray, home / f"aside{ending}")
    journal = Path(str(path) + "-journal")
    if not journal.exists() or journal.stat().st_size == 0:
        return None
    shutil.copyfile(journal, home / "aside-journal")
    kept = home / "aside.db"
    shutil.copyfile(path, kept)
    return kept


def _drop(kept: Path) -> None:
    kept.unlink(missing_ok=True)
    kept.with_name("aside-journal").unlink(missing_ok=True)


def cipher_version() -> str:
    """The version of the encrypting library. Raises NoCipher where it does not encrypt."""
    db = sqlcipher.connect(":memory:")
    try:
        found = db.execute("PRAGMA cipher_version").fetchone()
    finally:
        db.close()
    if not found or not found[0]:
        raise NoCipher()
    return str(found[0])


def change_key(path: Path, old: bytes | bytearray, new: bytes | bytearray) -> None:
    """Encrypts a closed file anew under another key. Only ever done to a copy: cut short, the copy is lost."""
    db = connect(path, old)
    try:
        with sql_errors():
            db.execute(f"PRAGMA rekey = \"x'{bytes(new).hex()}'\"")
    finally:
        db.close()


def page_problems(db: Database) -> list[str]:
    """What the page check and the integrity check of the file say; empty where all is well."""
    found: list[str] = []
    for pragma in ("cipher_integrity_check", "integrity_check"):
        try:
            found += [str(row[0]) for row in db.execute(f"PRAGMA {pragma}") if row[0] != "ok"]
        except sqlcipher.DatabaseError:
            found.append(f"{pragma}: a page cannot be read")
    return found


def copy_to(db: Database, target: Path, dek: bytes | bytearray) -> None:
    """A checked copy under the same key: made beside the target, opened, made durable, then renamed."""
    fresh = target.with_name(target.name + ".part")
    fresh.unlink(missing_ok=True)
    try:
        with sql_errors():
            db.execute("VACUUM INTO ?", (str(fresh),))
        copied = connect(fresh, dek)
        problems = page_problems(copied)
        copied.close()
        if problems:
            raise FileDamaged()
        with open(fresh, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(fresh, target)
        sync_folder(target.parent)
    finally:
        fresh.unlink(missing_ok=True)


def make_reserve(home: Path, size: int = RESERVE_BYTES) -> None:
    """Keeps some room, to be freed when the disk is full. Without it work goes on all the same."""
    path = home / RESERVE
    if path.exists() and path.stat().st_size == size:
        return
    try:
        if _room(home) < size * SPARE_BYTES // RESERVE_BYTES:
            return
        with open(path, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size) if hasattr(os, "posix_fallocate") else file.truncate(size)
    except OSError:
        path.unlink(missing_ok=True)


def _room(home: Path) -> int:
    return shutil.disk_usage(home).free


def free_reserve(home: Path) -> bool:
    """Frees the kept room. Returns whether there was any."""
    held = (home / RESERVE).exists()
    (home / RESERVE).unlink(missing_ok=True)
    return held


def ensure_room(home: Path) -> None:
    """Before a save: gives up the reserve where the disk is nearly full, so that the save does not fail."""
    if _room(home) < LOW_BYTES:
        free_reserve(home)


def has_room(home: Path) -> bool:
    """Whether more may be fetched: the last room is kept for what is saved here and for answers to what was sent."""
    return _room(home) >= LOW_BYTES


def is_short_of_room(home: Path) -> bool:
    """Whether the disk is nearly full, and somebody should be told while saves still work."""
    return not (home / RESERVE).exists() and _room(home) < SPARE_BYTES


def refuse_network_drive(home: Path, mounts: str | None = None) -> None:
    """Raises NetworkDrive where locks and fsync cannot be trusted. `mounts` is the system's list, for tests."""
    if os.name == "nt":
        if str(home.resolve()).startswith("\\\\"):
            raise NetworkDrive()
        return
    if mounts is None:
        listed = Path("/proc/mounts")
        mounts = listed.read_text(errors="replace") if listed.exists() else ""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 2 and _is_under(home, fields[1]) and len(fields[1]) >= len(best):
            best, kind = fields[1], fields[2]
    if kind in REMOTE_KINDS:
        raise NetworkDrive()


def _is_under(home: Path, mount: str) -> bool:
    place = mount.replace("\\040", " ")
    return place == "/" or str(home.resolve()) == place or str(home.resolve()).startswith(place.rstrip("/") + "/")
