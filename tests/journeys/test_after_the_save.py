"""What is added under "Saved on this PC": kept as the page is left, told where it cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.test_no_word_lost import held
from tests.journeys.ward import WardPC
from vpr_desktop.services import incidents

Pc = Callable[..., WardPC]
WHO, MANY = "Who should we support? (optional)", "How many were affected? (optional)"


@pytest.mark.parametrize("leaves", ["Ctrl+1", "Ctrl+N", "Ctrl+L", "Keep this"])
def test_what_is_typed_after_the_save_is_added_as_the_page_is_left(pc: Pc, leaves: str) -> None:
    ward = pc()
    ward.unlock()
    incident_id = incidents.find(ward.ctx, ward.log())
    ward.put(WHO, "K.B.")
    ward.page.saved.told.click()
    ward.put("Their initials (optional)", "N.N.")
    if leaves == "Keep this":
        ward.click("Keep this")
        assert "Added to the record." in ward.screen()
    else:
        ward.press(leaves)
    if ward.window.page() is None:
        ward.unlock()
    before = len(ward.audit())
    ward.press("Ctrl+1")
    seen = incidents.view(ward.ctx, incident_id)
    assert seen.parts["people"][0].values["person_key"] == "K.B."
    assert seen.record.values["told_by"] == "N.N."
    assert len(ward.audit()) == before, "it is added once"


def test_a_number_that_is_none_is_told_and_the_rest_is_added(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    incident_id = incidents.find(ward.ctx, ward.log(affected=("MANY",)))
    ward.put(MANY, "some")
    ward.click("Keep this")
    assert "Give a number from 2 to 20." in ward.screen()
    ward.page.saved.told.click()
    ward.press("Ctrl+1")
    assert "Give a number from 2 to 20." in ward.screen()
    assert held(ward, incident_id, "reporter_relation") == "told"


def test_what_is_typed_after_the_save_goes_nowhere_once_it_is_undone(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    incident_id = incidents.find(ward.ctx, ward.log())
    ward.put(WHO, "K.B.")
    ward.click("Undo this save")
    assert "Undone." in ward.screen()
    assert "Your role" not in ward.screen()
    assert incidents.view(ward.ctx, incident_id).parts["people"][0].values["person_key"] is None
