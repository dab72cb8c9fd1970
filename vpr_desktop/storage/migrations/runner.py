"""Numbered migrations by copy, verify, swap: the file itself is never changed in place.

A step is a plain function on the copy. The old file stays beside the new one until three good starts.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from vpr_desktop.domain.errors import FileDamaged
from vpr_desktop.storage import checks, slot_file, vault
from vpr_desktop.storage.migrations import m0002_state_never_empty
from vpr_desktop.storage.oplog import Connection

Step = Callable[[Connection], None]
STEPS: tuple[Step, ...] = (m0002_state_never_empty.run,)  # the first brings a file from version 1 to version 2
GOOD_STARTS = 3
STARTS = "good_starts"
FAILED = "The file could not be brought up to date. It was left as it was. Call IT."


def newest(steps: Sequence[Step] = STEPS) -> int:
    """The version of a file that has had every step."""
    return 1 + len(steps)


def version(db: Connection) -> int:
    """The version a file has."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def kept_name(old: int) -> str:
    """What the file of an earlier version is called while it is kept."""
    return f"{vault.FILE}.version-{old}"


def migrate(home: Path, db: vault.Database, dek: bytes | bytearray, steps: Sequence[Step] = STEPS) -> vault.Database:
    """Brings an open file up to date and returns the connection to use from now on.

    Killed at any point, either the old file or the new one is there, whole. Raises FileDamaged, DiskFull, and
    leaves the old file as it is, where a step or the check after it fails.
    """
    old = version(db)
    if old >= newest(steps):
        return db
    fresh = home / f"{vault.FILE}.migrating"
    try:
        vault.copy_to(db, fresh, dek)
        with vault.sql_errors(), _connected(fresh, dek) as copied:
            for number, step in enumerate(steps[old - 1 :], start=old + 1):
                _take(copied, step, number)
            _check(db, copied)
        with open(fresh, "rb+") as file:
            os.fsync(file.fileno())
        _keep(home, home / kept_name(old))
        db.close()
        os.replace(fresh, home / vault.FILE)
        slot_file.sync_folder(home)
    except OSError as error:
        raise slot_file.known(error) from error
    finally:
        fresh.unlink(missing_ok=True)
    return vault.connect(home / vault.FILE, dek)


@contextlib.contextmanager
def _connected(path: Path, dek: bytes | bytearray) -> Iterator[vault.Database]:
    db = vault.connect(path, dek)
    try:
        yield db
    finally:
        db.close()


def _take(db: Connection, step: Step, number: int) -> None:
    """One step with its number, in one transaction."""
    db.execute("BEGIN IMMEDIATE")
    step(db)
    db.execute(f"PRAGMA user_version = {number}")
    db.execute("INSERT INTO state VALUES (?, ?) ON CONFLICT(k) DO UPDATE SET v=excluded.v", (STARTS, b"0"))
    db.execute("COMMIT")


def _check(before: vault.Database, after: vault.Database) -> None:
    """The copy holds the same ops and audit trail, chain for chain, and every page reads."""
    same = checks.file_tip(before) == checks.file_tip(after)
    if not same or vault.page_problems(after) or next(checks.chain_problems(after), None):
        raise FileDamaged(FAILED)


def _keep(home: Path, kept: Path) -> None:
    """Gives the old file a second name, so that there is never a moment without a file."""
    kept.unlink(missing_ok=True)
    try:
        os.link(home / vault.FILE, kept)
    except OSError:  # a file system without links
        shutil.copyfile(home / vault.FILE, kept)
        with open(kept, "rb+") as file:
            os.fsync(file.fileno())
    slot_file.sync_folder(home)


def started_well(home: Path, db: Connection) -> None:
    """Counts a good start after a migration; from the third on the old file is no longer kept."""
    kept = sorted(home.glob(f"{vault.FILE}.version-*"))
    if not kept:
        return
    count = int(checks.state_or(db, STARTS, "0")) + 1
    db.execute("INSERT INTO state VALUES (?, ?) ON CONFLICT(k) DO UPDATE SET v=excluded.v", (STARTS, b"%d" % count))
    if count >= GOOD_STARTS:
        for path in kept:
            path.unlink(missing_ok=True)
