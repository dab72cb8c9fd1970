"""A time typed into a form, once it is sure which moment is meant."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from vpr_desktop.domain.when import WhenProblem, parse_when
from vpr_desktop.ui.words import say


def moment(text: str, now: datetime, zone: ZoneInfo, *, ahead: bool = False) -> datetime:
    """The moment somebody typed; `ahead` allows the future. Raises WhenProblem, also while a time came twice."""
    parsed = parse_when(text, now, zone, ahead=ahead)
    if not parsed.is_sure:
        raise WhenProblem(say("The clocks went back then. Add the word first or second."))
    return parsed.at
