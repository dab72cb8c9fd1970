"""One row of an export as an incident: dates and times as people wrote them, words to codes, defaults. Saves nothing.

Rules: domain reference, section C6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vpr_desktop.domain.days import MONTHS
from vpr_desktop.domain.fields import FieldSpec, encode
from vpr_desktop.services.import_file import Row
from vpr_desktop.services.import_mapping import FieldRule, Mapping, plain

NUMBERS = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{2,4})")
NAMED = re.compile(r"(\d{1,2})[-/. ]([A-Za-z]{3,9})[-/. ,]+(\d{2,4})")
CLOCK = re.compile(r"(\d{1,2})[:.h]?(\d{2})(?:[:.]\d{2}(?:\.\d+)?)?\s*(am|pm)?", re.IGNORECASE)
NOON = time(12, 0)
DEFAULTS = {"affected": "PNTS", "perp_relation": "UNK", "location": "UNK", "effect": "NYK"}
YES = frozenset({"yes", "y", "true", "1", "ja"})
NO = frozenset({"no", "n", "false", "0"})


class Rejected(Exception):
    """Why a row is not taken, in a sentence."""


@dataclass(slots=True)
class Found:
    """What a row says: fields of the incident, of its person, an injury and the alleged person."""

    row: Row
    ward_id: str
    zone: ZoneInfo
    reference: str
    incident: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    injury: dict[str, Any] = field(default_factory=dict)
    alleged: dict[str, Any] = field(default_factory=dict)
    status: str | None = None
    reported_at: datetime | None = None
    unmapped: list[str] = field(default_factory=list)


def read(row: Row, mapping: Mapping, wards: Dict[str, tuple[str, ZoneInfo]], shown: str, now: datetime) -> Found:
    """What a row says. `wards` gives id and time zone by name and code. Raises Rejected."""
    if row.problem:
        raise Rejected(row.problem)
    ward_id, zone = _ward(row, mapping, wards, shown)
    found = Found(row, ward_id, zone, _cell(row, mapping.columns.get("reference")))
    at, known = _occurred(row, mapping, zone)
    if at > now:
        raise Rejected("The date lies in the future.")
    found.incident |= {"occurred_at": at, "time_known": known}
    for rule in mapping.rules:
        _fill(found, rule, mapping)
    if not found.incident.get("act_types"):
        raise Rejected(_no_act(row, mapping))
    for name, code in DEFAULTS.items():
        found.incident.setdefault(name, code)
    found.status = mapping.statuses.get(plain(_cell(row, mapping.columns.get("status"))))
    found.reported_at = _reported(row, mapping, zone, now)
    return found


def _no_act(row: Row, mapping: Mapping) -> str:
    rule = next(rule for rule in mapping.rules if rule.field == "act_types")
    words = _cell(row, rule.column)
    if not words:
        return f"{rule.column}: what happened is missing."
    return f'{rule.column}: the mapping has no code for "{words[:80]}".'


def _cell(row: Row, column: str | None) -> str:
    return row.cells.get(plain(column), "").strip() if column else ""


def _ward(row: Row, mapping: Mapping, wards: Dict[str, tuple[str, ZoneInfo]], shown: str) -> tuple[str, ZoneInfo]:
    if "ward" not in mapping.columns:
        return wards[shown]
    words = _cell(row, mapping.columns["ward"])
    if not words:
        raise Rejected(f"{mapping.columns['ward']}: the ward is missing.")
    named = plain(mapping.wards.get(plain(words), words))
    if named not in wards:
        raise Rejected(f"Ward {words[:60]} is not on this PC.")
    return wards[named]


def _occurred(row: Row, mapping: Mapping, zone: ZoneInfo) -> tuple[datetime, str]:
    column = mapping.columns["date"]
    words = _cell(row, column)
    if not words:
        raise Rejected(f"{column}: the date is missing.")
    day, rest = parse_date(words, mapping.dates, column)
    typed = _cell(row, mapping.columns.get("time")) or rest
    return _moment(day, typed, mapping, zone)


def _moment(day: date, typed: str, mapping: Mapping, zone: ZoneInfo) -> tuple[datetime, str]:
    clock = parse_time(typed)
    if clock is None or (clock == (0, 0) and mapping.midnight == "unknown"):
        return datetime.combine(day, NOON, zone).astimezone(UTC), "unknown"
    if clock == (24, 0):
        day, clock = day + timedelta(days=1), (0, 0)
    local = datetime(day.year, day.month, day.day, *clock, tzinfo=zone)
    at = local.astimezone(UTC)
    skipped = at.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None)
    twice = local.replace(fold=1).utcoffset() != local.utcoffset()
    return at, "approx" if skipped or twice else "exact"


def parse_date(words: str, order: str, column: str = "") -> tuple[date, str]:
    """The day at the start of some words, and the rest of them. Raises Rejected."""
    named, numbers = NAMED.match(words), NUMBERS.match(words)
    try:
        if named and named[2][:3].lower() in MONTHS:
            day = date(_year(named[3]), MONTHS.index(named[2][:3].lower()) + 1, int(named[1]))
            return day, words[named.end() :].strip(" T,")
        if numbers:
            return _numbered(numbers, order), words[numbers.end() :].strip(" T,")
    except ValueError:
        raise Rejected(f'{column}: there is no such date as "{words[:30]}".') from None
    raise Rejected(f'{column}: "{words[:30]}" is not a date.')


def _numbered(parts: re.Match[str], order: str) -> date:
    first, second, third = parts.groups()
    if len(first) == 4:
        return date(int(first), int(second), int(third))
    if len(first) > 2 or len(third) == 3:
        raise ValueError(parts[0])
    if order == "year_first":
        return date(_year(first), int(second), int(third))
    day, month = (second, first) if order == "month_first" else (first, second)
    return date(_year(third), int(month), int(day))


def _year(text: str) -> int:
    if len(text) == 3:
        raise ValueError(text)
    return int(text) if len(text) == 4 else 2000 + int(text)


def parse_time(words: str) -> tuple[int, int] | None:
    """Hour and minute, 24:00 among them; None for what is empty or no time."""
    found = CLOCK.fullmatch(words.strip().split("+")[0].rstrip("Z"))
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    return hour, minute


def _reported(row: Row, mapping: Mapping, zone: ZoneInfo, now: datetime) -> datetime | None:
    words = _cell(row, mapping.columns.get("reported_date"))
    if not words:
        return None
    try:
        day, rest = parse_date(words, mapping.dates)
    except Rejected:
        return None
    at, _ = _moment(day, _cell(row, mapping.columns.get("reported_time")) or rest, mapping, zone)
    return at if at <= now else None


def _fill(found: Found, rule: FieldRule, mapping: Mapping) -> None:
    words = _cell(found.row, rule.column)
    if not words:
        return
    value = _value(rule, words, mapping, found)
    if value in (None, []):
        return
    try:
        encode(rule.spec, value)
    except ValueError as error:
        raise Rejected(f"{rule.column}: {error}") from None
    held: dict[str, Any] = getattr(found, rule.entity)
    if isinstance(value, list):
        held[rule.field] = sorted({*held.get(rule.field, []), *value})
    else:
        held.setdefault(rule.field, value)


def _value(rule: FieldRule, words: str, mapping: Mapping, found: Found) -> Any:
    spec = rule.spec
    if spec.choices is not None:
        codes = _codes(rule, words, found)
        return codes if spec.is_many else (codes[0] if codes else None)
    return _PLAIN[spec.kind](spec, words, mapping, found)


def _codes(rule: FieldRule, words: str, found: Found) -> list[str]:
    choices = rule.spec.choices
    assert choices is not None
    codes: list[str] = []
    for part in words.split(rule.split) if rule.split else [words]:
        key = plain(part)
        if key in rule.values:
            codes += rule.values[key]
        elif part.strip().upper() in choices:
            codes.append(part.strip().upper())
        elif key and rule.otherwise:
            codes.append(rule.otherwise)
        elif key:
            found.unmapped.append(f"{rule.column}: {part.strip()[:60]}")
    return list(dict.fromkeys(codes))


def _flag(_spec: FieldSpec, words: str, _mapping: Mapping, found: Found) -> bool | None:
    if plain(words) in YES | NO:
        return plain(words) in YES
    found.unmapped.append(f"{_spec.label}: {words[:60]}")
    return None


def _number(spec: FieldSpec, words: str, _mapping: Mapping, found: Found) -> int | None:
    if words.isascii() and words.isdigit() and len(words) < 10:
        return int(words)
    found.unmapped.append(f"{spec.label}: {words[:60]}")
    return None


def _day(_spec: FieldSpec, words: str, mapping: Mapping, _found: Found) -> date:
    return parse_date(words, mapping.dates, _spec.label)[0]


def _at(_spec: FieldSpec, words: str, mapping: Mapping, found: Found) -> datetime:
    day, rest = parse_date(words, mapping.dates, _spec.label)
    return _moment(day, rest, mapping, found.zone)[0]


def _words(_spec: FieldSpec, words: str, _mapping: Mapping, _found: Found) -> str:
    return words


_PLAIN = {"text": _words, "flag": _flag, "number": _number, "day": _day, "moment": _at, "link": _words}
