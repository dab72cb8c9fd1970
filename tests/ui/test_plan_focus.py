"""S6 and S7 in the real window: keyboard and reader stay where they were, and a case is taken and given back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.conftest import FAST, fast_keys
from tests.factories import PASSPHRASE, first_run, logged
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from tests.services.test_support import plan_id
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import people, plan_care, sessions
from vpr_desktop.services.context import Person
from vpr_desktop.ui.widgets.buttons import Button


@pytest.fixture
def ward(qapp: QApplication, home: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[WardPC]:
    """Two incidents a day old; the first is the support lead's case."""
    fast_keys(monkeypatch)
    ctx, _ = sessions.first_run(home, first_run(), clock, FAST)
    people.add(ctx, "slead", "S. Lead", "support_lead", PASSPHRASE)
    made = [logged(ctx) for _ in range(2)]
    plan_care.take(replace(ctx, user=Person("slead", "S. Lead", "S.L.", "support_lead")), plan_id(ctx, made[0].id))
    clock.forward(hours=25)
    sessions.lock(ctx)
    one = WardPC(qapp, home, clock)
    yield one
    one.end()
    qapp.processEvents()


def here(ward: WardPC) -> str:
    held = ward.app.focusWidget()
    return "" if held is None else held.accessibleName() or held.text()


def test_focus_stays_by_the_step_whatever_is_done_on_a_plan(ward: WardPC) -> None:
    """A page that is shown anew has new buttons: keyboard and reader are not thrown to its top."""
    ward.unlock("slead")
    ward.window.go("plan", plan_id=ward.ctx.reader().find(Plan)[0].id, step="S1-02")
    ward.settle()
    assert here(ward).startswith("Record: step ")
    assert "safe way home" in here(ward)
    ward.press("Space")
    ward.click("Done")
    ward.press("Ctrl+Return")
    assert "Recorded: Safe way home" in ward.window.shell.status.words.text()
    assert "incident logged" in here(ward), "what is done has no button: the next step"
    ward.press("Space", "Escape")
    assert "incident logged" in here(ward)
    ward.press("Ctrl+Z")
    assert "incident logged" in here(ward)
    for words in ("Change their choices", "Add a note", "Pass on"):
        ward.button(words).setFocus()
        ward.press("Space")
        assert ward.page.acts.panel is not None
        ward.press("Escape")
        assert ward.page.isAncestorOf(ward.app.focusWidget())
    ward.button("Add a note").setFocus()
    ward.page.refreshed(Changes((Change("plan", ward.page.plan.id),), "sync"))
    ward.settle()
    assert here(ward) == "Add a note"


def test_a_case_is_taken_from_its_plan_and_given_back(ward: WardPC) -> None:
    ward.unlock("slead")
    free = next(one.id for one in ward.ctx.reader().find(Plan) if one.lead is None)
    ward.window.go("plan", plan_id=free)
    ward.settle()
    take = ward.button("Take this case")
    take.setFocus()
    ward.press("Space")
    assert ward.ctx.reader().get(Plan, free).lead == "slead"
    assert here(ward).startswith("Mark done: step 1 of ")
    ward.press("Ctrl+Z")
    assert ward.ctx.reader().get(Plan, free).lead is None
    assert "Undone. The case is led as before." in ward.window.shell.status.words.text()


def test_a_case_is_taken_beside_the_list(ward: WardPC) -> None:
    ward.unlock("slead")
    ward.press("Ctrl+3")
    ward.page._ask("unassigned", "")
    ward.settle()
    model = ward.page.model
    place = next(n for n in range(model.rowCount()) if getattr(model.row(n), "person", "Team") != "Team")
    line = model.row(place)
    ward.page.table.setCurrentIndex(model.index(place, 0))
    ward.settle()
    ward.click("Take this case")
    assert ward.ctx.reader().get(Plan, line.plan_id).lead == "slead"
    left = [model.row(n) for n in range(model.rowCount())]
    assert line.plan_id not in {one.plan_id for one in left if one is not None and one.person != "Team"}
    assert ward.page.table.hasFocus()
    ward.press("Ctrl+Z")
    assert ward.ctx.reader().get(Plan, line.plan_id).lead is None


def green(ward: WardPC) -> list[str]:
    shown = ward.page.findChildren(Button)
    return [one.text() for one in shown if one.isVisible() and one.kind == "primary"]


def test_a_plan_has_one_green_button_whatever_is_open_on_it(ward: WardPC) -> None:
    ward.unlock("slead")
    free, mine = sorted(ward.ctx.reader().find(Plan), key=lambda one: one.lead or "")
    ward.window.go("plan", plan_id=free.id)
    ward.settle()
    assert green(ward) == ["Take this case"]
    ward.window.go("plan", plan_id=mine.id)
    ward.settle()
    assert green(ward) == ["Mark done"]
    ward.click("Add a note")
    assert green(ward) == ["Save"]
    ward.press("Escape")
    assert green(ward) == ["Mark done"]
    ward.click("Close this plan")
    assert green(ward) == ["Close plan"]
