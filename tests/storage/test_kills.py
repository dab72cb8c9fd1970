"""A short soak: the app is ended at its system calls and its calls fail; `dev.py soak` does this at length.

Runs in a process of its own, because it forks. On a system where a process cannot follow its own child this
fails rather than passes: there it proves nothing.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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


def test_i18_i25_altered_bytes_pages_and_files_are_found_or_without_effect() -> None:
    told = soak("bytes", "--bytes", "60", "--seed", "7")
    assert "missed: 0" in told
    for outcome in ("FileAltered", "FileDamaged", "FileRolledBack", "found by verify", "without effect"):
        assert outcome in told
