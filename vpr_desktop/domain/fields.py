"""What a field is, said once: the makers used by entity files, and the checks and forms of a value.

A value has two forms: the Python one a record holds (aware UTC times, dates, sorted code lists) and the
wire one that ops, tables and search hold. Nothing here reads a clock, a file or the network.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlmodel import JSON, Field

from vpr_desktop.domain.choices import CodeList

Kind = Literal["text", "code", "codes", "flag", "moment", "day", "number", "link"]
Stage = Literal["log", "review", "close"]
Wire = str | int | bool | list[str] | None

STAGES: tuple[Stage, ...] = ("log", "review", "close")
LONGEST_TEXT = 65_536  # bytes of UTF-8: the limit of one string in an op
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
EARLIEST, LATEST = "1900", "2999"  # years; beyond, a step of days or a time zone may leave the calendar
LINK = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """All that the application knows about one field.

    `block` names the row of the visibility table that says who may see it. `required_at` is the stage from
    which an answer is needed, `shown_if` the condition under which the question is asked at all: a tuple of
    a field of the same entity followed by the codes that show it. `app` marks what the app fills itself.
    `listed` and `charted` ask for an index. `national` is the code in a national return, where one exists.
    """

    kind: Kind
    label: str
    section: str
    block: str
    hint: str = ""
    lines: int = 1
    longest: int = LONGEST_TEXT
    choices: CodeList | None = None
    required_at: Stage | None = None
    shown_if: tuple[str, ...] | None = None
    least: int | None = None
    most: int | None = None
    target: str | None = None
    app: bool = False
    listed: bool = False
    charted: bool = False
    national: str | None = None
    check: Callable[[str], str | None] | None = None

    @property
    def is_long(self) -> bool:
        """Whether it is a narrative: kept out of the row, found by the search index."""
        return self.kind == "text" and self.lines > 1

    @property
    def is_many(self) -> bool:
        """Whether it holds a list of codes."""
        return self.kind == "codes"


def _field(spec: FieldSpec, sa_type: Any) -> Any:
    return Field(default=None, sa_type=sa_type, nullable=True, sa_column_kwargs={"info": {"spec": spec}})


def text(label: str, *, section: str, block: str, **more: Any) -> Any:
    """Words, one line or several (`lines`). `check` may name a test that returns a sentence or None."""
    return _field(FieldSpec("text", label, section, block, **more), _string())


def one_of(label: str, choices: CodeList, *, section: str, block: str, **more: Any) -> Any:
    """One code of a list."""
    return _field(FieldSpec("code", label, section, block, choices=choices, **more), _string())


def many_of(label: str, choices: CodeList, *, section: str, block: str, **more: Any) -> Any:
    """Any number of codes of a list; the order carries no meaning, so it is kept sorted."""
    return _field(FieldSpec("codes", label, section, block, choices=choices, **more), JSON)


def yes_no(label: str, *, section: str, block: str, **more: Any) -> Any:
    """A plain yes or no. Where "not known" is an answer, use `one_of` with a list that has it."""
    from sqlalchemy import Boolean

    return _field(FieldSpec("flag", label, section, block, **more), Boolean)


def moment(label: str, *, section: str, block: str, **more: Any) -> Any:
    """A point in time to the second, aware and UTC inside."""
    return _field(FieldSpec("moment", label, section, block, **more), _string())


def day(label: str, *, section: str, block: str, **more: Any) -> Any:
    """A date of the ward's calendar."""
    return _field(FieldSpec("day", label, section, block, **more), _string())


def number(label: str, *, section: str, block: str, **more: Any) -> Any:
    """A whole number between `least` and `most`."""
    from sqlalchemy import Integer

    return _field(FieldSpec("number", label, section, block, **more), Integer)


def link(label: str, target: str, *, section: str = "", block: str = "core", **more: Any) -> Any:
    """The id of another record of the entity named `target`; filled by the app."""
    return _field(FieldSpec("link", label, section, block, target=target, app=True, **more), _string())


