"""What a command says: results on standard output, everything else on standard error, in plain words."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import Any

from vpr_desktop.domain.errors import KnownError, ProblemsFound


def tell(text: str) -> None:
    """A message for a person; never part of the result."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def result(options: Namespace, document: Any, lines: Iterable[str]) -> None:
    """The result: one JSON document with --json, else lines of text."""
    as_json = json.dumps(document, ensure_ascii=False, indent=2, default=str) if options.json else None
    text = as_json or "\n".join(lines)
    sys.stdout.write(text + "\n" if text else "")
    sys.stdout.flush()


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Rows as aligned columns under their heads."""
    cells = [[str(cell if cell is not None else "") for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(head), *cells]) for i in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [list(head), *cells]
    ]


def complain(error: KnownError) -> None:
    """What went wrong and what to do; each problem of several on its own line."""
    if isinstance(error, ProblemsFound) and error.problems:
        for problem in error.problems:
            tell(f"{problem.field}: {problem.message}" if problem.field else problem.message)
    else:
        tell(str(error))
