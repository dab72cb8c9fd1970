"""One question with its answers as cards: one Tab stop, digits and arrows choose, focus stays in the group."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QCheckBox, QGroupBox, QRadioButton, QSizePolicy, QWidget

from vpr_desktop.domain.quick_log import Option
from vpr_desktop.ui.announce import say_cleared
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import BODY, CONTROL, MARK, RADIUS, SMALL
from vpr_desktop.ui.words import say

GAP = 6
PADDING = 8


class _Card:
    """How an answer is painted: four cues for chosen, so that none rests on colour alone."""

    digit: int
    square: bool

    @staticmethod
    def paint(card: QAbstractButton, digit: int, square: bool) -> None:
        look = style_of()
        t = look.tokens
        chosen = card.isChecked()
        painter = QPainter(card)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inset = 1 if chosen else 0.5  # half the pen, so that the edge falls on whole pixels
        face = QRectF(card.rect()).adjusted(inset, inset, -inset, -inset)
        painter.setPen(QPen(QColor(t.link if chosen else t.option_edge), 2 if chosen else 1))
        painter.setBrush(QColor(t.tint if chosen or card.underMouse() else t.surface))
        painter.drawRoundedRect(face, look.px(RADIUS), look.px(RADIUS))
        mark = QRectF(look.px(PADDING), (card.height() - look.px(MARK)) / 2, look.px(MARK), look.px(MARK))
        painter.setPen(QPen(QColor(t.link if chosen else t.control_edge), 1.5))
        painter.setBrush(QColor(t.link) if chosen else Qt.BrushStyle.NoBrush)
        corner = look.px(4) if square else mark.width() / 2
        painter.drawRoundedRect(mark, corner, corner)
        painter.setPen(QColor(t.on_link if chosen else t.second))
        painter.setFont(look.font(SMALL, 600))
        if digit:
            painter.drawText(mark, int(Qt.AlignmentFlag.AlignCenter), str(digit))
        elif chosen:
            _Card._tick(painter, mark, square, QColor(t.on_link))
        painter.setPen(QColor(t.text))
        painter.setFont(look.font(BODY, 600 if chosen else 400))
        left, right = mark.right() + look.px(PADDING), card.width() - look.px(PADDING) + 2
        words = QRectF(left, 0, right - left, card.height())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap), card.text())
        painter.end()

    @staticmethod
    def _tick(painter: QPainter, mark: QRectF, square: bool, colour: QColor) -> None:
        painter.setPen(QPen(colour, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        if not square:
            painter.setBrush(colour)
            painter.drawEllipse(mark.center(), mark.width() / 5, mark.width() / 5)
            return
        step = mark.width() / 4
        middle = mark.center()
        points = [(-step, 0), (-step / 4, step * 0.8), (step, -step * 0.8)]
        painter.drawPolyline([QPointF(middle.x() + x, middle.y() + y) for x, y in points])


class RadioCard(QRadioButton):
    """One answer of which one can be chosen."""

    digit = 0

    def paintEvent(self, _event: QPaintEvent) -> None:
        _Card.paint(self, self.digit, False)

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002  the whole card is the target
        return True

    def sizeHint(self) -> QSize:
        return card_size(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


class CheckCard(QCheckBox):
    """One answer of which any number can be chosen."""

    digit = 0

    def nextCheckState(self) -> None:
        """By key or click."""
        super().nextCheckState()
        self.say_state()

    def say_state(self) -> None:
        """Tells screen readers once more where a tick was taken back."""
        if not self.isChecked():
            say_cleared(self)

    def paintEvent(self, _event: QPaintEvent) -> None:
        _Card.paint(self, self.digit, True)

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002  the whole card is the target
        return True

    def sizeHint(self) -> QSize:
        return card_size(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


class Tick(CheckCard):
    """A single yes that stands by itself, as large a target as every answer; Space ticks it."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        style_of().changed.connect(self.updateGeometry)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        QCheckBox.keyPressEvent(self, event)


def card_size(text: str) -> QSize:
    """The size of a card, by its chosen weight, so that choosing moves no neighbour."""
    look = style_of()
    words = QFontMetricsF(look.font(BODY, 600)).horizontalAdvance(text)
    return QSize(round(words + look.px(MARK) + 3 * look.px(PADDING)) + 1, look.px(CONTROL))


