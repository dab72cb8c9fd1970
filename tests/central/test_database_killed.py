"""I1, I27: the database ended as by a power cut while PCs push; it waits for its disk, as one at work does."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
import requests

from tests.central.conftest import fill
from tests.central.pc import Pc
from tests.central.postgres_server import PostgresServer
from tests.central.test_processes import Process, join_ward, running
from vpr_desktop.central.database import Database
from vpr_desktop.domain.batches import Batch, join


@pytest.fixture
def durable() -> Iterator[PostgresServer]:
    made = PostgresServer(durable=True)
    yield made
    made.stop()


class Writer(threading.Thread):
    """A PC that sends one batch after the other, each until it is told that it is stored."""

    def __init__(self, pc: Pc) -> None:
        super().__init__(daemon=True)
        self.pc = pc
        self.told: Counter[int] = Counter()
        self.stored: list[bytes] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            sealed = self.pc.seal(self.pc.op(), self.pc.op())
            if self._taken(sealed):
                self.stored += [line.hash for line in sealed.lines]

    def _taken(self, sealed: Batch) -> bool:
        for _ in range(300):
            got = self.pc.push_raw(join([sealed]), sealed.header.id)
            self.told[got.status_code] += 1
            if got.status_code == 200:
                return True
            assert got.headers["Retry-After"] == "1"
            time.sleep(0.05)
        return False

    def sends(self, status: int, more: int) -> None:
        """Waits until it was told this so many times more."""
        aim = self.told[status] + more
        end = time.monotonic() + 20
        while self.told[status] < aim:
            assert self.is_alive()
            assert time.monotonic() < end, f"not back: {self.told}"
            time.sleep(0.01)


def health(process: Process) -> tuple[int, str | None]:
    """What monitoring is told, and the kind of a refusal."""
    got = requests.get(process.address + "/health", timeout=30)
    return got.status_code, got.json().get("type")


def test_I1_a_database_killed_while_pcs_push_loses_nothing_that_was_acknowledged(durable: PostgresServer) -> None:
    url = durable.url(durable.new_database())
    database = Database(url)
    fill(database)
    with running(url) as process:
        writers = [Writer(join_ward(database, process.address, n)) for n in (1, 2)]
        database.close()
        for writer in writers:
            writer.start()
        for _ in range(2):
            for writer in writers:
                writer.sends(200, 5)
            durable.kill()
            for writer in writers:
                writer.sends(503, 3)
            assert health(process) == (503, "busy")
            durable.start()
        for writer in writers:
            writer.sends(200, 5)
            writer.over.set()
        assert health(process) == (200, None)
        for writer in writers:
            writer.join(30)
            assert set(writer.told) == {200, 503}, writer.told
        head, *_ = writers[0].pc.heads().values()
        pulled = writers[0].pc.pull()
    with database.read() as session:
        held = [bytes(row[0]) for row in session.rows("SELECT hash FROM op ORDER BY seq")]
        assert session.one("SELECT count(DISTINCT seq), max(seq) FROM op") == (len(held), len(held))
    database.close()
    assert sorted(held) == sorted(hashed for writer in writers for hashed in writer.stored)
    assert len(pulled) == head["head"] == len(held)
