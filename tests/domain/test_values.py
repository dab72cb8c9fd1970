"""The two forms of a value: what is refused, what is made canonical, and that nothing changes on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpr_desktop.domain.choices import RMODE, Code, CodeList
from vpr_desktop.domain.choices_acts import ACT
from vpr_desktop.domain.fields import FieldSpec, decode, encode, is_asked, is_odd, wire_problem
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.local_time import local_parts
from vpr_desktop.domain.record import fields_of, wire_values
from vpr_desktop.domain.wording import in_words

LONDON = ZoneInfo("Europe/London")


def spec(kind: Any, **more: Any) -> FieldSpec:
    return FieldSpec(kind, "Label", "section", "core", **more)


TEXT, LONG, CODE = spec("text", longest=5), spec("text", lines=3), spec("code", choices=ACT)
CODES, FLAG, MOMENT = spec("codes", choices=ACT), spec("flag"), spec("moment")
DAY, NUMBER, LINK = spec("day"), spec("number", least=1, most=20), spec("link")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value", "wire"),
    [
        (TEXT, None, None),
        (TEXT, "", None),
        (TEXT, "  \n ", None),
        (TEXT, " a\nb ", "a b"),
        (LONG, "a\r\nb\rc", "a\nb\nc"),
        (TEXT, "a\x00b", "ab"),
        (TEXT, "e\u0301", "\u00e9"),
        (CODE, "PHY", "PHY"),
        (CODE, "", None),
        (CODES, [], None),
        (CODES, ("THR", "PHY", "THR"), ["PHY", "THR"]),
        (FLAG, False, False),
        (NUMBER, 20, 20),
        (MOMENT, NOON, "2026-11-22T12:00:00Z"),
        (DAY, date(2026, 2, 3), "2026-02-03"),
        (MOMENT, datetime(2026, 7, 1, 0, 30, 59, 999, timezone(timedelta(hours=1))), "2026-06-30T23:30:59Z"),
        (LINK, "0199a8d2-0000-7000-8000-000000000001", "0199a8d2-0000-7000-8000-000000000001"),
    ],
)
def test_one_canonical_form(field: FieldSpec, value: Any, wire: Any) -> None:
    assert encode(field, value) == wire
    assert encode(field, decode(field, wire)) == wire
    assert wire_problem(field, wire) is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (TEXT, 3, "give words"),
        (TEXT, "abcdef", "at most 5 characters. There are 6"),
        (LONG, "\u00e9" * 40_000, "too long"),
        (TEXT, "a\ud800", "cannot be stored"),
        (CODE, "PHZ", "Nearest: PHY"),
        (CODE, 1, "choose one"),
        (CODES, "PHY", "give a list"),
        (CODES, ["PHY", ["THR"]], "give a list"),
        (CODES, ["PHY", "NOPE9"], "choose from"),
        (FLAG, 1, "yes or no"),
        (NUMBER, True, "whole number"),
        (NUMBER, 0, "from 1 to 20"),
        (NUMBER, 21, "from 1 to 20"),
        (NUMBER, 1.0, "whole number"),
        (MOMENT, NOON.replace(tzinfo=None), "needs its zone"),
        (MOMENT, date(2026, 1, 1), "date and a time"),
        (DAY, NOON, "give a date"),
        (DAY, "2026-01-01", "give a date"),
        (LINK, "x", "does not name a record"),
    ],
)
def test_what_is_not_of_the_kind_is_refused_with_a_sentence(field: FieldSpec, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace(".", r"\.")):
        encode(field, value)


@pytest.mark.parametrize(
    ("field", "wire"),
    [
        (TEXT, 1),
        (DAY, "20260101"),
        (DAY, "2026-02-30"),
        (DAY, 20260101),
        (MOMENT, "2026-11-22T14:05:00+00:00"),
        (MOMENT, "2026-11-22T14:05:00"),
        (MOMENT, "2026-11-22T25:05:00Z"),
        (MOMENT, "2026-11-22T14:05:00.5Z"),
        (CODES, ["THR", "PHY"]),
        (CODES, ["PHY", "PHY"]),
        (CODES, [["PHY"]]),
        (FLAG, 1),
        (NUMBER, True),
        (NUMBER, "3"),
        (LINK, "0199A8D2-0000-7000-8000-000000000001"),
    ],
)
def test_wire_forms_that_would_sort_or_compare_wrongly_are_refused(field: FieldSpec, wire: Any) -> None:
    assert wire_problem(field, wire)


def test_what_a_newer_version_wrote_is_left_as_it_is() -> None:
    assert decode(MOMENT, "soon") == "soon"
    assert decode(CODES, ["ZZZ"]) == ["ZZZ"]
    assert in_words(CODES, ["PHY", "ZZZ"], LONDON) == "Physical contact, ZZZ (from a newer version)"


@given(st.text(max_size=80))
def test_text_is_stable_once_stored(words: str) -> None:
    try:
        wire = encode(LONG, words)
    except ValueError:
        return
    assert encode(LONG, wire) == wire


@pytest.mark.parametrize("wire", ["1899-12-31T23:59:59Z", "3000-01-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_a_moment_that_nobody_can_reckon_with_is_refused_and_shown_as_it_is(wire: str) -> None:
    """A step due some days after such a moment left the calendar, and with it the page that brought it."""
    at = datetime.fromisoformat(wire[:-1]).replace(tzinfo=UTC)
    with pytest.raises(ValueError, match="give a year from 1900 to 2999"):
        encode(MOMENT, at)
    assert decode(MOMENT, wire) == wire
    assert is_odd(MOMENT, wire)


def test_only_a_value_of_its_kind_is_an_answer() -> None:
    assert [is_odd(CODE, one) for one in (None, "PHY", "of a later list", 5, ["PHY"], {"erased": True})] == [
        False, False, False, True, True, True,
    ]  # fmt: skip


@given(st.datetimes(datetime(1901, 1, 1), datetime(2999, 12, 30), timezones=st.just(LONDON)))  # noqa: DTZ001  zone beside
def test_moments_keep_their_instant(at: datetime) -> None:
    wire = encode(MOMENT, at)
    assert decode(MOMENT, wire) == at.astimezone(UTC).replace(microsecond=0)


def test_values_in_words() -> None:
    shown = [
        in_words(CODE, one, LONDON)
        for one in (None, {"erased": True}, {"kid": "k", "ct": "c"}, True, False, NOON, date(2026, 2, 3), "PHY", 3)
    ]
    assert shown == [
        "",
        "Erased",
        "Sealed",
        "Yes",
        "No",
        "22-Nov-2026 12:00",
        "03-Feb-2026",
        "Physical contact",
        "3 (from a newer version)",
    ]
    assert in_words(NUMBER, 3, LONDON) == "3"


@pytest.mark.parametrize(
    ("wire", "parts"),
    [
        ("2026-07-31T23:30:00Z", (202608, "2026-08-01", 5, 0)),  # a summer night: next day, next month
        ("2026-12-31T23:30:00Z", (202612, "2026-12-31", 3, 23)),
        ("soon", (None, None, None, None)), (None, (None, None, None, None)),
    ],
)  # fmt: skip
def test_charts_count_by_the_wards_clock(wire: Any, parts: tuple[Any, ...]) -> None:
    assert local_parts(wire, LONDON) == parts


def test_conditions_of_questions() -> None:
    by_class = spec("text", shown_if=("act_types", "WEA", "PHY07"))
    assert is_asked(spec("text"), {})
    assert is_asked(by_class, {"act_types": ["PHY07"]})
    assert not is_asked(by_class, {"act_types": ["PHY01"]})
    assert is_asked(spec("text", shown_if=("asked", "true")), {"asked": True})
    assert not is_asked(spec("text", shown_if=("police", "NO")), {"police": "999"})


def test_a_code_past_its_day_is_shown_but_not_offered() -> None:
    choices = CodeList("X", "X", (Code("A", "Old", until=date(2026, 1, 31)), Code("B", "New")))
    assert [c.code for c in choices.valid(date(2026, 1, 31))] == ["A", "B"]
    assert [c.code for c in choices.valid(date(2026, 2, 1))] == ["B"]
    assert "A" in choices
    assert choices.label("A") == "Old"
    assert (choices.order("B"), choices.order("C")) == (1, 2)
    assert choices.nearest("new") == "Nearest: B New."
    assert choices.nearest("????") == "The list begins: A Old, B New."


def test_a_record_takes_its_own_fields_and_no_other() -> None:
    """A name typed wrongly must not be lost in silence: neither when a record is made nor later."""
    record = Incident(ward_id="w", effect="MIN")
    assert (record.id, record.ward_id, record.effect, record.location) == ("", "w", "MIN", None)
    assert record.shown.values == {}
    record.effect = "SER"
    assert wire_values(record)["effect"] == "SER"
    with pytest.raises(TypeError, match="Incident has no field efect"):
        Incident(ward_id="w", efect="MIN")
    with pytest.raises(ValueError, match="efect"):
        record.efect = "MIN"


def test_a_report_without_a_name_is_offered_no_more_and_read_where_it_was_given() -> None:
    assert [code.code for code in RMODE.valid(date(2026, 11, 25))] == ["named", "confidential"]
    assert RMODE.label("anonymous") == "Without a name"
    mode = fields_of(Incident)["reporter_mode"]
    assert decode(mode, encode(mode, "anonymous")) == "anonymous"
