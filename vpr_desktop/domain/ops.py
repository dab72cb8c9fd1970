"""The op: one immutable change, its canonical bytes and hash, and the fold that gives a field's value.

The fold is the heads rule itself. The store, the endpoint's projections and `verify` all call it, and
nothing it computes is ever stored as truth. Pure: no clock, no file, no randomness.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

HASH_LABEL = b"vpr-op-v1\0"
CHAIN_LABEL = b"vpr-local-chain-v1"
LARGEST_OP = 256 * 1024  # bytes of canonical JSON
ERASED = {"erased": True}

# Values without floats, two levels deep: what every op of this version is made of.
_Plain = str | Annotated[int, Meta(ge=-(2**53 - 1), le=2**53 - 1)] | bool | None
_Nested = _Plain | list[_Plain] | dict[str, _Plain]
_USUAL = msgspec.json.Decoder(dict[str, _Plain | list[_Nested] | dict[str, _Nested]])
_ANY = msgspec.json.Decoder()
_SORTED = msgspec.json.Encoder(order="sorted")

OP_KEYS = frozenset("v op st et ei set base by dev dn sa at sch".split())
OP_MAY_HAVE = frozenset("seen er reason".split())


class NotAnOp(Exception):
    """Bytes that are not one canonical op of a version we read."""


def canonical(value: Any) -> bytes:
    """The one byte form of a JSON value: keys sorted, no spaces, UTF-8, no floats or NaN."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def op_hash(raw: bytes) -> bytes:
    """SHA-256 of an op's bytes under its own label."""
    return hashlib.sha256(HASH_LABEL + raw).digest()


def chain_start(file_id: str) -> bytes:
    """The first link of a file's local chain over all ops it holds."""
    return hashlib.sha256(CHAIN_LABEL + file_id.encode()).digest()


ERASES = b'"er":{'  # in the bytes of every op that erases another, and of no other: a quote in a text is escaped


def chain_next(link: bytes, hashed: bytes) -> bytes:
    """The link after one more op."""
    return hashlib.sha256(link + hashed).digest()


def read_op(raw: bytes) -> dict[str, Any]:
    """The op in some bytes. Raises NotAnOp unless encoding it again gives the very same bytes."""
    if len(raw) > LARGEST_OP:
        raise NotAnOp("larger than an op may be")
    body = _read_fast(raw)
    if body is None:
        body = _read_any(raw)
    if not isinstance(body, dict):
        raise NotAnOp("not canonical")
    keys = set(body)
    if body.get("v") != 1 or not keys >= OP_KEYS or not keys <= OP_KEYS | OP_MAY_HAVE:
        raise NotAnOp("not the keys of an op")
    if not _shapes_hold(body):
        raise NotAnOp("a key does not hold what it should")
    return body


def read_json(raw: bytes) -> Any:
    """What bytes say that were checked when they were stored."""
    return _ANY.decode(raw)


def _read_fast(raw: bytes) -> dict[str, Any] | None:
    """A canonical op of the usual depth, in a tenth of the time; None says nothing but that `_read_any` decides."""
    try:
        body: dict[str, Any] = _USUAL.decode(raw)
        return body if _SORTED.encode(body) == raw else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _read_any(raw: bytes) -> Any:
    try:
        body = json.loads(raw, parse_float=_no_float, parse_constant=_no_float)
        same = canonical(body) == raw
    except (ValueError, UnicodeError, RecursionError) as error:
        raise NotAnOp("not JSON of an op") from error
    if not same:
        raise NotAnOp("not canonical")
    return body


def _no_float(text: str) -> Any:
    raise ValueError(text)


def _shapes_hold(body: dict[str, Any]) -> bool:
    texts = all(isinstance(body[key], str) for key in ("op", "st", "et", "ei", "by", "dev", "sa", "at"))
    bases = body["base"]
    return (
        texts
        and isinstance(body["set"], dict)
        and isinstance(bases, dict)
        and all(isinstance(b, list) and all(isinstance(i, str) for i in b) for b in bases.values())
        and isinstance(body["dn"], list)
        and len(body["dn"]) == 2
        and all(type(n) is int for n in body["dn"])
        and type(body["sch"]) is int
    )


