"""Items 1 and 2 of the accessibility list, and the names that the screen contract promises."""

from __future__ import annotations

import re

import pytest

from tests.ui.survey import Survey

# Screen, and what a screen reader must be able to say there (design, screen contract).
CONTRACT = (
    ("S0 step 3", r"Step 3 of 5, you"),
    ("S1 lock", r"Passphrase"),
    ("S1 lock", r"Who is working\?"),
    ("S1 lock", r"Unlock"),
    ("S2 home", r"Due: overdue \d+, today \d+, this week \d+"),
    ("S3 empty", r"Where did it happen\?"),
    ("S3 empty", r"Save incident"),
    ("S4 record", r"Change, where did it happen"),
    ("S4 record", r"Task: action taken now, (completed|in progress|not started|not needed)"),
    ("S5 list", r"Incidents, \d+ rows"),
    ("S9 summary", r"Preview, page 1 of \d"),
    ("S9 summary", r"Include note"),
    ("S12 support", r"Get support"),
    ("S12 support", r"Occupational health, 01632 960 101"),
    ("S12 support while locked", r"Peer support, 01632 960 102"),
)
FIRST = (
    ("S0 step 1", "Step 1 of 5, start"), ("S0 step 2", "Step 2 of 5, your ward"), ("S0 step 2 error", "org_code"),
    ("S4 record", "Heading 'CED-2611-A"), ("S1 lock", "passphrase"), ("S2 home", "Log an incident"),
    ("S3 empty", "now"),
    ("S3 error", "error-summary"), ("S3 saved", "Saved on this PC"), ("S4 task error", "error-summary"),
    ("S5 list", "Incidents, "), ("S9 summary", "Print"), ("S12 support", "Occupational health"),
)  # fmt: skip


def test_item_01_every_focusable_widget_has_a_name(survey: Survey) -> None:
    assert survey.of("names") == []


def test_item_02_every_field_has_a_label_with_it_as_buddy(survey: Survey) -> None:
    assert survey.of("labels") == []


def test_item_02_errors_are_said_in_name_and_description(survey: Survey) -> None:
    assert survey.of("errors") == []


def test_item_02_hints_are_said_and_visible(survey: Survey) -> None:
    assert survey.of("hints") == []


def test_cards_are_groups_and_headings_are_headings(survey: Survey) -> None:
    assert survey.of("marks") == []


@pytest.mark.parametrize(("screen", "name"), CONTRACT)
def test_screen_contract_names(survey: Survey, screen: str, name: str) -> None:
    said = survey.spoken[screen] + survey.texts[screen]
    assert any(re.fullmatch(name, one) for one in said), f"{name} is not on {screen}"


@pytest.mark.parametrize(("screen", "focus"), FIRST)
def test_screen_contract_first_focus(survey: Survey, screen: str, focus: str) -> None:
    assert focus in survey.first_focus[screen]
