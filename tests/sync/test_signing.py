"""Our own lines for signing a request, beside the library that they stand in for."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms

from tests.sealing import Device
from vpr_desktop.central import auth
from vpr_desktop.central.auth import Message
from vpr_desktop.central.refusals import Refused
from vpr_desktop.sync import protocol, signing

NOW = int(datetime(2026, 11, 22, 14, 5, tzinfo=UTC).timestamp())
URL = "https://server.example/v1/streams/5b0f/ops?after=7"
NONCE = "abcdefghij012_-Z"


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, pc: Device) -> None:
        self.pc = pc

    def resolve_private_key(self, key_id: str) -> Any:  # noqa: ARG002
        return self.pc.private

    def resolve_public_key(self, key_id: str) -> Any:  # noqa: ARG002
        return self.pc.private.public_key()


def ours(pc: Device, body: bytes | None) -> requests.PreparedRequest:
    more = {} if body is None else {protocol.IDEMPOTENCY_KEY: "key-1"}
    made = requests.Request("GET" if body is None else "POST", URL, headers=more, data=body).prepare()
    made.headers.update(
        signing.headers_for(made.method or "", URL, body, "key-1", keyid=pc.id, created=NOW, nonce=NONCE,
                            sign=pc.private.sign)
    )  # fmt: skip
    return made


def theirs(pc: Device, body: bytes | None) -> requests.PreparedRequest:
    more = {} if body is None else {protocol.IDEMPOTENCY_KEY: "key-1"}
    made = requests.Request("GET" if body is None else "POST", URL, headers=more, data=body).prepare()
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=Keys(pc)).sign(
        made, key_id=pc.id, created=datetime.fromtimestamp(NOW, UTC), nonce=NONCE, label="vpr",
        covered_component_ids=protocol.WITHOUT_BODY if body is None else protocol.WITH_BODY, body=body,
    )  # fmt: skip
    return made


def message(made: requests.PreparedRequest, body: bytes | None, now: int = NOW) -> Message:
    return Message(
        made.method or "", URL, {name.lower(): str(value) for name, value in made.headers.items()}, body, now
    )


BODIES = [None, b"", b"{}", b"x" * 100_000]


@pytest.mark.parametrize("body", BODIES, ids=["none", "empty", "small", "large"])
def test_the_library_takes_what_we_sign_and_signs_the_same(body: bytes | None) -> None:
    pc = Device(5)
    made = ours(pc, body)
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys(pc))
    (told,) = verifier.verify(made, max_age=None, body=body)
    assert told.nonce == NONCE
    for name in ("Signature-Input", "Signature", "Content-Digest"):
        assert made.headers.get(name) == theirs(pc, body).headers.get(name), name


@pytest.mark.parametrize("body", BODIES, ids=["none", "empty", "small", "large"])
def test_the_short_way_and_the_library_say_the_same_of_whatever_is_altered(body: bytes | None) -> None:
    pc, choose = Device(5), random.Random(3)
    taken = 0
    for n in range(120):
        made = message(ours(pc, body), body, NOW + choose.choice((0, 299, 301, -301)))
        headers, sent = dict(made.headers), body
        if n % 3:
            name = choose.choice([one for one in auth.SIGNED_HEADERS if one in headers])
            at = choose.randrange(len(headers[name]) + 1)
            other = choose.choice(("", "A", "=", '"', " ", ",", ":"))
            headers[name] = headers[name][:at] + other + headers[name][at + 1 :]
        elif body and n % 2:
            sent = body[:-1] + b"!"
        altered = Message(made.method, made.url, headers, sent, made.now)
        short, long = said(altered, pc), said(altered, pc, short=False)
        assert short == long, (headers, short, long)
        taken += short == NONCE
    assert taken > 5


def said(made: Message, pc: Device, *, short: bool = True) -> str:
    """The nonce, or the kind of refusal, with the short way or without it."""
    held = signing.INPUT
    try:
        if not short:
            signing.INPUT = signing.re.compile("never")
        return auth.verify(made, pc.id, pc.public)
    except Refused as refused:
        return refused.kind
    finally:
        signing.INPUT = held


def test_a_header_that_is_named_twice_is_left_to_the_library() -> None:
    from starlette.datastructures import Headers

    pc = Device(5)
    made = message(ours(pc, b"{}"), b"{}")
    plain = [(name.encode(), value.encode()) for name, value in made.headers.items()]
    once = Message("POST", URL, Headers(raw=plain), b"{}", NOW)
    twice = Message("POST", URL, Headers(raw=[*plain, (b"signature-input", b"x")]), b"{}", NOW)
    assert auth._usual(once) is not None
    assert auth._usual(twice) is None
