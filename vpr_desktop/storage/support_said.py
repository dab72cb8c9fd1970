"""What prints and counts say of support, the same for whoever asks: never what came of it (domain E3, G2)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from vpr_desktop.domain.support_steps import REOFFER, PlanState, personal_steps, was_offered
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.support_facts import incident_row, plan_rows
from vpr_desktop.storage.support_rows import wire
from vpr_desktop.storage.support_templates import template_of

OFFICE = frozenset({"NIC", "WM", "SL"})  # who makes contact with a person by the template's word
CHECK_INS = ("S2-01", "S3-01")
States = Mapping[str, PlanState]  # what is saved about each plan of the incident: support_facts.plan_states


def offered(db: Connection, incident_id: str, states: States) -> bool:
    """Whether support was offered: said in the quick log, or recorded on an offer and not struck out since."""
    incident = incident_row(db, incident_id)
    held = [(states[plan["id"]], plan) for plan in plan_rows(db, incident_id) if plan["id"] in states]
    said = incident is not None and incident["support_offered"] in ("ACC", "DEL")
    return said or any(
        was_offered([state], template_of(db, plan["template"], plan["template_version"])) for state, plan in held
    )


def next_contact(db: Connection, incident_id: str, states: States, now: datetime) -> datetime | None:
    """When the next contact with anybody affected is due; None where none is planned, whatever the reason.

    Never that of a second offer or of a dated one: that there is one tells that something was declined.
    """
    incident = incident_row(db, incident_id)
    if incident is None or incident["status"] == "withdrawn":
        return None
    until = None
    if incident["status"] == "closed" and incident["closed_at"]:
        until = incident["closed_at"]  # what was due by then was waived, by name and reason
    found = []
    for plan in plan_rows(db, incident_id):
        if plan["id"] not in states or plan["closed_on"] is not None:
            continue
        template = template_of(db, plan["template"], plan["template_version"])
        for one in personal_steps(template, states[plan["id"]], now):
            told = one.is_open and OFFICE & set(one.step.who) and one.step.code != REOFFER and not one.asks_again
            if told and (until is None or wire(one.due.at) > until):
                found.append(one.due.at)
    return min(found, default=None)


def missed(db: Connection, ward_ids: Sequence[str], since: date, now: datetime) -> int:
    """How many check-ins were missed in incidents since a day: one window after the due time nobody had recorded one.

    They stay counted, also when somebody made up for it. What was struck out does not count as recorded; a plan that
    was closed by then had nothing to be missed.
    """
    last = "julianday(row.due_at) + row.window_s / 86400.0"
    in_time = (
        "SELECT 1 FROM step_entry AS one WHERE one.plan_id = row.plan_id AND one.step = row.step"
        f" AND one.strikes IS NULL AND one.outcome <> 'ADD' AND julianday(one.at) <= {last}"
        " AND NOT EXISTS (SELECT 1 FROM step_entry AS other WHERE other.strikes = one.id)"
    )
    sql = (
        "SELECT count(*) FROM incident JOIN step_row AS row ON row.incident_id = incident.id"
        " WHERE incident.status IN ('logged', 'in_review', 'closed') AND incident.local_day >= :since"
        " AND incident.ward_id IN (SELECT value FROM json_each(:wards))"
        f" AND row.step IN {CHECK_INS} AND {last} < julianday(:now) AND NOT EXISTS ({in_time})"
        f" AND NOT EXISTS (SELECT 1 FROM plan WHERE plan.id = row.plan_id AND plan.closed_on <= date({last}))"
    )
    values = {"since": since.isoformat(), "wards": json.dumps(list(ward_ids)), "now": wire(now)}
    return int(db.execute(sql, values).fetchone()[0])
