"""A person who signs in: travels as ops so that other PCs show who wrote; gives no access by itself."""

from __future__ import annotations

from vpr_desktop.domain import choices_response as lists
from vpr_desktop.domain.fields import one_of, text, yes_no
from vpr_desktop.domain.record import Record

SYSTEM = {"section": "People", "block": "system"}


class User(Record, table=True):
    """Name and role of one person on this ward. A role in conflict counts as reporter."""

    __tablename__ = "user"

    user_id: str | None = text("Sign-in name", longest=80, listed=True, **SYSTEM)
    name: str | None = text("Name", longest=120, **SYSTEM)
    initials: str | None = text("Initials", longest=6, **SYSTEM)
    role: str | None = one_of("Role", lists.USER_ROLE, listed=True, **SYSTEM)
    active: bool | None = yes_no("May sign in", **SYSTEM)
