"""Every print on paper: its fonts in the file, black on white, ink inside the margins, one page where one is meant."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.factories import logged
from tests.pdfs import pages_of, text_of
from vpr_desktop.services import incidents, printing
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.services.pdf_file import opened
from vpr_desktop.services.printing import Pdf

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 25 * MM, 20 * MM, 20 * MM, 20 * MM
NOTE = "Hit on the arm while helping with a meal."
REASON = "For the meeting with the police."


@pytest.fixture
def incident_id(ctx: Context) -> str:
    """A report as most are once somebody has gone through its tasks."""
    made = logged(ctx, description=NOTE)
    seen = incidents.view(ctx, made.id)
    person = seen.parts["people"][0].id
    edits = [
        Edit("incident", made.id, {"factors": ["C02", "C07"], "immediate_actions": ["DEE", "SEC", "POL"]}),
        Edit("person", person, {"staff_name": "P. Person", "staff_group": "NMR", "physical_harm": "2"}),
        Edit("alleged", None, {"perp_name": "Q. Patient"}, parent_id=made.id),
    ]
    incidents.save(ctx, seen, edits, "Looked into.")
    return made.id


PRINTS: dict[str, Callable[[Context, str], Pdf]] = {
    "redacted": lambda ctx, one: printing.summary(ctx, one, with_note=True),
    "anonymous": lambda ctx, one: printing.summary(ctx, one, "anonymous"),
    "full": lambda ctx, one: printing.summary(ctx, one, "full", REASON),
    "slip": printing.receipt_slip,
    "handover": lambda ctx, _: printing.handover_sheet(ctx),
    "blank": lambda ctx, _: printing.blank_form(ctx),
    "register": lambda ctx, _: printing.register(ctx, ListQuery()),
    "recovery": lambda ctx, _: printing.recovery_sheet(ctx, "459PR-ZSQZJ-FDFW5-RQF9H-9PGTE-MAQ32-1AM"),
}


def fonts(data: bytes) -> dict[str, bool]:
    """The fonts that a PDF names, and whether each lies in the file."""
    named = {name.decode() for name in re.findall(rb"/BaseFont\s*/([^\s/<>]+)", data)}
    described = {name.decode() for name in re.findall(rb"/FontName\s*/([^\s/<>]+)", data)}
    assert data.count(b"/FontFile2") == len(described)
    return {name: name in described for name in named}


def test_a_font_that_is_not_in_the_file_would_be_seen() -> None:
    assert fonts(b"<< /BaseFont /Helvetica /Type /Font >>") == {"Helvetica": False}


@pytest.mark.parametrize("name", PRINTS)
def test_a_print_brings_its_fonts_and_is_one_page(ctx: Context, incident_id: str, name: str) -> None:
    pdf = PRINTS[name](ctx, incident_id)
    found = fonts(pdf.data)
    assert len(found) == 2
    assert all(found.values()), found
    assert pdf.pages == 1


@pytest.mark.parametrize("name", PRINTS)
def test_a_print_is_black_on_white_inside_its_margins(ctx: Context, incident_id: str, name: str) -> None:
    with opened(PRINTS[name](ctx, incident_id).data) as document:
        drawn = document[0].render(scale=1)
        wide, stride, data = drawn.width, drawn.stride, bytes(drawn.buffer)
    rows = [data[start : start + wide * 3] for start in range(0, len(data), stride)]
    assert all(row[0::3] == row[1::3] == row[2::3] for row in rows), "it has colour"
    inked = [y for y, row in enumerate(rows) if min(row) < 128]
    lefts = [next(x for x in range(wide) if row[3 * x] < 128) for row in (rows[y] for y in inked)]
    rights = [next(x for x in reversed(range(wide)) if row[3 * x] < 128) for row in (rows[y] for y in inked)]
    assert len(inked) > 20
    assert min(lefts) >= LEFT - 2
    assert max(rights) <= wide - RIGHT + 2
    assert inked[0] >= TOP - 14
    assert inked[-1] <= len(rows) - BOTTOM + 16


def test_a_record_that_needs_more_pages_keeps_its_spacing(ctx: Context, incident_id: str) -> None:
    seen = incidents.view(ctx, incident_id)
    incidents.save(ctx, seen, [Edit("incident", incident_id, {"description": "A long note. " * 75})], "More.")
    pdf = printing.summary(ctx, incident_id, "full", REASON)
    assert pdf.pages == 2
    words = pages_of(pdf.data)
    assert "Page 1 of 2" in words[0]
    assert "Page 2 of 2" in words[1]
    assert all(words_of.count("FULL COPY: CONTAINS PERSONAL DATA") == 2 for words_of in words), "top and bottom"


def test_answers_in_a_row_read_as_a_sentence(ctx: Context, incident_id: str) -> None:
    words = text_of(printing.summary(ctx, incident_id).data)
    assert "Verbal de-escalation, police called, security attended" in words
