"""Half-filled forms: kept in the encrypted file within a second, and seen by their writer alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vpr_desktop.domain.identity import uuid7
from vpr_desktop.services.context import Context
from vpr_desktop.storage.unit import draft_rows


@dataclass(frozen=True, slots=True)
class Draft:
    """One half-filled form. `form` is `quick_log`, or says whose it is, such as `task:<incident id>:<task>`."""

    id: str
    form: str
    started_at: datetime
    saved_at: datetime
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """That a draft is safe, and since when."""

    id: str
    saved_at: datetime


def new_id(ctx: Context) -> str:
    """The id of a draft to be; a form takes it before its first change, so that no save can make a second draft."""
    return uuid7(int(ctx.now().timestamp() * 1000), secrets.token_bytes(10))


def save(ctx: Context, form: str, body: dict[str, Any], draft_id: str | None = None) -> SavedDraft:
    """Keeps a form as it stands; the same id replaces the draft before."""
    with ctx.unit() as unit:
        kept = draft_id or new_id(ctx)
        unit.put_draft(kept, form, body)
        unit.commit("")
    return SavedDraft(kept, ctx.now())


def mine(ctx: Context) -> list[Draft]:
    """This person's drafts, the last written first."""
    return [
        Draft(
            row["id"],
            row["form"],
            datetime.fromisoformat(row["started_at"]),
            datetime.fromisoformat(row["saved_at"]),
            row["body"],
        )
        for row in draft_rows(ctx.reader(), ctx.user.user_id)
    ]


def is_held(ctx: Context, *ids: str) -> bool:
    """Whether this person has a draft that belongs to one of these incidents or plans."""
    return any(f":{one}:" in f"{draft.form}:" for draft in mine(ctx) for one in ids if one)


def discard(ctx: Context, draft_id: str) -> None:
    """Throws a draft of this person away; no record was made of it."""
    with ctx.unit() as unit:
        unit.drop_draft(draft_id)
        unit.commit("")


def others_count(ctx: Context) -> int:
    """How many drafts belong to somebody else; told to who runs the ward, without content."""
    if not ctx.can("handover"):
        return 0
    return ctx.reader().count_drafts_of_others(ctx.user.user_id)
