"""A record that is read or changed while the other PC changes, withdraws or closes it: what its reader is told."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from tests.journeys.online import OnlinePC
from tests.journeys.test_two_windows import EFFECT, in_conflict, note, two, value
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.place import Ward

Make = Callable[..., OnlinePC]


def fetch(pc: OnlinePC) -> None:
    """The PC looks by itself what others sent."""
    pc.take()
    pc.forward(seconds=90)
    pc.window.sending.tick()
    pc.rest()


def withdraw(pc: OnlinePC, reference: str) -> None:
    pc.open(reference)
    pc.page.withdraw()
    pc.answer("Entered twice.", "Withdraw incident")
    pc.sync()


def test_who_types_is_told_that_the_report_was_withdrawn_meanwhile(online: Make) -> None:
    one, other, reference = two(online)
    other.change(reference, "Add, the note", "description", "", save=False)
    note(other).setFocus()
    other.type("Half a sentence")
    withdraw(one, reference)
    fetch(other)
    assert "This record was withdrawn meanwhile. What you typed stays, and can still be saved." in other.screen()
    assert note(other).toPlainText() == "Half a sentence"


def test_who_types_is_told_that_the_report_was_closed_meanwhile(online: Make) -> None:
    one, other, reference = two(online)
    other.change(reference, "Add, the note", "description", "", save=False)
    note(other).setFocus()
    other.type("Half a sentence")
    with one.ctx.unit() as unit:
        (incident,) = unit.find(Incident, reference=reference)
        incident.status = "closed"
        unit.save(incident)
        unit.commit("close", incident.id)
    one.sync()
    fetch(other)
    assert "This record was closed meanwhile." in other.screen()


def test_two_versions_of_a_withdrawn_report_say_when_one_can_be_chosen(online: Make) -> None:
    _, other, reference = in_conflict(online)
    withdraw(other, reference)
    other.open(reference)
    assert "One can be chosen once the incident is put back." in other.screen()
    assert "until the ward manager" not in other.screen(), "she is the ward manager"
    other.click("Put back")
    assert "Review the two versions" in other.offered()


def test_history_stays_open_while_changes_arrive_and_focus_with_it(online: Make) -> None:
    one, other, reference = two(online)
    other.open(reference)
    other.page.history_button.click()
    other.settle()
    one.change(reference, EFFECT, "effect", "SER")
    one.sync()
    fetch(other)
    assert "Most serious effect so far: Minor injury → Serious injury" in other.screen()
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.text() == "History"
    other.open(reference)
    assert "Minor injury → Serious injury" not in other.screen(), "opened anew it is closed"


def test_a_review_on_a_record_stands_where_it_was_after_the_lock(online: Make) -> None:
    _, other, reference = in_conflict(online)
    other.open(reference)
    other.click("Review the two versions")
    other.lock()
    other.unlock()
    assert "Choice 1 of 2" in other.screen()
    other.press("Escape")
    other.lock()
    other.unlock()
    assert other.page.objectName() == "S4"
    assert "Choice 1 of 2" not in other.screen()


def test_of_three_versions_none_is_told_as_the_other_and_all_can_be_kept(online: Make) -> None:
    pcs = [online(name) for name in ("one", "two", "three")]
    reference = pcs[0].log()
    for pc in (*pcs, pcs[0]):
        pc.sync()
    for pc, words in zip(pcs, ("By the lift.", "At the doors.", "In the lobby."), strict=True):
        pc.change(reference, "Add, the note", "description", words)
    for pc in (*pcs, *pcs):
        pc.sync()
    last = pcs[-1]
    last.open(reference)
    last.click("Review the two versions")
    review = last.page.banner.review
    assert review.versions.cards[-1].accessibleName() == "Keep all. All texts, the earliest first."
    assert "The others stay in History." in last.screen()
    last.press("4", "Ctrl+Return")
    assert "Saved: Anything to add? All are kept." in last.window.shell.status.words.text()
    assert all(words in str(value(last, reference, "description")) for words in ("lift", "doors", "lobby"))


def test_of_two_emergency_numbers_one_is_chosen_as_nobody_can_call_both(online: Make) -> None:
    one, other, _ = two(online)
    for pc, number in ((one, "3333"), (other, "4444")):
        with pc.ctx.unit() as unit:
            (ward,) = unit.find(Ward)
            ward.emergency_number = number
            unit.save(ward)
            unit.commit("ward")
    for pc in (one, other):
        pc.sync()
    other.press("Ctrl+5")
    other.page.queue.table.setFocus()
    other.press("Return")
    assert {card.text() for card in other.page.review.versions.cards} == {"3333", "4444"}


def test_the_handover_says_of_which_incident_two_versions_stand_on_screen_as_on_paper(online: Make) -> None:
    _, other, _ = in_conflict(online)
    other.press("Ctrl+Shift+H")
    lines = [f"Corridor. Physical, threat. {effect}. 2 versions" for effect in ("Serious injury", "Upset or shaken")]
    assert any(line in other.screen() for line in lines), "which of the two is shown hangs on whose came first"
