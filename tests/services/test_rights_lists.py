"""No place in a list, no count and no view tells what its reader may not know of an incident."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import answers, logged
from tests.pdfs import pages_of
from tests.services.test_imports import MAPPING, row, take
from vpr_desktop.domain.errors import NotFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.services import (
    closing,
    enrolment,
    exports,
    home,
    incidents,
    listing,
    new_incident,
    printing,
    riddor,
    sanctions,
    sending,
    views,
    worklist,
)
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.storage.queries import SORTS, VIEWS

Become = Callable[..., Context]
DAY = datetime(2026, 11, 20, tzinfo=UTC)
OFFICES = ("ward_manager", "support_lead", "vpr_lead")
LISTS = ("reporter", *OFFICES, "auditor")
# What a reader to whom an incident is closed must not learn by its place: the hour and all that happened.
OTHER = {
    "location": ("BAY", "WAI"), "act_types": ('["SEX01"]', '["SEX05","VER01"]'), "effect": ("NON", "SER"),
    "tasks_left": (1, 9),
}  # fmt: skip
ASKED = (
    ListQuery(), ListQuery(acts=("SEX",)), ListQuery(effects=("SER",)), ListQuery(places=("WAI",)),
    ListQuery(text="meal"), ListQuery(since="2026-11-20", until="2026-11-20"), ListQuery(statuses=("logged",)),
)  # fmt: skip


def at(hour: int, day: int = 0) -> datetime:
    return DAY + timedelta(days=day, hours=hour)


def ward(ctx: Context, become: Become) -> tuple[list[str], list[str]]:
    """Two days of reports, some restricted, logged in an order that is not that of their hours: open ids and closed."""
    own, found = become("reporter", "p-own"), {False: list[str](), True: list[str]()}
    for hour, day, restricted in (
        (18, 0, False), (16, 0, True), (8, 0, False), (9, 0, True), (12, 0, False), (20, 0, True),
        (7, 1, True), (3, 1, False), (22, 1, False), (12, 1, True),
    ):  # fmt: skip
        acts = ["SEX01"] if restricted else ["PHY01"]
        made = new_incident.log(own, answers(occurred_at=at(hour, day), act_types=acts), hold_seconds=0)
        found[restricted].append(made.id)
    become("support_lead", "p-lead")
    ctx.store.db.execute("UPDATE plan SET lead = 'p-lead'")
    return found[False], found[True]


def change_what_is_closed(ctx: Context, ids: list[str], days: bool = False) -> None:
    """Turns round the hours of the day and all that happened, and for an auditor the days as well."""
    db = ctx.store.db
    for place, one in enumerate(ids):
        day = (DAY - timedelta(days=300 * place)).date() if days else None
        sets = {field: told[place % 2] for field, told in OTHER.items()}
        (now,) = db.execute("SELECT local_day FROM incident WHERE id = ?", (one,)).fetchone()
        on = day.isoformat() if day else now
        sets |= {
            "occurred_at": f"{on}T{23 - place:02}:30:00Z",
            "local_day": on,
            "local_ym": int(on[:7].replace("-", "")),
        }
        marks = ", ".join(f"{name} = ?" for name in sets)
        db.execute(f"UPDATE incident SET {marks}, restricted = ? WHERE id = ?", (*sets.values(), 1 - days, one))


def told(me: Context) -> list[Any]:
    """The order and the number of every list by every sort, and of every view."""
    found: list[Any] = []
    for query in (*ASKED, *(ListQuery(view=view) for view in VIEWS)):
        for sort in SORTS:
            for descending in (True, False):
                asked = replace(query, sort=sort, descending=descending)
                found.append((asked, [row.id for row in listing.page(me, asked)]))
        found.append((query, listing.count(me, query)))
    return [*found, listing.view_counts(me, listing.views(me))]


@pytest.mark.parametrize("role", OFFICES)
def test_no_order_and_no_count_depends_on_what_is_closed_to_its_reader(
    ctx: Context, as_role: Become, role: str
) -> None:
    _, closed = ward(ctx, as_role)
    me = as_role(role, "somebody")
    before = told(me)
    change_what_is_closed(ctx, closed)
    for was, now in zip(before, told(me), strict=True):
        assert was == now


def test_no_order_and_no_count_tells_an_auditor_what_an_incident_holds(ctx: Context, as_role: Become) -> None:
    """Not the day it happened either, nor that it is restricted: they know when it was logged."""
    opened, closed = ward(ctx, as_role)
    me = as_role("auditor")
    before, rows = told(me), listing.page(me, ListQuery())
    facts = listing.facts(me, ListQuery())
    change_what_is_closed(ctx, opened + closed, days=True)
    for was, now in zip(before, told(me), strict=True):
        assert was == now
    assert listing.page(me, ListQuery()) == rows
    assert listing.facts(me, ListQuery()) == facts
    assert {row.when_full for row in rows} == {"Logged 22-Nov-2026 14:05"}
    assert {(row.where, row.what, row.effect, row.restricted) for row in rows} == {("–", "–", "–", False)}
    assert set(facts[0]) == {"id", "reference", "ward_id", "reported_at", "status", "send_state"}
    assert listing.count(me, ListQuery(since="2026-11-22", until="2026-11-22")) == len(rows)
    assert listing.count(me, ListQuery(until="2026-11-21")) == 0


@pytest.mark.parametrize("role", OFFICES)
def test_what_is_closed_stands_last_of_its_day_in_the_order_it_was_logged(
    ctx: Context, as_role: Become, role: str
) -> None:
    opened, closed = ward(ctx, as_role)
    me = as_role(role, "somebody")
    up = [opened[1], opened[2], opened[0], *closed[:3], opened[3], opened[4], *closed[3:]]
    down = [opened[4], opened[3], closed[4], closed[3], opened[0], opened[2], opened[1], *closed[2::-1]]
    for descending, order in ((False, up), (True, down)):
        query = ListQuery(descending=descending)
        assert [row.id for row in listing.page(me, query)] == order
        paged = [row.id for place in range(0, 12, 3) for row in listing.page(me, replace(query, offset=place, limit=3))]
        assert paged == order, "no row doubled and none missing where pages meet"
        logged = [row.id for row in listing.page(me, replace(query, statuses=("logged",)))]
        assert logged == order
    assert [row.id for row in listing.page(me, ListQuery(sort="where"))][-5:] == closed[::-1]


def test_a_restricted_report_that_its_reader_may_see_stands_among_the_others(ctx: Context, as_role: Become) -> None:
    opened, closed = ward(ctx, as_role)
    own = as_role("reporter", "p-own")
    whole = [opened[4], closed[4], closed[3], opened[3], closed[2], opened[0], closed[0], opened[2], closed[1]]
    assert [row.id for row in listing.page(own, ListQuery())][:9] == whole
    ctx.store.db.execute("UPDATE incident SET location = 'AAA', manager_may_see = 1 WHERE id = ?", (closed[0],))
    first = listing.page(ctx, ListQuery(sort="where", descending=False))[0]
    assert (first.id, first.restricted) == (closed[0], False)


@pytest.mark.parametrize("role", LISTS)
def test_open_support_is_a_view_of_those_alone_who_follow_plans(ctx: Context, as_role: Become, role: str) -> None:
    opened, closed = ward(ctx, as_role)
    me = as_role(role, "p-own" if role == "reporter" else "somebody")
    held = set(opened) if role in ("ward_manager", "support_lead") else set()
    assert {row.id for row in listing.page(me, ListQuery(view="open_support"))} == held
    assert listing.count(me, ListQuery(view="open_support")) == len(held)
    assert ("open_support" in listing.views(me)) == bool(held)
    lead = as_role("support_lead", "p-lead")
    assert listing.count(lead, ListQuery(view="open_support")) == len(opened + closed)


def test_an_auditor_has_no_view_that_tells_of_what_happened(ctx: Context, as_role: Become) -> None:
    ward(ctx, as_role)
    me = as_role("auditor")
    assert set(listing.views(me)) == {"all", "not_sent", "two_versions"}
    for view in ("needs_finishing", "restricted", "open_support", "two_versions"):
        assert listing.count(me, ListQuery(view=view)) == len(listing.page(me, ListQuery(view=view))) == 0


@pytest.fixture
def disputed(as_role: Become) -> tuple[Context, str]:
    """A restricted report with all that waits of it, of which two PCs say different things on the manager's sight.

    The later answer, which its row holds, is that the manager may see it. Who asks is another manager.
    """
    own = as_role("reporter", "p-own")
    made = new_incident.log(
        own, answers(act_types=["SEX01"], manager_may_see=True, location="BAY", effect="SER"),
        parts={"people": [{"person_kind": "STA", "role_in_incident": "AFF", "physical_harm": "4"}]}, hold_seconds=0,
    )  # fmt: skip
    me = as_role("ward_manager", "somebody")
    warned = {"level": "V", "issued_on": date(2026, 11, 22), "issued_by": "A. Manager", "review_on": date(2026, 11, 25)}
    incidents.save(me, views.incident(me, made.id), [Edit("sanction", None, warned)])
    with me.unit() as unit:
        record = me.reader().get(Incident, made.id)
        record.review_effect_on = date(2026, 11, 23)
        unit.save(record)
        unit.commit("amend", made.id)
    return me, made.id


def waiting(me: Context) -> dict[str, Any]:
    """What each list, count, copy and page of dates has of the one incident there is."""
    return {
        "acts": listing.count(me, ListQuery(acts=("SEX",))), "place": listing.count(me, ListQuery(places=("BAY",))),
        "effect": listing.count(me, ListQuery(effects=("SER",))), "text": listing.count(me, ListQuery(text="meal")),
        "search": len(listing.search(me, "meal")), "support": listing.count(me, ListQuery(view="open_support")),
        "to finish": listing.count(me, ListQuery(view="needs_finishing")),
        "export": exports.to_csv(me, ListQuery(), "redacted")[1],
        "steps": len(worklist.page(me)), "overdue": worklist.counts(me).total, "dates": len(riddor.due(me)),
        "warnings": len(sanctions.register(me)), "checks": len(closing.checks_due(me)),
        "home": len(home.home(me).dates),
        "row": sum(row.where != "Restricted incident" for row in listing.page(me, ListQuery())),
        "by reference": sum(not row.restricted for row in listing.search(me, "CED-")),
        "codes": sum("location" in row for row in listing.facts(me, ListQuery())),
        "shift": home.shift(me).sentence,
        "paper": "Bay" in "\n".join(pages_of(printing.register(me, ListQuery()).data)),
        "settled": len(worklist.page(me, "closed")),
    }  # fmt: skip


def test_while_two_pcs_disagree_no_list_opens_a_restricted_report_to_the_manager(
    ctx: Context, as_role: Become, disputed: tuple[Context, str]
) -> None:
    me, incident_id = disputed
    before = waiting(me)
    assert [name for name, held in before.items() if not held and name != "settled"] == [], "each path shows it first"
    own, read = as_role("reporter", "p-own"), [ctx.reader().get(Incident, incident_id) for _ in range(2)]
    for record, said in zip(read, (False, None), strict=True):
        record.manager_may_see = said
        with own.unit() as unit:
            unit.save(record)
            unit.commit("amend", incident_id)
    ctx.store.db.execute("UPDATE incident SET manager_may_see = 1 WHERE id = ?", (incident_id,))
    assert views.incident(me, incident_id).sight == "restricted"
    assert {name: held for name, held in waiting(me).items() if held} == {}
    assert listing.page(me, ListQuery())[0].restricted


def test_another_field_with_two_versions_closes_nothing(ctx: Context, disputed: tuple[Context, str]) -> None:
    me, incident_id = disputed
    before = waiting(me)
    for record, said in zip([ctx.reader().get(Incident, incident_id) for _ in range(2)], ("ED", "WARD"), strict=True):
        record.specialty = said
        with me.unit() as unit:
            unit.save(record)
            unit.commit("amend", incident_id)
    assert views.incident(me, incident_id).record.clashes == {"specialty"}
    assert waiting(me) == before


def test_a_report_of_which_two_pcs_name_different_people_is_listed_to_neither(ctx: Context, as_role: Become) -> None:
    """Its record answers them like one that is not there, so no row, no number and no shift tells that it is."""
    me, _ = as_role("reporter", "p-self"), as_role("reporter", "p-else")
    person = {"person_kind": "STA", "role_in_incident": "AFF", "person_key": "p-self"}
    made = new_incident.log(ctx, answers(act_types=["SEX01"]), parts={"people": [person]}, hold_seconds=0)
    paths: tuple[Callable[[], int], ...] = (
        lambda: listing.count(me, ListQuery()), lambda: len(listing.page(me, ListQuery())),
        lambda: len(listing.search(me, made.reference)), lambda: home.shift(me).count,
        lambda: len(listing.facts(me, ListQuery())),
    )  # fmt: skip
    assert [path() for path in paths] == [1] * len(paths)
    (one,) = ctx.reader().find(Person)
    for record, key in zip([ctx.reader().get(Person, one.id) for _ in range(2)], ("p-else", None), strict=True):
        record.person_key = key
        with ctx.unit() as unit:
            unit.save(record)
            unit.commit("amend", made.id)
    ctx.store.db.execute("UPDATE person SET person_key = 'p-self'")
    with pytest.raises(NotFound):
        views.incident(me, made.id)
    assert [path() for path in paths] == [0] * len(paths)


@pytest.mark.parametrize("role", LISTS)
def test_what_waits_to_be_sent_tells_of_support_to_those_alone_who_follow_plans(
    ctx: Context, as_role: Become, role: str
) -> None:
    opened, closed = ward(ctx, as_role)
    with ctx.unit() as unit:
        unit.put_state(enrolment.URL, b"https://server.example")
        unit.commit("")
    db = ctx.store.db
    db.execute("DELETE FROM outbox WHERE op IN (SELECT n FROM op WHERE et NOT IN ('plan', 'step_care', 'step_entry'))")
    me = as_role(role, "p-own" if role == "reporter" else "somebody")
    told = {item.incident_id for item in sending.queue(me) if item.what == "support"}
    assert told == (set(opened) if role in ("ward_manager", "support_lead") else set())
    assert len([item for item in sending.queue(me) if item.what == "change"]) >= len(closed)


@pytest.mark.parametrize("number", ["", "W7"])
@pytest.mark.parametrize("theirs", [False, True])
def test_a_dry_run_of_an_import_tells_of_no_report_that_is_closed_to_who_runs_it(
    ctx: Context, as_role: Become, tmp_path: Path, theirs: bool, number: str
) -> None:
    """A manager may guess minute, kind and place, or the other system's number, as often as they like."""
    own = ctx if theirs else as_role("reporter", "p-own")
    happened = datetime(2026, 2, 3, 14, 5, tzinfo=UTC)
    facts = {"occurred_at": happened, "act_types": ["SEX01"], "location": "UNK", "description": "Text 7"}
    new_incident.log(own, answers(**facts, local_system_ref=number or None), hold_seconds=0)
    kinds = {**MAPPING["fields"], "act_types": {"column": "What", "values": {"Touched": ["SEX01"]}}}
    guess = row(7, ID=number, What="Touched", Text="Text 8" if number else "Text 7")
    for dry_run, known in ((True, theirs), (False, True)):
        done = take(ctx, tmp_path, [guess], {**MAPPING, "fields": kinds}, dry_run=dry_run)
        assert (done.imported, done.duplicates) == (int(not known), int(known))
        assert len(done.warnings) == int(theirs and bool(number)), "whether the text is another one is told of it too"
    assert len(ctx.reader().find(Incident)) == 1, "no report is taken over twice"


def test_a_list_looked_up_by_words_is_logged_as_a_search_once_whatever_else_it_is_filtered_by(ctx: Context) -> None:
    logged(ctx)
    searches = "SELECT count(*) FROM audit WHERE act = 'search'"
    found = []
    for query in (
        ListQuery(effects=("MIN",)), ListQuery(text="meal", effects=("MIN",)),
        ListQuery(text="meal", effects=("MIN",), offset=50),
    ):  # fmt: skip
        before = ctx.store.db.execute(searches).fetchone()[0]
        listing.page(ctx, query)
        found.append(ctx.store.db.execute(searches).fetchone()[0] - before)
    assert found == [0, 1, 0]
