"""An endpoint as IT runs it, in a process of its own, with its database: started, ended, backed up, put back."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.central.conftest import fill
from tests.central.postgres_server import PostgresServer
from tests.central.test_processes import Process
from vpr_desktop.central import admin
from vpr_desktop.central.database import Database
from vpr_desktop.domain.ops import op_hash


class Site:
    """The endpoint of a trust on SQLite, or on PostgreSQL where a server is given."""

    def __init__(self, folder: Path, server: PostgresServer | None = None) -> None:
        self.folder = folder
        self.server = server
        self.name = server.new_database() if server else "c.db"
        with self.database() as database:
            fill(database)
        self.port = "0"
        self.start()

    @property
    def url(self) -> str:
        return self.server.url(self.name) if self.server else f"sqlite:///{self.folder}/{self.name}"

    def database(self) -> contextlib.closing[Database]:
        """The database, for administration, until the end of a `with`."""
        return contextlib.closing(Database(self.url))

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: Any) -> None:
        """Ends it in good order where it runs; what it said then holds no error of its own."""
        if self.process.process.poll() is None:
            assert self.stop() == 0
            assert "Traceback" not in self.process.errors

    def start(self) -> None:
        """Starts the endpoint, where it was before."""
        self.process = Process(self.url, "--port", self.port)
        self.address = self.process.address
        self.port = self.address.rpartition(":")[2]

    def stop(self) -> int:
        return self.process.end()

    def code(self) -> str:
        """A one-time code."""
        with self.database() as database:
            return str(admin.add_code(database, ("CED",), "RX1")["code"])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database() as database, database.read() as session:
            return [tuple(row) for row in session.rows(sql)]

    def back_up(self) -> str:
        """A copy, made while nobody uses it. Its name."""
        self.stop()
        if self.server:
            copy = self.server.new_database(self.name)
        else:
            copy = "copy.db"
            shutil.copy(self.folder / self.name, self.folder / copy)
        self.start()
        return copy

    def put_back(self, copy: str) -> None:
        """Goes on with a copy, and tells nobody."""
        self.stop()
        self.name = copy
        self.start()


def same_everywhere(site: Site, pcs: Iterable[Any]) -> None:
    """The PCs and the endpoint hold the same bytes under the same numbers, and every file proves itself."""
    held = [pc.ops() for pc in pcs]
    numbered = [[seq, op_id.replace("-", ""), hashed] for seq, op_id, hashed in held[0]]
    assert all(one == held[0] for one in held)
    assert [seq for seq, *_ in numbered] == list(range(1, len(numbered) + 1))
    there = site.rows("SELECT seq, op_id, hash, raw FROM op ORDER BY seq")
    assert [[seq, str(op_id).replace("-", ""), bytes(hashed).hex()] for seq, op_id, hashed, _ in there] == numbered
    assert all(raw is None or op_hash(bytes(raw)) == bytes(hashed) for _, _, hashed, raw in there)
    assert all(pc.proven() for pc in pcs)
