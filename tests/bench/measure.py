"""Bars, rounds and processes of their own: what every part of the bench measures with."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what was measured, the floor it stands on in the same run, and the most it may be."""

    name: str
    measured: float
    floor: float | None
    limit: float | None
    unit: str = "ms"
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the bar is kept; a figure without a limit is only told."""
        return self.limit is None or self.measured <= self.limit


def timed(job: Callable[[], object]) -> float:
    """Milliseconds that a job takes."""
    began = time.perf_counter()
    job()
    return (time.perf_counter() - began) * 1000


def in_turn(jobs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Medians of jobs that run in turn, so that a busy machine is equally busy for all of them."""
    found: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            found[name].append(job())
    return {name: statistics.median(values) for name, values in found.items()}


def child(module: str, *arguments: object) -> dict[str, Any]:
    """What a program of this package says about itself as its last line, from a fresh interpreter."""
    began = time.time()
    command = [sys.executable, "-m", f"tests.bench.{module}", str(began), *map(str, arguments)]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env = {**kept, "QT_QPA_PLATFORM": "offscreen"}  # compiled once and kept, as on a PC where the app is installed
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{module}: {done.stderr[-3000:]}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def say_painted(began: float) -> None:
    """Says, as the last line of this process, how long after its start a window had painted, and ends it."""
    print(json.dumps({"ms": (time.time() - began) * 1000, "mb": resident_mb()}), flush=True)
    os._exit(0)  # nothing is to be measured any more


def resident_mb() -> float:
    """Megabytes this process holds in memory now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not say how much memory a process holds")
