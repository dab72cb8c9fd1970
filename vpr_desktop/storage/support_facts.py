"""What the file holds about the support plans of an incident, as the plain facts that their steps are computed from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vpr_desktop.domain.derived import is_serious
from vpr_desktop.domain.fields import decode
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.riddor import Facts, is_death, is_hurt
from vpr_desktop.domain.support import Plan, StepCare
from vpr_desktop.domain.support_sets import REPEAT_DAYS, PlanFacts, is_repeat
from vpr_desktop.domain.support_steps import Care, Entry, PlanState
from vpr_desktop.domain.support_times import Clock
from vpr_desktop.storage.oplog import Connection

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
OF_INCIDENT = (
    "ward_id", "occurred_at", "time_known", "reported_at", "imported_at", "act_types", "motivation", "weapon",
    "effect", "restrictive_used", "support_offered", "status", "closed_at",
)  # fmt: skip
OF_PERSON = (
    "id", "role_in_incident", "person_key", "physical_harm", "psych_harm", "bodily_fluid_exposure", "riddor_status",
    "time_lost", "died_on", "death_linked", "person_kind",
)  # fmt: skip
Zone = Callable[[str], ZoneInfo]


def plan_states(db: Connection, incident_id: str, zone: Zone) -> dict[str, PlanState]:
    """What is saved about each plan of an incident, by plan id."""
    incident = incident_row(db, incident_id)
    if incident is None or incident["occurred_at"] is None:
        return {}
    people = {row["id"]: row for row in _people(db, incident_id)}
    clock = _clock(db, incident, zone)
    force = incident["restrictive_used"] == "Y" or bool(
        db.execute("SELECT 1 FROM restrictive WHERE parent_id = ? AND removed IS NOT 1", (incident_id,)).fetchone()
    )
    coded = {name: _codes(incident[name]) for name in ("act_types", "motivation", "weapon")}
    common = PlanFacts(
        acts=coded["act_types"],
        motives=coded["motivation"],
        weapons=coded["weapon"],
        effect=incident["effect"],
        force_used=force,
        serious=is_serious(
            {
                "act_types": _codes(incident["act_types"]),
                "weapon": _codes(incident["weapon"]),
                "effect": incident["effect"],
            },
            list(people.values()),
        ),
        has_witness=any(person["role_in_incident"] == "WIT" for person in people.values()),
    )
    said = incident["support_offered"]
    return {
        plan["id"]: PlanState(
            facts=_facts(db, common, people[plan["person_id"]], incident_id, clock),
            clock=clock,
            entries=tuple(_entries(db, plan["id"])),
            cares=_cares(db, plan["id"]),
            paused_until=_day(plan["paused_until"]),
            said_at_logging=said,
        )
        for plan in plan_rows(db, incident_id)
        if plan["person_id"] in people
    }


def _facts(db: Connection, common: PlanFacts, person: dict[str, Any], incident_id: str, clock: Clock) -> PlanFacts:
    held = db.execute("SELECT injury FROM injury WHERE parent_id = ? AND removed IS NOT 1", (person["id"],))
    injuries = frozenset(row[0] for row in held if row[0])
    spells = db.execute("SELECT 1 FROM spell WHERE parent_id = ? AND removed IS NOT 1", (person["id"],)).fetchone()
    law = Facts(
        clock.occurred_at.astimezone(clock.zone).date(),
        person_kind=person["person_kind"],
        effect=common.effect,
        physical_harm=person["physical_harm"],
        injuries=tuple(sorted(injuries)),
        exposure=person["bodily_fluid_exposure"],
        died_on=_day(person["died_on"]),
        death_linked=person["death_linked"],
    )
    return replace(
        common,
        role=person["role_in_incident"],
        physical_harm=person["physical_harm"],
        psych_harm=person["psych_harm"],
        injuries=injuries,
        exposure=person["bodily_fluid_exposure"],
        riddor_status=person["riddor_status"],
        riddor_advice="SCR" if is_hurt(law) or is_death(law) else "NA",  # only whether it is NA decides a step
        time_off=spells is not None or person["time_lost"] == "Y",
        repeat=_is_repeat(db, person, incident_id, clock),
    )


def _is_repeat(db: Connection, person: dict[str, Any], incident_id: str, clock: Clock) -> bool:
    """From the person's latest incident on: where one makes it a repeat, it is among these."""
    if not person["person_key"]:
        return False
    sql = (
        "SELECT incident.occurred_at FROM person CROSS JOIN incident ON incident.id = person.parent_id WHERE"
        " person.person_key = ? AND person.removed IS NOT 1 AND incident.id <> ? AND incident.status <> 'withdrawn'"
        " AND incident.occurred_at > ? ORDER BY person.n DESC"
    )
    since = (clock.occurred_at.astimezone(UTC) - timedelta(days=REPEAT_DAYS + 2)).date().isoformat()
    found = (_moment(row[0]) for row in db.execute(sql, (person["person_key"], incident_id, since)))
    return any(one is not None and is_repeat(clock.occurred_at, [one], clock.zone) for one in found)


