"""Prints read back as a reader would: the words of each page, and what is drawn."""

from __future__ import annotations

from pathlib import Path

from vpr_desktop.services.pdf_file import opened


def pages_of(source: bytes | Path) -> list[str]:
    """The words of each page, with its lines kept apart."""
    with opened(source) as document:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]


def text_of(source: bytes | Path) -> str:
    """All words in one line."""
    return " ".join(" ".join(pages_of(source)).split())


def facts_of(source: bytes | Path) -> dict[str, str]:
    """What the file says of itself: title, author and so on."""
    with opened(source) as document:
        return dict(document.get_metadata_dict())
