"""What of support a role may know: open or settled outside the circle, and not one byte that hangs on an outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import logged, name_person
from tests.services.test_support import led, plan_id, step
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.visibility import Tie
from vpr_desktop.domain.workflow import PLAN_ACTS, plan_acts
from vpr_desktop.services import (
    plan_care,
    plan_end,
    recordings,
    support,
    support_cases,
    worklist,
)  # fmt: skip
from vpr_desktop.services.context import Context
from vpr_desktop.services.recordings import Said

Become = Callable[..., Context]
READ = {"read", "follow", "team"}
#   who                                      ordinary                 restricted
SIGHT = {
    "rp own": ("reporter", Tie(own=True), set(), set()),
    "rp self": ("reporter", Tie(self_person=True), {"read"}, {"read"}),
    "rp other": ("reporter", Tie(), set(), set()),
    "wm": ("ward_manager", Tie(), {"follow", "team"}, set()),
    "wm own": ("ward_manager", Tie(own=True), {"follow", "team"}, set()),
    "wm self": ("ward_manager", Tie(self_person=True), {"read"}, {"read"}),
    "wm may see": ("ward_manager", Tie(manager_may_see=True), {"follow", "team"}, {"follow", "team"}),
    "sl mine": ("support_lead", Tie(assigned=True, lead_assigned=True), READ, READ),
    "sl pool": ("support_lead", Tie(), {"follow", "team"}, {"follow", "team"}),
    "sl else": ("support_lead", Tie(lead_assigned=True), {"follow", "team"}, set()),
    "sl mine and self": ("support_lead", Tie(assigned=True, self_person=True), {"read"}, {"read"}),
    "vl": ("vpr_lead", Tie(), {"team"}, set()),
    "ig": ("auditor", Tie(), set(), set()),
    "da": ("device_admin", Tie(), set(), set()),
}


@pytest.mark.parametrize("restricted", [False, True], ids=["ordinary", "restricted"])
@pytest.mark.parametrize("who", SIGHT)
def test_who_sees_what_of_a_plan(who: str, restricted: bool) -> None:
    role, tie, ordinary, closed = SIGHT[who]
    from dataclasses import replace

    found = plan_acts(role, replace(tie, restricted=restricted))
    assert found & READ == (closed if restricted else ordinary)
    if not found & READ:
        assert found == frozenset()


def test_only_the_lead_writes_notes_strikes_for_others_passes_on_and_closes() -> None:
    for act in ("note", "strike_any", "pass_on", "close"):
        assert [who for who, acts in PLAN_ACTS.items() if act in acts] == ["lead"]
    assert [who for who, acts in PLAN_ACTS.items() if "show_name" in acts] == ["lead", "ward_manager"]
    assert [who for who, acts in PLAN_ACTS.items() if "take" in acts] == ["support_lead"]


# Rows of the rights matrix for acts on steps: who may do it to an ordinary case led by p-lead
DOES: dict[str, Callable[[Context, str], Any]] = {
    "record": lambda me, held: recordings.record(me, held, Said("S2-01", "DON")),
    "record team": lambda me, held: recordings.record(me, held, Said("S1-06", "DON")),
    "record their own": lambda me, held: recordings.record(me, held, Said("S4-06", "DON")),
    "assign": lambda me, held: plan_care.assign(me, held, "S2-01", "amanager"),
    "set due": lambda me, held: plan_care.set_due(me, held, "S2-01", me.now().replace(year=2027), "Asked for."),
    "choose": lambda me, held: plan_care.choose(me, held, {"language": "Welsh"}),
    "take": lambda me, held: plan_care.take(me, held),
    "pass on": lambda me, held: plan_care.pass_on(me, held, None, "away"),
    "close": lambda me, held: plan_end.close(me, held, "AGR"),
    "open again": lambda me, held: plan_end.reopen(me, held),
    "take the end back": lambda me, held: plan_end.take_back(me, held),
    "note": lambda me, held: recordings.add_note(me, held, "Short."),
    "show name": lambda me, held: support.show_name(me, held),
    "strike another's": lambda me, held: recordings.strike(me, held, [me.reader().state("entry").decode()]),  # type: ignore[union-attr]
}
#                     rp self wm sl_mine sl_pool vl ig da
MAY = {
    "record":           ". . A A A . . .",
    "record team":      ". . A A A . . .",
    "record their own": ". . A A A A . .",
    "assign":           ". . A A A . . .",
    "set due":          ". . A A A . . .",
    "choose":           ". A A A A . . .",
    "take":             ". . . . . . . .",
    "pass on":          ". . . A . . . .",
    "close":            ". . . A . . . .",
    "open again":       ". . . A . . . .",
    "take the end back": ". . . A . . . .",
    "note":             ". . . A . . . .",
    "show name":        ". . A A . . . .",
    "strike another's": ". . . A . . . .",
}  # fmt: skip
WHO = (
    ("reporter", "p-none"), ("reporter", "p-self"), ("ward_manager", "p-wm"), ("support_lead", "p-lead"),
    ("support_lead", "p-pool"), ("vpr_lead", "p-vl"), ("auditor", "p-ig"), ("device_admin", "p-da"),
)  # fmt: skip


def test_rights_matrix_of_acts_on_steps(ctx: Context, as_role: Become) -> None:
    _, held, incident_id = led(ctx, as_role)
    name_person(ctx, incident_id, "A", "p-self")
    struck = recordings.record(ctx, held, Said("S1-04", "DON")).entry_ids[0]
    with ctx.unit() as unit:
        unit.put_state("entry", struck.encode())
        unit.commit("test")
    for act, cells in MAY.items():
        for (role, user), cell in zip(WHO, cells.split(), strict=True):
            me = as_role(role, user)
            if cell == "A":
                DOES[act](me, held)
            else:
                with pytest.raises((NotAllowed, NotFound)):
                    DOES[act](me, held)
            if act == "pass on" and cell == "A":
                plan_care.take(me, held)


def test_a_manager_sees_open_or_settled_and_their_own_recordings(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    recordings.record(me, held, Said("S2-03", "DEC", reason="zqwhy"))
    recordings.record(me, held, Said("S2-02", "OFF"))
    recordings.record(ctx, held, Said("S1-01", "DON", reason="zqmine"))
    seen = support.plan(ctx, held)
    words = {code: step(seen, code).status for code in ("S2-03", "S2-02", "S1-01", "S2-01")}
    assert words == {"S2-03": "Settled", "S2-02": "Open", "S1-01": "Settled", "S2-01": "Open"}
    assert [entry.words for entry in step(seen, "S1-01").entries] == ["Done"]
    assert step(seen, "S2-03").entries == ()
    assert [entry.step for entry in seen.contacts] == ["S1-01"]
    assert "S3-02" not in [one.code for one in seen.steps]
    assert "zq" not in repr(seen)
    assert {row.status for row in worklist.page(ctx, limit=500) if row.person != "Team"} <= {"Open", "Not started"}


def test_restricted_cases_are_on_no_list_of_those_they_are_closed_to(ctx: Context, as_role: Become) -> None:
    made = logged(ctx, act_types=["SEX"])
    held = plan_id(ctx, made.id)
    one, other = as_role("support_lead", "p-one"), as_role("support_lead", "p-other")
    assert worklist.page(ctx, limit=500) == []
    assert worklist.page(as_role("vpr_lead"), limit=500) == []
    assert worklist.counts(ctx).total == 0
    assert len(worklist.page(other, limit=500)) > 5
    plan_care.take(one, held)
    assert worklist.page(other, limit=500) == []
    assert len(worklist.page(one, limit=500)) > 20
    for stranger in (ctx, other, as_role("vpr_lead")):
        with pytest.raises(NotFound):
            support.plan(stranger, held)
        assert support_cases.plans_of(stranger, made.id) == []


def test_who_leads_one_case_of_a_restricted_incident_may_take_its_others(ctx: Context, as_role: Become) -> None:
    made = logged(ctx, act_types=["SEX"], affected="MANY")
    one, other = as_role("support_lead", "p-one"), as_role("support_lead", "p-other")
    plan_care.take(one, plan_id(ctx, made.id))
    second = plan_id(ctx, made.id, 1)
    with pytest.raises(NotFound):
        plan_care.take(other, second)
    assert not support.plan(one, second).in_circle
    plan_care.take(one, second)
    assert support.plan(one, second).in_circle
