"""The command line tells no role more than the window: every field filled, every command that reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import fast_keys
from tests.factories import PASSPHRASE
from tests.pdfs import pages_of
from tests.services.rights_table import ROLE
from tests.services.test_rights import REASON, USER, Case, _words_of, make
from vpr_desktop.cli import main as cli
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context

REFERENCE = "CED-2611-A777"
EYES = ("own", "self", "other", "wm", "sl_mine", "sl_else", "vl", "ig", "da")
Become = Callable[..., Context]
Said = dict[str, tuple[int, str]]


@pytest.fixture(params=[False, True], ids=["ordinary", "restricted"])
def case(request: pytest.FixtureRequest, ctx: Context, as_role: Become, monkeypatch: pytest.MonkeyPatch) -> Case:
    fast_keys(monkeypatch)
    made = make(ctx, as_role, "sl_mine", request.param)
    for who in EYES:
        as_role(ROLE[who], USER.get(who, f"p-{who}"))
    sessions.lock(ctx)
    monkeypatch.setenv("VPR_HOME", str(ctx.home))
    monkeypatch.setenv("VPR_PASSPHRASE", PASSPHRASE)
    return made


def commands(folder: Path) -> dict[str, list[str]]:
    csv, pdf = str(folder / "out.csv"), str(folder / "out.pdf")
    return {
        "show": ["show", REFERENCE, "--json"],
        "history": ["history", REFERENCE, "--json"],
        "conflicts": ["conflicts", "--json"],
        "list": ["list", "--json"],
        "support": ["support", "list", "--json"],
        "close": ["close", REFERENCE],  # refused, with a list of what is missing
        "settle": ["settle", REFERENCE, "effect", "--choose", "none of them"],
        "export": ["export", "--out", csv, "--copy", "full", "--reason", REASON],
        "print": ["print", REFERENCE, "--out", pdf, "--copy", "full", "--reason", REASON],
    }


def said_to(who: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """What each command prints or writes for somebody, messages included, and its exit code."""
    found: Said = {}
    for name, arguments in commands(folder).items():
        capsys.readouterr()
        code = cli.main(["--user", USER.get(who, f"p-{who}"), *arguments])
        shown = capsys.readouterr()
        text = shown.out + shown.err
        for path in folder.iterdir():
            text += _read(path)
            path.unlink()
        found[name] = (code, text)
    return found


def _read(path: Path) -> str:
    if path.suffix != ".pdf":
        return path.read_text(encoding="utf-8-sig")
    return "\n".join(pages_of(path))


def test_every_field_by_every_command_that_reads(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "written"
    folder.mkdir()
    for who in EYES:
        for command, (code, text) in said_to(who, folder, capsys).items():
            assert code in (0, 3, 4), (who, command, text)  # done, no such incident, not allowed
            for (entity, field), word, is_typed in _words_of(case):
                may = case.may(who, entity, field)
                allowed = may == "A" or (may == "T" and is_typed)
                if command == "list":  # no list shows a name or free text, to nobody
                    allowed = field == "local_system_ref" and not case.restricted
                assert word not in text or allowed, (who, command, field)
        if who in ("wm", "own") and not case.restricted:
            code, text = said_to(who, folder, capsys)["show"]
            assert code == 0
            assert json.loads(text)["description"].startswith("zq"), "who may read it, reads it here too"
