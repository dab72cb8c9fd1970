"""Many generated requests against the endpoint on both databases, every answer judged, and many altered ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.central.conftest import Central, fill
from tests.central.fuzzing import Fuzzer, plant
from tests.central.postgres_server import PostgresServer
from tests.central.tampering import Tamperer
from vpr_desktop.central import buckets
from vpr_desktop.central.database import Database
from vpr_desktop.domain.identity import stream_id


@dataclass
class Judged:
    """How often each status was given by each database's endpoint, and the first answer that was wrong."""

    statuses: dict[str, Mapping[Any, int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


@contextmanager
def central(url: str) -> Iterator[Central]:
    """A fresh endpoint that nobody's share of requests ends."""
    database = Database(url)
    fill(database)
    database.close()
    full = buckets.FULL, buckets.FULL_BYTES
    buckets.FULL, buckets.FULL_BYTES = 10**12, 10**15
    made = Central(url)
    made.endpoint.buckets = buckets.OwnBuckets()
    try:
        yield made
    finally:
        made.stop()
        buckets.FULL, buckets.FULL_BYTES = full


def run(url: str, requests: int, seed: int = 2) -> dict[int, int]:
    """How often each status was given. Raises AssertionError with the request that was answered wrongly."""
    with central(url) as made:
        pc, birch, other = made.pc(1), made.pc(2, "BIR"), made.pc(3, "CED", org="RX2")
        plant((birch, stream_id("RX1", "BIR")), (other, stream_id("RX2", "CED")))
        fuzzer = Fuzzer(pc, seed)
        for _ in range(requests):
            fuzzer.one()
    return dict(sorted(fuzzer.statuses.items()))


def tamper(url: str, requests: int, seed: int = 2) -> dict[str, int]:
    """How requests were answered that may change nothing. Raises AssertionError where one did."""
    with central(url) as made:
        tamperer = Tamperer(made, made.pc(1), seed)
        tamperer.run(requests)
    return dict(sorted(tamperer.told.items()))


def soak(requests: int, altered: int, seed: int) -> Judged:
    """So many requests to the endpoint on each database."""
    judged = Judged()
    server = PostgresServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for job, count in ((run, requests), (tamper, altered)):
                for url in (f"sqlite:///{Path(folder) / job.__name__}.db", server.url(server.new_database())):
                    name = f"{job.__name__} on {url.split(':')[0]}"
                    try:
                        judged.statuses[name] = job(url, count, seed)
                    except AssertionError as error:
                        judged.wrong.append(f"{name}: {str(error)[:1000]}")
    finally:
        server.stop()
    return judged
