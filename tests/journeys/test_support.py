"""Journeys of support: a manager at night without a network, and a support lead with eleven people on the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.central.conftest import Central
from tests.conftest import FAST, fast_keys
from tests.factories import PASSPHRASE, answers, first_run
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from tests.sync.conftest import endpoint, sqlite_endpoint
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.domain.support import Plan, StepEntry
from vpr_desktop.services import incidents, new_incident, people, plan_care, recordings, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.services.recordings import Said
from vpr_desktop.storage import support_rows

__all__ = ["endpoint", "sqlite_endpoint"]  # fixtures of the real endpoint

Pc = Callable[..., WardPC]
KEY, THINK = 0.28, 1.35  # seconds a key and a decision take (keystroke-level model of the design)


def sound(ctx: Context) -> None:
    assert list(support_rows.problems(ctx.store.db, ctx.store.zone)) == []


def rows_of(ward: WardPC) -> list[Any]:
    """The steps on the list now, read from the table as somebody scrolls through it."""
    model = ward.page.table.model()
    for place in range(0, model.rowCount(), 50):
        model.row(place), model.row(min(place + 49, model.rowCount() - 1))
        ward.settle()
    return [row for place in range(model.rowCount()) if (row := model.row(place)) is not None]


def go_to(ward: WardPC, step: str, reference: str = "") -> None:
    """Moves to a row of the list, as arrows do."""
    model = ward.page.table.model()
    place = next(
        place for place in range(model.rowCount())
        if (row := model.row(place)) is not None and row.step == step and reference in ("", row.reference)
    )  # fmt: skip
    ward.page.table.setFocus()
    ward.page.table.setCurrentIndex(model.index(place, 0))
    ward.settle()


class Keys:
    """Counts what hands and head do, for the time it takes."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def press(self, ward: WardPC, *sequences: str, think: bool = True) -> None:
        self.seconds += KEY * sum(sequence.count("+") + 1 for sequence in sequences) + (THINK if think else 0)
        ward.press(*sequences)


def test_ward_manager_at_night_without_network(
    pc: Pc,
    clock: FakeClock,
    endpoint: Central,  # noqa: F811
    qapp: QApplication,
    home: Path,
) -> None:
    clock.set(datetime(2026, 11, 23, 2, 40, tzinfo=UTC))
    ward = pc("slead")
    ward.unlock()
    hand = Keys()
    hand.seconds += 6.3  # choosing a name and typing a passphrase
    hand.press(ward, "Ctrl+N")
    hand.press(ward, "Tab")
    for keys in ("3", "12", "2", "1", "3", "3"):
        hand.press(ward, *keys)
        hand.press(ward, "Tab", think=False)
    hand.press(ward, "Ctrl+Return")
    reference = ward.page.saved.made.reference
    assert "Next: check in with the person affected by 24-Nov-2026 02:40" in ward.screen()
    ward.click("Support now: open the support plan")
    hand.seconds += 2.4  # hand to the mouse, point, click
    assert (ward.page.objectName(), ward.page.acts.panel is not None) == ("S7", True)
    panel = ward.page.acts.panel
    hand.press(ward, "1")
    hand.press(ward, "Tab", "1")
    hand.press(ward, "Ctrl+Return")
    assert "Recorded 2 steps, Person A" in ward.window.shell.status.words.text()
    assert hand.seconds < 90, f"logged and first steps kept in {hand.seconds:.0f} s"
    assert list(panel.groups)[:2] == ["S0-01", "S0-02"]
    plan_id = ward.page.plan.id
    assert [step.code for step in ward.page.plan.steps if not step.is_open] == ["S0-01", "S0-02"]

    # Interrupted in the next report, then the PC restarts: the draft and the plan are there.
    ward.press("Ctrl+N")
    ward.choose("location", "DAY")
    ward.lock()
    ward.window.lane.stop()
    ward.window.hide()
    again = WardPC(qapp, home, clock)
    again.unlock()
    assert "Draft started 02:40" in again.screen()
    again.press("Ctrl+3")
    assert reference in again.screen()
    assert again.page.table.hasFocus()
    go_to(again, "S1-01", reference)
    again.press("Space", "1", "Ctrl+Return")
    assert "Recorded: Private conversation, Person A" in again.window.shell.status.words.text()
    again.press("Ctrl+Z")
    assert "S1-01" in [row.step for row in rows_of(again)], "Ctrl+Z takes it back"
    sound(again.ctx)

    # In the morning the network is there.
    clock.forward(hours=5)
    bootstrap.enrol(again.ctx, endpoint.address, admin.add_code(endpoint.admin, ("CED",), "RX1")["code"])
    got = bootstrap.sync(again.ctx)
    assert (got.waiting, got.refused) == (0, None)
    assert len(again.ctx.reader().find(StepEntry, plan_id=plan_id)) == 4
    again.lock()
    again.window.lane.stop()
    again.window.idle.stop()
    again.window.hide()


