"""Read queries of the worklist: what a viewer may know is part of the query, never cut off afterwards.

Outside the circle of a plan a second offer is not listed, and a step that comes back by a date is settled: that it
is asked again would tell that it was declined.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vpr_desktop.domain.support_steps import REOFFER
from vpr_desktop.domain.support_times import NEVER_PAUSED
from vpr_desktop.storage.leads import GONE, IS_LED
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.support_rows import wire

# Restricted incidents of which a role knows nothing but that they are. The sign keeps SQLite from going through all
# plans that somebody ever led, for each incident.
CLOSED_TO = {
    "ward_manager": "(manager_may_see IS NOT 1 OR id IN (SELECT value FROM json_each(:disputed)))",
    "support_lead": f"EXISTS (SELECT 1 FROM plan WHERE plan.incident_id = incident.id AND {IS_LED})"
    " AND NOT EXISTS (SELECT 1 FROM plan WHERE plan.incident_id = incident.id AND +plan.lead = :me)",
    "vpr_lead": "1",
}
BY_ID = "INDEXED BY incident_closed_ids"  # no incident is read for that
CIRCLE = "lead IS :me"
OUTSIDE_SEES = f"(step <> '{REOFFER}' AND again = 0)"
MINE = "(owner IS :me OR (owner IS NULL AND lead IS :me))"
VIEWS = {
    "all": "1",
    "mine": MINE,
    "unassigned": f"(owner IS NULL AND (lead IS NULL OR lead IN ({GONE})))",
    "ask_again": f"(lead IS :me AND (again = 1 OR step = '{REOFFER}'))",
    "waiting": "((owner IS NOT NULL AND owner IS NOT :me) OR (lead IS :me AND waits = 1))",
}
# Whose list an overdue step comes onto beside its own: after one window, after two.
LATE = "(julianday(:now) - julianday(due_at)) * 86400 > {times} * window_s"
COLUMNS = (
    "n", "incident_id", "plan_id", "person_id", "ward_id", "step", "team", "status", "open_from", "due_at", "again",
    "owner", "lead", "live",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and for which part of the list.

    `codes` are the steps that fall to this role, `disputed` the incidents that `disputed.py` names. `after` is due
    time and number of the last row already held, for the next slice; `offset` counts from the start instead. `matches`
    narrows to steps, incidents, people or owners.
    """

    role: str
    user_id: str
    ward_ids: tuple[str, ...]
    now: datetime
    edges: tuple[datetime, datetime]
    codes: tuple[str, ...]
    disputed: tuple[str, ...]
    view: str = "all"
    words: tuple[Matches, ...] = ()
    after: tuple[str, int] | None = None
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Matches:
    """What one typed word may stand for: any of these will do."""

    text: str
    codes: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    letter: str = ""


def _marks(prefix: str, held: Sequence[str], values: dict[str, Any]) -> str:
    for place, one in enumerate(held):
        values[f"{prefix}{place}"] = one
    return ",".join(f":{prefix}{place}" for place in range(len(held)))


def _known(asked: Asked, values: dict[str, Any]) -> list[str]:
    """The conditions of rows whose content this viewer may know of at all."""
    parts = [f"+ward_id IN ({_marks('ward', asked.ward_ids, values)})"]
    closed = CLOSED_TO[asked.role]
    values["disputed"] = json.dumps(asked.disputed)
    parts.append(f"incident_id NOT IN (SELECT id FROM incident {BY_ID} WHERE restricted = 1 AND {closed})")
    return parts


def _theirs(asked: Asked, values: dict[str, Any]) -> str:
    """Whose work a step is: by role, by name, by case, or by its lateness."""
    codes = f"step IN ({_marks('code', asked.codes, values)})"
    if asked.role == "vpr_lead":
        return f"({codes} OR (owner IS :me AND team = 1))"
    late = LATE.format(times=2 if asked.role == "support_lead" else 1)
    return f"({codes} OR owner IS :me OR lead IS :me OR ({late}))"


def _open(asked: Asked, view: str, values: dict[str, Any]) -> str:
    seen = f"({CIRCLE} OR {OUTSIDE_SEES})" if asked.role == "support_lead" else OUTSIDE_SEES
    parts = ["open_from IS NOT NULL", "live = 1", "open_from <= :now", *_known(asked, values), seen]
    return " AND ".join([*parts, _theirs(asked, values), VIEWS[view]])


def _settled(asked: Asked, values: dict[str, Any]) -> str:
    done = "(live = 0 OR open_from IS NULL OR open_from > :now)"
    if asked.role == "support_lead":
        seen = f"(({CIRCLE} AND {done}) OR (lead IS NOT :me AND step <> '{REOFFER}' AND ({done} OR again = 1)))"
    else:
        seen = f"(step <> '{REOFFER}' AND ({done} OR again = 1))"
    return " AND ".join([*_known(asked, values), seen, _of_role(asked, values)])


def _of_role(asked: Asked, values: dict[str, Any]) -> str:
    codes = f"step IN ({_marks('code', asked.codes, values)})"
    return codes if asked.role == "vpr_lead" else f"({codes} OR owner IS :me OR lead IS :me)"


