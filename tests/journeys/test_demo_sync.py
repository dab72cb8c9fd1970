"""The demo's second half, as the README promises it: two PCs, a server that was down, one true conflict, the proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import fast_keys
from tests.fakes import FakeClock
from vpr_desktop import demo_sync
from vpr_desktop.services import practice


def test_two_pcs_and_a_server_that_was_down_come_to_hold_the_same(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast_keys(monkeypatch)
    homes = (tmp_path / "one", tmp_path / "two")
    told: list[str] = []
    server = demo_sync.Server(tmp_path / "server")
    server.make(practice.WARDS)
    server.start()
    try:
        for home in homes:
            demo_sync.second_pc(home, clock)
            demo_sync.join(home, server, clock, told.append)
        demo_sync.run(homes, server, clock, told.append)
    finally:
        server.stop()
    assert "This PC cannot reach the server" in " ".join(told)
    assert any(line.startswith("Two versions of 'Most serious effect so far'") for line in told)
    assert told[-1].startswith("Both PCs and the server hold the same ")