def _string() -> Any:
    from sqlalchemy import String

    return String


def encode(spec: FieldSpec, value: Any) -> Wire:
    """The wire form of a record's value. Empty in any way becomes None. Raises ValueError with a sentence."""
    if value is None:
        return None
    wire = _ENCODERS[spec.kind](spec, value)
    problem = wire_problem(spec, wire)
    if problem:
        raise ValueError(problem)
    return wire


def decode(spec: FieldSpec, wire: Any) -> Any:
    """The Python form of a wire value; what is not of this kind (a newer version wrote it) stays as it is."""
    if wire is None:
        return None
    if isinstance(wire, str) and spec.kind in ("moment", "day") and not EARLIEST <= wire[:4] <= LATEST:
        return wire
    try:
        if spec.kind == "moment" and isinstance(wire, str) and MOMENT.fullmatch(wire):
            return datetime.fromisoformat(wire[:-1]).replace(tzinfo=UTC)
        if spec.kind == "day" and isinstance(wire, str) and DAY.fullmatch(wire):
            return date.fromisoformat(wire)
    except ValueError:
        return wire  # there is no such day
    return list(wire) if isinstance(wire, list) else wire


PYTHON: dict[str, type[Any]] = {
    "text": str, "code": str, "codes": list, "flag": bool, "moment": datetime, "day": date, "number": int, "link": str,
}  # fmt: skip


def of_kind(spec: FieldSpec, wire: Any) -> Any:
    """The Python form of a wire value that is of its field's kind; None for any other, which nothing can reckon with.

    A code not known here is of the kind: lists of codes grow.
    """
    value = decode(spec, wire)
    if type(value) is not PYTHON[spec.kind]:
        return None
    return value if spec.kind != "codes" or all(type(code) is str for code in value) else None


def is_odd(spec: FieldSpec, wire: Any) -> bool:
    """Whether a wire value was erased, is sealed, or is of another kind than its field, as of a newer version."""
    return wire is not None and of_kind(spec, wire) is None


def _encode_text(spec: FieldSpec, value: Any) -> Wire:
    if not isinstance(value, str):
        raise ValueError(f"{spec.label}: give words.")
    cleaned = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    if any("\ud800" <= c <= "\udfff" for c in cleaned):
        raise ValueError(f"{spec.label}: holds a character that cannot be stored. Type it again.")
    return (cleaned if spec.lines > 1 else " ".join(cleaned.split("\n"))).strip() or None


def _encode_moment(spec: FieldSpec, value: Any) -> Wire:
    if not isinstance(value, datetime):
        raise ValueError(f"{spec.label}: give a date and a time.")
    if value.tzinfo is None:
        raise ValueError(f"{spec.label}: the time needs its zone.")
    return value.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _encode_day(spec: FieldSpec, value: Any) -> Wire:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"{spec.label}: give a date.")
    return value.isoformat()


def _encode_codes(spec: FieldSpec, value: Any) -> Wire:
    if not isinstance(value, list | tuple | set | frozenset) or not all(type(v) is str for v in value):
        raise ValueError(f"{spec.label}: give a list of codes.")
    return sorted(set(value)) or None


def _encode_same(_spec: FieldSpec, value: Any) -> Wire:
    return value if value != "" else None


_ENCODERS: dict[str, Callable[[FieldSpec, Any], Wire]] = {
    "text": _encode_text,
    "code": _encode_same,
    "codes": _encode_codes,
    "flag": _encode_same,
    "moment": _encode_moment,
    "day": _encode_day,
    "number": _encode_same,
    "link": _encode_same,
}


def wire_problem(spec: FieldSpec, wire: Any) -> str | None:
    """A sentence if a wire value is not of the field's kind, else None. Exact types: True is no number."""
    if wire is None:
        return None
    return _CHECKS[spec.kind](spec, wire)


