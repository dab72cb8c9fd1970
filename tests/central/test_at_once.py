"""Two requests that meet the same device at the same moment: each is done, or told to come again; never a fault."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.sealing import STREAM
from vpr_desktop.central import admin, devices
from vpr_desktop.domain.batches import Batch, join
from vpr_desktop.domain.identity import stream_id

BIRCH = stream_id("RX1", "BIR")
ROUNDS = 3


@pytest.fixture(autouse=True)
def slow_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking for a device and writing of it there is time for another to do the same."""
    load = devices.load

    def slowly(*asked: Any) -> Any:
        found = load(*asked)
        time.sleep(0.1)
        return found

    monkeypatch.setattr(devices, "load", slowly)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each said, all begun at the same moment."""
    said: list[Any] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def go(place: int) -> None:
        gate.wait()
        said[place] = calls[place]()

    threads = [threading.Thread(target=go, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return said


def offered(lost: Pc, st: str) -> Batch:
    """A batch of a PC that the endpoint lost, with its keys, as another PC of the ward offers it."""
    return replace(lost.seal(lost.op(st=st), st=st), pk=list(lost.chain))


def pushing(pc: Pc, st: str, *sealed: Batch) -> Callable[[], Any]:
    return lambda: pc.push_raw(join(sealed), sealed[0].header.id, st)


def test_two_pcs_of_two_wards_offer_a_device_that_was_lost(central: Central) -> None:
    cedar, birch = central.pc(1, "CED"), central.pc(2, "BIR")
    for n in range(ROUNDS):
        lost = Pc(central.address, 100 + n)
        lost.next_key(150 + n)  # a chain of two keys
        said = at_once(
            pushing(cedar, STREAM, offered(lost, STREAM)), pushing(birch, BIRCH, offered(lost, BIRCH))
        )  # fmt: skip
        assert [got.status_code for got in said] == [200, 200], [got.text for got in said]
        assert [batch["ops"][0][1] for got in said for batch in got.json()["r"]] == ["stored", "stored"]
    assert central.rows("SELECT count(*), count(DISTINCT device) FROM device_key") == [(2 + 2 * ROUNDS, 2 + ROUNDS)]


def test_a_device_joins_while_another_offers_what_it_wrote(central: Central) -> None:
    birch = central.pc(2, "BIR")
    for n in range(ROUNDS):
        lost = Pc(central.address, 100 + n)
        code = admin.add_code(central.admin, ["CED"], "RX1")["code"]
        joining: Callable[[], Any] = lambda pc=lost, code=code: pc.enrol(code)  # noqa: E731
        said = at_once(joining, pushing(birch, BIRCH, offered(lost, BIRCH)))
        assert [got.status_code for got in said] == [200, 200], [got.text for got in said]
        assert set(lost.heads()) == {STREAM}
    assert {row[0] for row in central.rows("SELECT state FROM device")} == {"active"}


def test_a_change_of_key_that_is_asked_for_twice_is_made_once(pc: Pc) -> None:
    for n in range(ROUNDS):
        new, asked = pc.next_key(20 + n)
        body = json.dumps(asked).encode()
        said = at_once(*[lambda body=body: pc.call("POST", "/v1/keys", body)] * 2)  # type: ignore[misc]
        assert [got.status_code for got in said] == [200, 200], [got.text for got in said]
        pc.use_key(new)
        assert pc.heads()[STREAM]["head"] == 0
    assert len(pc.keys()[pc.id]["keys"]) == 1 + ROUNDS


def test_two_pcs_offer_two_lost_devices_in_opposite_order(central: Central) -> None:
    """Each waits for what the other holds: the database ends one of them, which is told to come again and then goes."""
    cedar, birch = central.pc(1, "CED"), central.pc(2, "BIR")
    told_to_come_again = 0
    for n in range(ROUNDS):
        lost = [Pc(central.address, 100 + 2 * n + place) for place in range(2)]
        calls = [
            pushing(cedar, STREAM, *(offered(one, STREAM) for one in lost)),
            pushing(birch, BIRCH, *(offered(one, BIRCH) for one in reversed(lost))),
        ]
        for call, got in zip(calls, at_once(*calls), strict=True):
            if got.status_code == 503:
                told_to_come_again += 1
                assert got.headers["Retry-After"]
                got = call()
            assert got.status_code == 200, got.text
            assert [batch["ops"][0][1] for batch in got.json()["r"]] == ["stored", "stored"]
    assert told_to_come_again == (ROUNDS if central.admin.is_postgres else 0)
    assert central.rows("SELECT count(*) FROM op") == [(4 * ROUNDS,)]
    assert central.rows("SELECT count(*), count(DISTINCT device) FROM device_key") == [(2 + 2 * ROUNDS,) * 2]
