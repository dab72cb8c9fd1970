"""What is missing or does not fit, as one list of problems for form, command line and import alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from vpr_desktop.domain.errors import Problem
from vpr_desktop.domain.fields import STAGES, FieldSpec, Stage, decode, encode, is_asked, wire_problem
from vpr_desktop.domain.quick_log import QUICK_LOG
from vpr_desktop.domain.record import Record, entity_name, fields_of

FUTURE_GRACE = timedelta(minutes=2)
MISSING = {question.field: question.missing for question in QUICK_LOG}


def problems(
    record: Record, stage: Stage, *, now: datetime, parts: Mapping[str, Sequence[Record]] | None = None
) -> list[Problem]:
    """What stands in the way of a record reaching a stage, in the order of its fields; parts after it."""
    found = [*_of_record(record, stage), *_across(record, now)]
    for several in (parts or {}).values():
        for part in several:
            found += [*_of_record(part, stage), *_across(part, now)]
    return found


def _of_record(record: Record, stage: Stage) -> Iterator[Problem]:
    values, shown = record.__dict__, record.shown.values
    for name, spec in fields_of(type(record)).items():
        value = values[name]
        problem = _value_problem(spec, value, shown.get(name))
        if problem:
            yield Problem(name, problem, record.id)
        elif value in (None, [], "") and _is_due(spec, stage) and is_asked(spec, values):
            yield Problem(name, MISSING.get(name, f"{spec.label}: give an answer, or choose Not known."), record.id)


def _value_problem(spec: FieldSpec, value: Any, held: Any) -> str | None:
    """A value that a newer version wrote and nobody touched is left alone."""
    if value is None or (held is not None and value == held):
        return None
    try:
        return wire_problem(spec, encode(spec, value))
    except ValueError as error:
        return str(error)


def _is_due(spec: FieldSpec, stage: Stage) -> bool:
    return spec.required_at is not None and STAGES.index(spec.required_at) <= STAGES.index(stage)


def _across(record: Record, now: datetime) -> Iterator[Problem]:
    for rule in _RULES.get(entity_name(type(record)), ()):
        problem = rule(record, now)
        if problem:
            yield Problem(problem[0], problem[1], record.id)


Rule = Callable[[Any, datetime], tuple[str, str] | None]


def _not_future(record: Any, now: datetime) -> tuple[str, str] | None:
    """A time that is held and nobody touched is left alone: it is this PC's clock that may be behind."""
    at, entity = record.occurred_at, cast(type[Record], type(record))
    if not isinstance(at, datetime) or at.tzinfo is None or at <= now + FUTURE_GRACE:
        return None
    if at != decode(fields_of(entity)["occurred_at"], record.shown.values.get("occurred_at")):
        return "occurred_at", "That is in the future. Give the time when it happened."
    return None


def _main_factor(record: Any, _now: datetime) -> tuple[str, str] | None:
    if record.factor_main and record.factor_main not in (record.factors or []):
        return "factor_main", "Choose the main one from those you ticked."
    return None


def _weapon_none(record: Any, _now: datetime) -> tuple[str, str] | None:
    weapons = record.weapon or []
    if "NO" in weapons and len(weapons) > 1:
        return "weapon", "Choose None, or choose what it was. Both cannot be."
    return None


def _count_fits(record: Any, _now: datetime) -> tuple[str, str] | None:
    if record.affected == "MANY" and record.affected_count == 1:
        return "affected_count", "More than one was affected. Give a number from 2 to 20."
    return None


def _in_order(first: str, last: str, sentence: str) -> Rule:
    def rule(record: Any, _now: datetime) -> tuple[str, str] | None:
        start, end = getattr(record, first), getattr(record, last)
        return (last, sentence) if start and end and end < start else None

    return rule


def _gives_injury(record: Any, _now: datetime) -> tuple[str, str] | None:
    return None if record.injury or record.removed else ("injury", "Choose the injury.")


_RULES: dict[str, tuple[Rule, ...]] = {
    "incident": (_not_future, _main_factor, _weapon_none, _count_fits),
    "spell": (
        _in_order("absent_from", "absent_to", "The last day off is before the first. Check both."),
        _in_order(
            "restricted_duties_from",
            "restricted_duties_to",
            "The last day of other duties is before the first.",
        ),
    ),
    "gap": (_in_order("gap_from", "gap_to", "The last day is before the first. Check both."),),
    "restrictive": (_in_order("started_at", "ended_at", "It ends before it starts. Check both times."),),
    "sanction": (_in_order("issued_on", "expires_on", "It expires before it was issued. Check both."),),
    "injury": (_gives_injury,),
}
