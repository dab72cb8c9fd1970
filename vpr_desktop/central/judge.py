"""Reads one op as the endpoint must, and says what of it waits for a person's look. Pure.

Refused: over size. Quarantined: not canonical, or an envelope that cannot be read. Everything else is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from vpr_desktop.domain.batches import ID, Batch, Line
from vpr_desktop.domain.fields import FieldSpec, fits
from vpr_desktop.domain.forms import ENTITIES, SCHEMA
from vpr_desktop.domain.ops import LARGEST_OP, OP_KEYS, OP_MAY_HAVE
from vpr_desktop.domain.record import fields_of

LONGEST_STRING = 65_536
L0 = Annotated[str, Meta(max_length=LONGEST_STRING)] | Annotated[int, Meta(ge=-(2**53 - 1), le=2**53 - 1)] | bool | None
L1 = L0 | list[L0] | dict[str, L0]
L2 = L0 | list[L1] | dict[str, L1]

_DECODER = msgspec.json.Decoder(dict[str, L2])
_ENCODER = msgspec.json.Encoder(order="sorted")
FOUR_IDS = re.compile(" ".join([ID.pattern] * 4))
ENTITY_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
AUTHOR = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
ERASING_KEYS = frozenset("op h f role ground on".split())
HASH_TEXT = re.compile(r"[A-Za-z0-9_-]{43}")
TEXT_ONLY = frozenset({str})


class Unreadable(Exception):
    """Not one canonical op of a version read here."""


@dataclass(slots=True)
class Entry:
    """One raw line of a batch, judged: its op, or why there is none, or why a person should look at it."""

    pos: int
    hash: bytes
    raw: bytes
    op: dict[str, Any] | None = None
    refused: str | None = None
    quarantined: str | None = None
    review: str | None = None


def read(raw: bytes) -> dict[str, Any]:
    """The op in some bytes. Raises Unreadable unless encoding it again gives the very same bytes."""
    try:
        op: dict[str, Any] = _DECODER.decode(raw)
        same = _ENCODER.encode(op) == raw
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Unreadable("not JSON of an op") from error
    keys = op.keys()
    if not same or not keys >= OP_KEYS or not keys <= OP_KEYS | OP_MAY_HAVE or op["v"] != 1:
        raise Unreadable("not the bytes or keys of an op")
    if not (_names_hold(op) and _shapes_hold(op) and _extras_hold(op)):
        raise Unreadable("a key does not hold what it should")
    if len(raw) > LONGEST_STRING and not all(_fits(text) for text in _strings(op)):
        raise Unreadable("a text is too long")
    return op


def _names_hold(op: dict[str, Any]) -> bool:
    et, by = op["et"], op["by"]
    ids = (op["op"], op["st"], op["ei"], op["dev"])
    return (
        _all_text((*ids, et, by, op["sa"], op["at"]))
        and FOUR_IDS.fullmatch(" ".join(ids)) is not None
        and ENTITY_NAME.fullmatch(et) is not None
        and AUTHOR.fullmatch(by) is not None
    )


def _shapes_hold(op: dict[str, Any]) -> bool:
    bases, dn = op["base"], op["dn"]
    if not (type(op["v"]) is int and type(op["sch"]) is int and type(op["set"]) is dict and type(bases) is dict):
        return False
    for base in bases.values():
        if type(base) is not list or not _all_text(base):
            return False
    return type(dn) is list and len(dn) == 2 and type(dn[0]) is int and type(dn[1]) is int


def _extras_hold(op: dict[str, Any]) -> bool:
    seen, reason, erasing = op.get("seen", []), op.get("reason", ""), op.get("er")
    if "er" not in op and "seen" not in op and "reason" not in op:
        return True
    if not (type(seen) is list and _all_text(seen) and type(reason) is str):
        return False
    if "er" not in op:
        return True
    return (
        type(erasing) is dict
        and erasing.keys() == ERASING_KEYS
        and not op["set"]
        and type(erasing["f"]) is list
        and _all_text(erasing["f"])
        and _all_text([erasing[key] for key in ("op", "h", "role", "ground", "on")])
        and ID.fullmatch(erasing["op"]) is not None
        and HASH_TEXT.fullmatch(erasing["h"]) is not None
    )


def _all_text(values: Sequence[Any]) -> bool:
    return set(map(type, values)) <= TEXT_ONLY


def _fits(text: str) -> bool:
    return len(text.encode("utf-8")) <= LONGEST_STRING


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, held in value.items() for text in (key, *_strings(held))]
    return [text for held in value for text in _strings(held)] if isinstance(value, list) else []


@cache
def _checks(name: str) -> dict[str, Callable[[Any], bool]]:
    """A check for a value of each field of an entity: one for the kind, made once."""
    return {field: _check(spec) for field, spec in fields_of(ENTITIES[name]).items()}


def _check(spec: FieldSpec) -> Callable[[Any], bool]:
    if spec.kind == "code" and spec.choices is not None:
        codes = frozenset(code.code for code in spec.choices)
        return lambda value: type(value) is str and value in codes
    if spec.kind == "text" and spec.check is None:
        short = min(spec.longest, LONGEST_STRING // 4)  # no text of so many characters has more bytes than may be
        return lambda value: type(value) is str and len(value) <= short or fits(spec, value)
    return partial(fits, spec)


def content(op: dict[str, Any], raw: bytes) -> str | None:
    """Why a person should look at what an op says, if so. It is kept either way."""
    if op["sch"] > SCHEMA:
        return "newer-version"
    entity = ENTITIES.get(op["et"])
    if entity is None:
        return "unknown-content"
    checks = _checks(op["et"])
    for name, value in op["set"].items():
        if value is None and name in checks or type(value) is dict and value.keys() == {"kid", "ct"}:
            continue  # taken back; or sealed: nobody here can read it
        if name not in checks or not checks[name](value):
            return "unknown-content"
    if not raw.isascii() and not unicodedata.is_normalized("NFC", raw.decode("utf-8")):
        return "not-normal-text"
    return None


def entries(batch: Batch) -> list[Entry]:
    """Every raw line of a batch whose signature was checked, judged."""
    return [_entry(batch, pos, line) for pos, line in enumerate(batch.lines) if line.raw is not None]


def _entry(batch: Batch, pos: int, line: Line) -> Entry:
    raw = line.raw or b""
    made = Entry(pos, line.hash, raw)
    if len(raw) > LARGEST_OP:
        made.refused = "op-too-large"
        return made
    try:
        op = read(raw)
    except Unreadable:
        made.quarantined = "op-unreadable"
        return made
    if op["dev"] != batch.header.dev or op["st"] != batch.header.st:
        made.quarantined = "op-unreadable"
        return made
    made.op = op
    made.review = content(op, raw)
    return made
