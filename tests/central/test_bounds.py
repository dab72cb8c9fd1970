"""I30: whatever is sent, memory and time are bounded, and the answer is a refusal with its document."""

from __future__ import annotations

import gzip
import socket
import time
import tracemalloc
import zlib
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.central.postgres_server import PostgresServer
from tests.central.test_access import kind
from tests.sealing import STREAM
from vpr_desktop.central import buckets, intake, serve
from vpr_desktop.central.database import Database
from vpr_desktop.central.refusals import Refused
from vpr_desktop.domain.batches import join
from vpr_desktop.sync import protocol

PATH = f"/v1/streams/{STREAM}/ops"


def packed(pc: Pc, body: bytes, encoding: str = "gzip") -> Any:
    return pc.call("POST", PATH, body, headers={"Content-Encoding": encoding})


def test_I30_a_bomb_is_stopped_at_eight_mib(pc: Pc) -> None:
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 9)
    assert len(bomb) < 300_000
    got = packed(pc, bomb)
    assert (got.status_code, kind(got)) == (413, "too-large")


def test_I30_of_a_bomb_no_more_is_unpacked_than_may_be() -> None:
    bomb = gzip.compress(bytes(100 * 1024 * 1024), 9)
    tracemalloc.start()
    with pytest.raises(Refused, match="too-large"):
        intake.unpack(bomb, "gzip")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert protocol.UNPACKED_REQUEST < most < 3 * protocol.UNPACKED_REQUEST


def test_I30_what_is_packed_badly_is_refused(pc: Pc) -> None:
    good = gzip.compress(b"x")
    for body in (b"", b"x", good[:-3], good + b"more", zlib.compress(b"x")):
        assert kind(packed(pc, body)) == "unreadable-body"
    assert kind(packed(pc, good, "br")) == "wrong-encoding"


def test_I30_a_body_over_length_is_refused_unread(central: Central, pc: Pc) -> None:
    with connected(central) as long:
        signed = "Signature: x\r\nSignature-Input: x\r\n"
        long.sendall(_head(f"{signed}Content-Length: {protocol.WIRE_REQUEST + 1}"))
        assert b" 413 " in answer(long)
    got = pc.call("POST", "/v1/enrol", bytes(protocol.SMALL_REQUEST + 1))
    assert kind(got) == "too-large"
    chunked = pc.http.post(central.address + PATH, data=iter([b"x"]))
    assert (chunked.status_code, kind(chunked)) == (411, "no-length")


def test_I30_a_batch_or_request_of_too_many_is_refused(pc: Pc) -> None:
    big = "x" * 60_000
    sealed = pc.seal(*(pc.op(set={"description": big, "location_detail": "y"}) for _ in range(20)))
    assert pc.push(sealed) == ["batch-too-large"]
    half = set(sealed.lines[:10])
    assert [line[1] for line in pc.push(sealed, carried=lambda line: line in half)[0]].count("stored") == 10
    ops = [pc.op() for _ in range(protocol.MOST_OPS + 1)]
    assert pc.push_raw(join([pc.seal(*ops)]), pc.new_id()).status_code == 400
    many = [pc.seal(pc.op())] * (protocol.MOST_BATCHES + 1)
    assert kind(pc.push_raw(join(many), many[0].header.id)) == "too-large"
    one = pc.seal(pc.op())
    assert kind(pc.push_raw(join([one]), pc.new_id())) == "wrong-idempotency-key"


def test_I30_a_body_that_does_not_arrive_in_time_is_given_up(central: Central, monkeypatch: Any) -> None:
    monkeypatch.setattr(intake, "SECONDS", 0.2)
    host, port = central.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as slow:
        slow.sendall(_head("Signature: x\r\nSignature-Input: x\r\nContent-Length: 10") + b"abc")
        assert b"408" in slow.recv(4096).split(b"\r\n")[0]


def _head(more: str) -> bytes:
    return f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{more}\r\n\r\n".encode()


def connected(central: Central) -> socket.socket:
    host, port = central.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=4)


def answer(one: socket.socket) -> bytes:
    """A whole answer, head and document, and nothing that follows."""
    got = b""
    while not got.endswith(b"}") and (more := one.recv(4096)):
        got += more
    return got


