"""What the lock screen shows before anybody signed in: the few texts that lie in the clear, by design.

Imports neither the ORM nor the database, so that the window appears at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vpr_desktop.storage import clear_files

MOST_NAMES = 8
LOCK_MINUTES = 5
LOCK_CHOICES = (1, 3, 5, 10, 15)  # minutes that somebody may choose


@dataclass(frozen=True, slots=True)
class LockUser:
    """Somebody who can unlock this PC."""

    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class SupportContact:
    """Somebody to turn to, shown while locked too."""

    kind: str
    label: str
    number: str


@dataclass(frozen=True, slots=True)
class LockScreen:
    """Everything the locked window knows."""

    needs_first_run: bool
    wards: tuple[str, ...]
    users: tuple[LockUser, ...]
    emergency_number: str
    contacts: tuple[SupportContact, ...]
    theme: str
    text_percent: int
    lock_minutes: int
    practice: bool
    notices: bool = False  # whether the desktop says that something is due


def read(home: Path) -> LockScreen:
    """What to show; the last person who worked comes first."""
    held = clear_files.load(home)
    users = [LockUser(u["id"], u["name"]) for u in _dicts(held.get("users"), "id", "name")]
    recent: list[Any] = held.get("last_users") or []
    users.sort(key=lambda u: recent.index(u.user_id) if u.user_id in recent else len(recent))
    contacts = _dicts(held.get("contacts"), "kind", "label", "number")
    return LockScreen(
        needs_first_run=not is_set_up(home),
        wards=tuple(str(name) for name in held.get("wards") or ()),
        users=tuple(users),
        emergency_number=str(held.get("emergency_number") or "2222"),
        contacts=tuple(SupportContact(c["kind"], c["label"], c["number"]) for c in contacts),
        theme=str(held.get("theme") or "system"),
        text_percent=_within(held.get("text_percent"), 100, 200, 100),
        lock_minutes=_within(held.get("lock_minutes"), 1, 15, LOCK_MINUTES),
        practice=bool(held.get("practice")),
        notices=held.get("notices") is True,
    )


def is_set_up(home: Path) -> bool:
    """Whether there is a file here, also one whose parts are just being put in place."""
    return any((home / name).exists() for name in ("vault.keys", "vault.keys.2", "vault.swap"))


def _dicts(held: Any, *keys: str) -> list[dict[str, str]]:
    rows = held if isinstance(held, list) else []
    return [{key: str(row[key]) for key in keys} for row in rows if isinstance(row, dict) and set(keys) <= set(row)]


def _within(value: Any, least: int, most: int, default: int) -> int:
    return value if type(value) is int and least <= value <= most else default


def save_preferences(home: Path, **changes: Any) -> None:
    """Remembers theme, text size, lock time or desktop notices of this PC."""
    clear_files.save(home, changes)


def remember_user(home: Path, user_id: str) -> None:
    """Puts whoever just worked first on the lock screen."""
    recent = [u for u in clear_files.load(home).get("last_users") or [] if u != user_id]
    clear_files.save(home, {"last_users": [user_id, *recent][:MOST_NAMES]})
