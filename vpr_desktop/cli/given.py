"""What is typed after an option, read: a moment, a day, and which of several people is meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from vpr_desktop.domain.errors import Problem, ProblemsFound

T = TypeVar("T")


def moment(field: str, text: str | None) -> datetime | None:
    """A moment with its offset; None where nothing was typed. Raises ProblemsFound."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ProblemsFound([Problem(field, f"Write the time as 2026-11-22T14:05+00:00, not {text[:40]}.")])
    return found


def day(field: str, text: str | None) -> date | None:
    """A day; None where nothing was typed. Raises ProblemsFound."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ProblemsFound([Problem(field, f"Write the day as 2026-11-22, not {text[:40]}.")]) from error


def person(held: Mapping[str, T], letter: str | None, nobody: str) -> T:
    """What belongs to the person meant: by the letter, or the only one. `nobody` says who there is where none is."""
    wanted = (letter or "").upper()
    if not wanted and len(held) == 1:
        return next(iter(held.values()))
    if wanted not in held:
        raise ProblemsFound([Problem("person", f"Say about whom with --person, one of: {', '.join(held) or nobody}.")])
    return held[wanted]
