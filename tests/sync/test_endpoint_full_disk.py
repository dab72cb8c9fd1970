"""A full disk at the endpoint, for real: PCs try later, nothing is lost or half stored, and room heals it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.central.conftest import fill
from tests.central.test_processes import running
from tests.conftest import FAST
from tests.factories import first_run, logged
from tests.fakes import FakeClock
from tests.storage.small_disk import Filler, in_a_namespace, small_disk
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.central.database import Database
from vpr_desktop.services import maintenance, sessions
from vpr_desktop.services.context import Context

LARGE = "Practice words, made up. " * 2_000


def rows(pc: Context) -> list[tuple[int, str]]:
    return [tuple(row) for row in pc.store.db.execute("SELECT seq, id FROM op ORDER BY seq")]


def test_a_full_disk_at_the_endpoint_refuses_loses_nothing_and_heals_with_room(
    tmp_path: Path, clock: FakeClock, request: pytest.FixtureRequest
) -> None:
    if in_a_namespace(request.node.nodeid):
        return
    with small_disk(tmp_path / "disk", 16) as disk:
        database = Database(f"sqlite:///{disk}/c.db")
        fill(database)
        with running(database.url) as process:
            pc, _ = sessions.first_run(tmp_path / "pc", first_run(), clock, FAST)
            bootstrap.enrol(pc, process.address, admin.add_code(database, ("CED",), "RX1")["code"])
            clock.forward(minutes=3)
            assert bootstrap.sync(pc).refused is None
            filler = Filler(disk)
            filler.leave(48 * 1024)
            for _ in range(4):
                logged(pc, description=LARGE)
            clock.forward(minutes=3)
            full = bootstrap.sync(pc)
            assert full.refused is not None
            assert (full.refused.kind, full.waiting > 0) == ("busy", True)
            with database.read() as session:
                head, held = session.one("SELECT max(head), (SELECT count(*) FROM op) FROM stream")
                assert head == held  # wholly there or not there
            filler.end()
            clock.forward(minutes=20)
            healed = bootstrap.sync(pc)
            assert (healed.refused, healed.waiting) == (None, 0)
            with database.read() as session:
                assert [tuple(row) for row in session.rows("SELECT seq, op_id FROM op ORDER BY seq")] == rows(pc)
            assert maintenance.verify(pc).ok
            pc.store.close()
            pc.secrets.lock.release()
            assert process.end() == 0
            assert '"problem": "busy"' in process.errors
            assert "Practice words" not in process.errors
        database.close()
