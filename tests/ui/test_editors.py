"""What stands in a form and nobody typed over is given back as it was, whatever the control makes of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.record import fields_of
from vpr_desktop.ui.forms.editors import editor_for

pytestmark = pytest.mark.usefixtures("styled")
NOW, ZONE = datetime(2026, 11, 30, 12, tzinfo=UTC), ZoneInfo("Europe/London")
SOME = {
    "text": ["a\u00a0b", "a\u2028b", "\ufeffa", "a\tb", "\u202eabc", "\U0001f600e\u0301", "x" * 40_000],
    "number": [0, 7],
    "moment": [datetime(2026, 10, 25, hour, 30, 17, tzinfo=UTC) for hour in (0, 1)]
    + [datetime(2031, 1, 1, tzinfo=UTC)],
    "day": [date(1925, 2, 3), date(2031, 2, 28), date(900, 1, 1)],
    "flag": [True, False],
    "code": ["of a newer version"],
    "codes": [["of a newer version"]],
}


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_field_gives_back_what_it_was_given(entity: str) -> None:
    for name, spec in fields_of(ENTITIES[entity]).items():
        values: list[Any] = SOME.get(spec.kind, [])
        lines = [one for one in values if spec.kind != "text" or len(one) <= spec.longest]
        for value in [None, *lines]:
            editor = editor_for(spec, value, NOW, ZONE)
            editor.set_value(value)
            assert editor.value() == value, (name, value)


def test_what_is_typed_counts_as_typed() -> None:
    fields = fields_of(ENTITIES["incident"])
    editor = editor_for(fields["description"], "a\u00a0b", NOW, ZONE)
    editor.set_value("a\u00a0b")
    editor.widget.setPlainText("another")  # type: ignore[attr-defined]
    assert editor.value() == "another"
    editor.widget.setPlainText("")  # type: ignore[attr-defined]
    assert editor.value() is None
    at = editor_for(fields["occurred_at"], None, NOW, ZONE)
    at.set_value("half a ti")  # a draft of what could not be read yet
    with pytest.raises(ValueError, match="Type a time"):
        at.value()
