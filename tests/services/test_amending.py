"""What a change does to the answers around it: to how exact a time is, and to what does not fit together already."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import logged
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import conflicts, incidents
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit


@pytest.mark.parametrize("known", ["approx", "unknown"])
def test_a_time_given_anew_is_exact_and_any_other_change_leaves_it_as_it_was(
    ctx: Context, clock: FakeClock, known: str
) -> None:
    made = logged(ctx, time_known=known).id
    seen = incidents.save(ctx, incidents.view(ctx, made), [Edit("incident", made, {"effect": "TRE"})])
    assert seen.record.values["time_known"] == known
    earlier = clock.now() - timedelta(hours=2)
    seen = incidents.save(ctx, seen, [Edit("incident", made, {"occurred_at": earlier})])
    assert (seen.record.values["occurred_at"], seen.record.values["time_known"]) == (earlier, "exact")
    again = {"occurred_at": earlier - timedelta(hours=1), "time_known": "approx"}
    seen = incidents.save(ctx, seen, [Edit("incident", made, again)])
    assert seen.record.values["time_known"] == "approx", "said with it, it counts as said"


def test_a_time_chosen_of_two_stays_as_exact_as_its_writer_left_it(ctx: Context, clock: FakeClock) -> None:
    made = logged(ctx, time_known="approx").id
    seen = incidents.view(ctx, made)
    with ctx.unit() as unit:
        for hours in (1, 2):
            values = {"occurred_at": clock.now() - timedelta(hours=hours)}
            unit.save(incidents.based_on(Incident, made, ctx.ward_id, seen.record.shown, values))
        unit.commit("sync")
    (found,) = conflicts.review(ctx, made)
    conflicts.settle(ctx, found, found.versions[1].value)
    record = incidents.view(ctx, made).record
    assert (record.values["occurred_at"], record.values["time_known"]) == (found.versions[1].value, "approx")
    assert not record.clashes


def test_what_two_pcs_together_left_unfitting_stops_no_other_change(ctx: Context) -> None:
    made = logged(ctx, factors=["C10", "S01"], factor_main="S01").id
    seen = incidents.view(ctx, made)
    with ctx.unit() as unit:  # each fitted what its writer saw; together they do not
        for values in ({"factor_main": "C10"}, {"factors": ["S01"]}):
            unit.save(incidents.based_on(Incident, made, ctx.ward_id, seen.record.shown, values))
        unit.commit("sync")
    seen = incidents.save(ctx, incidents.view(ctx, made), [Edit("incident", made, {"effect": "TRE"})])
    assert seen.record.values["effect"] == "TRE"
    with pytest.raises(ProblemsFound, match="Choose the main one"):
        incidents.save(ctx, seen, [Edit("incident", made, {"factor_main": "C07"})])
    incidents.save(ctx, seen, [Edit("incident", made, {"factor_main": "S01"})])
