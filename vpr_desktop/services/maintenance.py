"""What keeps the file trustworthy: verify, back up, restore, self-check. Says what it found; repairs nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vpr_desktop.domain.errors import FileDamaged, KnownError, NotAllowed, NotFound
from vpr_desktop.domain.workflow import allowed
from vpr_desktop.services import enrolment, sessions
from vpr_desktop.services.context import Clock, Context
from vpr_desktop.services.sessions import Keys
from vpr_desktop.storage import backup as archives
from vpr_desktop.storage import checks, keyslots, slot_file, swap, vault
from vpr_desktop.storage.instance_lock import InstanceLock
from vpr_desktop.storage.keyslots import Unlocked

NOT_YOURS = "Only the ward manager or IT can put a backup in place. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` found. `problems` is empty where everything holds; its first line names the first bad row."""

    ok: bool
    ops: int
    audit: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made and checked."""

    file: Path
    ops: int


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the self-check."""

    name: str
    ok: bool
    note: str


def verify(ctx: Context, cancelled: Callable[[], bool] = lambda: False) -> Report:
    """Checks pages, op hashes and chain, audit chain, anchor, and every record against its ops."""
    ctx.require("verify")
    found = list(vault.page_problems(ctx.store.db))
    tip = checks.file_tip(ctx.store.db)
    try:
        checks.compare(ctx.store.db, tip, ctx.store.anchored())
    except FileDamaged as error:
        found.append(str(error))
    if ctx.store.anchor_failed:
        found.append("the anchor beside the file could not be written at the last save")
    found += checks.problems(ctx.store.db, ctx.store.zone, cancelled)
    return Report(not found, tip.op_n, tip.audit_n, tuple(found))


def backup(ctx: Context, target: Path | None = None) -> Backup:
    """Copies file and key slots into one archive, opened and checked before it gets its name."""
    ctx.require("backup")
    return _back_up(ctx, target)


def _back_up(ctx: Context, target: Path | None) -> Backup:
    keys: Keys = ctx.secrets
    path = target or ctx.home / archives.FOLDER / f"vpr-{ctx.now():%Y%m%d-%H%M%S}.vprbackup"
    archives.write(ctx.home, ctx.store.db, keys.unlocked.dek, path)
    with ctx.unit() as unit:
        unit.put_state("last_backup", ctx.now().isoformat().encode())
        unit.commit("backup")
    if target is None:
        archives.drop_oldest(path.parent)
    return Backup(path, checks.file_tip(ctx.store.db).op_n)


def nightly(ctx: Context) -> Backup | None:
    """The day's backup, made by whoever works when it is due; None where the last one is younger than a day."""
    last = last_backup(ctx)
    if last is not None and timedelta(0) <= ctx.now() - last < timedelta(days=1):
        return None
    return _back_up(ctx, None)


def last_backup(ctx: Context) -> datetime | None:
    """When the last backup was made on this PC."""
    held = ctx.reader().state("last_backup")
    return datetime.fromisoformat(held.decode()) if held else None


def restore(
    home: Path,
    archive: Path,
    user_id: str,
    passphrase: str,
    clock: Clock,
    keys_policy: keyslots.KdfPolicy | None = None,
) -> Context:
    """Puts a backup in place of the file, which is kept aside. Returns the open session.

    Work goes on under a new incarnation number and the next letter, so that nothing made since the backup
    elsewhere is mistaken for what is made now. Cut short at any point, either the file that was there opens
    or the restored one does. Raises WrongPassphrase, FileDamaged, NotFound, NotAllowed.
    """
    if not archive.exists():
        raise NotFound("There is no such file. Check the name of the backup.")
    home.mkdir(parents=True, exist_ok=True)
    vault.refuse_network_drive(home)
    guard = InstanceLock(home)
    try:
        swap.finish(home)
        staged = swap.stage(home)
        archives.unpack(archive, staged)
        policy = keys_policy or keyslots.KdfPolicy()
        unlocked = keyslots.unlock(staged, user_id, passphrase, clock.monotonic(), policy)
        _require_restore(home, staged, unlocked)
        archives.renumber(home, staged, unlocked.dek)
        unlocked.wipe()
        swap.swap(home, f"replaced-{clock.now():%Y%m%d-%H%M%S}")
    finally:
        swap.discard(home)
        guard.release()
    ctx = sessions.unlock(home, user_id, passphrase, clock, keys_policy)
    with ctx.unit() as unit:
        enrolment.relabel_after_restore(ctx, unit)
        unit.commit("restore")
    sessions.write_clear_facts(ctx)
    return ctx


def _require_restore(home: Path, staged: Path, unlocked: Unlocked) -> None:
    """Who may put a backup in place by their role in it; nobody whose access to what is here was ended since."""
    try:
        ended = slot_file.exists(home) and unlocked.user_id not in {slot.user_id for slot in keyslots.users(home)}
    except FileDamaged:
        ended = False  # a damaged key file says nothing of anybody, and is what a backup is for
    if ended or not allowed(archives.role_in(staged, unlocked.dek, unlocked.user_id), "restore"):
        raise NotAllowed(NOT_YOURS)


def self_check(home: Path) -> list[Check]:
    """What IT runs after installing: each line says what works and what to do where it does not."""
    found = [_check("Encryption", vault.cipher_version), _check("Folder", lambda: _writable(home))]
    found.append(_check("Not a network drive", lambda: _local(home)))
    found.append(_check("Font", _font))
    found.append(_check("PDF", _pdf))
    found.append(
        _check(
            "Key file", lambda: f"{len(keyslots.users(home))} people" if slot_file.exists(home) else "not set up yet"
        )
    )
    return found


def _check(name: str, test: Callable[[], object]) -> Check:
    try:
        return Check(name, True, str(test()))
    except (KnownError, OSError, ImportError) as error:
        return Check(name, False, str(error) if isinstance(error, KnownError) else type(error).__name__)


def _local(home: Path) -> str:
    vault.refuse_network_drive(home)
    return "local"


def _writable(home: Path) -> str:
    home.mkdir(parents=True, exist_ok=True)
    slot_file.replace_file(home / "self-check", b"ok")
    (home / "self-check").unlink()
    return "writable"


def _font() -> str:
    from vpr_desktop.reports import fonts

    return f"{len(fonts.load())} characters"


def _pdf() -> str:
    from vpr_desktop.reports.page import Frame, Sheet
    from vpr_desktop.services.pdf_file import opened

    data, pages = Sheet(Frame("", "Self-check", "", "", "")).finish()
    with opened(data) as document:
        return f"{len(document)} of {pages} pages"
