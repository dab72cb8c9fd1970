"""What PC and endpoint say to each other, and its version: message types, limits, refusals. Shared with central.

The types are the checks: decoding refuses what they do not allow. Batches themselves are in domain/batches.py.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from vpr_desktop.domain import batches, ops

VERSION = 1
PREFIX = "/v1"
JSON_LINES = "application/jsonl"
JSON = "application/json"
PROBLEM = "application/problem+json"

# Limits, in bytes where nothing else is said.
LARGEST_OP = ops.LARGEST_OP
MOST_OPS = batches.MOST_OPS
MOST_RAW = batches.MOST_RAW
MOST_BATCHES = 500  # in one push
MOST_ASKED = 1000  # batch ids in one `have`
WIRE_REQUEST = 4 * 1024 * 1024
UNPACKED_REQUEST = 8 * 1024 * 1024
UNPACKED_REPLY = 8 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "::1", "localhost")  # this machine: the one place that is reached without TLS
SMALL_REQUEST = 64 * 1024  # enrolment, keys, have
PAGE_OPS = 2000
PAGE_BYTES = 4 * 1024 * 1024
MOST_RATIO, LEAST_GROWN = 50, 64 * 1024  # a longer reply that grows more than this when unpacked is not read

# Request signature, RFC 9421: one label, these components in this order, these parameters and no others.
WITH_BODY = ("@method", "@target-uri", "content-digest", "idempotency-key")
WITHOUT_BODY = ("@method", "@target-uri")
PARAMETERS = frozenset({"created", "nonce", "keyid", "alg"})
NONCE_LENGTH = 16
WINDOW_SECONDS = 300
NONCE_KEPT_SECONDS = 900  # twice as long as a request is fresh, and 300 by which the clocks of processes may differ
IDEMPOTENCY_KEY = "Idempotency-Key"

# Rate limit of one device.
BUCKET_REQUESTS = 1000
BUCKET_BYTES = 100_000_000
REFILL_REQUESTS = 120  # a minute
REFILL_BYTES = 60_000_000  # a minute

Id = Annotated[str, Meta(pattern=f"^{batches.ID.pattern}$")]
Epoch = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,32}$")]
Key = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$")]  # base64url of 32 bytes
Signature = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{86}$")]  # base64url of 64 bytes
NoText = Annotated[str, Meta(pattern="^(0|[1-9][0-9]{0,15})[.][1-9][0-9]{0,15}$")]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Code = Annotated[str, Meta(pattern="^[0-9A-HJKMNP-TV-Z]{10}$")]


class Problem(Struct, frozen=True, omit_defaults=True):
    """RFC 9457. `type` is a name of REFUSALS; `detail` never holds the text of a record."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    retryable: bool = False
    op: str | None = None


class Anchor(Struct, frozen=True):
    """Where the chains of a PC's file stood when it pushed: op and audit number, one hash over both heads."""

    n: Count
    audit: Count
    hash: Key


class KeyLink(Struct, frozen=True):
    """One key of a device's chain: signed by the one before (not the first), and the last numbers it signed."""

    key: Key
    sig: Annotated[str, Meta(pattern="^([A-Za-z0-9_-]{86})?$")] = ""
    last: Annotated[dict[Id, NoText], Meta(max_length=1000)] = {}


class Enrol(Struct, frozen=True):
    """A one-time code and the chain of the device's keys, the newest last. The newest signs this request.

    `wards` are those of the device: a code for none of them is not used up, and joins it to nothing.
    """

    code: Code
    dev: Id
    keys: Annotated[list[KeyLink], Meta(min_length=1, max_length=20)]
    wards: Annotated[list[Id], Meta(max_length=1000)] = []


class Scope(Struct, frozen=True):
    """A stream this device may read and write."""

    st: str
    code: str
    name: str
    epoch: str


class TrustKey(Struct, frozen=True):
    """A public key of the trust, by what it is for, such as `recovery`."""

    use: str
    key: str


