"""Reads the audit trail, the latest entry first. Reasons somebody gave lie in a table of their own, not read here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vpr_desktop.storage.oplog import Connection

FIELDS = ("n", "at", "user", "dev", "act", "obj", "hash", "reference")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: between two moments in wire form, and of these words each in act, record or `users`."""

    since: str = ""
    until: str = ""
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()  # each with the sign-in names it may stand for


def page(db: Connection, asked: Asked, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """One slice."""
    where, values = _where(asked)
    sql = (
        'SELECT audit.n, audit.at, audit."user", audit.dev, audit.act, audit.obj, audit.hash, incident.reference'
        " FROM audit LEFT JOIN incident ON incident.id = audit.obj"
        f" WHERE {where} ORDER BY audit.n DESC LIMIT ? OFFSET ?"
    )
    return [dict(zip(FIELDS, row, strict=True)) for row in db.execute(sql, (*values, limit, offset))]


def count(db: Connection, asked: Asked) -> int:
    """How many there are."""
    where, values = _where(asked)
    sql = f"SELECT count(*) FROM audit LEFT JOIN incident ON incident.id = audit.obj WHERE {where}"
    return int(db.execute(sql, values).fetchone()[0])


def _where(asked: Asked) -> tuple[str, tuple[str, ...]]:
    parts, values = ["1"], list[str]()
    for test, value in (("audit.at >= ?", asked.since), ("audit.at < ?", asked.until)):
        if value:
            parts.append(test)
            values.append(value)
    for word, users in asked.words:
        marks = ",".join("?" * len(users))
        parts.append(
            f'(instr(lower(audit.act), ?) OR instr(lower(incident.reference), ?) OR audit."user" IN ({marks}))'
        )
        values += [word, word, *users]
    return " AND ".join(parts), tuple(values)
