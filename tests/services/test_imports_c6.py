"""Section C6 of the field reference, row by row: what a row becomes, and what becomes of one that cannot be taken."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.services.test_imports import MAPPING, by_number, held, row, take
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import closing, riddor, sessions
from vpr_desktop.services import incidents as incident_service
from vpr_desktop.services.context import Context

PERSON = {"column": "Harm", "values": {"Low": "STA", "None": "PAT"}}
KINDS = {**MAPPING, "fields": {"act_types": MAPPING["fields"]["act_types"], "person.person_kind": PERSON}}
REPORTED = {**MAPPING, "columns": {**MAPPING["columns"], "reported_date": "Text"}}
STATUS = {**MAPPING, "columns": {**MAPPING["columns"], "status": {"column": "Harm", "values": {"Low": "logged"}}}}
NO_WARD = {**MAPPING, "columns": {name: column for name, column in MAPPING["columns"].items() if name != "ward"}}
OTHER_SOURCE = {**MAPPING, "source": "Another system"}


def days_ago(ctx: Context, days: int) -> str:
    return f"{ctx.now().date() - timedelta(days=days):%d/%m/%Y}"


def only(ctx: Context) -> Incident:
    (record,) = held(ctx)
    return record


def reason_of(ctx: Context) -> str:
    return str(ctx.reader().ops_of(only(ctx).id)[0]["reason"])


def due_of_first_step(ctx: Context) -> str:
    return str(ctx.store.db.execute("SELECT min(due_at) FROM step_row").fetchone()[0])


@dataclass(frozen=True)
class Rule:
    """A row of the section: the rows of a file, given so many days ago, and what they come to."""

    words: str
    expected: Any
    found: Callable[[Context], Any]
    days: tuple[int, ...] = (100,)
    changes: dict[str, str] = field(default_factory=dict)
    mapping: dict[str, Any] = field(default_factory=lambda: MAPPING)


RULES = [
    Rule("missing answers are said as not known", ("PNTS", "UNK", "UNK", "NYK"), lambda c: (
        only(c).affected, only(c).perp_relation, only(c).location, only(c).effect), changes={"Harm": ""}),
    Rule("support offered stays empty, as nobody said so", None, lambda c: only(c).support_offered),
    Rule("whoever imports is the reporter", "amanager", lambda c: only(c).reported_by),
    Rule("reported at: the mapped column", "2026-02-05 12:00", lambda c: f"{only(c).reported_at:%Y-%m-%d %H:%M}",
         changes={"Text": "05/02/2026"}, mapping=REPORTED),
    Rule("reported at: empty where nothing is mapped", None, lambda c: only(c).reported_at),
    Rule("the op's reason names file and mapping", "Import of old.csv with Test mapping", reason_of),
    Rule("a plan for what is at most 7 days old", 1, lambda c: len(c.reader().find(Plan)), days=(7,)),
    Rule("no plan for older", 0, lambda c: len(c.reader().find(Plan)), days=(8,)),
    Rule("no staff plan for a patient", 0, lambda c: len(c.reader().find(Plan)), days=(2,), changes={"Harm": "None"},
         mapping=KINDS),
    Rule("a plan for staff", 1, lambda c: len(c.reader().find(Plan)), days=(2,), mapping=KINDS),
    Rule("its clock runs from the import", True, lambda c: due_of_first_step(c) > f"{c.now():%Y-%m-%dT%H:%M}",
         days=(6,)),
    Rule("a RIDDOR reminder only for the last 7 days", [], lambda c: riddor.due(c), days=(8,)),
    Rule("RIDDOR of older: not looked at here", [None], lambda c: [
        p.values["riddor_status"] for p in incident_service.view(c, only(c).id).parts["people"]]),
    Rule("status as mapped", "logged", lambda c: only(c).status, mapping=STATUS),
    Rule("status else in review for the last 7 days", "in_review", lambda c: only(c).status, days=(7,)),
    Rule("status else closed", "closed", lambda c: only(c).status, days=(8,)),
    Rule("a closed import needs no answer to anybody", [], lambda c: list(closing.standing(c, only(c).id).missing)),
    Rule("no ward column: the ward shown", "CED-2611-A001", lambda c: only(c).reference, changes={"Ward": "Elm"},
         mapping=NO_WARD),
    Rule("equal references, case and spaces apart, are one", ["W1"], lambda c: [
        r.local_system_ref for r in held(c)], days=(100, 90)),
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.words)
def test_c6(ctx: Context, tmp_path: Path, rule: Rule) -> None:
    rows = [row(1, Date=days_ago(ctx, days), **rule.changes) for days in rule.days]
    if len(rows) > 1:
        rows[1][0] = " w1 "
    take(ctx, tmp_path, rows, rule.mapping)
    assert rule.found(ctx) == rule.expected


@pytest.mark.parametrize("ended", ["closed", "withdrawn"])
def test_c6_a_key_that_is_here_counts_as_duplicate_whatever_became_of_it(
    ctx: Context, tmp_path: Path, ended: str
) -> None:
    days = {"closed": 100, "withdrawn": 2}[ended]
    rows = [row(1, Date=days_ago(ctx, days), Time="00:01")]
    take(ctx, tmp_path, rows)
    if ended == "withdrawn":
        incident_service.withdraw(ctx, incident_service.view(ctx, only(ctx).id), "in the old system by mistake")
    again = [row(1, Date=days_ago(ctx, days), Time="00:01", Text="Other words")]
    done = take(ctx, tmp_path, again)
    assert (done.imported, done.duplicates, only(ctx).status, only(ctx).description) == (0, 1, ended, "Text 1")
    assert any("1 duplicates have another text" in warning for warning in done.warnings)


def test_c6_the_key_is_source_and_number_and_ward(ctx: Context, tmp_path: Path) -> None:
    both = sessions.add_ward(ctx, "OAK", "Oak Ward").with_ward(ctx.ward_id)
    take(both, tmp_path, [row(1), row(1, Ward="OAK"), row(1)])
    take(both, tmp_path, [row(1)], OTHER_SOURCE)
    assert [(r.reference, r.import_source) for r in by_number(held(both))] == [
        ("CED-2611-A001", "Old system"), ("CED-2611-A002", "Another system"), ("OAK-2611-A001", "Old system"),
    ]  # fmt: skip


def test_c6_every_row_is_imported_known_or_written_out_and_none_is_lost(ctx: Context, tmp_path: Path) -> None:
    """Each row of a bad file comes out exactly once, in its very cells."""
    spoils = [{}, {"Date": ""}, {"What": ""}, {"Ward": "Elm"}, {"Date": "31/02/2026"}, {"Date": "01/01/2031"},
              {"What": "Juggling"}, {"ID": ""}, {"Text": "=1+1"}, {"Text": "'quoted"}]  # fmt: skip
    rows = [row(n, **spoils[n % len(spoils)]) for n in range(60)] + [row(0), row(8, Text="=1+1")]
    done = take(ctx, tmp_path, rows)
    assert (done.read, done.imported + done.rejected + done.duplicates) == (62, 62)
    assert done.duplicates == 2
    assert done.rejected_file is not None
    with open(done.rejected_file, encoding="utf-8", newline="") as file:
        written = [cells[1:] for cells in csv.reader(file)][1:]
    bad = [cells for cells in rows if cells[1] in ("", "31/02/2026", "01/01/2031") or cells[3] == "Elm"
           or cells[4] in ("", "Juggling")]  # fmt: skip
    assert [[cell.removeprefix("'") for cell in cells] for cells in written] == [
        [cell.removeprefix("'") for cell in cells] for cells in bad
    ]
    assert done.imported == len(rows) - len(bad) - done.duplicates == len(held(ctx))
