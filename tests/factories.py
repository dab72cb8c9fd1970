"""Valid, synthetic data for tests: nobody's real data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vpr_desktop.services import incidents
from vpr_desktop.services.context import Context
from vpr_desktop.services.first_answers import FirstRun
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.new_incident import Logged, log

PASSPHRASE = "blue kettle seven lamps"


def first_run(**changes: Any) -> FirstRun:
    values: dict[str, Any] = {
        "org_code": "RX1",
        "org_name": "Practice Trust",
        "ward_code": "CED",
        "ward_name": "Cedar Ward",
        "user_id": "amanager",
        "name": "A. Manager",
        "role": "ward_manager",
        "passphrase": PASSPHRASE,
    }
    return FirstRun(**{**values, **changes})


def answers(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "occurred_at": datetime(2026, 11, 22, 14, 5, tzinfo=UTC),
        "time_known": "exact",
        "location": "COR",
        "act_types": ["PHY", "THR"],
        "affected": "ONE",
        "perp_relation": "PAT",
        "effect": "MIN",
        "support_offered": "NYT",
        "description": "Hit on the arm while helping with a meal.",
    }
    return {**values, **changes}


def logged(ctx: Context, **changes: Any) -> Logged:
    return log(ctx, answers(**changes))


def name_person(ctx: Context, incident_id: str, letter: str, person_key: str) -> None:
    """Says on the record who was affected."""
    seen = incidents.view(ctx, incident_id)
    (person,) = (one for one in seen.parts["people"] if one.label == f"Person {letter}")
    incidents.save(ctx, seen, [Edit("person", person.id, {"person_key": person_key})])
