"""Item 22: a practised person logs a valid incident by keys; the real trace is timed by keystroke level."""

from __future__ import annotations

import socket

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.stage import Stage
from tests.window import settle
from vpr_desktop.domain.quick_log import QUICK_LOG
from vpr_desktop.services import incidents

KEY, MENTAL, HOME, RESPONSE, SCAN = 0.28, 1.35, 0.40, 0.30, 2.29
MOST_SECONDS, MOST_KEYS, MOST_ANSWERS = 45, 22, 7
CTRL = Qt.KeyboardModifier.ControlModifier


class Trace(QObject):
    """Every key that reaches the window, with the question focus was in."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[tuple[int, str]] = []

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            if event.modifiers() & CTRL:
                self.keys.append((Qt.Key.Key_Control, "command"))
            self.keys.append((event.key(), _question_of(QApplication.focusWidget())))
        return False

    def seconds(self) -> float:
        """Keys, one thought for each question or command, the hand to the keyboard, and the answer of the PC."""
        thoughts = sum(1 for a, b in zip([("", ""), *self.keys], self.keys, strict=False) if a[1] != b[1])
        more_answers = sum(1 for a, b in zip(self.keys, self.keys[1:], strict=False) if _both_answer(a, b))
        return HOME + len(self.keys) * KEY + (thoughts + more_answers) * MENTAL + RESPONSE


def _both_answer(one: tuple[int, str], other: tuple[int, str]) -> bool:
    digits = range(Qt.Key.Key_1, Qt.Key.Key_9 + 1)
    return one[1] == other[1] and one[0] in digits and other[0] in digits


def _question_of(widget: QWidget | None) -> str:
    while widget is not None:
        if widget.objectName() in {question.field for question in QUICK_LOG}:
            return widget.objectName()
        widget = widget.parentWidget()
    return "command"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whoever asks for the network is noted and refused."""
    asked: list[object] = []

    def refuse(_socket: object, address: object) -> None:
        asked.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return asked


def test_item_22_a_valid_incident_in_under_45_seconds(window: Stage, no_network: list[object]) -> None:
    window.go("home")
    trace = Trace()
    window.window.windowHandle().installEventFilter(trace)
    try:
        window.press(Qt.Key.Key_N, CTRL)
        settle(window.window)
        log = window.window.page()
        answers = ("", "2", "13", "2", "1", "3", "3")
        for digits in answers:
            for digit in digits:
                window.press(Qt.Key(Qt.Key.Key_0 + int(digit)))
            window.press(Qt.Key.Key_Tab)
        if log.form.when.hasFocus():
            raise AssertionError("the path has one stop more than seven questions")
        window.press(Qt.Key.Key_Return, CTRL)
        settle(window.window)
    finally:
        window.window.windowHandle().removeEventFilter(trace)
    assert log.saved.isVisible(), [words.text() for words in log.form.errors.values()]
    assert log.saved.made is not None
    held = incidents.view(window.window.ctx, log.saved.made.id).record.values
    assert held["act_types"] == ["PHY", "VER"]
    assert held["location"] == "COR"
    reading = trace.seconds() + len(QUICK_LOG) * SCAN
    assert len(trace.keys) <= MOST_KEYS, trace.keys
    assert reading <= MOST_SECONDS, f"{reading:.1f} s"
    assert trace.seconds() > 15, "the trace cannot be whole"
    assert len(QUICK_LOG) <= MOST_ANSWERS
    assert no_network == []
