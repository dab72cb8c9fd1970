"""Settings typed while this PC is busy, before it has read them: what a person typed stands, wherever they go then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PySide6.QtTest import QTest

from tests.journeys.test_settings_kept import FIELDS, TYPED
from tests.journeys.ward import WardPC
from vpr_desktop.domain.place import Ward
from vpr_desktop.services import drafts, print_defaults, wards
from vpr_desktop.services.context import Context

Pc = Callable[..., WardPC]


@contextmanager
def busy(ward: WardPC) -> Iterator[None]:
    """The store lane does something long, and what is asked of it waits."""
    free = threading.Event()
    ward.window.lane.run(ward.window, free.wait)
    try:
        yield
    finally:
        free.set()
        ward.settle()


def type_over(ward: WardPC, name: str, text: str) -> None:
    """Types into a field without waiting for the lane."""
    control: Any = ward.field(name)
    control.setFocus()
    control.selectAll()
    QTest.keyClicks(control, text)


def saved(ctx: Context) -> str:
    return str(wards.settings(ctx))


@pytest.mark.parametrize("before", [False, True], ids=["first opened", "opened before"])
@pytest.mark.parametrize("section", FIELDS)
def test_what_is_typed_before_the_page_is_read_stays(pc: Pc, section: str, before: bool) -> None:
    ward = pc()
    ward.unlock()
    held = wards.settings(ward.ctx)
    if before:
        ward.window.go("settings", section=section)
        ward.settle()
        ward.window.go("home")
        ward.settle()
    with busy(ward):
        ward.window.go("settings", section=section)
        type_over(ward, FIELDS[section], TYPED)
    shown = ward.page.sections
    assert ward.field(FIELDS[section]).text() == TYPED  # type: ignore[union-attr]
    assert shown["ward"].emergency.text() == held.emergency_number
    assert shown["ward"].shifts.text() == held.shift_times
    assert len(shown["ward"].wanted()["places"]) == len(held.places)
    ward.press("Ctrl+1")
    assert len(drafts.mine(ward.ctx)) == 1
    ward.click("Continue")
    assert ward.field(FIELDS[section]).text() == TYPED  # type: ignore[union-attr]
    assert TYPED not in saved(ward.ctx)
    ward.click("Put back what was saved")
    assert shown[section].typed() == {}
    assert wards.settings(ward.ctx) == held


@pytest.mark.parametrize("section", FIELDS)
def test_what_is_typed_before_the_page_is_read_waits_over_a_lock(pc: Pc, section: str) -> None:
    ward = pc()
    ward.unlock()
    held = wards.settings(ward.ctx)
    with busy(ward):
        ward.window.go("settings", section=section)
        type_over(ward, FIELDS[section], TYPED)
        ward.window.lock()
    ward.unlock()
    assert ward.field(FIELDS[section]).text() == TYPED  # type: ignore[union-attr]
    assert "Your draft is back. Not saved yet." in ward.screen()
    ward.press("Ctrl+1")
    ward.click("Continue")
    assert ward.page.sections["ward"].emergency.text() == held.emergency_number
    assert ward.field(FIELDS[section]).text() == TYPED  # type: ignore[union-attr]
    if section == "ward":
        ward.press("Ctrl+Return")
        assert wards.settings(ward.ctx).name == TYPED
        assert wards.settings(ward.ctx).places == held.places
        assert drafts.mine(ward.ctx) == []


def test_what_another_pc_changed_meanwhile_is_not_overwritten_unseen(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.window.go("settings", section="ward")
    ward.settle()
    ward.window.go("home")
    ward.settle()
    with ward.ctx.unit() as unit:
        held = unit.get(Ward, ward.ctx.ward_id)
        held.name = "As changed elsewhere"
        unit.save(held)
        unit.commit("amend ward", held.id)
    with busy(ward):
        ward.window.go("settings", section="ward")
        type_over(ward, FIELDS["ward"], TYPED)
    assert ward.field(FIELDS["ward"]).text() == TYPED  # type: ignore[union-attr]
    assert "Saved now: As changed elsewhere" in ward.screen()
    ward.press("Ctrl+Return")
    assert wards.settings(ward.ctx).name == "As changed elsewhere"
    ward.click("Put back what was saved")
    ward.put(FIELDS["ward"], TYPED)
    ward.press("Ctrl+Return")
    assert wards.settings(ward.ctx).name == TYPED


def test_what_was_put_back_does_not_come_back_with_what_is_typed_then(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    held = wards.settings(ward.ctx)
    ward.window.go("settings", section="ward")
    ward.settle()
    ward.put(FIELDS["ward"], TYPED)
    with busy(ward):
        ward.button("Put back what was saved").click()
        type_over(ward, "Number in an emergency", "3333")
    assert ward.page.sections["ward"].typed()["typed"] == {"emergency_number": "3333"}
    assert ward.field(FIELDS["ward"]).text() == held.name  # type: ignore[union-attr]


def test_a_copy_chosen_before_the_page_is_read_is_shown_as_it_is_kept(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    with busy(ward):
        ward.window.go("settings", section="printing")
        copies = ward.page.sections["printing"].copy
        copies.set_value(["anonymous"])
        copies.answered.emit()
    assert print_defaults.read(ward.ctx).copy == "anonymous"
    assert copies.value() == ["anonymous"]
