"""Walks an open window and tells what does not meet the accessibility list; each walker gives sentences, none is good.

Nothing here knows a page: whatever is visible is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTableView,
    QTextBrowser,
    QToolButton,
    QTreeView,
    QWidget,
)

from vpr_desktop.ui.focus_ring import FocusRing
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import Field
from vpr_desktop.ui.widgets.frames import Card
from vpr_desktop.ui.widgets.labels import Heading, Words

MOST_LINKS = 80  # in one text
NUMBERED = re.compile(r" \d+$")
BESIDE_ITS_CARD = "Another time"  # stands right of the card of this name
FIELDS = (QLineEdit, QPlainTextEdit, QComboBox, ChoiceGroup)


def told(widget: QWidget) -> str:
    """A widget in words a developer finds it by."""
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    named = widget.objectName() or widget.accessibleName()[:40] or text[:40]
    return f"{type(widget).__name__} {named!r}"


def shown(root: QWidget) -> Iterator[QWidget]:
    """Every widget of this window that can be seen or scrolled to."""
    for widget in root.findChildren(QWidget):
        if widget.isVisible() and widget.window() is root and not isinstance(widget, FocusRing):
            yield widget


def inside(widget: QWidget, kinds: type | tuple[type, ...]) -> bool:
    """Whether a widget is a part of a control of these kinds, such as the list of a combo box."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, kinds):
            return True
        parent = parent.parentWidget()
    return False


def stops(root: QWidget) -> list[QWidget]:
    """Every widget that Tab should reach."""
    takes_tab = Qt.FocusPolicy.TabFocus.value
    return [one for one in shown(root) if one.isEnabled() and one.focusPolicy().value & takes_tab]


def focusable(root: QWidget) -> list[QWidget]:
    """Every widget that can have focus at all, by key or click."""
    return [one for one in shown(root) if one.isEnabled() and one.focusPolicy() != Qt.FocusPolicy.NoFocus]


# 1: names
def nameless(root: QWidget) -> list[str]:
    """Focusable widgets that a screen reader has no name for."""
    found = []
    buddies = {label.buddy() for label in shown(root) if isinstance(label, QLabel) and label.buddy() is not None}
    for widget in focusable(root):
        must_be_set = isinstance(widget, QComboBox) or (isinstance(widget, QAbstractButton) and not widget.text())
        own = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not widget.accessibleName().strip() and (must_be_set or (not own.strip() and widget not in buddies)):
            found.append(f"{told(widget)} has no name")
            continue
        spoken = QAccessible.queryAccessibleInterface(widget)
        if spoken is None or not spoken.text(QAccessible.Text.Name).strip():
            found.append(f"{told(widget)} gives screen readers no name")
    return found


# 2: labels, hints and errors
def unlabelled(root: QWidget) -> list[str]:
    """Fields that no visible label belongs to."""
    buddies = [label.buddy() for label in shown(root) if isinstance(label, QLabel)]
    found = []
    for widget in shown(root):
        if not isinstance(widget, FIELDS) or inside(widget, FIELDS):
            continue
        if widget not in buddies and not _is_named_by_words_in_it(widget):
            found.append(f"{told(widget)} has no label with it as buddy")
    return found


def _is_named_by_words_in_it(widget: QWidget) -> bool:
    """A search field shows its own name, a single tick its words, and a row of a table of fields its number."""
    if NUMBERED.search(widget.accessibleName()) or widget.accessibleName() == BESIDE_ITS_CARD:
        return True
    shows = widget.placeholderText() if isinstance(widget, QLineEdit) else ""
    ticks = widget.cards if isinstance(widget, ChoiceGroup) else []
    return shows.startswith(widget.accessibleName()) and bool(shows) or len(ticks) == 1


def silent_errors(root: QWidget) -> list[str]:
    """Visible errors and hints of fields that are not in what a screen reader says of the field."""
    found = []
    spoken = {w: (w.accessibleName(), w.accessibleDescription()) for w in shown(root) if w.accessibleName()}
    for label in shown(root):
        if not isinstance(label, Words) or label.property("tone") != "error" or not label.text():
            continue
        if label.kind != "small-strong":  # what stands beside a field; others are facts, such as what is overdue
            continue
        text = label.text()
        if not any(text in name for name, _ in spoken.values()):
            found.append(f"the error {text!r} is in no name")
        if not any(text in said for _, said in spoken.values()) and not any(
            text in name for widget, (name, _) in spoken.items() if not isinstance(widget, FIELDS)
        ):
            found.append(f"the error {text!r} is in no description")
    return found


def silent_hints(root: QWidget) -> list[str]:
    """Hints beside a field that a screen reader does not say, or that only a screen reader says."""
    found = []
    for box in shown(root):
        if not isinstance(box, Field):
            continue
        hint = box.hint.text()
        if hint and not box.hint.isVisible():
            found.append(f"the hint {hint!r} is not visible")
        if hint and hint not in box.control.accessibleDescription():
            found.append(f"the hint {hint!r} is in no description")
    return found


