"""The worklist's rows follow from the ops of their incident, after every kind of change (invariant I6)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories import answers, logged
from tests.fakes import FakeClock
from vpr_desktop.domain.identity import step_record_id
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Injury, Person, Spell
from vpr_desktop.domain.place import Ward
from vpr_desktop.domain.support import Plan, StepCare, StepEntry
from vpr_desktop.services import upkeep
from vpr_desktop.services.context import Context
from vpr_desktop.storage import support_rows


def rows(ctx: Context, incident_id: str) -> dict[str, dict[str, Any]]:
    names = support_rows.STORED_COLUMNS.replace(" ", "").split(",")
    sql = f"SELECT {','.join(names)} FROM step_row WHERE incident_id = ?"
    found = [dict(zip(names, row, strict=True)) for row in ctx.store.db.execute(sql, (incident_id,))]
    return {row["step"]: row for row in found}


def all_hold(ctx: Context) -> bool:
    return list(support_rows.problems(ctx.store.db, ctx.store.zone)) == []


def plan_of(ctx: Context, incident_id: str) -> Plan:
    return ctx.reader().find(Plan, incident_id=incident_id)[0]


def change(ctx: Context, entity: Any, record_id: str, **values: Any) -> None:
    with ctx.unit() as unit:
        record = unit.get(entity, record_id)
        for name, value in values.items():
            setattr(record, name, value)
        unit.save(record)
        unit.commit("test")


def add(ctx: Context, record: Any) -> None:
    with ctx.unit() as unit:
        unit.save(record)
        unit.commit("test")


def entry(ctx: Context, incident_id: str, step: str, outcome: str, **more: Any) -> StepEntry:
    plan = plan_of(ctx, incident_id)
    made = StepEntry(ward_id=plan.ward_id, plan_id=plan.id, step=step, outcome=outcome, at=ctx.now(), by="x", **more)
    add(ctx, made)
    return made


def test_a_new_incident_has_the_steps_of_its_plan(ctx: Context) -> None:
    made = logged(ctx)
    found = rows(ctx, made.id)
    assert found["S2-01"]["due_at"] == "2026-11-23T14:05:00Z"
    assert (found["S2-01"]["status"], found["S2-01"]["open_from"], found["S2-01"]["live"]) == ("Not started", "", 1)
    assert found["S4-01"]["team"] == 1
    assert "S6-01" not in found
    assert all_hold(ctx)


def test_two_people_have_a_plan_each_and_the_team_steps_once(ctx: Context) -> None:
    made = logged(ctx, affected="MANY")
    sql = "SELECT count(*), count(DISTINCT plan_id) FROM step_row WHERE incident_id = ? AND step = ?"
    assert ctx.store.db.execute(sql, (made.id, "S2-01")).fetchone() == (2, 2)
    assert ctx.store.db.execute(sql, (made.id, "S4-01")).fetchone() == (1, 1)


@pytest.mark.parametrize(
    ("entity", "values", "step"),
    [
        (Incident, {"effect": "SER"}, "S6-01"),
        (Incident, {"act_types": ["SEX"]}, "S0-07"),
        (Incident, {"restrictive_used": "Y"}, "S0-08"),
        (Incident, {"weapon": ["KNI"]}, "S6-01"),
        (Person, {"psych_harm": "2"}, "S6-01"),
        (Person, {"bodily_fluid_exposure": "Y"}, "S0-03"),
        (Person, {"time_lost": "Y"}, "S4-03"),
        (Person, {"riddor_status": "O7"}, "S6-01"),
    ],
)
def test_a_change_of_facts_changes_the_steps(ctx: Context, entity: Any, values: dict[str, Any], step: str) -> None:
    made = logged(ctx)
    record_id = made.id if entity is Incident else plan_of(ctx, made.id).person_id
    assert step not in rows(ctx, made.id)
    change(ctx, entity, record_id or "", **values)
    assert step in rows(ctx, made.id)
    assert all_hold(ctx)


def test_parts_of_a_person_count(ctx: Context) -> None:
    made = logged(ctx, effect="UPS")
    person_id = plan_of(ctx, made.id).person_id
    assert "S2-05" not in rows(ctx, made.id)
    add(ctx, Injury(ward_id=ctx.ward_id, parent_id=person_id, injury="BIT"))
    assert {"S2-05", "S0-03"} <= set(rows(ctx, made.id))
    add(ctx, Spell(ward_id=ctx.ward_id, parent_id=person_id, absent_from=date(2026, 11, 23)))
    assert "S4-03" in rows(ctx, made.id)


def test_recordings_settle_and_striking_out_opens_again(ctx: Context) -> None:
    made = logged(ctx)
    done = entry(ctx, made.id, "S2-01", "DON")
    assert (rows(ctx, made.id)["S2-01"]["status"], rows(ctx, made.id)["S2-01"]["open_from"]) == ("Done", None)
    entry(ctx, made.id, "S2-01", "DON", strikes=done.id)
    assert rows(ctx, made.id)["S2-01"]["status"] == "Not started"
    assert all_hold(ctx)


def test_a_dated_not_now_opens_on_its_day(ctx: Context) -> None:
    made = logged(ctx)
    entry(ctx, made.id, "S2-03", "DEL", until_on=date(2026, 12, 1))
    row = rows(ctx, made.id)["S2-03"]
    assert (row["open_from"], row["due_at"], row["again"]) == ("2026-12-01T00:00:00Z", "2026-12-01T23:59:00Z", 1)


def test_owner_and_due_time_by_hand(ctx: Context) -> None:
    made = logged(ctx)
    plan = plan_of(ctx, made.id)
    care = StepCare(ward_id=plan.ward_id, plan_id=plan.id, step="S2-01", owner="amanager")
    care.id, care.due_at = step_record_id(plan.id, "S2-01"), datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    add(ctx, care)
    row = rows(ctx, made.id)["S2-01"]
    assert (row["owner"], row["due_at"]) == ("amanager", "2026-11-30T09:00:00Z")


def test_lead_pause_and_closing_of_a_plan(ctx: Context) -> None:
    made = logged(ctx)
    plan = plan_of(ctx, made.id)
    change(ctx, Plan, plan.id, lead="blead", paused_until=date(2026, 12, 24))
    row = rows(ctx, made.id)["S2-01"]
    assert (row["lead"], row["due_at"]) == ("blead", "2026-12-24T23:59:00Z")
    change(ctx, Plan, plan.id, closed_on=date(2026, 12, 1))
    live = {step for step, one in rows(ctx, made.id).items() if one["live"] and not one["team"]}
    assert live == {"S2-05", "S4-05"}, "what the law asks for goes on"


def test_a_withdrawn_incident_is_on_no_worklist(ctx: Context) -> None:
    made = logged(ctx)
    change(ctx, Incident, made.id, status="withdrawn")
    assert {one["live"] for one in rows(ctx, made.id).values()} == {0}


def test_what_an_incident_was_closed_without_is_chased_no_more_and_what_comes_later_is(
    ctx: Context, clock: FakeClock
) -> None:
    made = logged(ctx)
    clock.forward(days=10)
    change(ctx, Incident, made.id, status="closed", closed_at=clock.now())
    held = rows(ctx, made.id)
    assert (held["S4-01"]["live"], held["S2-01"]["live"], held["S5-01"]["live"]) == (0, 0, 1)
    change(ctx, Incident, made.id, status="in_review")
    assert rows(ctx, made.id)["S4-01"]["live"] == 1
    assert all_hold(ctx)


def test_a_repeat_victim_lifts_the_later_plan_and_only_while_the_earlier_stands(ctx: Context, clock: FakeClock) -> None:
    first = logged(ctx)
    change(ctx, Person, plan_of(ctx, first.id).person_id or "", person_key="n77")
    clock.forward(days=30)
    second = logged(ctx, occurred_at=clock.now())
    assert "S6-01" not in rows(ctx, second.id)
    change(ctx, Person, plan_of(ctx, second.id).person_id or "", person_key="n77")
    assert "S6-01" in rows(ctx, second.id)
    assert "S6-01" not in rows(ctx, first.id)
    change(ctx, Incident, first.id, status="withdrawn")
    assert "S6-01" not in rows(ctx, second.id)
    assert all_hold(ctx)


def test_somebody_with_many_incidents_of_their_own_still_has_tasks_counted(ctx: Context) -> None:
    first = logged(ctx, affected="ME", occurred_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    made = [logged(ctx, affected="ME") for _ in range(support_rows.STALE_AT_ONCE + 3)]
    change(ctx, Incident, first.id, status="withdrawn")
    left = ctx.store.db.execute("SELECT count(*) FROM incident WHERE tasks_left IS NULL").fetchone()[0]
    assert left == 0
    while upkeep.catch_up(ctx):
        pass
    assert "S6-01" not in rows(ctx, made[-1].id)
    assert all_hold(ctx)


def test_a_person_taken_for_somebody_else_no_longer_lifts_the_later_plan(ctx: Context, clock: FakeClock) -> None:
    first = logged(ctx)
    earlier = plan_of(ctx, first.id).person_id or ""
    change(ctx, Person, earlier, person_key="n77")
    clock.forward(days=30)
    second = logged(ctx, occurred_at=clock.now())
    change(ctx, Person, plan_of(ctx, second.id).person_id or "", person_key="n77")
    assert "S6-01" in rows(ctx, second.id)
    change(ctx, Person, earlier, person_key="n78")
    assert "S6-01" not in rows(ctx, second.id)
    assert all_hold(ctx)


def test_an_earlier_incident_moved_out_of_the_90_days_no_longer_lifts_the_later_plan(
    ctx: Context, clock: FakeClock
) -> None:
    first = logged(ctx)
    change(ctx, Person, plan_of(ctx, first.id).person_id or "", person_key="n77")
    clock.forward(days=30)
    second = logged(ctx, occurred_at=clock.now())
    change(ctx, Person, plan_of(ctx, second.id).person_id or "", person_key="n77")
    change(ctx, Incident, first.id, occurred_at=datetime(2026, 6, 1, 9, 0, tzinfo=UTC))
    assert "S6-01" not in rows(ctx, second.id)
    assert all_hold(ctx)
    change(ctx, Incident, first.id, occurred_at=datetime(2026, 11, 22, 14, 5, tzinfo=UTC))
    assert "S6-01" in rows(ctx, second.id)
    assert all_hold(ctx)


def test_a_save_rewrites_no_earlier_incident_of_the_same_person(
    ctx: Context, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten: list[str] = []
    real = support_rows.rewrite

    def noted(db: Any, incident_id: str, zone: Any) -> None:
        rewritten.append(incident_id)
        real(db, incident_id, zone)

    for _ in range(5):
        logged(ctx, affected="ME", occurred_at=clock.now())
        clock.forward(days=1)
    monkeypatch.setattr(support_rows, "rewrite", noted)
    last = logged(ctx, affected="ME", occurred_at=clock.now())
    assert rewritten == [last.id]
    assert "S6-01" in rows(ctx, last.id)
    change(ctx, Incident, last.id, effect="SER")
    assert rewritten == [last.id] * 2
    assert all_hold(ctx)


def test_an_incident_told_late_lifts_the_plans_after_it(ctx: Context, clock: FakeClock) -> None:
    happened = clock.now()
    clock.forward(days=10)
    later = logged(ctx, affected="ME", occurred_at=clock.now())
    assert "S6-01" not in rows(ctx, later.id)
    logged(ctx, affected="ME", occurred_at=happened)
    assert "S6-01" in rows(ctx, later.id)
    assert all_hold(ctx)


def test_new_shift_times_move_the_steps_of_the_shift(ctx: Context) -> None:
    made = logged(ctx)
    assert rows(ctx, made.id)["S1-01"]["due_at"] == "2026-11-22T19:30:00Z"
    change(ctx, Ward, ctx.ward_id, shift_times="08:00, 16:00, 22:00")
    assert rows(ctx, made.id)["S1-01"]["due_at"] == "2026-11-22T16:00:00Z"


def test_a_row_that_was_tampered_with_is_found(ctx: Context) -> None:
    made = logged(ctx)
    ctx.store.db.execute("UPDATE step_row SET due_at = '2030-01-01T00:00:00Z' WHERE step = 'S2-01'")
    assert [made.id in text for text in support_rows.problems(ctx.store.db, ctx.store.zone)] == [True]


def test_many_touched_at_once_wait_and_are_caught_up(ctx: Context) -> None:
    made = [logged(ctx) for _ in range(support_rows.STALE_AT_ONCE + 1)]
    change(ctx, Ward, ctx.ward_id, shift_times="08:00, 16:00, 22:00")
    assert rows(ctx, made[0].id)["S1-01"]["due_at"] == "2026-11-22T19:30:00Z"
    db = ctx.store.db
    db.execute("BEGIN IMMEDIATE")
    assert support_rows.catch_up(db, ctx.store.zone, support_rows.STALE_AT_ONCE) == 1
    assert support_rows.catch_up(db, ctx.store.zone) == 0
    db.execute("COMMIT")
    assert {rows(ctx, one.id)["S1-01"]["due_at"] for one in made} == {"2026-11-22T16:00:00Z"}


def test_a_unit_of_many_changes_to_few_incidents_has_their_tasks_counted(ctx: Context) -> None:
    with ctx.unit() as unit:
        made = [Incident(ward_id=ctx.ward_id, **answers(), status="logged") for _ in range(20)]
        for record in made:
            unit.save(record)
            for letter in "ABC":
                unit.save(Person(ward_id=ctx.ward_id, parent_id=record.id, letter=letter))
        changes = unit.commit("log", made[0].id).records
    assert len(changes) > support_rows.STALE_AT_ONCE
    assert ctx.store.db.execute("SELECT count(*) FROM incident WHERE tasks_left > 0").fetchone()[0] == 20
    assert ctx.store.db.execute("SELECT count(*) FROM stale_support").fetchone()[0] == 0


def test_a_file_older_than_the_worklist_gets_it(ctx: Context) -> None:
    from vpr_desktop.storage import schema

    made = logged(ctx)
    db = ctx.store.db
    db.execute("DROP TABLE step_row")
    db.execute("DROP TABLE stale_support")
    db.execute("BEGIN IMMEDIATE")
    schema.add_missing(db)
    assert support_rows.catch_up(db, ctx.store.zone) == 0
    db.execute("COMMIT")
    assert rows(ctx, made.id)["S2-01"]["live"] == 1
    assert all_hold(ctx)
