"""First run, unlock, recover, lock: the only services that handle keys, which never leave this module's calls."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from vpr_desktop.domain.errors import (
    FileDamaged,
    KnownError,
    NotAllowed,
    NotWritable,
    Problem,
    ProblemsFound,
    SlotDamaged,
    WrongPassphrase,
)
from vpr_desktop.domain.identity import device_id, stream_id, user_record_id
from vpr_desktop.domain.passphrases import passphrase_problem
from vpr_desktop.domain.place import Ward
from vpr_desktop.domain.shifts import DEFAULT
from vpr_desktop.domain.user import User
from vpr_desktop.services import lockscreen
from vpr_desktop.services.closed_here import open_wards
from vpr_desktop.services.context import Clock, Context, Person, WardFacts
from vpr_desktop.services.first_answers import FirstRun, first_run_problems, initials_of, is_ward_code, unfit
from vpr_desktop.storage import backup, checks, clear_files, keyslots, rekey, schema, slot_file, store, swap, vault
from vpr_desktop.storage.anchor import Anchor
from vpr_desktop.storage.device import make_device_key
from vpr_desktop.storage.instance_lock import InstanceLock
from vpr_desktop.storage.keyslots import KdfPolicy, Unlocked
from vpr_desktop.storage.migrations import runner
from vpr_desktop.storage.store import Store

LOG = logging.getLogger(__name__)
T = TypeVar("T")
CODE_UNREADABLE = (
    "What the recovery code opens is damaged on this PC. Nothing was changed. Whoever knows their passphrase can sign"
    " in, and a ward manager can make a new code in Settings. Else call IT: a backup can be restored."
)


class WrongCode(WrongPassphrase):
    """Not the recovery code of this PC, or no longer: the same answer for every code that does not open it."""

    message = "That recovery code did not work. Compare it with the newest paper of this PC, and type it again."

    def __init__(self, wrong: WrongPassphrase) -> None:
        super().__init__(wrong.wait_seconds, wrong.judged)
        if wrong.wait_seconds:
            self.args = (f"That recovery code did not work. You can try again in {wrong.wait_seconds} s.",)


@dataclass(slots=True)
class Keys:
    """What a session holds besides the open file: the opened slot and the instance lock."""

    unlocked: Unlocked
    lock: InstanceLock
    policy: KdfPolicy


def first_run(home: Path, setup: FirstRun, clock: Clock, policy: KdfPolicy | None = None) -> tuple[Context, str]:
    """Makes the encrypted file, this PC's key, the ward and the first person. Returns the recovery code too."""
    found = first_run_problems(setup)
    if found:
        raise ProblemsFound(found)
    home.mkdir(parents=True, exist_ok=True)
    vault.refuse_network_drive(home)
    policy = policy or KdfPolicy()
    lock = InstanceLock(home)
    try:
        swap.finish(home)
        _refuse_second_file(home)
        unlocked, code = _mapped(lambda: _stage_first_file(swap.stage(home), setup, clock, policy))
        swap.swap(home, "before")
        clear_files.save(home, {"lock_minutes": setup.lock_minutes, "practice": setup.practice})
        ctx = _open(home, Keys(unlocked, lock, policy), clock)
    except BaseException:
        swap.discard(home)
        lock.release()
        raise
    write_clear_facts(ctx)
    return ctx, code


def _stage_first_file(staged: Path, setup: FirstRun, clock: Clock, policy: KdfPolicy) -> tuple[Unlocked, str]:
    """Makes everything in a folder aside, so that a first run cut short leaves a PC that can begin again."""
    unlocked = keyslots.create(staged)
    opened = _make_store(staged, unlocked)
    try:
        _write_first_records(opened, setup, clock)
    finally:
        opened.close()
    keyslots.set_passphrase(staged, unlocked, setup.user_id, setup.name, setup.passphrase, policy)
    unlocked.user_id = setup.user_id
    return unlocked, keyslots.set_recovery_code(staged, unlocked, keyslots.draw_recovery_code())


def _refuse_second_file(home: Path) -> None:
    if (home / vault.FILE).exists():
        raise FileDamaged("There is already a file of VPR Desktop in this folder. Nothing was changed. Call IT.")


