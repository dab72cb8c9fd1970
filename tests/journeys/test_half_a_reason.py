"""Half a reason, typed where the app asks for one: it waits for its writer over a lock, and is given up by a press."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtTest import QTest

from tests.journeys.test_no_word_lost import fails
from tests.journeys.test_rights_lost import becomes_reporter, becomes_restricted
from tests.journeys.ward import WardPC
from vpr_desktop.services import drafts, incidents

Pc = Callable[..., WardPC]


def lead_reads_on_need(ward: WardPC, reference: str) -> None:
    ward.open(reference)
    ward.click("Read the words of this report with a reason")


def withdraws(ward: WardPC, reference: str) -> None:
    ward.open(reference)
    ward.page.withdraw()
    ward.settle()


def wants_a_full_copy(ward: WardPC, reference: str) -> None:
    ward.open(reference)
    ward.press("Ctrl+P")
    ward.page.copies.choose(2)
    ward.settle()


ASKS = {
    "withdraw": ("amanager", withdraws, "Withdraw incident"),
    "full": ("amanager", wants_a_full_copy, "Show full copy"),
    "need": ("vlead", lead_reads_on_need, "Read it"),
}
HALF = "Half a reason that was not"


def asked(pc: Pc, act: str) -> tuple[WardPC, str]:
    """Somebody types half a reason."""
    ward = pc("vlead", "rnurse")
    ward.unlock("rnurse")
    reference = ward.log("A long wait.")
    who, asks, _ = ASKS[act]
    ward.switch(who)
    asks(ward, reference)
    ward.field("Reason").setFocus()
    ward.type(HALF)
    return ward, reference


@pytest.mark.parametrize("act", ASKS)
def test_half_a_reason_is_there_again_after_the_lock(pc: Pc, act: str) -> None:
    ward, reference = asked(pc, act)
    who, asks, yes = ASKS[act]
    ward.window.lock()
    ward.settle()
    ward.unlock("rnurse")
    assert HALF not in ward.screen()
    assert drafts.mine(ward.ctx) == []
    ward.switch(who)
    asks(ward, reference)
    assert ward.field("Reason").toPlainText() == HALF  # type: ignore[union-attr]
    ward.type(" done.")
    ward.click(yes)
    assert drafts.mine(ward.ctx) == [], "it was used"
    reasons = ward.ctx.store.db.execute("SELECT words FROM reason").fetchall()
    assert (f"{HALF} done.".encode(),) in reasons or f"Withdrawn: {HALF} done." in ward.screen()


@pytest.mark.parametrize("act", ASKS)
def test_it_is_continued_from_home_and_given_up_there(pc: Pc, act: str) -> None:
    ward, _ = asked(pc, act)
    ward.press("Escape")
    ward.press("Ctrl+1")
    assert "A reason begun" in ward.screen()
    ward.click("Continue")
    assert ward.field("Reason").toPlainText() == HALF  # type: ignore[union-attr]
    ward.front().no.click()  # type: ignore[attr-defined]
    ward.settle()
    assert drafts.mine(ward.ctx) == []
    ward.press("Ctrl+1", "Alt+Left")
    assert ward.front() is ward.window, "coming back asks nothing"


def test_a_reason_for_another_print_than_the_summary_leads_back_to_that_print(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.open(ward.log("A long wait."))
    ward.window.go("print", incident_id=ward.page._incident_id, kind="police")
    ward.settle()
    ward.page.copies.choose(1)
    ward.settle()
    ward.field("Reason").setFocus()
    ward.type(HALF)
    ward.press("Escape")
    ward.window.go("print", incident_id=ward.page.incident_id)
    ward.settle()
    ward.page.copies.choose(2)
    ward.settle()
    assert ward.field("Reason").toPlainText() == "", "it is asked for another print"  # type: ignore[union-attr]
    ward.press("Escape")
    ward.press("Ctrl+1")
    ward.click("Continue")
    assert ward.page.kind == "police"
    assert ward.field("Reason").toPlainText() == HALF  # type: ignore[union-attr]


def test_a_reason_is_not_lost_where_what_it_was_for_was_not_saved(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    ward, reference = asked(pc, "withdraw")
    monkeypatch.setattr(incidents, "withdraw", fails)
    ward.click("Withdraw incident")
    withdraws(ward, reference)
    assert ward.field("Reason").toPlainText() == HALF  # type: ignore[union-attr]


def asked_while_busy(ward: WardPC, reference: str) -> threading.Event:
    """Asks why a report is withdrawn while the lane does something long; it is done once the event is set."""
    ward.open(reference)
    go = threading.Event()
    ward.window.run(ward.window, go.wait, lambda _: None)
    ward.page.withdraw()
    return go


LEFT = {"no": [], "yes": [], "reject": [HALF], "lock": [HALF]}


@pytest.mark.parametrize("press", LEFT)
def test_a_reason_answered_before_its_earlier_draft_was_read(pc: Pc, press: str) -> None:
    ward = pc()
    ward.unlock()
    go = asked_while_busy(ward, ward.log("A note."))
    dialog = ward.front()
    QTest.keyClicks(dialog.reason, HALF)  # type: ignore[attr-defined]
    acts = {"no": lambda: dialog.no.click(), "yes": lambda: dialog.yes.click(), "lock": ward.window.lock}  # type: ignore[attr-defined]
    acts.get(press, dialog.reject)()  # type: ignore[attr-defined]
    go.set()
    ward.settle()
    QTest.qWait(1000)  # longer than a draft waits
    ward.settle()
    if press == "lock":
        ward.unlock()
    assert [one.body["reason"] for one in drafts.mine(ward.ctx)] == LEFT[press]


def test_what_is_typed_before_an_earlier_draft_was_read_follows_it_in_one_draft(pc: Pc) -> None:
    ward, reference = asked(pc, "withdraw")
    ward.press("Escape")
    go = asked_while_busy(ward, reference)
    dialog = ward.front()
    QTest.keyClicks(dialog.reason, " more")  # type: ignore[attr-defined]
    QTest.qWait(1000)  # longer than a draft waits
    go.set()
    ward.settle()
    assert ward.field("Reason").toPlainText() == f"{HALF} more"  # type: ignore[union-attr]
    ward.press("Escape")
    assert [one.body["reason"] for one in drafts.mine(ward.ctx)] == [f"{HALF} more"]


def leaves_half(pc: Pc, act: str) -> tuple[WardPC, str]:
    """Somebody types half a reason, and leaves it for later."""
    ward, reference = asked(pc, act)
    ward.press("Escape")
    return ward, incidents.find(ward.ctx, reference)


def is_withdrawn(ward: WardPC, incident_id: str) -> None:
    incidents.withdraw(ward.ctx, incidents.view(ward.ctx, incident_id), "Another reason")


CLOSED = {
    "restricted": ("withdraw", becomes_restricted),
    "withdrawn": ("withdraw", is_withdrawn),
    "role": ("full", lambda ward, _: becomes_reporter(ward)),
}


@pytest.mark.parametrize("why", CLOSED)
def test_a_reason_that_leads_nowhere_any_more_says_so_and_is_thrown_away(pc: Pc, why: str) -> None:
    act, closes = CLOSED[why]
    ward, incident_id = leaves_half(pc, act)
    closes(ward, incident_id)
    ward.press("Ctrl+1")
    ward.click("Continue")
    assert ward.page.objectName() == "S2"
    assert ward.front() is ward.window, "nothing is asked"
    assert "What this reason was begun for is not possible now." in ward.screen()
    ward.click("Throw away")
    assert drafts.mine(ward.ctx) == []
    assert "A reason begun" not in ward.screen()


def test_a_draft_thrown_away_comes_back_by_undo(pc: Pc) -> None:
    ward, _ = leaves_half(pc, "withdraw")
    ward.press("Ctrl+1")
    ward.click("Throw away")
    assert "Draft thrown away" in ward.screen()
    assert drafts.mine(ward.ctx) == []
    ward.press("Ctrl+Z")
    assert "A reason begun" in ward.screen()
    ward.click("Continue")
    assert ward.field("Reason").toPlainText() == HALF  # type: ignore[union-attr]
