"""Journeys of paper while something else happens: a report changes, or its printer goes on to another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrinter

from tests.journeys.test_no_word_lost import busy
from tests.journeys.test_prints import CANARY, drawn, saved
from tests.journeys.ward import WardPC
from tests.pdfs import pages_of
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import incidents, printing
from vpr_desktop.ui.pages import print_drawing

__all__ = ["saved"]

Pc = Callable[..., WardPC]
REASON = "For the police, asked in writing"
UNREAD = "was not printed or saved, as it says something new. Read it, then press again."
TOUCHING = pytest.mark.parametrize("changes", [True, False], ids=["after a change", "with none"])


def two_reports(pc: Pc) -> tuple[WardPC, dict[str, str]]:
    """The preview of the first of two reports; gives their ids by reference."""
    ward = pc()
    ward.unlock()
    ids = {reference: incidents.find(ward.ctx, reference) for reference in (ward.log("A note"), ward.log("Another"))}
    ward.window.go("print", incident_id=next(iter(ids.values())))
    ward.settle()
    return ward, ids


def amended(ward: WardPC, incident_id: str, **fields: str) -> Changes:
    """Another PC changes a report; the window has not heard of it yet."""
    record = ward.ctx.reader().get(Incident, incident_id)
    for name, value in fields.items():
        setattr(record, name, value)
    with ward.ctx.store.unit("amanager", ward.clock.now()) as unit:
        unit.save(record)
        unit.commit("amend", incident_id)
    return Changes((Change("incident", incident_id),), "sync")


def full_copy(ward: WardPC) -> None:
    ward.page.copies.choose(2)
    ward.settle()
    ward.answer(REASON, "Show full copy")


def full_copies_noted(ward: WardPC) -> int:
    return ward.audit().count("full copy")


@TOUCHING
def test_what_is_saved_is_the_report_it_was_asked_of(pc: Pc, saved: Path, changes: bool) -> None:
    ward, ids = two_reports(pc)
    (first, _), (second, second_id) = ids.items()
    if changes:
        amended(ward, second_id, specialty="ED")
    with busy(ward):
        ward.page._on_save_clicked()
        ward.window.go("print", incident_id=second_id)
    (made,) = saved.iterdir()
    text = "\n".join(pages_of(made))
    assert first in made.name
    assert first in text
    assert second not in text
    assert second in drawn(ward), "the preview of the other stays"


@TOUCHING
def test_what_goes_to_paper_is_the_report_it_was_asked_of(
    pc: Pc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: bool
) -> None:
    ward, ids = two_reports(pc)
    (first, first_id), (_, second_id) = ids.items()
    noted = []
    real = printing.printed
    monkeypatch.setattr(printing, "printed", lambda ctx, pdf, how: (noted.append(pdf.title), real(ctx, pdf, how)))
    if changes:
        amended(ward, second_id, specialty="ED")
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    with busy(ward):
        ward.page._print_on(printer, ward.page._asked())
        ward.window.go("print", incident_id=second_id)
    assert noted == [f"Incident summary {first}"]
    assert ward.ctx.reader().count_acts("print", first_id) == 1
    assert "Sent to the printer." in ward.window.shell.status.words.text()  # type: ignore[union-attr]


def test_a_print_that_comes_late_is_not_shown_as_another(pc: Pc) -> None:
    ward, ids = two_reports(pc)
    first_id, second_id = ids.values()
    shown = []
    real = ward.page._show
    ward.page._show = lambda made, **more: (shown.append(made.pdf.incident_id), real(made, **more))
    with busy(ward):
        ward.page._render(anew=True)
        ward.window.go("print", incident_id=second_id)
    assert set(shown) == {second_id}


@pytest.mark.parametrize("heard", [False, True], ids=["before it arrives", "while the name of the file is asked"])
def test_a_note_that_changed_leaves_once_it_was_read(pc: Pc, saved: Path, heard: bool) -> None:
    ward, ids = two_reports(pc)
    incident_id = next(iter(ids.values()))
    ward.page.note.choose(0)
    ward.settle()
    asked = ward.page._asked()
    changes = amended(ward, incident_id, description=CANARY)
    if heard:
        ward.window.changed(changes)
        ward.settle()
        assert CANARY in drawn(ward)
    ward.page._save_to(str(saved / "one.pdf"), asked)
    ward.settle()
    assert list(saved.iterdir()) == []
    assert CANARY in drawn(ward)
    assert UNREAD in ward.screen()
    assert "print to file" not in ward.audit()
    ward.click("Save as PDF")
    (made,) = saved.iterdir()
    assert CANARY in "\n".join(pages_of(made))
    assert UNREAD not in ward.screen()


def test_a_note_that_is_ticked_and_not_drawn_yet_leaves_once_it_was_read(pc: Pc, saved: Path) -> None:
    ward, _ = two_reports(pc)
    with busy(ward):
        ward.page.note.choose(0)
        ward.page._on_save_clicked()
    assert list(saved.iterdir()) == []
    assert "A note" in drawn(ward)
    assert UNREAD in ward.screen()


def test_a_note_that_is_not_ticked_any_more_leaves_with_nothing(pc: Pc, saved: Path) -> None:
    ward, _ = two_reports(pc)
    ward.page.note.choose(0)
    ward.settle()
    with busy(ward):
        ward.page.note.choose(0)
        ward.page._on_save_clicked()
    (made,) = saved.iterdir()
    assert "A note" not in "\n".join(pages_of(made))


def test_a_changed_print_without_free_text_leaves_at_the_first_press(pc: Pc, saved: Path) -> None:
    ward, ids = two_reports(pc)
    amended(ward, next(iter(ids.values())), location="BAY")
    ward.page._on_save_clicked()
    ward.settle()
    (made,) = saved.iterdir()
    assert "bay or bed space" in "\n".join(pages_of(made)).lower()


def test_a_full_copy_that_changed_leaves_once_it_was_read_and_is_noted_once(pc: Pc, saved: Path) -> None:
    ward, ids = two_reports(pc)
    full_copy(ward)
    amended(ward, next(iter(ids.values())), description=CANARY)
    ward.page._on_save_clicked()
    ward.settle()
    assert list(saved.iterdir()) == []
    assert UNREAD in ward.screen()
    ward.click("Save as PDF")
    assert len(list(saved.iterdir())) == 1
    assert full_copies_noted(ward) == 1
    assert ward.audit().count("print to file") == 1


def test_a_full_copy_is_noted_once_however_often_it_is_drawn(pc: Pc, saved: Path) -> None:
    ward, ids = two_reports(pc)
    first_id, second_id = ids.values()
    full_copy(ward)
    before = ward.page.drawn
    ward.window.changed(amended(ward, second_id, specialty="ED"))
    ward.settle()
    assert ward.page.drawn is before, "another report changed"
    ward.window.changed(amended(ward, first_id, specialty="ED"))
    ward.settle()
    assert ward.page.drawn is not before
    amended(ward, second_id, specialty="ICU")
    ward.page._on_save_clicked()
    ward.settle()
    assert len(list(saved.iterdir())) == 1, "what another report says was not to be read first"
    assert full_copies_noted(ward) == 1


def test_a_full_copy_that_is_asked_for_again_is_noted_again(pc: Pc) -> None:
    ward, _ = two_reports(pc)
    full_copy(ward)
    ward.page.copies.choose(0)
    ward.settle()
    full_copy(ward)
    assert full_copies_noted(ward) == 2


def test_what_changes_while_it_is_drawn_is_looked_at_before_it_leaves(
    pc: Pc, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drawing that the press waits for is of the file as it is when the print leaves."""
    ward, ids = two_reports(pc)
    first_id, second_id = ids.values()
    amended(ward, second_id, specialty="ED")
    real = print_drawing.as_it_stands

    def and_then_it_changes(*given: object) -> object:
        made = real(*given)  # type: ignore[arg-type]
        ward.window.lane.run(ward.window, lambda: amended(ward, first_id, location="BAY"), ward.window.changed)
        return made

    monkeypatch.setattr("vpr_desktop.ui.pages.print_page.as_it_stands", and_then_it_changes)
    ward.page._on_save_clicked()
    ward.settle()
    (made,) = saved.iterdir()
    acts = ward.audit()
    assert acts.index("print to file") < len(acts) - 1 - acts[::-1].index("amend"), "it left before the change"
    assert "bay or bed space" in drawn(ward).lower(), "and the preview follows"