def _words(asked: Asked, values: dict[str, Any]) -> list[str]:
    found = []
    for place, word in enumerate(asked.words):
        values[f"text{place}"] = f"%{word.text.upper()}%"
        ways = [f"incident_id IN (SELECT id FROM incident WHERE reference LIKE :text{place})"]
        if word.codes:
            ways.append(f"step IN ({_marks(f'w{place}c', word.codes, values)})")
        if word.owners:
            ways.append(f"owner IN ({_marks(f'w{place}o', word.owners, values)})")
        if word.letter:
            values[f"letter{place}"] = word.letter
            ways.append(f"person_id IN (SELECT id FROM person WHERE letter = :letter{place})")
        found.append(f"({' OR '.join(ways)})")
    return found


def _values(asked: Asked) -> dict[str, Any]:
    day, week = (wire(edge) for edge in asked.edges)
    return {"me": asked.user_id, "now": wire(asked.now), "day": day, "week": week}


def page(db: Connection, asked: Asked) -> list[dict[str, Any]]:
    """One slice of a view: what is open by its due time, what is settled by its incident, the newest first."""
    values = _values(asked) | {"limit": asked.limit, "offset": asked.offset}
    closed = asked.view == "closed"
    condition = _settled(asked, values) if closed else _open(asked, asked.view, values)
    parts = [condition, *_words(asked, values)]
    order = "incident_id DESC, person_id, step, n" if closed else "due_at, n"
    source = (
        "step_row INDEXED BY step_row_settled" if closed else "step_row"
    )  # else all of them are sorted for one page
    if asked.after is not None and not closed:
        parts.append("(due_at, n) > (:due, :last)")
        values |= {"due": asked.after[0], "last": asked.after[1], "offset": 0}
    first = f"SELECT n FROM {source} WHERE {' AND '.join(parts)} ORDER BY {order} LIMIT :limit OFFSET :offset"
    numbers = [row[0] for row in db.execute(first, values)]
    return _rows(db, numbers)


def _rows(db: Connection, numbers: Sequence[int]) -> list[dict[str, Any]]:
    if not numbers:
        return []
    names = ",".join(f"step_row.{name}" for name in COLUMNS)
    names += ", incident.reference, incident.restricted, person.letter, plan.template, plan.template_version"
    sql = (
        f"SELECT {names} FROM step_row"
        " JOIN incident ON incident.id = step_row.incident_id LEFT JOIN person ON person.id = step_row.person_id"
        f" JOIN plan ON plan.id = step_row.plan_id WHERE step_row.n IN ({','.join(map(str, numbers))})"
    )
    keys = (*COLUMNS, "reference", "restricted", "letter", "template", "template_version")
    found = {row[0]: dict(zip(keys, row, strict=True)) for row in db.execute(sql)}
    return [found[n] for n in numbers if n in found]


GROUPS = ("due_at < :now", "due_at >= :now AND due_at <= :day", "due_at > :day AND due_at <= :week", "due_at > :week")
Four = tuple[int, int, int, int]


def groups(db: Connection, asked: Asked) -> Four:
    """How many rows of a view are overdue, due today, this week and later."""
    values = _values(asked)
    parts = [_open(asked, asked.view, values), *_words(asked, values)]
    return _four(_sums(db, GROUPS, " AND ".join(parts), values))


def overdue(db: Connection, asked: Asked) -> int:
    """How many rows of a view are overdue."""
    values = _values(asked)
    sql = f"SELECT count(*) FROM step_row WHERE {_open(asked, asked.view, values)} AND due_at < :now"
    return int(db.execute(sql, values).fetchone()[0])


def tallies(db: Connection, asked: Asked) -> tuple[dict[str, int], Four]:
    """The number behind each view of open steps, and the groups of the one asked for, all in one pass."""
    values = _values(asked)
    of_view = [f"({VIEWS.get(asked.view, '0')}) AND ({group})" for group in GROUPS]
    found = _sums(db, (*VIEWS.values(), *of_view), _open(asked, "all", values), values)
    return dict(zip(VIEWS, found, strict=False)), _four(found[len(VIEWS) :])


def _sums(db: Connection, conditions: Sequence[str], where: str, values: dict[str, Any]) -> list[int]:
    sums = ", ".join(f"sum({text})" for text in conditions)
    found = db.execute(f"SELECT {sums} FROM step_row WHERE {where}", values).fetchone()
    return [int(number or 0) for number in found]


def _four(found: Sequence[int]) -> Four:
    late, today, week, later = found
    return late, today, week, later


def count_settled(db: Connection, asked: Asked, most: int) -> int:
    """How many rows the view of what is settled has, counted no further than `most`."""
    values = _values(asked) | {"most": most}
    parts = [_settled(asked, values), *_words(asked, values)]
    found = f"SELECT 1 FROM step_row WHERE {' AND '.join(parts)} LIMIT :most"
    return int(db.execute(f"SELECT count(*) FROM ({found})", values).fetchone()[0])


def open_looks(db: Connection, incident_ids: Sequence[str]) -> set[str]:
    """The people of these incidents whose first RIDDOR look is an open step of a plan that goes on."""
    sql = (
        "SELECT person_id FROM step_row WHERE incident_id IN (SELECT value FROM json_each(:held))"
        " AND step = :look AND live = 1 AND open_from IS NOT NULL"
    )
    values = {"held": json.dumps(sorted(set(incident_ids))), "look": min(NEVER_PAUSED)}
    return {row[0] for row in db.execute(sql, values)}


def next_due(db: Connection, asked: Asked) -> str | None:
    """When something opens or is due next, for a list that is empty now."""
    values = _values(asked)
    condition = _open(asked, "all", values)
    found = db.execute(f"SELECT min(due_at) FROM step_row WHERE {condition} AND due_at >= :now", values).fetchone()
    return None if found is None or found[0] is None else str(found[0])
