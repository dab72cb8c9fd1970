"""I30: whatever is sent, memory and time are bounded, and the answer is a refusal with its document."""

from __future__ import annotations

import gzip
import socket
import zlib
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.central.test_access import kind
from tests.sealing import STREAM
from vpr_desktop.central import intake
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


def test_I30_what_is_packed_badly_is_refused(pc: Pc) -> None:
    good = gzip.compress(b"x")
    for body in (b"", b"x", good[:-3], good + b"more", zlib.compress(b"x")):
        assert kind(packed(pc, body)) == "unreadable-body"
    assert kind(packed(pc, good, "br")) == "wrong-encoding"


def test_I30_a_body_over_length_is_refused_unread(central: Central, pc: Pc) -> None:
    got = pc.call("POST", PATH, bytes(protocol.WIRE_REQUEST + 1))
    assert (got.status_code, kind(got)) == (413, "too-large")
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
        slow.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc".encode())
        assert b"408" in slow.recv(4096).split(b"\r\n")[0]


@pytest.mark.parametrize("sent", [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n"])
def test_I32_what_is_not_http_gets_a_problem_document(central: Central, sent: bytes) -> None:
    host, port = central.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(sent)
        answer = raw.recv(65536)
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"unreadable-request" in answer
