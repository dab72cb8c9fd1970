"""A field's value in words: the one place lists, forms, prints and history take them from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.fields import FieldSpec
from vpr_desktop.domain.when import show


def in_words(spec: FieldSpec, value: Any, zone: ZoneInfo) -> str:
    """A record's value as people read it; empty for no answer. A value of a newer version shows as it is."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "Erased" if "erased" in value else "Sealed"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return show(value, zone)
    if isinstance(value, date):
        return show_day(value)
    if isinstance(value, list):
        return ", ".join(_label(spec, code) for code in value)
    return _label(spec, value) if spec.choices is not None else str(value)


def in_a_line(spec: FieldSpec, value: Any, zone: ZoneInfo) -> str:
    """As `in_words`, with the answers after the first in small letters, as in a sentence; GP stays GP."""
    if not isinstance(value, list):
        return in_words(spec, value, zone)
    labels = [_label(spec, code) for code in value]
    return ", ".join(
        one if not place or one[1:2].isupper() else one[:1].lower() + one[1:] for place, one in enumerate(labels)
    )


def _label(spec: FieldSpec, code: Any) -> str:
    return spec.choices.label(str(code)) if spec.choices is not None else str(code)
