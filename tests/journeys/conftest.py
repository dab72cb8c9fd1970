"""A ward PC for journeys: real encrypted file, real window, quick keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.central.conftest import Central, filled
from tests.central.postgres_server import PostgresServer
from tests.conftest import fast_keys
from tests.fakes import FakeClock
from tests.journeys.online import OnlinePC, online_pc
from tests.journeys.ward import WardPC, set_up
from tests.sync.conftest import endpoint, sqlite_endpoint
from vpr_desktop.ui.dialogs import save_file

__all__ = ["endpoint", "sqlite_endpoint"]


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
        one.end()
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


@pytest.fixture
def postgres_endpoint(postgres_server: PostgresServer) -> Iterator[Central]:
    """A running endpoint over PostgreSQL."""
    url = postgres_server.url(postgres_server.new_database())
    yield from filled(url)


@pytest.fixture
def online(
    qapp: QApplication, tmp_path: Path, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., OnlinePC]]:
    """Makes PCs of one ward, joined to a running endpoint and unlocked, and closes them at the end."""
    fast_keys(monkeypatch)
    made: list[OnlinePC] = []

    def make(name: str, *who: str, at: Central | None = None, **more: Any) -> OnlinePC:
        made.append(online_pc(qapp, tmp_path / name, at or endpoint, *who, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()
    qapp.processEvents()
    made.clear()


@pytest.fixture
def new_pc(qapp: QApplication, home: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[WardPC]:
    """A window over a folder that holds nothing yet."""
    fast_keys(monkeypatch)
    ward = WardPC(qapp, home, clock)
    yield ward
    ward.window.lock()
    ward.settle()
    ward.window.lane.stop()
    ward.window.hide()
    ward.window.deleteLater()
