"""The worklist by role: whose steps, which views, in which groups, what a filter finds, and slices without gaps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.factories import logged
from tests.fakes import FakeClock
from tests.pdfs import text_of
from tests.services.test_support import led, plan_id
from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.services import home, incidents, plan_care, plan_end, printing, recordings, riddor, views, worklist
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.recordings import Said

Become = Callable[..., Context]


def codes(ctx: Context, view: str = "all", text: str = "") -> list[str]:
    return [row.step for row in worklist.page(ctx, view, text, limit=500)]


def test_each_role_has_the_steps_that_fall_to_it(ctx: Context, as_role: Become) -> None:
    logged(ctx, effect="SER")
    mine = codes(ctx)
    assert {"S0-01", "S2-01", "S4-03" if "S4-03" in mine else "S2-05", "S3-01"} <= set(mine)
    assert not {"S3-03", "S6-01", "S4-06"} & set(mine)
    lead = codes(as_role("support_lead", "p-pool"))
    assert {"S3-03", "S3-01", "S6-01"} <= set(lead)
    assert "S2-01" not in lead
    trust = codes(as_role("vpr_lead"))
    assert {"S4-06", "S4-01", "S2-05", "S4-05"} <= set(trust)
    assert not {"S2-01", "S3-03"} & set(trust)
    for role in ("reporter", "auditor", "device_admin"):
        with pytest.raises(NotAllowed):
            worklist.page(as_role(role))
        with pytest.raises(NotAllowed):
            worklist.counts(as_role(role))
        assert worklist.overdue_count(as_role(role)) == 0


def test_a_lead_has_every_step_of_their_own_cases(ctx: Context, as_role: Become) -> None:
    me, _, _ = led(ctx, as_role)
    assert {"S2-01", "S3-01"} <= set(codes(me))
    assert {"S2-01", "S3-01"} <= set(codes(me, "mine"))


def test_lateness_brings_a_step_to_the_managers_then_to_the_leads(
    ctx: Context, as_role: Become, clock: FakeClock
) -> None:
    logged(ctx, effect="SER")
    pool = as_role("support_lead", "p-pool")
    clock.forward(hours=25)
    assert "S2-01" in codes(ctx)
    assert "S2-01" not in codes(pool)
    clock.forward(hours=48)
    assert "S2-01" in codes(pool), "two windows late"
    assert "S3-03" not in codes(ctx)
    clock.forward(hours=24 + 72)
    assert "S3-03" in codes(ctx), "one window late"


def test_groups_and_words_of_time(ctx: Context, clock: FakeClock) -> None:
    logged(ctx)
    clock.forward(hours=7)
    rows = worklist.page(ctx, limit=200)
    held = {row.step: (row.group, row.due_words, row.overdue) for row in rows}
    assert held["S0-02"] == ("Overdue", "6 hours", True)
    assert held["S2-01"] == ("This week", "Mon 23-Nov", False)
    assert held["S5-01"] == ("Later", "20-Dec-2026", False)
    spoken = next(row.spoken for row in rows if row.step == "S0-02")
    assert spoken == "Overdue 6 hours, First aid or emergency department, Person A"
    order = [worklist.GROUPS.index(row.group) for row in rows]
    assert order == sorted(order)
    counted = worklist.counts(ctx)
    assert counted.groups == tuple(order.count(place) for place in range(4))
    assert (counted.total, counted.views["all"]) == (len(rows), len(rows))
    assert worklist.overdue_count(ctx) == counted.groups[0]


def test_today_is_the_wards_day(ctx: Context, clock: FakeClock) -> None:
    made = logged(ctx)
    held = plan_id(ctx, made.id)
    plan_care.set_due(ctx, held, "S2-01", clock.now() + timedelta(hours=2), "Asked for.")
    row = next(row for row in worklist.page(ctx, limit=200) if row.step == "S2-01")
    assert (row.group, row.due_words, row.due_full) == ("Today", "16:05", "22-Nov-2026 16:05")


def test_views_and_their_counts(ctx: Context, as_role: Become) -> None:
    me, held, _ = led(ctx, as_role)
    logged(ctx)
    plan_care.assign(ctx, held, "S2-01", "amanager")
    plan_care.assign(ctx, held, "S2-02", "p-lead")
    recordings.record(me, held, Said("S5-01", "REF", reason="Occupational health"))
    assert codes(ctx, "mine") == ["S2-01"]
    assert "S2-02" in codes(ctx, "waiting")
    assert "S2-01" not in codes(ctx, "waiting")
    assert {"S2-01", "S5-01"} <= set(codes(me, "waiting"))
    assert "S5-01" not in codes(ctx, "waiting"), "that it was referred is not theirs to know"
    assert len(codes(ctx, "unassigned")) < len(codes(ctx))
    for who in (ctx, me):
        counted = worklist.counts(who).views
        assert tuple(counted) == worklist.views(who)
        assert counted == {view: len(codes(who, view)) for view in worklist.views(who)}
    assert "ask_again" not in worklist.views(ctx)
    assert codes(ctx, "ask_again") == codes(ctx), "a view that is not theirs is the whole list"


def test_closed_holds_what_is_settled(ctx: Context) -> None:
    made = logged(ctx)
    held = plan_id(ctx, made.id)
    before = codes(ctx, "closed")
    recordings.record(ctx, held, Said("S2-01", "DON"))
    assert set(codes(ctx, "closed")) - set(before) == {"S2-01"}
    row = next(row for row in worklist.page(ctx, "closed") if row.step == "S2-01")
    assert (row.status, row.due, row.group) == ("Settled", None, "")
    assert "S2-01" not in codes(ctx)
    assert worklist.counts(ctx, "closed").total == len(codes(ctx, "closed"))


def test_what_is_settled_grows_for_ever_and_is_counted_no_further_than_it_is_listed(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = plan_id(ctx, logged(ctx).id)
    for code in ("S0-01", "S0-02", "S2-01", "S2-05"):
        recordings.record(ctx, held, Said(code, "DON"))
    settled = len(codes(ctx, "closed"))
    assert worklist.counts(ctx).views["closed"] == settled >= 4
    monkeypatch.setattr(worklist, "MOST_SETTLED", 3)
    assert worklist.counts(ctx).views["closed"] == 3
    assert worklist.counts(ctx, "closed").total == 3
    assert worklist.counts(ctx, "closed", "first look").total == 1


def test_while_only_the_filter_changes_the_views_are_not_counted_again(ctx: Context) -> None:
    logged(ctx)
    whole = worklist.counts(ctx)
    for view in worklist.views(ctx):
        again, known = worklist.counts(ctx, view, "riddor"), worklist.counts(ctx, view, "riddor", whole.views)
        assert known == again
    assert worklist.counts(ctx, text="", known={"all": 7}).views == whole.views, "without a filter they are counted"


@pytest.mark.parametrize(
    ("typed", "steps"),
    [("first look", {"S2-05"}), ("riddor", {"S2-05", "S4-05"}), ("RIDDOR second", {"S4-05"}), ("nothing here", set())],
)
def test_the_filter_finds_steps_by_their_words(ctx: Context, typed: str, steps: set[str]) -> None:
    logged(ctx)
    assert set(codes(ctx, text=typed)) == steps


def test_the_filter_finds_people_references_and_owners(ctx: Context) -> None:
    first, second = logged(ctx, affected="MANY"), logged(ctx)
    plan_care.assign(ctx, plan_id(ctx, second.id), "S2-01", "amanager")
    rows = worklist.page(ctx, text="Person B", limit=200)
    assert {(row.person, row.reference) for row in rows} == {("Person B", first.reference)}
    assert {row.reference for row in worklist.page(ctx, text=second.reference[-4:].lower(), limit=200)} == {
        second.reference
    }
    assert [row.step for row in worklist.page(ctx, text="a. manager")] == ["S2-01"]
    assert worklist.counts(ctx, text="Person B").total == len(rows)


def test_slices_by_key_are_the_whole_list_without_gaps(ctx: Context) -> None:
    for _ in range(3):
        logged(ctx)
    whole = [row.key for row in worklist.page(ctx, limit=500)]
    found, after = [], None
    while rows := worklist.page(ctx, after=after, limit=7):
        found += [row.key for row in rows]
        after = rows[-1].key
    assert found == whole
    assert [row.key for row in worklist.page(ctx, offset=10, limit=5)] == whole[10:15]


def test_an_empty_list_says_when_something_is_due_next(ctx: Context) -> None:
    assert worklist.counts(ctx).next_due is None
    made = logged(ctx)
    counted = worklist.counts(ctx, "mine")
    assert counted.total == 0
    assert counted.next_due is not None
    incidents.withdraw(ctx, incidents.view(ctx, made.id), "Entered twice.")
    assert worklist.counts(ctx).total == 0


def dated(ctx: Context, view: str = "all", text: str = "") -> list[tuple[str, str, str]]:
    return [(row.title, row.group, row.due_words) for row in worklist.counts(ctx, view, text).riddor]


def test_riddor_dates_stand_on_the_list_in_their_group_and_count(ctx: Context, clock: FakeClock) -> None:
    made = logged(ctx)
    held = plan_id(ctx, made.id)
    assert dated(ctx) == [], "the first look of the plan says it already"
    recordings.record(ctx, held, Said("S2-05", "DON"))
    assert dated(ctx) == [("RIDDOR: decide", "Today", "Today")], "which injury it was is not known"
    seen = views.incident(ctx, made.id)
    hurt = Edit("injury", None, {"injury": "BRU", "body_area": "ARM"}, parent_id=seen.parts["people"][0].id)
    riddor.save_facts(ctx, seen, [hurt])
    assert dated(ctx) == [("RIDDOR: decide", "This week", "Thu 26-Nov")]
    counted = worklist.counts(ctx)
    assert counted.views["all"] == counted.total == len(codes(ctx)) + 1
    assert dated(ctx, text="riddor a001") == dated(ctx, text="person a") == dated(ctx)
    assert dated(ctx, text="person b") == dated(ctx, "mine") == dated(ctx, "closed") == []
    clock.forward(days=4)
    assert dated(ctx) == [("RIDDOR: decide", "This week", "Mon 30-Nov")]
    clock.forward(days=20)
    (late,) = worklist.counts(ctx).riddor
    assert (late.group, late.overdue, late.due_words) == ("Overdue", True, "9 days")
    assert late.spoken == "Overdue 9 days, RIDDOR: decide, Person A"
    assert worklist.overdue_count(ctx) == worklist.counts(ctx).groups[0] + 1


def test_riddor_dates_outlive_a_closed_plan(ctx: Context, as_role: Become) -> None:
    """The person may end their plan; what the law asks for goes on."""
    me, held, _ = led(ctx, as_role)
    recordings.record(me, held, Said("S2-03", "DEC"))
    plan_end.close(me, held, "WSH")
    assert "S2-05" in codes(ctx), "the first look says it, as on an open plan"
    assert dated(ctx) == []
    recordings.record(ctx, held, Said("S2-05", "DON"))
    assert [row[0] for row in dated(ctx)] == ["RIDDOR: decide"]
    assert dated(me) == dated(me, "mine") == dated(ctx)
    assert dated(as_role("support_lead", "p-other")) == [], "another lead's case"
    assert dated(as_role("vpr_lead")) == []


def test_the_handover_lists_who_waits_and_riddor_dates_and_says_where_it_ends(
    ctx: Context, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = logged(ctx)
    seen = views.incident(ctx, made.id)
    hurt = Edit("injury", None, {"injury": "FRA", "body_area": "ARM"}, parent_id=seen.parts["people"][0].id)
    riddor.save_facts(ctx, seen, [hurt])
    clock.forward(days=12)
    found = home.handover(ctx)
    law = [(row.text, row.person, row.due) for row in found.overdue if row.text.startswith("RIDDOR: ")]
    assert law == [("RIDDOR: tell H&S, report", "Person A", "Overdue 2 days")]
    assert {row.person for row in found.overdue} == {"Person A", "Team"}
    assert not found.more_overdue
    monkeypatch.setattr(home, "LATE_SHOWN", 3)
    few = home.handover(ctx)
    assert few.more_overdue
    assert len(few.overdue) == 4, "three steps, and every date of RIDDOR"
    text = text_of(printing.handover_sheet(ctx).data)
    assert "RIDDOR: tell H&S, report" in text
    assert home.MORE_OVERDUE in text


def test_the_handover_tells_the_shift_as_it_happened_and_gives_no_hour_away(ctx: Context) -> None:
    """Not as it was logged. A restricted incident stands last of its day: its place would tell its time."""

    def at(hours: int, **more: object) -> str:
        return logged(ctx, occurred_at=ctx.now() - timedelta(hours=hours), **more).reference

    latest, restricted, first = at(1), at(3, act_types=["SEX"]), at(5)
    day_known, between, before = at(4, time_known="unknown"), at(2), at(15)
    wanted = [before, first, between, latest, restricted, day_known]
    assert [row.reference for row in home.handover(ctx).shift.rows] == wanted
    text = text_of(printing.handover_sheet(ctx).data)
    assert [text.index(one) for one in wanted] == sorted(text.index(one) for one in wanted)


def test_the_handover_counts_what_is_not_sent_only_where_a_pc_sends(ctx: Context) -> None:
    logged(ctx)
    assert home.handover(ctx).unsent is None
    assert "not sent" not in text_of(printing.handover_sheet(ctx).data)
    with ctx.unit() as unit:
        unit.put_state("endpoint_url", b"https://127.0.0.1:9")
        unit.commit("")
    assert home.handover(ctx).unsent == 1
    assert "Incidents not sent yet: 1." in text_of(printing.handover_sheet(ctx).data)
