"""What keeps the file trustworthy: verify, back up, restore, self-check. Says what it found; repairs nothing."""

from __future__ import annotations

import os
import secrets
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vpr_desktop.domain.errors import FileDamaged, KnownError, NotFound
from vpr_desktop.domain.references import next_letter
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Clock, Context
from vpr_desktop.services.sessions import Keys
from vpr_desktop.storage import checks, keyslots, slot_file, store, vault
from vpr_desktop.storage.anchor import Anchor
from vpr_desktop.storage.instance_lock import InstanceLock

BACKUPS, KEPT = "backups", 7
MEMBERS = (vault.FILE, slot_file.NAMES[0])
LARGEST_STEP = 1 << 20


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
    found += checks.problems(ctx.store.db, ctx.store.zone, cancelled)
    return Report(not found, tip.op_n, tip.audit_n, tuple(found))


def backup(ctx: Context, target: Path | None = None) -> Backup:
    """Copies file and key slots into one archive, opened and checked before it gets its name."""
    ctx.require("backup")
    keys: Keys = ctx.secrets
    path = target or _nightly(ctx)
    path.parent.mkdir(parents=True, exist_ok=True)
    copied = ctx.home / "backup.db.part"
    fresh = path.with_name(path.name + ".part")
    try:
        vault.copy_to(ctx.store.db, copied, keys.unlocked.dek)
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as archive:
            archive.write(copied, vault.FILE)
            archive.write(ctx.home / slot_file.NAMES[0], slot_file.NAMES[0])
        with open(fresh, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(fresh, path)
        slot_file.sync_folder(path.parent)
    except OSError as error:
        raise slot_file.known(error) from error
    finally:
        copied.unlink(missing_ok=True)
        fresh.unlink(missing_ok=True)
    with ctx.unit() as unit:
        unit.put_state("last_backup", ctx.now().isoformat().encode())
        unit.commit("backup")
    if target is None:
        _drop_oldest(path.parent)
    return Backup(path, checks.file_tip(ctx.store.db).op_n)


def _nightly(ctx: Context) -> Path:
    return ctx.home / BACKUPS / f"vpr-{ctx.now():%Y%m%d-%H%M%S}.vprbackup"


def _drop_oldest(folder: Path) -> None:
    for old in sorted(folder.glob("vpr-*.vprbackup"))[:-KEPT]:
        old.unlink(missing_ok=True)


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
    elsewhere is mistaken for what is made now. Raises WrongPassphrase, FileDamaged, NotFound.
    """
    if not archive.exists():
        raise NotFound("There is no such file. Check the name of the backup.")
    guard = InstanceLock(home)
    staged = home / "restoring"
    try:
        _unpack(archive, staged)
        policy = keys_policy or keyslots.KdfPolicy()
        unlocked = keyslots.unlock(staged, user_id, passphrase, clock.monotonic(), policy)
        _renumber(staged, unlocked.dek, _incarnation_of(home))
        _swap(home, staged, clock)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        guard.release()
    ctx = sessions.unlock(home, user_id, passphrase, clock, keys_policy)
    with ctx.unit() as unit:
        unit.commit("restore")
    sessions.write_clear_facts(ctx)
    return ctx


def _unpack(archive: Path, staged: Path) -> None:
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as held:
            if sorted(held.namelist()) != sorted(MEMBERS):
                raise FileDamaged("This is not a backup of VPR Desktop. Nothing was changed.")
            for name in MEMBERS:
                with held.open(name) as source, open(staged / name, "wb") as target:
                    shutil.copyfileobj(source, target, LARGEST_STEP)
    except (zipfile.BadZipFile, EOFError, ValueError) as error:
        raise FileDamaged("This backup is damaged. Nothing was changed. Try another one.") from error
    except OSError as error:
        raise slot_file.known(error) from error


def _incarnation_of(home: Path) -> int:
    """The number the replaced file last worked under, as far as it can still be read without its key."""
    try:
        return int(slot_file.read(home).get("incarnation", 0))
    except KnownError:
        return 0


def _renumber(staged: Path, dek: bytes | bytearray, replaced: int) -> None:
    """Gives the restored file a new incarnation and letter, and a new anchor."""
    with vault.sql_errors():
        db = vault.connect(staged / vault.FILE, dek)
        try:
            if vault.page_problems(db):
                raise FileDamaged("This backup is damaged. Nothing was changed. Try another one.")
            tip = checks.file_tip(db)
            newer = max(tip.incarnation, replaced) + 1 + secrets.randbelow(1 << 20)
            letter = checks.state_or(db, "letter", "A")
            store.put_states(db, {"incarnation": str(newer), "letter": next_letter(letter)})
            Anchor(staged, keyslots.anchor_key(dek)).write(checks.file_tip(db))
        finally:
            db.close()
    document = slot_file.read(staged)
    slot_file.write(staged, {**document, "incarnation": newer})


def _swap(home: Path, staged: Path, clock: Clock) -> None:
    """Moves the file that is there aside and the restored one in; nothing is deleted."""
    aside = home / f"replaced-{clock.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    aside.mkdir()
    names = (vault.FILE, *slot_file.NAMES, "vault.anchor", "vault.anchor.2", vault.FILE + "-journal")
    for name in names:
        if (home / name).exists():
            os.replace(home / name, aside / name)
    for name in names:
        if (staged / name).exists():
            os.replace(staged / name, home / name)
    slot_file.sync_folder(home)


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
    import pypdfium2

    from vpr_desktop.reports.page import Frame, Sheet

    data, pages = Sheet(Frame("", "Self-check", "", "", "")).finish()
    return f"{len(pypdfium2.PdfDocument(data))} of {pages} pages"
