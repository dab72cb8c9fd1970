"""A PC changes its key each year, and on order: nothing is lost, nothing sealed early, no entry without a key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.factories import logged
from tests.sync.conftest import on_both
from tests.sync.test_two_pcs import rows, same, synced
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.domain import batches
from vpr_desktop.domain.batches import unb64
from vpr_desktop.domain.device_keys import MOST_KEYS
from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.ops import canonical
from vpr_desktop.services import enrolment
from vpr_desktop.services.context import Context
from vpr_desktop.storage import keychange
from vpr_desktop.storage.device import is_signed, public_key
from vpr_desktop.sync.client import Client
from vpr_desktop.sync.protocol import Rotate
from vpr_desktop.sync.refusals import Refused

Two = tuple[Context, Context]
ROTATE = Client.rotate


@pytest.fixture(autouse=True)
def gap(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How far the endpoint's clock is ahead of the PCs', which tests move by years; the endpoint's stands still."""
    ahead = [0.0]
    monkeypatch.setattr(Client, "clock_gap", lambda _: ahead[0])
    return ahead


def keys(pc: Context) -> int:
    return len(keychange.chain(pc.store.db))


def at_endpoint(endpoint: Central, pc: Context) -> list[tuple[Any, ...]]:
    return endpoint.rows(f"SELECT n, state FROM device_key WHERE device = '{pc.store.device_id}' ORDER BY n")


def code(endpoint: Central) -> str:
    return str(admin.add_code(endpoint.admin, ("CED",), "RX1")["code"])


def signed_by(pc: Context, n: int) -> bool:
    """Whether this PC's key of now signed a batch."""
    ((line, hashes),) = rows(pc, f"SELECT header, hashes FROM batch WHERE n = {n}")
    header = batches.read_header(bytes(line))[0]
    digest = batches.digest(header, [bytes(hashes[i : i + 32]) for i in range(0, len(hashes), 32)])
    return is_signed(public_key(pc.store.db), header.sig, digest)


@on_both
def test_a_key_is_changed_once_a_year(two: Two, endpoint: Central) -> None:
    one, other = two
    logged(one)
    synced(one, other)
    one.clock.forward(days=364)  # type: ignore[attr-defined]
    synced(one)
    assert keys(one) == 1
    before = enrolment.this_pc(one).fingerprint
    one.clock.forward(days=2)  # type: ignore[attr-defined]
    synced(one, one)
    assert keys(one) == 2
    assert enrolment.this_pc(one).fingerprint != before
    assert at_endpoint(endpoint, one) == [(1, "ended"), (2, "open")]
    late = logged(one)
    synced(one, other, one, one)
    assert other.reader().get(Incident, late.id).description
    assert keys(one) == 2
    assert rows(one, "SELECT count(*) FROM audit WHERE act = 'new key'") == [(1,)]
    assert endpoint.rows("SELECT count(*) FROM review") == [(0,)]
    private = bytes(rows(one, "SELECT v FROM state WHERE k = 'device_key'")[0][0])
    assert private.hex() not in repr(rows(one, "SELECT * FROM audit"))
    same(one, other)


def test_no_key_is_changed_while_a_save_can_be_undone(two: Two) -> None:
    one, _ = two
    synced(one)
    enrolment.order_new_key(one)
    made = logged(one)
    held = rows(one, "SELECT op, state, not_before FROM outbox ORDER BY op")
    assert held[0][2] is not None
    assert bootstrap.sync(one).refused is None
    assert keys(one) == 1
    assert rows(one, "SELECT op, state, not_before FROM outbox ORDER BY op") == held
    synced(one)
    assert keys(one) == 2
    assert one.reader().get(Incident, made.id).description
    assert rows(one, "SELECT k FROM state WHERE k LIKE 'device_key_%' ORDER BY k") == [
        ("device_key_chain",), ("device_key_since",),
    ]  # fmt: skip


class Killed(BaseException):
    """The process ends."""


