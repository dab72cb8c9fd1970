"""Support of a ward with two PCs: recordings, owners, choices and a checklist travel, and both come to agree."""

from __future__ import annotations

from tests.factories import logged
from tests.services.test_support_template import own_template, plan_id, step
from tests.sync.test_two_pcs import Two, synced
from vpr_desktop.services import maintenance, people, plan_care, recordings, support, support_templates, worklist
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