# Support lead, Thursday
THURSDAY = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)


class Thursday:
    """Eleven people at different points of their support, all with one support lead."""

    def __init__(self, ctx: Context, clock: FakeClock) -> None:
        self.ctx, self.clock = ctx, clock
        self.plans: dict[str, str] = {}
        self.lead = people_as(ctx, "slead", "support_lead")
        for number in range(1, 4):
            self.add(f"month {number}", days=28)
        self.add("silent", days=6)
        self.add("asked 1", days=3)
        self.add("asked 2", days=3)
        self.add("again", days=3)
        for number in range(1, 4):
            self.add(f"new {number}", days=1)
        self.add("mine", days=2)
        clock.set(THURSDAY)

    def add(self, name: str, days: int) -> None:
        at = THURSDAY - timedelta(days=days)
        self.clock.set(at)
        made = new_incident.log(self.ctx, answers(occurred_at=at), hold_seconds=0)
        held = self.ctx.reader().find(Plan, incident_id=made.id)[0].id
        self.plans[name] = held
        plan_care.take(self.lead, held)
        offers = {"asked 1": ("S2-03", "DEC"), "asked 2": ("S2-03", "DEC"), "again": ("S2-02", "DEC")}
        if name in offers:
            recordings.record(self.lead, held, Said(*offers[name]))
        if name.startswith("asked"):
            self.clock.set(at + timedelta(days=2))
            recordings.record(self.lead, held, Said("S3-02", "DEC"))
        if name == "silent":
            for hours in (20, 30, 40):
                self.clock.set(at + timedelta(hours=hours))
                recordings.record(self.lead, held, Said("S2-01", "NRE", channel="PHO"))


def people_as(ctx: Context, user_id: str, role: str) -> Context:
    from dataclasses import replace

    from vpr_desktop.services.context import Person

    return replace(ctx, user=Person(user_id, user_id, "S.L.", role))


