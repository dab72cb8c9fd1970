"""The checker of the simulator is itself checked: each planted fault must be found within 500 histories."""

from __future__ import annotations

import pytest

from tests.sync.sim.planted import FAULTS
from tests.sync.sim.world import failure

MOST = 500
# Where the search among them begins for faults that few histories show, so that the suite stays quick.
FIRST = {"base_at_the_save": 340, "base_of_more_than_was_seen": 340, "cursor_before_store": 70,
         "only_own_offered": 220, "same_lifetime_after_restore": 125}  # fmt: skip
# How something that must hold is told not to. A plant that falls over, or a table that refuses it, shows no checker.
FOUND = ("Broken: ", "FileAltered: ", "AssertionError: I2: ")


def test_the_faults_that_no_change_may_bring_in_are_planted() -> None:
    named = {"cursor_before_store", "no_epoch", "last_writer_wins", "serial_numbers", "ids_used_again",
             "quarantine_lost", "batch_cut_again", "stub_without_skeleton", "old_numbers_kept"}  # fmt: skip
    assert named < FAULTS.keys()
    assert len(FAULTS) >= 12


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[name](monkeypatch.setattr)
    first = FIRST.get(name, 0)
    assert any(failure(seed).startswith(FOUND) for seed in (*range(first, MOST), *range(first))), FAULTS[name].__doc__
