"""Typed times, shifts over clock changes, identifiers, references and passphrases, by table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from vpr_desktop.domain import passphrases, references, shifts
from vpr_desktop.domain.identifiers import is_nhs_number, is_ods_code, nhs_number_problem
from vpr_desktop.domain.identity import hlc_ms, next_hlc, step_record_id, uuid7
from vpr_desktop.domain.privacy import identifying
from vpr_desktop.domain.support_times import day_end, day_start
from vpr_desktop.domain.when import WHICH, NoSuchTime, WhenProblem, parse_day, parse_when, relative, show, which_of

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 22, 14, 20, 7, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("typed", "local"),
    [
        ("1420", "22-Nov-2026 14:20"), ("14:20", "22-Nov-2026 14:20"), ("9.05", "22-Nov-2026 09:05"),
        ("-40m", "22-Nov-2026 13:40"), ("-2h", "22-Nov-2026 12:20"), ("- 30 minutes", "22-Nov-2026 13:50"),
        ("yesterday 2210", "21-Nov-2026 22:10"), ("today 0001", "22-Nov-2026 00:01"), ("14:22", "22-Nov-2026 14:22"),
        ("21/11 22:10", "21-Nov-2026 22:10"), ("21/11/26 22:10", "21-Nov-2026 22:10"),
        ("23/11 22:10", "23-Nov-2025 22:10"),
        ("21-Nov-2026 22:10", "21-Nov-2026 22:10"), ("21 november, 22:10", "21-Nov-2026 22:10"),
        ("2026-11-21 22:10", "21-Nov-2026 22:10"), ("29/02/2024 10:00", "29-Feb-2024 10:00"),
    ],
)  # fmt: skip
def test_times_people_type(typed: str, local: str) -> None:
    assert show(parse_when(typed, NOW, LONDON).at, LONDON) == local


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type a time"), ("soon", "Type a time"), ("25:00", "Type a time"), ("12:60", "Type a time"),
        ("21-Foo-2026 10:00", "Type a time"), ("31/02/2026 10:00", "no such date"),
        ("29/02/2023 10:00", "no such date"),
        ("14:23", "in the future"), ("23-Nov-2026 10:00", "in the future"), ("29/03/2026 01:30", "clocks went forward"),
    ],
)  # fmt: skip
def test_what_is_no_time_says_what_to_type(typed: str, words: str) -> None:
    with pytest.raises(WhenProblem, match=words):
        parse_when(typed, NOW, LONDON)


def test_an_hour_that_came_twice_is_asked_about() -> None:
    first = parse_when("25/10/2026 01:30", NOW, LONDON)
    second = parse_when("25/10/2026 01:30", NOW, LONDON, second=True)
    assert first.twice == second.twice == (first.at, second.at)
    assert second.at - first.at == timedelta(hours=1)
    assert first.echo == "Sunday 25-Oct-2026, 01:30"
    assert parse_when("26/10/2026 01:30", NOW, LONDON).twice is None
    assert parse_when("31-Dec-2026 10:00", NOW, LONDON, ahead=True).at > NOW
    assert parse_day(" Today ", date(2026, 11, 22)) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("days", "words"), [(0, "Today 14:20"), (-1, "Yesterday 14:20"), (1, "Tomorrow 14:20"), (-2, "20-Nov-2026 14:20")]
)
def test_times_in_lists(days: int, words: str) -> None:
    at = NOW + timedelta(days=days)
    assert relative(at, NOW, LONDON) == words
    assert relative(at, NOW, LONDON, day_only=True) == words.rsplit(" ", 1)[0]


@pytest.mark.parametrize(
    ("at", "start", "hours"),
    [
        (datetime(2026, 11, 22, 7, 30, tzinfo=UTC), datetime(2026, 11, 22, 7, 30, tzinfo=UTC), 12),
        (datetime(2026, 11, 22, 7, 29, tzinfo=UTC), datetime(2026, 11, 21, 19, 30, tzinfo=UTC), 12),
        (datetime(2026, 3, 29, 2, 0, tzinfo=UTC), datetime(2026, 3, 28, 19, 30, tzinfo=UTC), 11),  # an hour is missing
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), datetime(2026, 10, 24, 18, 30, tzinfo=UTC), 13),  # an hour more
    ],
)
def test_shifts_over_clock_changes(at: datetime, start: datetime, hours: int) -> None:
    found = shifts.shift_of(at, LONDON)
    assert found == (start, start + timedelta(hours=hours))
    assert shifts.shift_end(at, LONDON) == found[1]
    assert shifts.shift_label(*found, LONDON) in ("07:30 to 19:30", "19:30 to 07:30")


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("07:30, 19:30", True),
        ("00:00", True),
        ("24:00", False),
        ("", False),
        ("1:00", False),
        (",".join(["01:00"] * 5), False),
    ],
)
def test_shift_times(text: str, good: bool) -> None:
    assert shifts.is_shift_times(text) is good


@pytest.mark.parametrize(
    "number", ["9434765919", "6716689966", "6541003238", "943 476 5919", "943-476-5919", "9990000018", "9990000026"]
)
def test_nhs_numbers(number: str) -> None:
    assert is_nhs_number(number)
    assert nhs_number_problem(number) is None


@pytest.mark.parametrize(
    "number",
    ["1234561234", "0000000001", "0000000000", "1111111111", "9434765918", "943476591", "94347659190", "943476591x",
     "٩٤٣٤٧٦٥٩١٩", "", "1000000010"],
)  # fmt: skip
def test_what_is_no_nhs_number(number: str) -> None:
    assert not is_nhs_number(number)
    assert "check the ten digits" in str(nhs_number_problem(number))


@pytest.mark.parametrize(
    ("code", "good"),
    [("RX1", True), ("RX101", True), ("A1B2C", True), ("FXX1234", True), ("rx1", False), ("RX", False), ("RX1 ", False),
     ("A" * 11, False), ("RX-1", False)],
)  # fmt: skip
def test_ods_codes_of_every_length(code: str, good: bool) -> None:
    assert is_ods_code(code) is good


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Patient 943 476 5919 hit a nurse", ("nhs_number",)), ("call 1234561234", ()), ("a.b@example.org", ("email",)),
        ("ring 07700 900123", ("phone",)), ("+44 7700 900123", ("phone",)), ("Bay 4, 14:20, 2222", ()),
    ],
)  # fmt: skip
def test_a_note_that_may_name_somebody(text: str, found: tuple[str, ...]) -> None:
    assert identifying(text) == found


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("CED-2611-A042", "CED-2611-A042"), ("ced 2611 a042", "CED-2611-A042"), ("ced2611a042", "CED-2611-A042"),
        ("CED–2611–AA1042", "CED-2611-AA1042"), ("CED-2611-A0042", "CED-2611-A042"), ("CED-2611-42", None), ("", None),
    ],
)  # fmt: skip
def test_references_as_people_type_them(typed: str, label: str | None) -> None:
    assert references.normal_reference(typed) == label


def test_labels_letters_and_slip_codes() -> None:
    assert references.reference("CED", datetime(2026, 11, 1), "A", 7) == "CED-2611-A007"  # noqa: DTZ001
    letters = ["A"]
    for _ in range(4):
        letters.append(references.next_letter(letters[-1]))
    assert letters == ["A", "AA", "AAA", "AAAA", "AAAA"]
    code = references.new_slip_code(bytes(range(10)))
    assert len(code) == 10
    assert set(code) <= set(references.CROCKFORD)
    assert references.normal_slip_code(references.grouped_slip_code(code).lower()) == code
    assert references.normal_slip_code("oil-0") == "0110"


@pytest.mark.parametrize(
    ("text", "word", "good"),
    [
        ("blue kettle seven lamps", "Strong", True), ("tall green hat", "Good", True), ("xq7!mZ", "Too short", False),
        ("password1234", "Weak", False), ("aaaaaaaaaaaaaaaa", "Weak", False), ("abcdefghijklmn", "Weak", False),
        ("one two", "Too short", False), ("a b c", "Weak", False),
        ("correct horse battery staple", "Weak", False),
    ],
)  # fmt: skip
def test_passphrases(text: str, word: str, good: bool) -> None:
    assert passphrases.strength(text) == word
    assert (passphrases.passphrase_problem(text) is None) is good


def test_a_passphrase_has_an_upper_limit() -> None:
    assert "1,024" in str(passphrases.passphrase_problem("blue kettle " * 100))


def test_identities_and_the_hybrid_clock() -> None:
    made = uuid7(1_700_000_000_000, bytes(10))
    assert made == "018bcfe5-6800-7000-8000-000000000000"
    first = next_hlc("", 5)
    assert next_hlc(first, 5) > first
    assert next_hlc(first, 3) > first, "a clock put back never goes before what was written"
    assert hlc_ms(next_hlc(first, 9)) == 9
    for none in ("", "later", "-00000000000001.00000", "9" * 5000, "１２３.0"):
        assert hlc_ms(none) == 0
    assert datetime.fromtimestamp(hlc_ms("999999999999999.00000") / 1000, UTC).year == 9999
    assert step_record_id("p", "S2-01") == step_record_id("p", "S2-01") != step_record_id("p", "S2-02")


def test_the_edges_of_a_day_on_the_wards_clock() -> None:
    summer = date(2026, 7, 1)
    assert day_start(summer, LONDON) == datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
    assert day_end(summer, LONDON) == datetime(2026, 7, 1, 22, 59, tzinfo=UTC)


def test_which_of_two_is_said_by_a_word_or_asked() -> None:
    unsure = parse_when("25/10/2026 01:30", NOW, LONDON)
    assert not unsure.is_sure
    for word, at in zip(WHICH, unsure.twice or (), strict=True):
        typed = parse_when(f"25/10/2026 01:30 {word}", NOW, LONDON)
        assert (typed.at, typed.is_sure) == (at, True)
        assert which_of(at, LONDON) == word
    assert which_of(NOW, LONDON) == ""
    assert parse_when("22/11 10:00 second", NOW, LONDON).is_sure
    between = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    assert parse_when("01:30", between, LONDON).twice is None, "the second has not come yet"


def test_a_time_that_the_clocks_skipped_is_said_plainly() -> None:
    with pytest.raises(NoSuchTime, match=r"There was no 01:30 that night: the clocks went forward\."):
        parse_when("29/03/2026 01:30", NOW, LONDON)


def test_a_date_alone_is_a_day_whose_time_nobody_knows() -> None:
    typed = parse_when("21-Nov-2026", NOW, LONDON, days=True)
    assert (typed.at, typed.is_day) == (datetime(2026, 11, 21, 12, tzinfo=UTC), True)
    assert typed.echo == "Saturday 21-Nov-2026, time not known"
    assert parse_when("yesterday", NOW, LONDON, days=True).at == typed.at
    morning = datetime(2026, 11, 22, 8, 30, 20, tzinfo=UTC)
    assert parse_when("today", morning, LONDON, days=True).at == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    assert not parse_when("14:00", NOW, LONDON, days=True).is_day
    with pytest.raises(WhenProblem, match="in the future"):
        parse_when("23-Nov-2026", NOW, LONDON, days=True)
    for text in ("21-Nov-2026", "", "soon"):
        with pytest.raises(WhenProblem, match="Type a time"):
            parse_when(text, NOW, LONDON, days=text != "21-Nov-2026")
