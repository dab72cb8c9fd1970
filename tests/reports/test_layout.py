"""What lies on paper: one sheet where one was meant, letters of many languages, columns that keep their words."""

from __future__ import annotations

from typing import Any

from tests.factories import answers
from tests.pdfs import text_of
from vpr_desktop.reports import register
from vpr_desktop.reports.page import Frame, Sheet, fitted
from vpr_desktop.services import printing
from vpr_desktop.services.new_incident import log

FRAME = Frame("Practice Trust", "List of incidents", "", "", "Printed today")
LETTERS = "Ŵŵ Łł ż ő ş ğ č"


def test_the_paper_form_is_one_sheet(ctx: Any) -> None:
    assert printing.blank_form(ctx).pages == 1


def test_letters_of_other_languages_are_in_the_font() -> None:
    sheet = Sheet(FRAME)
    sheet.row("Ward", LETTERS)
    data, _ = sheet.finish()
    assert LETTERS in text_of(data)


def test_a_list_shows_every_word_where_the_page_has_room() -> None:
    row = ("CED-2611-A155", "24-Nov-2026 20:52", "Reception, entrance", "Physical, threat", "Needed treatment", "Open")
    data, pages = register.render(FRAME, [row] * 3)
    assert pages == 1
    assert "Needed treatment" in text_of(data)
    assert "…" not in text_of(data)


def test_the_widest_column_gives_way_where_there_is_too_little_room() -> None:
    widths = fitted(("A", "B"), (60.0, 120.0), [("short", "a very long cell " * 20)])
    assert abs(sum(widths) - 180) < 0.2
    assert widths[0] < widths[1]


def test_a_summary_with_its_note_does_not_say_that_it_holds_no_free_text(ctx: Any) -> None:
    made = log(ctx, answers(description="Hit on the arm."))
    for noted, said in ((True, "identifiers, other free text,"), (False, "identifiers, free text,")):
        pdf = printing.summary(ctx, made.id, with_note=noted)
        assert ("Hit on the arm." in text_of(pdf.data)) is noted
        assert said in pdf.hidden
        assert said in text_of(pdf.data)
