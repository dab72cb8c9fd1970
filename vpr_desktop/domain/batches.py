"""The batch: ops of one device sealed by one signature, its bytes on the wire, and what proves it.

Pure: signatures are made and checked by functions that come in. Nothing here decides what an op may say.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vpr_desktop.domain.ops import canonical, op_hash

DIGEST_LABEL = b"vpr-batch-v1\0"
LINK_LABEL = b"vpr-link-v1\0"
STREAM_CHAIN_LABEL = b"vpr-chain-v1"
MOST_OPS = 500  # in one batch
MOST_RAW = 1024 * 1024  # bytes of raw ops in one batch
LONGEST_HEADER = 4096  # bytes of a header line
LARGEST_COUNT = 2**53 - 1

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NO = re.compile(r"(0|[1-9][0-9]{0,15})\.(0|[1-9][0-9]{0,15})")

No = tuple[int, int]  # incarnation, and the count of this device's batches of this stream in it, from 1
Verify = Callable[["Header", bytes], bool]  # whether a key of the header's device made `sig` over this digest
MaySign = Callable[["Header"], bool]  # whether a key of the header's device may sign this number


class NotABody(Exception):
    """Bytes that are not batches one after another. `line` counts from 1 where it is known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Header:
    """What a device signed, besides the hashes of the ops."""

    id: str
    dev: str
    st: str
    no: No
    prev: str
    n: int
    sig: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """One op of a batch as delivered: its hash, and its bytes where they are carried."""

    hash: bytes
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """Which lines of a pulled batch have numbers: the first number, and line positions [from, to] from 0."""

    first: int
    stored: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as delivered. `pk` (key chain of its device) and `an` (anchor) are outside its digest."""

    header: Header
    lines: tuple[Line, ...]
    numbers: Numbers | None = None
    pk: Any = None
    an: Any = None

    @property
    def hashes(self) -> list[bytes]:
        """The hashes of all its ops, in order."""
        return [line.hash for line in self.lines]


def b64(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def unb64(text: str, length: int) -> bytes:
    """The bytes of a base64url text. Raises ValueError unless it is the one text of so many bytes."""
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(data) != length or b64(data) != text:
        raise ValueError("not base64url of the expected length")
    return data


def digest(header: Header, hashes: Iterable[bytes]) -> bytes:
    """What the signature is over: identity and place of the batch, and the hash of every op."""
    named = (header.id, header.dev, header.st, no_text(header.no), header.prev)
    return hashlib.sha256(DIGEST_LABEL + b"".join(part.encode() + b"\0" for part in named) + b"".join(hashes)).digest()


def link(header: Header, digested: bytes) -> str:
    """What the device's next batch of this stream carries as `prev`.

    The signature is in it: a reader who is led here by a proven `prev` then holds a batch that is proven
    alone as well, and can hand it on.
    """
    return b64(hashlib.sha256(LINK_LABEL + digested + header.sig).digest())


def seal(
    batch_id: str, dev: str, st: str, no: No, prev: str, raws: Sequence[bytes], sign: Callable[[bytes], bytes]
) -> Batch:
    """A new batch of these ops, signed."""
    lines = tuple(Line(op_hash(raw), raw) for raw in raws)
    unsigned = Header(batch_id, dev, st, no, prev, len(lines), b"")
    sig = sign(digest(unsigned, [line.hash for line in lines]))
    return Batch(Header(batch_id, dev, st, no, prev, len(lines), sig), lines)


def stream_chain_start(st: str) -> bytes:
    """The first link of a stream's chain over all its ops by number; each further one as in `ops.chain_next`."""
    return hashlib.sha256(STREAM_CHAIN_LABEL + st.encode()).digest()


def no_text(no: No) -> str:
    """A batch number as it is written."""
    return f"{no[0]}.{no[1]}"


def read_no(text: str, least: int = 1) -> No:
    """A batch number as it was written; with `least` 0 also what lies below a first batch. Raises ValueError."""
    found = NO.fullmatch(text)
    if found is None:
        raise ValueError("not a batch number")
    no = (int(found[1]), int(found[2]))
    if max(no) > LARGEST_COUNT or no[1] < least:
        raise ValueError("not a batch number")
    return no


def header_line(header: Header, **outside: Any) -> bytes:
    """The header as bytes, without LF; the same for everybody who holds the batch, `outside` apart."""
    body = {
        "v": 1,
        "b": header.id,
        "dev": header.dev,
        "st": header.st,
        "no": no_text(header.no),
        "prev": header.prev,
        "n": header.n,
        "sig": b64(header.sig),
    }
    return canonical(body | {name: value for name, value in outside.items() if value is not None})


def read_header(line: bytes) -> tuple[Header, Any, Any]:
    """The header in a line, with `pk` and `an`. Raises ValueError; keys it does not know are nothing to it."""
    if len(line) > LONGEST_HEADER:
        raise ValueError("header line too long")
    body = _json(line)
    if not isinstance(body, dict) or body.get("v") != 1 or type(body.get("n")) is not int:
        raise ValueError("not a header of a version read here")
    texts = [body.get(key) for key in ("b", "dev", "st", "no", "prev", "sig")]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a key is missing")
    b, dev, st, no, prev, sig = (str(text) for text in texts)
    if not (ID.fullmatch(b) and ID.fullmatch(dev) and ID.fullmatch(st) and body["n"] > 0):
        raise ValueError("not the identities of a batch")
    if prev:
        unb64(prev, 32)
    return Header(b, dev, st, read_no(no), prev, body["n"], unb64(sig, 64)), body.get("pk"), body.get("an")


