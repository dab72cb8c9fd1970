"""Own views of the list, the ward's settings, who unlocks the PC, and what can be done with a report after its save."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE, answers, logged
from tests.fakes import FakeClock
from tests.pdfs import text_of
from vpr_desktop.domain.errors import NotAllowed, NotFound, ProblemsFound, WrongPassphrase
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import (
    after_save,
    drafts,
    incidents,
    maintenance,
    people,
    printing,
    saved_views,
    sessions,
    views,
    wards,
)
from vpr_desktop.services.after_save import Added
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.lockscreen import SupportContact
from vpr_desktop.services.new_incident import log
from vpr_desktop.storage.queries import ListQuery

Become = Callable[..., Context]
OTHERS = "green bicycle nine rivers"


def problem_fields(job: Callable[[], Any]) -> list[str]:
    with pytest.raises(ProblemsFound) as refused:
        job()
    return [problem.field for problem in refused.value.problems]


def test_a_report_says_of_which_organisation_it_is(ctx: Context) -> None:
    """F05: the organisation of its ward, whoever logs it."""
    made = ctx.reader().get(Incident, logged(ctx).id)
    assert made.org_ods == ctx.ward.org_code == "RX1"


def test_a_view_is_kept_replaced_and_removed_for_one_person(ctx: Context, as_role: Become) -> None:
    query = ListQuery(acts=("PHY",), since="2026-11-01")
    saved_views.keep(ctx, " Hits ", query)
    saved_views.keep(ctx, "all", ListQuery())
    kept = saved_views.keep(ctx, "HITS", replace(query, acts=("VER",)))
    assert [(view.name, view.query.acts) for view in kept] == [("all", ()), ("HITS", ("VER",))]
    assert saved_views.mine(as_role("reporter")) == []
    assert [view.name for view in saved_views.remove(ctx, "all")] == ["HITS"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 41])
def test_a_view_has_a_name_of_at_most_forty(ctx: Context, name: str) -> None:
    assert problem_fields(lambda: saved_views.keep(ctx, name, ListQuery())) == ["name"]


def test_twelve_views_and_no_more(ctx: Context) -> None:
    for n in range(12):
        saved_views.keep(ctx, f"View {n}", ListQuery())
    assert problem_fields(lambda: saved_views.keep(ctx, "One more", ListQuery())) == ["name"]
    assert len(saved_views.keep(ctx, "view 3", ListQuery())) == 12


def test_a_view_of_another_version_is_left_out_and_the_others_stay(ctx: Context) -> None:
    saved_views.keep(ctx, "mine", ListQuery())
    rows = json.loads(ctx.reader().state("views:amanager") or b"")
    rows += [{"name": "newer", "query": {"moon": 1}}, {"name": "gone", "query": {"view": "gone"}}]
    with ctx.unit() as unit:
        unit.put_state("views:amanager", json.dumps([*rows, {"name": "odd", "query": 7}]).encode())
        unit.commit("")
    assert [view.name for view in saved_views.mine(ctx)] == ["mine"]


def test_the_wards_settings_are_kept_and_reach_the_lock_screen(ctx: Context) -> None:
    wanted = replace(
        wards.settings(ctx),
        name="Cedar and Oak",
        places=(Option("COR", "Long corridor"), Option("MED", "Bays")),
        emergency_number="3333",
        shift_times="07:00, 19:00",
        contacts=(SupportContact("OTH", "Night team", "4444"),),
    )
    fresh = wards.save(ctx, wanted)
    held = wards.settings(fresh)
    assert (held.name, held.emergency_number, held.contacts) == (wanted.name, "3333", wanted.contacts)
    assert [place.label for place in wards.places(fresh)][:2] == ["Long corridor", "Bays"]
    assert (fresh.ward.name, fresh.ward.boundaries) == ("Cedar and Oak", ("07:00", "19:00"))
    ops = maintenance.verify(ctx).ops
    wards.save(fresh, held)
    assert maintenance.verify(ctx).ops == ops, "nothing that stays the same is written again"
    wards.save(fresh, replace(held, contacts=(), places=(Option("COR", "Corridor"),)))
    assert wards.settings(fresh).contacts == ()


def test_settings_that_cannot_be_are_each_named(ctx: Context, as_role: Become) -> None:
    held = wards.settings(ctx)
    wrong = replace(
        held, name=" ", emergency_number="", shift_times="often", places=(Option("COR", ""),),
        contacts=(SupportContact("OTH", "Nobody", ""),),
    )  # fmt: skip
    named = problem_fields(lambda: wards.save(ctx, wrong))
    assert named == ["name", "emergency_number", "shift_times", "places", "contacts"]
    for role in ("reporter", "support_lead", "vpr_lead", "auditor", "device_admin"):
        with pytest.raises(NotAllowed):
            wards.save(as_role(role), held)


def test_a_person_is_added_unlocks_and_is_ended(ctx: Context, home: Path, clock: FakeClock) -> None:
    people.add(ctx, "b.nurse", " B. Nurse ", "reporter", OTHERS)
    assert [(u.user_id, u.role, u.active, u.has_slot) for u in people.users(ctx)][1:] == [
        ("b.nurse", "reporter", True, True)
    ]
    people.disable(ctx, "b.nurse")
    assert [(u.active, u.has_slot) for u in people.users(ctx)] == [(True, True), (False, False)]
    sessions.lock(ctx)
    with pytest.raises(WrongPassphrase):
        sessions.unlock(home, "b.nurse", OTHERS, clock, FAST)


def test_what_is_wrong_with_a_new_person_is_named(ctx: Context) -> None:
    assert problem_fields(lambda: people.add(ctx, "a b", " ", "matron", "short")) == [
        "user_id", "name", "role", "passphrase",
    ]  # fmt: skip
    assert problem_fields(lambda: people.add(ctx, "AMANAGER", "A", "reporter", OTHERS)) == ["user_id"]


def test_nobody_ends_their_own_access_or_an_unknown_one(ctx: Context, as_role: Become) -> None:
    with pytest.raises(NotAllowed, match="Somebody else"):
        people.disable(ctx, "amanager")
    with pytest.raises(NotFound):
        people.disable(ctx, "nobody")
    for role in ("reporter", "support_lead", "vpr_lead", "auditor"):
        me = as_role(role)
        for job in (lambda m=me: people.disable(m, "amanager"), lambda m=me: people.draw_recovery_code(m)):
            with pytest.raises(NotAllowed):
                job()
        with pytest.raises(NotAllowed):
            people.change_passphrase(me, "amanager", OTHERS)


def test_a_passphrase_changes_with_the_old_one_or_by_the_manager(
    ctx: Context, home: Path, clock: FakeClock, as_role: Become
) -> None:
    me = as_role("reporter")
    with pytest.raises(WrongPassphrase):
        people.change_passphrase(me, "p-reporter", OTHERS, "not it at all")
    clock.forward(hours=2)
    people.change_passphrase(me, "p-reporter", OTHERS, PASSPHRASE)
    people.change_passphrase(ctx, "p-reporter", "purple window four trees")
    code = people.set_recovery_code(ctx, people.draw_recovery_code(ctx))
    sessions.lock(ctx)
    sessions.lock(sessions.unlock(home, "p-reporter", "purple window four trees", clock, FAST))
    again = sessions.recover(home, code, "amanager", "yellow ladder two ships", clock, FAST)
    assert again.user.user_id == "amanager"
    sessions.lock(again)


def test_more_people_each_get_a_letter_and_a_plan(ctx: Context) -> None:
    made = logged(ctx, affected="MANY")
    incidents.more_people(ctx, made.id, 4)
    assert sorted(str(p.letter) for p in ctx.reader().find(Person)) == ["A", "B", "C", "D"]
    assert len(ctx.reader().find(Plan)) == 4
    incidents.more_people(ctx, made.id, 3)
    assert len(ctx.reader().find(Person)) == 4, "nobody is taken off"
    for wrong in (1, 21):
        assert problem_fields(lambda n=wrong: incidents.more_people(ctx, made.id, n)) == ["affected_count"]


def test_how_many_were_affected_rests_on_what_who_logged_said_of_it(ctx: Context) -> None:
    made = log(ctx, answers(affected="MANY"))
    other = replace(ctx, user=replace(ctx.user, user_id="bother"))
    with other.unit() as unit:
        record = unit.get(Incident, made.id)
        record.affected_count = 5
        unit.save(record)
        unit.commit("amend", made.id)
    incidents.more_people(ctx, made.id, 3)
    record = ctx.reader().get(Incident, made.id)
    assert record.shown.clashes == {"affected_count"}, "nobody showed them the five"
    incidents.more_people(ctx, made.id, 4)
    heads = ctx.reader().get(Incident, made.id).shown.heads["affected_count"]
    said = {op["set"]["affected_count"] for op in ctx.reader().ops_of(made.id) if op["op"] in heads}
    assert said == {4, 5}, "one's own number is replaced"


def test_told_by_and_a_named_person(ctx: Context) -> None:
    made = logged(ctx)
    after_save.add(ctx, made.id, "A", Added("4711", told=True, told_by="KT"))
    seen = views.incident(ctx, made.id)
    assert (seen.record.values["told_by"], seen.record.values["reporter_relation"]) == ("KT", "told")
    assert seen.parts["people"][0].values["person_key"] == "4711"
    with pytest.raises(NotFound):
        after_save.add(ctx, made.id, "Q", Added("x"))


def test_undo_gives_the_answers_back_for_two_minutes(ctx: Context, clock: FakeClock) -> None:
    made = logged(ctx)
    incidents.undo(ctx, made.id)
    assert ctx.reader().get(Incident, made.id).status == "withdrawn"
    (draft,) = drafts.mine(ctx)
    assert draft.body["answers"]["effect"] == "MIN"
    late = logged(ctx)
    clock.forward(seconds=121)
    with pytest.raises(NotAllowed, match="2 minutes"):
        incidents.undo(ctx, late.id)


def test_withdrawn_and_put_back_where_it_was(ctx: Context) -> None:
    made = logged(ctx)
    incidents.start_review(ctx, views.incident(ctx, made.id))
    assert problem_fields(lambda: incidents.withdraw(ctx, views.incident(ctx, made.id), " ")) == ["reason"]
    incidents.withdraw(ctx, views.incident(ctx, made.id), "entered twice")
    with pytest.raises(NotAllowed):
        incidents.save(ctx, views.incident(ctx, made.id), [Edit("incident", made.id, {"effect": "UPS"})])
    incidents.reinstate(ctx, views.incident(ctx, made.id), "")
    record = ctx.reader().get(Incident, made.id)
    assert (record.status, record.withdraw_reason) == ("in_review", None)


def test_a_save_names_fields_that_are_not_there_and_answers_that_may_not_go(ctx: Context) -> None:
    made = logged(ctx)
    seen = views.incident(ctx, made.id)
    with pytest.raises((ProblemsFound, NotAllowed)):
        incidents.save(ctx, seen, [Edit("incident", made.id, {"moon": 1})])
    assert problem_fields(lambda: incidents.save(ctx, seen, [Edit("alleged", None, {"moon": 1})])) == ["moon"]
    assert "effect" in problem_fields(lambda: incidents.save(ctx, seen, [Edit("incident", made.id, {"effect": None})]))
    assert ctx.reader().get(Incident, made.id).effect == "MIN"


def test_the_slip_says_how_to_ask_and_names_nobody(as_role: Become) -> None:
    me = as_role("reporter")
    made = log(me, answers(description="Zqwords about somebody"), parts={"people": [{"staff_name": "Zqname"}]})
    pdf = printing.receipt_slip(me, made.id)
    words = text_of(pdf.data)
    assert made.reference in words
    assert "Zq" not in words
    with pytest.raises(NotFound):
        printing.receipt_slip(as_role("reporter", "p-other"), made.id)


def test_the_recovery_sheet_bears_the_code(ctx: Context) -> None:
    code = people.set_recovery_code(ctx, people.draw_recovery_code(ctx))
    words = text_of(printing.recovery_sheet(ctx, code).data)
    assert code.replace("-", "")[:4] in words.replace("-", "").replace(" ", "")


def test_ward_settings_that_cannot_be_stored_are_named_and_nothing_is_written(ctx: Context) -> None:
    held = wards.settings(ctx)
    for change, field in (
        ({"places": (Option("MOON", "Moon base"),)}, "places"),
        ({"places": (Option("BAY", "B" * 41),)}, "places"),
        ({"contacts": (SupportContact("UFO", "Somebody", "1"),)}, "contacts"),
        ({"short_factors": ("Q99",)}, "ward"),
        ({"emergency_number": "2" * 21}, "ward"),
    ):
        assert problem_fields(lambda c=change: wards.save(ctx, replace(held, **c))) == [field]  # type: ignore[misc]
    assert wards.settings(ctx) == held
