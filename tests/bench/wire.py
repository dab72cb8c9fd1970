"""The bars of sync: push, pull and everyday exchange, each beside the same bytes and rows moved with no checks.

The floor of a push: the ops read from one encrypted file, sent in one request, one signature checked a batch, the
same rows inserted by a bare server in one transaction, and numbers, batches and outbox written back in one more.
The floor of a pull: the same pages fetched as files, one signature checked a batch, and the very rows of the product
inserted, with one commit a page. Both with the product's own tables, indexes and pragmas.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.bench import bare, offline
from tests.bench.made import FAST, PASSPHRASE
from tests.bench.measure import Bar
from tests.central.conftest import fill
from tests.central.postgres_server import PostgresServer
from tests.central.test_processes import running
from tests.factories import first_run
from vpr_desktop import bootstrap
from vpr_desktop.bootstrap import SystemClock
from vpr_desktop.central import admin
from vpr_desktop.central.database import Database
from vpr_desktop.services import enrolment, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.sync import cycles, events, protocol
from vpr_desktop.sync.lane import Outcome
from vpr_desktop.sync.runner import Runner

OPS, IN_BATCH, IN_PAGE = 10_000, 500, 2_000
ROUNDS = 3
DATABASES = ("SQLite", "PostgreSQL")
SAID = bytes(32)
SIGNED = bare.KEY.sign(SAID)


@dataclass(slots=True)
class Told:
    """What one cycle took: until the records could be read, and to its end; requests, and their kinds."""

    ready: float
    whole: float
    outcome: Outcome


class Timed(Runner):
    """A runner that notes when all was stored and only what may follow was left; that it does where it is `whole`."""

    def __init__(self, *given: Any, whole: bool = True) -> None:
        super().__init__(*given)
        self.ready = 0.0
        self.whole = whole

    def _do(self, effect: Any) -> Any:
        if isinstance(effect, events.CatchUp):
            self.ready = time.perf_counter()
            if not self.whole:
                return events.CaughtUp(self.monotonic(), self.chance())
        return super()._do(effect)


def cycle(ctx: Context, *, whole: bool = True, share: bool = False) -> Told:
    """One cycle of a PC, timed from its first request; worklist and search are left out where it is not `whole`.

    With `share` it may end early because the PC has sent its share of a minute.
    """
    url = enrolment.address(ctx)
    assert url is not None
    began = time.perf_counter()
    client = bootstrap.connect(ctx, url)
    chance = random.Random(1).random
    made = Timed(enrolment.InUnit(ctx), client, ctx.clock.now, ctx.clock.monotonic, chance, whole=whole)
    outcome = cycles.cycle(made)
    client.close()
    ended = time.perf_counter()
    assert outcome.refused is None or (share and outcome.refused.kind == "too-many"), outcome.refused
    return Told((made.ready - began) * 1000, (ended - began) * 1000, outcome)


@dataclass(slots=True)
class Endpoint:
    """A real endpoint process, and its administrator's hand."""

    address: str
    database: Database

    def code(self) -> str:
        return str(admin.add_code(self.database, ("CED",), "RX1")["code"])


@contextmanager
def endpoint(url: str) -> Iterator[Endpoint]:
    """A fresh endpoint over this database, in a process of its own."""
    database = Database(url)
    fill(database)
    with running(url) as process:
        yield Endpoint(process.address, database)
    database.close()


def wire(tmp: Path) -> list[Bar]:
    """Push and fresh pull of 10,000 on both databases."""
    server = PostgresServer(durable=True)  # for floor and product alike
    try:
        return [bar for name in DATABASES for bar in _both(name, tmp / name, offline.ready(OPS), server)]
    finally:
        server.stop()


def _both(name: str, tmp: Path, pc: Path, server: PostgresServer) -> list[Bar]:
    found: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        folder = tmp / str(turn)
        folder.mkdir(parents=True)
        _round(name, folder, pc, server, found)
        shutil.rmtree(folder)
    return [
        beside(f"push of {OPS:,}, {name}", found["push"], found["push floor"], 2.0),
        beside(f"fresh pull of {OPS:,}, {name}", found["pull"], found["pull floor"], 2.5),
        Bar(f"worklist and search after it, {name}", statistics.median(found["after"]), None, None),
    ]


def beside(name: str, measured: list[float], floors: list[float], times: float) -> Bar:
    """A bar over rounds, each beside the floor of its own round, and by how much the rounds differ."""
    took, floor = statistics.median(measured), statistics.median(floors)
    each = ", ".join(f"{one / beneath:.2f}" for one, beneath in zip(measured, floors, strict=True))
    return Bar(name, took, floor, times * floor, note=f"{took / floor:.2f} x the floor; by round {each}")


