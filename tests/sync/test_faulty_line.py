"""A real endpoint process behind a line that fails: nothing is lost, nothing stored twice, and the next cycle heals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.central.conftest import fill
from tests.central.test_processes import running
from tests.conftest import FAST
from tests.factories import first_run, logged
from tests.fakes import FakeClock
from tests.sync.faulty_line import Fault, Line
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.central.database import Database
from vpr_desktop.services import maintenance, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.sync import client, connections

WAYS = {
    "request cut at once": Fault("cut", 0),
    "request cut in the headers": Fault("cut", 300),
    "request cut in the body": Fault("cut", 2_500),
    "request reset in the body": Fault("reset", 2_500),
    "request swallowed": Fault("drop", 1_000),
    "half open after the request": Fault("hang", 0, upwards=False),
    "reply cut at once": Fault("cut", 0, upwards=False),
    "reply cut in the headers": Fault("cut", 60, upwards=False),
    "reply cut in the body": Fault("cut", 250, upwards=False),
    "reply reset in the body": Fault("reset", 250, upwards=False),
    "reply half open in the body": Fault("hang", 250, upwards=False),
}


class Ward:
    """An endpoint process, the line to it, and two PCs of a ward on that line."""

    def __init__(self, tmp: Path, clock: FakeClock, line: Line, database: Database) -> None:
        self.database, self.line = database, line
        self.pcs: list[Context] = []
        for name in ("one", "two"):
            pc, _ = sessions.first_run(tmp / name, first_run(), clock, FAST)
            self.pcs.append(pc)
            bootstrap.enrol(pc, self.line.address, admin.add_code(database, ("CED",), "RX1")["code"])

    def sync(self, *pcs: Context) -> None:
        """A cycle of each that must come to its end."""
        for pc in pcs:
            pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
            got = bootstrap.sync(pc)
            assert got.refused is None, got.refused

    def same(self) -> None:
        """Both PCs and the endpoint hold the same ops under the same numbers, each once."""
        sql = "SELECT seq, id FROM op ORDER BY seq"
        held = [[tuple(row) for row in pc.store.db.execute(sql)] for pc in self.pcs]
        assert held[0] == held[1]
        with self.database.read() as session:
            assert [(row[0], row[1]) for row in session.rows("SELECT seq, op_id FROM op ORDER BY seq")] == held[0]
        assert all(maintenance.verify(pc).ok for pc in self.pcs)

    def stop(self) -> None:
        self.line.fault = Fault()
        for pc in self.pcs:
            pc.store.close()
            pc.secrets.lock.release()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: Any) -> Iterator[tuple[Line, Database]]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('faulty')}/c.db")
    fill(database)
    line = Line()
    with running(database.url, "--public-url", line.address) as process:  # as behind a balancer
        line.port = int(process.address.rsplit(":", 1)[1])
        yield line, database
    line.stop()
    database.close()


@pytest.fixture
def ward(tmp_path: Path, clock: FakeClock, endpoint: tuple[Line, Database]) -> Iterator[Ward]:
    line, database = endpoint
    with database.write() as session:
        for table in ("op", "batch", "review", "access_log", "scope", "key_range", "device_key", "device", "code"):
            session.run(f"DELETE FROM {table}")
        from vpr_desktop.domain.batches import stream_chain_start
        from vpr_desktop.domain.identity import stream_id

        st = stream_id("RX1", "CED")
        session.run("UPDATE stream SET head = 0, chain = :c WHERE id = :id", c=stream_chain_start(st), id=st)
    made = Ward(tmp_path, clock, line, database)
    yield made
    made.stop()


@pytest.mark.parametrize("way", WAYS)
def test_a_line_that_fails_loses_nothing_and_stores_nothing_twice(
    way: str, ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "READ", 1.0)
    one, two = ward.pcs
    ward.sync(one, two)
    logged(one)
    one.clock.forward(minutes=3)  # type: ignore[attr-defined]
    pushed = client.Client.push

    def over_a_bad_line(self: client.Client, *given: Any) -> Any:
        self.close()  # a connection of its own, so that the fault befalls the push
        ward.line.fault = WAYS[way]
        return pushed(self, *given)

    monkeypatch.setattr(client.Client, "push", over_a_bad_line)
    got = bootstrap.sync(one)
    if way.startswith("request") and way.endswith("in the body"):  # less at a time came through
        assert (got.refused, got.waiting) == (None, 0)
    else:
        assert got.refused is not None
        assert got.refused.kind in ("no-connection", "no-answer", "not-the-endpoint")
        assert got.waiting > 0
    monkeypatch.setattr(client.Client, "push", pushed)
    ward.line.fault = Fault()
    logged(two)
    ward.sync(one, two, one)
    ward.same()


def test_a_pull_that_is_cut_stores_nothing_and_goes_on_where_it_was(ward: Ward) -> None:
    one, two = ward.pcs
    for _ in range(8):
        logged(one)
    ward.sync(one)
    before = two.store.db.execute("SELECT count(*) FROM op").fetchone()
    pulled = client.Client.pull
    with pytest.MonkeyPatch.context() as patch:

        def cut(self: client.Client, *given: Any) -> Any:
            self.close()
            ward.line.fault = Fault("cut", 9_000, upwards=False)
            return pulled(self, *given)

        patch.setattr(client.Client, "pull", cut)
        got = bootstrap.sync(two)
    assert got.refused is not None
    assert got.refused.kind == "no-connection"
    assert two.store.db.execute("SELECT count(*) FROM op").fetchone() == before
    ward.line.fault = Fault()
    ward.sync(two, one)
    ward.same()


@pytest.mark.parametrize("fault", [Fault(delay=0.03), Fault(delay=0.001, piece=200)], ids=["delayed", "throttled"])
def test_a_slow_line_is_slow_and_nothing_else(fault: Fault, ward: Ward) -> None:
    logged(ward.pcs[0])
    ward.line.fault = fault
    ward.sync(*ward.pcs, ward.pcs[0])
    assert ward.line.carried > 5_000
    ward.same()
