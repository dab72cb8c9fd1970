"""`vpr central` as an administrator types it."""

from __future__ import annotations

import inspect
import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from vpr_desktop.cli import central_arguments
from vpr_desktop.cli.main import main


@pytest.fixture
def vpr(tmp_path: Path, capsys: Any) -> Any:
    database = f"sqlite:///{tmp_path}/central.db"

    def run(*arguments: str, code: int = 0) -> Any:
        assert main(["central", *arguments, "--database", database, "--json"]) == code
        out, err = capsys.readouterr()
        return json.loads(out) if code in (0, 7) else err

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


def test_an_earlier_list_is_compared(vpr: Any, tmp_path: Path, capsys: Any) -> None:
    vpr("init", "--org-code", "RX1", "--org-name", "Practice Trust")
    vpr("add-ward", "--code", "CED", "--name", "Cedar")
    file = tmp_path / "heads.json"
    file.write_text(json.dumps(vpr("heads")))
    assert vpr("compare", str(file))["found"] == []
    vpr("restore-epoch")
    found = vpr("compare", str(file), code=7)["found"]
    assert found == [{"org_code": "RX1", "ward": "CED", "what": "put-back"}]
    assert main(["central", "compare", str(file), "--database", f"sqlite:///{tmp_path}/central.db"]) == 7
    assert capsys.readouterr().out.startswith("RX1 CED: was put back from a backup since")
    assert "is not a list" in vpr("compare", str(tmp_path / "central.db"), code=2)


def test_what_is_not_there_is_said_in_plain_words(vpr: Any) -> None:
    assert "vpr central init" in vpr("heads", code=3)
    vpr("init", "--org-code", "RX1", "--org-name", "Practice Trust")
    assert "Add it first" in vpr("code", "--ward", "NON", code=3)
    assert "no identity of a PC" in vpr("revoke", "not-a-pc", code=3)
    vpr("init", "--org-code", "RX2", "--org-name", "Other Practice Trust")
    assert "--org-code" in vpr("add-ward", "--code", "CED", "--name", "Cedar", code=2)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    {
        ("add-ward", "--code", "", "--name", "Cedar"): "letters and digits",
        ("add-ward", "--code", "CED WARD", "--name", "Cedar"): "letters and digits",
        ("add-ward", "--code", "CEDARWARD11", "--name", "Cedar"): "1 to 10",
        ("init", "--org-code", "Practice Trust", "--org-name", "RX1"): "such as RX1",
        ("serve", "--public-url", "vpr.practice.example"): "https://",
        ("serve", "--public-url", "http://vpr.practice.example"): "https://",
    }.items(),
)
def test_what_no_pc_could_use_is_not_kept(vpr: Any, typed: tuple[str, ...], sentence: str) -> None:
    vpr("init", "--org-code", "RX1", "--org-name", "Practice Trust")
    assert sentence in vpr(*typed, code=2)
    assert vpr("heads")["heads"] == []
    vpr("add-ward", "--code", "CED", "--name", "Cedar")  # with --org-code only, were there a second organisation


@pytest.mark.parametrize("port", ["99999", "-1", "web"])
def test_a_port_that_is_none_is_told_in_plain_words(port: str, capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["central", "serve", f"--port={port}"])
    assert (ended.value.code, "no port. Give a number" in capsys.readouterr().err) == (2, True)


def test_a_database_that_is_none_is_refused(capsys: Any) -> None:
    assert main(["central", "heads", "--database", "mysql://x"]) == 2
    assert "sqlite:///" in capsys.readouterr().err


def test_a_database_that_does_not_answer_is_told_from_one_without_an_endpoint(tmp_path: Path, capsys: Any) -> None:
    nobody = "postgresql://vpr:practice@127.0.0.1:1/vpr"
    for act in ("heads", "serve"):
        asked = ["central", act, "--database", nobody, *(["--port", "0"] if act == "serve" else [])]
        assert main(asked) == 6
        out, err = capsys.readouterr()
        assert "does not answer" in err
        assert out == "", "nobody is told that it listens"
    assert main(["central", "serve", "--database", f"sqlite:///{tmp_path}/none.db", "--port", "0"]) == 3
    out, err = capsys.readouterr()
    assert ("vpr central init" in err, out) == (True, "")


