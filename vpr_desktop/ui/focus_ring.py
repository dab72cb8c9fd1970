"""The focus ring: one overlay for the whole window, dark inside and yellow outside, never under anything.

In a yellow panel the two lines change places: the outer one would not be seen on it, nor the inner one on dark buttons.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.labels import Heading

INSIDE, OUTSIDE = 2, 3
MOVES = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest})


class FocusRing(QWidget):
    """Follows the focused widget of its window."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._target: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("focus-ring")
        self._watched: list[QWidget] = []
        self._is_awake = False
        # Woken by its first paint: looking at a widget's parents before would hold up the first sight of the window.
        self._wake = QTimer(self, singleShot=True, interval=0)
        self._wake.timeout.connect(self._on_woken)

    def _on_woken(self) -> None:
        if self._is_awake:
            return
        self._is_awake = True
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus_changed)
        self.window().installEventFilter(self)
        self._on_focus_changed(None, QApplication.focusWidget())

    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        for watched in filter(shiboken6.isValid, self._watched):
            watched.removeEventFilter(self)
        self._watched = []
        self._target = now if now is not None and self.window().isAncestorOf(now) else None
        widget: QWidget | None = self._target
        while widget is not None and widget is not self.window():
            widget.installEventFilter(self)
            self._watched.append(widget)
            widget = widget.parentWidget()
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in MOVES:
            self._follow()
        return super().eventFilter(watched, event)

    def _follow(self) -> None:
        self.setGeometry(self.window().rect())
        self.raise_()
        self.update()

    def ring_rect(self) -> QRect:
        """Where the ring is drawn, in the window; empty where the focused widget is out of sight."""
        target = self._target
        if target is None or not shiboken6.isValid(target) or not target.isVisible():
            return QRect()
        margin = INSIDE + OUTSIDE
        area = target.ring_area() if isinstance(target, Heading) else target.rect()
        around = QRect(target.mapTo(self.window(), area.topLeft()), area.size())
        around.adjust(-margin, -margin, margin, margin)
        return around & self._sight(target)

    def _sight(self, target: QWidget) -> QRect:
        """The part of the window in which the focused widget can be seen."""
        sight = self.window().rect()
        parent: QWidget | None = target.parentWidget()
        while parent is not None and parent is not self.window():
            if isinstance(parent, QAbstractScrollArea):
                view = parent.viewport()
                sight &= QRect(view.mapTo(self.window(), QPoint(0, 0)), view.size())
            parent = parent.parentWidget()
        return sight

    def _is_on_yellow(self) -> bool:
        around = self._target
        while around is not None and around.property("panel") != "warning":
            around = around.parentWidget()
        return around is not None

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._is_awake:
            self._wake.start()
            return
        rect = self.ring_rect()
        if rect.isEmpty():
            return
        look = style_of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outer = QRectF(rect).adjusted(OUTSIDE / 2, OUTSIDE / 2, -OUTSIDE / 2, -OUTSIDE / 2)
        inner = outer.adjusted(2.5, 2.5, -2.5, -2.5)
        radius = look.px(7)
        inside, outside = QColor(look.tokens.ring_inside), QColor(look.tokens.ring_outside)
        if self._is_on_yellow() and not look.high_contrast:
            inside, outside = outside, inside
        painter.setPen(QPen(outside, OUTSIDE))
        painter.drawRoundedRect(outer, radius + 2, radius + 2)
        if not look.high_contrast:
            painter.setPen(QPen(inside, INSIDE))
            painter.drawRoundedRect(inner, radius, radius)
        painter.end()