@pytest.fixture
def thursday(home: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Thursday:
    fast_keys(monkeypatch)
    ctx, _ = sessions.first_run(home, first_run(), clock, FAST)
    people.add(ctx, "slead", "S. Lead", "support_lead", PASSPHRASE)
    people.add(ctx, "tlead", "T. Lead", "support_lead", PASSPHRASE)
    made = Thursday(ctx, clock)
    sessions.lock(ctx)
    return made


def test_support_lead_on_thursday(thursday: Thursday, qapp: QApplication, home: Path, clock: FakeClock) -> None:
    ward = WardPC(qapp, home, clock)
    try:
        ward.unlock("slead")
        ward.press("Ctrl+3")
        held = {(row.plan_id, row.step): row for row in rows_of(ward)}
        plans = thursday.plans
        assert len({plan for plan, _ in held}) == 11
        _declined_are_not_chased(ward, plans, held)
        _one_second_offer(ward, plans)
        _due_at_28_days(ward, plans)
        _rated_again(ward, plans)
        _passed_on(ward, plans)
        sound(ward.ctx)
    finally:
        if ward.window.page() is not None:
            ward.lock()
        ward.window.lane.stop()
        ward.window.idle.stop()
        ward.window.hide()


def _declined_are_not_chased(ward: WardPC, plans: dict[str, str], held: dict[tuple[str, str], Any]) -> None:
    for name in ("asked 1", "asked 2"):
        assert (plans[name], "S2-03") not in held
        assert (plans[name], "S3-02") not in held, "they were asked their second time"
    assert (plans["silent"], "S2-01") not in held, "three tries were made"
    ward.page._ask("ask_again", "")
    ward.settle()
    assert [(row.plan_id, row.step) for row in rows_of(ward)] == [(plans["again"], "S3-02")]


def _one_second_offer(ward: WardPC, plans: dict[str, str]) -> None:
    go_to(ward, "S3-02")
    assert "Offer again, once" in ward.screen()
    ward.press("Space")
    assert "This is the one second offer." in ward.screen()
    ward.press("1", "Ctrl+Return")
    assert "Recorded: Offer again, once, Person A" in ward.window.shell.status.words.text()
    assert "No open steps in this view." in ward.screen()
    statuses = {e.step: e.outcome for e in ward.ctx.reader().find(StepEntry, plan_id=plans["again"])}
    assert statuses == {"S2-02": "ACC", "S3-02": "ACC"} or statuses["S3-02"] == "ACC"
    ward.page._ask("all", "")
    ward.settle()


def _due_at_28_days(ward: WardPC, plans: dict[str, str]) -> None:
    today = [row for row in rows_of(ward) if row.group == "Today"]
    month = {plans[f"month {number}"] for number in range(1, 4)}
    assert {row.plan_id for row in today if row.step == "S5-01"} == month
    go_to(ward, "S5-01")
    ward.press("c")
    assert "What came of it?" in ward.screen()
    ward.press("Escape")
    assert ward.page.acts.panel is None
    assert ward.page.table.hasFocus()


def _rated_again(ward: WardPC, plans: dict[str, str]) -> None:
    """The wellbeing check finds it worse than first thought: the plan grows, from now on."""
    plan = plans["new 1"]
    incident_id = ward.ctx.reader().get(Plan, plan).incident_id or ""
    before = {row.step for row in rows_of(ward) if row.plan_id == plan}
    seen = incidents.view(ward.ctx, incident_id)
    ward.window.go("task", incident_id=incident_id, task="injury")
    ward.settle()
    editor = next(panel.editors["psych_harm"] for panel in ward.page.panels if "psych_harm" in panel.editors)
    editor.set_value("2")
    ward.page.panels[0].changed.emit()
    ward.page.save()
    ward.settle()
    assert seen.parts["people"][0].values.get("psych_harm") is None
    ward.press("Ctrl+3")
    after = {row.step for row in rows_of(ward) if row.plan_id == plan}
    assert {"S3-03", "S6-01"} <= after - before
    late = [row for row in rows_of(ward) if row.plan_id == plan and row.step in after - before and row.overdue]
    assert late == [], "what was added now is not late now"


def _passed_on(ward: WardPC, plans: dict[str, str]) -> None:
    """The person is her own manager: she hands the case over, and it does not come back to her."""
    ward.window.go("plan", plan_id=plans["mine"])
    ward.settle()
    ward.click("Pass on")
    panel = ward.page.acts.panel
    card = panel.why.cards[panel.why.codes.index("own_manager")]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    panel.to.set_code("tlead")
    ward.press("Ctrl+Return")
    assert "Passed on, Person A" in ward.window.shell.status.words.text()
    assert "Support lead T. Lead" in ward.screen()
    assert "Notes" not in ward.offered()
    with pytest.raises(Exception, match="cannot lead"):
        plan_care.take(ward.ctx, plans["mine"])
