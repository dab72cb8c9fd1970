"""Import of another system's export: C6 rule by rule, hostile files, and nothing lost."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vpr_desktop.domain.errors import DiskFull, NotAllowed, NotFound, ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.support import Plan
from vpr_desktop.domain.when import show
from vpr_desktop.services import imports, incidents, listing, maintenance, new_incident, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.services.import_file import REASON
from vpr_desktop.services.imports import Done
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.settings import resource

HEAD = ("ID", "Date", "Time", "Ward", "What", "Harm", "Text")
MAPPING: dict[str, Any] = {
    "version": 1,
    "name": "Test mapping",
    "source": "Old system",
    "columns": {"reference": "ID", "date": "Date", "time": "Time", "ward": "Ward"},
    "fields": {
        "act_types": {"column": "What", "split": ";", "values": {"Assault": ["PHY"], "Shouting": ["VER"]}},
        "effect": {"column": "Harm", "values": {"Low": "MIN", "None": "NON"}},
        "description": "Text",
    },
}


def row(number: int = 1, **changes: str) -> list[str]:
    cells = {"ID": f"W{number}", "Date": "03/02/2026", "Time": "14:05", "Ward": "Cedar Ward", "What": "Assault",
             "Harm": "Low", "Text": f"Text {number}"}  # fmt: skip
    return list({**cells, **changes}.values())


def write(
    path: Path, rows: list[list[str]], head: tuple[str, ...] = HEAD, separator: str = ",", encoding: str = "utf-8"
) -> Path:
    with open(path, "w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows([head, *rows])
    return path


def take(
    ctx: Context, tmp_path: Path, rows: list[list[str]], mapping: dict[str, Any] | None = None, **more: Any
) -> Done:
    file = write(tmp_path / "old.csv", rows, **{k: more.pop(k) for k in ("head", "separator", "encoding") if k in more})
    return imports.run(ctx, file, mapping_file(tmp_path, mapping or MAPPING), **more)


def mapping_file(tmp_path: Path, mapping: dict[str, Any]) -> Path:
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(mapping), encoding="utf-8")
    return path


def by_number(records: list[Incident]) -> list[Incident]:
    return sorted(records, key=lambda record: record.reference or "")


def held(ctx: Context) -> list[Incident]:
    return ctx.reader().find(Incident)


def test_a_row_becomes_an_incident_with_its_marks(ctx: Context, tmp_path: Path) -> None:
    done = take(ctx, tmp_path, [row(What="Assault; Shouting")])
    assert (done.read, done.imported, done.rejected, done.duplicates) == (1, 1, 0, 0)
    (record,) = held(ctx)
    assert record.act_types == ["PHY", "VER"]
    assert (record.affected, record.perp_relation, record.location, record.effect) == ("PNTS", "UNK", "UNK", "MIN")
    assert record.support_offered is None
    assert (record.imported_at, record.import_source) == (ctx.now().replace(microsecond=0), "Old system")
    assert record.org_ods == ctx.ward.org_code
    assert (record.reported_by, record.reported_at, record.status) == ("amanager", None, "closed")
    assert record.local_system_ref == "W1"
    assert ctx.reader().find(Plan) == []
    assert ctx.reader().ops_of(record.id)[0]["reason"] == "Import of old.csv with Test mapping"
    (shown,) = listing.page(ctx, ListQuery())
    assert shown.imported
    assert maintenance.verify(ctx).ok


def test_what_the_old_system_logged_is_not_in_doubt_for_the_clock_of_this_pc(ctx: Context, tmp_path: Path) -> None:
    with ctx.unit() as unit:
        unit.note_clock(3600.0)
        unit.commit("clock")
    take(ctx, tmp_path, [row()])
    (record,) = held(ctx)
    assert record.clock_suspect is None
    assert record.device_id == ctx.store.device_id


def test_what_happened_in_the_last_seven_days_gets_support(ctx: Context, tmp_path: Path) -> None:
    days = [ctx.now().date() - timedelta(days=n) for n in (7, 8, 15, 16)]
    done = take(ctx, tmp_path, [row(n, Date=f"{day:%d/%m/%Y}") for n, day in enumerate(days)])
    assert [record.status for record in held(ctx)] == ["in_review", "closed", "closed", "closed"]
    assert len(ctx.reader().find(Plan)) == 1
    assert any("2 injured 8 to 15 days ago" in warning for warning in done.warnings)


@pytest.mark.parametrize(
    ("day", "typed", "local", "known"),
    [
        ("03/02/2026", "14:05", "03-Feb-2026 14:05", "exact"),
        ("3.2.26", "1405", "03-Feb-2026 14:05", "exact"),
        ("03-Feb-2026", "2:05 pm", "03-Feb-2026 14:05", "exact"),
        ("2026-02-03", "14:05:59", "03-Feb-2026 14:05", "exact"),
        ("2026-02-03T14:05", "", "03-Feb-2026 14:05", "exact"),
        ("03/02/2026", "24:00", "04-Feb-2026 00:00", "exact"),
        ("31/12/2025", "2400", "01-Jan-2026 00:00", "exact"),
        ("03/02/2026", "00:00", "03-Feb-2026 00:00", "exact"),
        ("03/02/2026", "", "03-Feb-2026 12:00", "unknown"),
        ("03/02/2026", "afternoon", "03-Feb-2026 12:00", "unknown"),
        ("29/03/2026", "01:30", "29-Mar-2026 02:30", "approx"),  # the clocks skipped it
        ("25/10/2026", "01:30", "25-Oct-2026 01:30", "approx"),  # it came twice: the first
    ],
)
def test_dates_and_times(ctx: Context, tmp_path: Path, day: str, typed: str, local: str, known: str) -> None:
    assert take(ctx, tmp_path, [row(Date=day, Time=typed)]).imported == 1
    (record,) = held(ctx)
    assert record.occurred_at is not None
    assert (show(record.occurred_at, ctx.ward.zone), record.time_known) == (local, known)
    if typed == "01:30" and day.startswith("25"):
        assert record.occurred_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_midnight_may_mean_unknown(ctx: Context, tmp_path: Path) -> None:
    take(ctx, tmp_path, [row(Time="00:00")], {**MAPPING, "midnight": "unknown"})
    assert held(ctx)[0].time_known == "unknown"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Date": ""}, "Date: the date is missing."),
        ({"Date": "31/02/2026"}, 'Date: there is no such date as "31/02/2026".'),
        ({"Date": "soon"}, 'Date: "soon" is not a date.'),
        ({"Date": "01/01/2031"}, "The date lies in the future."),
        ({"What": ""}, "What: what happened is missing."),
        ({"What": "Juggling"}, 'What: the mapping has no code for "Juggling".'),
        ({"Ward": "Elm"}, "Ward Elm is not on this PC."),
        ({"Ward": ""}, "Ward: the ward is missing."),
        ({"Text": "x" * 70_000}, "Text: Anything to add?: write at most 65,536 characters. There are 70,000."),
    ],
)
def test_a_rejected_row_is_kept_with_its_reason(
    ctx: Context, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    bad = row(2, **changes)
    done = take(ctx, tmp_path, [row(1), bad])
    assert (done.imported, done.rejected) == (1, 1)
    assert done.rejected_file == tmp_path / "old.rejected.csv"
    with open(done.rejected_file, encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [[REASON, *HEAD], [reason, *bad]]


def test_rejected_rows_can_be_put_right_and_taken(ctx: Context, tmp_path: Path) -> None:
    take(ctx, tmp_path, [row(1), row(2, Date="")])
    text = (tmp_path / "old.rejected.csv").read_text(encoding="utf-8")
    (tmp_path / "put-right.csv").write_text(text.replace("W2,,", "W2,04/02/2026,"), encoding="utf-8")
    done = imports.run(ctx, tmp_path / "put-right.csv", mapping_file(tmp_path, MAPPING))
    assert (done.imported, len(held(ctx))) == (1, 2)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings_and_separators(ctx: Context, tmp_path: Path, encoding: str, separator: str) -> None:
    words = 'Said "über" – naïve,\nwith; a second line £'
    done = take(ctx, tmp_path, [row(Text=words), row(2, Date="", Text=words)], separator=separator, encoding=encoding)
    assert held(ctx)[0].description == words
    assert any("Windows-1252" in warning for warning in done.warnings) == (encoding == "cp1252")
    with open(tmp_path / "old.rejected.csv", encoding=encoding, newline="") as file:
        assert list(csv.reader(file, delimiter=separator))[1][-1] == words


def test_a_second_run_changes_nothing(ctx: Context, tmp_path: Path) -> None:
    take(ctx, tmp_path, [row(n) for n in range(5)])
    before = maintenance.verify(ctx).ops
    done = take(ctx, tmp_path, [row(n) for n in range(5)] + [row(3, ID=" w3 ", Text="Other words")])
    assert (done.imported, done.duplicates, maintenance.verify(ctx).ops) == (0, 6, before)
    assert any("1 duplicates have another text" in warning for warning in done.warnings)


def test_without_a_reference_the_event_itself_tells(ctx: Context, tmp_path: Path) -> None:
    rows = [row(1, ID=""), row(1, ID=""), row(2, ID=""), row(1, ID="", Time="15:00")]
    assert take(ctx, tmp_path, rows).imported == 3
    assert take(ctx, tmp_path, rows).duplicates == 4
    assert len(held(ctx)) == 3


def test_a_withdrawn_import_stays_withdrawn(ctx: Context, tmp_path: Path) -> None:
    day = f"{ctx.now():%d/%m/%Y}"
    take(ctx, tmp_path, [row(Date=day, Time="00:01")], {**MAPPING, "columns": {
        **MAPPING["columns"], "status": {"column": "Harm", "values": {"Low": "logged"}}}})  # fmt: skip
    (record,) = held(ctx)
    incidents.withdraw(ctx, incidents.view(ctx, record.id), "in the old system by mistake")
    assert take(ctx, tmp_path, [row(Date=day, Time="00:01")]).duplicates == 1
    assert held(ctx)[0].status == "withdrawn"


def test_rows_of_one_reference_are_the_people_of_one_incident(ctx: Context, tmp_path: Path) -> None:
    harm = {"column": "Harm", "values": {"Low": "4", "None": "5"}}
    mapping = {**MAPPING, "rows": "person", "fields": {**MAPPING["fields"], "person.physical_harm": harm}}
    rows = [row(1), row(2), row(1, Harm="None"), row(3, Date=""), row(3)]
    done = take(ctx, tmp_path, rows, mapping)
    assert (done.imported, done.rejected) == (2, 2), "no incident is taken in half"
    first = next(record for record in held(ctx) if record.local_system_ref == "W1")
    people = incidents.view(ctx, first.id).parts["people"]
    assert [person.values["physical_harm"] for person in people] == ["4", "5"]
    many = [row(9, Harm="None") for _ in range(25)]
    assert take(ctx, tmp_path, many, mapping).rejected == 25, "nobody is dropped without a word"


def test_rows_go_to_their_own_ward(ctx: Context, tmp_path: Path) -> None:
    both = sessions.add_ward(ctx, "OAK", "Oak Ward").with_ward(ctx.ward_id)
    take(both, tmp_path, [row(1), row(2, Ward="oak"), row(3, Ward="The oak")], {**MAPPING, "wards": {"The Oak": "OAK"}})
    assert [record.reference for record in held(both)] == ["CED-2611-A001", "OAK-2611-A001", "OAK-2611-A002"]


def test_a_dry_run_saves_nothing_and_leaves_an_entry_in_the_audit(ctx: Context, tmp_path: Path) -> None:
    before = maintenance.verify(ctx)
    done = take(ctx, tmp_path, [row(1), row(1), row(2), row(3, Date="")], dry_run=True)
    assert (done.imported, done.duplicates, done.rejected) == (2, 1, 1)
    after = maintenance.verify(ctx)
    assert (held(ctx), after.ok, after.ops, after.audit) == ([], True, before.ops, before.audit + 1)
    told = ctx.store.db.execute("SELECT act, obj, before, after FROM audit ORDER BY n DESC LIMIT 1").fetchone()
    assert tuple(told) == ("try import", "2 of 4", None, None)


def test_a_stopped_import_is_finished_by_the_next(ctx: Context, tmp_path: Path) -> None:
    rows = [row(n) for n in range(100)]
    done = take(ctx, tmp_path, rows, progress=lambda at, _of: at < 50)
    assert (done.imported, done.cancelled) == (80, True), "a few incidents are saved together, and whole"
    done = take(ctx, tmp_path, rows)
    assert (done.imported, done.duplicates, len(held(ctx))) == (20, 80, 100)


def test_each_incident_has_its_audit_entry_and_each_transaction_one(ctx: Context, tmp_path: Path) -> None:
    take(ctx, tmp_path, [row(n) for n in range(45)])
    acts = ctx.store.db.execute("SELECT act, obj FROM audit ORDER BY n").fetchall()
    assert [obj for act, obj in acts if act == "import incident"] == [record.id for record in by_number(held(ctx))]
    assert [obj for act, obj in acts if act == "import rows"] == ["40", "5"]
    assert ("import", "45 of 45") in acts


def test_a_disk_that_fills_up_leaves_whole_transactions_and_the_next_run_takes_the_rest(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(n, **({"Date": "never"} if n == 3 else {})) for n in range(100)]
    real, written = new_incident.write, []

    def fills_up(*args: Any, **more: Any) -> Any:
        written.append(None)
        if len(written) == 60:
            raise DiskFull()
        return real(*args, **more)

    monkeypatch.setattr(new_incident, "write", fills_up)
    with pytest.raises(DiskFull):
        take(ctx, tmp_path, rows)
    assert len(held(ctx)) == 39
    monkeypatch.setattr(new_incident, "write", real)
    done = take(ctx, tmp_path, rows)
    assert (done.imported, done.duplicates, done.rejected) == (60, 39, 1)
    assert [record.local_system_ref for record in by_number(held(ctx))] == [f"W{n}" for n in range(100) if n != 3]
    assert [record.reference for record in by_number(held(ctx))] == [f"CED-2611-A{n:03d}" for n in range(1, 100)]
    assert maintenance.verify(ctx).ok


def test_five_thousand_rows_with_two_hundred_bad_ones(ctx: Context, tmp_path: Path) -> None:
    rows = [row(n, **({"Date": "99/99/2026"} if n % 25 == 0 else {})) for n in range(5000)]
    told: list[int] = []
    done = take(ctx, tmp_path, rows, dry_run=True, progress=lambda at, _of: told.append(at) or True)
    assert (done.imported, done.rejected) == (4800, 200)
    assert told[-1] == 5000
    with open(tmp_path / "old.rejected.csv", encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 201


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"  \n", id="blank"),
        pytest.param(b"PK\x03\x04\x00\x00\x00zip", id="zip"),
        pytest.param(b"\xff\xfeI\x00D\x00", id="utf-16"),
        pytest.param(b"ID,Date\n1,2\n", id="columns missing"),
        pytest.param(b"ID,ID,Date,Time,Ward,What,Harm,Text\n", id="column twice"),
        pytest.param(b"\x81\x8d,\x8f\n", id="no encoding"),
        pytest.param(b",".join(b"c%d" % n for n in range(5000)), id="5,000 columns"),
    ],
)
def test_a_file_that_is_no_export_is_refused_whole(ctx: Context, tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "bad.csv").write_bytes(raw)
    with pytest.raises(ProblemsFound) as refused:
        imports.run(ctx, tmp_path / "bad.csv", mapping_file(tmp_path, MAPPING))
    assert str(refused.value)
    assert held(ctx) == []


def test_hostile_cells_are_words_and_nothing_else(ctx: Context, tmp_path: Path) -> None:
    hostile = "=cmd|' /C calc'!A0'; DROP TABLE incident;-- \x00\x1b[31m ‮ <b>"
    head = b"ID,Date,Time,Ward,What,Harm,Text\n"
    cells = f'W1,03/02/2026,14:05,CED,Assault,Low,"{hostile}"\n'.encode()
    (tmp_path / "bad.csv").write_bytes(head + b"x" * 5000 + b"\n" + cells + b"W2,03/02/2026\n" + b'W3,"unclosed\n')
    done = imports.run(ctx, tmp_path / "bad.csv", mapping_file(tmp_path, MAPPING))
    assert (done.imported, done.rejected) == (1, 3)
    assert held(ctx)[0].description == hostile.replace("\x00", "")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"version": 2}, "version"),
        ({"colums": {}}, "columns"),
        ({"dates": "dayfirst"}, "day_first"),
        ({"columns": {"reference": "ID"}}, "date"),
        ({"fields": {"act_types": {"column": "What", "values": {"A": "PHX"}}}}, "PHY"),
        ({"fields": {"acttypes": "What"}}, "act_types"),
        ({"fields": {"persn.staff_group": "What"}}, "person"),
        ({"fields": {}}, "act_types"),
        ({"fields": {"reference": "ID", "act_types": "What"}}, "reference"),
    ],
)
def test_a_mistake_in_the_mapping_is_named(ctx: Context, tmp_path: Path, change: dict[str, Any], word: str) -> None:
    with pytest.raises(ProblemsFound) as refused:
        take(ctx, tmp_path, [row()], {**MAPPING, **change})
    assert word in str(refused.value)


def test_the_example_mapping_reads_a_datix_like_export(ctx: Context, tmp_path: Path) -> None:
    head = ("ID", "Incident date", "Incident time", "Location (exact)", "Reported date", "Reported time",
            "Approval status", "Category", "Sub category", "Degree of harm", "Location type", "Person type",
            "Description", "Action taken")  # fmt: skip
    cells = ["W-77", "01/09/2026", "09:30", "Ward 4 (Cedar)", "02/09/2026", "08:00", "Finally approved",
             "Abuse etc of staff by patients", "Physical - bitten;Racial abuse", "Low", "Side room", "Employee",
             "Bitten on the hand.", "Police called;Sang a song"]  # fmt: skip
    file = write(tmp_path / "export.csv", [cells], head)
    done = imports.run(ctx, file, resource("content", "mapping_datix_like.json"))
    assert done.imported == 1
    (record,) = held(ctx)
    assert record.act_types == ["HAT", "PHY03"]
    assert (record.perp_relation, record.effect, record.location, record.status) == ("PAT", "MIN", "SID", "closed")
    assert record.reported_at == datetime(2026, 9, 2, 7, 0, tzinfo=UTC)
    assert done.warnings == ("The mapping has no code for Action taken: Sang a song (1 rows). It was left out.",)


def test_only_who_may_import_does(ctx: Context, as_role: Any, tmp_path: Path) -> None:
    for role in ("reporter", "support_lead", "vpr_lead", "auditor", "device_admin"):
        with pytest.raises(NotAllowed):
            take(as_role(role), tmp_path, [row()])
    with pytest.raises(NotFound):
        imports.run(ctx, tmp_path / "absent.csv", mapping_file(tmp_path, MAPPING))
