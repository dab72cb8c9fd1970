"""A right that ends while a page is open: what came from elsewhere takes the page away, with all that it shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget

from tests.factories import logged
from tests.journeys.test_no_word_lost import busy, fails
from tests.journeys.ward import WardPC
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.user import User
from vpr_desktop.services import closing, drafts, incidents, riddor, support
from vpr_desktop.ui.pages.print_page import PrintPage
from vpr_desktop.ui.pages.review_card import ReviewCard
from vpr_desktop.ui.widgets.follow_up_card import FollowUpCard

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
    named, ask = ("record", "history") if page == "history" else (page, "")
    ward.window.go(named, incident_id=incident_id, plan_id=plan_id, ask=ask, field="description")
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


def test_a_page_that_is_refused_twice_goes_once_and_its_writer_is_told_of_the_draft(pc: Pc) -> None:
    ward, _ = typed_at(pc, "plan")
    page = ward.page
    for _ in range(2):  # two of its jobs, answered before Qt comes to delete the page
        ward.window.loads.refused.emit(page, "There is no such record on this PC.")
    ward.settle()
    assert ward.page.objectName() == "S2"
    assert f"There is no such record on this PC. {KEPT}" in ward.screen()


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


def says(ward: WardPC, *records: Incident) -> None:
    """Another PC wrote these, each over what it had read."""
    for record in records:
        with ward.ctx.store.unit("rnurse", ward.clock.now()) as unit:
            unit.save(record)
            unit.commit("amend", record.id)


def reviewed(pc: Pc, where: str) -> tuple[WardPC, str]:
    """A manager who looks at the two versions of a note, on the record or under Sync and data."""
    ward, incident_id = opened(pc, "record")
    one, other = (ward.ctx.reader().get(Incident, incident_id) for _ in range(2))
    one.description, other.description = f"{CANARY} by the door", f"{TYPED} at night"
    says(ward, one, other)
    if where == "record":
        ward.window.go("record", incident_id=incident_id)
        ward.settle()
        ward.click("Review the two versions")
    else:
        ward.window.go("data", review=incident_id)
        ward.settle()
    assert CANARY in ward.screen()
    assert TYPED in ward.screen()
    return ward, incident_id


def in_widgets(ward: WardPC) -> str:
    """All words that the open page's own parts still hold, on the screen or not."""
    return " ".join(f"{one.accessibleName()} {getattr(one, 'text', str)()}" for one in ward.page.findChildren(QWidget))


@pytest.mark.parametrize("where", ["record", "data"])
def test_two_versions_under_review_go_as_their_report_becomes_restricted(pc: Pc, where: str) -> None:
    ward, incident_id = reviewed(pc, where)
    becomes_restricted(ward, incident_id)
    assert ward.page.objectName() == {"record": "S4", "data": "S10"}[where], "the page stays"
    for held in (ward.screen(), in_widgets(ward)):
        assert CANARY not in held
        assert TYPED not in held


@pytest.mark.parametrize("where", ["record", "data"])
def test_two_versions_under_review_stay_with_the_choice_where_something_else_changed(pc: Pc, where: str) -> None:
    ward, incident_id = reviewed(pc, where)
    card = ward.page.findChild(ReviewCard)
    card.versions.choose(0)
    record = ward.ctx.reader().get(Incident, incident_id)
    record.specialty = "ED"
    arrives(ward, record)
    assert CANARY in ward.screen()
    assert card.versions.value()
    card.save()
    ward.settle()
    assert "description" not in ward.ctx.reader().get(Incident, incident_id).shown.clashes
    assert not card.isVisible()


def test_a_reason_over_a_record_that_becomes_restricted_is_kept_and_nothing_is_withdrawn(pc: Pc) -> None:
    ward, incident_id = opened(pc, "record")
    ward.page.withdraw()
    ward.settle()
    ward.put("Reason", TYPED)
    becomes_restricted(ward, incident_id)
    assert ward.front() is ward.window
    assert ward.page.objectName() == "S4"
    assert KEPT in ward.screen()
    assert [one.body for one in drafts.mine(ward.ctx)] == [{"reason": TYPED}]
    assert ward.ctx.reader().get(Incident, incident_id).status == "logged"


