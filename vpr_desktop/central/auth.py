"""Who sends a request: its RFC 9421 signature against the device's key, freshness, and replays.

Only the newest key of a device signs requests, or the one it hands the device on to. A nonce is kept where a request
changes state, in its own transaction; a GET must only be fresh.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from http_message_signatures.exceptions import HTTPMessageSignaturesException, InvalidSignature

from vpr_desktop.central.database import Asked, Session
from vpr_desktop.central.refusals import Refused
from vpr_desktop.domain.batches import ID, unb64
from vpr_desktop.domain.device_keys import key_message
from vpr_desktop.sync import protocol, signing
from vpr_desktop.sync.protocol import Rotate
from vpr_desktop.sync.signing import Signed

LONGEST_NAMED = 300  # of what says who signed: ours has 180; the parser goes through it letter by letter
SIGNED_HEADERS = ("signature-input", "signature", "content-digest", "idempotency-key")
ACT_FOR_DEVICE = (
    "SELECT set_config('vpr.trust', coalesce(CAST(vpr_trust_of_device(CAST(:id AS uuid)) AS text), ''), true)"
)
DEVICE = (
    "SELECT d.trust, d.state, k.key, d.letter, d.last_an FROM device d JOIN device_key k"
    " ON k.trust = d.trust AND k.device = d.id"
    " WHERE d.id = :id AND d.state <> 'known'"
    " ORDER BY CASE k.state WHEN 'ended' THEN 1 ELSE 0 END, k.n DESC LIMIT 1"  # one that others told of is not in use
)
NONCE = "INSERT INTO nonce (device, nonce, at) VALUES (:device, :nonce, :at) ON CONFLICT DO NOTHING RETURNING at"


@dataclass(frozen=True, slots=True)
class Message:
    """A request as it was signed: `url` is the public address, never taken from forwarded headers."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    now: int
    peer: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """The device a request comes from."""

    trust: int
    device: str
    key: bytes
    nonce: str
    letter: str = ""
    last_an: str | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    trust: int
    state: str
    key: bytes
    letter: str
    last_an: str | None


class _TooFar(InvalidSignature):
    """Made outside the window."""


class _Resolver(HTTPSignatureKeyResolver):
    """The newest key of the device a signature names."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self.keys = keys

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        return Ed25519PublicKey.from_public_bytes(self.keys[key_id]) if key_id in self.keys else None


class _Verifier(HTTPMessageVerifier):
    """The library's check, with the endpoint's own clock and window on both sides of it."""

    now = 0

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:  # noqa: ARG002
        created = sig_input.params.get("created")
        if type(created) is not int:
            raise InvalidSignature("created is missing")
        if abs(created - self.now) > protocol.WINDOW_SECONDS:
            raise _TooFar("created too long ago or in the future")


def is_signed(headers: Mapping[str, str]) -> None:
    """Whether a request says at all who signed it. Raises Refused."""
    if "signature-input" not in headers or "signature" not in headers:
        raise Refused("not-signed")


def device_named(message: Message) -> str:
    """The device whose key the request says it is signed with. Raises Refused."""
    is_signed(message.headers)
    usual = _usual(message)
    return usual.keyid if usual is not None else _named(message.headers)


def device_claimed(headers: Mapping[str, str]) -> str:
    """The device that a refused request says it is from, for the log: an identity by its form, proven by nothing.

    Nothing where it says none, or says it at a length that no PC of ours needs.
    """
    try:
        return _named(headers) if 0 < len(headers.get("signature-input", "")) <= LONGEST_NAMED else ""
    except Refused:
        return ""


def _named(headers: Mapping[str, str]) -> str:
    try:
        fields = _Verifier._parse_signature_dictionary(headers["signature-input"])
    except Exception as error:  # whatever the parser of structured fields makes of hostile text
        raise Refused("bad-signature") from error
    if len(fields) != 1:
        raise Refused("bad-signature")
    (field,) = fields.values()
    named = field.params.get("keyid") if hasattr(field, "params") else None
    if not isinstance(named, str) or not ID.fullmatch(named):
        raise Refused("bad-signature")
    return named


def _usual(message: Message) -> Signed | None:
    """What the signature says, where the request is of our PCs' form and names no header of it twice."""
    each: Callable[[str], list[str]] | None = getattr(message.headers, "getlist", None)
    if each is not None and any(len(each(name)) > 1 for name in SIGNED_HEADERS):
        return None
    return signing.read(message.method, message.url, message.headers, message.body)


