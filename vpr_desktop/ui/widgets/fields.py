"""Fields to type into, with label, hint and error that a screen reader finds too."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from vpr_desktop.ui.icons import paint_icon
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import CONTROL
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import column, row
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say

LABEL_WIDTH, LABEL_GAP, LEAST_BESIDE = 250, 16, 360  # of a label beside its control


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

    @property
    def by_hand(self) -> bool:
        """Whether what stands here was typed by a person, since it was filled or this was set."""
        return self.isModified()

    @by_hand.setter
    def by_hand(self, is_so: bool) -> None:
        self.setModified(is_so)

    def typed(self) -> str:
        """What stands here."""
        return self.text()

    def retype(self, text: str) -> None:
        """Puts back what a person typed."""
        self.setText(text)
        self.setModified(True)


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
        self.by_hand = False  # what is chosen now was chosen by a person
        self.activated.connect(self._on_activated)
        self._dress()
        style_of().changed.connect(self._dress)

    def _on_activated(self, _place: int) -> None:
        self.by_hand = True

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  all of it is drawn anew
        look, shown = style_of(), QStyleOptionComboBox()
        self.initStyleOption(shown)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, shown, part, self).width() - look.px(4)
        shown.currentText = self.fontMetrics().elidedText(shown.currentText, Qt.TextElideMode.ElideRight, room)
        drawn = QStylePainter(self)
        drawn.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, shown)
        drawn.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, shown)
        drawn.end()
        if look.high_contrast:  # the system draws an arrow of its own
            return
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

    def typed(self) -> str:
        """The code chosen, in the way of every control that is filled in."""
        return self.code()

    def retype(self, text: str) -> None:
        """Chooses again what a person chose."""
        self.set_code(text, keep=True)
        self.by_hand = True

    def set_code(self, code: str, *, keep: bool = False) -> None:
        """Chooses a code. With `keep` one that a newer version wrote is put on the list, so that it is not lost."""
        if keep and self.findData(code) < 0:
            self.addItem(code, code)
        self.by_hand = False
        self.setCurrentIndex(max(0, self.findData(code)))

    def _dress(self) -> None:
        self.setFont(style_of().font())
        self.setFixedHeight(style_of().px(CONTROL))


class Field(QWidget):
    """A control with its label above, a hint, and an error that says how to put it right."""

    changed = Signal()

    def __init__(self, label: str, control: QWidget, *, hint: str = "", name: str = "", wide: int = 0) -> None:
        """`wide`: the most that the control is wide, of the design's pixels; 0 gives it all there is."""
        super().__init__()
        self.control = control
        self._wide = wide
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
        self._arrange()
        self._fit_width()
        style_of().changed.connect(self._fit_width)

    def _arrange(self) -> None:
        self.setLayout(column(self.label, self.hint, self.error, self._beside(), gap=4))

    def _beside(self) -> QHBoxLayout:
        """The control at the left, and what it leaves over where its width is limited."""
        line = row(gap=0)
        line.addWidget(self.control, 1000)
        if self._wide:
            line.addStretch(1)
        return line

    def push_down(self) -> None:
        """Lets what room is left over stand above the control, so that it is level with the field beside."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertStretch(layout.count() - 1)

    def _fit_width(self) -> None:
        if self._wide:
            self.control.setMaximumWidth(style_of().px(self._wide))

    def set_error(self, text: str) -> None:
        """Shows what to do, in words and to screen readers; an empty text takes it away."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        mark_error(self.control, text, self._name, self._hint)


class PassphraseField(Field):
    """A passphrase, hidden until somebody asks to see it."""

    def __init__(self, label: str, *, hint: str = "", wide: int = 0) -> None:
        self.typed = TextField()
        self.typed.setEchoMode(QLineEdit.EchoMode.Password)
        self.show_words = Button(say("Show"), "link", name=say("Show the passphrase"))
        self.show_words.setCheckable(True)
        super().__init__(label, self.typed, hint=hint, wide=wide)
        self.show_words.toggled.connect(self._on_toggled)

    def _beside(self) -> QHBoxLayout:
        line = super()._beside()
        line.insertSpacing(1, style_of().px(12))
        line.insertWidget(2, self.show_words)
        return line

    def clear(self) -> None:
        """Empties it, and hides what is typed next."""
        self.typed.clear()
        self.show_words.setChecked(False)

    def _on_toggled(self, shown: bool) -> None:
        self.typed.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self.show_words.set_words(say("Hide") if shown else say("Show"), say("Show the passphrase"))


def mark_error(control: QWidget, text: str, name: str, hint: str = "") -> None:
    """Gives a control the edge, the name and the description of an error; an empty text takes them away."""
    font = control.font()
    control.setProperty("error", bool(text))
    control.style().unpolish(control)
    control.style().polish(control)
    control.setFont(font)  # the sheet gives back the one it found first, of the text size there was then
    control.setAccessibleName(say("Error: {error} {name}", error=text, name=name) if text else name)
    control.setAccessibleDescription(" ".join(part for part in (hint, text) if part))


class SideField(Field):
    """A field whose label, hint and error stand left of the control, so that many read as one table; above it
    where there is little room."""

    def __init__(self, label: str, control: QWidget, *, hint: str = "", name: str = "", wide: int = 0) -> None:
        super().__init__(label, control, hint=hint, name=name, wide=wide)
        style_of().changed.connect(self._fit)

    def _arrange(self) -> None:
        self.words = QWidget()
        told = column(self.label, self.hint, self.error, gap=0)
        told.addStretch(1)
        self.words.setLayout(told)
        held = column(self._beside(), gap=0)
        held.addStretch(1)
        self._line = row(self.words, gap=LABEL_GAP)
        self._line.addLayout(held, 1)
        self.setLayout(self._line)

    def _fit(self) -> None:
        look = style_of()
        above = self.width() < look.px(LABEL_WIDTH + LEAST_BESIDE)
        self._line.setDirection(QBoxLayout.Direction.TopToBottom if above else QBoxLayout.Direction.LeftToRight)
        self._line.setSpacing(look.px(4 if above else LABEL_GAP))
        top = 0 if above or not isinstance(self.control, TextField | DropDown) else look.px(4)
        self.words.layout().setContentsMargins(0, top, 0, 0)  # type: ignore[union-attr]
        self.words.setFixedWidth(self.width() if above else look.px(LABEL_WIDTH))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class SidePassphraseField(PassphraseField, SideField):
    """A passphrase with its label at the left."""
