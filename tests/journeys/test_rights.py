"""Journeys of who sees what: restricted incidents, and the roles that may read only."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.ward import WardPC
from vpr_desktop.services import incidents

Pc = Callable[..., WardPC]
SEXUAL = {"act_types": ("SEX",), "location": ("SID",), "effect": ("UPS",)}
CANARY = "Zebrafink"


def log_restricted(ward: WardPC) -> str:
    ward.press("Ctrl+N")
    ward.choose("act_types", "SEX")
    assert "Only you and the support lead will see this record unless you choose otherwise." in ward.screen()
    return ward.log(CANARY, **SEXUAL)


def sees_nothing(ward: WardPC, reference: str) -> None:
    """List, record, search, home and print tell that something is there, and no more."""
    ward.press("Ctrl+2")
    model = ward.page.table.model()
    row = [str(model.index(0, c).data()) for c in range(model.columnCount())]
    assert row[0] == reference
    assert row[2] == "Restricted incident"
    assert row[3:5] == ["–", "–"]
    assert "14:05" not in row[1]
    ward.page.table.setFocus()
    ward.press("Return")
    said = ward.screen()
    assert "Restricted incident. Only the reporter and the support lead can read it." in said
    assert not {"Print", "Add to record", "More"} & ward.offered()
    ward.press("Ctrl+P")
    assert ward.page.objectName() == "S4"
    ward.press("Ctrl+K")
    ward.type(CANARY)
    ward.press("Return")
    assert ward.page.table.model().rowCount() == 0
    ward.click("Clear filters")
    for key in ("Ctrl+1", "Ctrl+2"):
        ward.press(key)
        said += ward.screen()
    for word in (CANARY, "Sexual", "Side room", "Upset"):
        assert word not in said


def sees_all(ward: WardPC, reference: str) -> None:
    ward.open(reference)
    said = ward.screen()
    assert "Sexual" in said
    assert "Side room" in said
    ward.press("Ctrl+P")
    assert ward.page.pdf is not None


def test_restricted_opens_to_reporter_and_support_lead_and_to_nobody_else(pc: Pc) -> None:
    ward = pc("rnurse", "slead", "vlead")
    ward.unlock("rnurse")
    reference = log_restricted(ward)
    assert "There is no support lead on this ward yet" not in ward.screen()
    sees_all(ward, reference)
    ward.switch("amanager")
    sees_nothing(ward, reference)
    ward.switch("vlead")
    sees_nothing(ward, reference)
    ward.switch("slead")
    sees_all(ward, reference)
    assert ward.audit().count("read restricted") >= 2


def test_restricted_opens_to_the_manager_once_the_person_agrees(pc: Pc) -> None:
    ward = pc("rnurse")
    ward.unlock("rnurse")
    reference = log_restricted(ward)
    ward.open(reference)
    ward.window.go("task", incident_id=ward.page.seen.record.id, task="details")
    ward.settle()
    ward.page.panels[0].editors["manager_may_see"].widget.choose(0)
    ward.press("Ctrl+Return")
    ward.switch("amanager")
    sees_all(ward, reference)


def test_without_a_support_lead_the_save_says_whom_to_call_and_home_asks_for_one(pc: Pc) -> None:
    ward = pc("rnurse")
    ward.unlock("rnurse")
    log_restricted(ward)
    assert "There is no support lead on this ward yet. Call the manager on call through 2222." in ward.screen()
    ward.switch("amanager")
    assert "1 restricted incident needs a support lead." in ward.screen()


def test_a_reporter_sees_own_incidents_only(pc: Pc) -> None:
    ward = pc("rnurse")
    ward.unlock("amanager")
    theirs = ward.log()
    ward.switch("rnurse")
    mine = ward.log()
    ward.press("Ctrl+2")
    said = ward.screen()
    assert mine in said
    assert theirs not in said
    ward.open(mine)
    assert "Print" in ward.offered()
    ward.press("Ctrl+,")
    assert {"Your passphrase, open now", "Locking"} <= ward.offered()
    closed = {"This ward", "Support contacts", "People on this PC", "Save ward settings", "Add person"}
    assert not closed & ward.offered()
    ward.press("Ctrl+5")
    assert not {"Back up now", "Check everything", "Import"} & ward.offered()


def test_the_trust_lead_reads_but_changes_nothing(pc: Pc) -> None:
    ward = pc("vlead")
    ward.unlock("amanager")
    reference = ward.log(CANARY)
    ward.switch("vlead")
    ward.open(reference)
    said = ward.screen()
    assert "Corridor" in said
    assert CANARY not in said
    assert "Add to record" not in ward.offered()
    assert not [words for words in ward.offered() if words.startswith(("Change,", "Add,"))]
    ward.press("Ctrl+P")
    assert "Full copy" not in ward.offered()


def test_the_trust_lead_reads_the_words_of_a_report_with_a_reason_for_an_hour(pc: Pc) -> None:
    ward = pc("vlead")
    ward.unlock("amanager")
    reference = ward.log(CANARY)
    ward.open(reference)
    assert not any("Read the words" in words for words in ward.offered())
    ward.switch("vlead")
    ward.open(reference)
    ward.click("Read the words of this report with a reason")
    ward.put("Reason", "Curious")
    ward.click("Read it")
    assert "Write at least 20 characters." in ward.screen()
    ward.put("Reason", "Review of this quarter for the board")
    ward.click("Read it")
    assert CANARY in ward.screen()
    assert not any("Read the words" in words for words in ward.offered())
    assert ward.ctx.reader().count_acts("read on need", incidents.find(ward.ctx, reference)) == 1
    ward.clock.forward(minutes=4)
    ward.switch("vlead")
    ward.open(reference)
    assert CANARY in ward.screen()
    ward.lock()
    ward.clock.forward(minutes=60)
    ward.unlock("vlead")
    ward.open(reference)
    assert CANARY not in ward.screen()
    assert any("Read the words" in words for words in ward.offered())


def test_the_auditor_sees_that_records_exist_and_logs_nothing(pc: Pc) -> None:
    ward = pc("auditor")
    ward.unlock("amanager")
    reference = ward.log(CANARY)
    ward.switch("auditor")
    assert "Log an incident" not in ward.offered()
    ward.press("Ctrl+N")
    assert ward.page.objectName() != "S3"
    ward.open(reference)
    said = ward.screen()
    assert "Your role sees that this record exists, not what it holds." in said
    for word in (CANARY, "Corridor", "Physical", "Minor"):
        assert word not in said
    ward.press("Ctrl+P")
    assert ward.page.objectName() == "S4"
    ward.press("Ctrl+5")
    assert "Check everything" in ward.offered()
    assert not {"Back up now", "Import"} & ward.offered()
    ward.click("Read the audit trail")
    assert ward.page.objectName() == "audit"
    told = {(one.by, one.act, one.record) for one in map(ward.page.model.row, range(ward.page.model.rowCount()))}
    assert ("A. Manager", "log", reference) in told
    assert ("I. Governance", "unlock", "") in told
    assert CANARY not in ward.screen()
    ward.page.filter.setText(f"governance {reference[-4:].lower()}")
    ward.page.filter.returnPressed.emit()
    ward.settle()
    assert "Nothing matches." in ward.screen()


def test_the_device_admin_sees_no_incident_and_keeps_the_pc(pc: Pc) -> None:
    ward = pc("dadmin")
    ward.unlock("amanager")
    reference = ward.log(CANARY)
    made = incidents.find(ward.ctx, reference)
    ward.switch("dadmin")
    assert not {"Log an incident", "Incidents"} & ward.offered()
    for key in ("Ctrl+N", "Ctrl+2", "Ctrl+K", "Ctrl+Shift+H"):
        ward.press(key)
        assert ward.page.objectName() == "S2"
        assert reference not in ward.screen()
    ward.window.go("record", incident_id=made)
    ward.settle()
    assert CANARY not in ward.screen()
    ward.press("Ctrl+5")
    assert {"Back up now", "Check everything"} <= ward.offered()
    ward.press("Ctrl+,")
    assert "Add person" in ward.offered()
    assert not {"This ward", "Support contacts", "Save ward settings"} & ward.offered()
