"""PDFium is entered by one thread at a time, whatever asks for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from pypdfium2 import PdfiumError

from vpr_desktop.reports.page import Frame, Sheet
from vpr_desktop.services.pdf_file import opened

DATA, _ = Sheet(Frame("", "Practice", "", "", "")).finish()


def pages(entered: Event) -> int:
    with opened(DATA) as document:
        entered.set()
        return len(document)


def test_a_second_thread_waits_until_the_first_has_closed_its_document() -> None:
    entered = Event()
    with ThreadPoolExecutor(1) as pool:
        with opened(DATA) as document:
            answer, page = pool.submit(pages, entered), document[0]
            assert not entered.wait(0.2)
        assert answer.result(10) == 1
    assert page.raw is None, "its pages are closed with it"


def test_what_is_no_pdf_lets_the_next_thread_in() -> None:
    with pytest.raises(PdfiumError), opened(b"no PDF"):
        pass
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(pages, Event()).result(10) == 1