class Enrolled(Struct, frozen=True):
    """The answer to an enrolment. `state` is `active`, or `waiting` until an administrator accepts."""

    v: int
    device: str
    state: str
    letter: str
    org_code: str
    org_name: str
    scopes: list[Scope]
    trust_keys: list[TrustKey]


class Rotate(Struct, frozen=True):
    """A new key, signed by the one in use, and the last batch number the old one signed in each stream.

    Either key may sign the request: the new one proves itself by the other's signature in it, so that a PC whose
    answer was lost, or whose endpoint was put back to before the change, asks once more in the same words.
    """

    key: Key
    sig: Signature
    last: Annotated[dict[Id, NoText], Meta(max_length=1000)] = {}


class Have(Struct, frozen=True):
    """Batches this device holds."""

    batches: Annotated[list[Id], Meta(max_length=MOST_ASKED)]


class Lacking(Struct, frozen=True):
    """Those of them of which the endpoint lacks anything."""

    lacking: list[str]


class PageHead(Struct, frozen=True):
    """The first line of a pull: `last` is the number of the page's last op, `chain` the chain at `head`."""

    epoch: Epoch
    head: Count
    last: Count
    chain: Key
    note: Any = None


class Head(Struct, frozen=True):
    """Where one stream stands."""

    st: Id
    epoch: Epoch
    head: Count
    chain: Key


class Ended(Struct, frozen=True):
    """A stream that was taken from this device, and the second at which it was."""

    st: Id
    at: Count


class Heads(Struct, frozen=True):
    """Where all streams in scope stand, and the anchor this device last pushed; `new_key` orders another key.

    `ended`: streams that were in its scope.
    """

    v: int
    heads: list[Head]
    letter: str = ""
    an: Anchor | None = None
    new_key: bool = False
    ended: list[Ended] = []


class KnownKey(Struct, frozen=True):
    """A key as the endpoint knows it; `by` is the place of the key that signed it in the device's list."""

    key: Key
    by: int | None
    sig: str
    open: bool
    above: dict[str, str]
    last: dict[str, str]


class KnownDevice(Struct, frozen=True):
    """A device that may have written in a stream in scope."""

    dev: Id
    state: str
    keys: list[KnownKey]


class Keys(Struct, frozen=True):
    """All devices whose batches a reader may meet."""

    v: int
    devices: list[KnownDevice]


class BatchAnswer(Struct, frozen=True, omit_defaults=True):
    """How a batch stands: all stored from `first` on, or line by line in `ops`, or not taken for a `problem`.

    A line of `ops` is `[seq, status]` or `[seq, status, problem]`; status one of STATUSES.
    """

    b: str
    first: int | None = None
    stored: int | None = None
    ops: list[Any] | None = None
    problem: Problem | None = None


class PushAnswer(Struct, frozen=True):
    """The answer to a push: one entry a batch, in order, and where the stream then stands."""

    r: list[BatchAnswer]
    head: int
    chain: str
    epoch: str
    an: Anchor | None = None


STATUSES = ("stored", "duplicate", "refused", "quarantined", "absent")


class Refusal(Struct, frozen=True):
    """One kind of refusal: status, title in plain words, and whether the same request may succeed later."""

    status: int
    title: str
    retryable: bool = False


