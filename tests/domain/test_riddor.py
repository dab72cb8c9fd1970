"""RIDDOR advice: the vectors of the domain reference, section D1, and cases for every rule around them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from vpr_desktop.domain.riddor import Advice, Facts, advise, look_again, one_year_after
from vpr_desktop.domain.riddor_days import Gap, Spell

D0 = date(2026, 11, 2)


def nov(day: int) -> date:
    return date(2026, 11, day)


def off(first: int, last: int | None = None, reason: str | None = "PHY", back: int | None = None) -> Spell:
    return Spell(nov(first), nov(last) if last else None, reason, nov(back) if back else None)


def bruised(**facts: Any) -> Facts:
    return Facts(**{"day0": D0, "effect": "MIN", "injuries": ("BRU",), "perp": "PAT", **facts})


FIRST_OFF = {"spells": (off(3, 7, back=11),)}

# Where each rule of D1 comes from, as the field reference cites it.
SOURCES = {
    "2": "reg. 5, HSE F2508", "3": "reg. 2 and 4: physical injury, HSE", "4": "HSE: personal quarrel",
    "5": "reg. 4(1), HSE list of specified injuries", "6": "reg. 7, HSE blood-borne viruses", "7": "reg. 4(2)",
    "8": "reg. 4(1), asked", "9": "reg. 4(2), asked", "10": "reg. 12, over 3 days", "11": "reg. 4(2) and 12, asked",
    "12": "reg. 4(2) and 12, asked", "13": "no rule holds",
}  # fmt: skip

# facts, today, status, next ask, report by, would be; the rule each row stands for is in its id.
VECTORS = [
    ("12 no spell, not answered", {}, 2, "SCR", 6, None, None),
    ("12 later", {}, 7, "SCR", 10, None, None),
    ("12 asked after the twelfth day too", {}, 14, "SCR", 17, None, None),
    ("12 stays on the worklist", {}, 20, "SCR", None, None, None),
    ("13 no time lost", {"time_lost": "N"}, 3, "NR", None, None, None),
    ("11 running on the second day", {"spells": (off(3),)}, 4, "SCR", 6, None, None),
    ("11 third day is not over three", {"spells": (off(3),)}, 5, "SCR", 6, None, None),
    ("10 over three on the fourth day", {"spells": (off(3),)}, 6, "REC3", 10, None, None),
    ("10 record only while running", {"spells": (off(3),)}, 7, "REC3", 10, None, None),
    ("10 seven days are not over seven", {"spells": (off(3),)}, 9, "REC3", 10, None, None),
    ("7 over seven on the eighth day", {"spells": (off(3),)}, 10, "O7", None, 17, None),
    ("10 four days and back", {"spells": (off(3, 6),)}, 20, "REC3", None, None, None),
    ("13 three days and back", {"spells": (off(3, 5),)}, 20, "NR", None, None, None),
    ("9 gap not answered", FIRST_OFF, 12, "SCR", 12, None, 17),
    ("7 gap unfit", {**FIRST_OFF, "gaps": (Gap(nov(8), nov(10), "UNF"),)}, 12, "O7", None, 17, None),
    ("10 gap fit", {**FIRST_OFF, "gaps": (Gap(nov(8), nov(10), "FIT"),)}, 12, "REC3", None, None, None),
    ("10 gap worked", {**FIRST_OFF, "gaps": (Gap(nov(8), nov(10), "WRK"),)}, 12, "REC3", None, None, None),
    ("9 gap not known", {**FIRST_OFF, "gaps": (Gap(nov(8), nov(10), "NK"),)}, 12, "SCR", 14, None, 17),
    ("10 exactly seven days", {"spells": (off(3, 7, back=10),), "gaps": (Gap(nov(8), nov(9), "UNF"),)},
     12, "REC3", None, None, None),
    ("13 psychological only", {"spells": (off(3, 22, "PSY"),)}, 25, "NR", None, None, None),
    ("9 reason not known", {"spells": (off(3, 22, "NK"),)}, 25, "SCR", None, None, 17),
    ("9 reason not answered", {"spells": (off(3, 22, None),)}, 25, "SCR", None, None, 17),
    ("7 both reasons", {"spells": (off(3, 22, "BOTH"),)}, 25, "O7", None, 17, None),
    ("7 restricted duties and absence are one run", {"spells": (off(3, 6), off(7, 10))}, 12, "O7", None, 17, None),
    ("10 two runs do not add up", {"spells": (off(3, 6), off(15, 18))}, 25, "REC3", None, None, None),
    ("7 rest days not known between two spells count",
     {"spells": (off(3, 6), off(9, 11)), "gaps": (Gap(nov(7), nov(8), "NK"),)}, 12, "O7", None, 17, None),
    ("9 gap between two spells not answered", {"spells": (off(3, 6), off(9, 11))}, 12, "SCR", 12, None, 17),
    ("10 gap of eight dates is not asked", {"spells": (off(3, 6), off(15, 15))}, 25, "REC3", None, None, None),
    ("11 late start, gap to the first day off asked", {"spells": (off(9),)}, 9, "SCR", 9, None, None),
    ("9 late start, possible run over seven", {"spells": (off(9),)}, 10, "SCR", 10, None, 17),
    ("7 late start, unfit from the first day", {"spells": (off(9),), "gaps": (Gap(nov(3), nov(8), "UNF"),)},
     10, "O7", None, 17, None),
    ("7 eighth day after the limit", {"spells": (off(12),), "gaps": (Gap(nov(3), nov(11), "WRK"),)},
     19, "O7", None, 17, None),
    ("11 a fit note's future days never count yet", {"spells": (off(3, 20),)}, 4, "SCR", 6, None, None),
    ("6 known virus", {"injuries": ("SHP",), "time_lost": "N", "bbv_source": "Y"}, 3, "DO", None, 12, None),
    ("13 source not known", {"injuries": ("SHP",), "time_lost": "N", "bbv_source": "NK"}, 3, "NR", None, None, None),
    ("11 source not answered", {"injuries": ("SHP",), "time_lost": "N"}, 3, "SCR", 6, None, None),
    ("11 bite, source not answered", {"injuries": ("BIT",), "time_lost": "N"}, 3, "SCR", 6, None, None),
    ("6 splash from a known source", {"injuries": (), "exposure": "Y", "bbv_source": "Y"}, 3, "DO", None, 12, None),
    ("3 which injury", {"injuries": (), "effect": "SER"}, 3, "SCR", 3, None, None),
    ("3 effect not known yet", {"injuries": (), "effect": "NYK"}, 3, "SCR", 3, None, None),
    ("3 upset only", {"injuries": (), "effect": "UPS"}, 3, "NA", None, None, None),
    ("3 rated no harm", {"injuries": (), "effect": "MIN", "physical_harm": "5"}, 3, "NA", None, None, None),
    ("3 rated low, no row", {"injuries": (), "effect": "NON", "physical_harm": "4"}, 3, "SCR", 3, None, None),
    ("2 patient, broken arm", {"person_kind": "PAT", "injuries": ("FRA",)}, 3, "NWK", 4, 12, None),
    ("2 visitor, sprain", {"person_kind": "VIS", "injuries": ("SPR",)}, 5, "NWK", None, None, None),
    ("2 visitor taken to hospital from home",
     {"person_kind": "VIS", "injuries": ("SPR",), "taken_to_hospital": "Y", "at_hospital": False},
     5, "NWK", None, 12, None),
    ("2 patient already at the hospital",
     {"person_kind": "PAT", "injuries": ("SPR",), "taken_to_hospital": "Y"}, 5, "NWK", None, None, None),
    ("3 patient not hurt", {"person_kind": "PAT", "injuries": (), "effect": "NON"}, 3, "NA", None, None, None),
    ("5 kind not known counts as staff", {"person_kind": "UNK", "injuries": ("FRA",)}, 3, "SPEC", None, 12, None),
    ("5 fracture", {"injuries": ("FRA",)}, 3, "SPEC", None, 12, None),
    ("5 finger is not specified", {"injuries": ("FRD",), "time_lost": "N"}, 3, "NR", None, None, None),
    ("5 said not to be one", {"injuries": ("FRA",), "specified": ("NONE",), "time_lost": "N"}, 3, "NR", None, None,
     None),
    ("5 said to be one", {"specified": ("SIG",)}, 3, "SPEC", None, 12, None),
    ("8 eye injury asks", {"injuries": ("EYE",), "time_lost": "N"}, 3, "SCR", 3, None, 12),
    ("8 answered none", {"injuries": ("EYE",), "specified": ("NONE",), "time_lost": "N"}, 3, "NR", None, None, None),
    ("4 private matter", {"private_matter": "Y", "perp": "OWN"}, 3, "NR", None, None, None),
    ("4 private matter stays not reportable", {"private_matter": "Y", "perp": "COL", "injuries": ("FRA",)},
     3, "NR", None, None, None),
    ("4 a patient's act is no private matter", {"private_matter": "Y", "perp": "PAT", "injuries": ("FRA",)},
     3, "SPEC", None, 12, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "today", "status", "ask", "by", "would"),
    [row[1:] for row in VECTORS],
    ids=[f"{row[0]} ({SOURCES[row[0].split()[0]]})" for row in VECTORS],
)
def test_rule(facts: dict[str, Any], today: int, status: str, ask: int, by: int, would: int) -> None:
    found = advise(bruised(**facts), nov(today))
    days = [nov(day) if day else None for day in (ask, by, would)]
    assert (found.status, found.next_ask, found.report_by, found.would_be) == (status, *days)


@pytest.mark.parametrize(
    ("died", "status", "in_writing"),
    [
        (date(2026, 1, 20), "DEA", False),
        (date(2026, 5, 30), "DEA", True),
        (date(2027, 1, 14), "DEA", True),
        (date(2027, 1, 15), "SPEC", False),
    ],
)
def test_rule_1_death_within_a_year(died: date, status: str, in_writing: bool) -> None:
    facts = Facts(date(2026, 1, 14), injuries=("AMP",), died_on=died)
    found = advise(facts, date(2027, 2, 1))
    assert found.status == status
    assert ("Now, in writing." in found.show) == in_writing
    assert (found.report_by is None) == in_writing


def test_a_death_not_linked_is_no_death_of_rule_1() -> None:
    facts = Facts(D0, injuries=("BRU",), time_lost="N", died_on=nov(20), death_linked="N")
    assert advise(facts, nov(21)).status == "NR"


def test_a_year_after_a_leap_day_is_the_28th() -> None:
    assert one_year_after(date(2028, 2, 29)) == date(2029, 2, 28)
    assert advise(Facts(date(2028, 2, 29), injuries=("AMP",), died_on=date(2029, 2, 28)), nov(1)).status == "DEA"
    assert advise(Facts(date(2028, 2, 29), injuries=("AMP",), died_on=date(2029, 3, 1)), nov(1)).status == "SPEC"


def test_two_reports_may_be_due() -> None:
    facts = bruised(injuries=("FRA", "SHP"), bbv_source="Y", spells=(off(3, 20),))
    found = advise(facts, nov(25))
    assert (found.status, found.also) == ("SPEC", ("DO", "O7"))


def test_the_limit_may_come_before_certainty() -> None:
    found = advise(bruised(spells=(off(12),), gaps=(Gap(nov(3), nov(11), "WRK"),)), nov(19))
    assert "Late from the start: report now." in found.show


def test_record_only_says_when_it_becomes_reportable() -> None:
    assert "Over 7 days on 10-Nov-2026." in advise(bruised(spells=(off(3),)), nov(7)).show


def test_open_gap_is_named_with_its_days() -> None:
    assert advise(bruised(spells=(off(3, 7, back=11),)), nov(12)).open_gaps == (Gap(nov(8), nov(10)),)


def test_psychological_time_off_is_said_not_to_count() -> None:
    show = advise(bruised(spells=(off(3, 22, "PSY"),)), nov(25)).show
    assert "Time off is recorded as psychological only: not counted." in show


def test_days_of_a_psychological_spell_are_no_gap() -> None:
    spells = (off(3, 6), off(7, 12, "PSY"), off(13, 15))
    found = advise(bruised(spells=spells), nov(20))
    assert (found.status, found.open_gaps) == ("REC3", ())


@pytest.mark.parametrize(
    "spells",
    [
        (off(3, 7, back=11), off(4, 5), off(4, 7, "PSY")),
        (off(3, 7, "PSY"), off(4, 7, back=11)),
        (off(3, 7, "PSY", back=11), off(4, 7), off(5, 6)),
    ],
)
def test_overlapping_spells_are_looked_at_together(spells: tuple[Spell, ...]) -> None:
    found = advise(bruised(spells=spells), nov(12))
    assert found.open_gaps == (Gap(nov(8), nov(10)),)


def test_a_spell_with_no_end_leaves_no_gap_behind_it() -> None:
    found = advise(bruised(spells=(off(3), off(6, 7, back=20))), nov(12))
    assert (found.status, found.open_gaps) == ("O7", ())


def test_each_spell_has_its_own_return_and_days_at_work_before_the_next_are_no_gap() -> None:
    spells = (off(3, 5, back=7), off(10, 12))
    found = advise(bruised(spells=spells), nov(20))
    assert found.open_gaps == (Gap(nov(6), nov(6)),)
    assert advise(bruised(spells=(off(3, 5), off(10, 12))), nov(20)).open_gaps == (Gap(nov(6), nov(9)),)


def test_eight_days_to_the_return_are_not_asked_about() -> None:
    assert advise(bruised(spells=(off(3, 7, back=16),)), nov(17)).open_gaps == ()


@pytest.mark.parametrize(
    ("advised", "decided", "again"),
    [
        ("O7", "REC3", True), ("O7", "O7", False), ("NR", "REC3", False), ("SPEC", "NR", True),
        ("SPEC", None, False), ("O7", "SENT", False), ("SCR", "NR", True), ("DEA", "SPEC", True),
    ],
)  # fmt: skip
def test_look_again_only_where_the_advice_is_stricter(advised: str, decided: str | None, again: bool) -> None:
    assert look_again(Advice(advised), decided) is again


@pytest.mark.parametrize("today", [nov(10), nov(13), nov(30), date(2028, 1, 1)])
def test_what_is_reportable_stays_so_as_days_pass(today: date) -> None:
    assert advise(bruised(spells=(off(3, 12),)), today).status == "O7"
