"""What the file holds about RIDDOR, as the plain facts that advice is computed from, and whose case may wait."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vpr_desktop.domain.fields import decode
from vpr_desktop.domain.person import Spell as SpellRow
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.riddor import Facts
from vpr_desktop.domain.riddor_days import Gap, Spell
from vpr_desktop.storage.oplog import Connection

Zone = Callable[[str], ZoneInfo]
COLUMNS = (
    "person.id", "person.parent_id", "incident.ward_id", "person.letter", "person.person_key", "incident.reference",
    "incident.occurred_at", "incident.effect", "incident.perp_relation", "incident.location", "incident.restricted",
    "incident.manager_may_see", "incident.imported_at", "incident.status", "person.person_kind",
    "person.physical_harm", "person.bodily_fluid_exposure", "person.bbv_source", "person.specified_injury",
    "person.private_matter", "person.died_on", "person.death_linked", "person.time_lost", "person.taken_to_hospital",
    "person.riddor_status", "(SELECT lead FROM plan WHERE plan.person_id = person.id AND lead IS NOT NULL LIMIT 1)",
)  # fmt: skip
KEYS = (*(name.split(".")[1] for name in COLUMNS[:-1]), "lead")
FROM = f"SELECT {', '.join(COLUMNS)} FROM person JOIN incident ON incident.id = person.parent_id"
# The same, the people first: few have this status, and no index of the incidents knows them.
PEOPLE_FIRST = FROM.replace(" JOIN ", " CROSS JOIN ")
# Nobody else is waited for: no injury is known of them, and nobody died. The rules say so again, and exactly.
HURT = (
    "(person.died_on IS NOT NULL OR person.bodily_fluid_exposure = 'Y' OR person.physical_harm IN ('1', '2', '3', '4')"
    " OR (person.physical_harm IS NULL AND incident.effect IN ('MIN', 'TRE', 'SER', 'NYK'))"
    " OR EXISTS (SELECT 1 FROM injury WHERE injury.parent_id = person.id))"
)
UNDECIDED = "(person.riddor_status IS NULL OR person.riddor_status = 'SCR')"
TO_SEND = "person.riddor_status IN ('DEA', 'SPEC', 'DO', 'O7', 'NWK', 'SENT')"
# The incidents to look at come first, by an index: those still open, and those of people with time off on record.
OPEN = "incident.status IN ('logged', 'in_review') AND incident.local_day >= :since"
CLOSED = "incident.status = 'closed' AND incident.local_day >= :since"
OFF = "SELECT parent_id FROM spell"  # from the index alone; one that was taken off is left out of the facts
# What makes a case stricter than it was decided, should it be found after the incident was closed.
STRICTER = (
    "(person.died_on IS NOT NULL OR person.bbv_source = 'Y' OR person.time_lost IS NOT 'N'"
    " OR person.person_kind IN ('PAT', 'VIS') OR person.specified_injury <> '[\"NONE\"]'"
    " OR EXISTS (SELECT 1 FROM injury WHERE injury.parent_id = person.id"
    " AND injury.injury IN ('FRA', 'AMP', 'LOC', 'EYE', 'BUR', 'CRU', 'SHP', 'BIT')))"
)
HISTORY_DAYS = 7  # imported incidents older than this at import are history, and nobody is reminded of them
RECENT = (
    "(incident.imported_at IS NULL"
    f" OR julianday(incident.imported_at) - julianday(incident.occurred_at) < {HISTORY_DAYS + 2})"
)


@dataclass(frozen=True, slots=True)
class RiddorRow:
    """One person of one incident: whose case it is, the facts, and what was decided."""

    person_id: str
    incident_id: str
    ward_id: str
    letter: str
    person_key: str | None
    reference: str
    restricted: bool
    manager_may_see: bool
    lead: str | None
    facts: Facts
    decided: str | None


def of_incident(db: Connection, incident_id: str, zone: Zone) -> list[RiddorRow]:
    """Everybody of one incident, in the order of their letters."""
    sql = f"{FROM} WHERE person.parent_id = ? AND person.removed IS NOT 1 ORDER BY person.letter, person.id"
    return [one for row in db.execute(sql, (incident_id,)) if (one := _row(db, row, zone, history=True))]


def to_look_at(db: Connection, wards: Sequence[str], since: date, zone: Zone) -> list[RiddorRow]:
    """People of these wards whose case may wait for somebody; all of them, as the oldest is the most overdue.

    Also of closed incidents: time off, a late finding or a report still to be sent outlive the closing.
    """
    kept = f"{HURT} AND person.removed IS NOT 1 AND incident.status <> 'withdrawn' AND {RECENT} AND incident.ward_id IN"
    kept += " (SELECT value FROM json_each(:wards))"
    parts = (
        f"{FROM} WHERE {OPEN} AND {kept}",
        f"{FROM} WHERE {CLOSED} AND ({UNDECIDED} OR {STRICTER}) AND {kept}",
        f"{PEOPLE_FIRST} WHERE {TO_SEND} AND incident.local_day >= :since AND {kept}",
        f"{PEOPLE_FIRST} WHERE person.id IN ({OFF}) AND incident.local_day >= :since AND {kept}",
    )
    sql = " UNION ".join(parts)
    values = {"wards": json.dumps(list(wards)), "since": since.isoformat()}
    return [one for row in db.execute(sql, values) if (one := _row(db, row, zone, history=False))]


def _row(db: Connection, row: Sequence[Any], zone: Zone, *, history: bool) -> RiddorRow | None:
    held = dict(zip(KEYS, row, strict=True))
    occurred, imported = _moment(held["occurred_at"]), _moment(held["imported_at"])
    if occurred is None:
        return None
    place = zone(held["ward_id"])
    day0 = occurred.astimezone(place).date()
    if imported is not None and not history and (imported.astimezone(place).date() - day0).days > HISTORY_DAYS:
        return None
    return RiddorRow(
        held["id"], held["parent_id"], held["ward_id"], held["letter"] or "", held["person_key"],
        held["reference"] or "", bool(held["restricted"]), bool(held["manager_may_see"]), held["lead"],
        _facts(db, held, day0), held["riddor_status"],
    )  # fmt: skip


def _facts(db: Connection, held: dict[str, Any], day0: date) -> Facts:
    person = held["id"]
    said = held["specified_injury"]
    injuries = db.execute("SELECT injury FROM injury WHERE parent_id = ? AND removed IS NOT 1", (person,))
    return Facts(
        day0,
        person_kind=held["person_kind"],
        perp=held["perp_relation"],
        effect=held["effect"],
        physical_harm=held["physical_harm"],
        injuries=tuple(sorted(row[0] for row in injuries if row[0])),
        exposure=held["bodily_fluid_exposure"],
        bbv_source=held["bbv_source"],
        specified=tuple(json.loads(said)) if said else None,
        private_matter=held["private_matter"],
        died_on=_day(held["died_on"]),
        death_linked=held["death_linked"],
        time_lost=held["time_lost"],
        spells=tuple(_spells(db, person)),
        gaps=tuple(_gaps(db, person)),
        taken_to_hospital=held["taken_to_hospital"],
        at_hospital=held["location"] != "HOM",
    )


def _spells(db: Connection, person_id: str) -> list[Spell]:
    """Times off and times on other duties; a row that says both is both."""
    sql = (
        "SELECT absent_from, absent_to, restricted_duties_from, restricted_duties_to, absence_reason, back_on"
        " FROM spell WHERE parent_id = ? AND removed IS NOT 1"
    )
    found = []
    for off, off_to, other, other_to, reason, back in db.execute(sql, (person_id,)):
        for first, last in ((_day(off), _day(off_to)), (_day(other), _day(other_to))):
            if first is not None:
                found.append(Spell(first, last, reason, _day(back)))
    return found


def _gaps(db: Connection, person_id: str) -> list[Gap]:
    sql = "SELECT gap_from, gap_to, gap_answer FROM gap WHERE parent_id = ? AND removed IS NOT 1"
    days = [(_day(first), _day(last), answer) for first, last, answer in db.execute(sql, (person_id,))]
    return [Gap(first, last or first, answer) for first, last, answer in days if first is not None]


def _day(text: str | None) -> date | None:
    found = decode(fields_of(SpellRow)["absent_from"], text)
    return found if isinstance(found, date) else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
