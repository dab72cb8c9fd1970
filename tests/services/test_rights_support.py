"""A support plan by role: outside the support circle it is only open or settled, and its notes are the lead's alone."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.rights_table import ROLE
from tests.services.test_rights import USER, Become, make
from vpr_desktop.domain.errors import KnownError
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import exports, history, home, listing, printing, trust_copy, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.incident_json import to_json
from vpr_desktop.services.listing import ListQuery

WORDS = ("contact_how", "contact_when", "may_know", "wants", "language")
OUTSIDE = {"lead", "closed_on"}
CIRCLE = {name for name, spec in fields_of(Plan).items() if spec.block == "support"}
#                  who sees which fields of a plan, in an ordinary incident
SEEN = {
    "own": set(), "self": CIRCLE, "other": set(), "wm": OUTSIDE, "sl_mine": CIRCLE | {"closed_reason"},
    "sl_pool": OUTSIDE, "vl": set(), "ig": set(), "da": set(),
}  # fmt: skip


@pytest.mark.parametrize("who", SEEN)
@pytest.mark.parametrize("restricted", [False, True], ids=["ordinary", "restricted"])
def test_every_field_of_a_plan_by_every_path(ctx: Context, as_role: Become, who: str, restricted: bool) -> None:
    case = make(ctx, as_role, who, restricted)
    with ctx.unit() as unit:
        (plan,) = unit.find(Plan)
        for field in WORDS:
            setattr(plan, field, f"zqplan{field}")
        plan.paused_until = plan.closed_on = date(2026, 11, 30)
        plan.closed_reason = "WSH"
        unit.save(plan)
        unit.commit("plan", case.id)
    me = as_role(ROLE[who], USER.get(who, f"p-{who}"))
    wanted = SEEN[who] if not restricted or who != "wm" else set()
    try:
        plans = views.incident(me, case.id).parts.get("plans", [])
    except KnownError:
        plans = []
    blocks = fields_of(Plan)
    seen = {f for one in plans for f, v in one.values.items() if v is not None and blocks[f].block != "system"}
    assert seen <= wanted, "more than the table gives"
    assert {f for f in wanted if f in (*WORDS, "closed_on", "closed_reason")} <= seen, "less than the table gives"
    text = _everything(me, case.id)
    told = {f for f in (*WORDS, "closed_reason") if f"zqplan{f}" in text}
    told |= {"closed_reason"} if "'WSH'" in text or "at the person's wish" in text.casefold() else set()
    assert told <= wanted


def _everything(me: Context, incident_id: str) -> str:
    found = []
    for job in (
        lambda: to_json(views.incident(me, incident_id)),
        lambda: views.incident(me, incident_id).parts,
        lambda: history.history(me, incident_id),
        lambda: listing.page(me, ListQuery()),
        lambda: listing.facts(me, ListQuery()),
        lambda: home.home(me),
        lambda: home.handover(me),
        lambda: trust_copy.block(me, incident_id),
        lambda: exports.to_csv(me, ListQuery(), "full"),
        lambda: printing.summary(me, incident_id, "full", "needed for the review of this quarter").title,
    ):
        try:
            found.append(repr(job()))
        except KnownError as refused:
            found.append(str(refused))
    return "\n".join(found)


def test_a_support_lead_who_was_hurt_leads_no_case_of_their_own(ctx: Context, as_role: Become) -> None:
    case = make(ctx, as_role, "sl_mine")
    with ctx.unit() as unit:
        (plan,) = unit.find(Plan)
        plan.lead, plan.closed_reason, plan.wants = "p-self", "AGR", "zqwants"
        unit.save(plan)
        unit.commit("plan", case.id)
    (shown,) = views.incident(as_role("support_lead", "p-self"), case.id).parts["plans"]
    assert shown.values["wants"] == "zqwants"
    assert "closed_reason" not in shown.values, "notes about oneself are nobody's own to read as a lead"