def fits(spec: FieldSpec, wire: Any) -> bool:
    """Whether a wire value is of the field's kind, without a sentence: that would look for the answer meant."""
    if spec.choices is None or wire is None:
        return wire_problem(spec, wire) is None
    if spec.kind == "code":
        return type(wire) is str and wire in spec.choices
    return type(wire) is list and all(type(c) is str and c in spec.choices for c in wire) and wire == sorted(set(wire))


def _text_problem(spec: FieldSpec, wire: Any) -> str | None:
    if type(wire) is not str:
        return f"{spec.label}: give words."
    if len(wire) > spec.longest:
        return f"{spec.label}: write at most {spec.longest:,} characters. There are {len(wire):,}."
    if len(wire.encode("utf-8", "replace")) > LONGEST_TEXT:
        return f"{spec.label}: too long to keep in one piece. Shorten it."
    return spec.check(wire) if spec.check else None


def _code_problem(spec: FieldSpec, wire: Any) -> str | None:
    assert spec.choices is not None
    if type(wire) is str and wire in spec.choices:
        return None
    return f"{spec.label}: choose one of the answers. {spec.choices.nearest(wire)}"


def _codes_problem(spec: FieldSpec, wire: Any) -> str | None:
    assert spec.choices is not None
    if type(wire) is not list or not all(type(code) is str for code in wire):
        return f"{spec.label}: give a list of codes."
    if wire != sorted(set(wire)):
        return f"{spec.label}: give each code once, in order."
    unknown = [code for code in wire if code not in spec.choices]
    return f"{spec.label}: choose from the answers. {spec.choices.nearest(unknown[0])}" if unknown else None


def _flag_problem(spec: FieldSpec, wire: Any) -> str | None:
    return None if type(wire) is bool else f"{spec.label}: answer yes or no."


def _number_problem(spec: FieldSpec, wire: Any) -> str | None:
    if type(wire) is not int:
        return f"{spec.label}: give a whole number."
    least = spec.least if spec.least is not None else 0
    most = spec.most if spec.most is not None else 1_000_000
    return None if least <= wire <= most else f"{spec.label}: give a number from {least:,} to {most:,}."


def _moment_problem(spec: FieldSpec, wire: Any) -> str | None:
    return _time_problem(spec, wire, MOMENT, "give a date and a time.")


def _day_problem(spec: FieldSpec, wire: Any) -> str | None:
    return _time_problem(spec, wire, DAY, "give a date.")


def _time_problem(spec: FieldSpec, wire: Any, pattern: re.Pattern[str], ask: str) -> str | None:
    if type(wire) is not str or not pattern.fullmatch(wire):
        return f"{spec.label}: {ask}"
    try:
        datetime.fromisoformat(wire.rstrip("Z"))
    except ValueError:
        return f"{spec.label}: there is no such date or time."
    return None if EARLIEST <= wire[:4] <= LATEST else f"{spec.label}: give a year from {EARLIEST} to {LATEST}."


def _link_problem(spec: FieldSpec, wire: Any) -> str | None:
    return None if type(wire) is str and LINK.fullmatch(wire) else f"{spec.label}: does not name a record."


_CHECKS: dict[str, Callable[[FieldSpec, Any], str | None]] = {
    "text": _text_problem,
    "code": _code_problem,
    "codes": _codes_problem,
    "flag": _flag_problem,
    "moment": _moment_problem,
    "day": _day_problem,
    "number": _number_problem,
    "link": _link_problem,
}


def is_asked(spec: FieldSpec, values: dict[str, Any]) -> bool:
    """Whether the condition of a field holds, given the values (either form) of its own record."""
    if spec.shown_if is None:
        return True
    field, *codes = spec.shown_if
    held = values.get(field)
    if isinstance(held, list):
        return any(code == one or one.startswith(code) for one in held for code in codes)
    return str(held).lower() in codes if isinstance(held, bool) else held in codes
