"""Item 21: the words that blame, alarm or talk like a form are nowhere in what a person reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.survey import Survey
from vpr_desktop.domain import choices, choices_acts, choices_people, choices_response, quick_log
from vpr_desktop.domain.choices import CodeList
from vpr_desktop.domain.forms import ENTITIES, TASKS
from vpr_desktop.domain.record import fields_of

ROOT = Path(__file__).resolve().parents[2]
BANNED = re.compile(
    r"\b(victim|complainant|perpetrator|offender|aggressor|challenging|frequent attender|failed to|mandatory|invalid"
    r"|are you sure|successfully|limited functionality)|\bdon[’']t\b|!",
    re.IGNORECASE,
)
# Names that others gave, which may not be changed: a law, a national list, a programme.
GIVEN = re.compile(r"Victim Support|victims' code|Victims' Code", re.IGNORECASE)


def faults(texts: list[str]) -> list[str]:
    return sorted({text for text in texts if BANNED.search(GIVEN.sub("", text))})


def test_the_list_finds_what_it_should() -> None:
    assert faults(["Mandatory field", "Saved!", "Don't", "The victim", "Victim Support told"]) == [
        "Don't",
        "Mandatory field",
        "Saved!",
        "The victim",
    ]


def written(path: Path) -> Iterator[str]:
    """Every text of a file that a person may read: whatever has a space and is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
        if isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docs:
            continue
        if " " in node.value.strip():
            yield node.value


UI = sorted((ROOT / "vpr_desktop" / "ui").rglob("*.py"))
SPOKEN = sorted(p for name in ("services", "domain", "reports") for p in (ROOT / "vpr_desktop" / name).rglob("*.py"))


@pytest.mark.parametrize("path", UI + SPOKEN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_item_21_no_banned_word_in_the_texts_of_a_file(path: Path) -> None:
    texts = [text for text in written(path) if not re.search(r"\(\?|!=|\bSELECT\b|\bWHERE\b", text)]
    assert faults(texts) == []


def test_item_21_no_banned_word_in_fields_tasks_and_choices() -> None:
    texts = [text for task in TASKS for text in (task.title,)]
    for entity in ENTITIES.values():
        for spec in fields_of(entity).values():
            texts += [spec.label, spec.hint]
    for module in (choices, choices_acts, choices_people, choices_response):
        for held in vars(module).values():
            if isinstance(held, CodeList):
                texts += [code.label for code in held]
    for question in quick_log.QUICK_LOG:
        texts += [question.text, question.missing, question.hint, *(option.label for option in question.options)]
    assert len(texts) > 500
    assert faults(texts) == []


def test_item_21_no_banned_word_on_any_screen(survey: Survey) -> None:
    assert {screen: faults(texts) for screen, texts in survey.texts.items() if faults(texts)} == {}


@pytest.mark.parametrize("path", sorted((ROOT / "resources" / "help").glob("*.md")), ids=lambda path: path.name)
def test_item_21_no_banned_word_in_the_handbook(path: Path) -> None:
    shown = re.sub(r"```.*?```|`[^`]*`|!\[", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert faults(shown.splitlines()) == []
