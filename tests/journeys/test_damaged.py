"""A PC whose file does not open as it should: what the lock screen says and offers, and where that leads."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QLabel

from tests.conftest import FAST
from tests.factories import PASSPHRASE, logged
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import maintenance, sessions
from vpr_desktop.storage import slot_file, vault

Pc = Callable[..., WardPC]


def with_reports(home: Path, clock: FakeClock) -> tuple[str, str]:
    """Two reports with a backup between them, and a copy of the file from then. Returns the ids."""
    ctx = sessions.unlock(home, "amanager", PASSPHRASE, clock, FAST)
    first = logged(ctx).id
    maintenance.nightly(ctx)
    sessions.lock(ctx)
    shutil.copyfile(home / vault.FILE, home.parent / "old")
    ctx = sessions.unlock(home, "amanager", PASSPHRASE, clock, FAST)
    second = logged(ctx).id
    sessions.lock(ctx)
    return first, second


def banner(ward: WardPC) -> str:
    assert ward.window.shell is not None
    return " ".join(label.text() for label in ward.window.shell.banner.findChildren(QLabel))


def test_a_file_put_back_is_told_and_what_can_be_read_is_opened(pc: Pc, home: Path, clock: FakeClock) -> None:
    ward = pc()
    first, _ = with_reports(home, clock)
    shutil.copyfile(home.parent / "old", home / vault.FILE)
    ward.unlock()
    page = ward.window.lock_page
    assert "older one" in page.error.text()
    assert page.damage.isVisible()
    ward.click("Open what can be read")
    assert ward.ctx.reader().get(Incident, first).effect == "MIN"
    assert "kept for IT" in banner(ward)
    assert maintenance.verify(ward.ctx).ok
    ward.lock()
    assert not page.damage.isVisible()
    ward.unlock()
    assert ward.page is not None


def test_an_unreadable_file_offers_the_newest_backup(pc: Pc, home: Path, clock: FakeClock) -> None:
    ward = pc()
    first, _ = with_reports(home, clock)
    (home / vault.FILE).write_bytes(b"\0" * 20_000)
    ward.unlock()
    ward.click("Open what can be read")
    page = ward.window.lock_page
    assert "Nothing of the file can be read" in page.error.text()
    assert page.damage.restore.text().startswith("Restore the backup of ")
    ward.click(page.damage.restore.text())
    assert ward.ctx.reader().get(Incident, first).effect == "MIN"
    assert maintenance.verify(ward.ctx).ok


def test_a_wrong_passphrase_offers_nothing_of_the_kind(pc: Pc) -> None:
    ward = pc()
    ward.unlock("amanager", "not the one at all")
    assert ward.window.lock_page.error.text()
    assert not ward.window.lock_page.damage.isVisible()


def test_i23_the_last_person_without_a_recovery_code_is_told_at_every_unlock(pc: Pc, home: Path) -> None:
    ward = pc()
    slot_file.write(home, {**slot_file.read(home), "recovery": None})
    for _ in range(2):
        ward.unlock()
        assert "no recovery code" in banner(ward)
        ward.lock()


def test_the_backup_of_the_day_is_made_by_itself(pc: Pc, home: Path) -> None:
    ward = pc()
    ward.unlock()
    assert ward.window.care._due.isActive()
    ward.window.care.back_up()
    ward.settle()
    assert len(list((home / "backups").iterdir())) == 1
    ward.window.care.back_up()
    ward.settle()
    assert len(list((home / "backups").iterdir())) == 1
    ward.lock()
    assert not ward.window.care._due.isActive()
    ward.window.care.back_up()
