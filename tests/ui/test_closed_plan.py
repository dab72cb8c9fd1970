"""The end of a plan in the real window: closed with a reason, taken back, opened again; what is still asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.conftest import FAST, fast_keys
from tests.factories import PASSPHRASE, first_run, logged
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from tests.services.test_support import plan_id
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import conflicts, people, plan_care, plan_end, sessions
from vpr_desktop.services.context import Person

DAYS_AFTER = 95
NOT_HERE = ("Close this plan", "Open again")


@pytest.fixture
def ward(qapp: QApplication, home: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[WardPC]:
    """A case of the support lead, three months after it happened; support was offered when it was logged."""
    fast_keys(monkeypatch)
    ctx, _ = sessions.first_run(home, first_run(), clock, FAST)
    people.add(ctx, "slead", "S. Lead", "support_lead", PASSPHRASE)
    case = plan_id(ctx, logged(ctx, effect="SER", support_offered="ACC").id)
    plan_care.take(replace(ctx, user=Person("slead", "S. Lead", "S.L.", "support_lead")), case)
    clock.forward(days=DAYS_AFTER)
    sessions.lock(ctx)
    one = WardPC(qapp, home, clock)
    yield one
    one.end()
    qapp.processEvents()


def open_plan(ward: WardPC, user: str = "slead") -> Plan:
    ward.unlock(user)
    (held,) = ward.ctx.reader().find(Plan)
    ward.window.go("plan", plan_id=held.id)
    ward.settle()
    return held


def close(ward: WardPC, why: str) -> None:
    ward.click("Close this plan")
    ward.click(why)
    ward.press("Ctrl+Return")


def why(ward: WardPC) -> str | None:
    return ward.ctx.reader().find(Plan)[0].closed_reason


def said(ward: WardPC) -> str:
    assert ward.window.shell is not None
    return ward.window.shell.status.words.text()


def test_a_closed_plan_asks_for_the_steps_of_the_team_and_the_law_alone(ward: WardPC) -> None:
    case = open_plan(ward)
    ward.click("Close this plan")
    assert "steps of this person are open. They stay as they are." in ward.screen()
    ward.press("Ctrl+Return")
    assert "Choose why the plan is closed." in ward.screen()
    ward.click("At the person's wish")
    ward.press("Ctrl+Return")
    assert (why(ward), said(ward)) == ("WSH", "The plan is closed, Person A")
    lines = ward.screen().splitlines()
    assert any(line.startswith("Closed on 25-Feb-2027: at the person's wish.") for line in lines)
    assert "Open when the plan was closed." in lines
    late = [line for line in lines if "Overdue since" in line and "step " not in line]
    assert late, "the team's steps are still asked for"
    assert all(line.startswith("Team. ") for line in late)
    ward.press("Ctrl+3")
    model = ward.page.model
    held = [n for n in range(model.rowCount()) if getattr(model.row(n), "plan_id", "") == case.id]
    assert {model.row(n).person for n in held if model.row(n).step not in ("S2-05", "S4-05")} == {"Team"}
    ward.page.table.setCurrentIndex(model.index(held[0], 0))
    ward.settle()
    ward.click("Mark done")
    assert ward.page.acts.panel is not None
    ward.lock()
    open_plan(ward, "amanager")
    assert "Closed on 25-Feb-2027. The team's steps" in ward.screen()
    assert "wish" not in ward.screen()
    assert not {*NOT_HERE} & ward.offered()


def test_closing_is_taken_back_and_a_closed_plan_opened_again(ward: WardPC) -> None:
    open_plan(ward)
    close(ward, "Agreed with the person")
    assert why(ward) == "AGR"
    ward.press("Ctrl+Z")
    assert (why(ward), said(ward)) == (None, "Undone. The plan is as it was.")
    close(ward, "The person left the trust")
    ward.clock.forward(minutes=3)
    ward.click("Open again")
    assert (why(ward), said(ward)) == (None, "The plan is open again, Person A")
    assert ward.buttons("Close this plan")
    ward.press("Ctrl+Z")
    assert why(ward) == "LFT"
    assert "Closed on 25-Feb-2027: the person left the trust." in ward.screen()


def test_the_last_step_closes_the_plan_or_gets_a_new_date(ward: WardPC) -> None:
    open_plan(ward)
    ward.press("Ctrl+3")
    model = ward.page.model
    place = next(n for n in range(model.rowCount()) if getattr(model.row(n), "step", "") == "S6-02")
    ward.page.table.setCurrentIndex(model.index(place, 0))
    ward.page.table.setFocus()
    ward.settle()
    QTest.keyClick(ward.page.table, Qt.Key.Key_Space)
    ward.settle()
    assert "Close this plan: Person A" in ward.screen()
    ward.click("Keep it open with a new date")
    ward.field("Due when?").setText("1 Jun 2027 12:00")
    ward.field("Why?").setText("Court in May.")
    ward.press("Ctrl+Return")
    assert said(ward) == "Due date changed, Person A"
    assert why(ward) is None
    ward.page.table.setFocus()
    place = next(n for n in range(model.rowCount()) if getattr(model.row(n), "step", "") == "S6-02")
    ward.page.table.setCurrentIndex(model.index(place, 0))
    ward.settle()
    QTest.keyClick(ward.page.table, Qt.Key.Key_Space)
    ward.settle()
    ward.click("The person could not be reached")
    ward.press("Ctrl+Return")
    assert why(ward) == "NRE"
    assert "S6-02" not in {getattr(model.row(n), "step", "") for n in range(model.rowCount())}


def test_what_came_while_the_panel_was_open_stands_beside_what_it_saves(ward: WardPC) -> None:
    case = open_plan(ward)
    ward.click("Close this plan")
    ward.click("The person left the trust")
    plan_end.close(ward.ctx, case.id, "NRE")
    ward.press("Ctrl+Return")
    (found,) = conflicts.conflicts(ward.ctx)
    assert (found.name, {one.value for one in found.versions}) == ("A.closed_reason", {"NRE", "LFT"})
    ward.click("Open the incident")
    ward.click("Review")
    ward.click("The person could not be reached")
    ward.click("Save choice")
    assert conflicts.conflicts(ward.ctx) == []
    assert why(ward) == "NRE"
