"""The endpoint killed at every effect it has on its database: nothing lost, nothing doubled, nothing half done."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.central.conftest import fresh
from tests.conftest import FAST
from tests.factories import first_run, logged
from tests.fakes import FakeClock
from tests.sync.test_two_pcs import rows, same, synced
from vpr_desktop import bootstrap
from vpr_desktop.central import admin, serve
from vpr_desktop.central.database import Database, Session
from vpr_desktop.central.routes import Endpoint, application
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context
from vpr_desktop.sync import connections

NEVER = 10**9


class Process:
    """An endpoint in a process of its own, on an address that outlives it, killed before effect number `at`.

    `around` may put something between the endpoint and those who ask it.
    """

    def __init__(
        self, url: str, listening: Any, at: int = NEVER, around: Callable[[Any], Any] = lambda app: app
    ) -> None:
        self.child = os.fork()
        if self.child == 0:
            try:
                _die_before(at)
                address = f"http://127.0.0.1:{listening.getsockname()[1]}"
                app = around(application(Endpoint(Database(url, as_application=True), address)))
                uvicorn.Server(
                    uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", http=serve.BoundedProtocol)
                ).run(sockets=[listening])
            finally:
                os._exit(1)

    def ended(self) -> bool:
        """Whether it was killed at its effect; one that still runs is killed now."""
        pid, status = os.waitpid(self.child, os.WNOHANG)
        if pid:
            assert os.WIFSIGNALED(status), status
            return True
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        return False


def _die_before(at: int) -> None:
    """In the child alone: counts every statement, every commit, and the moment between a commit and its answer."""
    count = [0]

    def effect() -> None:
        if count[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        count[0] += 1

    def counted(name: str) -> None:
        real = getattr(Session, name)

        def method(self: Session, *args: Any, **more: Any) -> Any:
            effect()
            return real(self, *args, **more)

        setattr(Session, name, method)

    for name in ("rows", "one", "run", "together"):
        counted(name)
    write = Database.write

    @contextmanager
    def written(self: Database) -> Iterator[Session]:
        with write(self) as session:
            yield session
            effect()
        effect()

    Database.write = written  # type: ignore[method-assign]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with fresh(request, tmp_path) as made:
        yield made


def numbered(database: Database) -> tuple[int, int, int]:
    """Head, ops and different ops of the ward."""
    sql = (
        "SELECT s.head, count(o.seq), count(DISTINCT o.op_id) FROM stream s LEFT JOIN op o ON o.st = s.n"
        " WHERE s.code = 'CED' AND s.trust = 1 GROUP BY s.head"
    )
    with database.read() as session:
        return tuple(session.one(sql))


def test_i1_an_endpoint_killed_at_every_effect_loses_and_doubles_nothing(
    database: Database, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "READ", 2.0)  # what is asked of a process that ended is taken in, and not heard
    listening = serve.listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    pcs: list[Context] = []
    whole = Process(database.url, listening)
    for name in ("one", "two"):
        pcs.append(sessions.first_run(tmp_path / name, first_run(), clock, FAST)[0])
        bootstrap.enrol(pcs[-1], address, admin.add_code(database, ("CED",), "RX1")["code"])
    synced(*pcs)
    assert not whole.ended()
    one = pcs[0]
    killed, untold = True, 0
    at = 0
    while killed:
        logged(one)
        clock.forward(minutes=3)
        process = Process(database.url, listening, at)
        refused = bootstrap.sync(one).refused
        killed = process.ended()
        assert (refused is not None) == killed, (at, refused)
        head, ops, different = numbered(database)
        assert head == ops == different, at
        untold += ops > rows(one, "SELECT count(*) FROM op WHERE seq IS NOT NULL")[0][0]
        at += 1
    assert at > 12, "a cycle has more effects than that"
    assert untold, "one of them ended between the commit and its answer"
    whole = Process(database.url, listening)
    synced(*pcs, one)
    assert not whole.ended()
    same(*pcs)
    assert numbered(database)[1] == rows(one, "SELECT count(*) FROM op")[0][0]
    listening.close()
    for pc in pcs:
        pc.store.close()
        pc.secrets.lock.release()
