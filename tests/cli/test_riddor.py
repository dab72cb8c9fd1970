"""`vpr riddor` and the sheets of `vpr print`: dates that wait, decisions by name, papers about one person."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import Vpr, log, vpr
from tests.pdfs import text_of

__all__ = ["vpr"]  # the fixture


def test_dates_and_decisions(vpr: Vpr, tmp_path: Path) -> None:  # noqa: F811
    reference = log(vpr, tmp_path)
    code, rows, _ = vpr("riddor", "list")
    assert code == 0
    assert {(row["reference"], row["person"], row["text"]) for row in rows} == {
        (reference, "A", "RIDDOR: decide"), (reference, "B", "RIDDOR: decide"),
    }  # fmt: skip
    assert rows[0].keys() == {"reference", "person", "text", "due", "overdue", "rule"}
    assert vpr("riddor", "list", "--overdue")[1] == []
    decided = ("riddor", "decide", reference, "--status", "o7", "--by", "H. Safety, adviser", "--reason", "Off 8 days.")
    code, told, err = vpr(*decided)
    assert (code, told) == (3, None)
    assert "one of: A, B" in err
    assert vpr(*decided, "--person", "a")[1] == {"reference": reference, "person": "A", "status": "O7"}
    after = {row["person"]: row["text"] for row in vpr("riddor", "list")[1]}
    assert after == {"A": "RIDDOR: note that it was sent", "B": "RIDDOR: decide"}
    code, told, err = vpr(*decided, "--person", "A", "--sent-at", "yesterday")
    assert (code, told) == (3, None)
    assert "2026-11-22T14:05" in err


@pytest.mark.parametrize(
    ("sheet", "title"),
    [("checklist", "1:1 CHECKLIST"), ("referral", "REFERRAL"), ("f2508", "F2508 SHEET"), ("police", "POLICE")],
)
def test_sheets_about_an_incident(vpr: Vpr, tmp_path: Path, sheet: str, title: str) -> None:  # noqa: F811
    reference, out = log(vpr, tmp_path), tmp_path / "sheet.pdf"
    command = ("print", reference, "--sheet", sheet, "--out", str(out))
    if sheet != "police":
        code, _, err = vpr(*command)
        assert (code, out.exists()) == (3, False)
        assert "one of: A, B" in err
        command = (*command, "--person", "b")
    assert vpr(*command)[0] == 0
    text = text_of(out)
    assert reference in text
    assert title in text.upper()
