"""Journeys of the keyboard: panes, back, undo, the list of shortcuts, menus, and Esc."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from tests.journeys.ward import WardPC
from vpr_desktop.ui.widgets.frames import ScrollPage

Pc = Callable[..., WardPC]


def test_back_restores_filter_row_and_focus(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    references = [ward.log(), ward.log(perp_relation=("REL",)), ward.log(effect=("SER",))]
    ward.press("Ctrl+2", "Ctrl+F")
    ward.type(references[1])
    ward.press("Return")
    ward.page.table.setFocus()
    ward.press("Return")
    assert ward.page.seen.reference == references[1]
    ward.press("Alt+Left")
    assert ward.page.objectName() == "S5"
    assert ward.page.filters.search.text() == references[1]
    assert ward.page.table.model().rowCount() == 1
    assert ward.app.focusWidget() is ward.page.table


def test_back_restores_how_far_a_page_was_scrolled(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+,")
    bar = ward.page.findChild(ScrollPage).verticalScrollBar()
    bar.setValue(120)
    assert bar.value() == 120
    ward.press("Ctrl+1", "Alt+Left")
    assert bar.value() == 120


def test_f6_goes_round_the_panes_and_back(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    shell = ward.window.shell
    assert shell is not None
    start = ward.app.focusWidget()
    seen = []
    for _ in range(3):
        ward.press("F6")
        seen.append(ward.app.focusWidget())
    assert shell.header.isAncestorOf(seen[0])
    assert shell.rail.isAncestorOf(seen[1])
    assert seen[2] is start
    ward.press("Shift+F6")
    assert shell.rail.isAncestorOf(ward.app.focusWidget())
    ward.press("F1")
    assert shell.dock.isVisible()
    ward.press("F6")
    assert shell.header.isAncestorOf(ward.app.focusWidget())


def test_escape_closes_get_support_and_returns(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    ward.page.form.note.setFocus()
    ward.type("half a word")
    ward.press("F1")
    assert "If you are in danger, leave and call 2222." in ward.screen()
    ward.press("Esc")
    assert ward.app.focusWidget() is ward.page.form.note
    assert ward.page.form.note.toPlainText() == "half a word"


def test_get_support_works_while_locked(pc: Pc) -> None:
    ward = pc()
    ward.press("F1")
    assert "If you are in danger, leave and call 2222." in ward.screen()
    ward.press("Esc")
    assert ward.app.focusWidget() is ward.window.lock_page.passphrase


def test_the_list_of_shortcuts_opens_by_its_key(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+/")
    assert "Handbook" in ward.screen()
    assert ward.window._here == ("handbook", {"topic": "keyboard"})


def test_every_key_stands_in_the_list(pc: Pc) -> None:
    from vpr_desktop.ui import shortcuts

    bound = {key.replace("Ctrl++", "Ctrl+plus").replace("Ctrl+-", "Ctrl+minus") for key in shortcuts.keys(pc().window)}
    listed = " ".join(words for words, _ in shortcuts.LISTED)
    missing = [key for key in bound - {"Ctrl+Return", "Ctrl+="} if key.split("+")[-1] not in listed]
    assert missing == []


def test_save_draft_now_says_the_time(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+N")
    ward.choose("location", "DAY")
    ward.press("Ctrl+S")
    assert "Draft saved 14:05:00" in ward.screen()


def test_control_z_undoes_the_last_action_but_in_a_field_its_typing(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.log()
    ward.press("Ctrl+Z")
    assert ward.page.form.isVisible()
    assert "Undone. Your answers are here as a draft." in ward.screen()
    ward.page.form.note.setFocus()
    ward.type("abc")
    ward.press("Ctrl+Z")
    assert ward.page.form.note.toPlainText() == ""
    assert ward.page.form.groups["location"].value() == ["COR"]


def test_the_row_menu_opens_by_key(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.log()
    ward.press("Ctrl+2")
    ward.page.table.setFocus()
    ward.press("Shift+F10")
    menu = ward.page.findChild(QMenu)
    words = [action.text() for action in menu.actions()]
    assert words == ["Open", "Print summary", "Add note", "Copy reference", "Sort by"]
    menu.actions()[2].trigger()
    menu.close()
    ward.settle()
    assert ward.page.objectName() == "task"
    assert "description" in ward.page.panels[0].editors


def test_text_size_by_keys(pc: Pc) -> None:
    from vpr_desktop.ui.style import style_of

    ward = pc()
    ward.unlock()
    ward.press("Ctrl++", "Ctrl++")
    assert style_of().text_percent == 120
    ward.press("Ctrl+0")
    assert style_of().text_percent == 100


def test_the_list_is_sorted_by_keys(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    mild, serious = ward.log(effect=("NON",)), ward.log(effect=("SER",))
    ward.press("Ctrl+2")
    first = lambda: ward.page.table.model().index(0, 0).data()  # noqa: E731
    assert first() == serious
    for expected in (serious, mild):
        ward.page.table.setFocus()
        ward.press("Shift+F10")
        menus = ward.page.findChildren(QMenu)
        menu = next(one for one in menus if one.isVisible() and one.actions()[0].text() == "Open")
        sorts = next(action.menu() for action in menu.actions() if action.text() == "Sort by")
        next(action for action in sorts.actions() if action.text() == "Reference").trigger()
        menu.close()
        ward.settle()
        assert first() == expected
