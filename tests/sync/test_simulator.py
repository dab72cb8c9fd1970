"""Histories of PCs, an endpoint and everything that can go wrong, each drawn from one number (I1 to I15).

A history that fails is run again, and made shorter, with `python -m tests.sync.sim NUMBER`. A hundred times as many:
`dev.py soak histories`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.soak import histories
from tests.sync.sim.world import FATES, HISTORY, WAYS, World, failure

AT_ONCE, CHUNKS = 500, 4
BEFALLS = {
    *WAYS, *FATES, "killed between", "endpoint ends", "conflicts that stand at the end",
    "written down while a batch is on its way", "keys changed", "the answer to a code is lost",
}  # fmt: skip


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_i1_to_i15_hold_in_every_history(chunk: int) -> None:
    """Two thousand of them; in every five hundred each kind of fault befalls somebody."""
    mix: Counter[str] = Counter()
    told = {seed: failure(seed, mix) for seed in range(chunk * AT_ONCE, (chunk + 1) * AT_ONCE)}
    assert {seed: text for seed, text in told.items() if text} == {}
    assert {kind for kind in BEFALLS if not mix[kind]} == set(), mix
    assert mix["ops"] > 6 * AT_ONCE
    assert mix["PCs at the end"] > 2 * AT_ONCE
    assert sum(mix[kind] for kind in FATES) + mix["killed between"] > 2 * AT_ONCE


def test_one_number_gives_one_history() -> None:
    """Also where its files were those of other histories before."""
    made = []
    for _ in range(2):
        for seed in (3, 4, 7):
            world = World(seed)
            world.run()
            world.close()
        made.append(world)
    assert made[0].trace == made[1].trace
    assert len(made[0].trace) > HISTORY
    assert made[0].model.ops == made[1].model.ops
    alone = World(7)  # in files of its own, as nobody gave any back since
    alone.run()
    assert alone.trace == made[0].trace
    assert alone.model.ops == made[0].model.ops


def test_a_history_runs_through_no_source_that_the_soak_does_not_look_at() -> None:
    """Or a soak would go on after a change it never saw."""
    command = """
from tests.soak import histories
before = set(histories.reached())
for seed in range(60):
    assert histories.failure(seed) == "", seed
print(sorted(set(histories.reached()) - before), len(before))
"""
    told = subprocess.run(
        [sys.executable, "-c", command], cwd=histories.ROOT, capture_output=True, text=True, check=True
    )
    late, _, count = told.stdout.strip().rpartition(" ")
    assert late == "[]"
    assert int(count) > 90


class Ended(BaseException):
    """Somebody ends the soak."""


def test_a_soak_that_was_ended_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "out" / "histories.json"

    def after_the_first(done: histories.Done) -> None:
        assert json.loads(state.read_text())["count"] == done.count == 5
        raise Ended

    monkeypatch.setattr(histories, "AT_ONCE", 5)
    with pytest.raises(Ended):
        histories.soak(12, 5_000_000, state, after_the_first, cores=1)
    counts: list[int] = []
    done = histories.soak(12, 5_000_000, state, lambda done: counts.append(done.count), cores=1)
    assert counts == [10, 12]
    assert (done.mix["histories"], done.wrong) == (12, [])
    assert histories.soak(12, 5_000_000, state, cores=1) == done  # nothing is done twice
    monkeypatch.setattr(histories, "code", lambda: "changed since")
    assert histories.soak(0, 5_000_000, state, cores=1).count == 0
