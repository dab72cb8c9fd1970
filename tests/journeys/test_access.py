"""Journeys of access: somebody else's passphrase, and a new recovery code, both asked of the person at the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories import PASSPHRASE
from tests.journeys.ward import WardPC
from vpr_desktop.domain.errors import WrongPassphrase
from vpr_desktop.services import sessions

Pc = Callable[..., WardPC]
NEW = "purple window four trees"


def open_section(ward: WardPC, title: str) -> None:
    """Opens a section of the settings by its words in the list."""
    ward.press("Ctrl+,")
    ward.click(title)


def test_a_manager_gives_somebody_a_new_passphrase(pc: Pc) -> None:
    ward = pc("rnurse")
    ward.unlock()
    open_section(ward, "Set a passphrase")
    ward.put("Their new passphrase", "short")
    ward.click("Set their passphrase")
    assert "at least 12 characters" in ward.screen()
    ward.put("Their new passphrase", NEW)
    ward.click("Set their passphrase")
    ward.put("Your passphrase", "not mine at all")
    ward.click("Go on")
    assert "That passphrase did not work." in ward.screen()
    ward.switch("rnurse")
    assert ward.page.objectName() == "S2"
    ward.switch("amanager")
    open_section(ward, "Set a passphrase")
    ward.put("Their new passphrase", NEW)
    ward.click("Set their passphrase")
    ward.put("Your passphrase", PASSPHRASE)
    ward.click("Go on")
    assert "R. Nurse has a new passphrase." in ward.screen()
    assert ward.page.sections["others"].new.typed.text() == ""
    assert "change passphrase" in ward.audit()
    ward.lock()
    ward.unlock("rnurse")
    assert ward.page is None
    ward.unlock("rnurse", NEW)
    assert ward.page.objectName() == "S2"


@pytest.mark.parametrize("who", ["rnurse", "slead", "vlead", "auditor"])
def test_the_cards_are_not_there_for_those_who_do_not_manage_people(pc: Pc, who: str) -> None:
    ward = pc(who)
    ward.unlock(who)
    ward.press("Ctrl+,")
    offered = ward.offered()
    assert not {"Set a passphrase", "Set their passphrase"} & offered
    assert not {"Recovery code", "Make a new recovery code"} & offered


def test_a_device_administrator_has_both(pc: Pc) -> None:
    ward = pc("dadmin")
    ward.unlock("dadmin")
    open_section(ward, "Set a passphrase")
    assert "Set their passphrase" in ward.offered()
    open_section(ward, "Recovery code")
    assert "Make a new recovery code" in ward.offered()


def make_code(ward: WardPC) -> str:
    """Asks for a new code as far as it is shown."""
    open_section(ward, "Recovery code")
    ward.click("Make a new recovery code")
    ward.put("Your passphrase", PASSPHRASE)
    ward.click("Go on")
    return str(ward.page.sections["recovery"].shown.code)


def opens(ward: WardPC, code: str) -> bool:
    """Whether a paper code opens the locked file."""
    try:
        ctx = sessions.recover(ward.home, code, "amanager", PASSPHRASE, ward.clock)
    except WrongPassphrase:
        return False
    sessions.lock(ctx)
    return True


def test_a_new_recovery_code_works_once_it_is_kept_and_never_before(pc: Pc, files: dict[str, Path]) -> None:
    ward = pc()
    ward.unlock()
    first = make_code(ward)
    ward.click("Use this code from now on")
    assert "Print the code or write it down first." in ward.screen()
    assert ward.app.focusWidget() is ward.page.sections["recovery"].shown.typed
    ward.click("Save as PDF to print")
    assert (files["save"] / "recovery-code.pdf").read_bytes().startswith(b"%PDF")
    ward.put("Type its first 4 characters", first[:4].lower())
    ward.click("Use this code from now on")
    assert "The new recovery code works." in ward.screen()
    assert first not in ward.screen()
    second = make_code(ward)
    ward.lock()  # before the second is kept: the first goes on working, the second never does
    assert second not in ward.screen()
    assert not opens(ward, second)
    ward.clock.forward(hours=1)
    assert opens(ward, first)


def test_keeping_the_code_before_changes_nothing(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    code = make_code(ward)
    ward.page.sections["recovery"].shown.have.setChecked(True)
    ward.click("Keep the old code")
    assert code not in ward.screen()
    assert "new recovery code" not in ward.audit()
    make_code(ward)
    ward.page.sections["recovery"].shown.have.setChecked(True)
    ward.click("Use this code from now on")
    assert ward.audit().count("new recovery code") == 1
