"""Measures whether everything in a window fits: nothing clipped, nothing over its neighbour, nothing sideways."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QWidget,
)

from tests.ui.walk import inside, shown, told
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import BODY, MARK
from vpr_desktop.ui.widgets.busy_note import BusyNote
from vpr_desktop.ui.widgets.choice_group import PADDING, CheckCard, RadioCard
from vpr_desktop.ui.widgets.support_dock import SupportDock

CONTROLS = (QComboBox, QLineEdit, QPlainTextEdit, QAbstractItemView)
SLACK = 1  # pixels lost to rounding
HINT_MARGIN = 2  # pixels that Qt keeps free at both ends of a line of a field


def misfits(root: QWidget) -> list[str]:
    """All of it."""
    return clipped(root) + cut_by_parent(root) + overlapping(root) + sideways(root)


def clipped(root: QWidget) -> list[str]:
    """Labels, buttons and lists to choose from whose text does not fit into them, and fields whose hint does not."""
    found = []
    for widget in shown(root):
        if inside(widget, CONTROLS):
            continue
        if isinstance(widget, QLineEdit):
            fault = _hint_fault(widget)
        elif isinstance(widget, QComboBox):
            fault = _choice_fault(widget)
        elif isinstance(widget, QLabel) and widget.text():
            fault = _label_fault(widget)
        elif isinstance(widget, RadioCard | CheckCard):
            fault = _card_fault(widget)
        elif isinstance(widget, QAbstractButton):
            wanted, has = widget.sizeHint(), widget.size()
            if widget.hasHeightForWidth():  # breaks into lines
                wanted = QSize(widget.minimumSizeHint().width(), widget.heightForWidth(has.width()))
            small = wanted.width() > has.width() + SLACK or wanted.height() > has.height() + SLACK
            fault = f"{has.width()} x {has.height()} of {wanted.width()} x {wanted.height()}" if small else ""
        else:
            continue
        if fault:
            found.append(f"{told(widget)} is clipped: {fault}")
    return found


def _label_fault(label: QLabel) -> str:
    has = label.contentsRect()
    if not label.wordWrap():
        wanted = label.sizeHint()
        if wanted.width() > label.width() + SLACK or wanted.height() > label.height() + SLACK:
            return f"{label.width()} x {label.height()} of {wanted.width()} x {wanted.height()}"
        return ""
    needs = label.heightForWidth(label.width())
    if needs > label.height() + SLACK:
        return f"{label.height()} of {needs} high at {label.width()} wide"
    metrics = QFontMetricsF(label.font())
    longest = max((metrics.horizontalAdvance(word) for word in label.text().split()), default=0)
    if longest > has.width() + SLACK:
        return f"its longest word is {longest:.0f} wide in {has.width()}"
    return ""


def _hint_fault(field: QLineEdit) -> str:
    """The hint inside of an empty field, which is on one line."""
    option = QStyleOptionFrame()
    field.initStyleOption(option)
    has = field.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, field).width()
    has -= field.textMargins().left() + field.textMargins().right() + 2 * HINT_MARGIN
    wanted = QFontMetricsF(field.font()).horizontalAdvance(field.placeholderText())
    return f"its hint is {wanted:.0f} wide in {has}" if wanted > has + SLACK else ""


def _choice_fault(listed: QComboBox) -> str:
    """What is chosen, beside the arrow."""
    option = QStyleOptionComboBox()
    listed.initStyleOption(option)
    edit = QStyle.SubControl.SC_ComboBoxEditField
    has = listed.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, edit, listed).width()
    wanted = QFontMetricsF(listed.font()).horizontalAdvance(listed.currentText())
    return f"what is chosen is {wanted:.0f} wide in {has}" if wanted > has + SLACK else ""


def _card_fault(card: QAbstractButton) -> str:
    look = style_of()
    room = card.width() - look.px(MARK) - 2 * look.px(PADDING)
    flags = int(Qt.TextFlag.TextWordWrap)
    box = QFontMetricsF(look.font(BODY, 600)).boundingRect(QRect(0, 0, room, 10_000).toRectF(), flags, card.text())
    if box.width() > room + SLACK or box.height() > card.height() + SLACK:
        return f"text {box.width():.0f} x {box.height():.0f} in {room} x {card.height()}"
    return ""


def cut_by_parent(root: QWidget) -> list[str]:
    """Widgets that reach out of the box they are in."""
    found = []
    for widget in shown(root):
        parent = widget.parentWidget()
        if parent is None or inside(widget, CONTROLS) or isinstance(parent, QAbstractScrollArea):
            continue
        if isinstance(parent.parentWidget(), QAbstractScrollArea) and parent is parent.parentWidget().viewport():
            continue
        if not parent.rect().contains(widget.geometry()):
            x, y, w, h = widget.geometry().getRect()
            found.append(f"{told(widget)} at {x},{y} {w} x {h} reaches out of {parent.width()} x {parent.height()}")
    return found


def overlapping(root: QWidget) -> list[str]:
    """Visible neighbours of which one lies on the other."""
    found = []
    for parent in [root, *shown(root)]:
        if isinstance(parent, CONTROLS) or inside(parent, CONTROLS) or isinstance(parent, QAbstractScrollArea):
            continue
        children = [c for c in shown(root) if c.parentWidget() is parent] if parent is root else _children(parent)
        for one, other in combinations(children, 2):
            both = one.geometry() & other.geometry()
            if both.width() > SLACK and both.height() > SLACK:
                found.append(f"{told(one)} and {told(other)} overlap by {both.width()} x {both.height()}")
    return found


def _children(parent: QWidget) -> list[QWidget]:
    """The children that share the room of a widget; two may lie over the page on purpose."""
    children = [c for c in parent.children() if isinstance(c, QWidget) and c.isVisible() and not c.isWindow()]
    return [c for c in children if not isinstance(c, BusyNote | SupportDock)]


def sideways(root: QWidget) -> list[str]:
    """Pages wider than what shows them."""
    found = []
    for area in shown(root):
        if not isinstance(area, QScrollArea) or area.widget() is None:
            continue
        inner, room = area.widget(), area.viewport().width()
        if inner.width() > room + SLACK:
            found.append(f"{told(area)} has {inner.width()} in {room}")
        for widget in inner.findChildren(QWidget):
            if not widget.isVisible() or inside(widget, CONTROLS):
                continue
            right = widget.mapTo(inner, widget.rect().topRight()).x()
            if right > inner.width() + SLACK:
                found.append(f"{told(widget)} ends at {right} of {inner.width()}")
    return found
