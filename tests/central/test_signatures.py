"""No call is answered but to the newest key of a PC that is let in, over all of the request, now, and once (I28)."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest
import requests
from http_message_signatures import HTTPMessageSigner, algorithms

from tests.central.conftest import Central
from tests.central.pc import Pc, _OwnKey
from tests.central.test_access import kind
from tests.sealing import STREAM
from vpr_desktop.central import admin
from vpr_desktop.domain.batches import join
from vpr_desktop.sync import protocol

Call = tuple[str, str, bytes | None, str | None]  # method, path, body, and the Idempotency-Key where it has to be one
CALLS = ("heads", "keys", "pull", "have", "push", "rotate", "enrol")
UNSIGNED = ("Signature", "Signature-Input")


def made(pc: Pc, name: str, central: Central) -> Call:
    """A call that is done where it is admitted, and changes something where its kind can."""
    ops = f"/v1/streams/{STREAM}/ops"
    if name == "push":
        sealed = pc.seal(pc.op())
        return "POST", ops, join([sealed]), sealed.header.id
    if name == "rotate":
        return "POST", "/v1/keys", json.dumps(pc.next_key(40)[1]).encode(), None
    if name == "enrol":
        code = admin.add_code(central.admin, ["BIR"], "RX1")["code"]
        return "POST", "/v1/enrol", json.dumps({"code": code, "dev": pc.id, "keys": pc.links}).encode(), None
    if name == "have":
        return "POST", f"/v1/streams/{STREAM}/have", json.dumps({"batches": [pc.new_id()]}).encode(), None
    return "GET", {"heads": "/v1/heads", "keys": "/v1/keys", "pull": f"{ops}?after=0"}[name], None, None


def signed(pc: Pc, call: Call, **more: Any) -> requests.PreparedRequest:
    method, path, body, key = call
    return pc.signed(method, path, body, key=key, **more)


def without_signature(pc: Pc, call: Call) -> requests.PreparedRequest:
    bare = signed(pc, call)
    for name in UNSIGNED:
        del bare.headers[name]
    return bare


def by_a_stranger(pc: Pc, call: Call) -> requests.PreparedRequest:
    """Who has a key, and says that it is this PC's."""
    return signed(Pc(pc.url, 60), call, keyid=pc.id)


def by_one_unknown(pc: Pc, call: Call) -> requests.PreparedRequest:
    return signed(Pc(pc.url, 60), call)


def covering_less(pc: Pc, call: Call) -> requests.PreparedRequest:
    """Signed, but neither the body nor the number of the request."""
    return covering(pc, call, protocol.WITHOUT_BODY if call[2] is not None else ("@method",))


def covering(pc: Pc, call: Call, components: tuple[str, ...]) -> requests.PreparedRequest:
    again = without_signature(pc, call)
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_OwnKey(pc.request_key))
    signer.sign(
        again, key_id=pc.id, nonce=secrets.token_urlsafe(12), label="vpr", covered_component_ids=components,
        use_existing_digest=call[2] is not None,
    )  # fmt: skip
    return again


def too_late(pc: Pc, call: Call) -> requests.PreparedRequest:
    return signed(pc, call, when=time.time() - protocol.WINDOW_SECONDS - 10)


def too_early(pc: Pc, call: Call) -> requests.PreparedRequest:
    return signed(pc, call, when=time.time() + protocol.WINDOW_SECONDS + 10)


BAD: tuple[Callable[[Pc, Call], requests.PreparedRequest], ...] = (
    without_signature, by_a_stranger, by_one_unknown, covering_less, too_late, too_early,
)  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_I28_no_call_is_answered_that_is_not_signed_as_it_has_to_be(central: Central, pc: Pc, name: str) -> None:
    pc.push(pc.seal(pc.op()))
    call = made(pc, name, central)
    before = central.everything()
    for way in BAD:
        got = pc.send(way(pc, call))
        assert (got.status_code, kind(got) in protocol.REFUSALS) == (401, True), way.__name__
        assert STREAM not in got.text
    assert central.everything() == before
    assert pc.send(signed(pc, call)).status_code == 200


@pytest.mark.parametrize("left_out", protocol.WITH_BODY)
def test_I28_a_signature_covers_every_part_of_a_request(central: Central, pc: Pc, left_out: str) -> None:
    call = made(pc, "push", central)
    got = pc.send(covering(pc, call, tuple(part for part in protocol.WITH_BODY if part != left_out)))
    assert (got.status_code, kind(got)) == (401, "bad-signature")
    assert central.rows("SELECT count(*) FROM op") == [(0,)]


@pytest.mark.parametrize("name", CALLS[:-1])
def test_I28_a_key_that_was_changed_signs_no_request(central: Central, pc: Pc, name: str) -> None:
    old = pc.request_key
    assert pc.rotate(7).status_code == 200
    pc.request_key = old
    call = made(pc, name, central)
    before = central.everything()
    got = pc.send(signed(pc, call))
    assert (got.status_code, kind(got)) == (401, "bad-signature")
    assert central.everything() == before


def test_I28_a_key_that_nobody_handed_on_is_not_taken(central: Central, pc: Pc) -> None:
    """A change of key may be signed by the new key, where the one in use signed that."""
    stranger = Pc(central.address, 60)
    new, asked = stranger.next_key(40)
    stranger.use_key(new)
    before = central.everything()
    got = pc.send(signed(stranger, ("POST", "/v1/keys", json.dumps(asked).encode(), None), keyid=pc.id))
    assert (got.status_code, kind(got)) == (401, "bad-signature")
    assert central.everything() == before


@pytest.mark.parametrize("name", ["push", "rotate", "enrol"])
def test_I28_what_changes_something_is_taken_once(central: Central, pc: Pc, name: str) -> None:
    asking = Pc(central.address, 30) if name == "enrol" else pc
    once = signed(asking, made(asking, name, central))
    assert pc.send(once).status_code == 200
    before = central.everything()
    for _ in range(2):
        assert pc.send(once).status_code == 401
    assert central.everything() == before


@pytest.mark.parametrize("doubled", ["Content-Digest", "Idempotency-Key", "Signature", "Signature-Input"])
def test_I28_a_header_added_once_more_is_an_alteration(central: Central, pc: Pc, doubled: str) -> None:
    good = signed(pc, made(pc, "push", central))
    with closing(HTTPConnection(central.address.removeprefix("http://"), timeout=10)) as line:
        line.putrequest("POST", good.path_url)
        for name, told in (*good.headers.items(), (doubled, good.headers[doubled])):
            line.putheader(name, told)
        line.endheaders(good.body)
        got = line.getresponse()
        assert (got.status, json.loads(got.read())["type"]) == (401, "bad-signature")
    assert central.rows("SELECT count(*) FROM op") == [(0,)]
