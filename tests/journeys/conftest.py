"""A ward PC for journeys: real encrypted file, real window, quick keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.conftest import fast_keys
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC, set_up
from vpr_desktop.ui.dialogs import save_file


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


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Answers questions for files: `save` with a folder, `open` with one file."""
    chosen = {"save": tmp_path, "open": tmp_path / "none"}

    def to_save(_parent: object, _title: str, name: str, _kinds: str, answered: Callable[[str], None]) -> None:
        answered(str(chosen["save"] / name))

    def to_open(_parent: object, _title: str, _kinds: str, answered: Callable[[str], None]) -> None:
        answered(str(chosen["open"]))

    monkeypatch.setattr(save_file, "ask_save_path", to_save)
    monkeypatch.setattr(save_file, "ask_open_path", to_open)
    return chosen
