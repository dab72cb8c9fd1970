"""The incidents list, its counts and search: rows of ready words, never a name or free text.

What a person may not see of a restricted incident is left out of the query itself (storage/queries.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from vpr_desktop.domain.choices import CodeList
from vpr_desktop.domain.derived import acts_in_words
from vpr_desktop.domain.fields import decode
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.visibility import OFFERED, Tie, sees_incident, view
from vpr_desktop.domain.when import relative, show
from vpr_desktop.services import two_versions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import queries
from vpr_desktop.storage.queries import ListQuery

__all__ = ["ListQuery", "Row", "count", "follows_plans", "knows_metadata", "page", "search", "view_counts", "views"]

RESTRICTED = "Restricted incident"
DASH = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list as this person may see it. An auditor's `when` is when it was logged."""

    id: str
    reference: str
    when: str
    when_full: str
    where: str
    what: str
    effect: str
    status: str
    tasks_left: int | None
    support: str
    send_state: str
    restricted: bool
    two_versions: bool
    imported: bool


def page(ctx: Context, query: ListQuery) -> list[Row]:
    """One slice of the list. One looked up by words is a search, logged with its first slice and without the words."""
    return rows_of(ctx, _slice(ctx, query))


def _slice(ctx: Context, query: ListQuery) -> list[dict[str, Any]]:
    ctx.require("list")
    found = queries.page(ctx.store.db, _of_view(ctx, query), ctx.viewer)
    if query.text.strip() and not query.offset:
        with ctx.unit() as unit:
            unit.commit("search")
    return found


def views(ctx: Context) -> tuple[str, ...]:
    """The saved views this person has: none that would tell what no row of theirs does."""
    left = {"open_support"} if not follows_plans(ctx) else set()
    left |= {"needs_finishing", "restricted"} if knows_metadata(ctx) else set()
    return tuple(one for one in queries.VIEWS if one not in left)


def follows_plans(ctx: Context) -> bool:
    """Whether a plan being open or settled is listed for this person."""
    return view(ctx.user.role, "support", Tie()) == OFFERED


def knows_metadata(ctx: Context) -> bool:
    """Whether this person knows of every record that it exists and when it was logged, and of none what it holds."""
    return sees_incident(ctx.user.role, Tie()) == "metadata"


def _of_view(ctx: Context, query: ListQuery) -> ListQuery:
    """The query, of two versions those alone of which this person sees some; of a view they do not have nothing."""
    if query.view not in views(ctx):
        return replace(query, only=())
    return replace(query, only=tuple(two_versions.incidents_seen(ctx))) if query.view == "two_versions" else query


def count(ctx: Context, query: ListQuery) -> int:
    """How many incidents the list holds in all."""
    ctx.require("list")
    return queries.count(ctx.store.db, _of_view(ctx, query), ctx.viewer)


def view_counts(ctx: Context, names: Sequence[str]) -> dict[str, int]:
    """The number behind each of these saved views."""
    ctx.require("list")
    asked = ctx.viewer
    return {name: queries.count(ctx.store.db, _of_view(ctx, ListQuery(view=name)), asked) for name in names}


def search(ctx: Context, text: str, limit: int = 50) -> list[Row]:
    """Incidents by reference or by words of their narratives, newest first; logged without the words."""
    ctx.require("search")
    asked = ctx.viewer
    found = queries.by_reference(ctx.store.db, text, asked, limit)
    ids = {row["id"] for row in found}
    found += [row for row in queries.by_words(ctx.store.db, text, asked, limit) if row["id"] not in ids]
    with ctx.unit() as unit:
        unit.commit("search")
    return rows_of(ctx, found[:limit])


CODES = ("occurred_at", "time_known", "location", "act_types", "effect", "tasks_left")


def facts(ctx: Context, query: ListQuery) -> list[dict[str, Any]]:
    """The list in codes instead of words, for scripts.

    A restricted incident not theirs keeps three keys; for an auditor each keeps what tells that it exists.
    """
    ctx.require("search" if query.text.strip() else "list")
    found = _slice(ctx, query)
    waiting = ctx.reader().waits([row["id"] for row in found]) if found else set()
    doubled = set(two_versions.incidents_seen(ctx, [row["id"] for row in found])) if found else set()
    known = knows_metadata(ctx)
    return [_facts(row, row["id"] in waiting, row["id"] in doubled, known) for row in found]


def _facts(row: dict[str, Any], waits: bool, doubled: bool, known: bool) -> dict[str, Any]:
    head = {"id": row["id"], "reference": row["reference"]}
    sent = "waiting" if waits else "sent"
    if known:
        at = (row["reported_at"] or "").replace("Z", "+00:00")
        return {**head, "ward_id": row["ward_id"], "reported_at": at, "status": row["status"], "send_state": sent}
    if not row["visible"]:
        return {**head, "restricted": bool(row["restricted"])}
    out = {**head, "ward_id": row["ward_id"], **{name: row[name] for name in CODES}, "status": row["status"]}
    if row["occurred_at"]:
        out["occurred_at"] = row["occurred_at"].replace("Z", "+00:00")
    imported = {"imported_at": row["imported_at"]} if row["imported_at"] else {}
    two = {"two_versions": True} if doubled else {}
    return {**out, "send_state": sent, "restricted": bool(row["restricted"]), **imported, **two}


def rows_of(ctx: Context, found: Sequence[dict[str, Any]]) -> list[Row]:
    """Rows of the file as lines of a list."""
    ids = [row["id"] for row in found]
    waiting = ctx.reader().waits(ids) if ids else set()
    support = queries.open_support(ctx.store.db, ids) if ids and follows_plans(ctx) else {}
    doubled = set(two_versions.incidents_seen(ctx, ids)) if found else set()
    return [_row(ctx, row, row["id"] in waiting, support.get(row["id"]), row["id"] in doubled) for row in found]


def _row(ctx: Context, row: dict[str, Any], waits: bool, support: bool | None, doubled: bool) -> Row:
    specs = fields_of(Incident)
    logged = knows_metadata(ctx) and not row["visible"]
    time = "reported_at" if logged else "occurred_at"
    at: datetime | None = decode(specs[time], row[time])
    zone = ctx.wards[row["ward_id"]].zone if row["ward_id"] in ctx.wards else ctx.ward.zone
    is_open = bool(row["visible"])
    timed = logged or (row["time_known"] != "unknown" and is_open)
    day_only = at is not None and not timed
    closed = RESTRICTED if row["restricted"] else DASH
    return Row(
        id=row["id"],
        reference=row["reference"] or "Not provided",
        when=relative(at, ctx.now(), zone, day_only=day_only) if at else "Not provided",
        when_full="Logged " * logged + show(at, zone, day_only=day_only) if at else "Not provided",
        where=_label(specs["location"].choices, row["location"]) if is_open else closed,
        what=acts_in_words(row["act_types"] or []) if is_open else DASH,
        effect=_label(specs["effect"].choices, row["effect"]) if is_open else DASH,
        status=_label(specs["status"].choices, row["status"]),
        tasks_left=row["tasks_left"] if is_open else None,
        support=("Open" if support else "Closed") if is_open and support is not None else DASH,
        send_state="waiting" if waits else "sent",
        restricted=bool(row["restricted"]) and not is_open,
        two_versions=doubled and is_open,
        imported=row["imported_at"] is not None and (is_open or logged),
    )


def _label(choices: CodeList | None, code: str | None) -> str:
    return choices.label(code) if choices is not None and code else "Not provided"


def labels(choices: CodeList, codes: Iterable[str]) -> str:
    """Several codes as words."""
    return ", ".join(choices.label(code) for code in codes)