def _make_store(home: Path, unlocked: Unlocked) -> Store:
    db = vault.create(home, unlocked.dek)
    key, public = make_device_key()
    anchors = Anchor(home, keyslots.anchor_key(unlocked.dek))
    made = store.make(db, anchors, device_id(public), store.first_tip(unlocked.file_id), home, db.close)
    made.put_state_now("device_key", key)
    return made


def _write_first_records(opened: Store, setup: FirstRun, clock: Clock) -> None:
    ward_id = stream_id(setup.org_code, setup.ward_code)
    with opened.unit(setup.user_id, clock.now()) as unit:
        ward = Ward(id=ward_id, ward_id=ward_id, code=setup.ward_code.upper(), name=setup.ward_name.strip())
        ward.org_code, ward.org_name, ward.site = setup.org_code.upper(), setup.org_name.strip(), setup.site
        ward.timezone, ward.emergency_number, ward.shift_times = setup.timezone, "2222", ", ".join(DEFAULT)
        unit.save(ward)
        person = User(id=user_record_id(setup.org_code, setup.user_id), ward_id=ward_id, user_id=setup.user_id)
        person.name, person.role, person.active = setup.name.strip(), setup.role, True
        person.initials = setup.initials.strip() or initials_of(setup.name)
        unit.save(person)
        unit.put_state("wards", ward_id.encode())
        unit.commit("first run", ward_id)


def unlock(
    home: Path,
    user_id: str,
    passphrase: str,
    clock: Clock,
    policy: KdfPolicy | None = None,
    wait: float = 0.0,
) -> Context:
    """Opens the file for one person. Raises WrongPassphrase, AlreadyOpen, FileAltered, FileRolledBack and others."""
    policy = policy or KdfPolicy()
    vault.refuse_network_drive(home)
    lock = InstanceLock(home, wait)
    try:
        swap.finish(home)
        unlocked = keyslots.unlock(home, user_id, passphrase, clock.monotonic(), policy)
        return _open(home, Keys(unlocked, lock, policy), clock)
    except BaseException:
        lock.release()
        raise


def _open(home: Path, keys: Keys, clock: Clock) -> Context:
    anchors = Anchor(home, keyslots.anchor_key(keys.unlocked.dek))
    held = anchors.read()

    def is_behind(db: vault.Database) -> bool:
        return held is not None and checks.is_behind(checks.file_tip(db), held)

    db = _mapped(lambda: vault.open_file(home, keys.unlocked.dek, is_behind))
    try:
        db = _mapped(lambda: _up_to_date(home, db, keys.unlocked.dek, anchors, clock))
        db, anchors = _mapped(lambda: _under_new_key(home, db, keys.unlocked, anchors, clock))
        opened = _mapped(lambda: store.open_checked(db, anchors, home, db.close))
        ctx = _mapped(lambda: _context(home, opened, keys, clock))
        if opened.read_only is None:
            with ctx.unit() as unit:
                unit.commit("unlock")
            if not ctx.practice:
                vault.make_reserve(home)
    except BaseException:
        db.close()
        raise
    lockscreen.remember_user(home, ctx.user.user_id)
    return ctx


def _up_to_date(home: Path, db: vault.Database, dek: bytearray, anchors: Anchor, clock: Clock) -> vault.Database:
    """The file after the migrations it lacks. Nothing is migrated that is not as it was left, or not backed up."""
    if runner.version(db) >= runner.newest():
        return db
    checks.compare(db, checks.file_tip(db), anchors.read())
    backup.write(home, db, dek, home / backup.FOLDER / f"vpr-{clock.now():%Y%m%d-%H%M%S}.vprbackup")
    backup.drop_oldest(home / backup.FOLDER)
    return runner.migrate(home, db, dek)


def _under_new_key(
    home: Path, db: vault.Database, unlocked: Unlocked, anchors: Anchor, clock: Clock
) -> tuple[vault.Database, Anchor]:
    """Where somebody's access was ended, the file gets a new key before anything is written to it again."""
    if schema.is_newer(db) or not rekey.is_due(db):
        return db, anchors
    checks.compare(db, checks.file_tip(db), anchors.read())
    try:
        fresh = rekey.prepare(home, db, unlocked)
    except (FileDamaged, NotWritable) as error:
        LOG.warning("the file keeps its key: %s", type(error).__name__)
        return db, anchors
    db.close()
    moved = rekey.put_in_place(home, unlocked, fresh, f"before-key-{clock.now():%Y%m%d-%H%M%S}")
    return moved, Anchor(home, keyslots.anchor_key(unlocked.dek))


