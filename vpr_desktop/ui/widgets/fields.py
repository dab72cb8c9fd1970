"""Fields to type into, with label, hint and error that a screen reader finds too."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from vpr_desktop.ui.icons import paint_icon
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import CONTROL
from vpr_desktop.ui.widgets.frames import column
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class TextField(QLineEdit):
    """One line of text, as high as every control."""

    def __init__(self, name: str = "", placeholder: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self._dress()
        style_of().changed.connect(self._dress)

    def _dress(self) -> None:
        self.setFont(style_of().font())
        self.setFixedHeight(style_of().px(CONTROL))


class TextArea(QPlainTextEdit):
    """Several lines of text; Tab goes on to the next control."""

    def __init__(self, name: str = "", lines: int = 4, placeholder: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self._lines = lines
        self._dress()
        style_of().changed.connect(self._dress)

    def _dress(self) -> None:
        look = style_of()
        self.setFont(look.font())
        self.setFixedHeight(look.px(20) + self.fontMetrics().lineSpacing() * self._lines)


class DropDown(QComboBox):
    """A list to choose one from; never to type into."""

    def __init__(self, name: str, options: list[tuple[str, str]]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        for code, label in options:
            self.addItem(label, code)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._dress()
        style_of().changed.connect(self._dress)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        look = style_of()
        size = look.px(18)
        painter = QPainter(self)
        place = QRectF(self.width() - size - look.px(12), (self.height() - size) / 2, size, size)
        paint_icon(painter, "down", look.tokens.control_edge, place)
        painter.end()

    def wheelEvent(self, event: object) -> None:
        """The wheel scrolls the page; it must not change an answer in passing."""
        event.ignore()  # type: ignore[attr-defined]

    def code(self) -> str:
        """The chosen code."""
        return str(self.currentData() or "")

    def set_code(self, code: str) -> None:
        """Chooses a code."""
        self.setCurrentIndex(max(0, self.findData(code)))

    def _dress(self) -> None:
        self.setFont(style_of().font())
        self.setFixedHeight(style_of().px(CONTROL))


class Field(QWidget):
    """A control with its label above, a hint, and an error that says how to put it right."""

    changed = Signal()

    def __init__(self, label: str, control: QWidget, *, hint: str = "", name: str = "") -> None:
        super().__init__()
        self.control = control
        self.label = Words(label, "strong")
        self.label.setBuddy(control)
        self.hint = Words(hint, "hint", tone="second")
        if not hint:  # shown before it has a parent, it would be a window of its own for a moment
            self.hint.hide()
        self.error = Words("", "small-strong", tone="error")
        self.error.hide()
        self._name, self._hint = name or label, hint
        control.setAccessibleName(self._name)
        control.setAccessibleDescription(hint)
        self.setLayout(column(self.label, self.hint, self.error, control, gap=4))

    def set_error(self, text: str) -> None:
        """Shows what to do, in words and to screen readers; an empty text takes it away."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self.control.setProperty("error", bool(text))
        self.control.style().unpolish(self.control)
        self.control.style().polish(self.control)
        spoken = say("Error: {error} {name}", error=text, name=self._name) if text else self._name
        self.control.setAccessibleName(spoken)
        self.control.setAccessibleDescription(" ".join(part for part in (self._hint, text) if part))
