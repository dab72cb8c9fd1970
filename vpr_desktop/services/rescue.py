"""When the file does not open as it should: take over what can be checked into a fresh file, and keep the old one.

Anybody who can unlock this PC may do it, so that a ward can always log; the trail says who and what was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vpr_desktop.domain.errors import (
    FileAltered,
    FileDamaged,
    FileRolledBack,
    FileTooNew,
    KnownError,
    NoCipher,
    SlotDamaged,
)
from vpr_desktop.services import enrolment, sessions
from vpr_desktop.services.context import Clock, Context
from vpr_desktop.storage import backup, keyslots, swap, vault
from vpr_desktop.storage import rescue as storage_rescue
from vpr_desktop.storage.instance_lock import InstanceLock
from vpr_desktop.storage.keyslots import KdfPolicy

SAFE = "It is kept as it was found, and what was sent to the trust is safe there. Call IT."
WORDS: dict[type[KnownError], str] = {
    FileAltered: f"The file of this PC is not as VPR Desktop left it, so it stays closed. {SAFE}",
    FileRolledBack: f"The file of this PC was replaced by an older one, so it stays closed. {SAFE}",
    FileDamaged: f"The file of this PC cannot be read as it should, so it stays closed. {SAFE}",
    SlotDamaged: (
        "What lets this person in on this PC is damaged. The reports are not touched, and others can go on. Use the"
        " recovery code, or ask the ward manager for a new passphrase. Else call IT."
    ),
}


@dataclass(frozen=True, slots=True)
class Rescued:
    """What was found and done. `sealed` holds what was never sent; `kept` is the folder with the old file."""

    first_bad: str
    taken: int
    left: int
    sealed: Path | None
    kept: Path


@dataclass(frozen=True, slots=True)
class Help:
    """What can be offered where a file does not open."""

    can_read: bool
    newest_backup: Path | None


def in_words(error: KnownError) -> str:
    """What whoever wants to work is told: what happened, what is safe, what to do. What exactly does not hold, such as
    the number of an entry, is for IT, whom `vpr verify` tells.
    """
    says_more = type(error) is not FileAltered and str(error) != error.message
    return str(error) if says_more else WORDS.get(type(error), str(error))


def help_for(home: Path, error: KnownError) -> Help | None:
    """What to offer after a failed unlock; None where the file is not at fault."""
    if not isinstance(error, FileDamaged) or isinstance(error, FileTooNew | NoCipher):
        return None
    backups = backup.listed(home)
    return Help((home / vault.FILE).exists(), backups[0] if backups else None)


def open_what_can_be_read(
    home: Path, user_id: str, passphrase: str, clock: Clock, policy: KdfPolicy | None = None, wait: float = 0.0
) -> tuple[Context, Rescued]:
    """Takes over what can be checked and opens it. Raises WrongPassphrase, FileDamaged where nothing can be read.

    The old file, its keys and anchor are moved to a folder of their own, unchanged. Work goes on under a new
    incarnation number and letter, as after a restore.
    """
    policy = policy or KdfPolicy()
    lock = InstanceLock(home, wait)
    try:
        swap.finish(home)
        unlocked = keyslots.unlock(home, user_id, passphrase, clock.monotonic(), policy)
        staged = swap.stage(home)
        found = storage_rescue.rescue(home, staged, unlocked.dek, unlocked.file_id, user_id, clock.now())
        kept = swap.swap(home, f"damaged-{clock.now():%Y%m%d-%H%M%S}")
        unlocked.wipe()
    finally:
        swap.discard(home)
        lock.release()
    ctx = sessions.unlock(home, user_id, passphrase, clock, policy, wait)
    with ctx.unit() as unit:
        enrolment.relabel_after_restore(ctx, unit)
        unit.commit("rescue", found.first_bad)
    sessions.write_clear_facts(ctx)
    return ctx, Rescued(found.first_bad, found.taken, found.left, found.sealed, kept)
