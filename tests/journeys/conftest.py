"""A ward PC for journeys: real encrypted file, real window, quick keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.conftest import fast_keys
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC, set_up


@pytest.fixture
def pc(
    qapp: QApplication, home: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., WardPC]]:
    """Makes the PC with its manager and the people named, shows its window locked, and closes it at the end."""
    fast_keys(monkeypatch)
    made: list[WardPC] = []

    def make(*who: str) -> WardPC:
        set_up(home, clock, *who)
        made.append(WardPC(qapp, home, clock))
        return made[-1]

    yield make
    for one in made:
        if one.window.page() is not None:
            one.window.lock()
            one.settle()
        one.window.lane.stop()
        one.window.idle.stop()
        one.window.hide()
        one.window.deleteLater()
    qapp.processEvents()