PC = "00000000-0000-4000-8000-000000000000"
COMMANDS = [
    ("init", "--org-code", "RX1", "--org-name", "Practice Trust"), ("add-ward", "--code", "CED", "--name", "Cedar"),
    ("code", "--ward", "CED"), ("devices",), ("accept", PC), ("revoke", PC), ("revoke", PC, "--ward", "CED"),
    ("new-key", PC), ("review",), ("review", "--settle", "1"), ("restore-epoch",), ("heads",),
    ("compare", "heads.json"), ("serve", "--port", "0"),
]  # fmt: skip


def test_every_command_is_looked_at_here() -> None:
    acts = re.findall(r'\bact\("([a-z-]+)"', inspect.getsource(central_arguments))
    assert set(acts) == {typed[0] for typed in COMMANDS}


@pytest.mark.parametrize("typed", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(("held", "sentence"), {"0": "the program of before", "2": "the newer program"}.items())
def test_tables_of_another_version_are_left_as_they_are(
    tmp_path: Path, vpr: Any, typed: tuple[str, ...], held: str, sentence: str
) -> None:
    vpr("init", "--org-code", "RX1", "--org-name", "Practice Trust")
    with closing(sqlite3.connect(tmp_path / "central.db")) as database, database:
        database.execute("UPDATE meta SET v = ? WHERE k = 'schema'", (held,))
        database.execute("DROP TABLE nonce")  # such a table is not made anew either
        before = list(database.iterdump())
    said = vpr(*typed, code=3)
    assert f"version {held}, those of this program of version 1. Nothing was changed." in said
    assert sentence in said
    with closing(sqlite3.connect(tmp_path / "central.db")) as database:
        assert list(database.iterdump()) == before


@pytest.mark.parametrize("typed", COMMANDS[1:], ids=" ".join)
def test_where_there_is_no_endpoint_every_command_says_so_and_makes_none(
    tmp_path: Path, vpr: Any, typed: tuple[str, ...]
) -> None:
    assert "vpr central init" in vpr(*typed, code=3)
    assert list(tmp_path.iterdir()) == []
    sqlite3.connect(tmp_path / "central.db").close()  # a new file with nothing in it
    assert "vpr central init" in vpr(*typed, code=3)


def test_what_is_no_database_is_told_in_plain_words(tmp_path: Path, vpr: Any) -> None:
    (tmp_path / "central.db").write_text("somebody's letter " * 100)
    for typed in COMMANDS:
        assert "Check its address" in vpr(*typed, code=6)


def test_lists_with_nothing_in_them_say_so(tmp_path: Path, capsys: Any) -> None:
    database = ("--database", f"sqlite:///{tmp_path}/central.db")
    assert main(["central", "init", "--org-code", "RX1", "--org-name", "Practice Trust", *database]) == 0
    assert "joins at once" in capsys.readouterr().out
    assert main(["central", "review", *database]) == 0
    assert capsys.readouterr().out == "Nothing to look at.\n"
    assert main(["central", "devices", *database]) == 0
    assert "No PC has joined yet" in capsys.readouterr().out
    assert main(["central", "review", "--settle", "4", *database]) == 3
    assert "There is no mark 4" in capsys.readouterr().err


def test_without_its_packages_every_command_says_what_to_install(tmp_path: Path) -> None:
    """As after an install without the extra: the import of one of them fails."""
    database = f"sqlite:///{tmp_path}/central.db"
    for asked in (["heads"], ["serve"], ["init", "--org-code", "RX1", "--org-name", "Practice Trust"]):
        code = "import sys; sys.modules['psycopg'] = None; from vpr_desktop.cli.main import main; sys.exit(main())"
        line = [sys.executable, "-c", code, "--home", str(tmp_path / "pc"), "central", *asked, "--database", database]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert (done.returncode, "pip install" in done.stderr) == (2, True), done.stderr