# Every refusal there is. The client has a text for each; a type that is not here is a defect (I32).
REFUSALS: dict[str, Refusal] = {
    # Of a whole request.
    "unreadable-body": Refusal(400, "The body is not what this call takes"),
    "unreadable-request": Refusal(400, "The request is not HTTP as it is read here"),
    "wrong-idempotency-key": Refusal(400, "The Idempotency-Key is not the first batch of the body"),
    "not-signed": Refusal(401, "The request has no signature of a device"),
    "bad-signature": Refusal(401, "The signature of the request does not hold"),
    "clock-skew": Refusal(401, "The signature was made too long ago or in the future", retryable=True),
    "replayed": Refusal(401, "This request was received before", retryable=True),
    "unknown-device": Refusal(401, "This PC is not known here"),
    "device-waiting": Refusal(401, "An administrator has not accepted this PC yet", retryable=True),
    "device-revoked": Refusal(401, "This PC was withdrawn"),
    "bad-code": Refusal(403, "The code is wrong, used up or out of date"),
    "other-ward": Refusal(403, "The code is for another ward than those of this PC"),
    "not-in-scope": Refusal(403, "This ward is not one of this PC's"),
    "not-found": Refusal(404, "There is nothing at this address"),
    "wrong-method": Refusal(405, "This address does not take this method"),
    "too-slow": Refusal(408, "The body did not arrive in time", retryable=True),
    "key-in-use": Refusal(409, "The key belongs to another PC"),
    "no-length": Refusal(411, "The length of the body is not given"),
    "too-large": Refusal(413, "The request is larger than may be"),
    "wrong-encoding": Refusal(415, "The body is packed in a way not read here"),
    "too-many": Refusal(429, "This PC sends more than its share", retryable=True),
    "fault": Refusal(500, "Something went wrong in the endpoint", retryable=True),
    "busy": Refusal(503, "The endpoint is busy", retryable=True),
    # Of one batch.
    "batch-signature": Refusal(400, "The signature of the batch does not hold"),
    "batch-device-unknown": Refusal(400, "The batch is of a PC not known here, and its keys were not sent along"),
    "batch-stream": Refusal(403, "The batch is of another ward"),
    "batch-too-large": Refusal(413, "The batch is larger than may be"),
    "batch-differs": Refusal(422, "A batch of this identity is held with other content"),
    # Of one op.
    "op-differs": Refusal(409, "An entry of this identity is held with other content"),
    "op-too-large": Refusal(413, "The entry is larger than may be"),
    "op-unreadable": Refusal(422, "The entry cannot be read"),
    "erase-not-entitled": Refusal(422, "Its author may not erase"),
    "erase-differs": Refusal(422, "What it says of the erased entry is not what is held"),
    # Kept, and looked at by the trust (needs_review).
    "newer-version": Refusal(422, "A newer version wrote it"),
    "unknown-content": Refusal(422, "It holds answers not known here"),
    "not-normal-text": Refusal(422, "Its text is not in the normal form of characters"),
    "author-ended": Refusal(422, "Its author's access had ended"),
    "author-not-entitled": Refusal(422, "The role of its author does not include this"),
    "key-ended": Refusal(422, "The key of the PC had ended"),
    "device-not-accepted": Refusal(422, "The PC that wrote it was not accepted yet"),
    "left-scope": Refusal(422, "The ward is no longer one of this PC's"),
}

_ENCODER = msgspec.json.Encoder()


class NotAMessage(Exception):
    """Bytes that are not a message of the type they should be."""


def encode(message: Any) -> bytes:
    """A message as bytes."""
    return _ENCODER.encode(message)


def decode(data: bytes, kind: type[Any]) -> Any:
    """The message in some bytes. Raises NotAMessage."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise NotAMessage(str(error)) from error


def problem(kind: str, detail: str = "", *, op: str | None = None, instance: str = "") -> Problem:
    """The problem document of a refusal."""
    known = REFUSALS[kind]
    return Problem(kind, known.title, known.status, detail, instance, known.retryable, op)


def grows_too_much(packed: int, body: int) -> bool:
    """Whether a reply of so many bytes on the wire holds more than it may: such a page goes as it is."""
    return body > max(LEAST_GROWN, packed * MOST_RATIO)


def split_page(body: bytes) -> tuple[PageHead, list[batches.Batch]]:
    """A pulled page: its first line, and its batches. Raises NotAMessage or NotABody."""
    first, _, rest = body.partition(b"\n")
    return decode(first, PageHead), batches.split(rest, pulled=True)
