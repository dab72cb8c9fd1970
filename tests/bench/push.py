"""The bar of the push: 10,000 entries of 1.5 KB against a bare server with one bulk insert, on both databases."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import requests
import uvicorn
from starlette.concurrency import run_in_threadpool

from tests.bench.measure import Bar, in_turn, timed
from tests.central.conftest import Central, fill
from tests.central.postgres_server import PostgresServer
from vpr_desktop.central import serve
from vpr_desktop.central.database import Database
from vpr_desktop.domain.batches import Batch, join

OPS, IN_BATCH, TEXT = 10_000, 500, 1_100
ROUNDS = 3


def push(tmp: Path) -> list[Bar]:
    """Push on SQLite and on PostgreSQL, each in turn with its floor."""
    server = PostgresServer()
    try:
        urls = {"SQLite": f"sqlite:///{tmp}/c.db", "PostgreSQL": server.url(server.new_database())}
        return [_bar(name, url, tmp, server) for name, url in urls.items()]
    finally:
        server.stop()


def _bar(name: str, url: str, tmp: Path, server: PostgresServer) -> Bar:
    database = Database(url)
    fill(database)
    database.close()
    central = Central(url)
    pc = central.pc(1)
    pc.http.get(central.address + "/health")
    floor = Bare(_sqlite_floor(tmp / "floor.db") if name == "SQLite" else _postgres_floor(server))

    def batches() -> list[Batch]:
        words = {"description": "made-up words " * (TEXT // 14)}
        return [pc.seal(*(pc.op(set=words) for _ in range(IN_BATCH))) for _ in range(OPS // IN_BATCH)]

    def ours() -> float:
        bodies = [(join([one]), one.header.id) for one in batches()]
        return timed(lambda: [_ok(pc.push_raw(body, key)) for body, key in bodies])

    def bare() -> float:
        body = b"".join(join([one]) for one in batches())
        return timed(lambda: _ok(floor.http.post(floor.address, data=body, timeout=60)))

    try:
        found = in_turn({"floor": bare, "push": ours}, ROUNDS)
    finally:
        floor.stop()
        central.stop()
    note = f"{found['push'] / found['floor']:.2f} x the floor"
    return Bar(f"push of {OPS:,} entries, {name}", found["push"], found["floor"], 2 * found["floor"], note=note)


def _ok(got: requests.Response) -> None:
    assert got.status_code == 200, got.text


def _sqlite_floor(path: Path) -> Callable[[list[bytes]], None]:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE bulk (n INTEGER PRIMARY KEY, raw BLOB)")

    def insert(lines: list[bytes]) -> None:
        connection.executemany("INSERT INTO bulk (raw) VALUES (?)", [(line,) for line in lines])
        connection.commit()

    return insert


def _postgres_floor(server: PostgresServer) -> Callable[[list[bytes]], None]:
    connection = psycopg.connect(server.dsn(server.new_database()))
    connection.execute("CREATE TABLE bulk (n bigserial PRIMARY KEY, raw bytea)")
    connection.commit()

    def insert(lines: list[bytes]) -> None:
        with connection.cursor() as cursor, cursor.copy("COPY bulk (raw) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["bytea"])
            for line in lines:
                copy.write_row((line,))
        connection.commit()

    return insert


class Bare:
    """A server that reads a body, inserts its lines in bulk and commits: no checks at all."""

    def __init__(self, insert: Callable[[list[bytes]], None]) -> None:
        self.insert = insert
        self.http = requests.Session()
        self.listening = serve.listen("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}/"
        config = uvicorn.Config(
            self._answer, log_config=None, access_log=False, lifespan="off", ws="none", interface="asgi3"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listening]}, daemon=True)
        self.thread.start()

    async def _answer(self, _scope: Any, receive: Any, send: Any) -> None:
        body = bytearray()
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        await run_in_threadpool(lambda: self.insert(bytes(body).split(b"\n")))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.listening.close()