def _json(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def join(batches: Iterable[Batch], carried: Callable[[Line], bool] | None = None) -> bytes:
    """Batches as the body of a push or pull; lines for which `carried` says no go as hashes."""
    parts: list[bytes] = []
    for batch in batches:
        parts.append(header_line(batch.header, pk=batch.pk, an=batch.an))
        if batch.numbers is not None:
            parts.append(numbers_line(batch.numbers))
        for line in batch.lines:
            whole = line.raw is not None and (carried is None or carried(line))
            parts.append(line.raw if whole and line.raw is not None else hash_line(line.hash))
    return b"".join(part + b"\n" for part in parts)


def hash_line(hashed: bytes) -> bytes:
    """An op that is only a hash here."""
    return f'"{b64(hashed)}"'.encode()


def numbers_line(numbers: Numbers) -> bytes:
    """The line that follows a header where not every line has a number."""
    return canonical({"first": numbers.first, "stored": [list(span) for span in numbers.stored]})


def split(body: bytes, *, pulled: bool = False, most_ops: int = MOST_OPS) -> list[Batch]:
    """The batches of a body, every raw line hashed and none parsed. Raises NotABody.

    Only a pulled body may have lines that say which ops have numbers.
    """
    if not body:
        return []
    lines = body.split(b"\n")
    if lines.pop():
        raise NotABody("the last line has no end", len(lines) + 1)
    batches = []
    at = 0
    while at < len(lines):
        batch, at = _read_batch(lines, at, pulled, most_ops)
        batches.append(batch)
    return batches


def _read_batch(lines: list[bytes], at: int, pulled: bool, most_ops: int) -> tuple[Batch, int]:
    try:
        header, pk, an = read_header(lines[at])
    except ValueError as error:
        raise NotABody(str(error), at + 1) from error
    if header.n > most_ops:
        raise NotABody("more ops than a batch may have", at + 1)
    at += 1
    numbers = None
    if pulled and at < len(lines) and lines[at].startswith(b'{"first":'):
        numbers = _read_numbers(lines[at], header.n, at + 1)
        at += 1
    end = at + header.n
    if end > len(lines):
        raise NotABody("the body ends inside a batch", len(lines))
    ops = tuple(_read_line(line, i) for i, line in enumerate(lines[at:end], at + 1))
    return Batch(header, ops, numbers, pk, an), end


def _read_line(line: bytes, number: int) -> Line:
    if not line.startswith(b'"'):
        return Line(op_hash(line), line)
    try:
        if not (len(line) == 45 and line.endswith(b'"')):
            raise ValueError("not a hash")
        return Line(unb64(line[1:-1].decode("ascii"), 32))
    except ValueError as error:
        raise NotABody("a line is neither an op nor a hash", number) from error


def _read_numbers(line: bytes, n: int, number: int) -> Numbers:
    try:
        body = _json(line)
        first, spans = body["first"], body["stored"]
        whole = type(first) is int and first > 0 and isinstance(spans, list) and spans
        after = -1
        for low, high in spans if whole else ():
            if not (type(low) is int and type(high) is int and after < low <= high < n):
                raise ValueError("line positions out of order")
            after = high
    except (ValueError, KeyError, TypeError) as error:
        raise NotABody("a line of numbers says nothing", number) from error
    if not whole:
        raise NotABody("a line of numbers says nothing", number)
    return Numbers(first, tuple((low, high) for low, high in spans))


def numbered(batches: Iterable[Batch], after: int) -> list[list[int | None]]:
    """The number of every line of a pulled page, which must go on from `after` without a gap. Raises NotABody."""
    page = []
    for batch in batches:
        spans = batch.numbers.stored if batch.numbers else ((0, batch.header.n - 1),)
        if batch.numbers is not None and batch.numbers.first != after + 1:
            raise NotABody("the numbers do not go on where they stopped")
        seqs: list[int | None] = [None] * batch.header.n
        for low, high in spans:
            seqs[low : high + 1] = range(after + 1, after + high - low + 2)
            after += high - low + 1
        page.append(seqs)
    return page


def prove_each(batches: Sequence[Batch], verify: Verify, may_sign: MaySign) -> list[bool]:
    """Whether each batch is what its device sealed: every signature is checked."""
    return [may_sign(b.header) and verify(b.header, digest(b.header, b.hashes)) for b in batches]


def prove_page(batches: Sequence[Batch], verify: Verify, may_sign: MaySign) -> list[bool]:
    """The same answer with fewer signatures checked: a batch named by the `prev` of a proven one is proven.

    Walks backwards, so that a page of one device needs one check. Only a batch of the same device and
    stream can name another, else a device could vouch for what it wrote in another's name. Whether a key
    may sign a number is asked for every batch.
    """
    named: dict[tuple[str, str], set[str]] = {}
    proven = [False] * len(batches)
    for i in range(len(batches) - 1, -1, -1):
        header = batches[i].header
        digested = digest(header, batches[i].hashes)
        vouched = named.setdefault((header.dev, header.st), set())
        linked = link(header, digested)
        if may_sign(header) and (linked in vouched or verify(header, digested)):
            proven[i] = True
            vouched.add(linked)
            vouched.add(header.prev)
    return proven
