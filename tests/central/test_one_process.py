"""SQLite has one serving process: a second is refused, and administration goes on beside it."""

from __future__ import annotations

import contextlib
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.central.conftest import fill
from tests.central.pc import Pc
from tests.central.test_processes import running
from tests.sealing import STREAM
from vpr_desktop.central.database import Database
from vpr_desktop.cli.main import main


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path}/central.db"
    with contextlib.closing(Database(made)) as database:
        fill(database)
    return made


def ended(url: str, capsys: Any) -> tuple[int, str]:
    """How `serve` ends that does not come to serve."""
    code = main(["central", "serve", "--database", url, "--port", "0"])
    out, err = capsys.readouterr()
    assert out == "", "nobody is told that it listens"
    return code, err


def test_a_second_process_is_refused_until_the_first_ended_however_it_ended(
    url: str, tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "alias.db").symlink_to(tmp_path / "central.db")
    for how in (signal.SIGKILL, signal.SIGTERM):
        with running(url) as one:
            for name in ("central.db", "alias.db"):
                code, said = ended(f"sqlite:///{tmp_path}/{name}", capsys)
                assert (code, "several processes need PostgreSQL" in said) == (9, True), said
            one.end(how)
    with running(url):
        assert {path.name for path in tmp_path.glob("*serving*")} == {"central.db-serving"}
    assert (tmp_path / "central.db-serving").stat().st_size == 0


def test_administration_goes_on_beside_it(url: str, capsys: Any) -> None:
    def asked(*typed: str) -> Any:
        assert main(["central", *typed, "--database", url, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    with running(url) as one:
        pc = Pc(one.address)
        assert pc.enrol(asked("code", "--ward", "CED", "--org-code", "RX1")["code"]).status_code == 200
        asked("add-ward", "--code", "OAK", "--name", "Oak", "--org-code", "RX1")
        assert [told["device"] for told in asked("devices")] == [pc.id]
        pc.push(pc.seal(pc.op()))
        assert [ward["head"] for ward in asked("heads")["heads"] if ward["stream"] == STREAM] == [1]
        asked("revoke", pc.id)
        assert pc.call("GET", "/v1/heads").status_code == 401
        assert one.end() == 0


@pytest.mark.parametrize("there", ["a folder", "a letter"])
def test_a_file_beside_which_nothing_can_be_locked_is_told_in_plain_words(
    url: str, tmp_path: Path, capsys: Any, there: str
) -> None:
    if there == "a folder":
        (tmp_path / "central.db-serving").mkdir()
    else:
        (tmp_path / "central.db-serving").write_text("somebody's letter " * 100)
    code, said = ended(url, capsys)
    assert (code, "Check its address" in said) == (6, True), said