def _clock(db: Connection, incident: dict[str, Any], zone: Zone) -> Clock:
    ward = db.execute("SELECT shift_times FROM ward WHERE id = ?", (incident["ward_id"],)).fetchone()
    text = (ward[0] if ward else None) or ""
    occurred = _moment(incident["occurred_at"])
    base = _moment(incident["imported_at"]) or _moment(incident["reported_at"]) or occurred or LONG_AGO
    boundaries = tuple(part.strip() for part in text.split(",") if part.strip())
    # Erased, or written so that this version cannot read it: the worklist goes by what else is known.
    return Clock(occurred or base, incident["time_known"] or "exact", base, zone(incident["ward_id"]), boundaries)


def incident_row(db: Connection, incident_id: str) -> dict[str, Any] | None:
    """What of an incident its support plans depend on."""
    row = db.execute(f"SELECT {','.join(OF_INCIDENT)} FROM incident WHERE id = ?", (incident_id,)).fetchone()
    return dict(zip(OF_INCIDENT, row, strict=True)) if row else None


def _people(db: Connection, incident_id: str) -> list[dict[str, Any]]:
    sql = f"SELECT {','.join(OF_PERSON)} FROM person WHERE parent_id = ? AND removed IS NOT 1"
    return [dict(zip(OF_PERSON, row, strict=True)) for row in db.execute(sql, (incident_id,))]


def plan_rows(db: Connection, incident_id: str) -> list[dict[str, Any]]:
    """The plans of an incident, in an order that is the same on every PC."""
    names = ("id", "person_id", "template", "template_version", "lead", "closed_on", "paused_until")
    sql = f"SELECT {','.join(names)} FROM plan WHERE incident_id = ? ORDER BY id"
    return [dict(zip(names, row, strict=True)) for row in db.execute(sql, (incident_id,))]


def _entries(db: Connection, plan_id: str) -> list[Entry]:
    sql = 'SELECT id, step, outcome, at, "by", until_on, strikes FROM step_entry WHERE plan_id = ?'
    rows = db.execute(sql, (plan_id,)).fetchall()
    struck = {row[6] for row in rows if row[6]}
    kept = [row for row in rows if row[0] not in struck and not row[6]]
    return [
        Entry(step or "", outcome or "", _moment(at) or LONG_AGO, by or "", _day(until), order)
        for order, step, outcome, at, by, until, _ in kept
    ]


def _cares(db: Connection, plan_id: str) -> dict[str, Care]:
    rows = db.execute("SELECT step, owner, due_at FROM step_care WHERE plan_id = ?", (plan_id,))
    return {step: Care(owner, _moment(due)) for step, owner, due in rows}


def _codes(text: str | None) -> frozenset[str]:
    return frozenset(json.loads(text)) if text else frozenset()


def _moment(text: str | None) -> datetime | None:
    found = decode(fields_of(StepCare)["due_at"], text)
    return found if isinstance(found, datetime) else None


def _day(text: str | None) -> date | None:
    found = decode(fields_of(Plan)["paused_until"], text)
    return found if isinstance(found, date) else None
