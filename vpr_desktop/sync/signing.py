"""The one form in which our requests are signed: RFC 9421 written out, as its library takes three times as long.

A poll that finds nothing new is mostly this. The library is the oracle of the tests, and at the endpoint it decides
about every request that is not of this very form. Text alone: who signs or checks comes in.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vpr_desktop.domain.batches import ID
from vpr_desktop.sync.protocol import IDEMPOTENCY_KEY, NONCE_LENGTH, WITH_BODY, WITHOUT_BODY

LABEL = "vpr"
BARE, WHOLE = (" ".join(f'"{name}"' for name in names) for names in (WITHOUT_BODY, WITH_BODY))
INPUT = re.compile(
    rf'{LABEL}=(\(({re.escape(BARE)}|{re.escape(WHOLE)})\);created=([0-9]{{1,12}});keyid="({ID.pattern})"'
    rf';alg="ed25519";nonce="([A-Za-z0-9_-]{{{NONCE_LENGTH}}})")'
)
SIGNATURE = re.compile(rf"{LABEL}=:([A-Za-z0-9+/]{{86}}==):")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request of our form says of its signature: `said` is what was signed, `keyid` the device."""

    keyid: str
    created: int
    nonce: str
    said: bytes
    sig: bytes


def digest_of(body: bytes) -> str:
    """The Content-Digest of the bytes that go."""
    return f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"


def headers_for(
    method: str, url: str, body: bytes | None, key: str, *, keyid: str, created: int, nonce: str,
    sign: Callable[[bytes], bytes],
) -> dict[str, str]:  # fmt: skip
    """The headers that sign a request; `key` is the Idempotency-Key of one with a body."""
    more = {} if body is None else {"Content-Digest": digest_of(body)}
    covered = BARE if body is None else WHOLE
    told = f'({covered});created={created};keyid="{keyid}";alg="ed25519";nonce="{nonce}"'
    said = _base(method, url, told, more.get("Content-Digest"), key)
    sig = b64encode(sign(said)).decode()
    return {**more, "Signature-Input": f"{LABEL}={told}", "Signature": f"{LABEL}=:{sig}:"}


def read(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Signed | None:
    """What a request says, where it is of our form and its digest is that of its body; None says nothing at all."""
    found = INPUT.fullmatch(headers.get("signature-input", ""))
    sig = SIGNATURE.fullmatch(headers.get("signature", ""))
    if found is None or sig is None or (found[2] == WHOLE) != (body is not None):
        return None
    digest, key = headers.get("content-digest"), headers.get(IDEMPOTENCY_KEY.lower(), "")
    if body is not None and (digest != digest_of(body) or key != key.strip() or not key.isascii()):
        return None
    said = _base(method, url, found[1], digest if body is not None else None, key)
    return Signed(found[4], int(found[3]), found[5], said, b64decode(sig[1]))


def _base(method: str, url: str, told: str, digest: str | None, key: str) -> bytes:
    lines = [f'"@method": {method}', f'"@target-uri": {url}']
    if digest is not None:
        lines += [f'"content-digest": {digest}', f'"idempotency-key": {key}']
    return "\n".join([*lines, f'"@signature-params": {told}']).encode()
