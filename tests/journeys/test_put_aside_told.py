"""What a server that was put back laid aside, as its author's PC tells it: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.journeys.ward import WardPC
from vpr_desktop.services.sending import Item

Pc = Callable[..., WardPC]
TOLD = {
    "put-aside": "Change it again in the report, or ask the trust to look at it.",
    "erase-put-aside": "Ask the trust: somebody who may erase has to ask for it once more.",
}


@pytest.mark.parametrize("code", TOLD)
def test_what_lies_aside_is_told_with_what_to_do(pc: Pc, code: str) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log()
    line = Item(
        "change", reference, ward.page.saved.made.id, ward.ctx.now(), 1, "PUT_ASIDE", code, (1,), mine=True, theirs=True
    )
    ward.press("Ctrl+5")
    card = ward.page.queue
    card.show_items([line])
    assert TOLD[code] in ward.screen()
    assert card.model.state(line).startswith("Needs you: the server was put back from a backup and")
    assert {"Export this entry for IT", "Open the report"} <= ward.offered()
    assert not {"Send again", "Take off the list", "Edit and send"} & ward.offered()
    if code == "put-aside":  # what erases sets no field
        card.show_items([replace(line, field="location")])
        assert "Edit and send" in ward.offered()
