"""A thousand wards on one PostgreSQL and two endpoint processes for a minute: each asks, sends and fetches.

Every ward has a PC that polls once in the minute at a time of its own, sends an entry, and at the end fetches all.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from tests.bench.measure import Bar, timed
from tests.bench.wire import endpoint
from tests.central.pc import Pc
from tests.central.postgres_server import PostgresServer
from tests.central.test_processes import running
from vpr_desktop.central import admin, devices
from vpr_desktop.central.database import Database
from vpr_desktop.domain.batches import join
from vpr_desktop.domain.identity import stream_id

WARDS, SECONDS, HANDS = 1_000, 60.0, 8


class Ward:
    """A PC of a ward of its own, and what it has sent."""

    def __init__(self, n: int, database: Database, http: requests.Session) -> None:
        code = f"W{n:04d}"
        self.st = stream_id("RX1", code)
        self.pc = Pc("", 10_000 + n)
        self.pc.http = http
        self.sent: list[bytes] = []
        admin.add_ward(database, code, f"Practice ward {n}", "RX1")
        with database.write() as session:
            ((stream, trust),) = session.rows("SELECT n, trust FROM stream WHERE id = :id", id=self.st)
            devices.hold(session, trust, self.pc.id, 1)
            session.run("UPDATE device SET state = 'active', letter = 'A' WHERE id = :d", d=self.pc.id)
            devices.add_key(session, trust, self.pc.id, 1, self.pc.public, None, b"", "open")
            session.run("INSERT INTO scope (trust, device, st) VALUES (:t, :d, :st)", t=trust, d=self.pc.id, st=stream)

    def poll(self) -> requests.Response:
        return self.pc.call("GET", "/v1/heads")

    def push(self) -> requests.Response:
        sealed = self.pc.seal(self.pc.op(self.st, set={"description": "made-up words " * 80}), st=self.st)
        self.sent += [line.raw or b"" for line in sealed.lines]
        return self.pc.push_raw(join([sealed]), sealed.header.id, self.st)

    def missed(self) -> bool:
        """Whether a fresh pull does not bring, in order and once, what was sent."""
        return list(self.pc.pull(st=self.st).values()) != self.sent


def many(_: Path) -> list[Bar]:
    """No error and no missed entry; how long the slowest requests took."""
    server = PostgresServer()
    try:
        url = server.url(server.new_database())
        with endpoint(url) as one, running(url, "--public-url", one.address) as two:
            return _minute(one.address, two.address, one.database)
    finally:
        server.stop()


def _minute(one: str, two: str, database: Database) -> list[Bar]:
    took: dict[str, list[float]] = {"poll": [], "push": []}
    wrong: Counter[str] = Counter()
    hands = []
    for hand in range(HANDS):
        http = requests.Session()
        if hand % 2:  # signed for the first address, answered by the second process, as behind a balancer
            http.mount(one, _Elsewhere(two))
        wards = [Ward(n, database, http) for n in range(hand, WARDS, HANDS)]
        for ward in wards:
            ward.pc.url = one
        hands.append(wards)
    threads = [threading.Thread(target=_work, args=(wards, i, took, wrong)) for i, wards in enumerate(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    missed = sum(ward.missed() for wards in hands for ward in wards)
    told = f"of {len(took['poll']) + len(took['push']):,} requests in a minute {dict(wrong)}"
    return [
        Bar("errors with 1,000 wards", sum(wrong.values()), None, 0, "", told),
        Bar("wards that missed an entry", missed, None, 0, ""),
        *(Bar(f"{what} with 1,000 wards, p99", _p99(values), None, None, note=f"median {_p99(values, 0.5):.1f} ms")
          for what, values in took.items()),
    ]  # fmt: skip


class _Elsewhere(requests.adapters.HTTPAdapter):
    """Sends to another process what is signed for the public address."""

    def __init__(self, there: str) -> None:
        super().__init__()
        self.there = there

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:  # noqa: ARG002
        return self.poolmanager.connection_from_url(self.there)


def _work(wards: list[Ward], seed: int, took: dict[str, list[float]], wrong: Counter[str]) -> None:
    """One hand that keeps the times of many wards."""
    choose = random.Random(seed)
    jobs: list[tuple[float, str, Callable[[], requests.Response]]] = []
    for ward in wards:
        jobs.append((choose.uniform(0, SECONDS), "push", ward.push))
        jobs.append((choose.uniform(0, SECONDS), "poll", ward.poll))
    began = time.monotonic()
    for at, what, call in sorted(jobs, key=lambda job: job[0]):
        time.sleep(max(0.0, began + at - time.monotonic()))
        got: list[requests.Response] = []

        def done(call: Callable[[], requests.Response] = call, got: list[requests.Response] = got) -> None:
            got.append(call())

        try:
            took[what].append(timed(done))
        except requests.RequestException as error:
            wrong[type(error).__name__] += 1
            continue
        if got[0].status_code != 200:
            wrong[f"{what} {got[0].status_code}"] += 1


def _p99(values: list[float], share: float = 0.99) -> float:
    return sorted(values)[int(len(values) * share)]
