"""Journeys of the lock: it never asks, loses nothing, and leaves nothing to read."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.journeys.ward import WardPC
from vpr_desktop.services import drafts, lockscreen

Pc = Callable[..., WardPC]
CANARY = "Zebrafink"


def everything_written(app: QApplication) -> str:
    """Each text that any widget of the process holds, hidden ones too, with clipboard and titles."""
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    found = [app.clipboard().text()]
    for widget in app.allWidgets():
        for name in ("text", "toPlainText", "windowTitle", "accessibleName", "accessibleDescription", "toolTip"):
            read = getattr(widget, name, None)
            if callable(read) and isinstance(widget, QWidget):
                found.append(str(read()))
    return "\n".join(found)


def test_i21_lock_is_done_in_a_second_and_leaves_no_text_of_a_record(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log(CANARY)
    ward.open(reference)
    ward.page.copy_for_trust()
    ward.settle()
    ward.press("Ctrl+N")
    ward.page.form.note.setFocus()
    ward.type(f"More about {CANARY}")
    ward.page.form.note.selectAll()
    ward.page.form.note.copy()
    assert CANARY in everything_written(ward.app)
    began = time.perf_counter()
    ward.window.lock()
    covered = time.perf_counter() - began
    assert ward.window.lock_page.isVisible()
    ward.settle()
    closed = time.perf_counter() - began
    assert covered < 1
    assert closed < 1
    written = everything_written(ward.app)
    assert CANARY not in written
    assert reference not in written
    assert CANARY not in ward.window.windowTitle()
    ward.unlock()
    assert [one.body["answers"]["description"] for one in drafts.mine(ward.ctx)] == [f"More about {CANARY}"]


def test_an_open_dialog_does_not_keep_the_pc_open(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.open(ward.log())
    ward.page.withdraw()
    ward.settle()
    assert ward.front() is not ward.window
    ward.window.lock()
    ward.settle()
    assert ward.front() is ward.window
    assert ward.window.lock_page.isVisible()


def test_idle_warns_a_minute_before_and_any_key_extends(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    warned = "This PC locks in 60 seconds. Press any key to stay."
    ward.clock.forward(seconds=239)
    ward.window.idle.check()
    assert warned not in ward.screen()
    ward.clock.forward(seconds=1)
    ward.window.idle.check()
    ward.settle()
    assert warned in ward.screen()
    ward.press("Shift+A")
    assert warned not in ward.screen()
    ward.clock.forward(seconds=299)
    ward.window.idle.check()
    assert ward.page is not None
    ward.clock.forward(seconds=1)
    ward.window.idle.check()
    ward.settle()
    assert ward.window.lock_page.isVisible()


def test_with_one_minute_the_warning_comes_half_a_minute_before(pc: Pc) -> None:
    ward = pc()
    lockscreen.save_preferences(ward.home, lock_minutes=1)
    ward.unlock()
    ward.clock.forward(seconds=30)
    ward.window.idle.check()
    assert "This PC locks in 30 seconds." in ward.screen()


def test_after_ten_hours_it_locks_though_somebody_works(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    for _ in range(151):
        ward.clock.forward(minutes=4)
        ward.window.idle._touch()
        ward.window.idle.check()
    ward.settle()
    assert ward.window.lock_page.isVisible()


def test_the_same_user_comes_back_to_the_same_page_field_and_caret(pc: Pc) -> None:
    ward = pc("rnurse")
    ward.unlock()
    ward.press("Ctrl+N")
    ward.choose("location", "DAY")
    note = ward.page.form.note
    note.setFocus()
    ward.type("He threw a cup")
    for _ in range(4):
        ward.press("Left")
    ward.lock()
    assert "He threw" not in ward.screen()
    ward.unlock()
    assert ward.page.objectName() == "S3"
    assert ward.page.form.groups["location"].value() == ["DAY"]
    assert ward.app.focusWidget() is ward.page.form.note
    ward.type("blue")
    assert ward.page.form.note.toPlainText() == "He threw ablue cup"


def test_another_user_sees_own_home_and_no_content_of_the_draft(pc: Pc) -> None:
    ward = pc("rnurse", "slead")
    ward.unlock("rnurse")
    ward.press("Ctrl+N")
    ward.page.form.note.setFocus()
    ward.type(CANARY)
    ward.switch("amanager")
    assert ward.page.objectName() == "S2"
    assert "1 draft belongs to someone else." in ward.screen()
    assert CANARY not in everything_written(ward.app)
    ward.switch("slead")
    assert "draft belongs" not in ward.screen()
    ward.switch("rnurse")
    assert "0 of 7" not in ward.screen()
    assert "Continue" in ward.screen()


def test_passphrase_waits_grow_and_nothing_is_wiped(pc: Pc) -> None:
    ward = pc()
    for _ in range(5):
        ward.unlock(passphrase="wrong wrong wrong")
        assert ward.page is None
    assert "That passphrase did not work." in ward.screen()
    ward.unlock(passphrase="wrong wrong wrong")
    assert "You can try again in 1 s." in ward.screen()
    ward.unlock()
    assert "You can try again in" in ward.screen()
    ward.clock.forward(seconds=2)
    ward.unlock()
    assert ward.page.objectName() == "S2"


def test_focus_on_the_page_itself_does_not_keep_the_pc_open(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    ward.page.setFocus()
    assert ward.app.focusWidget() is ward.page
    ward.window.lock()
    ward.settle()
    assert ward.window.page() is None
    ward.unlock()
    assert ward.page.objectName() == "S2"


@pytest.mark.parametrize("answer", ["draft", "place"])
def test_a_fault_of_a_page_does_not_keep_the_pc_open(pc: Pc, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    def broken() -> None:
        raise RuntimeError("a fault of the page")

    ward = pc()
    ward.unlock()
    monkeypatch.setattr(ward.page, answer, broken)
    ward.window.lock()
    ward.settle()
    assert ward.window.page() is None
    ward.unlock()
    assert ward.page.objectName() == "S2"