@pytest.mark.parametrize("act", ["withdraw", "reopen"])
def test_a_reason_stays_over_a_record_that_changed_meanwhile(pc: Pc, act: str) -> None:
    ward, incident_id = opened(pc, "record")
    record = ward.ctx.reader().get(Incident, incident_id)
    record.status = "closed" if act == "reopen" else "logged"
    arrives(ward, record)
    asks = {"withdraw": ward.page.withdraw, "reopen": ward.page.findChild(FollowUpCard).reopen}
    asks[act]()
    ward.settle()
    ward.field("Reason").setFocus()
    ward.type(TYPED)
    record = ward.ctx.reader().get(Incident, incident_id)
    record.specialty = "ED"
    arrives(ward, record)
    assert ward.front() is not ward.window
    ward.type(" and more")
    ward.click({"withdraw": "Withdraw incident", "reopen": "Open again"}[act])
    status = {"withdraw": "withdrawn", "reopen": "in_review"}[act]
    assert ward.ctx.reader().get(Incident, incident_id).status == status
    assert drafts.mine(ward.ctx) == []


@pytest.mark.parametrize("of", ["its incident", "the plan", "another incident"])
def test_a_plan_out_of_sight_goes_with_a_report_that_another_pc_changed(pc: Pc, of: str) -> None:
    ward, incident_id = opened(pc, "plan")
    plan_id = ward.page.place()["plan_id"]
    ward.press("Ctrl+1")
    entity, one = {
        "its incident": ("incident", incident_id), "the plan": ("plan", plan_id), "another incident": ("incident", "x"),
    }[of]  # fmt: skip
    ward.window.changed(Changes((Change(entity, one),), "sync"))
    ward.settle()
    assert ("plan" in ward.window._pages) == (of == "another incident")


@pytest.mark.parametrize("page", ["task", "riddor", "close"])
def test_a_save_that_fails_is_told_though_its_report_arrives_meanwhile(
    pc: Pc, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page is out of sight, and goes once that was told."""
    ward, incident_id = typed_at(pc, page)
    for services, act in ((incidents, "save"), (riddor, "decide"), (closing, "close")):
        monkeypatch.setattr(services, act, fails)
    if page == "riddor":
        case = ward.page.cases[0]
        case.status.set_code("NR")
        ward.put("Who decided, Person A", "H. Safety, adviser")
    with busy(ward):
        if page == "riddor":
            case.save_button.click()
        else:
            ward.page.save()
        ward.window.go("home")
        ward.window.changed(Changes((Change("incident", incident_id),), "sync"))
        assert page in ward.window._pages
    assert "Not saved yet. What you typed waits at Home as a draft." in ward.screen()
    assert list(ward.window._pages) == ["home"]
    (draft,) = drafts.mine(ward.ctx)
    assert TYPED in str(draft.body)


@pytest.mark.parametrize("meanwhile", ["another withdrawn report is open", "the page is gone"])
def test_undo_puts_back_the_report_that_was_withdrawn(pc: Pc, meanwhile: str) -> None:
    ward, incident_id = opened(pc, "record")
    other = logged(ward.ctx).id
    incidents.withdraw(ward.ctx, incidents.view(ward.ctx, other), "Logged twice.")
    reference = ward.page.seen.reference
    ward.page.withdraw()
    ward.answer("Logged twice", "Withdraw incident")
    assert f"Withdrawn {reference}" in ward.screen()
    if meanwhile == "the page is gone":
        ward.press("Ctrl+1")
        ward.window.changed(Changes((Change("incident", incident_id),), "sync"))
        assert "record" not in ward.window._pages
    else:
        ward.window.go("record", incident_id=other)
    ward.settle()
    ward.click("Undo the last action")
    stand = [ward.ctx.reader().get(Incident, one).status for one in (incident_id, other)]
    assert stand == ["logged", "withdrawn"]
    assert f"Put back {reference}" in ward.screen()


def test_undo_of_a_recording_is_told_also_once_the_plan_is_gone(pc: Pc) -> None:
    ward, incident_id = opened(pc, "plan")
    ward.page.acts.not_wanted(ward.page.plan, next(one for one in ward.page.plan.steps if one.code == "S2-01"))
    ward.settle()
    ward.press("Ctrl+1")
    ward.window.changed(Changes((Change("incident", incident_id),), "sync"))
    assert "plan" not in ward.window._pages
    ward.click("Undo the last action")
    assert "Undone. The recording is struck out." in ward.screen()


def test_a_review_that_starts_is_told_as_that(pc: Pc) -> None:
    ward, incident_id = opened(pc, "record")
    ward.page.start_review()
    ward.settle()
    assert f"Under review: {ward.page.seen.reference}" in ward.screen()
    assert ward.page.seen.status == "in_review"
