"""Role, status and act: the one table that buttons, services and the endpoint all read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from vpr_desktop.domain.forms import PANELS
from vpr_desktop.domain.visibility import Tie, opens, sees_incident

STATUSES = ("logged", "in_review", "closed", "withdrawn")

# Acts that need no record.
WARD_ACTS: dict[str, frozenset[str]] = {
    "reporter": frozenset("log open list search export print".split()),
    "ward_manager": frozenset(
        "log open list search export print support handover import manage_users manage_ward manage_device verify backup"
        " restore settle print_full sanctions".split()
    ),
    "support_lead": frozenset("log open list search export print support handover settle print_full".split()),
    "vpr_lead": frozenset("log open list search export print support print_full sanctions".split()),
    "auditor": frozenset("open list export verify read_audit".split()),
    "device_admin": frozenset("manage_users manage_device verify backup restore".split()),
}

# Acts on an incident, by role and status. "own" in a role's place: the reporter of this incident.
CHANGES = frozenset({"amend", "withdraw", "undo", "settle"})
# "riddor": its facts and decisions, "answer": a message, both also once closed, as days off and questions come later.
LEADS = frozenset({"riddor", "answer", "print_redacted", "print_anonymous", "print_full"})
# Of a restricted incident whose manager may not see it, the person's own support lead does what the manager would.
OF_THE_CASE = frozenset({"riddor", "answer"})  # a support lead does these for the people they support
IN_PLACE = {
    "logged": frozenset({"review", "close"}),
    "in_review": frozenset({"close"}),
    "closed": frozenset({"reopen"}),
}
RECORD_ACTS: dict[str, dict[str, frozenset[str]]] = {
    "own": {
        "logged": frozenset({"amend", "withdraw", "undo", "print_redacted", "print_slip"}),
        "in_review": frozenset({"amend", "print_redacted", "print_slip"}),
        "closed": frozenset({"print_redacted", "print_slip"}),
        "withdrawn": frozenset({"reinstate"}),
    },
    "ward_manager": {
        "logged": CHANGES | LEADS | {"review", "close", "print_slip"},
        "in_review": CHANGES | LEADS | {"close", "print_slip"},
        "closed": LEADS | {"reopen"},
        "withdrawn": frozenset({"reinstate", "print_redacted"}),
    },
    "support_lead": {
        "logged": LEADS | {"amend", "settle"},
        "in_review": LEADS | {"amend", "settle"},
        "closed": LEADS,
        "withdrawn": frozenset({"print_redacted"}),
    },
    "vpr_lead": {
        "logged": frozenset({"warn", "print_redacted", "print_anonymous"}),
        "in_review": frozenset({"warn", "print_redacted", "print_anonymous"}),
        "closed": frozenset({"warn", "print_redacted", "print_anonymous"}),
        "withdrawn": frozenset({"print_redacted"}),
    },
}


# Parts that not everybody who may amend may add: a warning, and an answer given in the ward's name.
PART_WRITERS = {
    "sanction": frozenset({"ward_manager", "vpr_lead"}),
    "feedback": frozenset({"ward_manager", "support_lead"}),
    "waiver": frozenset(),  # written by closing alone
}


def may_add(role: str, entity: str) -> bool:
    """Whether a person who may amend an incident may add a part of this kind to it."""
    return role in PART_WRITERS.get(entity, frozenset({role}))


# A written warning or an exclusion, once issued, is the trust's act and not the ward's (domain F58, G5).
TRUST_WARNINGS = frozenset({"Y", "R"})
ISSUED_BY = frozenset({"issued_on", "issued_by", "letter_printed_at"})


def is_trust_warning(values: Mapping[str, Any]) -> bool:
    """Whether the values of a warning say that a written warning or an exclusion was issued."""
    return values.get("level") in TRUST_WARNINGS and any(values.get(name) for name in ISSUED_BY)


def may_record_warning(role: str, values: Mapping[str, Any]) -> bool:
    """Whether somebody may write a warning as it then stands; the ward may propose one, not issue it."""
    return role == "vpr_lead" or not is_trust_warning(values)


RIDDOR_FACTS = frozenset(PANELS["riddor"])


def may_write(acts: frozenset[str], entity: str, fields: Iterable[str] = ()) -> bool:
    """Whether the acts open for an incident let somebody write these fields of records of this kind of it."""
    if "amend" in acts or (entity == "sanction" and "warn" in acts):
        return True
    asked = {(entity, field) for field in fields}
    return "riddor" in acts and bool(asked) and asked <= RIDDOR_FACTS


def actions(role: str, status: str, tie: Tie) -> frozenset[str]:
    """What a person may do with an incident as it stands; nothing with one that does not open to them."""
    if sees_incident(role, tie) != "full":
        return frozenset()
    by_role = RECORD_ACTS.get(role, {}).get(status, frozenset())
    if role == "support_lead" and tie.restricted and tie.assigned:
        by_role |= IN_PLACE.get(status, frozenset())
    elif role == "support_lead" and not tie.assigned:
        by_role -= OF_THE_CASE
    return by_role | RECORD_ACTS["own"].get(status, frozenset()) if tie.own else by_role


def allowed(role: str, action: str, status: str | None = None, tie: Tie | None = None) -> bool:
    """Whether a person may do something: on the ward, or with a record where its status is given."""
    if status is not None:
        return action in actions(role, status, tie or Tie())
    return action in WARD_ACTS.get(role, frozenset())


# Acts on the support plan of one person, by role. "self" and "lead" in a role's place: the person it is for, and
# its support lead. "read" is all of it but the notes; "follow" steps as due, open or settled; "team" the steps about
# the ward and the RIDDOR looks alone; "close" both closing it and opening it again.
FOLLOWS = frozenset({"follow", "team", "record", "assign", "set_due", "choose"})
PLAN_ACTS: dict[str, frozenset[str]] = {
    "self": frozenset({"read", "choose"}),
    "lead": FOLLOWS | {"read", "note", "strike_any", "pass_on", "show_name", "close"},
    "ward_manager": FOLLOWS | {"name_lead", "show_name"},
    "support_lead": FOLLOWS | {"take"},
    "vpr_lead": frozenset({"team", "record"}),
}


def plan_acts(role: str, tie: Tie) -> frozenset[str]:
    """What a person may do with one person's support plan. `tie` is that to this very person and plan.

    Nobody leads or follows their own case: it is theirs to read. A restricted incident opens as its rule says.
    """
    if tie.self_named and not tie.self_person:
        return frozenset()
    if tie.self_person:
        return PLAN_ACTS["self"] if sees_incident(role, tie) == "full" else frozenset()
    if role not in PLAN_ACTS or not opens(role, tie):
        return frozenset()
    leads = role == "support_lead" and tie.assigned
    return PLAN_ACTS["lead"] if leads else PLAN_ACTS[role]
