"""Items 8 to 12: what is announced, errors, the lock warning, the unlock field, and nothing asked twice."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.factories import PASSPHRASE
from tests.pdfs import text_of
from tests.ui import screens
from tests.ui.heard import listening
from tests.ui.stage import Stage
from tests.window import settle
from vpr_desktop.domain.forms import TASKS
from vpr_desktop.services import printing
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup


def test_item_08_error_save_has_focus_links_title_and_keeps_data(window: Stage) -> None:
    log = window.go("log")
    screens._half(log)
    log.form.note.setPlainText("Kept words.")
    window.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(window.window)
    missing = [field for field, words in log.form.errors.items() if words.isVisible()]
    assert log.form.summary.hasFocus()
    assert len(log.form.summary.links) == len(missing) == 3
    assert log.title.text().startswith("Error: ")
    assert log.form.groups["act_types"].value() == ["PHY", "THR"]
    assert log.form.note.toPlainText() == "Kept words."
    for field, link in zip(missing, log.form.summary.links, strict=True):
        link.click()
        assert log.form.groups[field].isAncestorOf(QApplication.focusWidget())


def test_item_09_a_save_is_announced_once_and_typing_never(window: Stage) -> None:
    log = window.go("log")
    screens._half(log)
    with listening() as heard:
        log.form.note.setFocus()
        QTest.keyClicks(log.form.note, "A meal was late.")
        settle(window.window)
        log.keep_draft()
        settle(window.window)
        assert heard.texts() == []
        assert QAccessible.Event.TextInserted in heard.events
        screens._saved(log)
        settle(window.window)
        assert [urgent for text, urgent in heard.announcements if text.startswith("Saved on this PC.")] == [False]


def test_item_09_lock_warning_and_wrong_passphrase_are_assertive(window: Stage) -> None:
    with listening() as heard:
        window.clock.forward(minutes=4, seconds=1)
        window.window.idle.check()
        assert heard.announcements == [("This PC locks in 59 seconds. Press any key to stay.", True)]
        window.clock.forward(seconds=1)
        window.window.idle.check()
        assert len(heard.announcements) == 1
        window.lock()
        heard.clear()
        window.window.lock_page.passphrase.setText("not this one at all")
        window.window.lock_page.unlock.click()
        settle(window.window)
        assert [urgent for _, urgent in heard.announcements] == [True]
        assert heard.texts()[0].startswith("That passphrase did not work.")


def test_item_09_a_cleared_checkbox_says_its_state_again(window: Stage) -> None:
    acts = window.go("log").form.groups["act_types"]
    acts.choose(0)
    with listening() as heard:
        acts.choose(0)
        settle(window.window)
        assert heard.events.count(QAccessible.Event.StateChanged) >= 2


@pytest.mark.parametrize(("minutes", "least"), [(5, 60), (15, 60), (1, 30)])
def test_item_10_the_lock_warns_in_time_and_any_key_extends(window: Stage, minutes: int, least: int) -> None:
    idle = window.window.idle
    idle.minutes = minutes
    idle.start()
    for _ in range(3):
        window.clock.forward(seconds=minutes * 60 - least)
        idle.check()
        assert window.window.shell is not None
        assert window.window.shell.locks_soon.isVisible()
        window.press(Qt.Key.Key_Shift)
        assert not window.window.shell.locks_soon.isVisible()


def test_item_10_the_lock_warns_also_where_something_else_is_told_and_that_stays(window: Stage) -> None:
    shell = window.window.shell
    assert shell is not None
    window.window.trouble("Not saved: the disk is full. Keep this open and call IT.")
    window.window.idle.start()
    window.clock.forward(seconds=window.window.idle.minutes * 60 - 60)
    with listening() as heard:
        window.window.idle.check()
        window.window.idle.check()
    assert heard.texts().count("This PC locks in 60 seconds. Press any key to stay.") == 1
    assert shell.locks_soon.isVisible()
    window.press(Qt.Key.Key_Shift)
    assert not shell.locks_soon.isVisible()
    assert shell.banner.isVisible(), "the key that stays does not close what was not read yet"


def test_item_11_the_passphrase_can_be_pasted_and_is_one_plain_field(window: Stage) -> None:
    window.lock()
    field = window.window.lock_page.passphrase
    assert isinstance(field, QLineEdit)
    assert field.validator() is None
    assert field.inputMask() == ""
    assert field.maxLength() > 200
    QGuiApplication.clipboard().setText(PASSPHRASE)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == PASSPHRASE
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle(window.window)
    assert window.window.shell is not None


def test_item_12_ward_reporter_and_time_are_asked_once_and_carried_on(window: Stage) -> None:
    asked = [group.question for group in window.go("log").findChildren(ChoiceGroup)]
    assert not [question for question in asked if "ward" in question.lower() or "your name" in question.lower()]
    given = {"occurred_at", "reported_at", "reporter", "reporter_id", "ward_id"}
    assert not [name for task in TASKS for _, name in task.fields if name in given]
    record = window.go("record", incident_id=window.ids["open"])
    assert "Cedar Ward" in record.line.text()
    assert "22-Nov-2026 14:05" in record.line.text()
    pdf = printing.summary(window.window.ctx, window.ids["open"])
    words = text_of(pdf.data)
    assert "22-Nov-2026 14:05" in words
    assert "Cedar Ward" in words
