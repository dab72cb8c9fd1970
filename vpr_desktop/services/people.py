"""Who works on this PC: add and end slots, change passphrases, and the ops that tell other PCs who is who."""

from __future__ import annotations

from dataclasses import dataclass

from vpr_desktop.domain.choices_response import USER_ROLE
from vpr_desktop.domain.errors import NotAllowed, NotFound, Problem, ProblemsFound
from vpr_desktop.domain.identity import user_record_id
from vpr_desktop.domain.passphrases import passphrase_problem
from vpr_desktop.domain.place import Ward
from vpr_desktop.domain.user import User
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context
from vpr_desktop.services.first_answers import initials_of, is_sign_in_name, unfit
from vpr_desktop.services.sessions import Keys
from vpr_desktop.storage import keyslots


@dataclass(frozen=True, slots=True)
class UserRow:
    """One person of the ward; `has_slot` where they can unlock this PC."""

    user_id: str
    name: str
    initials: str
    role: str
    active: bool
    has_slot: bool


def users(ctx: Context) -> list[UserRow]:
    """Everybody known on this ward."""
    slots = {slot.user_id for slot in keyslots.users(ctx.home) if not slot.disabled}
    return [
        UserRow(
            u.user_id or "", u.name or "", u.initials or "", u.role or "", u.active is not False, u.user_id in slots
        )
        for u in ctx.reader().find(User)
    ]


def add(ctx: Context, user_id: str, name: str, role: str, passphrase: str, initials: str = "") -> None:
    """Gives a person a slot on this PC and a record on its wards. Raises ProblemsFound."""
    check(ctx, user_id, name, role, passphrase, initials)
    keys: Keys = ctx.secrets
    with ctx.unit() as unit:
        org_code = unit.get(Ward, ctx.ward_id).org_code or ""
        person = User(id=user_record_id(org_code, user_id), ward_id=ctx.ward_id, user_id=user_id, name=name.strip())
        person.role, person.active, person.initials = role, True, initials.strip() or initials_of(name)
        unit.save(person)
        keyslots.set_passphrase(ctx.home, keys.unlocked, user_id, name.strip(), passphrase, keys.policy)
        unit.commit("add user", user_id)
    sessions.write_clear_facts(ctx)


def check(ctx: Context, user_id: str, name: str, role: str, passphrase: str, initials: str = "") -> None:
    """Looks at a person to be added before anything is asked or saved. Raises NotAllowed, ProblemsFound."""
    ctx.require("manage_users")
    found = _problems(ctx, user_id, name, role, passphrase) + unfit(name=name, initials=initials)
    if found:
        raise ProblemsFound(found)


def _problems(ctx: Context, user_id: str, name: str, role: str, passphrase: str) -> list[Problem]:
    taken = {user.user_id.lower() for user in users(ctx)}
    weak = passphrase_problem(passphrase)
    tests = (
        ("user_id", is_sign_in_name(user_id), "Give a sign-in name of letters, digits, dots or dashes."),
        ("user_id", user_id.lower() not in taken, "That sign-in name is taken. Choose another."),
        ("name", bool(name.strip()), "Give the name as colleagues know it."),
        ("role", role in USER_ROLE, f"Choose a role. {USER_ROLE.nearest(role)}"),
        ("passphrase", weak is None, weak or ""),
    )
    return [Problem(field, sentence) for field, holds, sentence in tests if not holds]


def disable(ctx: Context, user_id: str) -> None:
    """Ends a person's access to this PC. Their reports stay. The last person cannot be ended."""
    ctx.require("manage_users")
    if user_id == ctx.user.user_id:
        raise NotAllowed("Somebody else has to end your access.")
    person = _person(ctx, user_id)
    keyslots.disable(ctx.home, user_id)
    with ctx.unit() as unit:
        person.active = False
        unit.save(person)
        unit.put_state("rekey_due", b"1")
        unit.commit("disable user", user_id)
    sessions.write_clear_facts(ctx)


def change_passphrase(ctx: Context, user_id: str, new: str, old: str | None = None) -> None:
    """A new passphrase: one's own with the old one, somebody else's with the right to manage users."""
    keys: Keys = ctx.secrets
    if user_id == ctx.user.user_id:
        sessions.confirm_passphrase(ctx, old or "")
    else:
        ctx.require("manage_users")
    name = _person(ctx, user_id).name or user_id
    keyslots.set_passphrase(ctx.home, keys.unlocked, user_id, name, new, keys.policy)
    with ctx.unit() as unit:
        unit.commit("change passphrase", user_id)


def draw_recovery_code(ctx: Context) -> str:
    """A paper code that opens nothing before `set_recovery_code`, so that it can be printed first."""
    ctx.require("manage_users")
    return keyslots.draw_recovery_code()


def set_recovery_code(ctx: Context, code: str) -> str:
    """Lets a drawn paper code open the file; the one before stops working. Returns the code."""
    ctx.require("manage_users")
    keys: Keys = ctx.secrets
    keyslots.set_recovery_code(ctx.home, keys.unlocked, code)
    with ctx.unit() as unit:
        unit.commit("new recovery code")
    return code


def _person(ctx: Context, user_id: str) -> User:
    found = ctx.reader().find(User, user_id=user_id)
    if not found:
        raise NotFound()
    return found[0]