def _mapped(job: Callable[[], T]) -> T:
    with vault.sql_errors():
        return job()


def _context(home: Path, opened: Store, keys: Keys, clock: Clock) -> Context:
    reader = opened.reader()
    wards = {ward.id: _facts(opened, ward) for ward in reader.find(Ward)}
    entries = reader.find(User, user_id=keys.unlocked.user_id)
    if not entries or not wards or any(one.active is False for one in entries):
        name = next((one.name for one in entries if one.name), "This person")  # on the lock screen another is chosen
        raise NotAllowed(f"{name} no longer works on this PC. Ask the ward manager.")
    person = entries[0]  # another of the same name came from elsewhere: of both counts the lesser, as at the endpoint
    roles = {"reporter" if "role" in one.shown.clashes else one.role or "reporter" for one in entries}
    role = roles.pop() if len(roles) == 1 else "reporter"
    wards = open_wards(reader, role, wards)
    who = Person(keys.unlocked.user_id, person.name or "", person.initials or "", role)
    shown = (reader.state("shown_ward") or b"").decode()
    practice = bool(clear_files.load(home).get("practice"))
    ward_id = shown if shown in wards else next(iter(wards))
    return Context(opened, who, ward_id, wards, clock, home, practice, keys)


def renewed(ctx: Context) -> Context:
    """The session after people or wards changed, such as by what another PC sent: role, wards and who has a slot here.

    Whoever's access was ended elsewhere loses their slot here, the last one excepted. Raises NotAllowed where that is
    the person who works.
    """
    ended = {user.user_id for user in ctx.reader().find(User) if user.active is False}
    for slot in keyslots.users(ctx.home):
        others = [one for one in keyslots.users(ctx.home) if one.user_id != slot.user_id and not one.disabled]
        if slot.user_id in ended and not slot.disabled and others:
            keyslots.disable(ctx.home, slot.user_id)
            with ctx.unit() as unit:
                unit.put_state("rekey_due", b"1")
                unit.commit("disable user", slot.user_id)
            write_clear_facts(ctx)
    ctx.store.forget_zones()
    fresh = _context(ctx.home, ctx.store, ctx.secrets, ctx.clock)
    kept = fresh.with_ward(ctx.ward_id) if ctx.ward_id in fresh.wards else fresh
    write_clear_facts(kept)
    return kept


def _facts(opened: Store, ward: Ward) -> WardFacts:
    zone: ZoneInfo = opened.zone(ward.id)
    times = tuple(part.strip() for part in (ward.shift_times or "").split(",") if part.strip()) or DEFAULT
    number, short = ward.emergency_number or "2222", tuple(ward.short_factors or ())
    return WardFacts(ward.id, ward.code or "", ward.name or "", zone, times, number, short, ward.org_code or "")


def lock(ctx: Context) -> None:
    """Closes the file, overwrites the key and lets another process in."""
    keys: Keys = ctx.secrets
    ctx.store.close()
    keys.unlocked.wipe()
    keys.lock.release()


def stop_when(ctx: Context, asked: Callable[[], bool]) -> None:
    """Lets a long reading of this session end where `asked` says so; writing is never cut short."""
    ctx.store.stop_when(asked)


def confirm_passphrase(ctx: Context, passphrase: str) -> None:
    """Asks again before a security setting changes. Raises WrongPassphrase."""
    keys: Keys = ctx.secrets
    keyslots.unlock(ctx.home, ctx.user.user_id, passphrase, ctx.clock.monotonic(), keys.policy).wipe()


