"""Every refusal there is, brought about: a problem document of its kind that the client has a text for (I32)."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.central.test_people_and_erasing import eraser, person
from tests.sealing import STREAM, Device
from vpr_desktop.central import admin, intake, push
from vpr_desktop.domain.batches import Batch, join, seal
from vpr_desktop.domain.identity import stream_id
from vpr_desktop.domain.ops import canonical
from vpr_desktop.sync import protocol
from vpr_desktop.sync.refusals import TEXTS

BIRCH = stream_id("RX1", "BIR")
OPS = f"/v1/streams/{STREAM}/ops"
BIG = "x" * 60_000

Answer = tuple[int, str, bytes]  # status, content type, body
Way = Callable[[Central, Pc], Answer]


def said(got: requests.Response) -> Answer:
    assert got.headers["Cache-Control"] == "no-store"
    return got.status_code, got.headers["Content-Type"], got.content


def sent(pc: Pc, *sealed: Batch, st: str = STREAM) -> Answer:
    return said(pc.push_raw(join(sealed), sealed[0].header.id, st))


def get(pc: Pc, path: str = "/v1/heads", **more: Any) -> Answer:
    return said(pc.call("GET", path, **more))


def plain(central: Central, raw: bytes) -> Answer:
    """What a connection is answered that sends these bytes."""
    host, port = central.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(raw)
        head, _, body = line.recv(65536).partition(b"\r\n\r\n")
        while not body.endswith(b"}") and (more := line.recv(65536)):
            body += more
    headers = dict(part.split(": ", 1) for part in head.decode().lower().split("\r\n")[1:])
    return int(head.split(b" ")[1]), headers["content-type"], body


def code(central: Central, ward: str = "CED", org: str = "RX1") -> str:
    return str(admin.add_code(central.admin, [ward], org)["code"])


def replayed(_: Central, pc: Pc) -> Answer:
    sealed = pc.seal(pc.op())
    made = pc.signed("POST", OPS, join([sealed]), key=sealed.header.id)
    pc.send(made)
    return said(pc.send(made))


def device_waiting(central: Central, _: Pc) -> Answer:
    admin.init(central.admin, "RX1", "Practice Trust", must_accept=True)
    return get(central.pc(5))


def device_revoked(central: Central, pc: Pc) -> Answer:
    admin.revoke(central.admin, pc.id)
    return get(pc)


def other_ward(central: Central, _: Pc) -> Answer:
    pc = Pc(central.address, 5)
    asked = {"code": code(central), "dev": pc.id, "keys": pc.links, "wards": [BIRCH]}
    return said(pc.call("POST", "/v1/enrol", json.dumps(asked).encode()))


def too_slow(central: Central, _: Pc) -> Answer:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(intake, "SECONDS", 0.2)
        head = f"POST {OPS} HTTP/1.1\r\nHost: x\r\nSignature: x\r\nSignature-Input: x\r\nContent-Length: 9\r\n\r\nx"
        return plain(central, head.encode())


def too_many(central: Central, pc: Pc) -> Answer:
    assert central.endpoint.buckets is not None
    central.endpoint.buckets.take(pc.id, 0, 10**9, int(central.now() * 1000))
    return get(pc)


def fault(_: Central, pc: Pc) -> Answer:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(push.Push, "take", None)
        return sent(pc, pc.seal(pc.op()))


def busy(central: Central, pc: Pc) -> Answer:
    with central.admin.write() as session:
        session.one("SELECT n FROM stream WHERE id = :id" + session.for_update, id=STREAM)
        return sent(pc, pc.seal(pc.op()))


def batch_signature(central: Central, pc: Pc) -> Answer:
    other = central.pc(2)
    return sent(pc, seal(pc.new_id(), other.id, STREAM, (1, 1), "", [canonical(other.op())], pc.private.sign))


def batch_differs(_: Central, pc: Pc) -> Answer:
    held = pc.seal(pc.op())
    return sent(pc, held, seal(held.header.id, pc.id, STREAM, (1, 9), "", [canonical(pc.op())], pc.private.sign))


def op_differs(_: Central, pc: Pc) -> Answer:
    op = pc.op()
    return sent(pc, pc.seal(op), pc.seal(op | {"reason": "other"}))


def erase_differs(_: Central, pc: Pc) -> Answer:
    target = pc.op()
    return sent(pc, pc.seal(person(pc, "ig.practice", "vpr_lead"), target), pc.seal(eraser(pc, target, f=[])))


def author_ended(_: Central, pc: Pc) -> Answer:
    return sent(pc, pc.seal(person(pc, "p.practice", "reporter", active=False)), pc.seal(pc.op()))


def author_not_entitled(_: Central, pc: Pc) -> Answer:
    return sent(pc, pc.seal(person(pc, "p.practice", "reporter")), pc.seal(pc.op(et="ward", set={})))


def key_ended(central: Central, pc: Pc) -> Answer:
    late = pc.seal(pc.op())
    admin.revoke(central.admin, pc.id)
    return sent(central.pc(2), late)


def left_scope(central: Central, pc: Pc) -> Answer:
    admin.end_scope(central.admin, pc.id, "CED")
    return sent(pc, pc.seal(pc.op()))


def not_accepted(central: Central, pc: Pc) -> Answer:
    lost = Pc(central.address, 77)
    return sent(pc, replace(lost.seal(lost.op()), pk=lost.chain))


HEAD = f"POST {OPS} HTTP/1.1\r\nHost: x\r\n"
WAYS: dict[str, Way] = {
    "unreadable-body": lambda _, pc: said(pc.push_raw(b"x", pc.new_id())),
    "unreadable-request": lambda central, _: plain(central, b"\x00\x01\r\n\r\n"),
    "wrong-idempotency-key": lambda _, pc: said(pc.push_raw(join([pc.seal(pc.op())]), pc.new_id())),
    "not-signed": lambda central, _: said(requests.get(central.address + "/v1/heads", timeout=10)),
    "bad-signature": lambda _, pc: get(pc, nonce="short"),
    "clock-skew": lambda _, pc: get(pc, when=time.time() - 3600),
    "replayed": replayed,
    "unknown-device": lambda _, pc: get(pc, keyid=Device(99).id),
    "device-waiting": device_waiting,
    "device-revoked": device_revoked,
    "bad-code": lambda central, _: said(Pc(central.address, 5).enrol("0" * 10)),
    "other-ward": other_ward,
    "not-in-scope": lambda _, pc: get(pc, f"/v1/streams/{BIRCH}/ops"),
    "not-found": lambda _, pc: get(pc, "/nothing"),
    "wrong-method": lambda _, pc: said(pc.call("DELETE", "/v1/heads")),
    "too-slow": too_slow,
    "key-in-use": lambda central, pc: said(pc.enrol(code(central, org="RX2"))),
    "no-length": lambda central, _: plain(central, f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode()),
    "too-large": lambda central, _: plain(central, f"{HEAD}Content-Length: {10**9}\r\n\r\n".encode()),
    "wrong-encoding": lambda _, pc: said(pc.call("POST", OPS, b"x", headers={"Content-Encoding": "br"})),
    "too-many": too_many,
    "fault": fault,
    "busy": busy,
    "batch-signature": batch_signature,
    "batch-device-unknown": lambda _, pc: sent(pc, (lost := Device(77)).seal(lost.op())),
    "batch-stream": lambda _, pc: sent(pc, pc.seal(pc.op(BIRCH), st=BIRCH)),
    "batch-too-large": lambda _, pc: sent(pc, pc.seal(*(pc.op(set={"description": BIG}) for _ in range(20)))),
    "batch-differs": batch_differs,
    "op-differs": op_differs,
    "op-too-large": lambda _, pc: sent(pc, pc.seal(pc.op(set={str(n): BIG for n in range(5)}))),
    "op-unreadable": lambda _, pc: sent(pc, pc.seal(b"{}")),
    "erase-not-entitled": lambda _, pc: sent(pc, pc.seal(target := pc.op(), eraser(pc, target))),
    "erase-differs": erase_differs,
    "newer-version": lambda _, pc: sent(pc, pc.seal(pc.op(sch=9))),
    "unknown-content": lambda _, pc: sent(pc, pc.seal(pc.op(et="other"))),
    "not-normal-text": lambda _, pc: sent(pc, pc.seal(pc.op(set={"description": "e\u0301"}))),
    "author-ended": author_ended,
    "author-not-entitled": author_not_entitled,
    "key-ended": key_ended,
    "device-not-accepted": not_accepted,
    "left-scope": left_scope,
}


def problems(answer: Answer) -> Iterator[protocol.Problem]:
    """Each problem in an answer, alone or for a batch or an entry."""
    status, kind, body = answer
    if status != 200:
        told = protocol.decode(body, protocol.Problem)
        assert (kind, told.status) == (protocol.PROBLEM, status)
        yield told
        return
    for batch in protocol.decode(body, protocol.PushAnswer).r:
        yield from [batch.problem] if batch.problem else []
        for line in batch.ops or ():
            yield from (protocol.decode(protocol.encode(part), protocol.Problem) for part in line[2:])


@pytest.mark.parametrize("kind", protocol.REFUSALS)
def test_I32_each_refusal_is_a_document_that_the_client_has_a_text_for(central: Central, pc: Pc, kind: str) -> None:
    told = list(problems(WAYS[kind](central, pc)))
    assert kind in [problem.type for problem in told]
    for problem in told:
        known = protocol.REFUSALS[problem.type]
        assert (problem.status, problem.title, problem.retryable) == (known.status, known.title, known.retryable)
        assert problem.type in TEXTS
