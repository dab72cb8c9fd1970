"""python3 dev.py soak [parts]: what takes too long for every run of the tests. Ends with 1 where anything did not hold.

Parts, each with one line of summary; without a part all but `cover`:
  save lock migrate backup slots restore rekey first-run   the app ended at its system calls, or its calls made to fail
                                                           (Linux on x86-64; half a minute to three minutes each)
  bytes      files altered while nobody has them open (some five minutes)
  histories  PCs and an endpoint with every fault, each history drawn from a number (some 70 minutes on two cores; what
             was done is kept in soak-out/, so after Ctrl+C the same command goes on where it was)
  endpoint   generated requests against the endpoint on SQLite and PostgreSQL, then such as may change nothing
             (a quarter of an hour)
  screens    scales of the screen (a minute)
  cover      every test once more, with what each file's tests reach (twice as long as the tests alone)
--points N: calls to kill at in each part (default 50); --bytes N: altered bytes in all (1000);
--histories N (200000); --requests N: to each database (100000); --altered N: likewise (10000);
--seed N: another choice of all.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.soak import alter, kills


@dataclass
class Said:
    """What came of a part: one line, and each thing that did not hold."""

    summary: str
    wrong: list[str] = field(default_factory=list)


def _kills(part: str) -> Callable[[Namespace], Said]:
    def run(options: Namespace) -> Said:
        (found,) = kills.soak([part], options.points, options.seed)
        told = f"{found.calls} calls, {found.runs} cut or failed, {found.said_no} told as failed"
        return Said(told, found.wrong)

    return run


def _bytes(options: Namespace) -> Said:
    altered = alter.soak(options.bytes, options.seed)
    return Said(altered.summary(), altered.missed)


def _histories(options: Namespace) -> Said:
    from tests.soak import histories

    def told(done: histories.Done) -> None:
        if done.count % 5_000 == 0 or done.count == options.histories:
            print(f"{'':10} {done.count} histories, {len(done.wrong)} wrong", flush=True)

    done = histories.soak(options.histories, options.seed * 1_000_000, told=told)  # the tests have those from 0 on
    return Said(f"{done.count} histories: {done.summary()}", done.wrong)


def _endpoint(options: Namespace) -> Said:
    from tests.soak import endpoint  # starts threads, so it comes after all that forks

    found = endpoint.soak(options.requests, options.altered, options.seed)
    said = "; ".join(f"{name}: {statuses}" for name, statuses in found.statuses.items())
    return Said(f"{options.requests} requests and {options.altered} altered ones to each database, {said}", found.wrong)


def _screens(_: Namespace) -> Said:
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "tests/soak"], capture_output=True, text=True)
    last = (done.stdout.strip().splitlines() or ["nothing"])[-1]
    return Said(last, [] if done.returncode == 0 else [done.stdout[-3000:] + done.stderr[-1000:]])


def _cover(_: Namespace) -> Said:
    from tests.soak import cover

    found = cover.soak()
    return Said(found.summary, found.wrong)


PARTS: dict[str, Callable[[Namespace], Said]] = {
    **{part: _kills(part) for part in kills.PARTS},
    "bytes": _bytes, "histories": _histories, "endpoint": _endpoint, "screens": _screens, "cover": _cover,
}  # fmt: skip
USUAL = [part for part in PARTS if part != "cover"]


def one(part: str, options: Namespace) -> Said:
    """A part to its end; one that fails in itself did not hold either, and the others go on."""
    try:
        return PARTS[part](options)
    except Exception as error:  # whatever it is belongs into the summary
        return Said("did not come to its end", [f"{part}: {type(error).__name__}: {str(error)[:2000]}"])


def main() -> int:
    """Runs the parts named, or the usual ones."""
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("parts", nargs="*", choices=[*PARTS, []])
    for name, default in (("points", 50), ("bytes", 1000), ("histories", 200_000), ("requests", 100_000),
                          ("altered", 10_000), ("seed", 1)):  # fmt: skip
        reading.add_argument(f"--{name}", type=int, default=default)
    options = reading.parse_args()
    bad = 0
    for part in [part for part in PARTS if part in (options.parts or USUAL)]:
        began = time.monotonic()
        try:
            said = one(part, options)
        except KeyboardInterrupt:
            print(f"{part} was ended before its end.")
            return 1
        bad += len(said.wrong)
        took = f"{time.monotonic() - began:.0f} s"
        print(f"{part:10} {said.summary}, {len(said.wrong)} wrong, {took}", flush=True)
        print(*said.wrong, sep="\n", end="\n" if said.wrong else "", flush=True)
    print("All held." if not bad else f"{bad} did not hold.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
