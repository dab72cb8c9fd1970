"""`vpr support`: the worklist, recordings and the checklist, as scripts read and write them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_commands import Vpr, log, vpr
from tests.services.test_support_template import own_template

__all__ = ["vpr"]  # the fixture


def test_list_and_record(vpr: Vpr, tmp_path: Path) -> None:  # noqa: F811
    reference = log(vpr, tmp_path)
    _, rows, _ = vpr("support", "list")
    assert rows[0].keys() == {"reference", "person", "step", "text", "due", "owner", "status", "overdue"}
    assert {row["person"] for row in rows} == {"A", "B", "team"}
    dues = [row["due"] for row in rows]
    assert dues == sorted(dues)
    _, team, _ = vpr("support", "list", "--person", "TEAM")
    assert {row["person"] for row in team} == {"team"}
    assert vpr("support", "list", "--overdue")[1] == [], "told late: everything gets four hours from now"
    code, told, err = vpr("support", "record", reference, "s2-01", "--outcome", "NRE", "--channel", "pho")
    assert (code, told) == (3, None)
    assert "one of A, B" in err
    code, told, _ = vpr(
        "support", "record", reference, "S2-01", "--outcome", "don", "--person", "b", "--channel", "PHO"
    )
    assert (code, told) == (
        0, {"reference": reference, "person": "B", "step": "S2-01", "outcome": "DON", "status": "Settled"},
    )  # fmt: skip
    code, told, _ = vpr("support", "record", reference, "S1-06", "--outcome", "DON")
    assert (code, told["person"], told["status"]) == (0, "team", "Done")
    _, rows, _ = vpr("support", "list", "--person", "B")
    assert "S2-01" not in [row["step"] for row in rows]
    assert vpr("verify")[1]["ok"]


def test_what_is_refused_and_why(vpr: Vpr, tmp_path: Path) -> None:  # noqa: F811
    reference = log(vpr, tmp_path, affected="ONE", affected_count=None)
    for arguments, words in (
        (("S2-01", "--outcome", "ADD"), "what came of it"),
        (("S2-01", "--outcome", "NAP"), "why it is not needed"),
        (("S9-99", "--outcome", "DON"), "does not stand"),
        (("S2-01", "--outcome", "DON", "--at", "yesterday"), "2026-11-22T14:05"),
        (("S2-01", "--outcome", "DEL", "--date", "soon"), "2026-11-22"),
    ):
        code, told, err = vpr("support", "record", reference, *arguments)
        assert (code, told) == (3, None)
        assert words in err
    assert vpr("support", "record", "CED-0000-X999", "S2-01", "--outcome", "DON")[0] == 3


def test_a_trusts_own_checklist(vpr: Vpr, tmp_path: Path) -> None:  # noqa: F811
    assert vpr("support", "template")[1]["id"] == "SUP-1"
    own = tmp_path / "own.json"
    own.write_text(own_template(), encoding="utf-8")
    assert vpr("support", "template", "--file", str(own))[1]["steps"] == 2
    log(vpr, tmp_path)
    assert {row["step"] for row in vpr("support", "list")[1]} == {"S0-01", "S2-01"}
    code, _, err = vpr("support", "template", "--file", str(tmp_path / "none.json"))
    assert code == 3
    assert "cannot be read" in err
