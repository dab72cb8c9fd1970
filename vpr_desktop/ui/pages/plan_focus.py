"""Where keyboard and reader stand on a plan that is shown anew, its buttons being new ones each time."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from vpr_desktop.ui.pages.plan_stages import PlanStages


@dataclass(frozen=True, slots=True)
class Place:
    """A button of a step by its key, or any other by its words."""

    key: str = ""
    words: str = ""


def place_of(page: QWidget, stages: PlanStages) -> Place | None:
    """Where focus is within a page; None where it is elsewhere."""
    held = QApplication.focusWidget()
    if held is None or not page.isAncestorOf(held):
        return None
    key = next((name for name, button in stages.links.items() if button is held), "")
    return Place(key, held.accessibleName() or str(getattr(held, "text", str)()))


def go_back_to(page: QWidget, stages: PlanStages, place: Place | None, otherwise: QWidget) -> None:
    """Puts focus back where it was, where that button has gone: to the one of these words, or the next step."""
    held = QApplication.focusWidget()
    if place is None or (held is not None and page.isAncestorOf(held)):
        return
    shown = [one for one in page.findChildren(QAbstractButton) if one.isEnabled() and not _was_hidden(one)]
    same = [one for one in shown if place.words in (one.text(), one.accessibleName())]
    of_step = stages.links.get(place.key) or near(stages, place.key.split(" ")[-1])
    found = of_step if place.key or not same else same[0]
    (found or otherwise).setFocus()


def near(stages: PlanStages, code: str) -> QWidget | None:
    """The button of a step, or of the next that has one, or of the first; None where no step has one."""
    steps = {name: link for name, link in stages.links.items() if " " not in name}
    later = [link for name, link in steps.items() if name >= code]
    return next(iter(later or steps.values()), None)


def _was_hidden(widget: QWidget) -> bool:
    """Whether somebody hid it; what is new in a layout is only shown in a moment."""
    return widget.isHidden() and widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
