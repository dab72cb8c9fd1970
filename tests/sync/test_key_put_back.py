"""Keys changed, and then an endpoint or a PC that is put back to before it: the entries of both keep their proof."""

from __future__ import annotations

import pytest

from tests.central.conftest import Central
from tests.factories import logged
from tests.sync.conftest import on_both
from tests.sync.test_key_rotation import Two, at_endpoint, code, keys
from tests.sync.test_two_pcs import rows, same, synced
from vpr_desktop import bootstrap
from vpr_desktop.domain import batches
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.ops import chain_next
from vpr_desktop.services import enrolment, maintenance
from vpr_desktop.services.context import Context
from vpr_desktop.storage import keychange, lifetime
from vpr_desktop.storage.streams import Place
from vpr_desktop.sync.client import Client
from vpr_desktop.sync.page import KeyBook, prove


@pytest.fixture(autouse=True)
def clocks_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "clock_gap", lambda _: 0.0)


@on_both
def test_twice_and_an_endpoint_put_back_to_before_the_last(two: Two, endpoint: Central) -> None:
    one, other = two
    logged(one)
    synced(one, other)
    for count in (2, 3):
        enrolment.order_new_key(one)
        made = logged(one)
        synced(one)
        assert keys(one) == count
    put_back(endpoint, one, keep=2)
    synced(one, other, one)  # no new code
    assert at_endpoint(endpoint, one) == [(1, "ended"), (2, "ended"), (3, "open")]
    assert other.reader().get(Incident, made.id)
    assert endpoint.rows("SELECT count(*) FROM review") == [(0,)]
    put_back(endpoint, one, keep=1)
    refused = bootstrap.sync(one).refused
    assert refused is not None
    assert refused.kind == "bad-signature"
    late = logged(one)
    bootstrap.enrol(one, endpoint.address, code(endpoint))
    synced(one, other, one)
    assert other.reader().get(Incident, late.id)
    same(one, other)


@on_both
def test_an_endpoint_put_back_hears_of_the_new_key_from_another_pc_first(two: Two, endpoint: Central) -> None:
    one, other = two
    logged(one)
    synced(one, other)
    enrolment.order_new_key(one)
    synced(one)
    early = logged(one)
    synced(one, other)
    (st,) = {row[0] for row in rows(one, "SELECT DISTINCT st FROM op")}
    kept = endpoint.rows("SELECT head FROM stream WHERE id = '" + st + "'")[0][0]
    put_back(endpoint, one, keep=1)
    lose_last_batch(endpoint, one, st)
    synced(other)
    assert endpoint.rows("SELECT head FROM stream WHERE id = '" + st + "'")[0][0] == kept
    assert at_endpoint(endpoint, one) == [(1, "open"), (2, "ended")]
    late = logged(one)
    synced(one, other, one)
    assert at_endpoint(endpoint, one) == [(1, "ended"), (2, "open")]
    for got in (early, late):
        assert other.reader().get(Incident, got.id)
    assert endpoint.rows("SELECT count(*) FROM review WHERE code = 'key-ended'") == [(0,)]
    bootstrap.enrol(one, endpoint.address, code(endpoint))
    newest = logged(other)
    synced(other, one)
    assert one.reader().get(Incident, newest.id)
    prove_all(one, endpoint, st)


def lose_last_batch(endpoint: Central, pc: Context, st: str) -> None:
    """The endpoint is put back to before it took the last batch of a PC."""
    with endpoint.admin.write() as session:
        (n,) = session.one("SELECT max(n) FROM batch WHERE dev = :d", d=pc.store.device_id)
        session.run("DELETE FROM op WHERE batch = :n", n=n)
        session.run("DELETE FROM batch WHERE n = :n", n=n)
        (stream,) = session.one("SELECT n FROM stream WHERE id = :st", st=st)
        link, head = batches.stream_chain_start(st), 0
        for hashed, head in session.rows("SELECT hash, seq FROM op WHERE st = :st ORDER BY seq", st=stream):  # noqa: B007
            link = chain_next(link, bytes(hashed))
        session.run("UPDATE stream SET head = :h, chain = :c, epoch = 'older' WHERE n = :n", h=head, c=link, n=stream)


def prove_all(pc: Context, endpoint: Central, st: str) -> None:
    """Whoever comes to the ward now proves all of it."""
    client = bootstrap.connect(pc, endpoint.address)
    book = KeyBook(client.keys().devices)
    proven = prove(client.pull(st, 0), st, Place(0, "", batches.stream_chain_start(st).hex()), book)
    client.close()
    assert proven.lines


def put_back(endpoint: Central, pc: Context, keep: int) -> None:
    """As a backup of the endpoint from when this PC had fewer keys."""
    dev = f"device = '{pc.store.device_id}'"
    with endpoint.admin.write() as session:
        session.run(f"DELETE FROM key_range WHERE {dev} AND n > {keep}")
        session.run(f"DELETE FROM key_range WHERE {dev} AND n = {keep} AND above_no IS NULL")
        session.run(f"UPDATE key_range SET last_inc = NULL, last_no = NULL WHERE {dev} AND n = {keep}")
        session.run(f"DELETE FROM device_key WHERE {dev} AND n > {keep}")
        session.run(f"UPDATE device_key SET state = 'open' WHERE {dev} AND n = {keep}")
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]


@on_both
def test_a_pc_put_back_to_before_the_change_comes_with_one_more_key(two: Two, endpoint: Central) -> None:
    one, other = two
    early = logged(one)
    synced(one, other)
    old = {k: bytes(v) for k, v in rows(one, "SELECT k, v FROM state WHERE k = 'device_key'")}
    enrolment.order_new_key(one)
    synced(one)
    made = logged(one)
    synced(one)
    with one.unit() as unit:  # as a backup of before, put in place on purpose
        unit.db.execute("DELETE FROM state WHERE k = ?", (keychange.CHAIN,))
        unit.put_state(keychange.KEY, old["device_key"])
        lifetime.begin_again(unit.db)
        unit.commit("restore")
    refused = bootstrap.sync(one).refused
    assert refused is not None
    assert refused.kind == "bad-signature"
    late = logged(one)
    bootstrap.enrol(one, endpoint.address, code(endpoint))
    assert at_endpoint(endpoint, one) == [(1, "ended"), (2, "ended"), (3, "open")]
    synced(one, other, one)
    for got in (early, made, late):
        assert other.reader().get(Incident, got.id)
    assert maintenance.verify(one).ok
    assert endpoint.rows("SELECT count(*) FROM review") == [(0,)]
    same(one, other)


def test_a_pc_put_back_twice_to_lower_numbers_changes_its_key_and_is_still_read(
    two: Two, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its second life has lower numbers than the first, of which its file knows nothing: its key then begins at a first
    batch, below the last one of the key before."""
    one, other = two

    def begin_again(step: int) -> None:
        monkeypatch.setattr(lifetime.secrets, "randbelow", lambda _: step)
        with one.unit() as unit:
            unit.put_state("incarnation", b"1")
            unit.begin_again()
            unit.commit("restore")

    begin_again(900_000)
    early = logged(one)
    synced(one, other)
    begin_again(10)
    enrolment.order_new_key(one)
    synced(one)
    late = logged(one)
    synced(one, other, one)
    assert [state for _, state in at_endpoint(endpoint, one)] == ["ended", "open"]
    assert endpoint.rows("SELECT above_no FROM key_range WHERE above_no IS NOT NULL") == [(0,)]
    for got in (early, late):
        assert other.reader().get(Incident, got.id)
    same(one, other)