def _round(name: str, tmp: Path, pc: Path, server: PostgresServer, found: dict[str, list[float]]) -> None:
    sqlite = name == "SQLite"
    there = f"{tmp}/floor.db" if sqlite else server.dsn(server.new_database())
    with bare.running(there, tmp) as address, offline.unlocked(offline.copied(pc, tmp / "bare")) as ctx:
        found.setdefault("push floor", []).append(push_floor(ctx, address))
    url = f"sqlite:///{tmp}/c.db" if sqlite else server.url(server.new_database())
    with endpoint(url) as there_too:
        with offline.joined(offline.copied(pc, tmp / "one"), there_too.address, there_too.code()) as one:
            told = cycle(one, whole=False)
            assert told.outcome.pushed >= OPS, told.outcome
            found.setdefault("push", []).append(told.ready)
        with offline.joined(tmp / "two", there_too.address, there_too.code()) as two:
            pages = Pages(two, tmp)
            first = "after" not in found  # once is enough of what takes long and has no floor
            told = cycle(two, whole=first)
            assert told.outcome.pulled >= OPS, told.outcome
            found.setdefault("pull", []).append(told.ready)
            if first:
                found["after"] = [told.whole - told.ready]
            pages.keep(two)
    with bare.running(there + "x" if sqlite else server.dsn(server.new_database()), tmp) as address:
        found.setdefault("pull floor", []).append(pages.floor(tmp / "three", address))


def push_floor(ctx: Context, address: str) -> float:
    """Milliseconds from the encrypted outbox to a bare server and back, in one request."""
    db, http = ctx.store.db, requests.Session()
    http.get(address, timeout=60)
    began = time.perf_counter()
    held = db.execute("SELECT op.n, raw FROM op JOIN outbox ON outbox.op = op.n ORDER BY op.n").fetchall()
    batches = [held[at : at + IN_BATCH] for at in range(0, len(held), IN_BATCH)]
    lines: list[bytes] = []
    for batch in batches:
        raws = [raw for _, raw in batch]
        lines += [bare.mark(raws), *raws]
    assert http.post(address, data=b"\n".join([*lines, b""]), timeout=600).status_code == 200
    db.execute("BEGIN IMMEDIATE")
    first = db.execute("SELECT coalesce(max(n), 0) FROM batch").fetchone()[0] + 1
    rows = [
        (f"{n:032x}", "s", "d", 1, n, b"d", b"h", b"".join(hashlib.sha256(raw).digest() for _, raw in batch))
        for n, batch in enumerate(batches, first)
    ]
    db.executemany(
        'INSERT INTO batch (id, st, dev, inc, "no", digest, header, hashes, offer) VALUES (?,?,?,?,?,?,?,?,0)', rows
    )
    numbered = [(n, first + at // IN_BATCH, n) for at, (n, _) in enumerate(held)]
    db.executemany("UPDATE op SET seq = ?, batch = ? WHERE n = ?", numbered)
    db.executemany("DELETE FROM outbox WHERE op = ?", [(n,) for n, _ in held])
    db.execute("COMMIT")
    return (time.perf_counter() - began) * 1000


class Pages:
    """What a pull brought: its pages as files, and the rows they became, for the floor to write again."""

    def __init__(self, ctx: Context, folder: Path) -> None:
        self.folder, self.count, self.before = folder, 0, self._ends(ctx)
        self.rows: dict[str, list[tuple[Any, ...]]] = {}

    @staticmethod
    def _ends(ctx: Context) -> dict[str, int]:
        tables = ("op", "batch", "incident")
        return {t: ctx.store.db.execute(f"SELECT coalesce(max(n), 0) FROM {t}").fetchone()[0] for t in tables}

    def keep(self, ctx: Context) -> None:
        """Fetches the same pages once more, as files, and reads the rows they became."""
        client = bootstrap.connect(ctx, str(enrolment.address(ctx)))
        after = 0
        while True:
            body = client.pull(ctx.ward_id, after)
            head, _ = protocol.split_page(body)
            (self.folder / f"page{self.count}").write_bytes(body)
            self.count, after = self.count + 1, head.last
            if head.last == head.head:
                break
        client.close()
        for table, end in self.before.items():
            self.rows[table] = ctx.store.db.execute(f"SELECT * FROM {table} WHERE n > ? ORDER BY n", (end,)).fetchall()

    def floor(self, home: Path, address: str) -> float:
        """Milliseconds to fetch them from a bare server and to write the same rows, a commit a page."""
        ctx, _ = sessions.first_run(home, first_run(passphrase=PASSPHRASE), SystemClock(), FAST)
        db, http = ctx.store.db, requests.Session()
        db.execute("PRAGMA foreign_keys = OFF")
        http.get(address, timeout=60)
        sql = {
            t: f"INSERT OR REPLACE INTO {t} VALUES ({','.join('?' * len(rows[0]))})" for t, rows in self.rows.items()
        }
        began = time.perf_counter()
        for page in range(self.count):
            lines = http.get(f"{address}page{page}", timeout=60).content.split(b"\n")
            for _ in range(sum(line.startswith(b'{"b":') for line in lines)):
                bare.PUBLIC.verify(SIGNED, SAID)
            db.execute("BEGIN IMMEDIATE")
            for table in ("batch", "op", "incident"):
                rows = self.rows[table]
                share = -(-len(rows) // self.count)
                db.executemany(sql[table], rows[page * share : (page + 1) * share])
            db.execute("COMMIT")
        took = (time.perf_counter() - began) * 1000
        sessions.lock(ctx)
        return took
