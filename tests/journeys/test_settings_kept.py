"""Settings that somebody typed and did not save: they wait for their writer, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.journeys.ward import WardPC
from vpr_desktop.services import drafts, sessions, wards
from vpr_desktop.services.lockscreen import SupportContact
from vpr_desktop.ui.style import style_of

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
    assert "Your draft is back. Not saved yet." in ward.screen()
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


@pytest.mark.parametrize("section", FIELDS)
@pytest.mark.parametrize("how", ["Put back what was saved", "typed back"])
def test_what_is_put_back_leaves_no_draft(pc: Pc, section: str, how: str) -> None:
    ward = pc()
    ward.unlock()
    ward.window.go("settings", section=section)
    ward.settle()
    saved = ward.field(FIELDS[section]).text()  # type: ignore[union-attr]
    ward.put(FIELDS[section], TYPED)
    ward.page.sections[section].kept.keep()
    ward.settle()
    assert len(drafts.mine(ward.ctx)) == 1
    if how == "typed back":
        ward.field(FIELDS[section]).selectAll()
        ward.press("Delete")
        ward.put(FIELDS[section], saved)
    else:
        ward.click(how)
        assert ward.field(FIELDS[section]).text() == saved  # type: ignore[union-attr]
    ward.press("Ctrl+1")
    assert drafts.mine(ward.ctx) == []


def test_what_a_colleague_saved_meanwhile_is_told_and_not_written_over(pc: Pc) -> None:
    ward = typed_at(pc, "contacts")
    ward.put("Number of contact 1", "100")
    ward.press("Ctrl+1")
    was = wards.settings(ward.ctx)
    theirs = replace(was, contacts=(*was.contacts, SupportContact("MAN", "Crisis line", "999111")))
    wards.save(ward.ctx, theirs, was)
    ward.click("Continue")
    assert ward.field(FIELDS["contacts"]).text() == TYPED  # type: ignore[union-attr]
    assert "was changed meanwhile. Saved now:" in ward.screen()
    assert "Crisis line 999111" in ward.screen()
    ward.click("Save contacts")
    assert "Another PC changed this meanwhile." in ward.screen()
    assert wards.settings(ward.ctx).contacts == theirs.contacts
    ward.click("Put back what was saved")
    assert "Your draft is back" not in ward.screen()
    assert ward.page.sections["contacts"].wanted()["contacts"] == theirs.contacts
    ward.press("Ctrl+1")
    assert drafts.mine(ward.ctx) == []


def test_a_draft_saved_where_another_setting_changed_meanwhile_leaves_that_as_it_is(pc: Pc) -> None:
    ward = typed_at(pc, "ward")
    ward.press("Ctrl+1")
    was = wards.settings(ward.ctx)
    wards.save(ward.ctx, replace(was, emergency_number="3333"), was)
    ward.click("Continue")
    assert "Your draft is back. Not saved yet." in ward.screen()
    ward.press("Ctrl+Return")
    assert "Your draft is back" not in ward.screen()
    saved = wards.settings(ward.ctx)
    assert (saved.name, saved.emergency_number) == (TYPED, "3333")


def test_the_text_size_reaches_fields_that_were_shown_before(pc: Pc) -> None:
    ward = pc("rnurse")
    ward.unlock()
    look, sizes = style_of(), []
    try:
        for percent in (100, 200):
            look.set_text_percent(percent)
            ward.window.go("settings", section="ward")
            ward.settle()
            sizes.append(ward.page.sections["ward"].name.fontInfo().pixelSize())
            ward.window.go("home")
            ward.settle()
    finally:
        look.set_text_percent(100)
    assert sizes[1] == 2 * sizes[0]


def test_settings_of_another_ward_are_not_continued_on_the_ward_shown(pc: Pc) -> None:
    """They would have been typed over those of the ward shown, or seemed lost."""
    ward = pc()
    ward.unlock()
    ctx, ced = ward.ctx, ward.ctx.ward_id
    ward.window.run(ward.window, lambda: sessions.add_ward(ctx, "OAK", "Oak Ward"), ward.window.set_session)
    ward.settle()
    (oak,) = (one.id for one in ward.ctx.wards.values() if one.code == "OAK")
    ward.window.show_ward(ced)
    ward.settle()
    ward.window.go("settings", section="ward")
    ward.settle()
    ward.put(FIELDS["ward"], TYPED)
    ward.press("Ctrl+1")
    ward.window.show_ward(oak)
    ward.settle()
    ward.press("Ctrl+1")
    ward.click("Continue")
    assert ward.page.objectName() == "S2"
    name = ward.ctx.wards[ced].name
    assert f"These are settings of {name}. Choose {name} at the top, then go on here." in ward.screen()
    ward.window.show_ward(ced)
    ward.settle()
    ward.press("Ctrl+1")
    ward.click("Continue")
    assert ward.field(FIELDS["ward"]).text() == TYPED  # type: ignore[union-attr]
