"""The bundled face for PDFs, embedded; characters it lacks are replaced visibly, never dropped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import font_source_sans_pro
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "SourceSans", "SourceSans-Semibold"
FILES = {REGULAR: "SourceSansPro-Regular.ttf", BOLD: "SourceSansPro-Semibold.ttf"}
MISSING = "\u25a1"  # drawn where the face has no such letter
SPACES = {0x00A0: " ", 0x2007: " ", 0x202F: " ", 0x2009: " ", 0x2028: "\n", 0x2029: "\n"}


@cache
def load() -> frozenset[int]:
    """Makes the face known to the PDF library. Returns the characters it can draw."""
    folder = Path(font_source_sans_pro.__file__).parent / "files"
    for name, file in FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    return frozenset(pdfmetrics.getFont(REGULAR).face.charToGlyph)


def drawable(text: str) -> str:
    """The text with every character that cannot be drawn shown as a box, control characters as a space."""
    known = load()
    drawn = []
    for character in text.translate(SPACES):
        if character == "\n" or ord(character) in known:
            drawn.append(character)
        elif character == "\t" or ord(character) < 32:
            drawn.append(" ")
        else:
            drawn.append(MISSING if ord(MISSING) in known else "?")
    return "".join(drawn)


def width(text: str, size: float, bold: bool = False) -> float:
    """The width of a drawable text in points."""
    return float(pdfmetrics.stringWidth(text, BOLD if bold else REGULAR, size))


def wrapped(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """The lines of a text that fit a width; a word longer than the line is cut."""
    lines: list[str] = []
    for paragraph in drawable(text).split("\n"):
        line = ""
        for word in paragraph.split(" "):
            tried = f"{line} {word}" if line else word
            if width(tried, size, bold) <= room:
                line = tried
                continue
            if line:
                lines.append(line)
            line = _cut(word, size, room, bold, lines)
        lines.append(line)
    return lines


def _cut(word: str, size: float, room: float, bold: bool, lines: list[str]) -> str:
    while width(word, size, bold) > room and len(word) > 1:
        fits = max(1, int(len(word) * room / width(word, size, bold)))
        while fits > 1 and width(word[:fits], size, bold) > room:
            fits -= 1
        lines.append(word[:fits])
        word = word[fits:]
    return word
