"""Where somebody was on a page: the focused control, its caret, and how far things were scrolled. Holds no text."""

from __future__ import annotations

from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLineEdit, QPlainTextEdit, QWidget

from vpr_desktop.ui.widgets.frames import ScrollPage
from vpr_desktop.ui.widgets.labels import Heading


@dataclass(frozen=True, slots=True)
class Spot:
    """A control by its kind, object name and place among its like; its caret; scroll bars from top to bottom."""

    kind: str = ""
    name: str = ""
    place: int = 0
    caret: int = -1
    scrolled: tuple[int, ...] = ()


def stay(page: QWidget, focused: QWidget, spot: Spot) -> None:
    """Puts focus back where a page that was filled anew took the focused control away; else moves nothing."""
    if not shiboken6.isValid(focused) or not focused.isVisibleTo(page):
        go_to(page, spot)


def spot_of(page: QWidget) -> Spot:
    """Where focus is on a page now."""
    scrolled = tuple(area.verticalScrollBar().value() for area in _areas(page))
    focused = QApplication.focusWidget() or page.window().focusWidget()
    if focused is None or not page.isAncestorOf(focused):
        return Spot(scrolled=scrolled)
    kind, name = type(focused).__name__, focused.objectName()
    alike = _alike(page, kind, name)
    if focused not in alike:  # to Qt a page is its own ancestor, and may have focus itself: nothing to come back to
        return Spot(scrolled=scrolled)
    return Spot(kind, name, alike.index(focused), _caret(focused), scrolled)


def go_to(page: QWidget, spot: Spot) -> None:
    """Puts focus, caret and scroll bars back, as far as the page still has them."""
    alike = _alike(page, spot.kind, spot.name) if spot.kind else []
    there = alike[spot.place] if spot.place < len(alike) else None
    if isinstance(there, Heading):
        there.start_here()  # somebody's focus was on it, as where a card had been opened
    if there is not None and there.focusPolicy() != Qt.FocusPolicy.NoFocus:
        there.setFocus(Qt.FocusReason.OtherFocusReason)
        _put_caret(there, spot.caret)
    for area, value in zip(_areas(page), spot.scrolled, strict=False):
        if isinstance(area, ScrollPage):
            area.stay_at(value)
        else:
            area.verticalScrollBar().setValue(value)


def _areas(page: QWidget) -> list[QAbstractScrollArea]:
    found = page.findChildren(QAbstractScrollArea)
    return [area for area in found if not isinstance(area, QPlainTextEdit)]


def _alike(page: QWidget, kind: str, name: str) -> list[QWidget]:
    return [one for one in page.findChildren(QWidget) if type(one).__name__ == kind and one.objectName() == name]


def _caret(focused: QWidget) -> int:
    if isinstance(focused, QLineEdit):
        return focused.cursorPosition()
    return focused.textCursor().position() if isinstance(focused, QPlainTextEdit) else -1


def _put_caret(focused: QWidget, caret: int) -> None:
    if caret < 0:
        return
    if isinstance(focused, QLineEdit):
        focused.setCursorPosition(caret)
    elif isinstance(focused, QPlainTextEdit):
        cursor = focused.textCursor()
        cursor.setPosition(min(caret, len(focused.toPlainText())))
        focused.setTextCursor(cursor)
