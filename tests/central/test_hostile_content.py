"""Whatever a PC of the ward signs or asks is answered without a fault, and what is good beside it is stored (I26)."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.central.test_access import kind
from tests.central.test_people_and_erasing import eraser, person
from tests.sealing import STREAM, Device
from vpr_desktop.central import admin
from vpr_desktop.domain.batches import join

NUL = "nul\x00l"
ODD: tuple[Any, ...] = (None, True, -1, 2**53 - 1, "", NUL, "x" * 60_000, [], [NUL], {}, {"op": NUL})
ODD_HEADERS = (
    b"", b"Signature: \xff\r\nSignature-Input: \xff", b"Content-Length: 1_0", b"Content-Length: " + b"9" * 40,
    b"Transfer-Encoding: gzip, chunked", b"Expect: 100-continue\r\nContent-Length: 5", b"Accept-Encoding: \xff",
    b"Upgrade: websocket\r\nConnection: Upgrade", b"Signature-Input: vpr=()\r\nSignature-Input: x=1",
    b"If-None-Match: " + b"\xff" * 5000, b"X: " + b"y" * 40_000,
)  # fmt: skip
KEYS = ("op", "st", "et", "ei", "set", "base", "by", "dev", "dn", "sa", "at", "sch", "seen", "reason", "er")


def hostile(pc: Pc, target: dict[str, Any], odd: Any) -> dict[str, dict[str, Any]]:
    """Ops with something odd in one place, by that place."""
    made = {key: pc.op() | {key: odd} for key in KEYS}
    made |= {f"each of {key}": pc.op() | {key: [odd, odd]} for key in ("dn", "seen")}
    made["base of a field"] = pc.op(base={"location_detail": odd})
    made["value"] = pc.op(set={"location_detail": odd})
    for key in ("op", "h", "f", "role", "ground", "on"):
        made[f"erasing {key}"] = eraser(pc, target, **{key: odd})
        made[f"no erasing {key}"] = eraser(pc, target)
        del made[f"no erasing {key}"]["er"][key]
    for key in ("user_id", "name", "role", "active"):
        made[f"person's {key}"] = person(pc, f"{key}.practice", "vpr_lead")
        made[f"person's {key}"]["set"][key] = odd
    return made


@pytest.mark.parametrize("place", range(len(ODD)))
def test_I26_no_signed_entry_makes_a_fault_whatever_it_says(pc: Pc, place: int) -> None:
    target = pc.op()
    pc.push(pc.seal(target, person(pc, "ig.practice", "vpr_lead")))
    odd = hostile(pc, target, ODD[place])
    sealed = [pc.seal(op, pc.op()) for op in odd.values()]
    got = pc.push_raw(join(sealed), sealed[0].header.id)
    assert got.status_code == 200, got.text
    for name, answer in zip(odd, got.json()["r"], strict=True):
        assert "ops" not in answer or answer["ops"][1][1] == "stored", (name, answer)
    assert len(pc.pull()) > len(odd)


@pytest.mark.parametrize("odd", ["9" * 5000, "9" * 17, "-1", "\u0661", "1.0", "0x1", NUL, "", "1&{}=1"])
def test_I26_no_number_asked_for_makes_a_fault(pc: Pc, odd: str) -> None:
    for name in ("after", "limit"):
        got = pc.call("GET", f"/v1/streams/{STREAM}/ops?{name}={quote(odd.format(name), safe='&=')}")
        assert (got.status_code, kind(got)) == (400, "unreadable-body"), name


@pytest.mark.parametrize("place", range(len(ODD)))
def test_I26_nothing_beside_a_batch_makes_a_fault(pc: Pc, place: int) -> None:
    """Keys and anchor go in its header line, where no signature of the batch covers them."""
    odd = ODD[place]
    for part, told in (("pk", odd), ("an", odd), ("pk", [odd]), ("pk", [[odd, odd]]), ("an", {"n": odd})):
        for author in (pc, Device(77)):  # of one that is not known the keys are read
            sealed = replace(author.seal(author.op()), **{part: told})
            assert pc.push_raw(join([sealed]), sealed.header.id).status_code in (200, 400), (part, told)


@pytest.mark.parametrize("last", ["1.9999999999999999", "9999999999999999.1", "1.0", "01.1", "x", ""])
def test_I26_no_last_number_of_a_key_makes_a_fault(central: Central, last: str) -> None:
    code = admin.add_code(central.admin, ["CED"], "RX1")["code"]
    pc = Pc(central.address)
    first = pc.request_key
    new, asked = pc.next_key(7)
    pc.links[0]["last"] = {STREAM: last}
    pc.request_key = new
    assert kind(pc.enrol(code)) == "unreadable-body"
    pc.links, pc.request_key = [{"key": pc.links[0]["key"]}], first
    assert pc.enrol(code).status_code == 200
    body = json.dumps({**asked, "last": {STREAM: last}}).encode()
    assert kind(pc.call("POST", "/v1/keys", body)) == "unreadable-body"
    assert pc.heads()[STREAM]["head"] == 0


@pytest.mark.parametrize(
    "asked",
    [
        b"GET /v1/streams/\xff%ff%00/ops HTTP/1.1", b"GET http://x/v1/heads HTTP/1.1", b"OPTIONS * HTTP/1.1",
        b"HEAD /v1/heads HTTP/1.1", b"GET //v1//heads HTTP/1.1", b"CONNECT x:1 HTTP/1.1", b"GET /v1/heads HTTP/1.0",
        b"GET /v1/heads?" + b"a" * 30_000 + b" HTTP/1.1", b"GET /v1/heads HTTP/9.9", b"\xff /v1/heads HTTP/1.1",
    ],
)  # fmt: skip
def test_I26_no_bytes_on_a_connection_make_a_fault(central: Central, asked: bytes) -> None:
    host, port = central.address.removeprefix("http://").split(":")
    for more in ODD_HEADERS:
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(asked + b"\r\nHost: x\r\n" + more + b"\r\n" * bool(more) + b"\r\n")
            status = line.recv(4096).split(b" ")[1]
        assert b"200" <= status < b"500", (more[:40], status)
