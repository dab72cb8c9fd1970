"""A stop that IT asks for ends no request half way: what is under way is stored and answered, nothing new is taken."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.central.conftest import fresh
from tests.central.test_processes import join_ward, running
from tests.sealing import STREAM
from vpr_desktop.central.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with fresh(request, tmp_path) as made:
        yield made


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_what_is_under_way_at_a_stop_is_stored_and_answered(database: Database, how: signal.Signals) -> None:
    with running(database.url) as one:
        pc = join_ward(database, one.address, 1)
        sealed, told = pc.seal(pc.op(), pc.op()), list[Any]()
        pushing = threading.Thread(target=lambda: told.append(pc.push(sealed)))
        with database.write() as session:  # until it ends, the push waits for the ward
            session.one("SELECT n FROM stream WHERE id = :id" + session.for_update, id=STREAM)
            pushing.start()
            time.sleep(0.5)
            one.process.send_signal(how)
            time.sleep(0.5)
            assert one.process.poll() is None
            assert not told
            with pytest.raises(requests.ConnectionError):
                requests.get(one.address + "/health", timeout=5)
        pushing.join(20)
        assert told == [[("all", 1, 2)]]
        assert one.end() == 0
        assert json.loads(one.errors.splitlines()[-1])["event"] == "stop"
    with contextlib.closing(Database(database.url)) as after, after.read() as session:
        assert session.one("SELECT count(*) FROM op")[0] == 2
