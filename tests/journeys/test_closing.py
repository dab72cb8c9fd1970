"""Two weeks later: a bank nurse without an account reads her answer at the locked PC; nothing closes without one.

And the support lead's Thursday, as far as RIDDOR goes: who turns over seven days tomorrow, and the papers for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPlainTextEdit

from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from tests.pdfs import text_of
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import incidents, riddor, views
from vpr_desktop.services.incidents import Edit
from vpr_desktop.ui.style import style_of

MakePC = Callable[..., WardPC]
TOLD = "Visiting times are on the door now. Thank you for telling us."
MILD = {"act_types": ("VER",), "effect": ("UPS",), "affected": ("ME",)}
KEY, THINK, HAND = 0.28, 1.35, 0.40  # seconds: one key of an average typist, one thought, one move of the hand


def write(pc: WardPC, name: str, text: str) -> float:
    """Types into a field, and says how long a person takes for it."""
    pc.put(name, text)
    return THINK + HAND + len(text) * KEY


def test_the_reporter_two_weeks_later_and_a_manager_who_wants_to_close_without_a_word(
    pc: MakePC, clock: FakeClock
) -> None:
    ward = pc("rnurse")
    ward.unlock("rnurse")
    reference = ward.log(**MILD)
    code = ward.page.saved.made.slip_code
    ward.lock()
    clock.forward(days=2)

    ward.unlock("amanager")
    ward.open(reference)
    ward.click("Close this incident")
    assert ward.page.objectName() == "close"
    ward.press("Ctrl+Return")
    assert ward.page.objectName() == "close", "it stays open"
    said = ward.screen()
    assert "Tell the reporter what was done, or say why not." in said
    assert "Person A: " in said
    assert "no recording" in said
    seconds = write(ward, "Message to the reporter, who is the person affected", TOLD)
    for who in ("Person A", "Team"):
        seconds += write(ward, f"Why you close without recording them, {who}", "She was off that week.")
    ward.press("Ctrl+Return")
    assert ward.page.objectName() == "S4"
    assert "Closed" in ward.page.status_tag.text()
    assert TOLD in ward.screen()
    assert seconds + 3 * THINK < 60, "one minute, typing included"
    assert {"close", "unlock"} <= set(ward.audit())
    ward.lock()

    clock.forward(days=12)
    ward.click("What happened with my report")
    ward.put("Slip code", f"{code[:5].lower()} {code[5:].lower()}")
    ward.click("Show the answer")
    answer = ward.front()
    assert answer.answer.words.text() == f"{reference}: Closed.\nTold on 24-Nov-2026:\n{TOLD}"
    ward.put("Slip code", "0000000000")
    ward.click("Show the answer")
    assert "no answer under this code" in ward.screen()
    assert TOLD not in ward.screen()
    ward.click("Back to the lock screen")
    assert ward.window.page() is None, "nobody was signed in"

    ward.unlock("rnurse")
    ward.click(f"Read the outcome {reference}")
    assert TOLD in ward.screen()


def test_what_was_typed_to_close_an_incident_outlives_a_lock(pc: MakePC, clock: FakeClock) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log(**MILD)
    ward.lock()
    clock.forward(days=2)
    ward.unlock()
    ward.open(reference)
    ward.click("Close this incident")
    ward.put("Message to the reporter, who is the person affected", "Half a sen")
    ward.lock()
    ward.unlock()
    assert ward.page.objectName() == "close"
    assert "Half a sen" in ward.screen()
    ward.press("Ctrl+1")
    ward.click("Continue, unsaved changes from 14:05")
    assert "Half a sen" in ward.screen()


def test_a_long_list_of_what_is_missing_is_read_from_its_top(pc: MakePC, clock: FakeClock) -> None:
    """In large text it is higher than the window: its head must not be the part that is out of sight."""
    ward = pc()
    ward.unlock()
    reference = ward.log(**{**MILD, "act_types": ("PHY",), "effect": ("SER",)})
    ward.lock()
    clock.forward(days=9)
    ward.unlock()
    ward.open(reference)
    ward.window.resize(1366, 640)
    style = style_of()
    before = style.text_percent
    style.text_percent = 200
    style.apply()
    try:
        ward.click("Close this incident")
        ward.press("Ctrl+Return")
        summary, sight = ward.page.summary, ward.page.scroller.viewport()
        assert summary.height() > sight.height()
        assert 0 <= summary.mapTo(sight, summary.rect().topLeft()).y() < 20
    finally:
        style.text_percent = before
        style.apply()


def test_from_closing_to_the_step_that_nobody_recorded_and_back(pc: MakePC, clock: FakeClock) -> None:
    ward = pc("rnurse")
    ward.unlock("rnurse")
    reference = ward.log(**MILD)
    ward.lock()
    clock.forward(days=2)
    ward.unlock()
    ward.open(reference)
    ward.click("Close this incident")
    (typed,) = [one for (kind, _), one in ward.page.fields.items() if kind == "no_message"]
    typed.control.setText("Half a reason")
    ward.settle()
    ward.click("Open the support plan: Person A")
    assert ward.page.objectName() == "S7"
    assert (ward.app.focusWidget().accessibleName()).startswith(("Record: step ", "Mark done: step "))
    ward.press("Alt+Left")
    assert ward.page.objectName() == "close"
    assert "Half a reason" in ward.screen()


def test_reopened_with_a_reason_from_its_record(pc: MakePC) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log(**MILD)
    ward.open(reference)
    ward.click("Close this incident")
    ward.put("Message to the reporter, who is the person affected", TOLD)
    ward.press("Ctrl+Return")
    ward.click("Open this incident again")
    ward.answer("The visitor came back.", "Open again")
    assert "In review" in ward.page.status_tag.text()
    assert "reopen" in ward.audit()


@pytest.fixture
def thursday(pc: MakePC, clock: FakeClock) -> WardPC:
    """Seven days after a bruise: the nurse is off since the day after, and the support lead supports her."""
    ward = pc("slead")
    ward.unlock()
    reference = ward.log(effect=("MIN",))
    ctx = ward.ctx
    one = incidents.find(ctx, reference)
    seen = views.incident(ctx, one)
    person = seen.parts["people"][0].id
    off = {"absent_from": clock.now().date() + timedelta(days=1), "absence_reason": "PHY"}
    edits = [Edit("spell", None, off, parent_id=person), Edit("injury", None, {"injury": "BRU"}, parent_id=person)]
    riddor.save_facts(ctx, seen, edits)
    with ctx.unit() as unit:
        (plan,) = unit.find(Plan, incident_id=one)
        plan.lead = "slead"
        unit.save(plan)
        unit.commit("assign", one)
    ward.lock()
    clock.forward(days=7)
    ward.unlock("slead")
    return ward


def test_over_seven_tomorrow_and_the_papers_for_it(thursday: WardPC, tmp_path: Path, clock: FakeClock) -> None:
    ward = thursday
    assert "RIDDOR: over 7 days, then report, by 30-Nov-2026" in ward.screen()
    ward.click("Open CED-2611-A001, Person A")
    assert ward.page.objectName() == "riddor"
    said = ward.screen()
    assert "Over 7 days on 30-Nov-2026; then report by 07-Dec-2026." in said
    assert "Over 3 days: record only." in said
    ward.page.cases[0].status.set_code("REC3")
    ward.put("Who decided, Person A", "H. Safety, health and safety")
    (why,) = [one for one in ward.page.findChildren(QPlainTextEdit) if one.isVisible()]
    why.setPlainText("Seen today, still off.")
    ward.click("Save the decision, Person A")
    assert "Decided: Over 3 days, record only, by H. Safety, health and safety." in ward.screen()
    ward.click("Print F2508 sheet, Person A")
    text = paper(ward, tmp_path / "f2508.pdf")
    assert "Physically assaulted by a person" in text
    assert "Bruise or swelling" in text
    ward.press("Alt+Left")
    ward.click("Back to CED-2611-A001")
    ward.click("More")
    (menu,) = ward.page.findChildren(QMenu)
    (act,) = [one for one in menu.actions() if one.text() == "Print 1:1 checklist, Person A"]
    act.trigger()
    menu.close()
    ward.settle()
    assert "Back at work" in paper(ward, tmp_path / "checklist.pdf")
    assert ward.audit().count("print to file") == 2
    ward.lock()
    clock.forward(days=1)
    ward.unlock("slead")
    ward.press("Ctrl+1")
    assert "RIDDOR: tell H&S, report, by 07-Dec-2026" in ward.screen()


def arrives(ward: WardPC, reference: str) -> None:
    """Something of this report comes from another PC; the page is not waited for."""
    ward.window.changed(Changes((Change("incident", incidents.find(ward.ctx, reference), None),), "sync"))


def test_what_arrives_for_a_report_takes_no_word_from_who_is_closing_it(pc: MakePC) -> None:
    ward = pc("rnurse")
    ward.unlock("rnurse")
    reference = ward.log(**MILD)
    ward.switch("amanager")
    ward.open(reference)
    ward.click("Close this incident")
    field = ward.field("Message to the reporter, who is the person affected")
    field.setFocus()
    arrives(ward, reference)
    QTest.keyClicks(field, "Visiting times ")  # while the page is read anew
    ward.settle()
    arrives(ward, reference)
    ward.type("are on the door.")
    assert ward.field("Message to the reporter, who is the person affected") is field, "the same field, still in focus"
    assert field.toPlainText() == "Visiting times are on the door."  # type: ignore[union-attr]
    assert "changed meanwhile" in ward.screen()
    ward.click(f"Back to {reference}")
    ward.click("Close this incident")
    assert "changed meanwhile" not in ward.screen()
    assert "Visiting times are on the door." in ward.screen()


def test_a_page_to_close_on_which_nothing_is_typed_follows_and_keeps_focus(pc: MakePC) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log(**MILD)
    ward.open(reference)
    ward.click("Close this incident")
    (before,) = [one for (kind, _), one in ward.page.fields.items() if kind == "no_message"]
    before.control.setFocus()
    arrives(ward, reference)
    ward.settle()
    (after,) = [one for (kind, _), one in ward.page.fields.items() if kind == "no_message"]
    assert after is not before
    assert after.control.hasFocus()
    assert "changed meanwhile" not in ward.screen()


def test_what_arrives_takes_no_word_from_a_riddor_decision(thursday: WardPC) -> None:
    ward = thursday
    ward.click("Open CED-2611-A001, Person A")
    field = ward.field("Who decided, Person A")
    field.setFocus()
    arrives(ward, "CED-2611-A001")
    QTest.keyClicks(field, "H. Safety, ")
    ward.settle()
    arrives(ward, "CED-2611-A001")
    ward.type("health and safety")
    assert ward.field("Who decided, Person A") is field
    assert field.text() == "H. Safety, health and safety"  # type: ignore[union-attr]
    assert "changed meanwhile" in ward.screen()


def paper(ward: WardPC, path: Path) -> str:
    """Saves the print that is shown and reads it back."""
    ward.page._save_to(str(path), ward.page._asked())
    ward.settle()
    return text_of(path)
