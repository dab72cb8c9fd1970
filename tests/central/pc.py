"""A PC of the tests: seals, signs requests over real HTTP, and folds what it is answered."""

from __future__ import annotations

import datetime
import gzip
import json
import secrets
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from tests.sealing import STREAM, Device
from vpr_desktop.domain import batches
from vpr_desktop.domain.batches import Batch, b64, join
from vpr_desktop.domain.device_keys import key_message
from vpr_desktop.sync import protocol


class _OwnKey(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:  # noqa: ARG002
        return self.key


class Pc(Device):
    """A device with an address to talk to."""

    def __init__(self, url: str, seed: int = 1) -> None:
        super().__init__(seed)
        self.url = url
        self.http = requests.Session()
        self.request_key = self.private
        self.links: list[dict[str, Any]] = [{"key": b64(self.public)}]
        self.letter = ""

    def signed(
        self, method: str, path: str, body: bytes | None = None, *, key: str | None = None, when: float | None = None,
        nonce: str | None = None, keyid: str | None = None, headers: dict[str, str] | None = None,
    ) -> requests.PreparedRequest:  # fmt: skip
        """A request as this PC signs it."""
        more = dict(headers or {})
        if body is not None:
            more[protocol.IDEMPOTENCY_KEY] = key or self.new_id()
            more.setdefault("Content-Type", protocol.JSON)
        made = self.http.prepare_request(requests.Request(method, self.url + path, data=body, headers=more))
        if body is not None:
            made.headers["Content-Length"] = str(len(body))
        signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_OwnKey(self.request_key))
        created = datetime.datetime.fromtimestamp(when, datetime.UTC) if when is not None else None
        wanted = protocol.WITH_BODY if body is not None else protocol.WITHOUT_BODY
        signer.sign(
            made, key_id=keyid or self.id, created=created, nonce=nonce or secrets.token_urlsafe(12), label="vpr",
            covered_component_ids=wanted, body=body,
        )  # fmt: skip
        return made

    def send(self, made: requests.PreparedRequest) -> requests.Response:
        return self.http.send(made, timeout=30)

    def call(self, method: str, path: str, body: bytes | None = None, **more: Any) -> requests.Response:
        return self.send(self.signed(method, path, body, **more))

    def enrol(self, code: str) -> requests.Response:
        asked = {"code": code, "dev": self.id, "keys": self.links}
        got = self.call("POST", "/v1/enrol", json.dumps(asked).encode())
        if got.status_code == 200:
            self.letter = got.json()["letter"]
        return got

    def push_raw(self, body: bytes, key: str, st: str = STREAM, *, packed: bool = False) -> requests.Response:
        headers = {"Content-Type": protocol.JSON_LINES}
        if packed:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        return self.call("POST", f"/v1/streams/{st}/ops", body, key=key, headers=headers)

    def push(self, *sealed: Batch, carried: Any = None, st: str = STREAM) -> list[Any]:
        """The answer for each batch, a whole one as ("all", first, count), else its lines."""
        got = self.push_raw(join(sealed, carried), sealed[0].header.id, st)
        assert got.status_code == 200, got.text
        return [_answer(one) for one in got.json()["r"]]

    def page(self, after: int = 0, limit: int | None = None, st: str = STREAM) -> tuple[Any, list[Batch]]:
        path = f"/v1/streams/{st}/ops?after={after}" + (f"&limit={limit}" if limit else "")
        got = self.call("GET", path)
        assert got.status_code == 200, got.text
        return protocol.split_page(got.content)

    def pull(self, after: int = 0, limit: int | None = None, st: str = STREAM) -> dict[int, bytes | None]:
        """Every op by its number, page after page; each page checked as a PC must."""
        found: dict[int, bytes | None] = {}
        chain = batches.stream_chain_start(st)
        known = self.known_keys()
        while True:
            head, page = self.page(after, limit, st)
            for batch, numbers in zip(page, batches.numbered(page, after), strict=True):
                for number, line in zip(numbers, batch.lines, strict=True):
                    if number is not None:
                        found[number] = line.raw
                        chain = batches.hashlib.sha256(chain + line.hash).digest()
            assert all(batches.prove_each(page, known, lambda _: True))
            assert all(batches.prove_page(page, known, lambda _: True))
            after = head.last
            if after >= head.head:
                first = min(found, default=head.head + 1)
                assert sorted(found) == list(range(first, head.head + 1))
                assert first > 1 or b64(chain) == head.chain
                return found

    def known_keys(self) -> batches.Verify:
        from tests.sealing import check_signature

        devices = self.call("GET", "/v1/keys").json()["devices"]
        keys = {d["dev"]: [batches.unb64(k["key"], 32) for k in d["keys"]] for d in devices}
        return lambda header, digested: any(
            check_signature(key, header.sig, digested) for key in keys.get(header.dev, ())
        )

    def keys(self) -> dict[str, Any]:
        return {d["dev"]: d for d in self.call("GET", "/v1/keys").json()["devices"]}

    def heads(self) -> dict[str, Any]:
        got = self.call("GET", "/v1/heads")
        assert got.status_code == 200, got.text
        return {head["st"]: head for head in got.json()["heads"]}

    def have(self, *ids: str, st: str = STREAM) -> list[str]:
        got = self.call("POST", f"/v1/streams/{st}/have", json.dumps({"batches": list(ids)}).encode())
        assert got.status_code == 200, got.text
        lacking: list[str] = got.json()["lacking"]
        return lacking

    def next_key(self, seed: int) -> tuple[Ed25519PrivateKey, dict[str, Any]]:
        """A new key and the message that hands this PC on to it, with the last numbers sealed with the old one."""
        new = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        public = new.public_key().public_bytes_raw()
        last = {st: f"{self.incarnation}.{count}" for st, count in self.counts.items()}
        sig = b64(self.private.sign(key_message(self.id, public)))
        self.links[-1]["last"] = last
        self.links.append({"key": b64(public), "sig": sig})
        self.chain.append([b64(public), sig])
        return new, {"key": b64(public), "sig": sig, "last": last}

    def use_key(self, new: Ed25519PrivateKey) -> None:
        self.private = self.request_key = new
        self.public = new.public_key().public_bytes_raw()

    def rotate(self, seed: int) -> requests.Response:
        new, asked = self.next_key(seed)
        got = self.call("POST", "/v1/keys", json.dumps(asked).encode())
        self.use_key(new)
        return got


def _answer(one: dict[str, Any]) -> Any:
    if "problem" in one:
        return one["problem"]["type"]
    if "ops" in one:
        return [tuple(line[:2]) + ((line[2]["type"],) if len(line) > 2 else ()) for line in one["ops"]]
    return ("all", one["first"], one["stored"])
