"""The print preview draws what is in sight, in the lane, and lets everything else wait; paper gets every page."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PySide6.QtPrintSupport import QPrinter
from reportlab.pdfgen.canvas import Canvas

from tests.pdfs import text_of
from tests.ui.stage import Stage
from vpr_desktop.services.pdf_file import opened
from vpr_desktop.services.printing import Pdf, as_of
from vpr_desktop.ui.pages.print_drawing import Drawn
from vpr_desktop.ui.widgets import paper_view

LONG = 200


def long_pdf(pages: int = LONG) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 200)
        canvas.drawString(100, 400, str(number))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def preview(window: Stage, pages: int = LONG) -> Any:
    """The print page with a print of so many pages."""
    page = window.go("print", kind="blank")
    data = long_pdf(pages)
    pdf = Pdf(data, pages, "list.pdf", "List", "redacted")
    page._show(Drawn(page._wanted(), pdf, paper_view.read(data), as_of(window.window.ctx)))
    return page


def ink(sheet: Any) -> bool:
    """Whether a sheet shows something dark."""
    image = sheet.pixmap().toImage()
    return any(
        image.pixelColor(x, y).lightness() < 60 for x in range(0, image.width(), 5) for y in range(0, image.height(), 5)
    )


def test_a_long_list_is_drawn_in_sight_first_and_on_scrolling(window: Stage, qtbot: Any) -> None:
    view = preview(window).preview
    qtbot.waitUntil(lambda: len(view.sheets) == LONG and view.is_drawn(0) and view.is_drawn(1))
    assert ink(view.sheets[0])
    assert not view.is_drawn(LONG - 1)
    assert view.sheets[LONG - 1].accessibleName() == f"Preview, page {LONG} of {LONG}"
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > LONG * (view.sheets[0].height() + 10))
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: view.is_drawn(LONG - 1))
    assert ink(view.sheets[LONG - 1])
    assert not view.is_drawn(0), "a page far out of sight keeps its picture"
    assert view.sheets[0].pixmap().isNull()


def test_no_page_is_drawn_outside_the_lane(window: Stage, qtbot: Any, monkeypatch: Any) -> None:
    import threading

    drawn_in: set[str] = set()
    real = paper_view.draw

    def noted(*given: Any) -> Any:
        drawn_in.add(threading.current_thread().name)
        return real(*given)

    monkeypatch.setattr(paper_view, "draw", noted)
    view = preview(window, 3).preview
    qtbot.waitUntil(lambda: view.is_drawn(0))
    assert drawn_in == {"store"}


def test_paper_gets_every_page_in_order(window: Stage, qtbot: Any, tmp_path: Path) -> None:
    page = preview(window, 4)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setResolution(100)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "paper.pdf"))
    page._print_on(printer, page._asked())
    qtbot.waitUntil(lambda: "Sent to the printer." in page.desk.shell.status.words.text(), timeout=20_000)
    with opened(tmp_path / "paper.pdf") as made:
        assert len(made) == 4
        pictures = {bytes(made[number].render(scale=0.3).buffer) for number in range(4)}
    assert len(pictures) == 4
    assert window.window.ctx.reader().count_acts("print", "List") == 1


def test_a_page_fits_whole_then_by_its_width_and_can_be_larger(window: Stage, qtbot: Any) -> None:
    page = preview(window, 3)
    view, zoom = page.preview, page.zoom
    qtbot.waitUntil(lambda: view.is_drawn(0))
    whole = view.sheets[0].width()
    assert view.sheets[0].height() <= view.viewport().height()
    assert zoom.page.accessibleName() == "Fit page, in force"
    zoom.width_button.click()
    wide = view.sheets[0].width()
    assert whole < wide <= view.viewport().width()
    assert view.sheets[0].height() > view.viewport().height()
    assert zoom.page.accessibleName() == "Fit page"
    zoom.larger.click()
    assert view.sheets[0].width() > wide * 1.2
    zoom.smaller.click()
    assert abs(view.sheets[0].width() - wide) <= 1
    qtbot.waitUntil(lambda: view.is_drawn(0) and view.sheets[0].pixmap().width() == view._wide())
    zoom.page.click()
    assert view.sheets[0].width() == whole
    assert zoom.where.text() == "Page 1 of 3"
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: zoom.where.text() == "Page 3 of 3")


def test_a_note_is_shown_large_enough_to_be_read_before_it_goes_out(window: Stage, qtbot: Any) -> None:
    page = window.go("print", incident_id=window.ids["open"])
    qtbot.waitUntil(lambda: page.preview.is_drawn(0))
    before = page.preview.sheets[0].width()
    page.note.choose(0)
    qtbot.waitUntil(lambda: "Zanzibarnote" in text_of(page.pdf.data))
    qtbot.waitUntil(lambda: page.preview.sheets[0].width() > before)
