"""Measures the speed bars, each beside its floor in the same run. Ends with 1 where a bar is missed.

python3 dev.py bench             every part
python3 dev.py bench start save  some of them
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.measure import Bar
from tests.bench.parts import PARTS


def main(names: list[str]) -> int:
    """Runs the parts named, or all."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"There is no part {', '.join(unknown)}. Choose from: {', '.join(PARTS)}.")
        return 2
    bars: list[Bar] = []
    for name in names or PARTS:
        print(f"== {name}", flush=True)
        folder = Path(tempfile.mkdtemp(prefix="vpr-bench-"))
        try:
            found = PARTS[name](folder)
        finally:
            shutil.rmtree(folder)
        for bar in found:
            print(line(bar), flush=True)
        bars += found
    table(bars)
    return 0 if all(bar.holds for bar in bars) else 1


def line(bar: Bar) -> str:
    """One bar in columns."""
    said = [f"{value:,.1f}" if value is not None else "–" for value in (bar.measured, bar.floor, bar.limit)]
    verdict = "told" if bar.limit is None else "ok" if bar.holds else "MISSED"
    return f"{bar.name:<36} {said[0]:>9} {said[1]:>9} {said[2]:>9} {bar.unit:<3} {verdict:<7} {bar.note}"


def table(bars: list[Bar]) -> None:
    """All bars, and how busy the machine was, on which times of a busy machine depend."""
    print(f"\n{'bar':<36} {'measured':>9} {'floor':>9} {'limit':>9}")
    for bar in bars:
        print(line(bar))
    if hasattr(os, "getloadavg"):
        print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; ratios hold on a busy one too")
    missed = [bar.name for bar in bars if not bar.holds]
    print(f"missed: {', '.join(missed)}" if missed else "every bar is kept")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
