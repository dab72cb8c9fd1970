"""Real endpoint processes over one PostgreSQL: nothing a reader misses, nothing numbered twice, whatever is killed."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.central.conftest import fill
from tests.central.pc import Pc
from tests.central.postgres_server import PostgresServer
from tests.sealing import STREAM
from vpr_desktop.central import admin
from vpr_desktop.central.buckets import SharedBuckets
from vpr_desktop.central.database import Database

WRITERS = 8
BATCHES = 12


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Process:
    """`vpr central serve` as IT runs it."""

    def __init__(self, url: str, *more: str) -> None:
        command = [sys.executable, "-m", "vpr_desktop.cli.main", "central", "serve", "--port", "0", "--json"]
        # A pipe that nobody reads would in the end hold up the endpoint, so the log goes to a file.
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.process = subprocess.Popen(
            [*command, "--database", url, *more], stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL,
            text=True, preexec_fn=die_with_parent, env=dict(os.environ),
        )  # fmt: skip
        assert self.process.stdout is not None
        told = ""
        while not told.rstrip().endswith("}"):
            line = self.process.stdout.readline()
            assert line, f"ended with {self.process.wait(10)}: {told}{self.said()}"
            told += line
        self.address = f"http://127.0.0.1:{json.loads(told)['port']}"

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=40)
        self.errors = self.said()
        self.log.close()
        return self.process.returncode

    def said(self) -> str:
        """The log so far."""
        self.log.seek(0)
        return self.log.read()


@contextmanager
def running(url: str, *more: str) -> Iterator[Process]:
    made = Process(url, *more)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.end(signal.SIGKILL)


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[Database]:
    made = Database(postgres_server.url(postgres_server.new_database()))
    fill(made)
    yield made
    made.close()


def join_ward(database: Database, address: str, seed: int) -> Pc:
    made = Pc(address, seed)
    assert made.enrol(admin.add_code(database, ["CED"], "RX1")["code"]).status_code == 200
    return made


def until_taken(pc: Pc, addresses: list[str], sealed: Any) -> Any:
    """Sends a batch as the app does: again and again, at whatever process answers."""
    for turn in range(200):
        pc.url = addresses[turn % len(addresses)]
        try:
            return pc.push(sealed)
        except (requests.ConnectionError, requests.Timeout, AssertionError):
            threading.Event().wait(0.05)
    raise AssertionError("never taken")


def test_I3_a_reader_misses_nothing_with_eight_writers_and_a_killed_process(database: Database) -> None:
    with running(database.url) as one, running(database.url) as two:
        addresses = [one.address, two.address]
        writers = [join_ward(database, addresses[n % 2], n + 1) for n in range(WRITERS)]
        reader = join_ward(database, two.address, 99)
        sent: list[bytes] = []
        over = threading.Event()
        seen: dict[int, bytes] = {}

        def write(pc: Pc) -> None:
            for _ in range(BATCHES):
                sealed = pc.seal(pc.op(), pc.op())
                until_taken(pc, addresses, sealed)
                sent.extend(line.raw or b"" for line in sealed.lines)

        def read() -> None:
            after = 0
            while True:
                ending = over.is_set()
                head, page = reader.page(after)
                numbers = [line.raw for batch in page for line in batch.lines if line.raw is not None]
                seen.update(zip(range(after + 1, head.last + 1), (raw or b"" for raw in numbers), strict=True))
                after = head.last
                if ending and after == head.head:
                    return

        threads = [threading.Thread(target=write, args=(pc,)) for pc in writers]
        watching = threading.Thread(target=read)
        for thread in (*threads, watching):
            thread.start()
        while len(sent) < WRITERS * BATCHES // 2:
            over.wait(0.01)
        one.end(signal.SIGKILL)  # in the middle of whatever it did
        for thread in threads:
            thread.join(120)
        over.set()
        watching.join(60)
        assert len(sent) == WRITERS * BATCHES * 2
        assert sorted(seen) == list(range(1, len(sent) + 1))
        assert sorted(seen.values()) == sorted(sent)
        with database.read() as session:
            assert session.one("SELECT count(*), count(DISTINCT seq), max(seq) FROM op") == (len(sent),) * 3


def test_I29_a_withdrawal_holds_on_every_process_and_each_stops_gracefully(database: Database) -> None:
    with running(database.url) as one, running(database.url) as two:
        pc = join_ward(database, one.address, 1)
        for address in (one.address, two.address):
            pc.url = address
            assert pc.heads()[STREAM]["head"] == 0
        admin.revoke(database, pc.id)
        for address in (one.address, two.address):
            pc.url = address
            assert pc.call("GET", "/v1/heads").json()["type"] == "device-revoked"
        assert [one.end(), two.end()] == [0, 0]
        events = [json.loads(line) for line in one.errors.splitlines()]
        assert [events[0]["event"], events[-1]["event"]] == ["start", "stop"]
        assert one.address.endswith(f":{events[0]['port']}")
        assert {"request"} == {event["event"] for event in events[1:-1]}


def test_I28_a_request_replayed_at_another_process_is_refused(database: Database) -> None:
    with running(database.url) as one:
        pc = join_ward(database, one.address, 1)
        sealed = pc.seal(pc.op())
        made = pc.signed("POST", f"/v1/streams/{STREAM}/ops", _body(sealed), key=sealed.header.id)
        assert pc.send(made).status_code == 200
        assert one.end(signal.SIGKILL) == -signal.SIGKILL
    port = int(one.address.rsplit(":", 1)[1])
    command = ["central", "serve", "--database", database.url, "--port", str(port), "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "vpr_desktop.cli.main", *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, preexec_fn=die_with_parent,
    ) as again:  # fmt: skip
        assert again.stdout is not None
        while not again.stdout.readline().startswith("}"):
            assert again.poll() is None
        assert pc.send(made).json()["type"] == "replayed"
        again.terminate()


def test_I30_a_share_used_up_at_one_process_is_used_up_at_the_other(database: Database) -> None:
    with running(database.url) as one, running(database.url) as two:
        pc = join_ward(database, one.address, 1)
        SharedBuckets(database).take(pc.id, 990, 0, int(time.time() * 1000))
        told = []
        for address in [one.address, two.address] * 20:
            pc.url = address
            told.append(pc.call("GET", "/v1/heads").status_code)
        assert told[0] == 200
        assert told[-2:] == [429, 429]


def _body(sealed: Any) -> bytes:
    from vpr_desktop.domain.batches import join

    return join([sealed])
