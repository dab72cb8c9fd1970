"""The keys of a device: a chain that proves itself, the batch numbers each key may sign, and its fingerprint.

Pure: signatures are checked by a function that comes in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vpr_desktop.domain.batches import No, unb64
from vpr_desktop.domain.fingerprint_words import WORDS
from vpr_desktop.domain.identity import device_id

KEY_LABEL = b"vpr-key-v1\0"
MOST_KEYS = 20  # in one chain; a yearly change fills it in a working life of a PC

Check = Callable[[bytes, bytes, bytes], bool]  # (public key, signature, message)


class NotAChain(Exception):
    """Keys that do not prove that they are the named device's."""


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """One public key of a device, with the batch numbers it may sign in each stream.

    `above` is the last number of the key before it, `last` its own last one; a key in use is `open`, it may
    sign every number above. A stream that is not named has no bound below, and in a key not open nothing.
    """

    key: bytes
    above: Mapping[str, No] = field(default_factory=dict)
    last: Mapping[str, No] = field(default_factory=dict)
    open: bool = True

    def may_sign(self, st: str, no: No) -> bool:
        """Whether this key may sign the batch of this number."""
        if no <= self.above.get(st, (-1, 0)):
            return False
        return self.open or no <= self.last.get(st, (-1, 0))


def key_message(dev: str, key: bytes) -> bytes:
    """What the key before signs, to hand the device on to this key."""
    return KEY_LABEL + dev.encode() + b"\0" + key


def read_chain(dev: str, chain: Any, check: Check) -> list[tuple[bytes, bytes]]:
    """Keys with the signature each came by, the first with none, from `[first, [next, signature], ..]`.

    Raises NotAChain unless the first key gives the device's id and each later one is signed by the one before.
    """
    if not isinstance(chain, Sequence) or isinstance(chain, str) or not 0 < len(chain) <= MOST_KEYS:
        raise NotAChain("no list of keys")
    try:
        keys = [(unb64(chain[0], 32), b"")]
        keys += [(unb64(key, 32), unb64(sig, 64)) for key, sig in chain[1:]]
    except (ValueError, TypeError, AttributeError) as error:
        raise NotAChain("not keys and signatures") from error
    if device_id(keys[0][0]) != dev:
        raise NotAChain("the first key is another device's")
    for (before, _), (key, sig) in zip(keys, keys[1:], strict=False):
        if not check(before, sig, key_message(dev, key)):
            raise NotAChain("a key is not signed by the one before")
    return keys


def keys_for(keys: Iterable[DeviceKey], st: str, no: No) -> list[bytes]:
    """The keys that may have signed a batch of this number."""
    return [key.key for key in keys if key.may_sign(st, no)]


def fingerprint(key: bytes) -> str:
    """Six words that two people can compare by reading them aloud."""
    hashed = hashlib.sha256(b"vpr-fingerprint-v1\0" + key).digest()
    return " ".join(WORDS[byte] for byte in hashed[:6])
