"""Every text a person reads in the window passes here, so that a translation needs no other place."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def say(text: str, **values: object) -> str:
    """A whole sentence, translated where a translation is loaded, with its named places filled."""
    translated = QCoreApplication.translate("vpr", text)
    return translated.format(**values) if values else translated


def ended(text: str) -> str:
    """A text as a sentence that another may follow: with a full stop where it has no end of its own."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
