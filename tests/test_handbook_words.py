"""What the handbook tells people to type and to select is there: commands parse, names of controls are the app's."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from vpr_desktop.central.logs import ALLOWED
from vpr_desktop.central.metrics import Metrics
from vpr_desktop.cli.arguments import parser
from vpr_desktop.sync.refusals import TEXTS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "resources" / "help").glob("*.md"))
# The script says what a screen reader makes of the app's words, which is put together by the system.
SPOKEN = [path for path in PAGES if path.stem != "screen-reader-script"]
FENCE = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def names(text: str) -> list[str]:
    """What a page names in quotes, code left out."""
    plain = re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))
    return re.findall(r'"([^"\n]+)"', plain)


def typed(text: str) -> list[str]:
    """The lines of a page's blocks that run the command line, without what the shell does around them."""
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()]
    lines += re.findall(r"^    (vpr .+)$", text, re.MULTILINE)
    return [re.split(r" 2?> | \| | &$", line)[0] for line in lines if line.startswith("vpr ")]


def parsed(line: str) -> object:
    """0 where the line can be run, or asks for help; else the exit code."""
    try:
        parser().parse_args(shlex.split(line)[1:])
    except SystemExit as end:
        return end.code
    return 0


@cache
def said() -> str:
    """Every text that stands in the code, pieces of what is put together included, and in the shipped lists."""
    found = []
    for path in (ROOT / "vpr_desktop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value.replace("&", ""))
    found += [path.read_text(encoding="utf-8") for path in (ROOT / "resources" / "content").glob("*.json")]
    return "\n".join(found)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_command_line_of_the_handbook_parses(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for line in typed(path.read_text(encoding="utf-8")):
        ended = parsed(line)
        assert ended == 0, f"{line}: {capsys.readouterr().err}"


def is_said(name: str) -> bool:
    """Whether the app says it; a number stands for whatever number the app puts there."""
    return all(piece in said() for piece in re.split(r"\d+(?:st|nd|rd|th)?", name))


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.stem)
def test_every_name_in_quotes_is_one_of_the_app(path: Path) -> None:
    assert [name for name in names(path.read_text(encoding="utf-8")) if not is_said(name)] == []


def test_what_the_endpoint_sets_aside_is_told_to_those_who_run_it() -> None:
    page = (ROOT / "resources" / "help" / "endpoint.md").read_text(encoding="utf-8")
    kept = [kind for kind, text in TEXTS.items() if text.startswith("It was sent and kept.")]
    assert len(kept) > 5
    assert [kind for kind in kept if f"`{kind}`" not in page] == []


def test_each_number_and_each_field_of_the_log_is_told_to_those_who_run_the_endpoint() -> None:
    page = (ROOT / "resources" / "help" / "endpoint.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^# TYPE (\w+)", Metrics().text(), re.MULTILINE)
    assert len(numbers) > 2
    assert [name for name in numbers if f"`{name}`" not in page] == []
    assert set(re.findall(r"`(vpr_\w+)", page)) == set(numbers)
    assert [field for field in ALLOWED if f"`{field}`" not in page and f'"{field}"' not in page] == []
