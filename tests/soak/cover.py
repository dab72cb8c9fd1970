"""What the tests reach, file by file, lines and branches: all of what decides over records, most of everything else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WHOLE = re.compile(r"vpr_desktop/(domain/.*|sync/engine|storage/(unit|outbox|vault|keyslots))\.py")
MOST = 85.0
# Runs in processes of its own that the tests start, or only on a desktop; their tests judge them from outside.
FROM_OUTSIDE = frozenset({"vpr_desktop/__main__.py", "vpr_desktop/demo.py"})


@dataclass
class Reached:
    """What came of it: one line, and each file that is reached less than it must be."""

    summary: str
    wrong: list[str] = field(default_factory=list)


def soak() -> Reached:
    """Runs every test under coverage and judges each file."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "COVERAGE_FILE": str(Path(folder) / "data")}
        command = [sys.executable, "-m", "coverage", "run", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
        told = Path(folder) / "told.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "-q", "-o", str(told)], cwd=ROOT, env=env, check=True)
        found = judge(json.loads(told.read_text(encoding="utf-8")))
    if done.returncode != 0:
        found.wrong.insert(0, f"the tests themselves ended with {done.returncode}: {done.stdout[-2000:]}")
    return found


def judge(told: dict[str, Any]) -> Reached:
    """The files that are reached less than they must be, in a report of coverage."""
    wrong = []
    for name, held in sorted(told["files"].items()):
        percent = float(held["summary"]["percent_covered"])
        least = 100.0 if WHOLE.fullmatch(name) else MOST
        if name not in FROM_OUTSIDE and percent < least:
            missing = ",".join(map(str, held["missing_lines"][:12]))
            jumps = ",".join(f"{a}->{b}" for a, b in held.get("missing_branches", [])[:8])
            wrong.append(f"{name}: {percent:.1f} of {least:.0f} percent; lines {missing or '-'}; jumps {jumps or '-'}")
    total = float(told["totals"]["percent_covered"])
    return Reached(f"{len(told['files'])} files, {total:.1f} percent in all", wrong)
