"""Reads another system's CSV export: encoding, separator, rows; and writes back the rows that were rejected."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vpr_desktop.domain.errors import NotFound, Problem, ProblemsFound
from vpr_desktop.services.import_mapping import Mapping, plain
from vpr_desktop.storage.slot_file import replace_file

LARGEST = 512 * 1024 * 1024
LONGEST_CELL = 16 * 1024 * 1024
MOST_COLUMNS = 2000
SEPARATORS = (",", ";", "\t")
BYTE_ORDER_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
REASON = "Reason (VPR Desktop)"  # the first column of a file of rejected rows
FORMULA = ("=", "+", "-", "@", "\t", "\r")
UNREADABLE = "These bytes are no text of this encoding. Export the file again as UTF-8."
UNREADABLE_ROW = "The row holds bytes that are no text in UTF-8. Put them right, or export it again."


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its cells by column, its line in the file, and what is wrong with its shape, if anything."""

    line: int
    raw: list[str]
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """An export as it was read."""

    path: Path
    encoding: str
    separator: str
    head: list[str]
    rows: list[Row]


def read(path: Path, mapping: Mapping) -> Table:
    """The rows of a file. Raises NotFound, ProblemsFound; one bad row does not stop the others."""
    text, encoding = _decoded(path, mapping.encoding)
    separator = mapping.separator or _separator(text)
    lines = _lines(text, separator)
    head = [cell.strip() for cell in next(lines, (0, []))[1]]
    again = head[:1] == [REASON]
    if again:
        head = [_as_it_was(cell) for cell in head[1:]]
        lines = ((line, [_as_it_was(cell) for cell in raw[1:]]) for line, raw in lines)
    _check_head(head, mapping)
    keys = [plain(name) for name in head]
    rows = [_row(line, raw, keys) for line, raw in lines if any(cell.strip() for cell in raw)]
    return Table(path, encoding, separator, head, rows)


def _decoded(path: Path, wanted: str | None) -> tuple[str, str]:
    try:
        with open(path, "rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError:
        raise NotFound(f"The file {path.name} cannot be read. Check its name.") from None
    if len(raw) > LARGEST:
        raise _problem("The file is larger than 512 MiB. Split it.")
    if raw.startswith(BYTE_ORDER_16):
        raise _problem("The file is written in UTF-16. Save it as CSV UTF-8.")
    if b"\x00" in raw[:4096]:
        raise _problem("This is not a CSV file. Export the list as CSV.")
    if not raw.strip():
        raise _problem("The file is empty.")
    for encoding in [wanted] if wanted else ["utf-8-sig", "cp1252"]:
        try:
            return raw.decode("utf-8-sig" if encoding == "utf-8" else encoding), _named(raw, encoding)
        except UnicodeDecodeError:
            if encoding == "utf-8-sig" and _is_damaged_utf_8(raw):
                return raw.decode("utf-8-sig", "surrogateescape"), _named(raw, encoding)
    raise _problem(UNREADABLE)


def _is_damaged_utf_8(raw: bytes) -> bool:
    """Whether a file is UTF-8 with some broken bytes, as against one of another encoding: most letters read well."""
    text = raw.decode("utf-8-sig", "surrogateescape")
    broken = sum(map(_is_broken, text))
    well = sum(letter > "\x7f" for letter in text) - broken
    return raw.startswith(codecs.BOM_UTF8) or well > broken


def _is_broken(letter: str) -> bool:
    return "\udc80" <= letter <= "\udcff"


def _named(raw: bytes, encoding: str) -> str:
    if encoding == "utf-8-sig" and not raw.startswith(codecs.BOM_UTF8):
        return "utf-8"
    return encoding


def _separator(text: str) -> str:
    """The separator that the head line has most of, quoted text left out."""
    head = "".join(part for i, part in enumerate(text.split("\n", 1)[0].split('"')) if i % 2 == 0)
    return max(SEPARATORS, key=head.count)


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it ends on. Raises ProblemsFound for what no reader can take apart."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        while True:
            try:
                raw = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise _problem(f"Line {reader.line_num} cannot be read as CSV. Check its quotes.") from None
            yield reader.line_num, raw
    finally:
        csv.field_size_limit(before)


def _check_head(head: Sequence[str], mapping: Mapping) -> None:
    if len(head) > MOST_COLUMNS:
        raise _problem(f"The file has {len(head):,} columns. This is not an export of incidents.")
    held = [plain(name) for name in head]
    missing = [name for name in mapping.needed_columns if plain(name) not in held]
    twice = [name for name in mapping.needed_columns if held.count(plain(name)) > 1]
    found = [Problem(name, f"The file has no column {name}. Check the mapping file.") for name in missing]
    found += [Problem(name, f"The file has the column {name} twice. Rename one of them.") for name in twice]
    if found:
        raise ProblemsFound(found)


def _row(line: int, raw: list[str], keys: list[str]) -> Row:
    problem = ""
    if any(_is_broken(letter) for cell in raw if not cell.isascii() for letter in cell):
        problem = UNREADABLE_ROW
    elif len(raw) != len(keys):
        problem = f"The row has {len(raw)} cells, the first line {len(keys)}. Check its quotes and separators."
    return Row(line, raw, dict(zip(keys, raw, strict=False)), problem)


def write_rejected(table: Table, rejected: Sequence[tuple[Row, str]]) -> Path:
    """Writes the rows that were not taken, each with its reason, beside their file.

    A cell that a spreadsheet would take for a formula gets an apostrophe, which reading the file again takes off.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=table.separator, lineterminator="\r\n")
    writer.writerow([REASON, *map(_harmless, table.head)])
    for row, reason in rejected:
        writer.writerow([_harmless(reason), *map(_harmless, row.raw)])
    path = table.path.with_name(table.path.stem + ".rejected.csv")
    errors = "surrogateescape" if table.encoding.startswith("utf-8") else "xmlcharrefreplace"
    replace_file(path, out.getvalue().encode(table.encoding, errors))
    return path


def _harmless(cell: str) -> str:
    return "'" + cell if cell.startswith((*FORMULA, "'")) else cell


def _as_it_was(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith((*FORMULA, "'")) else cell


def _problem(sentence: str) -> ProblemsFound:
    return ProblemsFound([Problem("", sentence)])
