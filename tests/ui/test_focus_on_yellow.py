"""In a yellow panel, as everywhere, both lines of the focus ring stand out from what lies beside them."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication

from tests.ui.stage import Stage
from tests.ui.test_accessibility_looks import contrast
from vpr_desktop.ui.focus_ring import INSIDE, OUTSIDE, FocusRing
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button


def seen_left_of(stage: Stage, button: QAbstractButton) -> list[str]:
    """The colours from the ground to the button, pixel by pixel."""
    stage.activate(stage.window)
    button.setFocus()
    for _ in range(5):
        QApplication.processEvents()
    (ring,) = stage.window.findChildren(FocusRing)
    rect = ring.ring_rect()
    picture: QImage = stage.window.grab(rect.adjusted(-3, 0, 0, 0)).toImage()
    return [picture.pixelColor(x, rect.height() // 2).name() for x in range(3 + OUTSIDE + INSIDE + 2)]


def in_look(stage: Stage, look: str) -> None:
    style_of().high_contrast = look == "contrast"
    stage.look("dark" if look == "dark" else "light")
    style_of().apply()


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
@pytest.mark.parametrize("words", ["Review the two versions", "Close this message"])
def test_item_07_the_ring_stands_out_in_a_yellow_panel(window: Stage, look: str, words: str) -> None:
    in_look(window, look)
    window.go("record", incident_id=window.ids["conflict"])
    assert window.window.shell is not None
    window.window.shell.tell("warning", "1 report has waited since Sunday.", "data")
    (button,) = [one for one in window.window.findChildren(QAbstractButton) if one.accessibleName() == words]
    colours = seen_left_of(window, button)
    ground, outer, inner = colours[0], colours[4], colours[3 + OUTSIDE + 1]
    assert contrast(outer, ground) >= 3
    assert contrast(outer, inner) >= 3
    if words.startswith("Review") and look != "contrast":  # there the second line is the ground itself
        assert max(contrast(inner, one) for one in colours[-2:]) >= 3


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_item_06_what_closes_a_yellow_panel_is_seen_on_it(window: Stage, look: str) -> None:
    in_look(window, look)
    assert window.window.shell is not None
    window.go("task", incident_id=window.ids["conflict"], field="description")
    window.window.page().meanwhile.show()
    window.window.shell.tell("warning", "1 report has waited since Sunday.")
    found = [b for b in window.window.findChildren(Button) if b.accessibleName() == "Close this message"]
    shown = [close for close in found if close.isVisible()]
    assert len(shown) == 2
    for close in shown:
        assert contrast(close._colours()[2], style_of().tokens.warning) >= 4.5
