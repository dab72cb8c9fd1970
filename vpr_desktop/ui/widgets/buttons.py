"""Buttons of the design, painted by one class, with icon, text and shortcut hint as one size."""

from __future__ import annotations

from math import ceil
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from vpr_desktop.ui.icons import paint_icon
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import BODY, CONTROL, HEADER_BUTTON, LINK, PRIMARY, RADIUS, SMALL

Kind = Literal["primary", "secondary", "quiet", "tinted", "header", "link", "rail", "filter"]
HEIGHTS: dict[str, int] = {"primary": PRIMARY, "header": HEADER_BUTTON, "link": LINK}
GAP = 10
ICON = 18


class Button(QPushButton):
    """A button: verb and object, with an optional icon and the shortcut it can be reached by."""

    def __init__(
        self,
        text: str,
        kind: Kind = "secondary",
        *,
        icon: str = "",
        hint: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.kind: Kind = kind
        self.icon_name = icon
        self.hint = hint
        self.badge = ""
        self.current = False
        self.tone = ""
        self.underlined = False
        self.setAccessibleName(name or text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        style_of().changed.connect(self.updateGeometry)

    def set_words(self, text: str, name: str = "") -> None:
        """Changes the text and what a screen reader says."""
        self.setText(text)
        self.setAccessibleName(name or text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = style_of()
        width = 0.0
        if self.icon_name:
            width += look.px(ICON) + (look.px(8) if self.text() else 0)
        width += QFontMetricsF(look.font(BODY, self._weight())).horizontalAdvance(self.text())
        if self.hint:
            width += look.px(GAP) + QFontMetricsF(look.font(SMALL)).horizontalAdvance(self.hint)
        return QSize(round(width + 2 * self._side()) + 1, look.px(HEIGHTS.get(self.kind, CONTROL)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _weight(self) -> int:
        return 400 if self.kind in ("header", "filter") or (self.kind == "rail" and not self.current) else 600

    def _side(self) -> int:
        look = style_of()
        if self.kind == "link":
            return 0
        if self.kind == "filter":
            return look.px(12)
        return look.px(10 if self.kind in ("header", "rail") or not self.text() else 16)

    def _colours(self) -> tuple[str, str, str]:
        """Fill, edge and text; an empty fill or edge is not drawn."""
        t = style_of().tokens
        hover = self.underMouse() and self.isEnabled()
        if self.kind == "primary":
            return (t.primary_hover if hover else t.primary, t.primary_rim, t.on_primary)
        if self.kind == "header":
            if self.tone == "needs_you":
                return t.needs_you, "", t.on_warning
            return t.header_button, "", t.on_header
        if self.kind == "tinted" or (self.kind == "rail" and self.current):
            return t.tint, "", t.link
        if self.kind == "filter":
            return (
                (t.tint if hover or self.current else t.surface),
                (t.link if self.current else t.control_edge),
                t.text,
            )
        chosen = self.kind == "link" and self.current
        text = t.second if not self.isEnabled() else t.error if self.tone == "error" else t.text if chosen else t.link
        if self.kind == "rail":
            return (t.tint if hover else ""), "", t.text
        if self.kind in ("quiet", "link") and self.tone == "on_warning":
            return "", "", t.on_warning
        if self.kind in ("quiet", "link"):
            return (t.tint if hover and self.kind == "quiet" else ""), "", text
        return (t.tint if hover else t.surface), text, text

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = style_of()
        fill, edge, text = self._colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face = QRectF(self.rect())
        radius = look.px(RADIUS)
        if self.kind == "primary":
            self._rounded(painter, face, radius, look.tokens.primary_edge, "")
            face = face.adjusted(0, 0, 0, -look.px(3))
        self._rounded(painter, face, radius, fill, edge)
        if self.kind == "rail" and self.current:
            painter.fillRect(QRectF(0, look.px(5), look.px(4), face.height() - look.px(10)), QColor(text))
        if self.kind == "link" and self.current:  # chosen among its like, as an open tab
            bar = look.px(3)
            painter.fillRect(QRectF(0, face.bottom() - bar, face.width(), bar), QColor(look.tokens.link))
        if self.isDown():
            painter.translate(0, 1)
        self._content(painter, face, text)
        painter.end()

    @staticmethod
    def _rounded(painter: QPainter, face: QRectF, radius: float, fill: str, edge: str) -> None:
        inner = face.adjusted(0.75, 0.75, -0.75, -0.75) if edge else face
        path = QPainterPath()
        path.addRoundedRect(inner, radius, radius)
        if fill:
            painter.fillPath(path, QColor(fill))
        if edge:
            painter.setPen(QPen(QColor(edge), 1.5))
            painter.drawPath(path)

    def _content(self, painter: QPainter, face: QRectF, colour: str) -> None:
        look = style_of()
        left = face.left() + self._side()
        spare = face.width() - self.sizeHint().width()
        if self.kind not in ("rail", "link") and spare > 0:
            left += spare / 2
        if not self.text() and self.icon_name:
            left = face.left() + (face.width() - look.px(ICON)) / 2
        trailing = self.icon_name == "down" and bool(self.text())  # opens something: the arrow stands at the end
        if trailing:
            size = look.px(ICON)
            end = left + self.sizeHint().width() - 2 * self._side() - size
            paint_icon(painter, self.icon_name, colour, QRectF(end, face.center().y() - size / 2, size, size))
        elif self.icon_name:
            paint_icon(painter, self.icon_name, colour, self.icon_spot(face, left))
            left += look.px(ICON) + look.px(8)
        painter.setPen(QColor(colour))
        painter.setFont(look.font(BODY, self._weight()))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
        width = QFontMetricsF(painter.font()).horizontalAdvance(self.text())
        painter.drawText(QRectF(left, face.top(), width + 2, face.height()), int(flags), self.text())
        if self.underlined:
            under = face.center().y() + painter.fontMetrics().ascent() / 2 + look.px(1)
            painter.fillRect(QRectF(left, under, width, max(1, look.px(1))), QColor(colour))
        if self.hint:
            painter.setFont(look.font(SMALL))
            rest = QRectF(left + width + look.px(GAP), face.top(), face.width(), face.height())
            painter.drawText(rest, int(Qt.AlignmentFlag.AlignVCenter), self.hint)
        if self.badge:
            self._badge(painter, face)

    def icon_spot(self, face: QRectF, left: float) -> QRectF:
        """Where the icon stands: in the middle, and under its number where there are no words beside it."""
        size = style_of().px(ICON)
        under = bool(self.badge) and not self.text()
        return QRectF(left, face.bottom() - size - 1 if under else face.center().y() - size / 2, size, size)

    def badge_spot(self, face: QRectF) -> QRectF:
        """Where the number stands: at the end of the words, or above the icon."""
        look = style_of()
        words = QFontMetricsF(look.font(SMALL, 600)).horizontalAdvance(self.badge)
        if self.text():
            width, height = max(float(look.px(24)), words + look.px(12)), look.px(22)
            return QRectF(face.right() - look.px(8) - width, face.center().y() - height / 2, width, height)
        width = min(max(float(look.px(22)), words + look.px(8)), face.width())
        return QRectF(face.right() - width, face.top(), width, face.height() - look.px(ICON) - 2)

    def _badge(self, painter: QPainter, face: QRectF) -> None:
        look = style_of()
        tag, spot = look.tokens.tags["grey"], self.badge_spot(face)
        painter.setFont(look.font(SMALL, 600))
        self._rounded(painter, spot, spot.height() / 2, tag.tint, "")
        painter.setPen(QColor(tag.text))
        painter.drawText(spot, int(Qt.AlignmentFlag.AlignCenter), self.badge)


class WrappingLink(Button):
    """A link that breaks into lines where there is no room for it in one."""

    def __init__(self, text: str) -> None:
        super().__init__(text, "link")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        metrics = QFontMetricsF(style_of().font(BODY, self._weight()))
        words = metrics.boundingRect(QRectF(0, 0, max(1, width), 100_000), Qt.TextFlag.TextWordWrap, self.text())
        return max(self.sizeHint().height(), ceil(words.height()))

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetricsF(style_of().font(BODY, self._weight()))
        longest = max((metrics.horizontalAdvance(word) for word in self.text().split()), default=0.0)
        return QSize(ceil(longest) + 1, self.sizeHint().height())

    def _content(self, painter: QPainter, face: QRectF, colour: str) -> None:
        painter.setPen(QColor(colour))
        font = QFont(style_of().font(BODY, self._weight()))
        font.setUnderline(self.underlined)
        painter.setFont(font)
        painter.drawText(face, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap), self.text())
