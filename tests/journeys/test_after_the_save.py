"""What is added under "Saved on this PC": written by a press alone, a draft until then, told where it cannot be."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.factories import name_person
from tests.journeys.test_no_word_lost import held
from tests.journeys.ward import WardPC
from vpr_desktop.domain.errors import NotFound
from vpr_desktop.domain.person import Person
from vpr_desktop.services import drafts, incidents, views

Pc = Callable[..., WardPC]
WHO, MANY = "Who should we support? (optional)", "How many were affected? (optional)"


def logged(pc: Pc, **answers: tuple[str, ...]) -> tuple[WardPC, str]:
    """A report just saved by the manager, its page still open."""
    ward = pc("rnurse")
    ward.unlock()
    return ward, incidents.find(ward.ctx, ward.log(**answers))


def ops(ward: WardPC, incident_id: str) -> list[str]:
    people = [person.id for person in ward.ctx.reader().find(Person, parent_id=incident_id)]
    return [op["op"] for one in (incident_id, *people) for op in ward.ctx.reader().ops_of(one)]


@pytest.mark.parametrize("leaves", ["Ctrl+1", "Ctrl+N", "Ctrl+L"])
def test_what_is_typed_after_the_save_waits_unwritten_until_its_writer_keeps_it(pc: Pc, leaves: str) -> None:
    ward, incident_id = logged(pc)
    before = ops(ward, incident_id)
    ward.put(WHO, "rnurse")  # on the way to another user id
    ward.page.saved.told.click()
    ward.put("Their initials (optional)", "N.N.")
    ward.press(leaves)
    if ward.window.page() is None:
        ward.unlock("rnurse")
        with pytest.raises(NotFound):
            views.incident(ward.ctx, incident_id)
        ward.switch("amanager")
    assert ops(ward, incident_id) == before
    ward.press("Ctrl+1")
    assert "Not added yet to" in ward.screen()
    ward.click("Continue")
    assert "Your draft is back. It is not in the record yet." in ward.screen()
    over = leaves == "Ctrl+L"  # a lock ends the time for Undo
    assert ("Undo this save" in ward.offered(), "You can undo it" in ward.screen()) == (not over, not over)
    ward.put(WHO, "rnurse2")
    ward.click("Keep what you added")
    assert "Added to the record." in ward.screen()
    seen = incidents.view(ward.ctx, incident_id)
    assert seen.parts["people"][0].values["person_key"] == "rnurse2"
    assert seen.record.values["told_by"] == "N.N."
    ward.press("Ctrl+1")
    assert drafts.mine(ward.ctx) == []


def test_the_same_person_returns_to_what_they_were_adding(pc: Pc) -> None:
    ward, _ = logged(pc)
    ward.put(WHO, "K.B.")
    ward.lock()
    ward.unlock()
    assert ward.field(WHO).text() == "K.B."  # type: ignore[union-attr]


def test_done_adds_what_is_typed_and_says_so(pc: Pc) -> None:
    ward, incident_id = logged(pc)
    ward.put(WHO, "K.B.")
    ward.click("Done")
    assert ward.page.objectName() == "S2"
    assert "Added to" in ward.screen()
    assert incidents.view(ward.ctx, incident_id).parts["people"][0].values["person_key"] == "K.B."
    assert drafts.mine(ward.ctx) == []


def test_a_number_that_is_none_is_told_and_waits_over_a_lock(pc: Pc) -> None:
    ward, incident_id = logged(pc, affected=("MANY",))
    ward.put(MANY, "some")
    ward.page.saved.told.click()
    ward.click("Done")
    assert "Give a number from 2 to 20." in ward.screen()
    assert held(ward, incident_id, "reporter_relation") != "told", "all of it or nothing"
    ward.lock()
    ward.unlock()
    assert ward.field(MANY).text() == "some"  # type: ignore[union-attr]
    ward.put(MANY, "3")
    ward.click("Done")
    assert held(ward, incident_id, "reporter_relation") == "told"
    assert held(ward, incident_id, "affected_count") == 3


def test_what_was_added_is_not_written_again_over_somebody_elses_correction(pc: Pc) -> None:
    ward, incident_id = logged(pc)
    ward.put(WHO, "K.B.")
    ward.click("Keep what you added")
    name_person(ward.ctx, incident_id, "A", "J.J.")
    ward.page.saved.told.click()
    ward.click("Done")
    assert incidents.view(ward.ctx, incident_id).parts["people"][0].values["person_key"] == "J.J."
    assert held(ward, incident_id, "reporter_relation") == "told"


def test_a_name_emptied_after_it_was_added_is_told_as_nothing_added(pc: Pc) -> None:
    ward, incident_id = logged(pc)
    ward.put(WHO, "K.B.")
    ward.click("Keep what you added")
    before = ops(ward, incident_id)
    ward.field(WHO).clear()
    ward.click("Keep what you added")
    assert "Nothing was added." in ward.screen()
    assert "Added to the record." not in ward.screen()
    assert ops(ward, incident_id) == before


def test_what_is_typed_after_the_save_goes_nowhere_once_it_is_undone(pc: Pc) -> None:
    ward, incident_id = logged(pc)
    ward.put(WHO, "K.B.")
    ward.click("Undo this save")
    assert "Undone." in ward.screen()
    assert "Your role" not in ward.screen()
    assert incidents.view(ward.ctx, incident_id).parts["people"][0].values["person_key"] is None
    assert [one.form for one in drafts.mine(ward.ctx)] == ["quick_log"]


def test_undo_in_the_status_bar_takes_back_a_report_that_waits_for_more(pc: Pc) -> None:
    ward, incident_id = logged(pc)
    ward.put(WHO, "K.B.")
    ward.press("Ctrl+1")
    ward.click("Continue")
    ward.page.saved.heading.setFocus()
    ward.press("Ctrl+Z")
    assert incidents.view(ward.ctx, incident_id).status == "withdrawn"
    assert [one.form for one in drafts.mine(ward.ctx)] == ["quick_log"]


def test_a_lock_right_after_undo_leaves_the_answers_alone_as_a_draft(pc: Pc) -> None:
    ward, incident_id = logged(pc)
    ward.field(WHO).setFocus()
    ward.type("K.B.")
    go = threading.Event()
    ward.window.run(ward.window, go.wait, lambda _: None)  # the lane is busy
    ward.page.saved.undo()
    ward.window.lock()
    go.set()
    ward.settle()
    ward.unlock()
    assert incidents.view(ward.ctx, incident_id).status == "withdrawn"
    assert [one.form for one in drafts.mine(ward.ctx)] == ["quick_log"]
