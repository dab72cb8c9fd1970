"""Two hundred thousand simulated histories on all cores; what was done is kept, so that a soak can be gone on with.

The file of state belongs to one choice of histories and to the code as it is: with other code it begins anew.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.sync.sim.world import failure

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / "soak-out" / "histories.json"
AT_ONCE = 50
A_PROCESS = 40  # pieces of work for one process, so that what it remembers does not grow for ever


@dataclass
class Done:
    """How far it came: histories from the first number on, what befell whom in them, and those that failed."""

    code: str
    first: int
    count: int = 0
    mix: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """How many of what, most first."""
        return ", ".join(f"{kind} {n}" for kind, n in sorted(self.mix.items(), key=lambda one: -one[1]))


def reached() -> dict[str, str]:
    """The modules a history runs through, each with its file: those that came with the simulator, however deep."""
    loaded = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    return {name: file for name, file in loaded.items() if file and name.startswith(("vpr_desktop", "tests.sync.sim"))}


def code() -> str:
    """What stands in the sources that a history runs through. Asked of a fresh process: here more may be loaded."""
    command = "from tests.soak import histories; print('\\n'.join(sorted(histories.reached().values())))"
    files = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    said = hashlib.sha256()
    for file in files.split():
        said.update(Path(file).read_bytes())
    return said.hexdigest()


def soak(
    count: int, first: int, state: Path = STATE, told: Callable[[Done], None] = lambda _: None, cores: int | None = None
) -> Done:
    """So many histories, from a number on; those done before are not done again. Ctrl+C raises KeyboardInterrupt."""
    done = _begun(state, first)
    starts = range(first + done.count, first + count, AT_ONCE)
    work = [(start, min(AT_ONCE, first + count - start)) for start in starts]
    processes = multiprocessing.get_context("spawn")
    with processes.Pool(cores or os.cpu_count(), _leave_ctrl_c, maxtasksperchild=A_PROCESS) as pool:
        for (_, size), (mix, wrong) in zip(work, pool.imap(_some, work), strict=True):
            done.count += size
            done.mix = dict(Counter(done.mix) + mix)
            done.wrong += wrong
            _keep(state, done)
            told(done)
    return done


def _some(work: tuple[int, int]) -> tuple[Counter[str], list[str]]:
    start, size = work
    mix: Counter[str] = Counter()
    told = [(seed, failure(seed, mix)) for seed in range(start, start + size)]
    return mix, [f"history {seed}: {text}" for seed, text in told if text]


def _leave_ctrl_c() -> None:
    """The one who started them ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _begun(state: Path, first: int) -> Done:
    fresh = Done(code(), first)
    try:
        held = Done(**json.loads(state.read_text()))
    except (OSError, ValueError, TypeError):
        return fresh
    return held if (held.code, held.first) == (fresh.code, first) else fresh


def _keep(state: Path, done: Done) -> None:
    """Whole or not at all."""
    state.parent.mkdir(exist_ok=True)
    part = state.with_suffix(".part")
    part.write_text(json.dumps(asdict(done)))
    part.replace(state)
