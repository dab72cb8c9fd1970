"""F5 while a cycle runs: nothing that came meanwhile is missed, and Cancel takes it back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.online import OnlinePC
from vpr_desktop.bootstrap import Line

Make = Callable[..., OnlinePC]


def test_f5_while_a_cycle_ends_fetches_what_came_after_it_asked(online: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = online("one"), online("two")
    one.sync()
    other.sync()
    reference = one.log()
    asked, may_end = threading.Event(), threading.Event()
    run = Line.run

    def slow(self: Line, *begun: Any) -> Any:
        made = run(self, *begun)
        asked.set()
        assert may_end.wait(60)
        return made

    with monkeypatch.context() as held:
        held.setattr(Line, "run", slow)
        other.press("F5")
        other.until(asked.is_set)
    one.sync()
    other.press("Ctrl+2", "F5")
    assert other.window.sending.running, "the first cycle is still under way"
    assert reference not in other.screen()
    may_end.set()
    other.rest()
    assert reference in other.screen()


def test_f5_while_a_cycle_runs_is_one_more_and_cancel_takes_it_back(
    online: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = online("one")
    pc.sync()
    begun, may_end = list[int](), threading.Event()
    run = Line.run

    def slow(self: Line, *how: Any) -> Any:
        begun.append(1)
        assert may_end.wait(60)
        return run(self, *how)

    monkeypatch.setattr(Line, "run", slow)
    for cancelled, cycles in ((False, 2), (True, 1)):
        begun.clear()
        may_end.clear()
        pc.press("F5", "F5", "F5")
        if cancelled:
            pc.window.sending.cancel()
        may_end.set()
        pc.rest()
        assert len(begun) == cycles
        assert pc.chip.startswith("All sent")
