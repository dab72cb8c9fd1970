"""Two settings of support: a desktop notice that says nothing of what is due, and the checklist of the ward."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.conftest import FAST, fast_keys
from tests.factories import PASSPHRASE, first_run, logged
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from tests.services.test_support_template import own_template
from vpr_desktop.services import lockscreen, people, sessions, support_templates
from vpr_desktop.ui.notices import WORDS


@pytest.fixture
def ward(qapp: QApplication, home: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[WardPC]:
    fast_keys(monkeypatch)
    ctx, _ = sessions.first_run(home, first_run(), clock, FAST)
    people.add(ctx, "slead", "S. Lead", "support_lead", PASSPHRASE)
    logged(ctx)
    clock.forward(hours=5)
    sessions.lock(ctx)
    one = WardPC(qapp, home, clock)
    yield one
    one.end()
    qapp.processEvents()


def switch(ward: WardPC, on: bool) -> None:
    ward.window.go("settings", section="reminders")
    ward.settle()
    ward.page.sections["reminders"].notices.set_value(["on" if on else "off"])
    ward.page.sections["reminders"]._on_chosen()


def test_a_notice_is_off_at_first_and_says_nothing_but_that_something_is_due(ward: WardPC, clock: FakeClock) -> None:
    told: list[str] = []
    notices = ward.window.reminders.notices
    notices.tell = told.append
    ward.unlock()
    ward.window.go("settings", section="reminders")
    ward.settle()
    assert ward.page.sections["reminders"].notices.value() == ["off"]
    ward.lock()
    clock.forward(hours=24)
    notices.look()
    assert told == [], "off until somebody switches it on"
    ward.unlock()
    switch(ward, True)
    assert lockscreen.read(ward.window.home).notices
    ward.lock()
    notices.look()
    assert told == [], "nothing came due since"
    clock.forward(days=3)
    notices.look()
    notices.look()
    assert told == ["VPR Desktop: something is due"] == [WORDS], "once"


def test_nobody_is_told_who_looks_at_the_app_anyway(ward: WardPC, clock: FakeClock) -> None:
    told: list[str] = []
    notices = ward.window.reminders.notices
    notices.tell = told.append
    ward.unlock()
    switch(ward, True)
    ward.window.activateWindow()
    ward.settle()
    assert ward.window.isActiveWindow()
    clock.forward(days=3)
    notices.look()
    assert told == []


def test_a_desktop_without_notices_stays_quiet(ward: WardPC) -> None:
    notices = ward.window.reminders.notices
    notices._tell(WORDS)
    assert notices._tray is None


def test_the_ward_manager_chooses_the_checklist(ward: WardPC, tmp_path: Path) -> None:
    ward.unlock()
    ward.window.go("settings", section="checklist")
    ward.settle()
    section = ward.page.sections["checklist"]
    assert "In use: SUP-1, version 1, " in ward.screen()
    bad, own = tmp_path / "bad.json", tmp_path / "own.json"
    bad.write_text("{", encoding="utf-8")
    section.load_file(str(bad))
    ward.settle()
    assert "The file is not JSON." in ward.screen()
    own.write_text(own_template(), encoding="utf-8")
    section.load_file(str(own))
    ward.settle()
    assert "In use: TRUST, version 3, 2 steps" in ward.screen()
    assert "Not an official list." in ward.screen()
    assert "The file is not JSON." not in ward.screen()
    ward.page.sections["checklist"].which.set_code("SUP-1/1")
    ward.click("Use this checklist")
    assert support_templates.shown(ward.ctx).id == "SUP-1"
    assert "SUP-1, version 1 counts for plans opened from now on." in ward.window.shell.status.words.text()
    assert "choose support template" in ward.audit()
    ward.switch("slead")
    ward.window.go("settings")
    ward.settle()
    assert not ward.page.sections["checklist"].is_offered(ward.ctx)
    assert "Support checklist" not in ward.screen()