def recover(
    home: Path, code: str, user_id: str, passphrase: str, clock: Clock, policy: KdfPolicy | None = None
) -> Context:
    """Opens the file by its paper code and gives a person of it a new passphrase.

    Raises WrongCode, SlotDamaged where no code can be tried; and what `unlock` raises of the file, where it is right.
    """
    problem = passphrase_problem(passphrase)
    if problem:
        raise ProblemsFound([Problem("passphrase", problem)])
    policy = policy or KdfPolicy()
    guard = InstanceLock(home)
    try:
        swap.finish(home)
        unlocked = _opened_by(home, code, clock)
        unlocked.user_id = user_id
        ctx = _open(home, Keys(unlocked, guard, policy), clock)
        keyslots.set_passphrase(home, unlocked, user_id, ctx.user.name, passphrase, policy)
        with ctx.unit() as unit:
            unit.commit("recover", user_id)
    except BaseException:
        guard.release()
        raise
    write_clear_facts(ctx)
    return ctx


def _opened_by(home: Path, code: str, clock: Clock) -> Unlocked:
    try:
        return keyslots.unlock_by_recovery(home, code, clock.monotonic())
    except WrongPassphrase as error:
        raise WrongCode(error) from None
    except SlotDamaged as error:
        raise SlotDamaged(CODE_UNREADABLE) from error


def add_ward(ctx: Context, code: str, name: str) -> Context:
    """Adds a ward of the same organisation to this PC and shows it. Raises ProblemsFound, NotAllowed."""
    ctx.require("manage_device")
    reader = ctx.reader()
    first = reader.get(Ward, ctx.ward_id)
    ward_id = stream_id(first.org_code or "", code)
    found = [Problem(field, text) for field, holds, text in _ward_checks(ctx, code, name, ward_id) if not holds]
    found += unfit(ward_name=name)
    if found:
        raise ProblemsFound(found)
    with ctx.unit() as unit:
        ward = Ward(id=ward_id, ward_id=ward_id, code=code.upper(), name=name.strip(), site=first.site)
        ward.org_code, ward.org_name, ward.timezone = first.org_code, first.org_name, first.timezone
        ward.emergency_number, ward.shift_times = first.emergency_number, first.shift_times
        unit.save(ward)
        unit.put_state("wards", ",".join([*ctx.wards, ward_id]).encode())
        unit.commit("add ward", ward_id)
    ctx.store.forget_zones()
    grown = replace(ctx, wards={**ctx.wards, ward_id: _facts(ctx.store, ward)}, ward_id=ward_id)
    write_clear_facts(grown)
    return grown


def _ward_checks(ctx: Context, code: str, name: str, ward_id: str) -> tuple[tuple[str, bool, str], ...]:
    return (
        ("ward_code", is_ward_code(code), "Give a short ward code, such as OAK."),
        ("ward_name", bool(name.strip()), "Give the ward's name."),
        ("ward_code", ward_id not in ctx.wards, "This ward is on this PC already."),
    )


def show_ward(ctx: Context, ward_id: str) -> Context:
    """The same session with another of this PC's wards shown, now and after the next unlock."""
    shown = ctx.with_ward(ward_id)
    with shown.unit() as unit:
        unit.put_state("shown_ward", ward_id.encode())
        unit.commit("")
    write_clear_facts(shown)
    return shown


def write_clear_facts(ctx: Context) -> None:
    """Brings the few texts of the lock screen up to date with the ward's records."""
    from vpr_desktop.domain.place import Contact

    reader = ctx.reader()
    wards = sorted(ctx.wards, key=lambda ward_id: ward_id != ctx.ward_id)
    called = [c for ward_id in wards for c in sorted(reader.parts(Contact, ward_id), key=lambda c: c.position or 99)]
    contacts = list({(c.label, c.phone): c for c in reversed(called)}.values())[::-1]
    clear_files.save(
        ctx.home,
        {
            "wards": [facts.name for facts in ctx.wards.values()],
            "emergency_number": ctx.ward.emergency_number,
            "contacts": [{"kind": c.kind or "", "label": c.label or "", "number": c.phone or ""} for c in contacts],
            "users": [{"id": s.user_id, "name": s.name} for s in keyslots.users(ctx.home) if not s.disabled],
        },
    )


def as_known(error: Exception) -> KnownError | None:
    """The kind of an error that reached the top, where it has one."""
    if isinstance(error, KnownError):
        return error
    if isinstance(error, OSError):
        return slot_file.known(error)
    return vault.known_error(error) if vault.is_database_error(error) else None
