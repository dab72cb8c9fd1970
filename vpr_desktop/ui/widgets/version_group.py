"""The versions of a field to choose from: words in full, below them who wrote it, when and where. None is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen

from vpr_desktop.domain.quick_log import Option
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import BODY, CONTROL, MARK, RADIUS, SMALL
from vpr_desktop.ui.widgets.choice_group import GAP, PADDING, ChoiceGroup, RadioCard
from vpr_desktop.ui.words import ended

SIDE_BY_SIDE = 760  # width from which two versions stand beside each other
WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class VersionCard(RadioCard):
    """One version. Its text is the value; `told` says who, when and where."""

    told = ""

    def heights(self, width: int) -> tuple[int, int]:
        """How high the value and what is told of it are at a width of the card."""
        look = style_of()
        room = QRect(0, 0, max(40, width - look.px(MARK) - 3 * look.px(PADDING)), 100_000)
        value = QFontMetrics(look.font(BODY, 600)).boundingRect(room, WRAP, self.text()).height()
        return value, QFontMetrics(look.font(SMALL)).boundingRect(room, WRAP, self.told).height()

    def high(self, width: int) -> int:
        """The whole height at a width."""
        look = style_of()
        return max(look.px(CONTROL), sum(self.heights(width)) + look.px(4) + 2 * look.px(PADDING))

    def sizeHint(self) -> QSize:
        return QSize(style_of().px(240), self.high(style_of().px(240)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = style_of()
        t = look.tokens
        chosen, inset = self.isChecked(), 1 if self.isChecked() else 0.5
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(t.link if chosen else t.option_edge), 2 if chosen else 1))
        painter.setBrush(QColor(t.tint if chosen or self.underMouse() else t.surface))
        face = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(face, look.px(RADIUS), look.px(RADIUS))
        side, mark = look.px(PADDING), look.px(MARK)
        ring = QRectF(side, side, mark, mark)
        painter.setPen(QPen(QColor(t.link if chosen else t.control_edge), 1.5))
        painter.setBrush(QColor(t.link) if chosen else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(ring)
        painter.setPen(QColor(t.on_link if chosen else t.second))
        painter.setFont(look.font(SMALL, 600))
        painter.drawText(ring, int(Qt.AlignmentFlag.AlignCenter), str(self.digit or ""))
        left, (value, told) = mark + 2 * side, self.heights(self.width())
        painter.setPen(QColor(t.text))
        painter.setFont(look.font(BODY, 600))
        painter.drawText(QRectF(left, side, self.width() - left - side, value), WRAP, self.text())
        painter.setPen(QColor(t.second))
        painter.setFont(look.font(SMALL))
        below = QRectF(left, side + value + look.px(4), self.width() - left - side, told)
        painter.drawText(below, WRAP, self.told)
        painter.end()


class VersionGroup(ChoiceGroup):
    """Digits and arrows choose, as in every question; one Tab stop."""

    radio = VersionCard

    def __init__(self) -> None:
        super().__init__("", ())

    def show_versions(self, question: str, versions: Sequence[tuple[str, str, str]]) -> None:
        """Each as code, words, and what is told of it."""
        self.question = question
        self.setAccessibleName(question)
        self.set_options([Option(code, words) for code, words, _ in versions])
        for card, (_, words, told) in zip(self.cards, versions, strict=True):
            assert isinstance(card, VersionCard)
            card.told = told
            card.setAccessibleName(f"{ended(words)} {told}")
        self._lay_out()

    def _arrange(self, width: int) -> tuple[list[QRect], int]:
        gap = style_of().px(GAP)
        cards = [card for card in self.cards if isinstance(card, VersionCard)]
        beside = len(cards) == 2 and width >= style_of().px(SIDE_BY_SIDE)
        if beside:
            half = (width - gap) // 2
            tall = max(card.high(half) for card in cards)
            return [QRect(0, 0, half, tall), QRect(half + gap, 0, half, tall)], tall
        places, top = [], 0
        for card in cards:
            places.append(QRect(0, top, width, card.high(width)))
            top += card.high(width) + gap
        return places, max(0, top - gap)
