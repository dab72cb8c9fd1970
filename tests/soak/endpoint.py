"""Many generated requests against the endpoint on both databases, every answer judged."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.central.conftest import Central, fill
from tests.central.fuzzing import Fuzzer, plant
from tests.central.postgres_server import PostgresServer
from vpr_desktop.central import buckets
from vpr_desktop.central.database import Database
from vpr_desktop.domain.identity import stream_id


@dataclass
class Judged:
    """How often each status was given by each database's endpoint, and the first answer that was wrong."""

    statuses: dict[str, dict[int, int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def run(url: str, requests: int, seed: int = 2) -> dict[int, int]:
    """How often each status was given. Raises AssertionError with the request that was answered wrongly."""
    database = Database(url)
    fill(database)
    database.close()
    full, buckets.FULL = buckets.FULL, 10**12
    central = Central(url)
    central.endpoint.buckets = buckets.OwnBuckets()
    pc, birch, other = central.pc(1), central.pc(2, "BIR"), central.pc(3, "CED", org="RX2")
    plant((birch, stream_id("RX1", "BIR")), (other, stream_id("RX2", "CED")))
    fuzzer = Fuzzer(pc, seed)
    try:
        for _ in range(requests):
            fuzzer.one()
    finally:
        central.stop()
        buckets.FULL = full
    return dict(sorted(fuzzer.statuses.items()))


def soak(requests: int, seed: int) -> Judged:
    """So many requests to the endpoint on each database."""
    judged = Judged()
    server = PostgresServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for url in (f"sqlite:///{Path(folder) / 'c.db'}", server.url(server.new_database())):
                name = url.split(":")[0]
                try:
                    judged.statuses[name] = run(url, requests, seed)
                except AssertionError as error:
                    judged.wrong.append(f"{name}: {str(error)[:1000]}")
    finally:
        server.stop()
    return judged
