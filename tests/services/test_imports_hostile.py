"""Import of files made badly or with ill will: nothing runs in a spreadsheet, nothing rejected is lost."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE
from tests.fakes import FakeClock
from tests.services.test_imports import HEAD, MAPPING, held, mapping_file, row, take, write
from vpr_desktop.services import imports, maintenance, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.services.import_file import REASON, UNREADABLE_ROW

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "=cmd|' /C calc'!A0"]


def rows_of(path: Path, encoding: str = "utf-8") -> list[list[str]]:
    before = csv.field_size_limit(2**24)
    try:
        with open(path, encoding=encoding, newline="") as file:
            return list(csv.reader(file))
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize("cell", FORMULAS)
@pytest.mark.parametrize("column", ["ID", "Date", "Ward", "What", "Text"])
def test_no_cell_of_the_rejected_file_is_a_formula(ctx: Context, tmp_path: Path, column: str, cell: str) -> None:
    take(ctx, tmp_path, [row(1, **{"Date": "soon", column: cell})])
    raw = rows_of(tmp_path / "old.rejected.csv")
    assert len(raw) == 2
    assert not [one for line in raw for one in line if one.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("cell", [*FORMULAS, "'quoted", "''=twice", "'=1", "plain", "O'Neil"])
def test_what_was_made_harmless_is_taken_as_it_was(ctx: Context, tmp_path: Path, cell: str) -> None:
    take(ctx, tmp_path, [row(1, Date="", Text=f"{cell} end")])
    lines = rows_of(tmp_path / "old.rejected.csv")
    lines[1][1 + HEAD.index("Date")] = "04/02/2026"
    write(tmp_path / "right.csv", lines[1:], tuple(lines[0]))
    assert imports.run(ctx, tmp_path / "right.csv", mapping_file(tmp_path, MAPPING)).imported == 1
    assert held(ctx)[0].description == f"{cell} end".strip()


def test_a_row_rejected_twice_has_one_reason(ctx: Context, tmp_path: Path) -> None:
    take(ctx, tmp_path, [row(1, Date="", Text="-x")])
    imports.run(ctx, tmp_path / "old.rejected.csv", mapping_file(tmp_path, MAPPING))
    first, second = (rows_of(tmp_path / name) for name in ("old.rejected.csv", "old.rejected.rejected.csv"))
    assert first == second
    assert first[0] == [REASON, *HEAD]


def test_one_broken_byte_rejects_its_row_and_no_other(ctx: Context, tmp_path: Path) -> None:
    file = write(tmp_path / "old.csv", [row(1, Text="Café é"), row(2, Text="Café XX"), row(3, Text="naïve")])
    file.write_bytes(file.read_bytes().replace(b"XX", b"\xff\xe9"))
    done = imports.run(ctx, file, mapping_file(tmp_path, MAPPING))
    assert (done.imported, done.rejected) == (2, 1)
    assert {record.description for record in held(ctx)} == {"Café é", "naïve"}
    raw = (tmp_path / "old.rejected.csv").read_bytes()
    assert b"\xff\xe9" in raw, "the very bytes are kept"
    assert UNREADABLE_ROW.encode() in raw


def test_ragged_rows_nul_and_a_cell_of_a_megabyte_are_kept_whole(ctx: Context, tmp_path: Path) -> None:
    odd = [row(1), [*row(2), "one too many"], row(3)[:4], row(4, Text="x" * 1024 * 1024), ["W5"], row(6, Date="\x00")]
    done = take(ctx, tmp_path, odd)
    assert (done.read, done.imported, done.rejected) == (6, 1, 5)
    assert [line[1:] for line in rows_of(tmp_path / "old.rejected.csv")[1:]] == odd[1:]


def test_every_row_is_imported_a_duplicate_or_in_the_rejected_file(ctx: Context, tmp_path: Path) -> None:
    rows = [row(n, Date="" if n % 5 == 0 else "03/02/2026") for n in range(40)] + [row(1), row(2)]
    done = take(ctx, tmp_path, rows)
    assert done.read == done.imported + done.rejected + done.duplicates == 42
    assert len(rows_of(tmp_path / "old.rejected.csv")) - 1 == done.rejected == 8
    assert len(held(ctx)) == done.imported == 32


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.conftest import FAST
from tests.factories import PASSPHRASE
from tests.fakes import FakeClock
from vpr_desktop.services import imports, new_incident, sessions

home, file, mapping, where, count = *map(Path, sys.argv[1:4]), sys.argv[4], int(sys.argv[5])
ctx = sessions.unlock(home, "amanager", PASSPHRASE, FakeClock(), FAST)
inner = new_incident.write

def write(*args, **kwargs):
    global count
    count -= 1
    if where == "before" and count == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    made = inner(*args, **kwargs)
    if where == "within" and count == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return made

new_incident.write = write
imports.run(ctx, file, mapping)
"""


@pytest.mark.parametrize("where", ["before", "within"])
def test_an_import_killed_in_the_middle_is_finished_by_the_next(
    ctx: Context, home: Path, tmp_path: Path, where: str
) -> None:
    rows = [row(n, Date="" if n % 6 == 5 else "03/02/2026") for n in range(54)]
    file, mapping = write(tmp_path / "old.csv", rows), mapping_file(tmp_path, MAPPING)
    sessions.lock(ctx)
    command = [sys.executable, "-c", KILLED, str(home), str(file), str(mapping), where, "40"]
    died = subprocess.run(command, cwd=Path(__file__).parents[2], env=dict(os.environ), check=False)
    assert died.returncode == -signal.SIGKILL
    again = sessions.unlock(home, "amanager", PASSPHRASE, FakeClock(), FAST)
    try:
        assert len(held(again)) == 34, "what was one transaction is there as a whole, of the next nothing"
        assert maintenance.verify(again).ok
        done = imports.run(again, file, mapping)
        assert (done.imported, done.duplicates, done.rejected) == (11, 34, 9)
        assert len({record.local_system_ref for record in held(again)}) == len(held(again)) == 45
        assert maintenance.verify(again).ok
    finally:
        sessions.lock(again)
