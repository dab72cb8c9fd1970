"""The support checklist of a trust: loaded, chosen, kept by the plans that were opened with it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.factories import logged
from tests.fakes import FakeClock
from tests.services.test_support import Become, plan_id, sound, step
from vpr_desktop.domain.errors import NotAllowed, ProblemsFound
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import support, support_templates, worklist
from vpr_desktop.services.context import Context
from vpr_desktop.settings import resource


def own_template(**changes: object) -> str:
    held = json.loads(resource("content", "support_sup_1.json").read_text(encoding="utf-8"))
    held |= {"template_id": "TRUST", "version": "3", "official": False, **changes}
    held["steps"] = [one for one in held["steps"] if one["code"] in ("S0-01", "S2-01")]
    held["steps"][1] |= {"title": "Ring them", "due": {"hours": 48}}
    return json.dumps(held)


def test_a_template_that_is_here_is_chosen_by_the_ward_manager_alone(ctx: Context, as_role: Become) -> None:
    support_templates.load(ctx, own_template())
    assert [(one.id, one.version) for one in support_templates.known(ctx)] == [("SUP-1", "1"), ("TRUST", "3")]
    facts, _ = support_templates.use(ctx, "SUP-1", "1")
    assert support_templates.shown(ctx) == facts
    with pytest.raises(ProblemsFound):
        support_templates.use(ctx, "TRUST", "4")
    for role in ("support_lead", "vpr_lead", "reporter"):
        with pytest.raises(NotAllowed):
            support_templates.use(as_role(role), "TRUST", "3")
    assert support_templates.shown(ctx).id == "SUP-1"


def test_a_trusts_own_template_counts_for_new_plans_at_once(ctx: Context, as_role: Become, clock: FakeClock) -> None:
    before = logged(ctx)
    facts, _ = support_templates.load(ctx, own_template())
    assert (facts.id, facts.version, facts.steps) == ("TRUST", "3", 2)
    after = logged(ctx)
    old, new = (support.plan(ctx, plan_id(ctx, one.id)) for one in (before, after))
    assert (old.template, new.template) == ("SUP-1, version 1", "TRUST, version 3")
    assert [one.title for one in new.steps] == ["Make safe", "Ring them"]
    assert step(new, "S2-01").due == clock.now() + timedelta(hours=48)
    assert {row.title for row in worklist.page(ctx, text=after.reference)} == {"Make safe", "Ring them"}
    assert support_templates.shown(ctx) == facts
    sound(ctx)
    with pytest.raises(NotAllowed):
        support_templates.load(as_role("support_lead"), own_template())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"), ("[]", "no template"), ('{"stages": []}', "list of stages"),
        (own_template(template_id="SUP-1", version="1"), "new version"), (own_template(version="x" * 30), "too long"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_used_says_why(ctx: Context, text: str, words: str) -> None:
    with pytest.raises(ProblemsFound, match=words):
        support_templates.load(ctx, text)


def test_one_version_has_one_content(ctx: Context) -> None:
    support_templates.load(ctx, own_template())
    support_templates.load(ctx, own_template())
    with pytest.raises(ProblemsFound, match="new version"):
        support_templates.load(ctx, own_template(source="Another"))


def test_going_back_to_the_apps_own_template(ctx: Context) -> None:
    support_templates.load(ctx, own_template())
    support_templates.load(ctx, resource("content", "support_sup_1.json").read_text(encoding="utf-8"))
    assert support_templates.shown(ctx).id == "SUP-1"


def test_plans_whose_template_is_not_here_yet_go_by_the_apps_own(ctx: Context) -> None:
    made = logged(ctx)
    with ctx.unit() as unit:
        plan = unit.get(Plan, plan_id(ctx, made.id))
        plan.template, plan.template_version = "TRUST", "3"
        unit.save(plan)
        unit.commit("test")
    assert support.plan(ctx, plan.id).template == "SUP-1, version 1"
    support_templates.load(ctx, own_template())
    assert support.plan(ctx, plan.id).template == "TRUST, version 3"
    sound(ctx)
