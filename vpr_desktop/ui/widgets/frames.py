"""Cards, panels, scroll pages and rows: the boxes a page is built of."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import CONTROL
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.labels import Heading, IconLabel, Stressed
from vpr_desktop.ui.words import say

CALM_MS = 250  # so long a newly focused control is kept in sight while boxes around it still grow
Margins = tuple[int, int, int, int]
CARD_MARGINS: Margins = (24, 18, 24, 18)


class Column(QVBoxLayout):
    """From top to bottom. Other layouts go in by `addLayout` alone: see `forget_items`."""

    def addLayout(self, layout: QLayout, /, stretch: int | None = 0) -> None:
        """Puts a layout at the end."""
        super().addLayout(layout, stretch or 0)
        forget_items(layout)


class Row(QHBoxLayout):
    """From left to right. Other layouts go in by `addLayout` alone: see `forget_items`."""

    def addLayout(self, layout: QLayout, /, stretch: int | None = 0) -> None:
        """Puts a layout at the end."""
        super().addLayout(layout, stretch or 0)
        forget_items(layout)


def forget_items(layout: QLayout) -> None:
    """Lets go of the Python objects that PySide makes for the items of a layout that is put into another, and keeps.

    Qt deletes an item without a word to Python. An object that still stands for its address is then taken for whatever
    Qt puts there next, a widget or a layout, and the app ends some time later without a word.
    """
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if isinstance(item, QLayout):
            forget_items(item)
        elif item is not None and not isinstance(layout, Flow):  # a Flow keeps its own, and lets go in time
            shiboken6.invalidate(item)


def column(*widgets: QWidget | QLayout, gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> Column:
    """A layout from top to bottom."""
    made = Column()
    _fill(made, widgets, gap, margins)
    return made


def row(*widgets: QWidget | QLayout, gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> Row:
    """A layout from left to right."""
    made = Row()
    _fill(made, widgets, gap, margins)
    return made


def _fill(box: Column | Row, widgets: tuple[QWidget | QLayout, ...], gap: int, margins: Margins) -> None:
    look = style_of()
    box.setSpacing(look.px(gap))
    box.setContentsMargins(*(look.px(margin) for margin in margins))
    for widget in widgets:
        if isinstance(widget, QLayout):
            box.addLayout(widget)
        else:
            box.addWidget(widget)


def rows(*lines: QWidget | QLayout, gap: int = 8, top: int = 6) -> Column:
    """Lines one below the other with a hairline between each two, and none after the last."""
    made = column(gap=gap, margins=(0, top, 0, 0))
    for place, line in enumerate(lines):
        if place:
            made.addWidget(hairline())
        if isinstance(line, QLayout):
            made.addLayout(line)
        else:
            made.addWidget(line)
    return made


def boxed(layout: QLayout) -> QWidget:
    """A layout in a widget of its own: lines that wrap differently inside one layout take each other's height."""
    made = QWidget()
    layout.setContentsMargins(0, 0, 0, 0)
    made.setLayout(layout)
    return made


def clear(layout: QLayout) -> None:
    """Takes everything out of a layout and lets it go."""
    while layout.count():
        item = layout.itemAt(0)
        if item is None:
            continue
        inner, widget = item.layout(), item.widget()
        layout.takeAt(0)
        if inner is not None:
            clear(inner)
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


