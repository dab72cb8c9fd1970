"""With high contrast asked for, boxes keep an edge: no style sheet draws one then."""

from __future__ import annotations

from typing import Any

from tests.ui.stage import Stage
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.frames import Box


def test_the_cards_keep_an_edge_with_high_contrast(window: Stage) -> None:
    page: Any = window.go("home")
    cards = page.findChildren(Box)
    assert cards
    assert all(card.frameShape() == card.Shape.NoFrame for card in cards)
    look = style_of()
    look.high_contrast = True
    look.apply()
    assert all(card.frameShape() == card.Shape.Box for card in cards)
