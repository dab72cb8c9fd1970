"""One PC that two organisations know: each act on it means one of them, the one that is named."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.sealing import STREAM
from vpr_desktop.central import admin
from vpr_desktop.cli.main import main
from vpr_desktop.domain.identity import stream_id

ELSEWHERE = stream_id("RX2", "CED")


@pytest.fixture
def stranger(central: Central) -> Pc:
    """A PC of which another one of each organisation brought something."""
    made = Pc(central.address, 77)
    for seed, org, st in ((1, "RX1", STREAM), (2, "RX2", ELSEWHERE)):
        sealed = replace(made.seal(made.op(st), st=st), pk=made.chain)
        assert central.pc(seed, org=org).push(sealed, st=st) == [[(1, "stored", "device-not-accepted")]]
    return made


def asked(central: Central, capsys: Any, *typed: str, code: int = 0) -> str:
    """What a command of `vpr central` says."""
    capsys.readouterr()
    assert main(["central", *typed, "--database", central.url]) == code
    return "".join(capsys.readouterr())


def states(central: Central, pc: Pc) -> list[tuple[Any, ...]]:
    return central.rows(
        f"SELECT t.org_code, d.state FROM device d JOIN trust t ON t.n = d.trust WHERE d.id = '{pc.id}' ORDER BY 1"
    )


@pytest.mark.parametrize("typed", ["accept", "revoke", "new-key", "revoke --ward CED"])
def test_of_a_pc_that_two_organisations_know_it_is_asked_which_is_meant(
    central: Central, stranger: Pc, capsys: Any, typed: str
) -> None:
    act, *more = typed.split()
    before = central.everything()
    said = asked(central, capsys, act, stranger.id, *more, code=2)
    assert "RX1 and RX2 know that PC. Say which is meant with --org-code." in said
    assert "There is no PC" in asked(central, capsys, act, stranger.id, *more, "--org-code", "RX9", code=3)
    assert central.everything() == before


def test_a_pc_is_accepted_by_the_organisation_that_is_named_and_by_no_other(
    central: Central, stranger: Pc, capsys: Any
) -> None:
    assert "is accepted" in asked(central, capsys, "accept", stranger.id, "--org-code", "rx2")
    assert states(central, stranger) == [("RX1", "known"), ("RX2", "active")]
    assert set(stranger.heads()) == {ELSEWHERE}
    assert [mark["org_code"] for mark in admin.review(central.admin)["review"]] == ["RX1"]
    before = central.everything()
    said = asked(central, capsys, "accept", stranger.id, "--org-code", "RX1", code=2)
    assert "That PC is one of RX2, and a PC belongs to one organisation." in said
    assert central.everything() == before
    asked(central, capsys, "revoke", stranger.id, "--org-code", "RX2")
    assert states(central, stranger) == [("RX1", "known"), ("RX2", "revoked")]


def test_the_lists_say_which_organisation_they_are_about(central: Central, stranger: Pc, capsys: Any) -> None:
    listed = [line for line in asked(central, capsys, "devices").splitlines() if line.startswith(stranger.id)]
    assert [("RX1" in line, "RX2" in line) for line in listed] == [(True, False), (False, True)]
    said = asked(central, capsys, "review")
    for org in ("RX1", "RX2"):
        assert f"Not accepted: {stranger.id} of {org}" in said
    told = json.loads(asked(central, capsys, "review", "--json"))
    assert [(mark["org_code"], mark["ward"]) for mark in told["review"]] == [("RX1", "CED"), ("RX2", "CED")]
