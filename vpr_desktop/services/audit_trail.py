"""The audit trail as an auditor reads it: who did what, when, on which PC and with which record.

Never a value of a record, and never why in words: what somebody typed as a reason may name a patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from vpr_desktop.services import views
from vpr_desktop.services.context import Context
from vpr_desktop.storage import trail
from vpr_desktop.storage.trail import Asked

PAGE = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `record` is a reference, the person an act was about, or a short word of the app; `hash` its link."""

    n: int
    at: datetime
    user_id: str
    by: str
    device: str
    here: bool
    act: str
    record: str
    hash: str


def page(
    ctx: Context, text: str = "", since: date | None = None, until: date | None = None,
    limit: int = PAGE, offset: int = 0,
) -> list[Entry]:  # fmt: skip
    """The latest entries; each word of `text` stands in act, reference or name. Raises NotAllowed."""
    ctx.require("read_audit")
    names = views.names_of_users(ctx)
    rows = trail.page(ctx.store.db, _asked(ctx, names, text, since, until), limit, offset)
    return [
        Entry(
            row["n"], datetime.fromisoformat(row["at"]), row["user"], names.get(row["user"], row["user"]), row["dev"],
            row["dev"] == ctx.store.device_id, row["act"], _record(row["obj"], row["reference"], names),
            bytes(row["hash"]).hex(),
        )
        for row in rows
    ]  # fmt: skip


def count(ctx: Context, text: str = "") -> int:
    """How many entries there are. Raises NotAllowed."""
    ctx.require("read_audit")
    return trail.count(ctx.store.db, _asked(ctx, views.names_of_users(ctx), text, None, None))


def _asked(ctx: Context, names: dict[str, str], text: str, since: date | None, until: date | None) -> Asked:
    words = []
    for word in text.casefold().split():
        users = tuple(one for one, name in names.items() if word in f"{one} {name}".casefold())
        words.append((word, users))
    end = until + timedelta(days=1) if until is not None and until < date.max else None
    return Asked(_midnight(ctx, since), _midnight(ctx, end), tuple(words))


def _midnight(ctx: Context, day: date | None) -> str:
    """The first moment of a day of the ward, as the trail writes moments."""
    return datetime.combine(day, time(), ctx.ward.zone).astimezone(UTC).isoformat() if day is not None else ""


def _record(obj: str, reference: str | None, names: dict[str, str]) -> str:
    """What an act was done with; a bare identity, such as of a ward or a PC, says nothing to a person."""
    if reference:
        return reference
    return names.get(obj, "" if len(obj) == 36 and obj.count("-") == 4 else obj)
