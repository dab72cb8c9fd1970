"""Says over the page that something takes its time: a thin bar, a few words and, after a while, Cancel."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Card, row
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say

HEIGHT = 4


class BusyBar(QWidget):
    """A thin bar, filled as far as the work is; whole where nobody knows. It does not move by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.part = 1.0
        self.setFixedHeight(style_of().px(HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = style_of().tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.hairline))
        painter.fillRect(QRectF(0, 0, self.width() * self.part, self.height()), QColor(tokens.link))
        painter.end()


class BusyNote(Card):
    """Hidden while nothing takes long. `cancelled` tells that somebody wants it to stop."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__(margins=(16, 8, 16, 8))
        self.hide()
        self.bar = BusyBar()
        self.words = Words("", "strong", wrap=False)
        self.cancel = Button(say("Cancel"), "link", name=say("Cancel loading"))
        line = row(self.words, self.cancel, gap=20)
        self.body.addWidget(self.bar)
        self.body.addLayout(line)
        self.cancel.hide()
        self.cancel.clicked.connect(self.cancelled)

    def say(self, text: str, progress: tuple[int, int] | None = None) -> None:
        """Shows what is being done and how far it is."""
        self.bar.part = progress[0] / max(1, progress[1]) if progress else 1.0
        self.bar.update()
        self.words.setText(text)
        self.setAccessibleName(text)
        self.show()
        self.raise_()

    def offer_cancel(self, words: str) -> None:
        """Shows the button, named for screen readers by what it stops."""
        self.cancel.setAccessibleName(words)
        self.cancel.show()

    def rest(self) -> None:
        """Nothing takes long any more."""
        self.cancel.hide()
        self.hide()
