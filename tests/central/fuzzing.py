"""Requests generated from the endpoint's own description, good and bad, and the judge of every answer.

Seeded, so that a failing request comes again. Used by the tests (thousands) and by the soak (a hundred thousand).
"""

from __future__ import annotations

import json
import random
from typing import Any

import requests

from tests.central.pc import Pc
from tests.sealing import STREAM, Device
from vpr_desktop.central import openapi
from vpr_desktop.domain.batches import Batch, join
from vpr_desktop.domain.identity import stream_id
from vpr_desktop.domain.ops import canonical
from vpr_desktop.sync import protocol

CANARY = "canary-of-another-ward"
ODD = ("", "0", "-1", "1e9", "9" * 30, "nul\x00l", "\u20ac", "%00", "../..", "' OR 1=1 --", "true", "null", "\ud7ff")
REPLIES = {"heads": protocol.Heads, "keys": protocol.Keys, "push": protocol.PushAnswer, "have": protocol.Lacking,
           "enrol": protocol.Enrolled}  # fmt: skip


class Fuzzer:
    """Sends one request after another as a PC of one ward; another ward's and trust's data must never show."""

    def __init__(self, pc: Pc, seed: int) -> None:
        self.pc = pc
        self.choose = random.Random(seed)
        self.document = openapi.document()
        self.calls = [(path, method) for path, methods in self.document["paths"].items() for method in methods]
        self.statuses: dict[int, int] = {}
        self.known: list[Batch] = [pc.seal(pc.op())]

    def one(self) -> None:
        """One request and its answer judged."""
        path, method = self.choose.choice(self.calls)
        call = self.document["paths"][path][method]
        target = path.replace("{st}", self._stream())
        query = self._query(call)
        body = self._body(call["operationId"]) if "requestBody" in call else None
        made = self._signed(method.upper(), target + query, body)
        try:
            got = self.pc.http.send(made, timeout=30)
        except requests.exceptions.InvalidURL:
            return
        self.judge(call, got, f"{method} {target}{query} {body!r:.300}")

    def judge(self, call: dict[str, Any], got: requests.Response, sent: str) -> None:
        """No fault, nothing undocumented, nothing of others."""
        self.statuses[got.status_code] = self.statuses.get(got.status_code, 0) + 1
        assert got.status_code < 500, (sent, got.text)
        assert got.headers["Cache-Control"] == "no-store", sent
        assert CANARY not in got.text, sent
        if got.status_code in (200, 304):
            described = call["responses"].get(str(got.status_code))
            assert described is not None, (sent, got.status_code)
            kind = got.headers["Content-Type"].partition(";")[0]
            assert got.status_code == 304 or kind in described["content"], (sent, kind)
            self._reply(call["operationId"], got)
            return
        told = protocol.decode(got.content, protocol.Problem)
        assert got.headers["Content-Type"] == protocol.PROBLEM
        assert protocol.REFUSALS[told.type].status == told.status == got.status_code, sent
        general = (404,) if "{" not in sent else ()
        assert str(got.status_code) in call["responses"] or got.status_code in general, (sent, got.text)

    def _reply(self, name: str, got: requests.Response) -> None:
        if name in REPLIES and got.status_code == 200:
            protocol.decode(got.content, REPLIES[name])
        elif name == "pull":
            protocol.split_page(got.content)

    def _stream(self) -> str:
        foreign = (stream_id("RX1", "BIR"), stream_id("RX2", "CED"), Device(3).id)
        roll = self.choose.random()
        return STREAM if roll < 0.7 else self.choose.choice(foreign) if roll < 0.9 else self._odd_segment()

    def _odd_segment(self) -> str:
        from urllib.parse import quote

        return quote(self.choose.choice(ODD), safe="") or "x"

    def _query(self, call: dict[str, Any]) -> str:
        from urllib.parse import quote

        parts = []
        for parameter in call.get("parameters", ()):
            if parameter["in"] == "query" and self.choose.random() < 0.6:
                given = self.choose.choice(ODD) if self.choose.random() < 0.3 else str(self.choose.randrange(0, 2100))
                parts.append(f"{parameter['name']}={quote(given, safe='')}")
        return "?" + "&".join(parts) if parts else ""

    def _body(self, name: str) -> bytes:
        made = self._push() if name == "push" else json.dumps(self._message(name)).encode()
        roll = self.choose.random()
        if roll < 0.2 and made:
            at = self.choose.randrange(len(made))
            made = made[:at] + self.choose.randbytes(self.choose.randint(0, 3)) + made[at + self.choose.randint(0, 3) :]
        elif roll < 0.25:
            made = self.choose.randbytes(self.choose.randrange(0, 300))
        return made

    def _push(self) -> bytes:
        batches = []
        for _ in range(self.choose.randint(1, 3)):
            if self.choose.random() < 0.3:
                batches.append(self.choose.choice(self.known))
                continue
            sealed = self.pc.seal(*(self._op() for _ in range(self.choose.randint(1, 3))))
            batches.append(sealed)
            self.known = [*self.known[-20:], sealed]
        whole = self.choose.random() < 0.7
        self.key = batches[0].header.id
        return join(batches, None if whole else lambda _: self.choose.random() < 0.5)

    def _op(self) -> Any:
        op = self.pc.op()
        for _ in range(self.choose.choice((0, 0, 1, 2))):
            op[self.choose.choice([*op, "seen", "er", "reason", "new"])] = self._value(2)
        if self.choose.random() < 0.3:
            op["set"] = {self.choose.choice(("description", "x", "act_types")): self._value(3)}
        raw = canonical(op)
        if self.choose.random() < 0.15:
            at = self.choose.randrange(len(raw))
            raw = raw[:at] + self.choose.randbytes(1) + raw[at + 1 :]
        return raw.replace(b"\n", b" ")

    def _value(self, depth: int) -> Any:
        leaf = self.choose.choice((None, True, 0, -1, 2**53, 10**40, *ODD, "x" * 70_000, Device(4).id))
        if depth == 0 or self.choose.random() < 0.5:
            return leaf
        if self.choose.random() < 0.5:
            return [self._value(depth - 1) for _ in range(self.choose.randint(0, 3))]
        return {self.choose.choice(("a", "op", "h", *ODD)): self._value(depth - 1) for _ in range(2)}

    def _message(self, name: str) -> Any:
        good: dict[str, Any] = {
            "have": {"batches": [batch.header.id for batch in self.known]},
            "enrol": {"code": "0123456789", "dev": self.pc.id, "keys": self.pc.links},
            "rotate": {"key": "A" * 43, "sig": "A" * 86, "last": {STREAM: "1.1"}},
        }[name]
        if self.choose.random() < 0.6:
            good[self.choose.choice([*good, "more"])] = self._value(3)
        return good

    def _signed(self, method: str, path: str, body: bytes | None) -> requests.PreparedRequest:
        key = getattr(self, "key", None) if body is not None else None
        self.key = None
        if self.choose.random() < 0.1:
            return self.pc.http.prepare_request(requests.Request(method, self.pc.url + path, data=body))
        headers = {"Content-Encoding": "gzip"} if self.choose.random() < 0.03 else None
        made = self.pc.signed(method, path, body, key=key, headers=headers)
        if self.choose.random() < 0.1:
            name = self.choose.choice([n for n in made.headers if n not in ("Content-Length", "Connection")])
            made.headers[name] = self.choose.choice([odd for odd in ODD if odd.isprintable() and odd.isascii()])
        return made


def plant(*others: tuple[Pc, str]) -> None:
    """Something in the other streams that must never be seen."""
    for other, st in others:
        other.push(other.seal(other.op(st, set={"description": CANARY}), st=st), st=st)
