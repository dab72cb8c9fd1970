"""No paper, list or export hides that of two versions of an answer one still has to be chosen."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import answers, logged
from tests.pdfs import text_of
from tests.services.test_sending import two_versions
from vpr_desktop.domain.person import Person
from vpr_desktop.domain.record import Record
from vpr_desktop.services import conflicts, exports, history, listing, printing, sheets, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.incident_json import to_json
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.new_incident import log
from vpr_desktop.services.printing import Pdf

TWO, REASON = "(2 versions)", "For the meeting"


def words(pdf: Pdf) -> str:
    return " ".join(text_of(pdf.data).split())


def of_person(ctx: Context, person_id: str, **pairs: tuple[Any, Any]) -> None:
    with ctx.unit() as unit:
        held: list[Record] = [unit.get(Person, person_id) for _ in range(2)]
        for place, one in enumerate(held):
            for name, pair in pairs.items():
                setattr(one, name, pair[place])
            unit.save(one)
        unit.commit("amend", person_id)


@pytest.mark.parametrize(
    ("field", "pair", "copies"),
    [
        ("occurred_at", None, ("redacted", "anonymous", "full")),
        ("act_types", (["PHY"], ["SEX"]), ("redacted", "anonymous", "full")),
        ("effect", ("UPS", "SER"), ("redacted", "anonymous", "full")),
        ("location", ("SID", "DAY"), ("redacted", "full")),
        ("police", ("NO", "999"), ("redacted", "anonymous", "full")),
        ("status", ("in_review", "closed"), ("redacted", "anonymous", "full")),
        ("description", ("By the lift.", "At the doors."), ("noted", "full")),
        ("outcome_text", ("A second nurse.", "Another rota."), ("redacted", "anonymous", "full")),
    ],
)
def test_the_summary_says_so_whatever_copy_shows_the_answer(
    ctx: Context, field: str, pair: tuple[Any, Any] | None, copies: tuple[str, ...]
) -> None:
    made = log(ctx, answers(outcome_text="None yet.", outcome_print=True, description="Near the desk."))

    def told(copy: str) -> str:
        noted = copy == "noted"
        return words(printing.summary(ctx, made.id, "redacted" if noted else copy, REASON, with_note=noted))

    before = {copy: told(copy).count(TWO) for copy in copies}
    at = views.incident(ctx, made.id).record.values["occurred_at"]
    two_versions(ctx, made.id, **{field: pair or (at.replace(minute=1), at.replace(minute=2))})
    assert before == dict.fromkeys(copies, 0)
    assert all(told(copy).count(TWO) >= 1 for copy in copies), {copy: told(copy) for copy in copies}


def test_what_stands_twice_of_a_person_is_told_on_every_paper_about_them(ctx: Context) -> None:
    people = [{"staff_group": "NMR", "injuries": [{"injury": "FRA", "body_area": "WRI"}]}]
    made = log(ctx, answers(police="999"), parts={"people": people})
    person = views.incident(ctx, made.id).parts["people"][0].id
    papers: dict[str, Callable[[], Pdf]] = {
        "summary": lambda: printing.summary(ctx, made.id),
        "f2508": lambda: sheets.f2508(ctx, made.id, person),
        "referral": lambda: sheets.referral(ctx, made.id, person),
        "police": lambda: sheets.police(ctx, made.id),
    }
    assert {name: TWO in words(paper()) for name, paper in papers.items()} == dict.fromkeys(papers, False)
    of_person(ctx, person, staff_group=("AHP", "MED"), riddor_status=("SPEC", "NR"))
    assert {name: TWO in words(paper()) for name, paper in papers.items()} == dict.fromkeys(papers, True)
    assert f"RIDDOR Yes {TWO}" in words(papers["summary"]()) or f"RIDDOR No {TWO}" in words(papers["summary"]())
    shown = to_json(views.incident(ctx, made.id))
    assert shown["people"][0]["conflicts"] == ["riddor_status", "staff_group"]
    assert "conflicts" not in shown


def test_texts_that_stand_twice_are_told_on_the_full_sheets(ctx: Context) -> None:
    made = log(ctx, answers(description="Near the desk.", police="999"))
    person = views.incident(ctx, made.id).parts["people"][0].id
    two_versions(ctx, made.id, description=("By the lift.", "At the doors."))
    of_person(ctx, person, staff_name=("Quill", "Quell"))
    assert words(sheets.police(ctx, made.id, "full", REASON)).count(TWO) == 2
    assert words(sheets.f2508(ctx, made.id, person, "full", REASON)).count(TWO) == 2
    assert words(sheets.referral(ctx, made.id, person, "full", REASON)).count(TWO) == 1
    assert TWO not in words(sheets.police(ctx, made.id)), "what a redacted sheet does not hold"


def test_lists_handover_and_exports_say_so(ctx: Context, as_role: Callable[..., Context]) -> None:
    other, made = logged(ctx), logged(ctx)
    assert TWO not in words(printing.register(ctx, ListQuery())) + words(printing.handover_sheet(ctx))
    two_versions(ctx, made.id, effect=("UPS", "SER"), crime_ref=("zq1", "zq2"))
    assert words(printing.register(ctx, ListQuery())).count(TWO) == 1
    assert words(printing.handover_sheet(ctx)).count(TWO) == 1
    told = {one["id"]: one.get("two_versions") for one in listing.facts(ctx, ListQuery())}
    assert told == {made.id: True, other.id: None}
    assert "two_versions" in json.dumps(listing.facts(ctx, ListQuery()))
    for copy, fields in (("redacted", "effect"), ("anonymous", "effect"), ("full", "effect;crime_ref")):
        rows = list(csv.DictReader(io.StringIO(exports.to_csv(ctx, ListQuery(), copy)[0])))
        assert sorted(row["two_versions"] for row in rows) == ["", fields]
    lead = as_role("support_lead")  # who is not told of the police's reference
    rows = list(csv.DictReader(io.StringIO(exports.to_csv(lead, ListQuery(), "full")[0])))
    assert sorted(row["two_versions"] for row in rows) == ["", "effect"]


def test_a_time_that_nobody_knows_gets_no_hours_on_an_anonymous_copy(ctx: Context) -> None:
    known, unknown = log(ctx, answers()), log(ctx, answers(time_known="unknown"))
    assert "between" in words(printing.summary(ctx, known.id, "anonymous"))
    assert "between" not in words(printing.summary(ctx, unknown.id, "anonymous"))
    rows = csv.DictReader(io.StringIO(exports.to_csv(ctx, ListQuery(), "anonymous")[0]))
    assert sorted(":" in row["occurred_at"] for row in rows) == [False, True]


def test_history_tells_of_each_version_what_its_writer_saw_and_of_the_choice_both(ctx: Context) -> None:
    made = log(ctx, answers(effect="MIN"), hold_seconds=0)
    two_versions(ctx, made.id, effect=("UPS", "SER"))
    (conflict,) = conflicts.review(ctx, made.id)
    conflicts.settle(ctx, conflict, "SER")
    told = {(c.before, c.after) for c in history.history(ctx, made.id) if c.field == "effect"}
    both = ("Upset or shaken / Serious injury", "Serious injury / Upset or shaken")
    assert told - {(one, "Serious injury") for one in both} == {
        ("Not provided", "Minor injury"), ("Minor injury", "Upset or shaken"), ("Minor injury", "Serious injury"),
    }, "neither replaced what the other wrote"  # fmt: skip
    assert len(told) == 4
