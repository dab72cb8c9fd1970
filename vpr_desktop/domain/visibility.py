"""Who sees what: one table of role and block, read by every list, form, print, export and command.

Default deny: a role or block that is not in the table sees nothing. Source: domain reference section G2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["full", "typed", "redacted", "ask", "none"]
Sight = Literal["full", "restricted", "metadata", "none"]


@dataclass(frozen=True, slots=True)
class Tie:
    """How a person stands to an incident, or to one person affected by it.

    `own` logged it; `self_person` is the person affected; `self_named` bears that person's name, if only because they
    said so later themselves; `assigned` is the plan's support lead; `needed` gave a reason within the last hour;
    `typed_by_me` is a part this person is just adding, which never opens what somebody may say of themselves alone.
    """

    own: bool = False
    self_person: bool = False
    self_named: bool = False
    assigned: bool = False
    restricted: bool = False
    manager_may_see: bool = False
    lead_assigned: bool = False
    confidential: bool = False
    needed: bool = False
    typed_by_me: bool = False
    outcome_shared: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What one cell of the table comes to: all, what the person typed, words instead, a reason first, nothing."""

    kind: Kind
    how: str = ""
    history: bool = True


FULL, TYPED, ASK, NONE = View("full"), View("typed"), View("ask"), View("none")
COLLEAGUE = View("redacted", "a colleague")
OFFERED = View("redacted", "offered")
YES_NO = View("redacted", "yes/no")
COUNTS = View("redacted", "counts")
GRADE = View("full", "grade", history=False)
CODES = View("redacted", "codes")

# What stands for an answer that is withheld and of which no part is told.
WITHHELD = {
    "a colleague": "A colleague",
    "offered": "Known to the support circle",
    "yes/no": "Known to the ward manager",
    "counts": "Counted, not shown to your role",
    "codes": "Words are not shown to your role",
}
# One row a block, in the words of the reference. "codes" shows coded answers and dates, never words.
TABLE: dict[str, dict[str, str]] = {
    "core": {"reporter": "own", "ward_manager": "allow", "support_lead": "allow", "vpr_lead": "allow"},
    "outcome": {"reporter": "shared", "ward_manager": "allow", "support_lead": "allow", "vpr_lead": "allow"},
    "narrative": {"reporter": "own", "ward_manager": "allow", "support_lead": "assigned", "vpr_lead": "need"},
    "reporter": {"reporter": "own", "ward_manager": "colleague", "support_lead": "assigned"},
    "person_name": {"reporter": "self+typed", "ward_manager": "allow", "support_lead": "assigned"},
    "person_job": {"reporter": "own+self", "ward_manager": "allow", "support_lead": "allow", "vpr_lead": "counts"},
    "physical": {"reporter": "self+typed", "ward_manager": "allow", "support_lead": "allow", "vpr_lead": "codes"},
    "absence": {"reporter": "self", "ward_manager": "allow", "support_lead": "assigned", "vpr_lead": "codes"},
    "psych": {"reporter": "self", "ward_manager": "grade", "support_lead": "allow", "vpr_lead": "counts"},
    "support": {"reporter": "self+typed", "ward_manager": "steps", "support_lead": "circle", "vpr_lead": "counts"},
    "support_team": {"reporter": "own", "ward_manager": "allow", "support_lead": "allow", "vpr_lead": "allow"},
    "support_note": {"support_lead": "assigned"},
    "self_declared": {"reporter": "self", "vpr_lead": "counts"},
    "alleged_name": {"reporter": "typed", "ward_manager": "allow", "vpr_lead": "need"},
    "alleged_rest": {
        "reporter": "typed", "ward_manager": "allow", "support_lead": "assigned", "vpr_lead": "counts",
    },
    "police": {"reporter": "own yes/no", "ward_manager": "allow", "support_lead": "yes/no", "vpr_lead": "allow"},
    "sanction": {"ward_manager": "allow", "vpr_lead": "allow"},
    "feedback": {"reporter": "self", "ward_manager": "allow", "support_lead": "assigned", "vpr_lead": "counts"},
    "waiver": {"ward_manager": "allow", "support_lead": "assigned", "vpr_lead": "counts"},
    "system": {"reporter": "own+self", "ward_manager": "allow", "support_lead": "allow", "vpr_lead": "allow"},
}  # fmt: skip
# Blocks that say nothing about a person; every other one holds personal data.
IMPERSONAL = frozenset({"core", "outcome", "support_team", "system"})
PERSONAL = frozenset(TABLE) - IMPERSONAL
ALSO_REPORTERS = frozenset({"ward_manager", "support_lead", "vpr_lead"})
WIDTH = {"full": 4, "typed": 3, "redacted": 2, "ask": 1, "none": 0}


