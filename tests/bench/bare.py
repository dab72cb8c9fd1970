"""The other side of the floors: a server that checks one signature a batch, inserts the same rows and commits.

POST / takes batches as they go to the endpoint, GET /<name> gives back a file of bytes as it lies. No other check is
made, no request is signed, and nothing is looked up.
"""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from starlette.concurrency import run_in_threadpool

from tests.bench.measure import ROOT
from vpr_desktop.central import serve, tables
from vpr_desktop.central.postgres import OP_COLUMNS

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key()
OP = f"INSERT INTO op (trust, {OP_COLUMNS}) VALUES (1,?,?,?,?,?,?,?,?,?)"
BATCH = (
    "INSERT INTO batch (trust, st, id, dev, inc, no, prev, header, digest, hashes, received_at)"
    " VALUES (1, 1, {0}, {0}, 1, {0}, '', {0}, {0}, {0}, 1)"
)
Row = tuple[Any, ...]


def mark(batch: list[bytes]) -> bytes:
    """The line that stands before a batch in the floor: how many lines follow, and one signature over them."""
    return b"%d %s" % (len(batch), KEY.sign(hashlib.sha256(b"".join(batch)).digest()).hex().encode())


class Store:
    """The endpoint's own tables with nothing around them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seq = 0
        self.insert: Callable[[list[Row], list[Row]], None] = (
            self._postgres() if url.startswith("host=") else self._sqlite()
        )

    def take(self, body: bytes) -> None:
        """Batches one after another, in one transaction."""
        lines = body.split(b"\n")
        ops: list[Row] = []
        batches: list[Row] = []
        at = 0
        while at < len(lines) - 1:
            told, sig = lines[at].split(b" ")
            batch = lines[at + 1 : at + 1 + int(told)]
            PUBLIC.verify(bytes.fromhex(sig.decode()), hashlib.sha256(b"".join(batch)).digest())
            at += 1 + len(batch)
            hashes = []
            for pos, raw in enumerate(batch):
                self.seq += 1
                one, hashed = _id(self.seq), hashlib.sha256(raw).digest()
                hashes.append(hashed)
                ops.append((1, self.seq, one, hashed, raw, len(batches), pos, "incident", one))
            one = _id(self.seq)
            batches.append((one, one, self.seq, lines[at - len(batch) - 1], hashes[0], b"".join(hashes)))
        self.insert(ops, batches)

    def _sqlite(self) -> Callable[[list[Row], list[Row]], None]:
        connection = sqlite3.connect(self.url, check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        for table in (tables.OP, tables.BATCH):
            connection.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
            for index in table.indexes:
                connection.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))

        def insert(ops: list[Row], batches: list[Row]) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(BATCH.format("?"), batches)
            connection.executemany(OP, ops)
            connection.execute("COMMIT")

        return insert

    def _postgres(self) -> Callable[[list[Row], list[Row]], None]:
        from sqlalchemy.dialects import postgresql

        connection = psycopg.connect(self.url)
        for table in (tables.OP, tables.BATCH):
            connection.execute(str(CreateTable(table).compile(dialect=postgresql.dialect())).encode())
            for index in table.indexes:
                connection.execute(str(CreateIndex(index).compile(dialect=postgresql.dialect())).encode())
        connection.commit()

        def insert(ops: list[Row], batches: list[Row]) -> None:
            with connection.cursor() as cursor:
                cursor.executemany(BATCH.format("%s").encode(), batches)
                with cursor.copy(f"COPY op (trust, {OP_COLUMNS}) FROM STDIN (FORMAT BINARY)".encode()) as copy:
                    copy.set_types(["int4", "int4", "int8", "uuid", "bytea", "bytea", "int8", "int2", "varchar",
                                    "uuid"])  # fmt: skip
                    for op in ops:
                        copy.write_row((1, *op[:2], uuid.UUID(op[2]), *op[3:8], uuid.UUID(op[8])))
            connection.commit()

        return insert


def _id(n: int) -> str:
    return f"{n:08x}-0000-7000-8000-{n:012x}"


def application(store: Store, folder: Path) -> Any:
    """The bare server."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        body = bytearray()
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        said = b""
        if scope["method"] == "POST":
            await run_in_threadpool(store.take, bytes(body))
        elif scope["path"] != "/":
            said = (folder / scope["path"][1:]).read_bytes()
        length = str(len(said)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": said})

    return answer


@contextmanager
def running(url: str, folder: Path) -> Iterator[str]:
    """The address of a bare server in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bare", url, str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    """Arguments: a file for SQLite or a connection string for PostgreSQL, and the folder of files to give."""
    listening = serve.listen("127.0.0.1", 0)
    app = application(Store(sys.argv[1]), Path(sys.argv[2]))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none", interface="asgi3")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    print(f"http://127.0.0.1:{listening.getsockname()[1]}/", flush=True)
    uvicorn.Server(config).run(sockets=[listening])


def _end_with_parent() -> None:
    import os

    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
