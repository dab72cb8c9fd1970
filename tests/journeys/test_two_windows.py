"""Two windows of a ward: what merges silently, what asks, and what arrives while somebody works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QPlainTextEdit

from tests.central.conftest import Central
from tests.factories import PASSPHRASE
from tests.journeys.online import OPS, OnlinePC, new_code
from tests.journeys.test_prints import saved  # noqa: F401
from tests.pdfs import text_of
from vpr_desktop.central import admin
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.user import User
from vpr_desktop.services import sessions

Make = Callable[..., OnlinePC]
EFFECT = "Change, most serious effect so far"


def two(online: Make, *who: str) -> tuple[OnlinePC, OnlinePC, str]:
    """Two PCs that hold the same report."""
    one, other = online("one", *who), online("two")
    reference = one.log()
    one.sync()
    other.sync()
    one.sync()
    return one, other, reference


def value(pc: OnlinePC, reference: str, field: str) -> object:
    found = pc.ctx.reader().find(Incident, reference=reference)
    return getattr(found[0], field)


def note(pc: OnlinePC) -> QPlainTextEdit:
    found = pc.page.panels[0].editors["description"].widget
    assert isinstance(found, QPlainTextEdit)
    return found


def same(*pcs: OnlinePC) -> None:
    held = [pc.rows(OPS) for pc in pcs]
    assert held[0] == held[1]
    assert all(seq is not None for seq, _, _ in held[0])


def in_conflict(online: Make) -> tuple[OnlinePC, OnlinePC, str]:
    """Two PCs that changed the note and the effect of one report before either heard of the other."""
    one, other, reference = two(online)
    other.forward(minutes=10)
    for pc, words, effect in ((one, "By the lift.", "UPS"), (other, "At the doors.", "SER")):
        pc.change(reference, "Add, the note", "description", words)
        pc.change(reference, EFFECT, "effect", effect)
    one.sync()
    other.sync()
    return one, other, reference


def test_what_both_changed_offline_in_different_fields_merges_without_a_question(online: Make) -> None:
    one, other, reference = two(online)
    one.change(reference, EFFECT, "effect", "SER")
    other.change(reference, "Add, the trust's own number", "local_system_ref", "W-1234")
    one.sync()
    other.sync()
    one.sync()
    for pc in (one, other):
        assert (value(pc, reference, "effect"), value(pc, reference, "local_system_ref")) == ("SER", "W-1234")
        assert pc.chip.startswith("All sent")
        assert "two places" not in pc.screen()
    assert "W-1234" in one.screen(), "the open record follows by itself"
    same(one, other)


def test_one_field_changed_on_both_asks_and_a_person_settles_it(
    online: Make,
    saved: Path,  # noqa: F811
) -> None:
    one, other, reference = two(online)
    one.change(reference, EFFECT, "effect", "UPS")
    other.change(reference, EFFECT, "effect", "SER")
    one.sync()
    other.sync()
    one.sync()
    assert one.chip == other.chip == "1 needs you"
    other.press("Ctrl+2")
    assert "(2 versions)" in other.screen()
    other.open(reference)
    other.press("Ctrl+P")
    other.click("Save as PDF")
    assert "2 versions" in text_of(next(saved.iterdir())), "a print never hides a conflict"
    other.press("Alt+Left")
    assert other.page.objectName() == "S4"
    other.take()
    other.page.back.setFocus()
    other.press("Shift+Tab")
    assert QApplication.focusWidget().accessibleName() == "Review the two versions", "first in Tab order"
    other.press("Space")
    review = other.page.banner.review
    assert review.versions.accessibleName() == "Conflict 1 of 1, Most serious effect so far"
    assert review.versions.value() == [], "nothing is chosen beforehand"
    told = [card.accessibleName() for card in review.versions.cards]
    assert told[0].startswith("Serious injury. This PC. A. Manager, ")
    assert told[1].startswith("Upset or shaken. Another PC. A. Manager, ")
    other.click("Save choice")
    assert "Choose one of them, or decide later." in other.screen()
    other.press("2")
    other.click("Save choice")
    assert "two places" not in other.screen()
    other.sync()
    one.sync()
    assert [value(pc, reference, "effect") for pc in (one, other)] == ["UPS", "UPS"]
    assert one.chip.startswith("All sent")
    one.open(reference)
    one.page._load_history()
    one.settle()
    assert "Serious injury" in one.screen(), "the other value stays in History"
    same(one, other)


def test_both_texts_are_kept_from_sync_and_data_and_the_rest_is_decided_later(online: Make) -> None:
    one, other, reference = in_conflict(online)
    other.press("Ctrl+5")
    assert "Needs you: changed in two places" in other.screen()
    other.page.queue.table.setFocus()
    other.press("Return")
    review = other.page.review
    assert review.versions.accessibleName().startswith("Conflict 1 of 2, Anything to add")
    assert review.versions.cards[-1].text() == "Keep both"
    told = [card.accessibleName() for card in review.versions.cards]
    assert told[0].startswith("At the doors. This PC. A. Manager, "), "one full stop"
    other.press("3")
    other.click("Save choice")
    said = other.window.shell.status.words.text()
    assert said == "Saved: Anything to add? Both are kept."
    assert review.versions.accessibleName().startswith("Conflict 2 of 2, Most serious effect")
    other.click("Decide later")
    assert not review.isVisible()
    assert other.chip == "1 needs you"
    other.sync()
    one.sync()
    for pc in (one, other):
        assert value(pc, reference, "description") == "By the lift.\n\nAt the doors."
    same(one, other)


def test_a_withdrawal_against_an_edit_keeps_both_and_says_so(online: Make) -> None:
    one, other, reference = two(online)
    one.open(reference)
    one.page.withdraw()
    one.answer("Entered twice.", "Withdraw incident")
    other.change(reference, EFFECT, "effect", "SER")
    one.sync()
    other.sync()
    one.sync()
    for pc in (one, other):
        pc.open(reference)
        assert "Withdrawn: Entered twice." in pc.screen()
        assert "Changed on another PC while it was being withdrawn" in pc.screen()
        assert value(pc, reference, "effect") == "SER"
    one.click("Leave it withdrawn")
    assert "while it was being withdrawn" not in one.screen()
    one.sync()
    other.sync()
    other.open(reference)
    assert "while it was being withdrawn" not in other.screen()
    other.click("Put back")
    other.sync()
    one.sync()
    assert value(one, reference, "status") == "logged"
    same(one, other)


def test_typing_stays_where_it_is_while_a_change_of_the_same_report_arrives(online: Make) -> None:
    one, other, reference = two(online)
    one.change(reference, "Add, the note", "description", "", save=False)
    field = note(one)
    field.setFocus()
    one.type("Two chairs were thrown")
    cursor = field.textCursor()
    cursor.setPosition(4)
    field.setTextCursor(cursor)
    other.change(reference, "Add, the note", "description", "One chair was thrown.")
    other.change(reference, EFFECT, "effect", "SER")
    other.sync()
    one.take()
    field.setFocus()
    one.forward(seconds=80)
    one.window.sending.tick()
    one.rest()
    assert "changed meanwhile" in one.screen()
    assert (field.toPlainText(), field.textCursor().position()) == ("Two chairs were thrown", 4)
    assert QApplication.focusWidget() is field
    one.press("Ctrl+Return")
    assert value(one, reference, "effect") == "SER", "what was not on this form is not written back"
    assert "Changed in two places" in one.screen(), "the save was based on what its author had read"


def test_an_untouched_form_shows_what_arrived_and_focus_stays(online: Make) -> None:
    one, other, reference = two(online)
    one.open(reference)
    one.click("Add, the note")
    other.change(reference, "Add, the note", "description", "One chair was thrown.")
    other.sync()
    one.sync()
    assert note(one).toPlainText() == "One chair was thrown."
    assert "changed meanwhile" not in one.screen()


def test_a_role_changed_and_an_access_ended_elsewhere_count_at_once(online: Make) -> None:
    one, other = online("one", "slead"), online("two")
    one.sync()
    other.sync()
    one.switch("slead")
    one.rest()
    one.press("Ctrl+2")
    assert one.page.objectName() == "S5"

    def set_user(pc: OnlinePC, **values: object) -> None:
        with pc.ctx.unit() as unit:
            user = unit.find(User, user_id="slead")[0]
            for name, held in values.items():
                setattr(user, name, held)
            unit.save(user)
            unit.commit("user")

    set_user(other, role="device_admin")
    other.sync()
    one.sync()
    assert "Your role is now: Device administrator." in one.screen()
    assert one.page.objectName() == "S2", "the list is not theirs any more"
    set_user(other, active=False)
    other.sync()
    one.sync()
    one.until(lambda: one.window.page() is None)
    assert "S. Lead no longer works on this PC" in one.window.lock_page.error.text(), "another is chosen there by now"
    one.settle()
    assert "slead" not in {user.user_id for user in one.window.facts.users}
    one.unlock("amanager", PASSPHRASE)
    assert one.window.page() is not None


def test_a_ward_that_arrives_is_there_at_once(online: Make, endpoint: Central) -> None:
    admin.add_ward(endpoint.admin, "OAK", "Oak Ward", "RX1")
    one, other = online("one"), online("two", wards=("CED", "OAK"))
    ctx = one.ctx
    one.window.run(one.window, lambda: sessions.add_ward(ctx, "OAK", "Oak Ward"), one.window.set_session)
    one.settle()
    one.press("Ctrl+5")
    one.click("Join anew with another code")
    one.put("One-time code", new_code(endpoint, "CED", "OAK"))
    one.click("Join the server")
    one.until(lambda: "Joined for" in one.window.shell.status.words.text())  # type: ignore[union-attr]
    one.rest()
    one.sync()
    assert not other.window.shell.header.ward_button.isVisible()
    other.sync()
    assert other.window.shell.header.ward_button.isVisible(), "the ward's name became a chooser"
    assert {ward.code for ward in other.ctx.wards.values()} == {"CED", "OAK"}


def test_two_windows_and_postgresql_come_to_hold_the_same_after_a_conflict(
    online: Make, postgres_endpoint: Central
) -> None:
    one, other = online("one", at=postgres_endpoint), online("two", at=postgres_endpoint)
    reference = one.log()
    one.sync()
    other.sync()
    one.change(reference, EFFECT, "effect", "UPS")
    other.change(reference, EFFECT, "effect", "SER")
    one.sync()
    other.sync()
    other.open(reference)
    other.click("Review the two versions")
    other.press("1")
    other.click("Save choice")
    other.sync()
    one.sync()
    assert [value(pc, reference, "effect") for pc in (one, other)] == ["SER", "SER"]
    same(one, other)
    assert postgres_endpoint.rows("SELECT count(*) FROM op") == one.rows("SELECT count(*) FROM op")
