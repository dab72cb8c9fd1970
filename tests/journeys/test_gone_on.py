"""Whoever goes on to the same form of another report while theirs is saved stays there, and is told rightly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.test_no_word_lost import LAST, busy, fails, note
from tests.journeys.ward import WardPC
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.services import closing, drafts, incidents, riddor

Pc = Callable[..., WardPC]
FORMS = pytest.mark.parametrize("page", ["task", "close", "riddor"])


def at_two_forms(pc: Pc, page: str) -> tuple[WardPC, str, dict[str, str]]:
    """Something typed at a form of the first of two reports; gives that one's id, and where the second's form is."""
    ward = pc()
    ward.unlock()
    first, second = (incidents.find(ward.ctx, ward.log()) for _ in range(2))
    more = {"task": "before"} if page == "task" else {}
    ward.window.go(page, incident_id=first, **more)
    ward.settle()
    if page == "task":
        note(ward)
        ward.type("A long wait.")
    else:
        ward.put(LAST[page], "A long wait.")
    return ward, first, {"incident_id": second, **more}


def press_and_go_on(ward: WardPC, page: str, to: dict[str, str]) -> None:
    """Saves while the store has something else to do, and opens the form of the other report at once."""
    with busy(ward):
        ward.page.cases[0].save_button.click() if page == "riddor" else ward.page.save()
        ward.window.go(page, **to)


@FORMS
def test_a_save_that_ends_takes_nobody_back_from_the_form_of_another_report(
    pc: Pc, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    ward, first, to = at_two_forms(pc, page)
    opened = []
    monkeypatch.setattr(closing, "close", lambda *_: Changes((Change("incident", first),)))
    monkeypatch.setattr(riddor, "decide", lambda *_: Changes((Change("incident", first),)))
    real = type(ward.page).opened
    monkeypatch.setattr(type(ward.page), "opened", lambda *a, **k: (opened.append(1), real(*a, **k)))
    press_and_go_on(ward, page, to)
    assert ward.page.objectName() != "S4"
    assert ward.page.place()["incident_id"] == to["incident_id"]
    assert opened == [1], "nor is it opened anew, over what they begin to type"
    assert drafts.mine(ward.ctx) == []


@FORMS
def test_a_save_that_fails_says_nothing_wrong_of_the_form_of_another_report(
    pc: Pc, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    ward, first, to = at_two_forms(pc, page)
    monkeypatch.setattr(incidents, "save", fails)
    monkeypatch.setattr(closing, "close", fails)
    monkeypatch.setattr(riddor, "decide", fails)
    press_and_go_on(ward, page, to)
    assert "Not saved yet. What you typed waits at Home as a draft." in ward.screen()
    assert not ward.page.summary.isVisible()
    (draft,) = drafts.mine(ward.ctx)
    assert first in draft.form


def test_nothing_is_closed_by_the_form_of_another_report(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    ward, _, to = at_two_forms(pc, "close")
    closed: list[Any] = []
    monkeypatch.setattr(closing, "close", lambda *given: closed.append(given))
    with busy(ward):
        ward.window.go("close", **to)
        ward.page.save()
    assert closed == []
