"""A PDF opened to be read, by one at a time: PDFium ends the whole app when two threads are in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_one_at_a_time = RLock()


@contextmanager
def opened(source: bytes | Path) -> Iterator[PdfDocument]:
    """The document, closed with all its pages at the end. Keep none of its parts: they are PDFium's too.

    Raises `pypdfium2.PdfiumError` for what is no PDF.
    """
    import pypdfium2

    with _one_at_a_time:
        document = pypdfium2.PdfDocument(source)
        try:
            yield document
        finally:
            document.close()
