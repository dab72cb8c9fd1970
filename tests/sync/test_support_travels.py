"""Support of a ward with two PCs: recordings, owners, choices and a checklist travel, and both come to agree."""

from __future__ import annotations

import pytest

from tests.factories import logged
from tests.services.test_support_template import own_template, plan_id, step
from tests.sync.test_two_pcs import Two, synced
from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.services import (
    conflicts,
    maintenance,
    people,
    plan_care,
    plan_end,
    recordings,
    support,
    support_templates,
    views,
    worklist,
)
from vpr_desktop.services.context import Context, Person
from vpr_desktop.services.recordings import Said


def _lead(pc: Context) -> Context:
    from dataclasses import replace

    return replace(pc, user=Person("slead", "S. Lead", "S.L.", "support_lead"))


def _list(pc: Context) -> list[tuple[str, str, str, str | None]]:
    return [(row.reference, row.person, row.step, row.owner) for row in worklist.page(pc, limit=500)]


def test_support_of_one_incident_on_two_pcs(two: Two) -> None:
    one, other = two
    people.add(one, "slead", "S. Lead", "support_lead", "blue kettle seven lamps")
    made = logged(one)
    synced(one, other)
    held = plan_id(other, made.id)
    assert _list(one) == _list(other)

    # The same step is done on both, and the lead works on the other PC, all before either sends.
    recordings.record(one, held, Said("S2-01", "DON"))
    recordings.record(other, held, Said("S2-01", "DON"))
    plan_care.assign(one, held, "S2-02", "amanager")
    plan_care.take(_lead(other), held)
    plan_care.choose(_lead(other), held, {"wants": "Peer support"})
    recordings.record(_lead(other), held, Said("S2-03", "DEC"))
    support_templates.load(one, own_template())
    synced(one, other, one)
    assert _list(one) == _list(other)
    for pc in two:
        seen = support.plan(_lead(pc), held)
        assert (step(seen, "S2-01").status, len(step(seen, "S2-01").entries)) == ("Done", 2)
        assert step(seen, "S2-02").owner == "amanager"
        assert (seen.choices["wants"], [code for code, _ in seen.offers_again]) == ("Peer support", ["S2-03"])
        assert seen.template == "SUP-1, version 1"
        assert maintenance.verify(pc).ok
    later = logged(other)
    synced(other, one)
    assert support.plan(one, plan_id(one, later.id)).template == "TRUST, version 3"
    assert _list(one) == _list(other)


def _closed(two: Two) -> tuple[str, Context, Context]:
    """A plan led by one support lead whom both PCs know, with an offer made: plan, and the lead on each."""
    one, other = two
    people.add(one, "slead", "S. Lead", "support_lead", "blue kettle seven lamps")
    made = logged(one, effect="SER", support_offered="ACC")
    synced(one, other)
    held = plan_id(other, made.id)
    plan_care.take(_lead(one), held)
    synced(one, other)
    return held, _lead(one), _lead(other)


@pytest.mark.parametrize("chosen", ["AGR", "WSH"])
def test_a_plan_closed_on_two_pcs_at_once_for_two_reasons_is_settled_by_its_lead(two: Two, chosen: str) -> None:
    held, here, there = _closed(two)
    plan_end.close(here, held, "AGR")
    plan_end.close(there, held, "WSH")
    synced(*two, two[0])
    assert _list(two[0]) == _list(two[1])
    assert conflicts.conflicts(two[0]) == [], "a manager hears nothing of the reasons"
    (found,) = conflicts.conflicts(here)
    assert (found.field, {one.words for one in found.versions}, found.fixed, found.name) == (
        "closed_reason", {"Agreed with the person", "At the person's wish"}, True, "A.closed_reason",
    )  # fmt: skip
    conflicts.settle(here, found, chosen)
    synced(*two, two[0])
    for lead in (here, there):
        assert (support.plan(lead, held).closed_why, conflicts.conflicts(lead)) == (chosen, [])
        done = step(support.plan(lead, held), "S6-02")
        assert (done.status, len(done.entries)) == ("Done", 2)
    assert all(maintenance.verify(pc).ok for pc in two)


@pytest.mark.parametrize("stays_open", [True, False])
def test_a_plan_opened_on_one_pc_and_closed_on_another_is_settled_by_its_lead(two: Two, stays_open: bool) -> None:
    """Each had the plan closed on screen: one opened it again, the other opened it and closed it for another reason."""
    held, here, there = _closed(two)
    plan_end.close(here, held, "AGR")
    synced(*two)
    plan_end.reopen(here, held)
    plan_end.reopen(there, held)
    there.clock.forward(hours=30)  # type: ignore[attr-defined]
    plan_end.close(there, held, "WSH")
    synced(*two, two[0])
    assert _list(two[0]) == _list(two[1])
    (found,) = conflicts.conflicts(here)
    assert (found.field, found.name) == ("closed_on", "A.closed_on")
    assert "Open" in {one.words for one in found.versions}
    manager = two[0]
    assert conflicts.standing(manager, views.incident(manager, found.incident_id)) == "seen"
    with pytest.raises(NotAllowed):
        conflicts.settle(manager, found, None)
    value = next(one.value for one in found.versions if (one.value is None) is stays_open)
    conflicts.settle(there, found, value)
    synced(*two, two[0])
    for lead in (here, there):
        seen = support.plan(lead, held)
        assert (seen.closed_on is None, seen.closed_why) == (stays_open, "" if stays_open else "WSH")
        assert conflicts.conflicts(lead) == []
    assert all(maintenance.verify(pc).ok for pc in two)


def test_what_another_pc_did_since_the_panel_opened_is_not_written_over(two: Two) -> None:
    held, here, there = _closed(two)
    before = support.plan(here, held).end_shown
    plan_end.close(there, held, "NRE")
    synced(*two, two[0])
    plan_end.close(here, held, "LFT", before)
    (found,) = conflicts.conflicts(here)
    assert {one.value for one in found.versions} == {"NRE", "LFT"}
