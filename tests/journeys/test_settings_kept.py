"""Settings that somebody typed and did not save: they wait for their writer, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.ward import WardPC
from vpr_desktop.services import drafts, wards

Pc = Callable[..., WardPC]
FIELDS = {"ward": "Ward name", "contacts": "Name of contact 1"}
TYPED = "Larchside"


def typed_at(pc: Pc, section: str) -> WardPC:
    ward = pc("rnurse")
    ward.unlock()
    ward.window.go("settings", section=section)
    ward.settle()
    ward.put(FIELDS[section], TYPED)
    return ward


@pytest.mark.parametrize("section", FIELDS)
@pytest.mark.parametrize("leaves", ["Ctrl+1", "Ctrl+L"])
def test_what_is_typed_is_there_again(pc: Pc, section: str, leaves: str) -> None:
    ward = typed_at(pc, section)
    ward.press(leaves)
    if ward.window.page() is None:
        ward.unlock("rnurse")
        assert drafts.mine(ward.ctx) == []
        ward.switch("amanager")
    ward.press("Ctrl+1")
    ward.click("Continue")
    assert ward.field(FIELDS[section]).text() == TYPED  # type: ignore[union-attr]
    assert TYPED not in str(wards.settings(ward.ctx)), "nothing is saved by itself"
    other = "shift_times" if section == "contacts" else "contacts"
    assert getattr(ward.page.sections[section].was, other) == getattr(wards.settings(ward.ctx), other)


def test_what_is_saved_leaves_no_draft(pc: Pc) -> None:
    ward = typed_at(pc, "ward")
    ward.page.sections["ward"].kept.keep()
    ward.settle()
    ward.press("Ctrl+Return")
    assert "Ward settings saved" in ward.screen()
    ward.press("Ctrl+1")
    assert drafts.mine(ward.ctx) == []
    assert wards.settings(ward.ctx).name == TYPED


def test_a_save_that_is_refused_keeps_every_word(pc: Pc) -> None:
    ward = typed_at(pc, "ward")
    ward.put("Shift times", "soon")
    ward.press("Ctrl+Return")
    assert "Give the times at which shifts change" in ward.screen()
    ward.lock()
    ward.unlock()
    assert ward.field("Ward name").text() == TYPED  # type: ignore[union-attr]


@pytest.mark.parametrize("how", ["Put back what was saved", "typed back"])
def test_what_is_put_back_leaves_no_draft(pc: Pc, how: str) -> None:
    ward = typed_at(pc, "ward")
    ward.page.sections["ward"].kept.keep()
    ward.settle()
    assert len(drafts.mine(ward.ctx)) == 1
    if how == "typed back":
        ward.put("Ward name", "Cedar Ward")
    else:
        ward.click(how)
        assert ward.field("Ward name").text() == "Cedar Ward"  # type: ignore[union-attr]
    ward.press("Ctrl+1")
    assert drafts.mine(ward.ctx) == []