def withheld(told: str) -> str:
    """The words for what a record's reader is told in place of an answer."""
    return WITHHELD.get(told, told)


def view(role: str, block: str, tie: Tie) -> View:
    """What a person of this role sees of a block. Two cells that hold for one person: the wider.

    A restricted incident that opens to somebody only as reporter or person affected opens no wider than that.
    """
    row = TABLE.get(block, {})
    closed = tie.restricted and role in ALSO_REPORTERS and not _restricted_opens(role, tie)
    found = _cell("deny" if closed else row.get(role, "deny"), tie)
    if role in ALSO_REPORTERS:
        as_reporter = _cell(row.get("reporter", "deny"), tie)
        found = max(found, as_reporter, key=lambda one: WIDTH[one.kind])
    return found


def _cell(cell: str, tie: Tie) -> View:
    """One cell of the table for one person. An own support case is no case to lead: then `self` only."""
    leads = tie.assigned and not (tie.self_person or tie.self_named)
    simple = {
        "allow": FULL,
        "grade": GRADE,
        "counts": COUNTS,
        "codes": CODES,
        "need": FULL if tie.needed else ASK,
        "own": FULL if tie.own else NONE,
        "self": FULL if tie.self_person else NONE,
        "own+self": FULL if tie.own or tie.self_person else NONE,
        "shared": FULL if (tie.own or tie.self_person) and tie.outcome_shared else NONE,
        "typed": TYPED if tie.own else NONE,
        "self+typed": FULL if tie.self_person else TYPED if tie.own else NONE,
        "assigned": FULL if leads else NONE,
        "colleague": COLLEAGUE if tie.confidential and not tie.own else FULL,
        "own yes/no": YES_NO if tie.own else NONE,
        "yes/no": YES_NO if leads else NONE,
        "steps": TYPED if tie.own else OFFERED,
        "circle": FULL if leads else TYPED if tie.own else OFFERED,
    }
    return FULL if tie.typed_by_me and cell not in ("deny", "self") else simple.get(cell, NONE)


def hides_reporter(role: str, tie: Tie) -> bool:
    """Whether an incident was reported in confidence and this person must not learn by whom, by no answer of it."""
    return tie.confidential and not tie.own and view(role, "reporter", tie).kind != "full"


def sees_incident(role: str, tie: Tie) -> Sight:
    """Whether an incident opens at all: the rule of restricted incidents comes before every block."""
    if role == "auditor":
        return "metadata"
    if role not in TABLE["core"]:
        return "none"
    mine = tie.own or tie.self_person
    if role == "reporter":
        return "full" if mine else "none"
    if not tie.restricted or mine:
        return "full"
    return "full" if _restricted_opens(role, tie) else "restricted"


def opens(role: str, tie: Tie) -> bool:
    """Whether an incident opens to a role by its office, and not only as one's own report or case."""
    return role in ALSO_REPORTERS and (not tie.restricted or _restricted_opens(role, tie))


def _restricted_opens(role: str, tie: Tie) -> bool:
    if role == "support_lead":
        return tie.assigned or not tie.lead_assigned
    return role == "ward_manager" and tie.manager_may_see


# What a printed or exported copy shows by block; `full` shows what its printer may see.
COPIES: dict[str, frozenset[str]] = {
    "redacted": frozenset({"core"}),
    "anonymous": frozenset({"core"}),
    "full": frozenset(TABLE),
}


def is_confidential(mode: str | None, imported: bool, clashes: bool) -> bool:
    """Whether the reporter is to stay unnamed: anything but one clear "with my name", as doubt must name nobody.

    `mode` is how it was reported, `clashes` whether two answers to that stand side by side. What was imported has no
    such answer, and its source named whom it named.
    """
    if clashes:
        return True
    return not imported if mode is None else mode != "named"