@on_both
@pytest.mark.parametrize("end", [Refused("no-answer"), Killed()], ids=["lost", "killed"])
@pytest.mark.parametrize("arrives", [True, False])
def test_a_change_of_which_nothing_was_heard_goes_on(
    two: Two, endpoint: Central, monkeypatch: pytest.MonkeyPatch, end: BaseException, arrives: bool
) -> None:
    one, other = two
    logged(one)
    synced(one, other)
    enrolment.order_new_key(one)

    def cut(self: Client, asked: Any, key: Any) -> None:
        if arrives:
            ROTATE(self, asked, key)
        raise end

    monkeypatch.setattr(Client, "rotate", cut)
    one.clock.forward(minutes=3)  # type: ignore[attr-defined]
    if isinstance(end, Killed):
        with pytest.raises(Killed):
            bootstrap.sync(one)
    else:
        assert bootstrap.sync(one).refused is not None
    assert keys(one) == 1
    late = logged(one)
    sealed = rows(one, "SELECT max(n) FROM batch")
    one.clock.forward(minutes=3)  # type: ignore[attr-defined]
    if not isinstance(end, Killed):
        assert bootstrap.sync(one).refused is not None
    assert rows(one, "SELECT max(n) FROM batch") == sealed, "nothing is sealed before it is known by which key"
    monkeypatch.undo()
    synced(one, other, one)
    assert keys(one) == 2
    assert at_endpoint(endpoint, one) == [(1, "ended"), (2, "open")]
    assert signed_by(one, sealed[0][0] + 1)
    assert other.reader().get(Incident, late.id)
    assert endpoint.rows("SELECT count(*) FROM review") == [(0,)]
    same(one, other)


