"""Where everything in a window stands, to compare two ways of coming to the same size."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollBar, QWidget

from tests.ui.walk import shown
from vpr_desktop.ui.widgets.frames import PageBody

Rect = tuple[int, int, int, int]


def places(root: QWidget) -> dict[str, Rect]:
    """Each widget that can be seen, by its way down from the root, with its place in its parent.

    How far a page is scrolled is not part of it.
    """
    found: dict[str, Rect] = {}
    for widget in shown(root):
        if isinstance(widget, QScrollBar) or isinstance(widget.parentWidget(), QScrollBar):
            continue
        x, y, wide, high = widget.geometry().getRect()
        found[_way(widget, root)] = (0, 0, wide, high) if isinstance(widget, PageBody) else (x, y, wide, high)
    return found


def differences(one: dict[str, Rect], other: dict[str, Rect]) -> list[str]:
    """What stands elsewhere, the outermost first."""
    ways = sorted({**one, **other}, key=lambda way: way.count("/"))
    return [f"{way}: {one.get(way)}, {other.get(way)}" for way in ways if one.get(way) != other.get(way)]


def _way(widget: QWidget, root: QWidget) -> str:
    parts = []
    here: QWidget | None = widget
    while here is not None and here is not root:
        parent = here.parentWidget()
        alike = [] if parent is None else [one for one in parent.children() if type(one) is type(here)]
        seen = [one for one in alike if isinstance(one, QWidget) and not one.isHidden()]
        parts.append(f"{type(here).__name__}[{seen.index(here) if here in seen else '-'}]")
        here = parent
    return "/".join(reversed(parts))
