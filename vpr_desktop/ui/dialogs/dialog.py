"""What every dialog has: the focus ring, Tab in the order of reading, and a width that follows the text size."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog, QLayout, QWidget

from vpr_desktop.ui.focus_ring import FocusRing
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.reading_order import TabsInReadingOrder


class Dialog(TabsInReadingOrder, QDialog):
    """Asks for one thing; closes by itself when the PC locks."""

    def __init__(self, parent: QWidget, title: str, width: int) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._width = width
        self.ring = FocusRing(self)

    def fill(self, body: QLayout) -> None:
        """Puts the content in, as wide as the text size asks for and the parent allows."""
        body.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setLayout(body)
        self._fit()
        style_of().changed.connect(self._fit)

    def event(self, event: QEvent) -> bool:
        """As high as its words need at this width: Qt reckons with lines that wrap earlier, and spreads the rest."""
        kind, done = event.type(), super().event(event)
        body = self.layout() if kind in (QEvent.Type.LayoutRequest, QEvent.Type.Show) else None
        if body is not None:
            needed = body.totalHeightForWidth(self.width())
            self.setMinimumHeight(needed)
            self.resize(self.width(), needed)
        return done

    def _fit(self) -> None:
        parent = self.parentWidget()
        room = parent.window().width() if parent is not None else self._width
        self.setMinimumWidth(min(style_of().px(self._width), room))
