"""Journeys of the first run: joining a server by a code, practising without a trace, and a lock in the middle."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.central.conftest import Central
from tests.factories import PASSPHRASE
from tests.journeys.ward import WardPC
from vpr_desktop.central import admin
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import enrolment, lockscreen, sessions, trial

WARD = {"org_code": "RX1", "org_name": "Practice Trust", "ward_code": "CED", "ward_name": "Cedar Ward"}
YOU = {"name": "A. Manager", "user_id": "amanager", "passphrase": PASSPHRASE}


def fill(page: Any, values: dict[str, str]) -> None:
    for name, text in values.items():
        page.fields[name].control.setText(text)


def to_last_step(ward: WardPC, address: str = "", code: str = "") -> Any:
    """Goes through the steps as somebody would, with Enter."""
    page: Any = ward.window.first_run
    if address:
        page.start.choose(1)
        ward.put("Address of the server", address)
        ward.put("One-time code", code)
        ward.press("Return")
    else:
        ward.click("Next")
    fill(page, WARD)
    page.fields["ward_name"].control.setFocus()
    ward.press("Return")
    assert "Step 3 of 5, you" in ward.screen()
    fill(page, YOU)
    ward.click("Next")
    page.code.have.setChecked(True)
    ward.click("Next")
    assert "Step 5 of 5, lock and send" in ward.screen()
    return page


def test_a_pc_joins_by_the_code_of_the_first_step(new_pc: WardPC, endpoint: Central) -> None:
    ward = new_pc
    code = admin.add_code(endpoint.admin, ("CED",), "RX1")["code"]
    to_last_step(ward, endpoint.address, code.lower())
    assert "Joined for CED." in ward.screen()
    assert not ward.buttons("Test and join")
    ward.click("Start")
    assert ward.page.objectName() == "S2"
    assert enrolment.address(ward.ctx) == endpoint.address


def test_a_wrong_code_is_said_at_its_field_and_can_be_put_right(new_pc: WardPC, endpoint: Central) -> None:
    ward = new_pc
    page = to_last_step(ward, endpoint.address, "00000 00000")
    said = "The code is wrong, used up or out of date. Check each character, or ask for a new one."
    assert page.join.asked.code_field.error.text() == said
    ward.put("One-time code (optional)", admin.add_code(endpoint.admin, ("CED",), "RX1")["code"])
    ward.click("Test and join")
    assert "Joined for CED." in ward.screen()


def test_without_an_answer_work_can_begin(new_pc: WardPC) -> None:
    ward = new_pc
    page = to_last_step(ward, "http://127.0.0.1:9", "0123456789")
    assert page.join.asked.address_field.error.text() == (
        "This PC cannot reach the server. You can work now. We will send later."
    )
    ward.click("Start")
    assert ward.page.objectName() == "S2"
    assert enrolment.address(ward.ctx) is None
    ward.press("Ctrl+5")
    assert "Not joined yet." in ward.screen()
    assert "The address is kept: type a code to join." in ward.screen()
    assert ward.page.enrol.address.control.text() == "http://127.0.0.1:9"
    assert ward.page.enrol.code.control.text() == "", "a code is for once"


def test_code_and_address_stand_or_fall_together_and_both_can_be_left_out(new_pc: WardPC) -> None:
    ward = new_pc
    page: Any = ward.window.first_run
    assert not page.join_first.isVisible()
    page.start.choose(1)
    ward.click("Next")
    assert "Step 1 of 5" in ward.screen()
    assert "Type the address that IT gave you." in ward.screen()
    page.start.choose(0)
    ward.click("Next")
    assert "Step 2 of 5, your ward" in ward.screen()
    ward.click("Back")
    assert "Step 1 of 5" in ward.screen()


def test_a_server_typed_at_the_end_is_tried_before_the_start(new_pc: WardPC) -> None:
    ward = new_pc
    page = to_last_step(ward)
    ward.put("Address of the server (optional)", "http://server.example")
    ward.put("One-time code (optional)", "0123456789")
    ward.click("Start")
    assert ward.window.first_run is page
    assert "Write the address of the server as https://server.example" in ward.screen()
    ward.click("Start")
    assert ward.page.objectName() == "S2"


# Practice
def practise(ward: WardPC) -> Any:
    """Logs a practice incident to its saved page."""
    ward.click("Log a practice incident")
    view: Any = ward.window.first_run
    view = view.practice
    assert "Practice. Never sent, deleted when you leave." in ward.screen()
    form = view.page.form
    assert ward.app.focusWidget() is form.groups["occurred_at"].first_focus()
    for question, code in (
        ("location", "COR"), ("act_types", "PHY"), ("affected", "ONE"), ("perp_relation", "PAT"), ("effect", "MIN"),
        ("support_offered", "NYT"),
    ):  # fmt: skip
        group = form.groups[question]
        QTest.mouseClick(group.cards[group.codes.index(code)], Qt.MouseButton.LeftButton)
    form.note.setFocus()
    ward.type("Zebrafink")
    ward.press("Ctrl+Return")
    return view


def test_a_practice_incident_is_saved_undone_and_leaves_no_trace(new_pc: WardPC) -> None:
    ward = new_pc
    page = to_last_step(ward)
    before = page.ctx.store.tip.op_n
    view = practise(ward)
    assert "Saved on this PC. Reference TRY-2611-A001." in ward.screen()
    assert view.ctx.reader().find(Incident)
    assert not ward.buttons("Finish details now")
    assert not ward.buttons("Print summary")
    ward.click("Undo this save")
    assert view.page.form.note.toPlainText() == "Zebrafink"
    ward.press("Ctrl+Return")
    folder = ward.home / trial.FOLDER
    assert (folder / "vault.db").exists()
    ward.click("Done")
    assert "Step 5 of 5" in ward.screen()
    assert not folder.exists()
    assert page.ctx.store.tip.op_n == before
    ward.click("Start")
    assert ward.ctx.reader().find(Incident) == []
    assert ward.log() == "CED-2611-A001"
    assert not any(b"Zebrafink" in path.read_bytes() for path in ward.home.rglob("*") if path.is_file())


def test_leaving_closing_and_a_crash_delete_the_practice(new_pc: WardPC) -> None:
    ward = new_pc
    page = to_last_step(ward)
    folder = ward.home / trial.FOLDER
    practise(ward)
    ward.click("Leave practice")
    assert not folder.exists()
    practise(ward)
    ward.window.close()
    ward.settle()
    assert not folder.exists()
    assert page.ctx.secrets.unlocked is not None
    ctx = sessions.unlock(ward.home, "amanager", PASSPHRASE, ward.clock)
    left = trial.begin(ctx)
    left.store.close()
    trial.clear(ward.home)
    assert folder.exists(), "a practice that is open in another window stays"
    left.secrets.lock.release()  # as when its process died
    trial.clear(ward.home)
    assert not folder.exists()
    sessions.lock(ctx)


# Lock
def test_a_first_run_that_is_left_alone_locks_and_hides_the_recovery_code(new_pc: WardPC) -> None:
    ward = new_pc
    page: Any = ward.window.first_run
    ward.click("Next")
    fill(page, WARD)
    ward.click("Next")
    fill(page, YOU)
    ward.click("Next")
    code = page.code.code
    assert code in ward.screen()
    ward.clock.forward(minutes=4)
    ward.window.idle.check()
    assert "This PC locks in 60 seconds. Press any key to stay." in ward.screen()
    ward.clock.forward(minutes=1)
    ward.window.idle.check()
    ward.settle()
    assert ward.window.lock_page.isVisible()
    assert code not in ward.screen()
    assert not lockscreen.read(ward.home).needs_first_run
    ward.unlock()
    assert ward.page.objectName() == "S2"


def test_get_support_opens_in_the_first_run(new_pc: WardPC) -> None:
    ward = new_pc
    ward.press("F1")
    assert "If you are in danger, leave and call 2222." in ward.screen()
    ward.press("Esc")
    assert "If you are in danger" not in ward.screen()


def test_a_name_of_four_words_begins_as_any_other_and_initials_that_do_not_fit_are_told(new_pc: WardPC) -> None:
    page: Any = new_pc.window.first_run
    new_pc.click("Next")
    fill(page, WARD)
    new_pc.click("Next")
    fill(page, {**YOU, "name": "Ana Maria de Souza", "initials": "A.M.D.S."})
    new_pc.click("Next")
    assert "Initials: write at most 6 characters. There are 8." in new_pc.screen()
    fill(page, {"initials": ""})
    new_pc.click("Next")
    assert "Step 4 of 5, recovery code" in new_pc.screen()
    assert page.ctx.user.initials == "A.M.D."
