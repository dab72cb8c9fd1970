"""Keeps the worklist's rows: each step of each plan, computed from the ops of its incident and nothing else.

A row holds no "overdue": that depends on the clock and is asked of `due_at`. Rights are the services' matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from vpr_desktop.domain.changes import Change
from vpr_desktop.domain.support_steps import (
    NOT_WANTED,
    PlanState,
    StepState,
    outlives_plan,
    personal_steps,
    team_steps,
)
from vpr_desktop.domain.support_template import Template
from vpr_desktop.domain.support_times import day_end, day_start
from vpr_desktop.storage import oplog, standing
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.support_facts import LONG_AGO, Zone, incident_row, plan_rows, plan_states
from vpr_desktop.storage.support_templates import template_of

# Statuses are computed as of LONG_AGO, so that no row depends on a clock.
STALE_AT_ONCE = 50  # incidents brought up to date within the save that touched them; more wait for `catch_up`
STORED_COLUMNS = (
    "incident_id, plan_id, person_id, ward_id, step, team, status, open_from, due_at, window_s,"
    " again, waits, owner, lead, live"
)
INSERT = f"INSERT INTO step_row ({STORED_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


def refresh(db: Connection, changes: Sequence[Change], zone: Zone, reached: set[str]) -> None:
    """Brings what depends on several records of an incident up to date; a great many wait for `catch_up`.

    `reached` are incidents that the changes reach from afar, see `repeats`.
    """
    touched = sorted(incidents_touched(db, changes) | reached)
    counted = standing.incidents_of(changes)
    if len(counted) <= STALE_AT_ONCE:
        for incident_id in counted:
            standing.count_tasks(db, incident_id)
    if len(touched) > STALE_AT_ONCE:
        db.executemany("INSERT OR IGNORE INTO stale_support VALUES (?)", [(one,) for one in touched])
        return
    for incident_id in touched:
        rewrite(db, incident_id, zone)


def waits(db: Connection) -> bool:
    """Whether any rows or words wait to be brought up to date."""
    sql = "SELECT 1 FROM stale_support UNION ALL SELECT 1 FROM stale_search LIMIT 1"
    return db.execute(sql).fetchone() is not None


def catch_up(db: Connection, zone: Zone, most: int = 200, enough: Callable[[], bool] = lambda: False) -> int:
    """Brings rows and search up to date that wait for it, within the caller's transaction. Returns how many wait.

    Ends early where `enough` says so, so that a save never waits long for it.
    """
    unfound = oplog.search_now(db, most // 2)
    waiting = [row[0] for row in db.execute("SELECT id FROM stale_support LIMIT ?", (most,))]
    done = []
    for incident_id in waiting:
        standing.count_tasks(db, incident_id)
        rewrite(db, incident_id, zone)
        done.append((incident_id,))
        if enough():
            break
    if done:
        db.executemany("DELETE FROM stale_support WHERE id = ?", done)
    return unfound + int(db.execute("SELECT count(*) FROM stale_support").fetchone()[0])


def incidents_touched(db: Connection, changes: Iterable[Change]) -> set[str]:
    """The incidents that some changes are a part of; `repeats` knows the others whose steps may differ."""
    found: set[str] = set()
    by_person: set[str] = set()
    for change in changes:
        if change.entity == "incident":
            found.add(change.id)
        elif change.entity in ("person", "alleged", "restrictive") and change.parent:
            found.add(change.parent)
        elif change.entity in ("injury", "spell", "gap") and change.parent:
            by_person.add(change.parent)
        elif change.entity in ("plan", "step_entry", "step_care"):
            found |= _of_plan(db, change)
        elif change.entity == "support_template":
            found |= _of_template(db, change)
        elif change.entity == "ward":
            sql = "SELECT incident_id FROM plan WHERE ward_id = ? AND closed_on IS NULL"
            found |= {row[0] for row in db.execute(sql, (change.id,))}
    for person_id in by_person:
        found |= {row[0] for row in db.execute("SELECT parent_id FROM person WHERE id = ?", (person_id,))}
    return {one for one in found if one}


def _of_plan(db: Connection, change: Change) -> set[str]:
    if change.entity == "plan":
        rows = db.execute("SELECT incident_id FROM plan WHERE id = ?", (change.id,))
    else:
        sql = f"SELECT plan.incident_id FROM plan JOIN {change.entity} AS one ON one.plan_id = plan.id WHERE one.id = ?"
        rows = db.execute(sql, (change.id,))
    return {row[0] for row in rows if row[0]}


def _of_template(db: Connection, change: Change) -> set[str]:
    sql = (
        "SELECT plan.incident_id FROM plan JOIN support_template AS one"
        " ON one.code = plan.template AND one.version = plan.template_version WHERE one.id = ?"
    )
    return {row[0] for row in db.execute(sql, (change.id,)) if row[0]}


def rewrite(db: Connection, incident_id: str, zone: Zone) -> None:
    """Writes the rows of one incident anew."""
    db.execute("DELETE FROM step_row WHERE incident_id = ?", (incident_id,))
    rows = rows_of(db, incident_id, zone)
    if rows:
        db.executemany(INSERT, rows)


def rows_of(db: Connection, incident_id: str, zone: Zone) -> list[tuple[Any, ...]]:
    """The rows of one incident, from its records."""
    if db.execute("SELECT 1 FROM plan WHERE incident_id = ? LIMIT 1", (incident_id,)).fetchone() is None:
        return []
    incident = incident_row(db, incident_id)
    states = plan_states(db, incident_id, zone)
    if incident is None or not states:
        return []
    live = incident["status"] != "withdrawn"
    until = incident["closed_at"] if incident["status"] == "closed" else None
    of_ward = {"incident": incident_id, "ward": incident["ward_id"], "until": until}
    rows = []
    plans = [plan for plan in plan_rows(db, incident_id) if plan["id"] in states]
    for plan in plans:
        whose = {**plan, **of_ward, "live": live}
        held = states[plan["id"]]
        rows += [_row(one, held, whose) for one in personal_steps(_template(db, plan), held, LONG_AGO)]
    team = {**plans[0], **of_ward, "person_id": None, "lead": None, "live": live}
    held = states[plans[0]["id"]]
    rows += [_row(one, held, team) for one in team_steps(_template(db, plans[0]), [*states.values()], LONG_AGO)]
    return rows


def _template(db: Connection, plan: dict[str, Any]) -> Template:
    return template_of(db, plan["template"], plan["template_version"])


def _row(one: StepState, held: PlanState, whose: dict[str, Any]) -> tuple[Any, ...]:
    due_at, open_from, again = one.due.at, "" if one.is_open else None, 0
    last = next((entry for entry in reversed(one.entries) if entry.outcome != "ADD"), None)
    if one.status == NOT_WANTED and last is not None and last.outcome == "DEL" and last.until_on is not None:
        due_at = day_end(last.until_on, held.clock.zone)
        open_from, again = wire(day_start(last.until_on, held.clock.zone)), 1
    waits = int(last is not None and last.outcome in ("REF", "OFF") and one.is_open)
    window = int(one.due.window.total_seconds())
    waived = bool(whose["until"]) and wire(due_at) <= whose["until"]  # closed without it, by name and reason
    ended = whose["closed_on"] is not None and not outlives_plan(one.step)
    return (
        whose["incident"], whose["id"], whose["person_id"], whose["ward"], one.step.code, int(one.step.team),
        one.status, open_from, wire(due_at), window, again, waits, one.owner, whose["lead"],
        int(whose["live"] and not waived and not ended),
    )  # fmt: skip


def wire(at: datetime) -> str:
    """A moment as rows and ops hold it."""
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def problems(db: Connection, zone: Zone, cancelled: Callable[[], bool] = lambda: False) -> Iterator[str]:
    """Incidents whose worklist rows are not what their ops give; those that still wait are left out."""
    waiting = {row[0] for row in db.execute("SELECT id FROM stale_support")}
    held = {row[0] for row in db.execute("SELECT incident_id FROM plan UNION SELECT incident_id FROM step_row")}
    for incident_id in sorted(one for one in held - waiting if one):
        if cancelled():
            return
        stored = db.execute(
            f"SELECT {STORED_COLUMNS} FROM step_row WHERE incident_id = ? ORDER BY n", (incident_id,)
        ).fetchall()
        if [tuple(row) for row in stored] != rows_of(db, incident_id, zone):
            yield f"incident {incident_id}: its support steps are not what its ops give"
