"""An earlier list of heads against what is held now: nothing of the past is changed, moved or taken away unseen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.central.test_people_and_erasing import eraser, person
from tests.sealing import STREAM
from vpr_desktop.central import admin, past
from vpr_desktop.domain.errors import WrongUse

KEPT = 3
WARD = """{{"at": "", "revoked": [], "heads": [
    {{"org_code": "", "ward": "", "chain": "", "epoch": "", "head": 1, "stream": {}}}]}}"""


@pytest.fixture
def told(central: Central, pc: Pc, tmp_path: Path) -> dict[str, Any]:
    """The list of a day on which the ward held three entries; two more came since."""
    for _ in range(KEPT):
        pc.push(pc.seal(pc.op()))
    file = tmp_path / "heads.json"
    file.write_text(json.dumps(admin.heads(central.admin)))
    pc.push(pc.seal(pc.op()), pc.seal(pc.op()))
    return past.read_list(file)


def found(central: Central, told: dict[str, Any]) -> list[tuple[str, str]]:
    made = past.compare(central.admin, told)
    return [(one.get("ward") or one["device"], one["what"]) for one in made["found"]]


def change(central: Central, sql: str, **values: Any) -> None:
    with central.admin.write() as session:
        session.run(sql, **values)


def test_what_came_in_since_is_no_difference(central: Central, told: dict[str, Any]) -> None:
    made = past.compare(central.admin, told)
    assert (made["found"], made["since"]) == ([], told["at"])
    assert made["wards"] == len(told["heads"]) > 1


@pytest.mark.parametrize("at", [1, KEPT])
def test_an_entry_that_was_changed_is_found(central: Central, told: dict[str, Any], at: int) -> None:
    change(central, "UPDATE op SET hash = :h WHERE seq = :at", h=bytes(32), at=at)
    assert found(central, told) == [("CED", "changed")]


@pytest.mark.parametrize("raw", [b"{}", None], ids=["altered", "taken away"])
def test_words_that_were_changed_under_their_hash_are_found(
    central: Central, told: dict[str, Any], raw: bytes | None
) -> None:
    change(central, "UPDATE op SET raw = :raw WHERE seq = 2", raw=raw)
    assert found(central, told) == [("CED", "changed")]


@pytest.mark.parametrize("at_once", [1, 2_000])
def test_what_was_erased_by_order_is_no_difference(
    central: Central, pc: Pc, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(past, "AT_ONCE", at_once)
    target = pc.op()
    pc.push(pc.seal(person(pc, "ig.practice", "vpr_lead"), target))
    before = admin.heads(central.admin)
    pc.push(pc.seal(eraser(pc, target)))
    assert central.rows("SELECT count(*) FROM op WHERE raw IS NULL") == [(1,)]
    assert found(central, before) == found(central, admin.heads(central.admin)) == []
    change(central, "UPDATE op SET raw = NULL WHERE seq = 3")
    assert found(central, before) == [("CED", "changed")], "what erases is there no more"


def test_entries_that_changed_places_are_found(central: Central, told: dict[str, Any]) -> None:
    for now, then in ((-1, 1), (1, 2), (2, -1)):
        change(central, "UPDATE op SET seq = :now WHERE seq = :then", now=now, then=then)
    assert found(central, told) == [("CED", "changed")]


def test_an_entry_that_was_taken_away_is_found(central: Central, told: dict[str, Any]) -> None:
    change(central, "DELETE FROM op WHERE seq = 2")
    assert found(central, told) == [("CED", "changed")]


def test_a_change_after_that_day_is_for_the_list_of_a_later_day(central: Central, told: dict[str, Any]) -> None:
    change(central, "UPDATE op SET hash = :h WHERE seq = :at", h=bytes(32), at=KEPT + 1)
    change(central, "UPDATE op SET raw = :raw WHERE seq = :at", raw=b'{"er":{', at=KEPT + 2)
    assert found(central, told) == []


def test_a_ward_that_holds_less_is_found_also_where_it_was_put_back(central: Central, told: dict[str, Any]) -> None:
    change(central, "UPDATE stream SET head = 2 WHERE id = :id", id=STREAM)
    assert found(central, told) == [("CED", "lower")]
    admin.restore_epoch(central.admin)
    expected = []
    for head in told["heads"]:
        expected += [("CED", "lower")] if head["stream"] == STREAM else []
        expected += [(head["ward"], "put-back")]
    assert found(central, told) == expected


def test_a_pc_that_is_withdrawn_no_more_is_found(central: Central, pc: Pc, told: dict[str, Any]) -> None:
    admin.revoke(central.admin, pc.id)
    later = admin.heads(central.admin)
    assert found(central, later) == []
    change(central, "UPDATE device SET state = 'active' WHERE id = :id", id=pc.id)
    assert found(central, later) == [(pc.id, "let-in")]
    assert found(central, told) == []


def test_a_ward_that_is_there_no_more_is_found(central: Central, told: dict[str, Any]) -> None:
    told["heads"][0]["stream"] = "0190aaaa-0000-7000-8000-000000000000"
    assert found(central, told) == [(told["heads"][0]["ward"], "gone")]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"at": 1, "heads": 3, "revoked": []}', '{"at": "", "heads": [{}], "revoked": []}', "[" * 100_000,
     WARD.format('"x"'), WARD.format("[]"), WARD.format("null"),
     WARD.format(f'"{STREAM}"').replace('"head": 1', '"head": 1e999')],
)  # fmt: skip
def test_a_file_that_is_no_list_is_told_in_plain_words(tmp_path: Path, text: str) -> None:
    file = tmp_path / "heads.json"
    file.write_text(text)
    with pytest.raises(WrongUse, match="heads.json is not a list"):
        past.read_list(file)
    with pytest.raises(WrongUse):
        past.read_list(tmp_path / "other.json")
