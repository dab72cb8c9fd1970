"""The record page: what a reader may not see is said in words, never by the name of a rule."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from tests.factories import PASSPHRASE
from tests.ui.stage import Stage
from tests.window import settle
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.visibility import WITHHELD, withheld
from vpr_desktop.services import people
from vpr_desktop.ui.widgets.frames import Card
from vpr_desktop.ui.widgets.labels import Words


@pytest.mark.parametrize("role", ["vpr_lead", "support_lead", "auditor", "reporter"])
def test_no_name_of_a_rule_stands_where_an_answer_is_withheld(window: Stage, role: str) -> None:
    people.add(window.window.ctx, "other", "O. Ther", role, PASSPHRASE)
    window.lock()
    window.unlock("other")
    page: Any = window.go("record", incident_id=window.ids["open"])
    settle(window.window)
    words = {label.text() for label in page.findChildren(QLabel)}
    assert not words & set(WITHHELD)
    if role == "vpr_lead":
        assert "Counted, not shown to your role" in words


def test_what_is_told_of_an_answer_stays_as_it_is() -> None:
    assert withheld("Yes") == "Yes"
    assert withheld("counts") == "Counted, not shown to your role"


def test_the_history_names_people_and_leaves_out_what_the_app_alone_wrote(window: Stage) -> None:
    page = window.go("record", incident_id=window.ids["open"], ask="history")
    card = page.findChild(Card, "history")
    told = [one.text() for one in card.findChildren(Words)]
    assert "Logged by: A. Manager" in told
    assert "What happened? Physical contact, Threat" in told
    assert not [one for one in told if "?:" in one or "This PC" in one or "Data set" in one]


def test_what_is_asked_of_a_record_is_answered_though_it_changes_before_it_is_shown(window: Stage) -> None:
    window.window.go("record", incident_id=window.ids["open"], ask="history")
    window.window.changed(Changes((Change("incident", window.ids["open"]),), "sync"))
    settle(window.window)
    assert window.window.page().findChild(Card, "history")


def test_history_asked_for_twice_is_shown_once(window: Stage) -> None:
    page = window.go("record", incident_id=window.ids["open"])
    page.history_button.click()
    page.history_button.click()
    settle(window.window)
    assert len(page.findChildren(Card, "history")) == 1


def test_the_history_tells_a_first_answer_alone_and_says_what_the_app_counted(window: Stage) -> None:
    page = window.go("record", incident_id=window.ids["open"], ask="history")
    told = [one.text() for one in page.findChild(Card, "history").findChildren(Words)]
    assert "Most serious effect so far: Minor injury → Needed treatment" in told
    assert "Most serious effect so far: Minor injury" in told
    assert "Earlier events in 90 days: 0, counted by the app" in told
    assert not [one for one in told if "Not provided →" in one]
