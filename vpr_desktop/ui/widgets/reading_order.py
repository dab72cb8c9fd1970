"""Tab in the order of reading, also for controls that came later: by layout, not by when a widget was made."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLayout, QScrollArea, QWidget

from vpr_desktop.ui.widgets.beside import Beside

TAB = Qt.FocusPolicy.TabFocus.value


class TabsInReadingOrder:
    """Mixed into a window or dialog: Tab and Shift+Tab go through it as it is read."""

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Called by Qt for Tab; the controls inside hand it up to their window."""
        assert isinstance(self, QWidget)
        return step(self, forward)


def step(window: QWidget, forward: bool) -> bool:
    """Moves focus to the next or previous stop. False where there is none."""
    order = list(stops(window))
    if not order:
        return False
    now = QApplication.focusWidget()
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    order[_next(order, list(_all(window)), now, forward)].setFocus(reason)
    return True


def _next(order: list[QWidget], everything: list[QWidget], now: QWidget | None, forward: bool) -> int:
    if now in order:
        return (order.index(now) + (1 if forward else -1)) % len(order)
    if now is None or now not in everything:
        return 0 if forward else len(order) - 1
    # Focus stands on something that is no stop, such as a heading or an error summary: go on from there.
    place = everything.index(now)
    after = [i for i, one in enumerate(order) if everything.index(one) > place]
    following = after[0] if after else 0
    return following if forward else (following - 1) % len(order)


def stops(window: QWidget) -> Iterator[QWidget]:
    """The controls of a window or a part of it that take Tab, in the order of reading; none that a panel hides."""
    beside = _beside(window)
    for widget in _all(window):
        if widget.isEnabled() and widget.focusPolicy().value & TAB and not any(one.hides(widget) for one in beside):
            yield widget


def is_hidden(widget: QWidget) -> bool:
    """Whether it lies behind Get support."""
    return any(one.hides(widget) for one in _beside(widget))


def _beside(widget: QWidget) -> list[Beside]:
    """What may hide a part of its window. Looked for once, as it goes through all that the window holds."""
    return widget.window().findChildren(Beside)


def _all(parent: QWidget) -> Iterator[QWidget]:
    """Every visible widget below one, in the order of reading."""
    for child in _children(parent):
        if child.isVisible() and not child.isWindow():
            yield child
            yield from _all(child)


def _children(parent: QWidget) -> list[QWidget]:
    if isinstance(parent, QScrollArea):
        inner = parent.widget()
        return [inner] if inner is not None else []
    layout = parent.layout()
    inside = [child for child in parent.children() if isinstance(child, QWidget)]
    return inside if layout is None else list(_laid_out(layout, inside))


def _laid_out(layout: QLayout, inside: list[QWidget]) -> Iterator[QWidget]:
    """Those of a parent's children that lie in one of its layouts, in its order.

    The layout is asked where each lies, never for its items. Qt deletes those without a word to Python, and a Python
    object that stands for one is then taken for whatever Qt puts in its place: the app ends some time later.
    """
    here: list[tuple[int, QWidget | QLayout]] = [(layout.indexOf(child), child) for child in inside]
    here += [(layout.indexOf(inner), inner) for inner in layout.children() if isinstance(inner, QLayout)]
    for place, one in sorted(here, key=lambda pair: pair[0]):
        if isinstance(one, QLayout):
            yield from _laid_out(one, inside)
        elif place >= 0:
            yield one
