"""Read queries for lists and counts: what a viewer may see is part of the query, never cut off afterwards.

A filter or sort on a field that the viewer may not see of an incident would tell it by its place or its count. So such
filters leave out what is closed to the viewer, and such sorts put it last, in the order in which it was logged. Of the
time the day may be known: sorted by it, what is closed stands beside the others of its day.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vpr_desktop.domain.forms import PARTS
from vpr_desktop.domain.record import entity_name
from vpr_desktop.domain.references import normal_reference
from vpr_desktop.domain.support_times import day_end, day_start
from vpr_desktop.storage.disputed import disputed, disputed_people
from vpr_desktop.storage.leads import IS_LED
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.tables import OPEN_PLAN, RESTRICTED, UNFINISHED

NAMED = "SELECT parent_id FROM person WHERE person_key = :me AND removed IS NOT 1"
SELF = f"id IN ({NAMED} AND id NOT IN (SELECT value FROM json_each(:disputed_people)))"
MINE = "reported_by = :me"
OWN = f"(reported_by = :me OR {SELF})"
LEADS = "SELECT 1 FROM plan WHERE plan.incident_id = incident.id AND +plan.lead"  # the sign: see worklist.CLOSED_TO
LED = f"SELECT 1 FROM plan WHERE plan.incident_id = incident.id AND {IS_LED}"
AGREED = "id NOT IN (SELECT value FROM json_each(:disputed))"

# By role: which incidents are listed at all, and of which ones the content may be used: a person affected
# who did not log it sees that there is a record, and what it holds about them.
LISTED = {
    "reporter": OWN,
    "ward_manager": "1",
    "support_lead": "1",
    "vpr_lead": "1",
    "auditor": "1",
    "device_admin": "0",
}
OPEN_TO = {
    "reporter": MINE,
    "ward_manager": f"(restricted IS NOT 1 OR {MINE} OR (manager_may_see = 1 AND {AGREED}))",
    "support_lead": f"(restricted IS NOT 1 OR {MINE} OR EXISTS ({LEADS} = :me) OR NOT EXISTS ({LED}))",
    "vpr_lead": f"(restricted IS NOT 1 OR {MINE})",
    "auditor": "0",
    "device_admin": "0",
}
# What is closed, by what stands in the narrow index of the list as far as that says it.
CLOSED = {role: f"CASE WHEN restricted IS 1 THEN {opens} IS NOT TRUE ELSE 0 END" for role, opens in OPEN_TO.items()}
CLOSED |= {role: f"({OPEN_TO[role]}) IS NOT TRUE" for role in ("reporter", "auditor", "device_admin")}
COLUMNS = (
    "id", "ward_id", "reference", "occurred_at", "reported_at", "time_known", "location", "act_types", "effect",
    "status", "restricted", "reported_by", "imported_at", "tasks_left", "local_day",
)  # fmt: skip
SORTS = {
    "when": "occurred_at",
    "reference": "reference",
    "where": "location",
    "what": "act_types",
    "effect": "effect",
    "tasks": "tasks_left",
    "status": "status",
}
TOLD_SORTS = ("reference", "status")  # by what everybody knows of every row
# An auditor knows that a record exists and when it was logged, and no value of it (section G2, metadata).
METADATA = ("id", "ward_id", "reference", "reported_at", "status", "imported_at")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: the role decides which rows, the user id which are theirs, the wards where, the zone what a day is."""

    role: str
    user_id: str
    ward_ids: tuple[str, ...]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list shows: filters (all optional), a saved view, a sort, and which slice."""

    text: str = ""
    since: str | None = None
    until: str | None = None
    acts: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None  # of these incidents alone, where a service has looked at each
    view: str = "all"
    sort: str = "when"
    descending: bool = True
    limit: int = 50
    offset: int = 0


def _in_conflict() -> str:
    """The incidents of which a field, or one of a part or plan, holds two versions, each kind by its own index.

    The index is named: SQLite would rather read all the links of a table in order, to leave out doubles as it goes.
    """

    def clashing(column: str, name: str) -> str:
        return f"SELECT {column} FROM {name} INDEXED BY {name}_clashing WHERE clash > 0"

    found = [clashing("id", "incident")]
    found += [clashing("parent_id", entity_name(part)) for _, part in PARTS["incident"]]
    for _, part in PARTS["person"]:
        found.append(f"SELECT parent_id FROM person WHERE id IN ({clashing('parent_id', entity_name(part))})")
    found.append(clashing("incident_id", "plan"))
    for name in ("step_entry", "step_care"):
        found.append(f"SELECT incident_id FROM plan WHERE id IN ({clashing('plan_id', name)})")
    return " UNION ".join(found)


def in_conflict(db: Connection, among: Sequence[str] | None = None) -> list[str]:
    """The incidents, or those of these, of which something holds two versions, whoever may see it."""
    found = (row[0] for row in db.execute(_in_conflict()))
    return [one for one in found if among is None or one in among]


def clashing_plans(db: Connection, incident_id: str) -> list[str]:
    """The plans of an incident that hold two versions of a field, or of what was set by hand on a step."""
    sql = (
        "SELECT id FROM plan WHERE incident_id = ? AND"
        " (clash > 0 OR id IN (SELECT plan_id FROM step_care WHERE clash > 0))"
    )
    return [row[0] for row in db.execute(sql, (incident_id,))]


# The records with something in the outbox. It is short on most days and is read from its own side then, as SQLite
# would rather read all ops; while years of history wait to be sent, their ids come from an index of all ops instead.
MANY_WAIT = "(SELECT 1 FROM outbox LIMIT 1 OFFSET 20000)"  # one row or none
WAITING = (
    f"SELECT op.ei FROM outbox CROSS JOIN op ON op.n = outbox.op WHERE NOT EXISTS {MANY_WAIT} UNION ALL"
    f" SELECT op.ei FROM {MANY_WAIT} CROSS JOIN op CROSS JOIN outbox ON outbox.op = op.n"
)
VIEWS = {
    "all": "1",
    "needs_finishing": UNFINISHED,
    "open_support": f"id IN (SELECT incident_id FROM plan INDEXED BY plan_open WHERE {OPEN_PLAN})",
    "not_sent": f"id IN ({WAITING})",
    "restricted": RESTRICTED,
    "two_versions": "1",  # a service looks at each and asks for some with `only`
}
HITS = "n IN (SELECT rowid FROM incident_fts WHERE incident_fts MATCH :match)"
FROM = {  # a saved view of few incidents is read from the index of its own rows
    "needs_finishing": "incident INDEXED BY incident_to_finish",
    "restricted": "incident INDEXED BY incident_closed_to",
}
OPEN_ONLY = ("needs_finishing", "open_support", "two_versions")  # views that tell something of what happened


def _asking(db: Connection, viewer: Viewer) -> dict[str, Any]:
    """The values that the conditions by role ask for."""
    reports = disputed(db) if viewer.role == "ward_manager" else []
    people = disputed_people(db, viewer.user_id) if viewer.role == "reporter" else []
    return {"me": viewer.user_id, "disputed": json.dumps(reports), "disputed_people": json.dumps(people)}


def where(db: Connection, query: ListQuery, viewer: Viewer) -> tuple[str, dict[str, Any]]:
    """The condition of a list and its values."""
    values = _asking(db, viewer)
    wards = [one for one in viewer.ward_ids if not query.wards or one in query.wards]
    parts = [_wards(wards, values), LISTED[viewer.role], VIEWS[query.view]]
    logged = viewer.role == "auditor"  # who asks when reports were logged, by the days that their list shows
    column = "substr(reported_at, 1, 16)" if logged else "local_day"  # the first in UTC
    for name, sign, day, edge in (("since", ">=", query.since, day_start), ("until", "<=", query.until, day_end)):
        if day:
            parts.append(f"{column} {sign} :{name}")
            values[name] = edge(date.fromisoformat(day), viewer.zone).isoformat()[:16] if logged else day
    if query.only is not None:
        parts.append("id IN (SELECT value FROM json_each(:only))")
        values["only"] = json.dumps(query.only)
    if query.text.strip():
        parts.append(_holds_words(query.text, viewer.role, values))
    if _holds_open_alone(query, viewer):
        parts += [*_content(query, values), OPEN_TO[viewer.role]]
    if query.statuses:
        parts.append(_any("status", query.statuses, values))
    return " AND ".join(parts), values


def _holds_open_alone(query: ListQuery, viewer: Viewer) -> bool:
    """Whether a list is asked for by what happened, so that it must leave out what is closed to the viewer."""
    told = query.view not in OPEN_ONLY and (query.view, viewer.role) != ("restricted", "auditor")
    return not told or bool(query.text.strip() or query.acts or query.effects or query.places)


def _holds_words(text: str, role: str, values: dict[str, Any]) -> str:
    match = _match(text, role)
    if match is None:
        return "0"
    values["match"] = match
    return HITS


def _match(text: str, role: str) -> str | None:
    """The search for all words of a text, in the narratives this role may read. None where nothing can match."""
    words = [w for w in "".join(c if c.isalnum() else " " for c in text).split() if w]
    columns = SEARCHED.get(role)
    if not words or columns is None:
        return None
    return f"{{{columns}}} : (" + " AND ".join(f'"{word}"*' for word in words) + ")"


def _content(query: ListQuery, values: dict[str, Any]) -> list[str]:
    """Conditions on what happened: only for incidents whose content the viewer may use."""
    parts = []
    if query.acts:
        likes = []
        for i, code in enumerate(query.acts):
            values[f"act{i}"] = f'%"{code}%'
            likes.append(f"act_types LIKE :act{i}")
        parts.append(f"({' OR '.join(likes)})")
    if query.effects:
        parts.append(_any("effect", query.effects, values))
    if query.places:
        parts.append(_any("location", query.places, values))
    return parts


def _any(column: str, codes: Sequence[str], values: dict[str, Any]) -> str:
    for i, code in enumerate(codes):
        values[f"{column}{i}"] = code
    return f"{column} IN ({','.join(f':{column}{i}' for i in range(len(codes)))})" if codes else "0"


def _wards(ward_ids: Sequence[str], values: dict[str, Any]) -> str:
    """The wards to look at. The sign keeps the planner from starting with them, as they hold nearly every row."""
    return "+" + _any("ward_id", ward_ids, values) if ward_ids else "0"


def order_by(query: ListQuery, viewer: Viewer) -> str:
    """The order of a list. It tells nothing of what is closed to the viewer but what may be known of it.

    The sign keeps the planner from reading all incidents in their order where a few are asked for by name.
    """
    way = "DESC" if query.descending else "ASC"
    column = "reported_at" if (query.sort, viewer.role) == ("when", "auditor") else SORTS[query.sort]
    if query.sort in TOLD_SORTS or column == "reported_at" or _holds_open_alone(query, viewer):
        return f"{'' if query.only is None else '+'}{column} {way}, n {way}"
    told = f"CASE WHEN {CLOSED[viewer.role]} THEN NULL ELSE ifnull({column}, -1) END {way} NULLS LAST, n {way}"
    days = f"local_day {way}" if query.statuses else f"local_ym {way}, local_day {way}"  # as an index has them
    return f"{days}, {told}" if query.sort == "when" else told


def as_dict(columns: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    """A row by column name, with code lists read."""
    found = dict(zip(columns, row, strict=True))
    if isinstance(found.get("act_types"), str):
        found["act_types"] = json.loads(found["act_types"])
    return found


def _from(query: ListQuery, condition: str) -> str:
    """Where to read a list from. With a condition that never holds SQLite drops the others, and their index with it."""
    return "incident" if "0" in condition.split(" AND ") else FROM.get(query.view, "incident")


def _in_order(query: ListQuery, viewer: Viewer, condition: str) -> str:
    """Where to read a page from. Named where it goes through all incidents, of which SQLite would read the wide rows:
    the index of the days, of which it then puts one after the other in order, or the narrow one of the list."""
    few = query.view != "all" or query.only is not None or query.statuses or LISTED[viewer.role] != "1"
    if few or query.sort in TOLD_SORTS or viewer.role == "auditor" or _holds_open_alone(query, viewer):
        return _from(query, condition)
    return f"incident INDEXED BY {'incident_cover' if query.sort == 'when' else 'incident_list'}"


def count(db: Connection, query: ListQuery, viewer: Viewer) -> int:
    """How many incidents a list holds."""
    condition, values = where(db, query, viewer)
    return int(db.execute(f"SELECT count(*) FROM {_from(query, condition)} WHERE {condition}", values).fetchone()[0])


def page(db: Connection, query: ListQuery, viewer: Viewer) -> list[dict[str, Any]]:
    """One slice: first the numbers of its rows from an index, then the rows themselves."""
    condition, values = where(db, query, viewer)
    values |= {"limit": query.limit, "offset": query.offset}
    source, order = _in_order(query, viewer, condition), order_by(query, viewer)
    first = f"SELECT n FROM {source} WHERE {condition} ORDER BY {order} LIMIT :limit OFFSET :offset"
    numbers = [row[0] for row in db.execute(first, values)]
    return rows(db, numbers, viewer)


def rows(db: Connection, numbers: Sequence[int], viewer: Viewer) -> list[dict[str, Any]]:
    """The rows of some incidents in the order asked for, each marked whether its content may be used."""
    if not numbers:
        return []
    known = METADATA if viewer.role == "auditor" else COLUMNS
    names = ",".join(name if name in known else "NULL" for name in COLUMNS)
    sql = f"SELECT n, {names}, {OPEN_TO[viewer.role]} FROM incident WHERE n IN ({','.join(map(str, numbers))})"
    found = {row[0]: as_dict((*COLUMNS, "visible"), row[1:]) for row in db.execute(sql, _asking(db, viewer))}
    return [found[n] for n in numbers]


def by_reference(db: Connection, text: str, viewer: Viewer, limit: int) -> list[dict[str, Any]]:
    """Incidents whose reference begins with what was typed, newest first; then those that once had this one."""
    typed = text.strip().upper().replace(" ", "-")
    if len(typed) < 2:
        return []
    values = _asking(db, viewer) | {"from": typed, "to": typed + "\U0010ffff", "limit": limit}
    seen = f"SELECT n FROM incident WHERE {_wards(viewer.ward_ids, values)} AND {LISTED[viewer.role]}"
    now = f"{seen} AND reference >= :from AND reference < :to ORDER BY reference DESC LIMIT :limit"
    before = f"{seen} AND old_reference = :from ORDER BY n DESC LIMIT :limit"
    numbers = [row[0] for sql in (now, before) for row in db.execute(sql, values)]
    return rows(db, list(dict.fromkeys(numbers))[:limit], viewer)


# Which narratives a role's search may look into. What needs a reason first is never searched.
SEARCHED = {
    "reporter": "narrative",
    "ward_manager": "narrative core outcome",
    "support_lead": "core outcome",
    "vpr_lead": "core outcome",
}


def by_words(db: Connection, text: str, viewer: Viewer, limit: int) -> list[dict[str, Any]]:
    """Incidents whose narratives hold all the words, newest first; only what the role may read is searched."""
    match = _match(text, viewer.role)
    if match is None:
        return []
    values = _asking(db, viewer) | {"match": match, "limit": limit}
    wards = _wards(viewer.ward_ids, values)
    seen = f"{wards} AND {LISTED[viewer.role]} AND {OPEN_TO[viewer.role]}"
    sql = (  # hits from the newest on, each looked at in turn, so that a common word costs no more than a rare one
        f"SELECT n FROM incident_fts CROSS JOIN incident ON incident.n = incident_fts.rowid"
        f" WHERE incident_fts MATCH :match AND {seen} ORDER BY incident_fts.rowid DESC LIMIT :limit"
    )
    if viewer.role == "reporter":  # sees few of many: from their own incidents on
        sql = f"SELECT n FROM incident WHERE {seen} AND {HITS} ORDER BY n DESC LIMIT :limit"
    return rows(db, [row[0] for row in db.execute(sql, values)], viewer)


def open_support(db: Connection, ids: Sequence[str]) -> dict[str, bool]:
    """For incidents with a support plan: whether one of them is still open."""
    marks = ",".join("?" * len(ids))
    sql = f"SELECT incident_id, max(closed_on IS NULL) FROM plan WHERE incident_id IN ({marks}) GROUP BY incident_id"
    return {row[0]: bool(row[1]) for row in db.execute(sql, tuple(ids))}


def by_label(db: Connection, typed: str, ward_ids: Sequence[str]) -> str | None:
    """The id of the incident with this id, label or earlier label, in one of these wards."""
    values: dict[str, Any] = {"typed": typed.strip().lower(), "label": normal_reference(typed) or ""}
    wards = _any("ward_id", ward_ids, values)
    sql = f"SELECT id FROM incident WHERE {wards} AND (id = :typed OR reference = :label OR old_reference = :label)"
    found = db.execute(sql, values).fetchall()
    return str(found[0][0]) if len(found) == 1 else None


def since(db: Connection, start: datetime, viewer: Viewer, ward_id: str, limit: int = 200) -> list[dict[str, Any]]:
    """Incidents of one ward logged since a moment, newest first."""
    values = _asking(db, viewer) | {"start": start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    wards = _wards([one for one in viewer.ward_ids if one == ward_id], values)
    sql = (
        f"SELECT n FROM incident WHERE {wards} AND {LISTED[viewer.role]} AND reported_at >= :start"
        f" AND status <> 'withdrawn' AND imported_at IS NULL ORDER BY reported_at DESC, n DESC LIMIT {limit}"
    )
    return rows(db, [row[0] for row in db.execute(sql, values)], viewer)


def answered(db: Connection, viewer: Viewer, limit: int) -> list[dict[str, Any]]:
    """A person's own reports that are closed or were answered before, newest first."""
    values: dict[str, Any] = {"me": viewer.user_id, "limit": limit}
    sql = (
        f"SELECT n FROM incident WHERE {MINE} AND {_wards(viewer.ward_ids, values)} AND (status = 'closed' OR EXISTS"
        " (SELECT 1 FROM feedback WHERE feedback.parent_id = incident.id AND \"to\" = 'reporter'"
        " AND given_at IS NOT NULL AND removed IS NOT 1)) ORDER BY n DESC LIMIT :limit"
    )
    numbers = [row[0] for row in db.execute(sql, values)]
    return rows(db, numbers, replace(viewer, role="reporter", ward_ids=()))


def restricted_without_lead(db: Connection, ward_ids: Sequence[str]) -> int:
    """How many open restricted incidents lie on wards where nobody is a support lead."""
    if db.execute("SELECT 1 FROM user WHERE role = 'support_lead' AND active IS NOT 0 LIMIT 1").fetchone():
        return 0
    values: dict[str, Any] = {}
    wards = _any("ward_id", ward_ids, values)
    sql = f"SELECT count(*) FROM incident WHERE {wards} AND {RESTRICTED} AND status IN ('logged', 'in_review')"
    return int(db.execute(sql, values).fetchone()[0])


def unsent(db: Connection) -> int:
    """How many incidents have something that was not sent yet."""
    exchanged = "SELECT EXISTS (SELECT 1 FROM batch) OR EXISTS (SELECT 1 FROM op WHERE seq IS NOT NULL)"
    sql = "SELECT count(*) FROM incident"  # where nothing was ever sent it is all of them, and no op has to be read
    if db.execute(exchanged).fetchone()[0]:
        sql += f" WHERE id IN ({WAITING})"
    return int(db.execute(sql).fetchone()[0])
