"""`vpr central` as an administrator types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vpr_desktop.cli.main import main


@pytest.fixture
def vpr(tmp_path: Path, capsys: Any) -> Any:
    database = f"sqlite:///{tmp_path}/central.db"

    def run(*arguments: str, code: int = 0) -> Any:
        assert main(["central", *arguments, "--database", database, "--json"]) == code
        out, err = capsys.readouterr()
        return json.loads(out) if code == 0 else err

    return run


def test_an_endpoint_is_made_and_filled(vpr: Any) -> None:
    assert vpr("init", "--org-code", "rx1", "--org-name", "Practice Trust")["org_code"] == "RX1"
    vpr("add-ward", "--code", "ced", "--name", "Cedar")
    code = vpr("code", "--ward", "CED")
    assert len(code["code"]) == 10
    assert code["expires"].endswith("Z")
    assert vpr("devices") == []
    assert vpr("review") == {"review": [], "alarms": [], "quarantine": [], "not_accepted": []}
    before = vpr("heads")["heads"][0]
    assert (before["ward"], before["head"]) == ("CED", 0)
    assert vpr("restore-epoch")["streams"] == 1
    assert vpr("heads")["heads"][0]["epoch"] != before["epoch"]


def test_what_is_not_there_is_said_in_plain_words(vpr: Any) -> None:
    assert "vpr central init" in vpr("heads", code=6)
    vpr("init", "--org-code", "RX1", "--org-name", "Practice Trust")
    assert "Add it first" in vpr("code", "--ward", "NON", code=3)
    assert "no identity of a PC" in vpr("revoke", "not-a-pc", code=3)
    vpr("init", "--org-code", "RX2", "--org-name", "Other Practice Trust")
    assert "--org-code" in vpr("add-ward", "--code", "CED", "--name", "Cedar", code=2)


def test_a_database_that_is_none_is_refused(capsys: Any) -> None:
    assert main(["central", "heads", "--database", "mysql://x"]) == 2
    assert "sqlite:///" in capsys.readouterr().err