class ChoiceGroup(QGroupBox):
    """A question and its cards in a justified grid. `answered` tells each change by the user.

    A group box for screen readers alone, which then say the question; its frame is not drawn.
    """

    answered = Signal()
    radio: type[RadioCard] = RadioCard

    def __init__(
        self,
        question: str,
        options: Sequence[Option],
        *,
        many: bool = False,
        digits: bool = True,
        columns: Sequence[int] = (5, 6, 4, 3, 2, 1),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.question = question
        self.many = many
        self._columns = tuple(columns)
        self._digits = digits
        self.cards: list[RadioCard | CheckCard] = []
        self.codes: list[str] = []
        self._tail: QWidget | None = None
        self._tail_wide = 0
        self._exclusive = QButtonGroup(self)
        self._exclusive.setExclusive(not many)
        self.setAccessibleName(question)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_options(options)
        style_of().changed.connect(self._lay_out)

    def set_options(self, options: Sequence[Option]) -> None:
        """Replaces the cards."""
        for card in self.cards:
            self._exclusive.removeButton(card)
            card.setParent(None)
            card.deleteLater()
        self.cards, self.codes = [], []
        for place, option in enumerate(options, start=1):
            card = (CheckCard if self.many else self.radio)(option.label, self)
            card.digit = place if self._digits and len(options) <= 9 else 0
            card.setObjectName(option.code)
            position = say("{place} of {count}", place=place, count=len(options))
            card.setAccessibleName(option.label)
            card.setAccessibleDescription(f"{self.question}, {position}")
            card.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            card.clicked.connect(self._on_card_clicked)
            self._exclusive.addButton(card)
            self.cards.append(card)
            self.codes.append(option.code)
            card.setVisible(True)
        if self.cards:
            self._rove_to(0)
        self._lay_out()

    def set_tail(self, tail: QWidget, wide: int) -> None:
        """A control of the last answer that stands after it, such as a field for another time.

        Right of the cards, `wide` of the design's pixels, where those stand in one row; else the next cell of the grid.
        """
        self._tail, self._tail_wide = tail, wide
        tail.setParent(self)
        tail.show()
        self._lay_out()

    def value(self) -> list[str]:
        """The chosen codes, in the order of the cards."""
        return [code for code, card in zip(self.codes, self.cards, strict=True) if card.isChecked()]

    def set_value(self, codes: Sequence[str]) -> None:
        """Chooses these codes and no others, without telling."""
        self._exclusive.setExclusive(False)
        for place, (code, card) in enumerate(zip(self.codes, self.cards, strict=True)):
            card.setChecked(code in codes)
            if code in codes:
                self._rove_to(place)
        self._exclusive.setExclusive(not self.many)

    def first_focus(self) -> QWidget:
        """The one card that takes Tab."""
        stops = [card for card in self.cards if card.focusPolicy() == Qt.FocusPolicy.StrongFocus]
        return stops[0] if stops else self

    def _rove_to(self, place: int) -> None:
        for i, card in enumerate(self.cards):
            card.setFocusPolicy(Qt.FocusPolicy.StrongFocus if i == place else Qt.FocusPolicy.ClickFocus)

    def _on_card_clicked(self) -> None:
        card = self.sender()
        if isinstance(card, RadioCard | CheckCard):
            self._rove_to(self.cards.index(card))
            card.setFocus(Qt.FocusReason.OtherFocusReason)
        self.answered.emit()

    def choose(self, place: int) -> None:
        """Chooses the card at a place, or takes the choice back where several may be chosen."""
        if not 0 <= place < len(self.cards):
            return
        card = self.cards[place]
        self._rove_to(place)
        card.setFocus(Qt.FocusReason.TabFocusReason)
        card.setChecked(not card.isChecked() if self.many else True)
        if isinstance(card, CheckCard):
            card.say_state()
        self.answered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if focused is not None and focused is self._tail:  # its keys are its own
            event.ignore()
            return
        here = self.cards.index(focused) if isinstance(focused, RadioCard | CheckCard) and focused in self.cards else 0
        key = event.key()
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(Qt.Key(key))
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and Qt.Key.Key_1 <= key <= Qt.Key.Key_9 and self._digits:
            self.choose(key - Qt.Key.Key_1)
        elif plain and key == Qt.Key.Key_Space:
            self.choose(here)
        elif plain and step is not None:
            self._step(here, step)
        else:
            event.ignore()

    def _step(self, here: int, step: int) -> None:
        there = (here + step) % len(self.cards)
        if self.many:
            self._rove_to(there)
            self.cards[there].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.choose(there)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(width)[1]

    def sizeHint(self) -> QSize:
        look = style_of()
        width = self.width() if self.width() > 120 else look.px(700)
        return QSize(look.px(300), self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(style_of().px(120), self.heightForWidth(max(self.width(), 120)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_cards()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Nothing: the cards are what is seen."""

    def _place_cards(self) -> None:
        places, _ = self._arrange(self.width())
        placed = [*self.cards] if self._tail is None else [*self.cards, self._tail]
        for one, place in zip(placed, places if self.cards else [], strict=bool(self.cards)):
            one.setGeometry(place)

    def _lay_out(self) -> None:
        """After other options or another text size: new places, and a new height to ask for."""
        self._place_cards()
        self.updateGeometry()
        self.update()

    def _arrange(self, width: int) -> tuple[list[QRect], int]:
        """Where the cards go, and what stands after them; and how high that is."""
        look = style_of()
        wide = [card_size(card.text()).width() for card in self.cards]
        if not wide:
            return [], look.px(CONTROL)
        if self._tail is None:
            return self._cells(wide, width)
        beside = look.px(self._tail_wide)
        places, tall = self._cells(wide, width - beside - look.px(GAP))
        if places[-1].top() == 0:
            return [*places, QRect(width - beside, 0, beside, tall)], tall
        return self._cells([*wide, beside], width)

    def _cells(self, wide: list[int], width: int) -> tuple[list[QRect], int]:
        """The most columns into which the widest text fits, else one row by text width."""
        look = style_of()
        gap, height = look.px(GAP), look.px(CONTROL)
        one_row = sum(wide) + gap * (len(wide) - 1)
        columns = next((c for c in self._columns if max(wide) <= (width - gap * (c - 1)) / c and c <= 5), 0)
        if one_row <= width and 5 in self._columns and columns != len(wide):
            return self._row(wide, width, gap, height), height
        columns = columns or 1
        cell = (width - gap * (columns - 1)) / columns
        places, top = [], 0
        for first in range(0, len(wide), columns):
            in_row = wide[first : first + columns]
            tall = height if max(in_row) <= cell else height * 2
            places += [QRect(int(i * (cell + gap)), top, int(cell), tall) for i in range(len(in_row))]
            top += tall + gap
        return places, top - gap

    @staticmethod
    def _row(wide: list[int], width: int, gap: int, height: int) -> list[QRect]:
        spare = (width - sum(wide) - gap * (len(wide) - 1)) / len(wide)
        places, left = [], 0.0
        for one in wide:
            places.append(QRect(int(left), 0, int(one + spare), height))  # down, or the last one reaches out
            left += one + spare + gap
        return places
