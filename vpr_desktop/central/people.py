"""The people of a ward as the ops of entity `user` give them: what the endpoint needs to judge rights.

A role in conflict counts as reporter; whether access ended in conflict counts as ended. So do two entries of one
sign-in name, as an op tells its author by name alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from vpr_desktop.central.database import Asked, Session
from vpr_desktop.domain.ops import Held, fold
from vpr_desktop.domain.workflow import allowed

# What an author must be allowed for a change of these entities; any one of the acts is enough.
NEEDED = {"user": ("manage_users",), "ward": ("manage_ward", "manage_device"), "place": ("manage_ward",),
          "contact": ("manage_ward",)}  # fmt: skip
OTHERWISE = ("log",)
ERASERS = frozenset({"vpr_lead"})


@dataclass(frozen=True, slots=True)
class Author:
    """A person as the stream's ops give them, by the entries of their name."""

    entries: tuple[str, ...]
    role: str
    active: bool


def authors(session: Session, st: int) -> dict[str, Author]:
    """Everybody known in a stream, by sign-in name."""
    return authors_in(session.together(asking_authors(st))[0])


def asking_authors(st: int) -> Asked:
    """What reads everybody known in a stream."""
    return "SELECT user_id, ei, role, active FROM user_ WHERE st = :st ORDER BY ei", {"st": st}


def authors_in(rows: Sequence[Any]) -> dict[str, Author]:
    """Reads what `asking_authors` gave."""
    known: dict[str, Author] = {}
    for name, ei, role, active in rows:
        other = known.get(name, Author((), role, active=True))
        same = role == other.role
        known[name] = Author((*other.entries, ei), role if same else "reporter", bool(active) and other.active)
    return known


def review_of(op: dict[str, Any], known: dict[str, Author]) -> str | None:
    """Why a person should look at an op because of who wrote it. Somebody not known yet may become known."""
    author = known.get(op["by"])
    if author is None:
        return None
    if not author.active:
        return "author-ended"
    if not any(allowed(author.role, act) for act in NEEDED.get(op["et"], OTHERWISE)) and "er" not in op:
        return "author-not-entitled"
    return None


def may_erase(session: Session, st: int, user: str, known: dict[str, Author]) -> bool:
    """Whether somebody may erase; never on the word of an op of that person that waits for review."""
    author = known.get(user)
    if author is None or not author.active or author.role not in ERASERS:
        return False
    waiting = session.one(  # few ops first
        "SELECT 1 FROM op_seen o CROSS JOIN review r WHERE o.st = :st AND o.ei IN :eis AND o.et = 'user'"
        " AND r.st = o.st AND r.op_id = o.op_id AND r.kind = 'review' AND r.settled_at IS NULL LIMIT 1",
        st=st, eis=list(author.entries),
    )  # fmt: skip
    return waiting is None


def ops_of(session: Session, st: int, entity: str) -> list[Held]:
    """All ops of a person that are held."""
    rows = session.rows(
        "SELECT op_id, seq, raw FROM op_seen WHERE st = :st AND ei = :ei AND et = 'user'", st=st, ei=entity
    )
    held = []
    for op_id, seq, raw in rows:
        body = msgspec.json.decode(raw) if raw is not None else None
        inc, count = body["dn"] if body else (0, 0)
        held.append(Held(op_id, seq, inc, count, body))
    return held


def refold(session: Session, trust: int, st: int, entity: str, held: Sequence[Held]) -> None:
    """Writes a person's row anew from all ops of theirs."""
    folded = fold(held)
    user_id, role, active = (folded.values.get(name) for name in ("user_id", "role", "active"))
    if not isinstance(user_id, str) or not 0 < len(user_id) <= 200 or "\x00" in user_id:
        return
    plain = isinstance(role, str) and len(role) <= 40 and "\x00" not in role and "role" not in folded.clashes
    ended = active is False or "active" in folded.clashes
    session.run(
        "INSERT INTO user_ (trust, st, ei, user_id, role, active) VALUES (:t, :st, :ei, :user, :role, :active)"
        " ON CONFLICT (st, ei) DO UPDATE SET user_id = :user, role = :role, active = :active",
        t=trust, st=st, ei=entity, user=user_id, role=role if plain else "reporter", active=not ended,
    )  # fmt: skip