def verify(message: Message, device: str, key: bytes) -> str:
    """The nonce of a request that this key signed as the protocol asks. Raises Refused.

    One in the very form our PCs use is taken by a shorter way; whatever that does not take, the library decides.
    """
    usual = _usual(message)
    if (
        usual is not None
        and usual.keyid == device
        and abs(usual.created - message.now) <= protocol.WINDOW_SECONDS
        and holds(key, usual.sig, usual.said)
    ):
        return usual.nonce
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=_Resolver({device: key}))
    verifier.now = message.now
    wanted = protocol.WITH_BODY if message.body is not None else protocol.WITHOUT_BODY
    try:
        (result,) = verifier.verify(message, require_components=wanted, body=message.body)
    except _TooFar as error:
        raise Refused("clock-skew") from error
    except (HTTPMessageSignaturesException, ValueError, TypeError, KeyError, IndexError, UnicodeError) as error:
        raise Refused("bad-signature") from error
    covered = [name.strip('"') for name in result.covered_components if name != '"@signature-params"']
    nonce = result.nonce
    plain = isinstance(nonce, str) and len(nonce) == protocol.NONCE_LENGTH and nonce.isascii() and nonce.isprintable()
    if covered != list(wanted) or set(result.parameters) != protocol.PARAMETERS or not plain:
        raise Refused("bad-signature")
    return str(nonce)


def authenticate(session: Session, message: Message, handed: Rotate | None = None) -> Caller:
    """The device a request comes from; `handed` is the key it asks to be handed on to. Raises Refused."""
    device = device_named(message)
    return admit(session, device, lambda key: _signed(message, device, key, handed))


def _signed(message: Message, device: str, key: bytes, handed: Rotate | None) -> str:
    try:
        return verify(message, device, key)
    except Refused:
        if handed is None or not hands_over(device, key, handed):
            raise
    return verify(message, device, unb64(handed.key, 32))


def hands_over(device: str, key: bytes, handed: Rotate) -> bool:
    """Whether a key signed the one that is to follow it."""
    try:
        return holds(key, unb64(handed.sig, 64), key_message(device, unb64(handed.key, 32)))
    except ValueError:
        return False


def admit(session: Session, device: str, check: Callable[[bytes], str]) -> Caller:
    """The device as it may act now; `check` gives the nonce of a request that its newest key signed. Raises Refused."""
    held = _held(session, device)
    if held is None:
        raise Refused("unknown-device")
    nonce = check(held.key)
    if held.state == "revoked":
        raise Refused("device-revoked")
    if held.state == "waiting":
        raise Refused("device-waiting")
    return Caller(held.trust, device, held.key, nonce, held.letter, held.last_an)


def _held(session: Session, device: str) -> _Held | None:
    asked = [(DEVICE, {"id": device})]
    if session.is_postgres:
        asked.insert(0, (ACT_FOR_DEVICE, {"id": device}))
    rows = session.together(*asked)[-1]
    return _Held(rows[0][0], rows[0][1], bytes(rows[0][2]), rows[0][3], rows[0][4]) if rows else None


def once(session: Session, caller: Caller, now: int) -> None:
    """Keeps the nonce of a request that changes state, in its transaction. Raises Refused for a replay."""
    (kept,) = session.together(keeping_nonce(caller, now))
    was_kept(session, caller, now, kept)


def keeping_nonce(caller: Caller, now: int) -> Asked:
    """What keeps a nonce and gives a row, unless it is held."""
    return NONCE, {"device": caller.device, "nonce": caller.nonce, "at": now}


def was_kept(session: Session, caller: Caller, now: int, kept: Sequence[Any]) -> None:
    """Reads what `keeping_nonce` gave. Raises Refused for a replay."""
    if not kept:
        raise Refused("replayed")
    if caller.nonce[0] in "Aa0-":  # now and then is often enough to sweep
        session.run("DELETE FROM nonce WHERE at < :old", old=now - protocol.NONCE_KEPT_SECONDS)


def asking_state(caller: Caller) -> Asked:
    """What reads the state of the device again in a changing transaction: a withdrawal holds once it was made."""
    return "SELECT state FROM device WHERE trust = :t AND id = :id", {"t": caller.trust, "id": caller.device}


def is_active(rows: Sequence[Any]) -> None:
    """Reads what `asking_state` gave. Raises Refused."""
    if not rows or rows[0][0] != "active":
        raise Refused("device-revoked")


def holds(key: bytes, sig: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature is this key's."""
    from cryptography.exceptions import InvalidSignature as NotSigned

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(sig, message)
    except NotSigned:
        return False
    return True
