"""The demo's part about support, as the README promises it: steps, a "no", a mistake, a lead, an answer by slip."""

from __future__ import annotations

from tests.conftest import FAST
from tests.factories import PASSPHRASE, logged
from vpr_desktop import demo_support
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import incidents, people, support, worklist
from vpr_desktop.services.context import Context


def test_a_report_is_followed_up_and_another_answered(ctx: Context) -> None:
    people.add(ctx, demo_support.LEAD, "B. Lead", "support_lead", PASSPHRASE)
    made = logged(ctx)
    told: list[str] = []
    assert ctx.secrets.policy == FAST
    demo_support.run(ctx, made.id, told.append)
    (plan,) = ctx.reader().find(Plan, incident_id=made.id)
    held = {one.code: one for one in support.plan(ctx, plan.id).steps}
    assert [code for code in ("S0-01", "S0-02", "S0-05", "S2-03") if held[code].is_open] == []
    assert held["S2-01"].is_open, "the recording was taken back"
    assert plan.lead == demo_support.LEAD
    assert told[0].startswith("Support plan for Person A: ")
    assert "B. Lead leads the case from here on" in told
    assert told[-1].endswith(f'"{demo_support.ANSWER}"')
    assert ", Closed." in told[-1]
    assert sorted(_statuses(ctx)) == ["closed", "logged"]
    assert worklist.counts(ctx).total > 0


def _statuses(ctx: Context) -> list[str]:
    rows = ctx.store.db.execute("SELECT id FROM incident").fetchall()
    return [incidents.view(ctx, row[0]).status for row in rows]
