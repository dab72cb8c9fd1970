"""Words on the page: headings, body, hints, tags and one-line facts, each in a font of the design."""

from __future__ import annotations

import re

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from vpr_desktop.ui.icons import pixmap
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import BODY, CARD_TITLE, H1, RADIUS_TAG, SECTION, SMALL, TAG

SIZES = {
    "h1": (H1, 600),
    "section": (SECTION, 600),
    "title": (CARD_TITLE, 600),
    "body": (BODY, 400),
    "strong": (BODY, 600),
    "hint": (SMALL, 400),
    "small-strong": (SMALL, 600),
    "big": (36, 600),
}
ONE_PIECE = re.compile(r"\b\d{2}-[A-Z][a-z]{2}-\d{4}\b|\b[A-Z]+-\d{4}-[A-Z]+\d+\b")  # a date, a reference
JOINED = "\u2060"  # after a hyphen: takes no room, and no line ends there


class Words(QLabel):
    """A label of one of the design's kinds; it wraps, and follows text size and theme."""

    def __init__(self, text: str = "", kind: str = "body", *, tone: str = "", wrap: bool = True, wide: int = 0) -> None:
        """`wide`: as wide as its column, in the design's pixels, so that rows stand below each other."""
        super().__init__()
        self.kind, self._wide = kind, wide
        self._plain = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setWordWrap(wrap)
        if tone:
            self.setProperty("tone", tone)
        if not wrap:
            self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._dress()
        style_of().changed.connect(self._dress)

    def setText(self, text: str) -> None:
        """Shows it so that a date or a reference stands on one line, where Qt would go on after a hyphen."""
        self._show(text, in_one_piece(text))

    def text(self) -> str:
        """The sentence as it is read, and as screen readers say it."""
        return self._plain

    def _show(self, plain: str, shown: str) -> None:
        name = self.accessibleName()
        spoken = plain if shown != plain else ""
        if name in ("", self._plain) and name != spoken:  # else it has a name of its own
            self.setAccessibleName(spoken)
        self._plain = plain
        super().setText(shown)

    def _dress(self) -> None:
        self.setFont(style_of().font(*SIZES[self.kind]))
        if self._wide:
            self.setFixedWidth(style_of().px(self._wide))
        self.updateGeometry()


def in_one_piece(text: str) -> str:
    """A text in which no line ends within a date or a reference."""
    return ONE_PIECE.sub(lambda found: found[0].replace("-", f"-{JOINED}"), text)


class Stressed(Words):
    """Words of which one part stands out, such as the number to call; read and heard as one plain sentence."""

    def __init__(self, text: str = "", part: str = "", kind: str = "body", *, tone: str = "") -> None:
        super().__init__("", kind, tone=tone)
        self.stress(text, part)

    def stress(self, text: str, part: str) -> None:
        """Says a sentence with this part of it in heavier letters."""
        if not part or part not in text:
            self.setTextFormat(Qt.TextFormat.PlainText)
            super().setText(text)
            self.setAccessibleName(text)
            return
        from html import escape  # loads much, and the first picture has nothing stressed

        before, found, after = (escape(in_one_piece(words)) for words in text.partition(part))
        self.setTextFormat(Qt.TextFormat.RichText)
        self._show(text, f'{before}<span style="font-weight:600">{found}</span>{after}')
        self.setAccessibleName(text)

    def setText(self, text: str) -> None:
        """Plain words, none of them heavier."""
        self.stress(text, "")


class Heading(Words):
    """The heading of a page or card; screen readers jump from one to the next, and focus may go there."""

    spoken_role = QAccessible.Role.Heading

    def __init__(self, text: str = "", kind: str = "h1") -> None:
        super().__init__(text, kind)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def setText(self, text: str) -> None:
        """Also what is said: Qt takes no name from the text of a heading."""
        super().setText(text)
        self.setAccessibleName(text)

    def take_focus(self) -> None:
        """Lets a screen reader start here, without a Tab stop."""
        self.start_here()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def start_here(self) -> None:
        """Makes this a place that focus may be put on, for a page that begins with its heading."""
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def ring_area(self) -> QRect:
        """What the focus ring goes round: the words, not the whole line."""
        words = self.fontMetrics().boundingRect(self.rect(), int(Qt.TextFlag.TextWordWrap), QLabel.text(self))
        tight = max(0, (self.height() - words.height()) // 2 + 3)  # the ring keeps off the line below
        return QRect(0, tight, min(self.width(), words.width() + 4), self.height() - 2 * tight)


class IconLabel(QLabel):
    """An icon beside words; decorative, the words say it."""

    def __init__(self, name: str, tone: str = "text", size: int = 20) -> None:
        super().__init__()
        self._name, self._tone, self._size = name, tone, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._dress()
        style_of().changed.connect(self._dress)

    def _dress(self) -> None:
        look = style_of()
        colour = str(getattr(look.tokens, self._tone))
        self.setPixmap(pixmap(self._name, colour, look.px(self._size), self.devicePixelRatioF()))


class TagLabel(QWidget):
    """A status in a tinted box."""

    spoken_role = QAccessible.Role.StaticText

    def __init__(self, text: str, tint: str = "blue") -> None:
        super().__init__()
        self._text, self._tint = text, tint
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        style_of().changed.connect(self.updateGeometry)

    def set_words(self, text: str, tint: str) -> None:
        """Changes what it says."""
        self._text, self._tint = text, tint
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """What it says."""
        return self._text

    def sizeHint(self) -> QSize:
        look = style_of()
        width = QFontMetricsF(look.font(SMALL, 600)).horizontalAdvance(self._text)
        return QSize(round(width) + look.px(18), look.px(TAG))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_tag(painter, QRectF(self.rect()), self._text, self._tint)
        painter.end()


def paint_tag(painter: QPainter, rect: QRectF, text: str, tint: str) -> None:
    """Draws a tag into a rectangle of its height."""
    look = style_of()
    tag = look.tokens.tags[tint]
    edge = QColor(tag.text)
    edge.setAlphaF(0.27)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(QColor(tag.tint))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), look.px(RADIUS_TAG), look.px(RADIUS_TAG))
    painter.setPen(QColor(tag.text))
    painter.setFont(look.font(SMALL, 600))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)
