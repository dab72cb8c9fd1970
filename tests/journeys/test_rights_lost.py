"""A right that ends while a page is open: what came from elsewhere takes the page away, with all that it shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.ward import WardPC
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.user import User
from vpr_desktop.services import drafts, incidents, support
from vpr_desktop.ui.pages.print_page import PrintPage

Pc = Callable[..., WardPC]
CANARY = "Zebrafink"
REASON = "needed for the review"
TYPED = "Kranichruf"
FIELDS = {"task": "Anything to add?", "riddor": "Why, Person A", "close": "Message to the reporter", "plan": "Why?"}
KEPT = "What you typed is kept as a draft that only you can see."


def opened(pc: Pc, page: str) -> tuple[WardPC, str]:
    """A manager with a page of somebody else's report open."""
    ward = pc("rnurse", "slead")
    ward.unlock("rnurse")
    reference = ward.log(CANARY)
    ward.switch("amanager")
    incident_id = incidents.find(ward.ctx, reference)
    plan_id = support.plan_ids(ward.ctx, incident_id)[0]
    named = {"history": "record"}.get(page, page)
    ward.window.go(named, incident_id=incident_id, plan_id=plan_id, history=page == "history", field="description")
    ward.settle()
    return ward, incident_id


def arrives(ward: WardPC, record: Incident | User) -> None:
    """Another PC changed something."""
    with ward.ctx.store.unit("rnurse", ward.clock.now()) as unit:
        unit.save(record)
        unit.commit("amend", record.id)
    entity = "incident" if isinstance(record, Incident) else "user"
    ward.window.changed(Changes((Change(entity, record.id),), "sync"))
    ward.settle()


def becomes_restricted(ward: WardPC, incident_id: str) -> None:
    record = ward.ctx.reader().get(Incident, incident_id)
    record.act_types, record.restricted = ["SEX"], True
    arrives(ward, record)


def becomes_reporter(ward: WardPC) -> None:
    (person,) = ward.ctx.reader().find(User, user_id="amanager")
    person.role = "reporter"
    arrives(ward, person)
    assert ward.ctx.user.role == "reporter"


@pytest.mark.parametrize("page", ["record", "history", "plan", "riddor", "close", "task", "print"])
def test_a_role_that_ends_leaves_nothing_of_its_pages(pc: Pc, page: str) -> None:
    ward, _ = opened(pc, page)
    assert ward.page.objectName() != "S2"
    becomes_reporter(ward)
    assert ward.page.objectName() == "S2"
    assert list(ward.window._pages) == ["home"], "nor of one that was open before"
    said = ward.screen()
    assert "Your role is now: Reporter." in said
    assert CANARY not in said
    assert "Person A" not in said


def test_a_full_copy_on_screen_goes_as_its_report_becomes_restricted(pc: Pc) -> None:
    """It could be printed and saved."""
    ward, incident_id = opened(pc, "print")
    preview = ward.page
    assert isinstance(preview, PrintPage)
    preview._on_full_answered(REASON, lambda: None)
    ward.settle()
    assert preview.pdf is not None
    assert preview.pdf.copy == "full"
    becomes_restricted(ward, incident_id)
    assert ward.page.objectName() == "S2"
    assert "Your role does not include this." in ward.screen()
    assert "print" not in ward.window._pages


def test_so_does_the_plan_of_its_person(pc: Pc) -> None:
    ward, incident_id = opened(pc, "plan")
    assert "Support plan: Person A" in ward.screen()
    becomes_restricted(ward, incident_id)
    assert ward.page.objectName() == "S2"
    assert "Person A" not in ward.screen()


def test_what_is_refused_as_an_act_leaves_the_page_where_it_is(pc: Pc) -> None:
    ward, incident_id = opened(pc, "record")
    ward.window.run(ward.page, lambda: ward.ctx.require("read_audit"), lambda _: None)
    ward.settle()
    assert ward.page.objectName() == "S4"
    assert CANARY in ward.screen()


def typed_at(pc: Pc, page: str) -> tuple[WardPC, str]:
    """A manager who writes something about somebody else's report, and did not save it."""
    ward, incident_id = opened(pc, page)
    if page == "plan":
        ward.window.go("plan", plan_id=ward.page.place()["plan_id"], step="S2-01", panel="due")
        ward.settle()
    ward.put(FIELDS[page], TYPED)
    return ward, incident_id


@pytest.mark.parametrize("page", FIELDS)
@pytest.mark.parametrize("ends", ["report", "role"])
def test_what_is_typed_there_is_kept_and_its_writer_is_told(pc: Pc, page: str, ends: str) -> None:
    ward, incident_id = typed_at(pc, page)
    if ends == "report":
        becomes_restricted(ward, incident_id)
    else:
        becomes_reporter(ward)
    assert ward.page.objectName() == "S2"
    assert list(ward.window._pages) == ["home"]
    said = ward.screen()
    assert KEPT in said
    assert CANARY not in said
    assert TYPED not in said
    (draft,) = drafts.mine(ward.ctx)
    assert TYPED in str(draft.body)


def test_a_dialog_over_it_goes_too_and_its_reason_is_kept(pc: Pc) -> None:
    ward, incident_id = opened(pc, "record")
    ward.page.withdraw()
    ward.settle()
    ward.put("Reason", TYPED)
    becomes_reporter(ward)
    assert ward.front() is ward.window
    assert KEPT in ward.screen()
    (draft,) = drafts.mine(ward.ctx)
    assert draft.body == {"reason": TYPED}


def test_a_page_out_of_sight_keeps_nothing_of_a_report_that_another_pc_changed(pc: Pc) -> None:
    ward, incident_id = opened(pc, "record")
    ward.press("Ctrl+1")
    assert "record" in ward.window._pages
    becomes_restricted(ward, incident_id)
    assert "record" not in ward.window._pages
    ward.press("Alt+Left")
    assert ward.page.objectName() == "S4"
    assert CANARY not in ward.screen()


def test_a_draft_of_what_may_not_be_read_any_more_opens_nothing_and_stays(pc: Pc) -> None:
    ward, incident_id = typed_at(pc, "task")
    becomes_restricted(ward, incident_id)
    ward.click("Continue")
    ward.settle()
    assert ward.page.objectName() == "S2"
    assert CANARY not in ward.screen()
    assert KEPT in ward.screen()
    assert len(drafts.mine(ward.ctx)) == 1
