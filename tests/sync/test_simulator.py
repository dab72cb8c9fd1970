"""Histories of PCs, an endpoint and everything that can go wrong, each drawn from one number (I1 to I15).

A history that fails is run again, and made shorter, with `python -m tests.sync.sim NUMBER`. Many more of them:
`dev.py soak histories`.
"""

from __future__ import annotations

import pytest

from tests.sync.sim.world import HISTORY, World, failure

AT_ONCE, CHUNKS = 16, 10


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_i1_to_i15_hold_in_every_history(chunk: int) -> None:
    told = {seed: failure(seed) for seed in range(chunk * AT_ONCE, (chunk + 1) * AT_ONCE)}
    assert {seed: text for seed, text in told.items() if text} == {}


def test_one_number_gives_one_history() -> None:
    made = [World(7), World(7)]
    for one in made:
        one.run()
    assert made[0].trace == made[1].trace
    assert len(made[0].trace) > HISTORY
    assert made[0].model.ops == made[1].model.ops