def test_a_save_between_the_question_and_its_answer_goes_with_the_new_key(
    two: Two, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    synced(one, other)
    enrolment.order_new_key(one)
    made: list[str] = []

    def saving(self: Client, asked: Any, key: Any) -> None:
        made.append(logged(one).id)
        ROTATE(self, asked, key)
        made.append(logged(one).id)

    monkeypatch.setattr(Client, "rotate", saving)
    synced(one)
    monkeypatch.undo()
    assert keys(one) == 2
    synced(one, other, one)
    assert [other.reader().get(Incident, one_id).id for one_id in made] == made
    assert endpoint.rows("SELECT count(*) FROM review") == [(0,)]
    same(one, other)


def test_an_endpoint_that_does_not_take_it_is_sent_to_with_the_old_key(
    two: Two, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    synced(one, other)
    enrolment.order_new_key(one)

    def never(self: Client, asked: Any, key: Any) -> None:  # noqa: ARG001
        raise Refused("bad-signature")

    monkeypatch.setattr(Client, "rotate", never)
    made = [logged(one)]
    synced(one)
    made.append(logged(one))
    synced(one, other)
    assert keys(one) == 1
    monkeypatch.undo()
    synced(one, other, one)
    assert keys(one) == 2
    for got in made:
        assert other.reader().get(Incident, got.id)
    assert endpoint.rows("SELECT count(*) FROM review") == [(0,)]
    same(one, other)


def test_what_a_pc_lost_of_its_own_still_has_a_key(two: Two, endpoint: Central) -> None:
    """Its file was put back, the ward is no longer its own, and so it does not know how far its old key signed."""
    one, other = two
    logged(one)
    synced(one, other)
    ((last,),) = endpoint.rows(f"SELECT max(no) FROM batch WHERE dev = '{one.store.device_id}'")
    made = enrolment.introduced(one, anew=True)
    client = bootstrap.connect(one, endpoint.address)
    client.rotate(Rotate(made.links[-1][0], made.links[-1][1], {}), made.signing)
    client.close()
    assert endpoint.rows("SELECT last_no FROM key_range WHERE n = 1 AND last_no IS NOT NULL") == [(last,)]


@pytest.mark.parametrize(
    "moves", [[(3650, 0), (-3650, 0)] * 4, [(0, 3650), (0, -3650)] * 4], ids=["of the PC", "of the endpoint"]
)
def test_a_clock_that_is_years_off_changes_no_key(two: Two, gap: list[float], moves: list[tuple[int, int]]) -> None:
    one, _ = two
    synced(one)
    for here, there in moves:
        one.clock.set(one.clock.now() + timedelta(days=here))  # type: ignore[attr-defined]
        gap[0] += timedelta(days=there - here).total_seconds()
        synced(one, one)
    assert keys(one) == 1


def test_a_year_counted_by_clocks_that_were_both_wrong_begins_anew(two: Two) -> None:
    one, _ = two
    synced(one)
    right = one.clock.now()
    one.clock.set(right + timedelta(days=3650))  # type: ignore[attr-defined]
    synced(one, one)
    assert keys(one) == 2
    one.clock.set(right)  # type: ignore[attr-defined]
    synced(one)
    one.clock.forward(days=300)  # type: ignore[attr-defined]
    synced(one)
    assert keys(one) == 2
    one.clock.forward(days=66)  # type: ignore[attr-defined]
    synced(one)
    assert keys(one) == 3


@on_both
def test_the_administrator_asks_for_a_new_key_once(two: Two, endpoint: Central) -> None:
    one, other = two
    synced(one, other)
    admin.new_key(endpoint.admin, one.store.device_id)
    synced(one, other)
    assert keys(one) == 1, "not more than one a day, whatever the endpoint says"
    one.clock.forward(days=1)  # type: ignore[attr-defined]
    synced(one, other, one)
    assert (keys(one), keys(other)) == (2, 1)
    one.clock.forward(days=2)  # type: ignore[attr-defined]
    synced(one, one)
    assert keys(one) == 2


def test_who_may_order_a_new_key(two: Two, as_roles_of: Callable[[Context, str], Context]) -> None:
    one, _ = two
    for role in ("reporter", "support_lead", "vpr_lead", "auditor"):
        with pytest.raises(NotAllowed):
            enrolment.order_new_key(as_roles_of(one, role))
    for role in ("ward_manager", "device_admin"):
        enrolment.order_new_key(as_roles_of(one, role))


def test_a_chain_of_keys_has_an_end(two: Two) -> None:
    one, _ = two
    first, *_ = keychange.chain(one.store.db)
    with one.unit() as unit:
        unit.put_state(keychange.CHAIN, canonical([list(first)] * MOST_KEYS))
        unit.commit("")
    with pytest.raises(NotAllowed):
        enrolment.order_new_key(one)
    one.clock.forward(days=4000)  # type: ignore[attr-defined]
    assert not keychange.is_due(one.store.db, one.now(), 0.0, asked=True)


def test_the_new_key_is_not_its_own_proof(two: Two, endpoint: Central) -> None:
    """A key that the one in use did not sign takes nothing over, whoever signs the request."""
    one, other = two
    synced(one, other)
    mine, theirs = enrolment.introduced(one, anew=True), enrolment.introduced(other, anew=True)
    client = bootstrap.connect(one, endpoint.address)
    for key, sig in ((mine.links[-1][0], theirs.links[-1][1]), (theirs.links[-1][0], mine.links[-1][1])):
        for signing in (mine.signing, theirs.signing):
            with pytest.raises(Refused) as told:
                client.rotate(Rotate(key, sig, {}), signing)
            assert told.value.kind == "bad-signature"
    client.close()
    assert at_endpoint(endpoint, one) == [(1, "open")]
    assert len(unb64(mine.links[-1][0], 32)) == 32


def test_a_false_answer_to_a_change_of_key_is_found_and_the_change_made(
    two: Two, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody in the endpoint's place said that it took the new key; it never heard of it."""
    one, other = two
    synced(one, other)
    enrolment.order_new_key(one)

    def told(self: Client, _asked: Rotate, key: Any) -> None:
        self._sign = key.sign

    with monkeypatch.context() as patch:
        patch.setattr(Client, "rotate", told)
        one.clock.forward(minutes=3)  # type: ignore[attr-defined]
        got = bootstrap.sync(one)
    assert got.refused is not None
    assert got.refused.kind == "bad-signature"
    assert (keys(one), at_endpoint(endpoint, one)) == (2, [(1, "open")])
    made = logged(one)
    synced(one, other, one)
    assert at_endpoint(endpoint, one) == [(1, "ended"), (2, "open")]
    assert other.reader().get(Incident, made.id).description
    assert endpoint.rows("SELECT count(*) FROM review") == [(0,)]
    same(one, other)
