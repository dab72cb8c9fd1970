"""What the support list and the plan still ask for once a plan is closed: the steps of the team, and they alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.conftest import FAST, fast_keys
from tests.factories import PASSPHRASE, first_run, logged
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from tests.services.test_support import plan_id
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import people, plan_care, sessions
from vpr_desktop.services.context import Person


def test_a_closed_plan_asks_for_the_steps_of_the_team_alone(
    qapp: QApplication, home: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast_keys(monkeypatch)
    ctx, _ = sessions.first_run(home, first_run(), clock, FAST)
    people.add(ctx, "slead", "S. Lead", "support_lead", PASSPHRASE)
    case = plan_id(ctx, logged(ctx).id)
    plan_care.take(replace(ctx, user=Person("slead", "S. Lead", "S.L.", "support_lead")), case)
    clock.forward(hours=24 * 9)
    with ctx.unit() as unit:
        plan = unit.get(Plan, case)
        plan.closed_on = ctx.now().date()
        unit.save(plan, reason="Practice")
        unit.commit("close", case)
    sessions.lock(ctx)
    ward = WardPC(qapp, home, clock)
    try:
        ward.unlock("slead")
        ward.window.go("plan", plan_id=case)
        ward.settle()
        lines = ward.screen().splitlines()
        assert "Open when the plan was closed." in lines
        late = [line for line in lines if "Overdue since" in line and "step " not in line]
        assert late, "the team's steps are still asked for"
        assert all(line.startswith("Team. ") for line in late)
        ward.press("Ctrl+3")
        model = ward.page.model
        held = [n for n in range(model.rowCount()) if getattr(model.row(n), "plan_id", "") == case]
        assert held
        ward.page.table.setCurrentIndex(model.index(held[0], 0))
        ward.settle()
        ward.click("Mark done")
        assert ward.page.acts.panel is not None
    finally:
        ward.end()
        qapp.processEvents()
