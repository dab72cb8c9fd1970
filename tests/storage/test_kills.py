"""A short soak: the app is ended at its system calls and its calls fail; `dev.py soak` does this at length.

Runs in a process of its own, because it forks. On a system where a process cannot follow its own child this
fails rather than passes: there it proves nothing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak import __main__ as whole_soak
from tests.soak import cover

ROOT = Path(__file__).resolve().parents[2]


def soak(*arguments: str) -> str:
    command = [sys.executable, "-m", "tests.soak", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("part", ["save", "lock", "migrate", "backup", "slots", "restore", "rekey", "first-run"])
def test_i16_i17_killed_or_failing_at_any_call_nothing_acknowledged_is_lost(part: str) -> None:
    told = soak(part, "--points", "6")
    assert "9 cut or failed" in told
    assert "0 wrong" in told


def test_a_soak_in_which_something_does_not_hold_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(_: object) -> whole_soak.Said:
        raise RuntimeError("no such server")

    monkeypatch.setitem(whole_soak.PARTS, "bytes", lambda _: whole_soak.Said("3 changes", ["page 7 was not found"]))
    monkeypatch.setitem(whole_soak.PARTS, "endpoint", breaks)
    monkeypatch.setattr(sys, "argv", ["soak", "endpoint", "bytes"])
    assert whole_soak.main() == 1
    told = capsys.readouterr().out
    assert "3 changes, 1 wrong" in told
    assert "page 7 was not found" in told
    assert "endpoint: RuntimeError: no such server" in told
    assert told.endswith("2 did not hold.\n")


def test_a_file_that_the_tests_reach_too_little_is_named() -> None:
    def file(percent: float) -> dict[str, object]:
        return {"summary": {"percent_covered": percent}, "missing_lines": [7], "missing_branches": [[8, 9]]}

    names = {"vpr_desktop/domain/ops.py": 99.9, "vpr_desktop/ui/app.py": 84.9, "vpr_desktop/ui/shell.py": 85.0}
    told = {"files": {name: file(percent) for name, percent in names.items()}, "totals": {"percent_covered": 90.0}}
    assert cover.judge(told).wrong == [
        "vpr_desktop/domain/ops.py: 99.9 of 100 percent; lines 7; jumps 8->9",
        "vpr_desktop/ui/app.py: 84.9 of 85 percent; lines 7; jumps 8->9",
    ]


def test_i18_i25_altered_bytes_pages_and_files_are_found_or_without_effect() -> None:
    told = soak("bytes", "--bytes", "80", "--seed", "1")
    assert "missed: 0" in told
    for outcome in ("FileAltered", "FileDamaged", "FileRolledBack", "found by verify", "without effect"):
        assert outcome in told
