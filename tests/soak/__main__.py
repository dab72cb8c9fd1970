"""python3 dev.py soak [parts]: kills, failing calls, altered bytes. Needs Linux on x86-64; takes minutes.

Parts: save lock migrate backup slots restore rekey first-run (kills and failing calls), bytes (altered files),
screens (scales of the screen). Without a part: all of them.
--points N: calls to kill at in each part (default 50); --bytes N: altered bytes in all (default 1000);
--seed N: another choice of both.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.soak import alter, kills


def main() -> int:
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("parts", nargs="*", choices=[*kills.PARTS, "bytes", "screens", []])
    reading.add_argument("--points", type=int, default=50)
    reading.add_argument("--bytes", type=int, default=1000)
    reading.add_argument("--seed", type=int, default=1)
    options = reading.parse_args()
    wanted = options.parts or [*kills.PARTS, "bytes", "screens"]
    began, bad = time.monotonic(), 0
    for part in [one for one in wanted if one in kills.PARTS]:
        (found,) = kills.soak([part], options.points, options.seed)
        bad += len(found.wrong)
        took = f"{time.monotonic() - began:.0f} s"
        print(f"{part:10} {found.calls:5} calls, {found.runs} cut or failed, {found.said_no} told as failed,", end=" ")
        print(f"{len(found.wrong)} wrong, {took}")
        print(*found.wrong, sep="\n", end="\n" if found.wrong else "", flush=True)
    if "bytes" in wanted:
        altered = alter.soak(options.bytes, options.seed)
        bad += len(altered.missed)
        print(f"bytes      {altered.summary()}, {time.monotonic() - began:.0f} s")
        print(*altered.missed, sep="\n", end="\n" if altered.missed else "", flush=True)
    if "screens" in wanted:
        import pytest

        bad += int(pytest.main(["-q", "tests/soak"]))
    print("All held." if not bad else f"{bad} did not hold.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
