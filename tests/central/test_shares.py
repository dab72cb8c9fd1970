"""What one PC may send and fetch, how much a page may hold, and how long anything may be waited for (I30)."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.central.conftest import Central, only_postgres
from tests.central.pc import Pc
from tests.central.test_access import kind
from tests.central.test_withdrawn_meanwhile import ward_locked
from tests.sealing import STREAM
from vpr_desktop.central import buckets, database, intake, serve
from vpr_desktop.domain.batches import LONGEST_HEADER, join
from vpr_desktop.sync import protocol

OPS = f"/v1/streams/{STREAM}/ops"
BIG = {f"f{n}": "x" * 60_000 for n in range(4)}


@pytest.fixture
def share(central: Central, pc: Pc, monkeypatch: Any) -> Any:
    """What is left of the PC's bytes, on a clock that stands: of itself it is filled again by 1,000 a millisecond."""
    now = central.now()
    monkeypatch.setattr(central.endpoint, "clock", lambda: now)

    def left_is(left: int) -> None:
        assert central.endpoint.buckets is not None
        central.endpoint.buckets.take(pc.id, 0, protocol.BUCKET_BYTES - left, int(now * 1000))

    return left_is


def test_I30_the_bounds_are_those_that_pcs_and_operators_were_told() -> None:
    """Each is tested by its name elsewhere; here none may grow unseen."""
    mib = 1024 * 1024
    for bound, told in (
        (protocol.MOST_OPS, 500), (protocol.MOST_RAW, mib), (protocol.LARGEST_OP, mib // 4), (LONGEST_HEADER, 4096),
        (protocol.MOST_BATCHES, 500), (protocol.WIRE_REQUEST, 4 * mib), (protocol.UNPACKED_REQUEST, 8 * mib),
        (protocol.PAGE_OPS, 2000), (protocol.PAGE_BYTES, 4 * mib), (protocol.MOST_ASKED, 1000), (intake.SECONDS, 15),
        (serve.HEADER_SECONDS, 15), (database.LOCK_SECONDS, 3), (protocol.BUCKET_REQUESTS, 1000),
        (protocol.BUCKET_BYTES, 100_000_000), (protocol.REFILL_REQUESTS, 120), (protocol.REFILL_BYTES, 60_000_000),
    ):  # fmt: skip
        assert bound == told


def test_I30_what_a_pc_sends_is_taken_from_its_share_of_bytes(share: Any, pc: Pc) -> None:
    share(100_000)
    sealed = pc.seal(pc.op(set=BIG))
    assert pc.push(sealed) == [[(1, "stored", "unknown-content")]]
    for got in (pc.push_raw(join([sealed]), sealed.header.id), pc.call("GET", "/v1/heads")):
        assert (got.status_code, kind(got)) == (429, "too-many")


def test_I30_what_a_pc_fetches_is_taken_from_its_share_of_bytes(share: Any, pc: Pc) -> None:
    pc.push(pc.seal(pc.op(set=BIG)))
    share(300_000)
    assert [pc.call("GET", f"{OPS}?after=0").status_code for _ in range(2)] == [200, 429]


def test_I30_bytes_come_back_with_time(central: Central) -> None:
    held, start = central.endpoint.buckets, 10**12
    assert held is not None
    held.take("a", 1, protocol.BUCKET_BYTES + 1_000_000, start)
    with pytest.raises(buckets.Refused):
        held.take("a", 1, 0, start + 900)
    held.take("a", 1, 0, start + 1100)


def test_I30_one_process_keeps_so_many_shares_and_no_more(monkeypatch: Any) -> None:
    monkeypatch.setattr(buckets, "MOST_KEPT", 20)
    held = buckets.OwnBuckets()
    for n in range(200):
        held.take(f"device {n}", 1, 0, 10**12 + n)
        assert len(held._held) <= 21


def test_I30_a_page_holds_four_mib_and_2000_entries_at_most(pc: Pc) -> None:
    for _ in range(2):
        pc.push(*(pc.seal(pc.op(set=BIG)) for _ in range(12)))
    got = pc.call("GET", f"{OPS}?after=0")
    assert protocol.PAGE_BYTES - 300_000 < len(got.content) < protocol.PAGE_BYTES + 50_000
    assert protocol.split_page(got.content)[0].last < 24
    assert kind(pc.call("GET", f"{OPS}?limit={protocol.PAGE_OPS + 1}")) == "unreadable-body"
    assert len(pc.pull()) == 24


def test_I30_no_message_asks_for_more_than_may_be(pc: Pc) -> None:
    path = f"/v1/streams/{STREAM}/have"

    def have(count: int) -> bytes:
        return json.dumps({"batches": [pc.id] * count}).encode()

    assert pc.call("POST", path, have(protocol.MOST_ASKED)).status_code == 200
    assert kind(pc.call("POST", path, have(protocol.MOST_ASKED + 1))) == "unreadable-body"
    packed = gzip.compress(have(100 * protocol.MOST_ASKED))
    assert kind(pc.call("POST", path, packed, headers={"Content-Encoding": "gzip"})) == "too-large"


def test_I30_no_line_before_the_signature_is_checked_is_longer_than_may_be(pc: Pc) -> None:
    body = join([pc.seal(pc.op())])
    assert body.startswith(b'{"b"')
    longer = b'{"a":"' + b"x" * LONGEST_HEADER + b'",' + body[1:]
    assert kind(pc.push_raw(longer, pc.new_id())) == "unreadable-body"


@contextmanager
def no_connection_left(central: Central) -> Iterator[None]:
    pool: Any = central.database.engine.pool
    with ExitStack() as held:
        for _ in range(pool.size() + max(0, pool._max_overflow)):
            held.enter_context(central.database.engine.connect())
        yield


@contextmanager
def another_writes(central: Central) -> Iterator[None]:
    """In the same process: on SQLite there is one writer."""
    with central.database.write() as session:
        session.act_for(1)
        session.one("SELECT n FROM stream WHERE id = :id" + session.for_update, id=STREAM)
        yield


@pytest.mark.parametrize("busy", [ward_locked, another_writes, no_connection_left])
def test_I30_a_request_waits_three_seconds_for_others_and_is_told_to_come_again(
    central: Central, pc: Pc, busy: Any
) -> None:
    sealed = pc.seal(pc.op())
    with busy(central):
        begun = time.monotonic()
        got = pc.push_raw(join([sealed]), sealed.header.id)
        passed = time.monotonic() - begun
    assert (got.status_code, kind(got), got.headers["Retry-After"]) == (503, "busy", "1")
    assert database.LOCK_SECONDS - 0.5 < passed < database.LOCK_SECONDS + 3
    assert pc.push(sealed) == [("all", 1, 1)]


@only_postgres
def test_I30_the_database_itself_ends_what_takes_too_long(central: Central) -> None:
    """Also where the process that asked is gone: its lock would keep a ward from every other."""
    with central.database.read() as session:
        told = [session.one(f"SHOW {name}")[0] for name in (
            "statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")]  # fmt: skip
    assert told == ["15s", "10s", "3s"]
