"""The list never reads all incidents to show a page: what SQLite says it would do, for every view and role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.factories import logged
from vpr_desktop.services import worklist
from vpr_desktop.services.context import Context
from vpr_desktop.storage import closing_rows, lifetime, outbox, queries, riddor_facts, schema, support_facts, unsent
from vpr_desktop.storage.queries import ListQuery, Viewer

SHOWN = ("all", "needs_finishing", "open_support", "restricted")
WHOLE_WARD = ("ward_manager", "support_lead", "vpr_lead")


class Listening:
    """The connection of a file that notes what each statement would do before it is done."""

    def __init__(self, db: Any) -> None:
        self.db = db
        self.steps: list[str] = []

    def execute(self, sql: str, values: Any = (), /) -> Any:
        self.steps += [row[3] for row in self.db.execute("EXPLAIN QUERY PLAN " + sql, values)]
        return self.db.execute(sql, values)

    def executemany(self, sql: str, rows: Any, /) -> Any:
        rows = list(rows)
        for values in rows[:1]:
            self.steps += [row[3] for row in self.db.execute("EXPLAIN QUERY PLAN " + sql, values)]
        return self.db.executemany(sql, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.db, name)


def viewer(ctx: Context, role: str) -> Viewer:
    return Viewer(role, ctx.user.user_id, tuple(ctx.wards), ctx.ward.zone)


def reads_every_row(step: str) -> bool:
    """Whether a step reads a whole table of records, not an index and not a search result."""
    return step.startswith("SCAN ") and "USING" not in step and "VIRTUAL TABLE" not in step


@pytest.mark.parametrize("role", [*WHOLE_WARD, "reporter"])
@pytest.mark.parametrize("view", SHOWN)
def test_a_page_of_a_view_is_found_by_an_index(ctx: Context, view: str, role: str) -> None:
    logged(ctx)
    db = Listening(ctx.store.db)
    queries.page(db, ListQuery(view=view), viewer(ctx, role))
    assert db.steps
    assert [step for step in db.steps if reads_every_row(step)] == []


@pytest.mark.parametrize("role", WHOLE_WARD)
def test_the_first_page_needs_no_sorting(ctx: Context, role: str) -> None:
    """Of all incidents, one day after the other is put in order; of the restricted ones, which are few, all."""
    for view in ("all", "needs_finishing"):
        db = Listening(ctx.store.db)
        queries.page(db, ListQuery(view=view), viewer(ctx, role))
        assert "USE TEMP B-TREE FOR ORDER BY" not in db.steps, view
    db = Listening(ctx.store.db)
    queries.page(db, ListQuery(view="restricted"), viewer(ctx, role))
    assert "SCAN incident USING INDEX incident_closed_to" in db.steps


@pytest.mark.parametrize("role", WHOLE_WARD)
def test_a_page_by_day_goes_from_day_to_day(ctx: Context, role: str) -> None:
    """What is closed to a reader stands last of its day, for which no more than this day has to be read."""
    for query in (ListQuery(), ListQuery(descending=False), ListQuery(statuses=("closed",))):
        db = Listening(ctx.store.db)
        queries.page(db, query, viewer(ctx, role))
        first = db.steps.index(next(step for step in db.steps if "incident_clashing" not in step))
        index = "incident_status_day (status=?)" if query.statuses else "incident_cover"
        assert db.steps[first].endswith(f"USING INDEX {index}")
        assert any(step.startswith("USE TEMP B-TREE FOR LAST") for step in db.steps)


@pytest.mark.parametrize("role", list(queries.LISTED))
def test_every_role_gets_an_answer_to_every_view_sort_and_text(ctx: Context, role: str) -> None:
    logged(ctx)
    seen = viewer(ctx, role)
    for view in queries.VIEWS:
        for text in ("", "meal", "!?"):
            for query in (ListQuery(view=view, text=text), ListQuery(view=view, text=text, wards=("elsewhere",))):
                found = queries.page(ctx.store.db, query, seen)
                assert len(found) == queries.count(ctx.store.db, query, seen)
                assert not found or (role, text) != ("auditor", "meal")


@pytest.mark.parametrize("sort", list(queries.SORTS))
@pytest.mark.parametrize("role", WHOLE_WARD)
def test_any_sort_reads_the_narrow_index_of_the_list_alone(ctx: Context, sort: str, role: str) -> None:
    db = Listening(ctx.store.db)
    queries.page(db, ListQuery(sort=sort), viewer(ctx, role))
    assert any("USING" in step and "INDEX" in step for step in db.steps)
    assert [step for step in db.steps if reads_every_row(step)] == []


@pytest.mark.parametrize("view", SHOWN)
def test_a_count_reads_indexes_alone(ctx: Context, view: str) -> None:
    db = Listening(ctx.store.db)
    queries.count(db, ListQuery(view=view), viewer(ctx, "ward_manager"))
    assert [step for step in db.steps if reads_every_row(step)] == []


def test_a_search_goes_from_hit_to_hit_and_sorts_nothing(ctx: Context) -> None:
    logged(ctx, description="A cup was thrown.")
    db = Listening(ctx.store.db)
    assert len(queries.by_words(db, "cup", viewer(ctx, "ward_manager"), 50)) == 1
    assert len(queries.by_reference(db, "CED-26", viewer(ctx, "ward_manager"), 50)) == 1
    assert [step for step in db.steps if reads_every_row(step) or "FOR ORDER BY" in step] == []


def test_home_reads_neither_all_incidents_nor_all_plans(ctx: Context) -> None:
    from vpr_desktop.services import home

    logged(ctx)
    db = ctx.store.db
    listening = Listening(db)
    ctx.store.db = listening
    try:
        assert home.home(ctx).shift.count == 1
    finally:
        ctx.store.db = db
    scanned = [step for step in listening.steps if reads_every_row(step)]
    few = ("SCAN draft", "SCAN user", "SCAN support_template")  # tables that do not grow with the years
    few += ("SCAN sanction",)  # from the latest on, no further than 500: see the test of warnings
    assert [step for step in scanned if not step.startswith(few)] == []


def test_the_worklist_counts_by_an_index_of_what_is_open_alone(ctx: Context) -> None:
    """Steps of closed plans stay in the file for years; no count of what is open reads them."""
    logged(ctx)
    db = Listening(ctx.store.db)
    ctx.store.db, before = db, ctx.store.db
    try:
        worklist.overdue_count(ctx)
        worklist.open_counts(ctx)
        worklist.page(ctx)
    finally:
        ctx.store.db = before
    steps = [step for step in db.steps if "step_row" in step]
    assert any("step_row_live" in step for step in steps)
    assert [step for step in steps if step.startswith("SCAN") and "step_row_live" not in step] == []
    (sql,) = before.execute("SELECT sql FROM sqlite_master WHERE name = 'step_row_live'").fetchone()
    assert sql.endswith("WHERE open_from IS NOT NULL AND live = 1")


def test_an_index_that_nothing_reads_any_more_goes_from_an_older_file(ctx: Context) -> None:
    db = ctx.store.db
    db.execute("CREATE INDEX step_row_open ON step_row (due_at)")
    db.execute("CREATE INDEX incident_unfinished ON incident (occurred_at)")
    schema.add_missing(db)
    assert not {"step_row_open", "incident_unfinished"} & {
        row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
    }


def test_what_was_done_with_a_record_is_looked_up(ctx: Context) -> None:
    made = logged(ctx)
    reader = ctx.reader()
    listening = Listening(ctx.store.db)
    reader.db = listening
    assert reader.count_acts("log", made.id) == 1
    assert [step for step in listening.steps if reads_every_row(step)] == []


def test_unsent_incidents_are_counted_alike_before_and_after_the_first_sending(ctx: Context) -> None:
    first, second = logged(ctx), logged(ctx)
    assert queries.unsent(ctx.store.db) == 2
    taken(ctx, first.id)
    assert queries.unsent(ctx.store.db) == 1
    taken(ctx, second.id)
    assert queries.unsent(ctx.store.db) == 0


def taken(ctx: Context, incident_id: str) -> None:
    """The endpoint has taken all of an incident: its ops have numbers and leave the outbox."""
    db = ctx.store.db
    db.execute("DELETE FROM outbox WHERE op IN (SELECT n FROM op WHERE ei = ?)", (incident_id,))
    db.execute("UPDATE op SET seq = n WHERE ei = ?", (incident_id,))


def test_what_waits_is_found_from_the_outbox_and_never_by_way_of_all_ops(ctx: Context) -> None:
    """The chip of the status bar asks after every save: with ten years of ops it took two seconds of the store."""
    made = logged(ctx)
    for ask, count in (
        (outbox.needs_you, 0), (unsent.listed, 3), (lifetime.never_sent, 1), (queries.unsent, 1),
    ):  # fmt: skip
        db = Listening(ctx.store.db)
        found = ask(db)  # type: ignore[operator]
        assert (found if isinstance(found, int) else len(found)) == count, ask
        assert [step for step in db.steps if step.startswith("SCAN op") and "seq" not in step] == [], ask
    taken(ctx, made.id)
    db = Listening(ctx.store.db)
    assert (queries.unsent(db), lifetime.never_sent(db)) == (0, [])
    assert "SEARCH op USING INTEGER PRIMARY KEY (rowid=?)" in db.steps


@pytest.mark.parametrize("most", [0, 1, 2, 1000])
def test_both_ways_to_what_waits_find_the_same_and_only_one_is_gone(ctx: Context, most: int) -> None:
    sent, waiting = logged(ctx), logged(ctx)
    taken(ctx, sent.id)
    db = ctx.store.db
    (held,) = db.execute("SELECT count(*) FROM outbox").fetchone()
    ways = queries.WAITING.replace("20000", str(most if most < 1000 else held)).split(" UNION ALL ")
    found = [{row[0] for row in db.execute(way)} for way in ways]
    assert waiting.id in found[0 if most == 1000 else 1]
    assert sent.id not in found[0] | found[1]
    assert found[0 if most < 1000 else 1] == set()


def test_the_incidents_of_a_week_are_counted_by_their_days_alone(ctx: Context) -> None:
    logged(ctx)
    db = Listening(ctx.store.db)
    assert closing_rows.logged_between(db, ctx.ward_id, date(2026, 11, 16), date(2026, 11, 22)) == 1
    (step,) = db.steps
    assert step.endswith("USING INDEX incident_list (ward_id=? AND occurred_at>? AND occurred_at<?)")


def test_whether_somebody_was_hurt_before_is_read_from_their_latest_incident_on(ctx: Context) -> None:
    """Each save and each print of a case asks; a person can be in hundreds of reports."""
    earlier, made = logged(ctx), logged(ctx)
    for one in (earlier, made):
        ctx.store.db.execute("UPDATE person SET person_key = 'nurse1' WHERE parent_id = ?", (one.id,))
    db = Listening(ctx.store.db)
    (state,) = support_facts.plan_states(db, made.id, ctx.store.zone).values()
    assert state.facts.repeat is False, "both happened at the same time"
    ctx.store.db.execute("UPDATE incident SET occurred_at = '2026-11-01T09:00:00Z' WHERE id = ?", (earlier.id,))
    (state,) = support_facts.plan_states(db, made.id, ctx.store.zone).values()
    assert state.facts.repeat is True
    at = db.steps.index("SEARCH person USING INDEX person_person_key (person_key=?)")
    assert db.steps[at + 1] == "SEARCH incident USING INDEX sqlite_autoindex_incident_1 (id=?)"
    assert db.steps[at + 2] != "USE TEMP B-TREE FOR ORDER BY", "all would be read before the latest is known"


def test_what_waits_of_riddor_and_of_checks_reads_no_incident_that_is_done(ctx: Context) -> None:
    """Home asks for these each time it opens: open incidents and few people, never all that was ever logged."""
    logged(ctx)
    db = Listening(ctx.store.db)
    wards = tuple(ctx.wards)
    riddor_facts.to_look_at(db, wards, date(2025, 10, 1), ctx.store.zone)
    assert [step for step in db.steps if reads_every_row(step)] == []
    assert any("incident_status_day (status=? AND local_day>?)" in step for step in db.steps)
    assert any("person_riddor_status (riddor_status=?)" in step for step in db.steps)
    db = Listening(ctx.store.db)
    closing_rows.checks(db, wards, date(2026, 12, 1))
    assert db.steps[0] == "SEARCH incident USING INDEX incident_to_check (review_effect_on<?)"
    assert "USE TEMP B-TREE FOR ORDER BY" not in db.steps


def test_warnings_are_read_from_the_latest_on_and_never_by_way_of_all_incidents(ctx: Context) -> None:
    logged(ctx)
    db = Listening(ctx.store.db)
    closing_rows.sanctions(db, tuple(ctx.wards), with_seen=True)
    assert db.steps[0] == "SCAN sanction"
    assert "SEARCH incident USING INDEX sqlite_autoindex_incident_1 (id=?)" in db.steps
    assert "USE TEMP B-TREE FOR ORDER BY" not in db.steps, "all would be read before the first 500 are known"


def test_what_holds_two_versions_is_found_by_the_indexes_of_just_that(ctx: Context) -> None:
    """Home and every page of the list ask for it; without, every person, plan and answer ever saved was read."""
    logged(ctx)
    db = Listening(ctx.store.db)
    assert queries.in_conflict(db) == []
    read = [step for step in db.steps if step.startswith("SCAN ")]
    assert len(read) > 10
    assert [step for step in read if not step.endswith("_clashing")] == []


@pytest.mark.parametrize("name", ["incident_to_check", "incident_to_finish", "incident_closed_ids"])
def test_an_older_file_gets_the_indexes_of_few_incidents(ctx: Context, name: str) -> None:
    db = ctx.store.db
    db.execute(f"DROP INDEX {name}")
    schema.add_missing(db)
    assert name in {row[1] for row in db.execute("PRAGMA index_list(incident)")}


@pytest.mark.parametrize("role", WHOLE_WARD)
def test_no_restricted_incident_is_read_to_keep_its_steps_off_a_worklist(
    ctx: Context, as_role: Callable[..., Context], role: str
) -> None:
    logged(ctx)
    other = as_role(role)
    db = Listening(ctx.store.db)
    ctx.store.db, before = db, ctx.store.db
    try:
        worklist.page(other)
        worklist.overdue_count(other)
    finally:
        ctx.store.db = before
    found = [step for step in db.steps if "incident_closed_ids" in step]
    assert found == ["SCAN incident USING COVERING INDEX incident_closed_ids"] * 2


@pytest.mark.parametrize("text", ["", "wellbeing"])
@pytest.mark.parametrize("role", WHOLE_WARD)
def test_what_is_settled_is_read_from_the_latest_incident_on(
    ctx: Context, as_role: Callable[..., Context], role: str, text: str
) -> None:
    """Every step of ten years, millions of them, was read and sorted to show the first fifty."""
    logged(ctx)
    other = as_role(role)
    db = Listening(ctx.store.db)
    ctx.store.db, before = db, ctx.store.db
    try:
        worklist.page(other, "closed", text)
    finally:
        ctx.store.db = before
    assert [step for step in db.steps if reads_every_row(step) and "step_row" in step] == []
    assert any("step_row_settled" in step for step in db.steps)
    assert "USE TEMP B-TREE FOR ORDER BY" not in db.steps, "only the steps of one incident are put in order"


def test_whether_a_lead_has_a_case_is_asked_of_that_case_and_not_of_all_they_ever_led(
    ctx: Context, as_role: Callable[..., Context]
) -> None:
    """With 1,900 plans led in ten years and 3,700 restricted incidents Home took a lead three seconds."""
    logged(ctx, act_types=["SEX01"])
    lead = as_role("support_lead")
    db = Listening(ctx.store.db)
    ctx.store.db, before = db, ctx.store.db
    try:
        worklist.page(lead)
        worklist.counts(lead)
        queries.page(db, ListQuery(), viewer(ctx, "support_lead"))
        queries.count(db, ListQuery(view="needs_finishing"), viewer(ctx, "support_lead"))
    finally:
        ctx.store.db = before
    steps = [step for step in db.steps if "plan" in step and "plan_id" not in step]
    assert any("USING INDEX plan_incident_id" in step for step in steps)
    assert [step for step in steps if "plan_lead" in step] == []


def test_the_count_of_what_needs_finishing_reads_no_incident(ctx: Context) -> None:
    logged(ctx)
    db = Listening(ctx.store.db)
    assert queries.count(db, ListQuery(view="needs_finishing"), viewer(ctx, "ward_manager")) == 1
    read = [step for step in db.steps if " incident" in step]
    assert read == [f"SCAN incident USING INDEX incident_{name}" for name in ("clashing", "to_finish")]
    (sql,) = ctx.store.db.execute("SELECT sql FROM sqlite_master WHERE name = 'incident_to_finish'").fetchone()
    assert "(occurred_at, ward_id, restricted, manager_may_see, reported_by) WHERE" in sql