# 3: Tab
def tab_faults(root: QWidget) -> list[str]:
    """Stops that Tab misses, meets twice, or meets against the order of reading."""
    wanted = stops(root)
    if not wanted:
        return ["nothing can be reached by Tab"]
    first = QApplication.focusWidget()
    if first not in wanted:
        first = wanted[0]
        first.setFocus(Qt.FocusReason.TabFocusReason)
    met: list[QWidget] = [first]
    for _ in range(len(wanted) + 5 + MOST_LINKS):
        now = QApplication.focusWidget()
        if now is None:
            return ["focus got lost"]
        QTest.keyClick(now, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is first or now is None:
            break
        if now is met[-1] and isinstance(now, QTextBrowser):
            continue  # from link to link of a text; a text that keeps Tab for good leaves others unmet
        if now in met:
            return [f"Tab goes round between {told(now)} and {told(met[-1])} and never returns"]
        met.append(now)
    found = [f"Tab misses {told(widget)}" for widget in wanted if widget not in met]
    found += [f"Tab stops at {told(widget)}, which takes none" for widget in met if widget not in wanted]
    found += [f"Tab goes from {told(a)} back to {told(b)}" for a, b in _pairs(met, wanted) if _is_before(b, a)]
    return found


def _pairs(met: list[QWidget], wanted: list[QWidget]) -> list[tuple[QWidget, QWidget]]:
    """One after the other; the step from the window's last stop to its first is none back."""
    turned = list(zip(met, [*met[1:], met[0]], strict=True))
    backs = [pair for pair in turned if _is_before(pair[1], pair[0])]
    return [pair for pair in turned if len(backs) != 1 or pair not in backs] if len(wanted) > 1 else []


def _is_before(one: QWidget, other: QWidget) -> bool:
    """Whether one is read before the other: above it, or left of it in the same line."""
    parents = _line_of(other)
    here: QWidget = one
    while here.parentWidget() is not None and here.parentWidget() not in parents:
        here = here.parentWidget()
    common = here.parentWidget()
    if common is None or one is other:
        return False
    there = parents[parents.index(common) - 1] if common is not other else other
    a, b = here.geometry(), there.geometry()
    if a.bottom() <= b.top():
        return True
    shared = min(a.bottom(), b.bottom()) - max(a.top(), b.top())
    return shared > min(a.height(), b.height()) / 2 and a.right() <= b.left()


def _line_of(widget: QWidget) -> list[QWidget]:
    line = [widget]
    while line[-1].parentWidget() is not None:
        line.append(line[-1].parentWidget())
    return line


# 4: groups
def group_faults(root: QWidget) -> list[str]:
    """Groups with more or less than one Tab stop, or whose answers have no place."""
    found = []
    for group in shown(root):
        if not isinstance(group, ChoiceGroup) or not group.cards:
            continue
        takes_tab = [c for c in group.cards if c.focusPolicy().value & Qt.FocusPolicy.TabFocus.value]
        if len(takes_tab) != 1:
            found.append(f"{told(group)} has {len(takes_tab)} Tab stops")
        for place, card in enumerate(group.cards, start=1):
            if f"{place} of {len(group.cards)}" not in card.accessibleDescription():
                found.append(f"{told(card)} does not say its place")
        spoken = QAccessible.queryAccessibleInterface(group)
        if spoken is None or spoken.role() != QAccessible.Role.Grouping:
            found.append(f"{told(group)} is no group for screen readers")
    return found


def unmarked(root: QWidget) -> list[str]:
    """Cards that are no group with a name, and headings that are none, or say something else than they show."""
    found = []
    for widget in shown(root):
        if not isinstance(widget, Card | Heading):
            continue
        spoken = QAccessible.queryAccessibleInterface(widget)
        role = QAccessible.Role.Grouping if isinstance(widget, Card) else QAccessible.Role.Heading
        if spoken is None or spoken.role() != role:
            found.append(f"{told(widget)} is {spoken.role() if spoken else None} for screen readers")
        elif isinstance(widget, Heading) and widget.text() not in spoken.text(QAccessible.Text.Name):
            found.append(f"{told(widget)} says {spoken.text(QAccessible.Text.Name)!r}")
        elif isinstance(widget, Card) and widget.heading.text() and not spoken.text(QAccessible.Text.Name):
            found.append(f"{told(widget)} has no name")
    return found


# 5: targets
LEAST_TARGET, LEAST_CONTROL = 24, 40


def small_targets(root: QWidget) -> list[str]:
    """What can be pressed but is too small to hit."""
    found = []
    for widget in shown(root):
        if not widget.isEnabled() or inside(widget, (QComboBox, QLineEdit, QAbstractItemView)):
            continue
        control = isinstance(widget, QLineEdit | QPlainTextEdit | QComboBox) or inside(widget, ChoiceGroup)
        if not (control or isinstance(widget, QAbstractButton)):
            continue
        least = LEAST_CONTROL if control else LEAST_TARGET
        if widget.width() < LEAST_TARGET or widget.height() < least:
            found.append(f"{told(widget)} is {widget.width()} x {widget.height()}")
    for view in shown(root):
        if isinstance(view, QTableView):
            heights = (view.verticalHeader().defaultSectionSize(), view.horizontalHeader().height())
            if min(heights) < LEAST_TARGET:
                found.append(f"{told(view)} has rows or heads of {min(heights)}")
    return found


# 7: the ring
DARK, YELLOW = (0x21, 0x2B, 0x32), (0xFF, 0xEB, 0x3B)
OUTSIDE_AT, INSIDE_AT, NEAR = 1, 3, 40


def ringless(root: QWidget) -> list[str]:
    """Stops whose focus ring is missing, covered, or cut off."""
    rings = root.findChildren(FocusRing)
    if not rings:
        return ["this window has no focus ring"]
    found = []
    for widget in stops(root):
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        for _ in range(3):
            QApplication.processEvents()
        rect = rings[0].ring_rect()
        fault = _ring_fault(root, widget, rect)
        if fault:
            found.append(f"{told(widget)}: {fault}")
    return found


def _ring_fault(root: QWidget, widget: QWidget, rect: QRect) -> str:
    if rect.isEmpty():
        return "no ring"
    whole = widget.size()
    if not isinstance(widget, QAbstractScrollArea) and (rect.width() < whole.width() or rect.height() < whole.height()):
        return f"the ring is cut off, {rect.width()} x {rect.height()} around {whole.width()} x {whole.height()}"
    picture = root.grab(rect).toImage()
    ratio = picture.devicePixelRatio()
    wide, high = rect.width(), rect.height()
    outside, inside = (DARK, YELLOW) if _is_on_yellow(widget) else (YELLOW, DARK)
    for colour, depth, name in ((outside, OUTSIDE_AT, "outer"), (inside, INSIDE_AT, "inner")):
        for part in (0.3, 0.5, 0.7):
            along, down = int(wide * part), int(high * part)
            spots = {
                "top": (along, depth), "bottom": (along, high - 1 - depth),
                "left": (depth, down), "right": (wide - 1 - depth, down),
            }  # fmt: skip
            for side, (x, y) in spots.items():
                seen = picture.pixelColor(int(x * ratio), int(y * ratio))
                if max(abs(a - b) for a, b in zip(seen.getRgb()[:3], colour, strict=True)) > NEAR:
                    return f"the {name} line is not there at the {side}: {seen.name()}"
    return ""


def _is_on_yellow(widget: QWidget) -> bool:
    return any(one.property("panel") == "warning" for one in _line_of(widget))


# 13, 14, 15, 23
def bare_shortcuts(root: QWidget) -> list[str]:
    """Keys that act everywhere without a modifier."""
    keys = [one.key() for one in root.findChildren(QShortcut)]
    keys += [one.shortcut() for one in root.findChildren(QAbstractButton)]
    keys += [action.shortcut() for one in root.findChildren(QWidget) for action in one.actions()]
    found = []
    for sequence in keys:
        for place in range(sequence.count()):
            pressed = sequence[place]
            plain = pressed.keyboardModifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.ShiftModifier,
            )
            letter = pressed.key() < Qt.Key.Key_Escape
            if plain and letter:
                found.append(f"{QKeySequence(sequence).toString()} acts without a modifier")
    return found