@dataclass(frozen=True, slots=True)
class Held:
    """One op of an entity as the file holds it: its number at the endpoint, if any, and its content.

    `body` is None for an erased op whose bytes are gone; its skeleton then comes with the erasing op.
    """

    id: str
    seq: int | None
    incarnation: int
    counter: int
    body: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Fold:
    """What a set of ops of one entity says: shown values, heads per field (shown one last), and clashes."""

    values: dict[str, Any]
    heads: dict[str, list[str]]
    clashes: frozenset[str]


def fold(ops: Iterable[Held]) -> Fold:
    """The state of one entity, a function of the *set* of its ops: order, repeats and clocks do not matter.

    heads(f) = the ops that set f, less all that any op names as the base of f; a ring of bases leaves no
    head, then all that set f are heads. The shown value is that of the highest number at the endpoint; ops
    without a number count above all numbers, among themselves by the author's count.
    """
    setters: dict[str, dict[str, Any]] = {}
    superseded: dict[str, set[str]] = {}
    ranks: dict[str, tuple[int, int, int, int, str]] = {}
    erased: set[str] = set()
    held = list(ops)
    if len(held) == 1 and held[0].body is not None and "er" not in held[0].body:
        values = held[0].body["set"]  # no other op can be the base of anything here
        return Fold(dict(values), {field: [held[0].id] for field in values}, frozenset())
    for op in held:
        ranks[op.id] = _rank(op)
        if op.body is None:
            continue
        for field, bases in op.body["base"].items():
            superseded.setdefault(field, set()).update(bases)
        if "er" in op.body:
            target = op.body["er"]
            erased.add(target["op"])
            for field in target["f"]:
                setters.setdefault(field, {})[target["op"]] = ERASED
            ranks.setdefault(target["op"], ranks[op.id])
    for op in held:
        if op.body is not None and op.id not in erased:
            for field, value in op.body["set"].items():
                setters.setdefault(field, {})[op.id] = value
    return _resolve(setters, superseded, ranks)


def in_effect(ops: list[Held]) -> list[Held]:
    """These ops without erasing ones that are still a wish: an erasing op takes effect with its number.

    It stays in effect where the bytes are gone, also when a restored endpoint takes the number.
    """
    wishes = [op for op in ops if op.seq is None and op.body is not None and "er" in op.body]
    if not wishes:
        return ops
    held = {op.id for op in ops if op.body is not None}
    return [op for op in ops if op not in wishes or (op.body is not None and op.body["er"]["op"] not in held)]


def _rank(op: Held) -> tuple[int, int, int, int, str]:
    if op.seq is not None:
        return (0, op.seq, 0, 0, op.id)
    return (1, 0, op.incarnation, op.counter, op.id)


def _resolve(
    setters: dict[str, dict[str, Any]],
    superseded: dict[str, set[str]],
    ranks: dict[str, tuple[int, int, int, int, str]],
) -> Fold:
    values: dict[str, Any] = {}
    heads: dict[str, list[str]] = {}
    clashes = set()
    for field, by_op in setters.items():
        gone = superseded.get(field, set())
        live = [op for op in by_op if op not in gone] or list(by_op)
        if len(live) > 1:
            live.sort(key=ranks.__getitem__)
            if _differ([by_op[op] for op in live]):
                clashes.add(field)
        heads[field] = live
        values[field] = by_op[live[-1]]
    return Fold(values, heads, frozenset(clashes))


def _differ(values: list[Any]) -> bool:
    """Whether heads hold different values, as bytes: 1 is not True. Two sealed values cannot be compared."""
    if any(isinstance(v, dict) and "ct" in v for v in values):
        return True
    first = canonical(values[0])
    return any(canonical(v) != first for v in values[1:])
