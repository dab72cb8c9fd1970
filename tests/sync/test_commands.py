"""`vpr enrol` and `vpr sync` as IT types them: JSON, exit codes, and what stays after a refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.conftest import fast_keys
from tests.factories import PASSPHRASE
from vpr_desktop.central import admin
from vpr_desktop.cli.main import main

INIT = ["init", "--org-code", "RX1", "--org-name", "Practice Trust", "--ward-code", "CED", "--ward-name", "Cedar",
        "--name", "A. Manager"]  # fmt: skip


@pytest.fixture
def vpr(tmp_path: Path, monkeypatch: Any, capsys: Any) -> Any:
    fast_keys(monkeypatch)
    monkeypatch.setenv("VPR_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("VPR_HOME", str(tmp_path / "ward"))
    monkeypatch.setenv("VPR_USER", "amanager")

    def run(*arguments: str) -> tuple[int, Any, str]:
        code = main([*arguments, "--json"])
        told = capsys.readouterr()
        return code, json.loads(told.out) if told.out else None, told.err

    assert run(*INIT)[0] == 0
    return run


def test_a_pc_is_joined_and_sends(vpr: Any, endpoint: Central) -> None:
    code = admin.add_code(endpoint.admin, ("CED",), "RX1")["code"]
    status, told, _ = vpr("enrol", endpoint.address, code[:5], code[5:].lower())
    assert (status, told["letter"], told["wards"]) == (0, "A", ["CED"])
    assert len(told["fingerprint"].split()) == 6
    status, told, _ = vpr("sync")
    assert status == 0
    assert told.keys() == {"pushed", "pulled", "conflicts", "waiting", "needs_review", "last_success"}
    assert (told["pushed"] > 0, told["waiting"]) == (True, 0)
    assert vpr("sync")[1]["pushed"] == 0


def test_a_wrong_code_an_unsafe_address_and_another_ward_are_told(vpr: Any, endpoint: Central) -> None:
    status, told, err = vpr("enrol", endpoint.address, "0000000000")
    assert (status, told) == (6, None)
    assert "code is wrong" in err
    assert vpr("enrol", endpoint.address, "12")[0] == 3
    assert vpr("enrol", "http://server.example", "0000000000")[0] == 2
    status, _, err = vpr("enrol", endpoint.address, admin.add_code(endpoint.admin, ("BIR",), "RX1")["code"])
    assert status == 6
    assert "The code is for another ward than this PC's, and was not used." in err
    status, _, err = vpr("sync")
    assert status == 6
    assert "not joined" in err


def test_a_code_for_another_ward_joins_this_pc_to_nothing_and_stays_good(vpr: Any, endpoint: Central) -> None:
    """The endpoint kept that ward for this PC, and with the right code its people came to read both."""
    other = admin.add_code(endpoint.admin, ("BIR",), "RX1")["code"]
    assert vpr("enrol", endpoint.address, other)[0] == 6
    assert admin.list_devices(endpoint.admin) == []
    code = admin.add_code(endpoint.admin, ("CED",), "RX1")["code"]
    assert vpr("enrol", endpoint.address, code)[1]["wards"] == ["CED"]
    assert Pc(endpoint.address, 9).enrol(other).status_code == 200


def test_a_repeated_code_that_gives_a_taken_ward_no_more_says_so(vpr: Any, endpoint: Central) -> None:
    code = admin.add_code(endpoint.admin, ("CED",), "RX1")["code"]
    joined = vpr("enrol", endpoint.address, code)[1]
    admin.end_scope(endpoint.admin, joined["device"], "CED")
    status, _, err = vpr("enrol", endpoint.address, code)
    assert status == 3
    assert "The code gave this PC none of its wards. Ask IT for a code for CED of RX1." in err


def test_a_new_key_is_ordered_on_the_pc_and_at_the_endpoint(vpr: Any, endpoint: Central, capsys: Any) -> None:
    code = admin.add_code(endpoint.admin, ("CED",), "RX1")["code"]
    joined = vpr("enrol", endpoint.address, code)[1]
    status, told, _ = vpr("sync", "new-key")
    assert (status, told["changed"], told["waiting"]) == (0, True, 0)
    assert told["fingerprint"] != joined["fingerprint"]
    asked = ("central", "new-key", joined["device"], "--database", endpoint.url)
    assert main(list(asked)) == 0
    assert told["fingerprint"] in capsys.readouterr().out
    status, told, _ = vpr("sync")
    assert (status, told.keys() & {"fingerprint", "changed"}) == (0, set())
    admin.revoke(endpoint.admin, joined["device"])
    assert main(list(asked)) == 2
    assert "A new code" in capsys.readouterr().err
    status, told, err = vpr("sync", "new-key")
    assert (status, told["changed"]) == (6, False)
    assert "withdrawn" in err


def test_who_does_not_run_the_pc_orders_no_key(vpr: Any, endpoint: Central, tmp_path: Path, monkeypatch: Any) -> None:
    vpr("enrol", endpoint.address, admin.add_code(endpoint.admin, ("CED",), "RX1")["code"])
    (tmp_path / "new").write_text(PASSPHRASE)
    added = vpr(
        "users", "add", "rnurse", "--name", "R. Nurse", "--role", "reporter",
        "--new-passphrase-file", str(tmp_path / "new"),
    )  # fmt: skip
    assert added[0] == 0, added
    monkeypatch.setenv("VPR_USER", "rnurse")
    assert vpr("sync")[0] == 0
    assert vpr("sync", "new-key")[:2] == (4, None)


def test_a_withdrawn_pc_keeps_what_waits(vpr: Any, endpoint: Central) -> None:
    code = admin.add_code(endpoint.admin, ("CED",), "RX1")["code"]
    device = vpr("enrol", endpoint.address, code)[1]["device"]
    admin.revoke(endpoint.admin, device)
    status, told, err = vpr("sync")
    assert (status, told["pushed"], told["last_success"]) == (6, 0, None)
    assert told["waiting"] > 0
    assert "withdrawn" in err
