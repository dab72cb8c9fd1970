"""The mapping file of an import: which column of another system's export is which field, and which words which code.

A mapping is checked whole before a row is read, and every mistake is named with the nearest right word.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vpr_desktop.domain.choices import STATUS
from vpr_desktop.domain.errors import NotFound, Problem, ProblemsFound
from vpr_desktop.domain.fields import FieldSpec
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.record import fields_of

VERSION = 1
KEYS = ("version", "name", "source", "about", "encoding", "separator", "dates", "midnight", "rows", "columns", "fields",
        "wards")  # fmt: skip
COLUMNS = ("reference", "date", "time", "ward", "reported_date", "reported_time", "status")
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252")
PREFIXES = {"": "incident", "person": "person", "injury": "injury", "alleged": "alleged"}
CHOICES = {
    "encoding": (None, *ENCODINGS),
    "separator": (None, ",", ";", "\t"),
    "dates": ("day_first", "month_first", "year_first"),
    "midnight": ("exact", "unknown"),
    "rows": ("incident", "person"),
}
LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field is filled: its column, words to codes, a code for all other words, and what parts a list."""

    entity: str
    field: str
    column: str
    values: dict[str, list[str]]
    otherwise: str | None
    split: str | None

    @property
    def spec(self) -> FieldSpec:
        """The declaration of the field."""
        return fields_of(ENTITIES[self.entity])[self.field]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping file."""

    name: str
    source: str
    columns: dict[str, str]
    rules: tuple[FieldRule, ...]
    statuses: dict[str, str] = field(default_factory=dict)
    wards: dict[str, str] = field(default_factory=dict)
    encoding: str | None = None
    separator: str | None = None
    dates: str = "day_first"
    midnight: str = "exact"
    rows: str = "incident"

    @property
    def needed_columns(self) -> list[str]:
        """Every column the mapping names."""
        return list(dict.fromkeys([*self.columns.values(), *(rule.column for rule in self.rules)]))


def load(path: Path) -> Mapping:
    """The mapping in a file. Raises NotFound, ProblemsFound."""
    try:
        raw = path.read_bytes()[: LARGEST + 1]
    except OSError:
        raise NotFound(f"The mapping file {path.name} cannot be read. Check its name.") from None
    try:
        given = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _problem("", "The mapping file is not JSON. Check quotes, commas and brackets.") from None
    return read(given)


def read(given: Any) -> Mapping:
    """The mapping in a JSON document. Raises ProblemsFound naming every mistake."""
    if not isinstance(given, dict):
        raise _problem("", "The mapping file must be one JSON object.")
    found: list[Problem] = []
    for key in given:
        if key not in KEYS:
            found.append(Problem(key, _unknown("entry", str(key), KEYS)))
    if given.get("version") != VERSION:
        found.append(Problem("version", f"This version of VPR Desktop reads mappings of version {VERSION}."))
    for key in ("name", "source"):
        if not isinstance(given.get(key), str) or not given[key].strip():
            found.append(Problem(key, f"Give the {key} as text."))
    options = {key: _choice(key, given, found) for key in CHOICES}
    columns, statuses = _columns(given.get("columns"), found)
    rules = _rules(given.get("fields"), found)
    wards = _texts("wards", given.get("wards") or {}, found)
    if not any((rule.entity, rule.field) == ("incident", "act_types") for rule in rules):
        found.append(Problem("fields", "Say which column holds what happened: act_types."))
    if found:
        raise ProblemsFound(found)
    return Mapping(given["name"], given["source"].strip(), columns, tuple(rules), statuses, wards, **options)


def _choice(key: str, given: Dict[str, Any], found: list[Problem]) -> Any:
    value = given.get(key, CHOICES[key][0])
    if value not in CHOICES[key]:
        found.append(Problem(key, _unknown("value", str(value), [str(one) for one in CHOICES[key] if one])))
    return value


def _columns(given: Any, found: list[Problem]) -> tuple[dict[str, str], dict[str, str]]:
    columns: dict[str, str] = {}
    statuses: dict[str, str] = {}
    if not isinstance(given, dict):
        found.append(Problem("columns", "Say which columns hold date and reference."))
        return columns, statuses
    for name, value in given.items():
        if name not in COLUMNS:
            found.append(Problem(f"columns.{name}", _unknown("column", str(name), COLUMNS)))
        elif name == "status" and isinstance(value, dict):
            columns[name] = str(value.get("column", ""))
            statuses = _texts("columns.status.values", value.get("values") or {}, found)
        else:
            columns[name] = str(value)
    if "date" not in columns:
        found.append(Problem("columns.date", "Say which column holds the date."))
    for words, code in statuses.items():
        if code not in STATUS:
            found.append(Problem(f"columns.status.{words}", f"There is no status {code}. {STATUS.nearest(code)}"))
    return columns, statuses


def _rules(given: Any, found: list[Problem]) -> list[FieldRule]:
    if not isinstance(given, dict):
        found.append(Problem("fields", "Say which column fills which field."))
        return []
    rules = []
    for name, value in given.items():
        rule = _rule(str(name), value, found)
        if rule is not None:
            rules.append(rule)
    return rules


def _rule(name: str, given: Any, found: list[Problem]) -> FieldRule | None:
    prefix, _, field_name = name.rpartition(".")
    entity = PREFIXES.get(prefix)
    if entity is None:
        found.append(Problem(name, _unknown("part", prefix, [one for one in PREFIXES if one])))
        return None
    specs = fields_of(ENTITIES[entity])
    if field_name not in specs or specs[field_name].app:
        known = [one for one, spec in specs.items() if not spec.app]
        found.append(Problem(name, _unknown("field", field_name, known)))
        return None
    if isinstance(given, str):
        given = {"column": given}
    if not isinstance(given, dict) or not isinstance(given.get("column"), str):
        found.append(Problem(name, 'Name the column, as text or as {"column": ...}.'))
        return None
    values = _values(name, specs[field_name], given.get("values") or {}, found)
    otherwise = given.get("otherwise")
    if otherwise is not None:
        _check_code(f"{name}.otherwise", specs[field_name], otherwise, found)
    return FieldRule(entity, field_name, given["column"], values, otherwise, given.get("split"))


def _values(name: str, spec: FieldSpec, given: Any, found: list[Problem]) -> dict[str, list[str]]:
    if not isinstance(given, dict):
        found.append(Problem(name, "Give the words and their codes as one object."))
        return {}
    out = {}
    for words, codes in given.items():
        several = codes if isinstance(codes, list) else [codes]
        for code in several:
            _check_code(f"{name}.{words}", spec, code, found)
        out[plain(words)] = [str(code) for code in several]
    return out


def _check_code(name: str, spec: FieldSpec, code: Any, found: list[Problem]) -> None:
    if spec.choices is not None and code not in spec.choices:
        found.append(Problem(name, f"There is no code {code} for {spec.label}. {spec.choices.nearest(code)}"))


def _texts(name: str, given: Any, found: list[Problem]) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        found.append(Problem(name, "Give words and what they stand for as one object of texts."))
        return {}
    return {plain(words): value for words, value in given.items()}


def plain(text: str) -> str:
    """Words as they are compared: no case, no doubled spaces."""
    return " ".join(str(text).split()).casefold()


def _unknown(kind: str, name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, list(known), 1, 0.4)
    return f"There is no {kind} {name[:60]}." + (f" Nearest: {near[0]}." if near else f" Known: {', '.join(known)}.")


def _problem(name: str, sentence: str) -> ProblemsFound:
    return ProblemsFound([Problem(name, sentence)])
