"""Journeys of paper: every print is made in the window, saved as a PDF, and read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrinter

from tests.journeys.ward import WardPC
from tests.pdfs import pages_of, text_of
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import incidents, print_defaults
from vpr_desktop.ui.dialogs import save_file
from vpr_desktop.ui.pages import print_page

Pc = Callable[..., WardPC]
CANARY = "Zebrafink"


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Answers every question for a file name with a file of that name in one folder."""
    folder = tmp_path / "saved"
    folder.mkdir()

    def answer(_parent: object, _title: str, name: str, _kinds: str, answered: Callable[[str], None]) -> None:
        answered(str(folder / name))

    for module in (save_file, print_page):
        monkeypatch.setattr(module, "ask_save_path", answer)
    return folder


def save_as_pdf(ward: WardPC, saved: Path) -> str:
    before = set(saved.iterdir())
    ward.click("Save as PDF")
    made = set(saved.iterdir()) - before
    assert len(made) == 1
    return "\n".join(pages_of(made.pop()))


def test_without_a_printer_the_redacted_copy_is_saved_and_hides_the_note(pc: Pc, saved: Path) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log(CANARY)
    ward.click("Print summary")
    assert "No printer is set up on this PC. Save as PDF instead." in ward.screen()
    ward.press("Ctrl+Return")
    path = saved / f"incident-summary-{reference}.pdf"
    text = "\n".join(pages_of(path))
    assert reference in text
    assert "REDACTED COPY" in text.upper()
    assert "Corridor".lower() in text.lower()
    assert CANARY not in text
    assert CANARY.encode() not in path.read_bytes()
    assert "Saved. Keep it only as long as you need it." in ward.screen()
    assert ward.audit()[-1] == "print to file"


def test_a_full_copy_needs_a_reason_and_says_so_on_the_paper(pc: Pc, saved: Path) -> None:
    ward = pc()
    ward.unlock()
    ward.log(CANARY)
    ward.click("Print summary")
    ward.page.copies.choose(2)
    ward.settle()
    ward.answer("short", "Show full copy")
    assert "Write at least 10 characters." in ward.screen()
    ward.answer("For the police, asked in writing", "Show full copy")
    assert ward.page.copies.value() == ["full"]
    text = save_as_pdf(ward, saved)
    assert text.count("FULL COPY: CONTAINS PERSONAL DATA") >= 2
    assert CANARY in text
    assert "full copy" in ward.audit()
    reasons = ward.ctx.store.db.execute(
        "SELECT act, words FROM reason JOIN audit ON audit.n = reason.n"
    ).fetchall()  # fmt: skip
    assert reasons == [("full copy", b"For the police, asked in writing")]


