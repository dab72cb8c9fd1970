"""Items 3, 4, 13 and 14: everything by keyboard, in the order of reading, and no key that surprises."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.ui.survey import Survey
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.frames import column

ANSWERS = [Option(code, code.title()) for code in ("alpha", "beta", "gamma")]


@pytest.mark.parametrize("look", ["light", "200 %"])
def test_item_03_tab_visits_everything_once_in_reading_order(survey: Survey, look: str) -> None:
    assert survey.of("tab", look) == []


def test_item_04_every_group_is_one_tab_stop_and_says_each_place(survey: Survey) -> None:
    assert survey.of("groups") == []


def test_item_13_no_key_acts_without_a_modifier(survey: Survey) -> None:
    assert survey.of("shortcuts") == []


def test_item_14_nothing_needs_a_drag(survey: Survey) -> None:
    assert survey.of("drags") == []


@pytest.fixture
def asked(qtbot, styled):  # type: ignore[no-untyped-def]
    """A group of each kind between two fields, shown and ready for keys."""
    assert styled.text_percent == 100
    window = QWidget()
    before, after = QLineEdit(), QLineEdit()
    one, many = ChoiceGroup("Which one?", ANSWERS), ChoiceGroup("Which of them?", ANSWERS, many=True)
    window.setLayout(column(before, one, many, after))
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    before.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is before)
    yield before, one, many, after
    window.close()


def press(key: Qt.Key) -> QWidget:
    held = QApplication.focusWidget()
    assert held is not None
    QTest.keyClick(held, key)
    now = QApplication.focusWidget()
    assert now is not None
    return now


def test_item_04_tab_passes_a_group_in_one_step(asked) -> None:  # type: ignore[no-untyped-def]
    _, one, many, after = asked
    assert press(Qt.Key.Key_Tab) is one.cards[0]
    assert press(Qt.Key.Key_Tab) is many.cards[0]
    assert press(Qt.Key.Key_Tab) is after
    assert press(Qt.Key.Key_Backtab) is many.cards[0]


def test_item_04_a_digit_chooses_and_focus_goes_to_what_was_chosen(asked) -> None:  # type: ignore[no-untyped-def]
    _, one, many, _ = asked
    press(Qt.Key.Key_Tab)
    assert press(Qt.Key.Key_2) is one.cards[1]
    assert one.value() == ["beta"]
    press(Qt.Key.Key_Tab)
    assert press(Qt.Key.Key_3) is many.cards[2]
    assert press(Qt.Key.Key_1) is many.cards[0]
    assert many.value() == ["alpha", "gamma"]
    press(Qt.Key.Key_3)
    assert many.value() == ["alpha"]


def test_item_04_arrows_move_and_never_leave_the_group(asked) -> None:  # type: ignore[no-untyped-def]
    _, one, many, _ = asked
    press(Qt.Key.Key_Tab)
    for expected in ("beta", "gamma", "alpha"):
        assert press(Qt.Key.Key_Down) in one.cards
        assert one.value() == [expected]
    press(Qt.Key.Key_Tab)
    for place in (1, 2, 0):
        assert press(Qt.Key.Key_Right) is many.cards[place]
    assert many.value() == []
    press(Qt.Key.Key_Space)
    assert many.value() == ["alpha"]


def test_item_04_a_digit_without_an_answer_does_nothing(asked) -> None:  # type: ignore[no-untyped-def]
    _, one, _, _ = asked
    press(Qt.Key.Key_Tab)
    assert press(Qt.Key.Key_9) is one.cards[0]
    assert one.value() == []
