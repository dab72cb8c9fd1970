"""A withdrawal names what its author knew: a change it did not know of is told until somebody has looked."""

from __future__ import annotations

from tests.factories import logged
from vpr_desktop.services import incidents
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit, view


def test_a_change_that_the_withdrawal_did_not_know_is_told_until_it_is_known(ctx: Context) -> None:
    made = logged(ctx)
    before = view(ctx, made.id)
    incidents.save(ctx, before, [Edit("incident", made.id, {"location_detail": "By the lift"})], "Found out.")
    incidents.withdraw(ctx, before, "Entered twice.")
    assert view(ctx, made.id).late
    incidents.leave_withdrawn(ctx, view(ctx, made.id))
    after = view(ctx, made.id)
    assert (after.status, after.late) == ("withdrawn", False)
    assert after.record.values["withdraw_reason"] == "Entered twice."


def test_a_withdrawal_that_knew_everything_asks_nothing(ctx: Context) -> None:
    made = logged(ctx)
    incidents.withdraw(ctx, view(ctx, made.id), "Entered twice.")
    assert not view(ctx, made.id).late
    incidents.reinstate(ctx, view(ctx, made.id), "")
    assert not view(ctx, made.id).late
