"""What is asked of a PC and of a person before they are set up, and what of it does not fit."""

from __future__ import annotations

from dataclasses import dataclass

from vpr_desktop.domain.errors import Problem
from vpr_desktop.domain.fields import wire_problem
from vpr_desktop.domain.identifiers import is_ods_code
from vpr_desktop.domain.passphrases import passphrase_problem
from vpr_desktop.domain.place import Ward
from vpr_desktop.domain.record import Record, fields_of
from vpr_desktop.domain.user import User
from vpr_desktop.services import lockscreen

FIRST_ROLES = ("ward_manager", "device_admin")
HELD: dict[str, tuple[type[Record], str]] = {
    "org_name": (Ward, "org_name"), "ward_name": (Ward, "name"), "site": (Ward, "site"), "name": (User, "name"),
    "initials": (User, "initials"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FirstRun:
    """What the five steps of the first run ask for."""

    org_code: str
    org_name: str
    ward_code: str
    ward_name: str
    user_id: str
    name: str
    role: str
    passphrase: str
    initials: str = ""
    site: str = ""
    timezone: str = "Europe/London"
    lock_minutes: int = lockscreen.LOCK_MINUTES
    practice: bool = False


def is_ward_code(text: str) -> bool:
    """Whether a ward can have this code: 1 to 10 letters and digits, as every reference begins with it."""
    return text.isalnum() and len(text) <= 10


def first_run_problems(setup: FirstRun) -> list[Problem]:
    """What to put right before a PC can be set up."""
    checks_of = (
        ("org_code", is_ods_code(setup.org_code.upper()), "Give the organisation's code, such as RX1."),
        ("org_name", bool(setup.org_name.strip()), "Give the organisation's name."),
        ("ward_code", is_ward_code(setup.ward_code), "Give a short ward code, such as CED."),
        ("ward_name", bool(setup.ward_name.strip()), "Give the ward's name."),
        (
            "user_id",
            is_sign_in_name(setup.user_id),
            "Give a sign-in name of letters, digits, dots or dashes.",
        ),
        ("name", bool(setup.name.strip()), "Give your name as colleagues know it."),
        ("role", setup.role in FIRST_ROLES, "The first person is a ward manager or a device administrator."),
        (
            "passphrase",
            passphrase_problem(setup.passphrase) is None,
            passphrase_problem(setup.passphrase) or "",
        ),
    )
    found = [Problem(field, sentence) for field, holds, sentence in checks_of if not holds]
    return found + unfit(**{asked: getattr(setup, asked) for asked in HELD})


def unfit(**typed: str) -> list[Problem]:
    """Those of these texts that are longer than their record holds, by the name they are asked for under."""
    found = []
    for asked, text in typed.items():
        entity, field = HELD[asked]
        sentence = wire_problem(fields_of(entity)[field], text.strip())
        if sentence:
            found.append(Problem(asked, sentence))
    return found


def is_sign_in_name(text: str) -> bool:
    """Whether a text can be a sign-in name."""
    return 0 < len(text) <= 80 and all(c.isalnum() or c in ".-_@" for c in text)


def initials_of(name: str) -> str:
    """The initials of a name, as many as its record holds: A.M. for A. Manager, A.M.D. for Ana Maria de Souza."""
    return "".join(f"{word[0].upper()}." for word in name.split()[:3])
