"""I24 over every service: whatever opens a unit of work says by which act, but for the few that change no record."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import answers, logged
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services.context import Context
from vpr_desktop.storage import unit as unit_of_work

SERVICES = Path(unit_of_work.__file__).resolve().parents[1] / "services"
# What writes without an act: half-filled forms, a server's address as typed, filters and paper of
# one's own, the ward shown, and rows that follow from others.
SILENT = {
    ("drafts", "save"), ("drafts", "discard"), ("saved_views", "_write"), ("sessions", "show_ward"),
    ("upkeep", "catch_up"), ("slips", "catch_up"), ("slips", "forget"), ("slips", "_begin"),
    ("enrolment", "keep_typed"), ("print_defaults", "save"),
}  # fmt: skip


def units() -> Iterator[tuple[str, ast.FunctionDef, ast.With]]:
    """Every unit of work that a service opens, with the function it stands in."""
    for path in sorted(SERVICES.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for inner in ast.walk(function):
                    if isinstance(inner, ast.With) and any(_opens(item.context_expr) for item in inner.items):
                        yield path.stem, function, inner


def _opens(call: ast.expr) -> bool:
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "unit"


def _calls(block: ast.With, name: str) -> list[ast.Call]:
    found = (one for one in ast.walk(block) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute))
    return [one for one in found if isinstance(one.func, ast.Attribute) and one.func.attr == name]


def _is_silent(commit: ast.Call) -> bool:
    return isinstance(commit.args[0], ast.Constant) and commit.args[0].value == ""


def test_i24_every_unit_of_every_service_names_its_act() -> None:
    found = list(units())
    assert len(found) > 30, "the services are found at all"
    without = {
        (module, function.name)
        for module, function, block in found
        if any(_is_silent(commit) for commit in _calls(block, "commit")) and not _calls(block, "note")
    }
    assert without == SILENT
    for module, function, block in found:
        if (module, function.name) == (
            "enrolment",
            "__call__",
        ):  # hands the unit to the runner of the sync, which commits
            continue
        assert _calls(block, "commit"), f"{module}.{function.name} opens a unit and never commits it"


def test_i24_no_service_writes_ops_past_the_unit() -> None:
    for path in sorted(SERVICES.glob("*.py")):
        for words in ("INSERT INTO op", "INSERT INTO audit", "audit.append", "oplog.append"):
            assert words not in path.read_text(encoding="utf-8"), path.name


def test_i24_the_one_door_refuses_ops_without_an_act(ctx: Context) -> None:
    made = logged(ctx)
    before = ctx.store.tip

    def change(unit: unit_of_work.UnitOfWork) -> None:
        record = unit.get(Incident, made.id)
        record.effect = "SER"
        unit.save(record)

    with ctx.unit() as unit:
        change(unit)
        with pytest.raises(ValueError, match="ops without an act"):
            unit.commit("")
    assert ctx.store.tip == before
    assert ctx.reader().get(Incident, made.id).effect == answers()["effect"]
    with ctx.unit() as unit:
        change(unit)
        unit.note("amend", made.id)
        unit.commit("")
    assert ctx.reader().get(Incident, made.id).effect == "SER"