def closed(one: socket.socket) -> bool:
    """Whether the endpoint ends a connection within its time, and not at once."""
    one.settimeout(0.1)
    with pytest.raises(TimeoutError):
        one.recv(1)
    one.settimeout(4)
    return one.recv(1) == b""


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heads have to arrive within 0.4 s."""
    monkeypatch.setattr(serve, "HEADER_SECONDS", 0.4)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("begun", [b"", b"GET /health HTTP/1.1\r\nHost: "])
def test_I30_a_connection_that_does_not_ask_is_closed(central: Central, begun: bytes) -> None:
    with connected(central) as slow:
        slow.sendall(begun)
        assert closed(slow)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("together", [True, False])
def test_I30_half_a_head_after_an_answer_keeps_no_connection(central: Central, together: bool) -> None:
    whole, half = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /health HTTP/1.1\r\nHost: "
    with connected(central) as slow:
        slow.sendall(whole + half * together)
        assert b" 200 " in answer(slow)
        slow.sendall(b"x" if together else half)
        assert closed(slow)


@pytest.mark.usefixtures("soon")
def test_I30_a_connection_is_kept_between_two_requests(central: Central) -> None:
    with connected(central) as one:
        for _ in range(2):
            for sent in (b"GET /health HT", b"TP/1.1\r\nHost: x\r\n\r\n"):
                one.sendall(sent)
                time.sleep(0.05)
            assert b" 200 " in answer(one)
            time.sleep(0.6)


@pytest.mark.usefixtures("soon")
def test_I30_of_a_request_that_nobody_signed_the_body_is_not_waited_for(central: Central) -> None:
    with connected(central) as unsigned:
        unsigned.sendall(_head("Content-Length: 4000000"))
        assert b"not-signed" in answer(unsigned)
        unsigned.sendall(b"x" * 100)
        assert closed(unsigned)


def test_I30_one_connection_too_many_is_told_to_come_again(central: Central, monkeypatch: Any) -> None:
    monkeypatch.setattr(serve, "MOST_CONNECTIONS", 2)
    held = [connected(central) for _ in range(3)]
    told = answer(held[-1])
    assert told.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 1\r\n" in told
    assert protocol.decode(told.partition(b"\r\n\r\n")[2], protocol.Problem).type == "busy"
    for one in held:
        one.close()
    monkeypatch.undo()
    assert central.pc(5).heads()[STREAM]["head"] == 0


def test_I30_a_bucket_that_is_full_again_is_swept_out(postgres_server: PostgresServer) -> None:
    database = Database(postgres_server.url(postgres_server.new_database()))
    database.create()
    held = buckets.SharedBuckets(database)
    start = 10**12
    for n in range(20):
        held.take(f"device {n}", 1, 0, start + n)
    held.take("drained", 1000, 0, start)
    later = start + buckets.SWEEP_MS
    held.take("drained", protocol.REFILL_REQUESTS, 0, later)
    for at, left in ((later, 21), (start + buckets.FULL_AGAIN_MS + 1000, 1)):
        held.take("another", 1, 0, at)
        with database.read() as session:
            assert session.one("SELECT count(*) FROM bucket WHERE k <> 'another'")[0] == left
    with pytest.raises(Refused):
        held.take("drained", 1000, 0, start + buckets.FULL_AGAIN_MS + 1000)
    database.close()


@pytest.mark.parametrize(
    ("address", "packed_as"),
    [
        ("", None),
        ("http://localhost:8470", None),
        ("https://vpr.practice.example", "gzip"),
        ("http://10.0.0.2", "gzip"),
    ],
)
def test_a_page_is_packed_where_pcs_know_the_endpoint_by_an_address_of_elsewhere(
    central: Central, pc: Pc, monkeypatch: Any, address: str, packed_as: str | None
) -> None:
    """A balancer on the same machine makes every request come from there; the address that PCs sign tells."""
    pc.push(pc.seal(*(pc.op() for _ in range(20))))
    monkeypatch.setattr(central.endpoint, "public_url", address or central.address)
    pc.url = central.endpoint.public_url
    made = pc.signed("GET", f"{PATH}?after=0")
    made.url = str(made.url).replace(pc.url, central.address)
    got = pc.send(made)
    assert (got.status_code, got.headers.get("Content-Encoding")) == (200, packed_as)
    assert protocol.split_page(got.content)[0].last == 20
    pc.url = central.address


@pytest.mark.parametrize("sent", [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n"])
def test_I32_what_is_not_http_gets_a_problem_document(central: Central, sent: bytes) -> None:
    host, port = central.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(sent)
        answer = raw.recv(65536)
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"unreadable-request" in answer
