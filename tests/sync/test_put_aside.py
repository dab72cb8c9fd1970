"""A restored endpoint that puts aside what it once took: nobody brings everything again for it, minute after minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.factories import logged
from tests.sync.conftest import on_both
from tests.sync.test_two_pcs import rows, synced
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.user import User
from vpr_desktop.services import sending
from vpr_desktop.services.context import Context, Person
from vpr_desktop.sync.client import Client

Two = tuple[Context, Context]
TABLES = ("stream", "device", "device_key", "key_range", "scope", "batch", "op", "meta", "user_")


def copied(endpoint: Central) -> dict[str, list[dict[str, Any]]]:
    return {table: endpoint.admin_rows(f"SELECT * FROM {table}") for table in TABLES}


def put_back(endpoint: Central, copy: dict[str, list[dict[str, Any]]], **changes: str) -> None:
    """The endpoint as it was; without `changes` nobody told it that it is another lifetime."""
    with endpoint.admin.write() as session:
        for table in reversed((*TABLES, "review", "access_log", "quarantine")):
            session.run(f"DELETE FROM {table}")
        for table, kept in copy.items():
            for row in kept:
                names = ", ".join(row)
                session.run(f"INSERT INTO {table} ({names}) VALUES ({', '.join(':' + c for c in row)})", **row)
        for name, value in changes.items():
            session.run(f"UPDATE stream SET {name} = :v", v=value)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls, by name."""
    seen: list[str] = []

    def noting(name: str, was: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Client, *given: Any) -> Any:
            seen.append(name)
            return was(self, *given)

        return call

    for name in ("heads", "have", "pull", "push"):
        monkeypatch.setattr(Client, name, noting(name, getattr(Client, name)))
    return seen


def erased_by_a_lead_whose_access_then_ended(two: Two, endpoint: Central) -> dict[str, list[dict[str, Any]]]:
    """Returns a copy of the endpoint from before both."""
    one, other = two
    early = logged(one)
    with one.unit() as unit:
        lead = unit.save(User(ward_id=one.ward_id, user_id="ig", name="I.G.", role="vpr_lead", active=True))
        unit.commit("add user")
    synced(one, other, one)
    copy = copied(endpoint)
    with replace(one, user=Person("ig", "I.G.", "I.G.", "vpr_lead")).unit() as unit:
        unit.erase(one.reader().ops_of(early.id)[0]["op"], role="vpr_lead", ground="Order of the IG lead")
        unit.commit("erase", early.id)
    with other.unit() as unit:
        ended = unit.get(User, lead.id)
        ended.active = False
        unit.save(ended)
        unit.commit("end access")
    synced(one, other, one)
    assert rows(one, "SELECT count(*) FROM op WHERE raw IS NULL") == [(1,)]
    return copy


@on_both
def test_i9_what_a_restored_endpoint_puts_aside_is_offered_once_more_and_then_no_more(
    two: Two, endpoint: Central, asked: list[str]
) -> None:
    """The other PC brings first that access ended, and so the erasing, once taken, is not: its number never comes."""
    one, other = two
    put_back(endpoint, erased_by_a_lead_whose_access_then_ended(two, endpoint), epoch="restored")
    synced(other, one, other, one)
    assert endpoint.rows("SELECT problem FROM quarantine") == [("erase-not-entitled",)]
    held = rows(one, "SELECT seq, id FROM op ORDER BY n")
    for pc in (one, other):
        asked.clear()
        synced(pc)
        assert asked == ["heads"]
    assert rows(one, "SELECT seq, id FROM op ORDER BY n") == held
    assert rows(one, "SELECT count(*) FROM batch WHERE offer > 0") == [(0,)]
    logged(one)
    synced(one, other)
    assert rows(one, "SELECT max(seq) FROM op") == rows(other, "SELECT max(seq) FROM op")


def test_i10_what_a_restored_endpoint_puts_aside_is_listed_for_its_author_until_it_has_a_number(
    two: Two, endpoint: Central, tmp_path: Path
) -> None:
    one, other = two
    put_back(endpoint, erased_by_a_lead_whose_access_then_ended(two, endpoint), epoch="restored")
    assert not [item for item in sending.queue(one) if item.state == "PUT_ASIDE"]
    synced(other, one, other, one)
    (item,) = sending.queue(one)
    assert (item.state, item.code, item.stored, item.field) == ("PUT_ASIDE", "erase-put-aside", False, "")
    assert item.incident_id, "its reference went with its words"
    assert sending.status(one).needs_you == 1
    assert (sending.queue(other), sending.status(other).needs_you) == ([], 0)
    assert "PUT_ASIDE  erase-put-aside  1" in sending.it_log(one)
    lead = replace(one, user=Person("ig", "I.G.", "I.G.", "vpr_lead"))
    sending.export(lead, item.ops, str(tmp_path / "entry"))
    assert b'"ground":"Order of the IG lead"' in (tmp_path / "entry").read_bytes()
    with one.unit() as unit:
        (user,) = unit.find(User, user_id="ig")
        user.active = True
        unit.save(user)
        unit.commit("access again")
    synced(one, other, one)
    assert endpoint.rows("SELECT problem FROM quarantine") == []
    assert (sending.queue(one), sending.status(one).needs_you) == ([], 0)


def test_i10_an_erasing_entry_that_is_put_aside_at_once_is_listed_too(two: Two) -> None:
    one, _ = two
    early = logged(one)
    synced(one)
    with one.unit() as unit:
        unit.erase(one.reader().ops_of(early.id)[0]["op"], role="vpr_lead", ground="By somebody who may not")
        unit.commit("erase", early.id)
    synced(one)
    (item,) = sending.queue(one)
    assert (item.state, item.code) == ("NEEDS_REVIEW", "erase-not-entitled")


def test_i9_a_put_back_that_nobody_told_of_is_healed_where_something_lies_aside(two: Two, endpoint: Central) -> None:
    """Between the offer and the fetch, with no other lifetime named: what is missing is told from what lies aside."""
    one, other = two
    copy = erased_by_a_lead_whose_access_then_ended(two, endpoint)
    late = logged(other)
    synced(other, one)
    put_back(endpoint, copy, epoch="restored")
    pull, times = Client.pull, []

    def put_back_first(self: Client, *given: Any) -> bytes:
        if not times:
            times.append(1)
            put_back(endpoint, copy, epoch="restored")
        return pull(self, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "pull", put_back_first)
        synced(other)
    assert times
    synced(other, one, other)
    assert endpoint.rows("SELECT problem FROM quarantine") == [("erase-not-entitled",)]
    assert endpoint.rows("SELECT count(*) FROM op")[0][0] + 1 == rows(one, "SELECT count(*) FROM op")[0][0]
    assert rows(one, "SELECT count(*) FROM op WHERE seq IS NULL") == [(1,)]
    assert other.reader().get(Incident, late.id)
