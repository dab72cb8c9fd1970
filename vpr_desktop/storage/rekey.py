"""A new key for the whole file, after somebody's access was ended: an old copy of their slot opens nothing later.

File, key slots and anchor change together, by copy and swap; cut short, either all are old or all are new.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from vpr_desktop.domain.errors import FileDamaged
from vpr_desktop.storage import checks, keyslots, slot_file, store, swap, vault
from vpr_desktop.storage.anchor import Anchor
from vpr_desktop.storage.keyslots import Unlocked
from vpr_desktop.storage.oplog import Connection

DUE = "rekey_due"
FAILED = "The file could not be given a new key. It was left as it was. Call IT."


def is_due(db: Connection) -> bool:
    """Whether somebody's access was ended since the file got its key."""
    return checks.state_or(db, DUE, "") == "1"


def prepare(home: Path, db: vault.Database, unlocked: Unlocked) -> bytearray:
    """Makes the file under a new key in the staging folder, with everybody's slot. Returns the key.

    Raises FileDamaged, DiskFull and others, and leaves the file as it is, where it cannot be made.
    """
    staged = swap.stage(home)
    fresh = bytearray(secrets.token_bytes(32))
    try:
        slot_file.write(staged, keyslots.resealed(slot_file.read(home), unlocked, fresh))
        vault.copy_to(db, staged / vault.FILE, unlocked.dek)
        vault.change_key(staged / vault.FILE, unlocked.dek, fresh)
        _finish(staged, fresh)
    except BaseException:
        swap.discard(home)
        raise
    return fresh


def _finish(staged: Path, fresh: bytearray) -> None:
    copied = vault.connect(staged / vault.FILE, fresh)
    try:
        with vault.sql_errors():
            store.put_states(copied, {DUE: "0"})
            if vault.page_problems(copied) or list(checks.chain_problems(copied)):
                raise FileDamaged(FAILED)
            Anchor(staged, keyslots.anchor_key(fresh)).write(checks.file_tip(copied))
    finally:
        copied.close()


def put_in_place(home: Path, unlocked: Unlocked, fresh: bytearray, aside: str) -> vault.Database:
    """Swaps the closed file for the one with the new key. No copy under the old key is kept."""
    kept = swap.swap(home, aside)
    for path in kept.iterdir():
        path.unlink()
    kept.rmdir()
    unlocked.wipe()
    unlocked.dek = fresh
    return vault.connect(home / vault.FILE, fresh)