def drags(root: QWidget) -> list[str]:
    """What could only be done by dragging."""
    found = []
    for widget in shown(root):
        typed_into = isinstance(widget, QLineEdit | QPlainTextEdit) or inside(widget, QAbstractScrollArea)
        if widget.acceptDrops() and not typed_into:
            found.append(f"{told(widget)} takes drops")
        if isinstance(widget, QAbstractItemView) and widget.dragEnabled():
            found.append(f"{told(widget)} can be dragged from")
        if isinstance(widget, QHeaderView) and widget.sectionsMovable():
            found.append(f"{told(widget)} has columns to drag")
    return found


def faulty_kinds(root: QWidget) -> list[str]:
    """Widgets that screen readers are known to read wrongly."""
    found = []
    for widget in shown(root):
        if isinstance(widget, QComboBox) and widget.isEditable():
            found.append(f"{told(widget)} is an editable combo box")
        if type(widget) is QTreeView or type(widget).__name__ == "QTreeWidget":
            found.append(f"{told(widget)} is a bare tree")
        if isinstance(widget, QToolButton) and not widget.accessibleName():
            found.append(f"{told(widget)} is a tool button without a name")
        if isinstance(widget, QPlainTextEdit) and not widget.tabChangesFocus() and not widget.isReadOnly():
            found.append(f"{told(widget)} keeps Tab to itself")
        if isinstance(widget, QTableView) and widget.tabKeyNavigation():
            found.append(f"{told(widget)} keeps Tab to itself")
    return found


# 18, 21: every text
def scroll_bars(widget: QWidget) -> list[QScrollBar]:
    return [one for one in widget.findChildren(QScrollBar) if one.isVisible()]


def place_in(widget: QWidget, root: QWidget) -> QRect:
    return QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())
