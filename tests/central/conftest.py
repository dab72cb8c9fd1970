"""A real endpoint on a free loopback port, over SQLite and over PostgreSQL, with one practice ward and its PCs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.central.pc import Pc
from vpr_desktop.central import admin, serve
from vpr_desktop.central.buckets import OwnBuckets, SharedBuckets
from vpr_desktop.central.database import Database
from vpr_desktop.central.metrics import Metrics
from vpr_desktop.central.routes import Endpoint, application

WARDS = (("CED", "Cedar"), ("BIR", "Birch"))


def fill(database: Database) -> None:
    """Two practice organisations, the first with two wards."""
    admin.init(database, "RX1", "Practice Trust")
    admin.init(database, "RX2", "Other Practice Trust")
    for code, name in WARDS:
        admin.add_ward(database, code, name, "RX1")
    admin.add_ward(database, "CED", "Cedar elsewhere", "RX2")


TABLES = ("trust", "stream", "trust_key", "device", "device_key", "key_range", "scope", "code", "nonce", "batch", "op",
          "quarantine", "review", "user_", "access_log", "bucket", "meta")  # fmt: skip


@contextmanager
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A filled database of its own, of the kind that a fixture's parameter names: "sqlite" or "postgresql"."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/c.db")
    else:
        server = request.getfixturevalue("postgres_server")
        database = Database(server.url(server.new_database()))
    fill(database)
    yield database
    database.close()


class Central:
    """A running endpoint and its administrator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.admin = Database(url)
        self.database = Database(url, as_application=True)
        self.now_ahead = 0.0
        self.listening = serve.listen("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.endpoint = Endpoint(self.database, self.address, self.now)
        self.kept = {table: self.admin_rows(f"SELECT * FROM {table}") for table in ("trust", "stream", "meta")}
        self._server: Any = None
        self._start()

    def admin_rows(self, sql: str) -> list[dict[str, Any]]:
        with self.admin.read() as session:
            return [dict(row._mapping) for row in session.rows(sql)]

    def empty(self) -> None:
        """As after `init`: no PC, no op."""
        with self.admin.write() as session:
            for table in reversed(TABLES):
                session.run(f"DELETE FROM {table}")
            for table, rows in self.kept.items():
                for row in rows:
                    session.run(
                        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(':' + c for c in row)})", **row
                    )
        self.now_ahead = 0.0
        self.endpoint.buckets = SharedBuckets(self.database) if self.database.is_postgres else OwnBuckets()
        self.endpoint.metrics = Metrics()

    def now(self) -> float:
        return time.time() + self.now_ahead

    def _start(self) -> None:
        import uvicorn

        ready = threading.Event()
        config = uvicorn.Config(
            application(self.endpoint), log_config=None, access_log=False, lifespan="off", http=serve.BoundedProtocol,
            ws="none", proxy_headers=False, server_header=False,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        startup = self._server.startup

        async def started(sockets: Any = None) -> None:
            await startup(sockets=sockets)
            ready.set()

        self._server.startup = started
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self.listening]}, daemon=True)
        self._thread.start()
        assert ready.wait(20)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()
        self.listening.close()
        self.database.close()
        self.admin.close()

    def pc(self, seed: int = 1, *wards: str, org: str = "RX1") -> Pc:
        """An enrolled PC."""
        made = Pc(self.address, seed)
        code = admin.add_code(self.admin, wards or ("CED",), org)["code"]
        got = made.enrol(code)
        assert got.status_code == 200, got.text
        return made

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.admin.read() as session:
            return [tuple(row) for row in session.rows(sql)]

    def everything(self) -> dict[str, Any]:
        """All that is stored but nonces, logs and buckets: for asking whether anything changed."""
        tables = ("stream", "device", "device_key", "key_range", "scope", "code", "batch", "quarantine", "review",
                  "user_")  # fmt: skip
        found: dict[str, Any] = {table: sorted(map(repr, self.rows(f"SELECT * FROM {table}"))) for table in tables}
        columns = "trust, st, seq, op_id, hash, raw, batch, pos, et, ei"
        found["op"] = sorted(map(repr, self.rows(f"SELECT {columns} FROM op")))
        return found


def filled(url: str) -> Iterator[Central]:
    """A running endpoint with its wards."""
    database = Database(url)
    fill(database)
    database.close()
    made = Central(url)
    yield made
    made.stop()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def running(request: Any, tmp_path_factory: Any) -> Iterator[Central]:
    """One endpoint a database for all tests; `central` empties it for each."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('central')}/central.db"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.new_database())
    yield from filled(url)


# For what PostgreSQL alone has: the second fence, its own limits of time, rights of a role.
only_postgres = pytest.mark.parametrize("running", ["postgresql"], indirect=True)


@pytest.fixture
def central(running: Central) -> Central:
    running.empty()
    return running


@pytest.fixture
def pc(central: Central) -> Iterator[Pc]:
    made = central.pc()
    yield made
    made.http.close()
