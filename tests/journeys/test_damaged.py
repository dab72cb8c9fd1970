"""A PC whose file does not open as it should: what the lock screen says and offers, and where that leads."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from tests.conftest import FAST
from tests.factories import PASSPHRASE, logged
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.user import User
from vpr_desktop.services import maintenance, people, sessions
from vpr_desktop.storage import keyslots, slot_file, vault
from vpr_desktop.ui.dialogs.recover_dialog import RecoverDialog

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


def test_what_does_not_hold_is_told_in_plain_words_and_without_ids(pc: Pc, home: Path, clock: FakeClock) -> None:
    ward = pc()
    with_reports(home, clock)
    ctx = sessions.unlock(home, "amanager", PASSPHRASE, clock, FAST)
    ctx.store.db.execute("UPDATE incident SET effect = 'NON'")
    sessions.lock(ctx)
    ward.unlock()
    page = ward.window.lock_page
    assert page.error.text() == (
        "The file of this PC is not as VPR Desktop left it, so it stays closed. It is kept as it was found,"
        " and what was sent to the trust is safe there. Call IT."
    )
    assert page.damage.read.isVisible()


@pytest.mark.parametrize("fault", ["other file", "its slot", "wrong code", "somebody gone"])
def test_a_recovery_code_is_told_apart_from_what_it_opens(pc: Pc, home: Path, clock: FakeClock, fault: str) -> None:
    ward = pc("rnurse")
    ctx = sessions.unlock(home, "amanager", PASSPHRASE, clock, FAST)
    code = people.set_recovery_code(ctx, people.draw_recovery_code(ctx))
    sessions.lock(ctx)
    if fault == "other file":
        (home / vault.FILE).write_bytes(b"\0" * 20_000)
    elif fault == "its slot":
        slot_file.write(home, {**slot_file.read(home), "recovery": {"dek": 7}})
    elif fault == "somebody gone":
        ctx = sessions.unlock(home, "amanager", PASSPHRASE, clock, FAST)
        with ctx.unit() as unit:
            (nurse,) = unit.find(User, user_id="rnurse")
            nurse.active = False
            unit.save(nurse)
            unit.commit("user")
        sessions.lock(ctx)
    ward.click("Use the recovery code")
    asked = ward.front()
    assert isinstance(asked, RecoverDialog)
    asked.person.set_code("rnurse")
    ward.put("Recovery code", keyslots.draw_recovery_code() if fault == "wrong code" else code)
    ward.put("Your new passphrase", "green gate nine birds")
    ward.click("Open and set passphrase")
    said = [one.error.text() for one in (asked.code_field, asked.person_field, asked.new)]
    told = ward.window.lock_page.error.text()
    if fault == "other file":
        assert told.startswith("The recovery code is right. The file of this PC cannot be read as it should")
        assert said == ["", "", ""]
        assert not asked.isVisible()
        assert ward.window.lock_page.damage.isVisible()
    elif fault == "its slot":
        assert said == [sessions.CODE_UNREADABLE, "", ""]
    elif fault == "wrong code":
        assert said[0].startswith("That recovery code did not work.")
    else:
        assert said == ["", "R. Nurse no longer works on this PC. Ask the ward manager.", ""]


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


def test_a_warning_that_lasts_hides_no_other(pc: Pc, home: Path) -> None:
    ward = pc()
    slot_file.write(home, {**slot_file.read(home), "recovery": None})
    ward.unlock()
    with ward.ctx.unit() as unit:
        unit.note_clock(400.0)
        unit.commit("")
    ward.lock()
    ward.unlock()
    assert "no recovery code" in banner(ward)
    assert "The clock of this PC differs" in banner(ward)


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
