"""Whose draft belongs to what."""

from __future__ import annotations

from vpr_desktop.services import drafts
from vpr_desktop.services.context import Context


def test_a_draft_belongs_to_the_incident_or_plan_in_its_name_and_to_nothing_else(ctx: Context) -> None:
    drafts.save(ctx, "support:plan-1::panel", {"a": 1})
    assert drafts.is_held(ctx, "plan-1")
    assert drafts.is_held(ctx, "", "plan-1")
    assert not drafts.is_held(ctx, "")
    assert not drafts.is_held(ctx, "plan")