def test_keeping_the_redacted_copy_changes_nothing(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    ward.log(CANARY)
    ward.click("Print summary")
    ward.page.copies.choose(2)
    ward.settle()
    ward.click("Keep redacted")
    assert ward.page.copies.value() == ["redacted"]
    assert ward.page.copy == "redacted"
    assert "full copy" not in ward.audit()


def test_an_anonymous_copy_names_no_ward_and_no_minute(pc: Pc, saved: Path) -> None:
    ward = pc()
    ward.unlock()
    ward.log(CANARY)
    ward.click("Print summary")
    ward.page.copies.choose(1)
    ward.settle()
    text = save_as_pdf(ward, saved)
    assert "between 12:00 and 15:00" in text
    for word in ("Cedar", CANARY, "A.M.", "14:05 "):
        assert word not in text.replace("Printed 22-Nov-2026 14:05", "")


def test_a_print_begins_as_the_settings_of_this_pc_say(pc: Pc, saved: Path) -> None:
    ward = pc("rnurse")
    ward.unlock()
    ward.log(CANARY)
    ward.window.go("settings", section="printing")
    ward.settle()
    section = ward.page.sections["printing"]
    section.copy.choose(1)
    section.fit.choose(1)
    assert [section.printer.itemText(0), section.printer.code()] == ["The PC's own choice", ""]
    ward.window.go("incidents")
    ward.settle()
    ward.window.go("print", incident_id=ward.page.model.row(0).id)
    ward.settle()
    assert ward.page.copies.value() == ["anonymous"]
    assert ward.page.preview.mode == "width"
    assert "ANONYMOUS COPY" in save_as_pdf(ward, saved)
    ward.lock()
    ward.unlock("rnurse")
    ward.log(CANARY)
    ward.click("Print summary")
    assert ward.page.copy == "redacted", "who may make no anonymous copy begins with the redacted one"
    assert "REDACTED COPY" in save_as_pdf(ward, saved)


def test_a_full_copy_is_never_the_first(pc: Pc) -> None:
    ward = pc()
    ward.unlock()
    print_defaults.save(ward.ctx, copy="full")
    ward.log(CANARY)
    ward.click("Print summary")
    assert ward.page.copy == "redacted"
    assert "full copy" not in ward.audit()


def test_the_note_is_printed_only_once_it_is_ticked(pc: Pc, saved: Path) -> None:
    ward = pc()
    ward.unlock()
    ward.log(CANARY)
    ward.click("Print summary")
    ward.page.note.choose(0)
    ward.settle()
    assert CANARY in save_as_pdf(ward, saved)


def test_the_receipt_slip_bears_the_code_shown_after_the_save(pc: Pc, saved: Path) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log(CANARY)
    code = ward.page.saved.slip.text().split("Slip code ")[1].split(":")[0]
    ward.click("Print receipt slip")
    text = save_as_pdf(ward, saved)
    assert code in text
    assert "What happened with my report" in text, "the paper says where the code is asked for"
    assert reference in text
    assert CANARY not in text


def test_handover_is_printed_and_marked(pc: Pc, saved: Path) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log(CANARY)
    ward.press("Ctrl+Shift+H")
    assert reference in ward.screen()
    ward.click("Mark handed over")
    assert "Say who takes over, such as N.C." in ward.screen()
    ward.click("Print handover")
    text = save_as_pdf(ward, saved)
    assert reference in text
    assert CANARY not in text
    ward.press("Alt+Left")
    ward.put("Handed over to", "N.C.")
    ward.click("Mark handed over")
    assert "Handed over to N.C." in ward.screen()
    assert ward.audit()[-1] == "handover"


def test_the_blank_form_has_the_seven_questions_of_this_ward(pc: Pc, saved: Path) -> None:
    ward = pc()
    ward.unlock()
    ward.press("Ctrl+5")
    ward.click("Print a blank form")
    text = save_as_pdf(ward, saved)
    for words in ("When did it happen?", "Has support been offered?", "Bay or bed space", "call 2222 first"):
        assert words in text


def test_a_printed_list_holds_no_note(pc: Pc, saved: Path) -> None:
    ward = pc()
    ward.unlock()
    reference = ward.log(CANARY)
    ward.press("Ctrl+2")
    ward.click("Print list")
    text = save_as_pdf(ward, saved)
    assert reference in text
    assert CANARY not in text


LISTS = pytest.mark.parametrize("kind", ["register", "handover"])


def of_another(pc: Pc, kind: str) -> tuple[WardPC, str, str]:
    """A manager looks at the preview of a list that tells of somebody else's report."""
    ward = pc("rnurse")
    ward.unlock("rnurse")
    reference = ward.log(act_types=("THR",))
    ward.switch("amanager")
    ward.window.go("print", kind=kind)
    ward.settle()
    assert "Threat" in drawn(ward)
    return ward, reference, incidents.find(ward.ctx, reference)


def drawn(ward: WardPC) -> str:
    return text_of(ward.page.pdf.data)


def becomes_restricted(ward: WardPC, incident_id: str) -> Changes:
    """Another PC's user says that it was sexual; the window has not heard of it yet."""
    record = ward.ctx.reader().get(Incident, incident_id)
    record.act_types, record.restricted = ["SEX"], True
    with ward.ctx.store.unit("rnurse", ward.clock.now()) as unit:
        unit.save(record)
        unit.commit("amend", record.id)
    return Changes((Change("incident", incident_id),), "sync")


@LISTS
def test_the_preview_of_a_list_is_drawn_anew_when_a_change_arrives(pc: Pc, kind: str) -> None:
    ward, reference, incident_id = of_another(pc, kind)
    changes = becomes_restricted(ward, incident_id)
    ward.window.changed(changes)
    ward.window.changed(changes)
    ward.settle()
    assert reference in drawn(ward)
    assert "Threat" not in drawn(ward)


@LISTS
def test_what_was_drawn_before_a_change_is_drawn_anew_before_it_leaves(pc: Pc, saved: Path, kind: str) -> None:
    ward, reference, incident_id = of_another(pc, kind)
    becomes_restricted(ward, incident_id)
    text = save_as_pdf(ward, saved)
    assert reference in text
    assert "Threat" not in text
    assert text == "\n".join(pages_of(ward.page.pdf.data)), "what left is what the preview shows"


@LISTS
def test_so_it_is_before_it_goes_to_paper(pc: Pc, tmp_path: Path, kind: str) -> None:
    ward, _, incident_id = of_another(pc, kind)
    becomes_restricted(ward, incident_id)
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    ward.page._print_on(printer, ward.page._asked())
    ward.settle()
    assert "Sent to the printer." in ward.window.shell.status.words.text()  # type: ignore[union-attr]
    assert "Threat" not in drawn(ward)
    assert ward.audit()[-1] == "print"


def test_a_full_copy_of_what_was_closed_meanwhile_does_not_leave(pc: Pc, saved: Path) -> None:
    ward, _, incident_id = of_another(pc, "register")
    ward.window.go("print", incident_id=incident_id)
    ward.settle()
    ward.page._on_full_answered("For the police, asked in writing", lambda: None)
    ward.settle()
    becomes_restricted(ward, incident_id)
    ward.click("Save as PDF")
    assert list(saved.iterdir()) == []


def test_a_preview_of_another_print_that_is_not_drawn_yet_prints_nothing(pc: Pc, saved: Path) -> None:
    ward, _, incident_id = of_another(pc, "register")
    ward.window.go("print", incident_id=incident_id)
    ward.page.save()
    ward.settle()
    assert list(saved.iterdir()) == []
