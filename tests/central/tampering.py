"""Requests that may change nothing: altered, late, early, sent twice, by a key nobody let in, or of no ward of this PC
(I28, I27).

Seeded, so that a failing one comes again. Used by the tests (hundreds) and by the soak (ten thousand).
"""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

import requests

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.sealing import STREAM, Device
from vpr_desktop.domain.batches import join
from vpr_desktop.domain.identity import stream_id
from vpr_desktop.sync import protocol

COVERED = ("Content-Digest", "Idempotency-Key", "Signature-Input", "Signature")
OUTSIDE = (stream_id("RX1", "BIR"), stream_id("RX2", "CED"), stream_id("RX1", "NOT"))
AWAY = (-10 * 365 * 86_400, -86_400, -301 - 60, 301 + 60, 86_400, 10 * 365 * 86_400)  # seconds


class Tamperer:
    """Sends requests of one PC that were good until somebody had them in hand, and those of PCs that may not ask."""

    def __init__(self, central: Central, pc: Pc, seed: int) -> None:
        self.central, self.pc = central, pc
        self.choose = random.Random(seed)
        self.told: Counter[str] = Counter()
        self.sealed = pc.seal(pc.op())
        pc.push(self.sealed)
        self.stranger = Pc(central.address, 98)  # nobody let it in
        self.others = [self.stranger, central.pc(97), central.pc(96, org="RX2")]
        self.before = central.everything()

    def run(self, count: int) -> None:
        """So many of them; what is stored is compared now and then, and at the end."""
        for n in range(count):
            how = self.choose.choice((self.altered, self.late, self.replayed, self.of_no_known_key, self.outside))
            how()
            if n % 500 == 499:
                self.compare()
        self.compare()

    def compare(self) -> None:
        """Nothing that is stored is other than before."""
        assert self.central.everything() == self.before

    def _made(self, by: Pc | None = None, **more: Any) -> requests.PreparedRequest:
        pc = by or self.pc
        if self.choose.random() < 0.3:
            return pc.signed("GET", self.choose.choice(("/v1/heads", f"/v1/streams/{STREAM}/ops?after=0")), **more)
        body = join([self.sealed])
        headers = {"Content-Type": protocol.JSON_LINES}
        return pc.signed("POST", f"/v1/streams/{STREAM}/ops", body, key=self.sealed.header.id, headers=headers,
                              **more)  # fmt: skip

    def altered(self) -> None:
        """One byte of the body, or of a header that the signature covers, is another one."""
        made = self._made()
        what = self.choose.choice(
            [name for name in COVERED if name in made.headers] + ["body"] * (made.body is not None)
        )
        if what == "body":
            assert isinstance(made.body, bytes)
            made.body = self._flipped(made.body)
        else:
            held = made.headers[what]
            text = held if isinstance(held, str) else held.decode()
            # The last character of a signature carries four bits that nobody reads: another one there says the same.
            at = self.choose.randrange(len(text) - len("x==:") * (what == "Signature"))
            other = self.choose.choice([c for c in "abcXYZ019-_" if c != text[at]])
            made.headers[what] = text[:at] + other + text[at + 1 :]
        self._refused(made, f"altered {what}", {401})

    def _flipped(self, body: bytes) -> bytes:
        at = self.choose.randrange(len(body))
        return body[:at] + bytes([body[at] ^ (1 << self.choose.randrange(8))]) + body[at + 1 :]

    def late(self) -> None:
        """Signed too long ago, or in the future."""
        made = self._made(when=int(time.time()) + self.choose.choice(AWAY))
        self._refused(made, "late", {401}, {"clock-skew"})

    def replayed(self) -> None:
        """The very same bytes twice: what could change something is refused, a reading gives what it gave."""
        made = self._made()
        first, second = self.pc.send(made), self.pc.send(made)
        assert first.status_code == 200, first.text
        if made.method == "GET":
            assert (second.status_code, second.content) == (200, first.content)
            self.told["read twice"] += 1
            return
        assert second.json()["type"] == "replayed", second.text
        self.told["replayed"] += 1

    def of_no_known_key(self) -> None:
        """By a key that is not this PC's, in its own name, in this PC's, or in one of which nobody has heard."""
        signing = self.choose.choice(self.others)
        names = [self.pc.id, Device(95).id] + [self.stranger.id] * (signing is self.stranger)
        self._refused(self._made(by=signing, keyid=self.choose.choice(names)), "unknown", {401})

    def outside(self) -> None:
        """Good, and of a ward that is not this PC's."""
        st = self.choose.choice(OUTSIDE)
        sealed = self.pc.seal(self.pc.op(st), st=st)
        made = self.choose.choice(
            (
                self.pc.signed("GET", f"/v1/streams/{st}/ops?after=0"),
                self.pc.signed("POST", f"/v1/streams/{st}/have", b'{"batches":[]}'),
                self.pc.signed("POST", f"/v1/streams/{st}/ops", join([sealed]), key=sealed.header.id),
            )
        )
        self._refused(made, "outside", {403}, {"not-in-scope"})

    def _refused(
        self, made: requests.PreparedRequest, how: str, statuses: set[int], kinds: set[str] | None = None
    ) -> None:
        got = self.pc.send(made)
        told = protocol.decode(got.content, protocol.Problem)
        assert got.status_code in statuses, (how, dict(made.headers), got.text)
        assert kinds is None or told.type in kinds, (how, got.text)
        self.told[f"{how.split()[0]}: {told.type}"] += 1
