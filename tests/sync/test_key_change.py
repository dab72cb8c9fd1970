"""A withdrawn PC that gets a new code: the old key seals what waits, the new one takes over, and nothing is lost."""

from __future__ import annotations

import pytest

from tests.central.conftest import Central
from tests.factories import logged
from tests.sync.conftest import on_both
from tests.sync.test_two_pcs import rows, same, synced
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.domain.errors import ProblemsFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import enrolment, maintenance
from vpr_desktop.services.context import Context
from vpr_desktop.storage import keychange
from vpr_desktop.sync.client import Client
from vpr_desktop.sync.refusals import Refused

Two = tuple[Context, Context]


def withdrawn(pc: Context, endpoint: Central) -> None:
    admin.revoke(endpoint.admin, pc.store.device_id)
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    got = bootstrap.sync(pc)
    assert got.refused is not None
    assert got.refused.kind == "device-revoked"


def code(endpoint: Central) -> str:
    return str(admin.add_code(endpoint.admin, ("CED",), "RX1")["code"])


@on_both
def test_a_pc_that_did_not_hear_that_it_was_withdrawn_comes_with_a_new_key_too(two: Two, endpoint: Central) -> None:
    one, other = two
    early = logged(one)
    synced(one, other)
    before = enrolment.this_pc(one).fingerprint
    waits = logged(one)
    admin.revoke(endpoint.admin, one.store.device_id)
    made = bootstrap.enrol(one, endpoint.address, code(endpoint))
    assert made["fingerprint"] == enrolment.this_pc(one).fingerprint != before
    synced(one, other, one)
    assert [other.reader().get(Incident, got.id).id for got in (early, waits)] == [early.id, waits.id]
    assert endpoint.rows("SELECT count(*) FROM review WHERE kind = 'alarm'") == [(0,)]
    same(one, other)


@on_both
def test_what_waited_is_sealed_with_the_old_key_and_the_new_key_takes_over(two: Two, endpoint: Central) -> None:
    one, other = two
    early = logged(one)
    synced(one, other)
    before = enrolment.this_pc(one).fingerprint
    waits = logged(one)
    withdrawn(one, endpoint)
    late = logged(one)  # work goes on, and what it can be undone for is over with the change of the key
    made = bootstrap.enrol(one, endpoint.address, code(endpoint))
    assert made["fingerprint"] != before
    assert made["fingerprint"] == enrolment.this_pc(one).fingerprint
    assert rows(one, "SELECT DISTINCT state FROM outbox") == [("SEALED",)]
    after = logged(one)
    synced(one, other, one)
    for got in (early, waits, late, after):
        assert other.reader().get(Incident, got.id).description
    assert rows(one, "SELECT DISTINCT code FROM outbox") == [("key-ended",)]
    marks = endpoint.rows("SELECT DISTINCT code FROM review WHERE kind = 'review'")
    assert marks == [("key-ended",)]
    assert endpoint.rows("SELECT count(*) FROM review WHERE kind = 'alarm'") == [(0,)]
    first, newest = (link[0] for link in keychange.chain(one.store.db))
    assert first != newest
    same(one, other)


def test_a_lost_answer_or_a_wrong_code_keeps_the_key_that_was_made(
    two: Two, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    logged(one)
    synced(one, other)
    withdrawn(one, endpoint)
    waits = logged(one)
    with pytest.raises(Refused):
        bootstrap.enrol(one, endpoint.address, "0" * 10)
    (kept,) = rows(one, "SELECT v FROM state WHERE k = 'device_key_next'")
    with pytest.raises(ProblemsFound):
        bootstrap.enrol(one, endpoint.address, "short")
    enrol, good = Client.enrol, code(endpoint)

    def cut(self: Client, asked: object) -> object:
        enrol(self, asked)  # type: ignore[arg-type]
        raise Refused("no-answer")

    monkeypatch.setattr(Client, "enrol", cut)
    with pytest.raises(Refused):
        bootstrap.enrol(one, endpoint.address, good)
    monkeypatch.undo()
    assert rows(one, "SELECT v FROM state WHERE k = 'device_key_next'") == [kept]
    bootstrap.enrol(one, endpoint.address, good)
    assert rows(one, "SELECT v FROM state WHERE k = 'device_key'") == [kept]
    assert rows(one, "SELECT k FROM state WHERE k IN ('device_key_next', 'device_withdrawn')") == []
    synced(one, other, one)
    assert other.reader().get(Incident, waits.id)
    same(one, other)


@on_both
def test_an_endpoint_restored_to_before_the_new_key_takes_the_whole_chain(two: Two, endpoint: Central) -> None:
    one, other = two
    logged(one)
    synced(one, other)
    withdrawn(one, endpoint)
    bootstrap.enrol(one, endpoint.address, code(endpoint))
    made = logged(one)
    synced(one, other, one)
    with endpoint.admin.write() as session:  # as a backup of before the change of the key
        session.run("DELETE FROM key_range")
        session.run("DELETE FROM device_key WHERE n > 1")
        session.run("UPDATE device_key SET state = 'open'")
    synced(one, other, one)
    assert endpoint.rows("SELECT DISTINCT n, state FROM device_key WHERE n > 1") == [(2, "open")]
    assert other.reader().get(Incident, made.id)
    assert maintenance.verify(one).ok
    same(one, other)
