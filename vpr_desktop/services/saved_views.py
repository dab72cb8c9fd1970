"""A person's own views of the list: a name and a filter, kept in the encrypted file, seen by nobody else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from vpr_desktop.domain.errors import Problem, ProblemsFound
from vpr_desktop.services.context import Context
from vpr_desktop.storage.queries import VIEWS, ListQuery

MOST_VIEWS = 12
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class SavedView:
    """One view by its name."""

    name: str
    query: ListQuery


def mine(ctx: Context) -> list[SavedView]:
    """This person's views, by name. One that this version cannot read is left out."""
    held = ctx.reader().state(_key(ctx))
    rows = json.loads(held) if held else []
    return sorted((view for row in rows if (view := _view(row)) is not None), key=lambda view: view.name.casefold())


def keep(ctx: Context, name: str, query: ListQuery) -> list[SavedView]:
    """Keeps a filter under a name; the same name replaces the one before. Raises ProblemsFound."""
    name = name.strip()
    others = [view for view in mine(ctx) if view.name.casefold() != name.casefold()]
    if not 0 < len(name) <= LONGEST_NAME:
        raise ProblemsFound([Problem("name", f"Give the view a name of 1 to {LONGEST_NAME} characters.")])
    if len(others) >= MOST_VIEWS:
        raise ProblemsFound([Problem("name", f"You have {MOST_VIEWS} views. Remove one first.")])
    return _write(ctx, [*others, SavedView(name, query)])


def remove(ctx: Context, name: str) -> list[SavedView]:
    """Takes a view off."""
    return _write(ctx, [view for view in mine(ctx) if view.name != name])


def _write(ctx: Context, views: list[SavedView]) -> list[SavedView]:
    body = json.dumps([{"name": view.name, "query": asdict(view.query)} for view in views])
    with ctx.unit() as unit:
        unit.put_state(_key(ctx), body.encode())
        unit.commit("")
    return mine(ctx)


def _key(ctx: Context) -> str:
    return f"views:{ctx.user.user_id}"


def _view(row: dict[str, object]) -> SavedView | None:
    known = {field.name for field in fields(ListQuery)}
    held = row["query"]
    if not isinstance(held, dict) or not set(held) <= known or held.get("view") not in VIEWS:
        return None
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in held.items()}
    return SavedView(str(row["name"]), ListQuery(**values))
