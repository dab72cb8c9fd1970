"""Makers of ops and sealed batches for tests of the wire: a device with a key, and made-up entries."""

from __future__ import annotations

import random
import uuid
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vpr_desktop.domain import batches
from vpr_desktop.domain.batches import Batch
from vpr_desktop.domain.identity import device_id, stream_id, uuid7
from vpr_desktop.domain.ops import canonical

STREAM = stream_id("RX1", "CED")


def check_signature(key: bytes, sig: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(sig, message)
    except InvalidSignature:
        return False
    return True


class Device:
    """A PC as far as the wire goes: keys, and a number and link for each stream."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.private = Ed25519PrivateKey.from_private_bytes(self.random.randbytes(32))
        self.public = self.private.public_key().public_bytes_raw()
        self.id = device_id(self.public)
        self.chain: list[Any] = [batches.b64(self.public)]
        self.incarnation = 1
        self.counts: dict[str, int] = {}
        self.prevs: dict[str, str] = {}
        self.dn = 0

    def new_id(self) -> str:
        return uuid7(1_795_000_000_000 + self.random.randrange(10**9), self.random.randbytes(10))

    def op(self, st: str = STREAM, **changes: Any) -> dict[str, Any]:
        self.dn += 1
        made = {
            "v": 1, "op": self.new_id(), "st": st, "et": "incident", "ei": self.new_id(),
            "set": {"location_detail": f"Practice entry {self.dn}"}, "base": {}, "by": "p.practice", "dev": self.id,
            "dn": [self.incarnation, self.dn], "sa": batches.b64(self.random.randbytes(16)),
            "at": f"{1_795_000_000_000 + self.dn:015d}.00000", "sch": 1,
        }  # fmt: skip
        return made | changes

    def seal(self, *ops: Any, st: str = STREAM) -> Batch:
        raws = [op if isinstance(op, bytes) else canonical(op) for op in ops]
        self.counts[st] = self.counts.get(st, 0) + 1
        no = (self.incarnation, self.counts[st])
        made = batches.seal(self.new_id(), self.id, st, no, self.prevs.get(st, ""), raws, self.private.sign)
        self.prevs[st] = batches.link(made.header, batches.digest(made.header, made.hashes))
        return made

    def restored(self, incarnation: int) -> Device:
        """The same PC after its backup was put back."""
        self.incarnation, self.counts, self.prevs = incarnation, {}, {}
        return self

    def verify(self, header: batches.Header, digested: bytes) -> bool:
        return header.dev == self.id and check_signature(self.public, header.sig, digested)


def some_id(n: int) -> str:
    return str(uuid.UUID(int=n))
