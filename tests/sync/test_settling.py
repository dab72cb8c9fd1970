"""Two PCs that do different things with one report or plan offline: somebody with the right says which holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import PASSPHRASE, logged
from tests.services.test_support import plan_id, step
from tests.sync.test_two_pcs import Two, same, synced
from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import closing, conflicts, incidents, listing, people, plan_care, sending, support, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.context import Person as Someone
from vpr_desktop.services.listing import ListQuery

TOLD = closing.Answers({"reporter": "Two staff go together now.", "A": "Two staff go together now."})


def someone(pc: Context, user_id: str, role: str = "support_lead") -> Context:
    return replace(pc, user=Someone(user_id, user_id.upper(), user_id.upper(), role))


def closed_and_reviewed(two: Two) -> str:
    """One PC closes a report while the other puts it under review."""
    one, other = two
    made = logged(one, act_types=["VER"], effect="UPS")
    synced(one, other, one)
    closing.close(other, made.id, TOLD)
    incidents.start_review(one, views.incident(one, made.id))
    synced(other, one, other)
    return made.id


@pytest.mark.parametrize("chosen", ["closed", "in_review"])
def test_closed_on_one_pc_and_under_review_on_another_is_settled_by_the_manager(two: Two, chosen: str) -> None:
    one, other = two
    made = closed_and_reviewed(two)
    assert all(sending.status(pc).needs_you == 1 for pc in two)
    (found,) = conflicts.review(one, made)
    assert (found.field, found.fixed) == ("status", True)
    assert {version.value for version in found.versions} == {"closed", "in_review"}
    with pytest.raises(NotAllowed):
        conflicts.settle(one, found, "withdrawn")
    conflicts.settle(one, found, chosen)
    synced(one, other)
    for pc in two:
        record = pc.reader().get(Incident, made)
        assert (record.status, bool(record.closed_by), bool(record.closed_at)) == (chosen, *[chosen == "closed"] * 2)
        assert not record.shown.clashes
        assert conflicts.conflicts(pc) == []
        assert sending.status(pc).needs_you == 0
    same(*two)


def test_two_who_close_at_once_are_asked_once_and_who_when_go_together(two: Two) -> None:
    one, other = two
    made = logged(one, act_types=["VER"], effect="UPS")
    synced(one, other, one)
    closing.close(someone(one, "bmanager", "ward_manager"), made.id, TOLD)
    one.clock.forward(minutes=1)  # type: ignore[attr-defined]
    closing.close(other, made.id, TOLD)
    synced(one, other, one)
    (found,) = conflicts.review(one, made.id)
    assert found.field == "closed_by"
    first = next(version for version in found.versions if version.value == "bmanager")
    (op,) = [op for op in one.reader().ops_of(made.id) if op["op"] == first.op]
    conflicts.settle(one, found, "bmanager")
    record = one.reader().get(Incident, made.id)
    assert (record.closed_by, record.shown.values["closed_at"]) == ("bmanager", op["set"]["closed_at"])
    assert not record.shown.clashes


def test_two_leads_and_two_owners_are_settled_by_who_may_name_them(two: Two) -> None:
    one, other = two
    for user in ("sl1", "sl2"):
        people.add(one, user, user.upper(), "support_lead", PASSPHRASE)
    made = logged(one, effect="SER")
    synced(one, other, one)
    held = plan_id(one, made.id)
    plan_care.take(someone(one, "sl1"), held)
    plan_care.take(someone(other, "sl2"), held)
    plan_care.assign(one, held, "S2-01", "sl1")
    plan_care.assign(other, held, "S2-01", "sl2")
    plan_care.set_due(one, held, "S2-01", one.now() + timedelta(days=1), "Off duty till then.")
    plan_care.set_due(other, held, "S2-01", one.now() + timedelta(days=2), "On leave till then.")
    synced(one, other, one)
    assert sending.status(one).needs_you == 1
    found = {clash.field: clash for clash in conflicts.conflicts(one)}
    assert found.keys() == {"lead", "owner", "due_at"}
    assert {version.words for version in found["lead"].versions} == {"SL1", "SL2"}
    assert found["owner"].part.startswith("Person A, ")
    for role in ("reporter", "vpr_lead", "auditor"):
        with pytest.raises((NotAllowed, NotFound)):
            conflicts.settle(someone(one, "else", role), found["owner"], "sl1")
    due = found["due_at"].versions[0].value
    for field, value in {"lead": "sl2", "owner": "sl1", "due_at": due}.items():
        conflicts.settle(one, found[field], value)
    synced(one, other)
    for pc in two:
        assert pc.reader().get(Plan, held).lead == "sl2"
        shown = step(support.plan(pc, held), "S2-01")
        assert (shown.owner, shown.due) == ("sl1", due)
        assert conflicts.conflicts(pc) == []
        assert listing.view_counts(pc, ["two_versions"]) == {"two_versions": 0}
    same(*two)


def test_what_is_counted_as_two_versions_is_what_opens(two: Two) -> None:
    one, other = two
    people.add(one, "sl1", "SL1", "support_lead", PASSPHRASE)
    made = logged(one, effect="SER")
    synced(one, other, one)
    held = plan_id(one, made.id)
    plan_care.take(someone(one, "sl1"), held)
    synced(one, other, one)
    plan_care.choose(someone(one, "sl1"), held, {"wants": "Peer support"})
    plan_care.choose(someone(other, "sl1"), held, {"wants": "A solicitor"})
    synced(one, other, one)
    lead = someone(one, "sl1")
    for who, count in ((one, 0), (lead, 1), (someone(one, "sl9"), 0)):  # the choices are the support circle's alone
        assert listing.view_counts(who, ["two_versions"]) == {"two_versions": count}
        assert listing.count(who, ListQuery(view="two_versions")) == count
        assert len(listing.page(who, ListQuery(view="two_versions"))) == count
        assert [row.two_versions for row in listing.page(who, ListQuery())] == [bool(count)]
        assert len(conflicts.conflicts(who)) == len(conflicts.subjects_of(who)) == count
        assert conflicts.standing(who, views.incident(who, made.id)) == ("settle" if count else "")
    (found,) = conflicts.review(lead, made.id)
    conflicts.settle(lead, found, "Peer support")
    assert listing.view_counts(lead, ["two_versions"]) == {"two_versions": 0}