class Holder(QWidget):
    """Holds part of a page, and says when it is given another size: that comes after the page's own."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class Box(QFrame):
    """A box that keeps an edge where no style sheet draws one, as with high contrast."""

    def __init__(self) -> None:
        super().__init__()
        self._edge()
        style_of().changed.connect(self._edge)

    def _edge(self) -> None:
        self.setFrameShadow(QFrame.Shadow.Plain)
        self.setFrameShape(QFrame.Shape.Box if style_of().high_contrast else QFrame.Shape.NoFrame)


class Card(Box):
    """A white card with an optional title; a group for screen readers, called by its title unless it has a name."""

    spoken_role = QAccessible.Role.Grouping

    def __init__(
        self, title: str = "", *, aside: QWidget | None = None, kind: str = "section", margins: Margins = CARD_MARGINS
    ) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.body = column(gap=8, margins=margins)
        self.setLayout(self.body)
        self.heading = Heading(title, kind)
        if title:
            self.setAccessibleName(title)
            top = row(self.heading, gap=8)
            if aside is not None:
                top.addStretch(1)
                top.addWidget(aside)
            self.body.addLayout(top)


class Panel(Box):
    """A tinted box that says something: warning, error, success or info."""

    def __init__(self, kind: str, text: str, *, icon: str = "") -> None:
        super().__init__()
        self.setProperty("panel", kind)
        tone = {"warning": "warning", "error": "error"}.get(kind, "")
        self.words = Stressed(text, "", "strong" if kind in ("error", "success") else "body", tone=tone)
        named = icon or {"warning": "warning", "error": "warning", "success": "tick", "info": "info"}[kind]
        shade = {"warning": "on_warning", "error": "error", "success": "success", "info": "link"}[kind]
        self.line = row(IconLabel(named, shade), gap=12, margins=(16, 10, 16, 10))
        self.line.addWidget(self.words, 1)
        self.setLayout(self.line)
        self.setAccessibleName(text)

    def set_words(self, text: str) -> None:
        """Changes what it says."""
        self.words.setText(text)
        self.setAccessibleName(text)

    def add_close(self) -> Button:
        """A button that closes it, at its end, in a colour that is seen on it."""
        close = Button("", "quiet", icon="close", name=say("Close this message"))
        close.tone = "on_warning" if self.property("panel") == "warning" else ""
        self.line.addWidget(close)
        return close


class PageBody(QWidget):
    """What scrolls. It asks for no minimum: its height follows from the width it gets, and it never widens a window."""

    layout_asked = Signal()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.layout_asked.emit()
        return super().event(event)


class ScrollPage(QScrollArea):
    """A page that scrolls up and down only, and keeps the focused widget in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.inner = PageBody()
        self.inner.setProperty("plain", True)
        self.body = column(gap=16, margins=(24, 16, 24, 20))
        self.inner.setLayout(self.body)
        self.setWidget(self.inner)
        self._settle = QTimer(self, singleShot=True, interval=0)
        self._settle.timeout.connect(self._on_settled)
        self.inner.layout_asked.connect(self._settle.start)
        self._to_show: QWidget | None = None
        self._begun: QWidget | None = None
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self._on_calm)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus_changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Gives the content the height it needs at this width.

        Qt asks for that height once, before boxes inside boxes know theirs, and then squeezes them.
        """
        self._keep_right_edge()
        self.body.activate()
        needed = self.body.totalHeightForWidth(self.inner.width())
        if needed != self.inner.minimumHeight():
            self.inner.setMinimumHeight(max(0, needed))

    def _keep_right_edge(self) -> None:
        """Lets the scroll bar stand in the margin, so that cards end where they end on a page without one."""
        held = self.body.contentsMargins()
        right = max(0, held.left() - (self.width() - self.inner.width()))
        if right != held.right():
            self.body.setContentsMargins(held.left(), held.top(), right, held.bottom())

    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.inner.isAncestorOf(now):
            self._to_show = now
            self._begun = self._begun if now is self._begun else None
            self._settle.start()
            self._calm.start()

    def begin(self, control: QWidget) -> None:
        """The first focus of a page that was just opened, which shows the page from its top.

        Where the control lies further down, as in large text, the page's heading has focus: Tab goes on from there.
        """
        self._begun = control
        control.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_focus_changed(None, control)

    def keep_in_sight(self) -> None:
        """Shows the control that has focus, where something above the page takes room from it."""
        self._begun = None  # it keeps its focus, wherever it is
        self._on_focus_changed(None, QApplication.focusWidget())

    def show_from(self, above: QWidget) -> None:
        """Shows the control that just got focus from what stands above it, such as the heading of a question."""
        self._to_show = above
        self._settle.start()
        self._calm.start()

    def stay_at(self, value: int) -> None:
        """Goes back to how far it was scrolled, whatever has focus."""
        self._to_show = None
        self._fit()
        self.verticalScrollBar().setValue(value)

    def _on_calm(self) -> None:
        self._to_show = None

    def _on_settled(self) -> None:
        self._fit()
        if self._to_show is not None and shiboken6.isValid(self._to_show):
            self._reveal(self._to_show)

    def _reveal(self, shown: QWidget) -> None:
        """Scrolls so far that a control is in sight with its label above it."""
        whole = shown.parentWidget()
        if shown is self._begun and self._begins_at(shown):
            return
        if isinstance(shown, Heading):  # what it is the heading of comes into sight as far as there is room
            top = shown.mapTo(self.inner, shown.rect().topLeft()).y()
            in_card = isinstance(whole, Card) and whole.heading is shown
            start = top if not in_card or whole is None else whole.mapTo(self.inner, whole.rect().topLeft()).y()
            below_top = top + shown.height() >= self.height() / 2
            self.verticalScrollBar().setValue(start - style_of().px(12) if below_top else 0)
            return
        room = self.viewport().height() - 2 * style_of().px(20)
        if shown.height() > room:  # such as a long list of what is missing: read from its top
            self.verticalScrollBar().setValue(shown.mapTo(self.inner, shown.rect().topLeft()).y() - style_of().px(4))
            return
        fits = whole is not None and whole is not self.inner and whole.height() < self.viewport().height() * 0.6
        self.ensureWidgetVisible(whole if fits and whole is not None else shown, 0, style_of().px(20))

    def _begins_at(self, control: QWidget) -> bool:
        """Shows the top of the page with the first line of a control; else gives the page's heading the focus."""
        first_line = min(control.height(), style_of().px(CONTROL))
        if control.mapTo(self.inner, control.rect().topLeft()).y() + first_line <= self.viewport().height():
            self.verticalScrollBar().setValue(0)
            return True
        titles = [one for one in self.inner.findChildren(Heading) if one.kind == "h1" and one.isVisible()]
        if titles:
            titles[0].take_focus()
        return bool(titles)


def begin(control: QWidget) -> None:
    """Gives the first focus of a page: see `ScrollPage.begin`."""
    around = page_around(control)
    if around is not None:
        around.begin(control)
    else:
        control.setFocus(Qt.FocusReason.OtherFocusReason)


def page_around(control: QWidget) -> ScrollPage | None:
    """The page that scrolls with a control on it."""
    around = control.parentWidget()
    while around is not None and not isinstance(around, ScrollPage):
        around = around.parentWidget()
    return around


def hairline() -> QFrame:
    """A thin line between rows."""
    line = Box()
    line.setProperty("line", True)
    line.setFixedHeight(1)
    line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return line
