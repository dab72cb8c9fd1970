"""A hundred thousand generated requests against the endpoint on both databases, every answer judged.

Run by itself: python -m tests.soak.endpoint [requests on each database]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.central.conftest import Central, fill
from tests.central.fuzzing import Fuzzer, plant
from tests.central.postgres_server import PostgresServer
from vpr_desktop.central import buckets
from vpr_desktop.central.database import Database
from vpr_desktop.domain.identity import stream_id


def run(url: str, requests: int) -> dict[int, int]:
    """How often each status was given. Raises AssertionError with the request that was answered wrongly."""
    database = Database(url)
    fill(database)
    database.close()
    buckets.FULL = 10**12
    central = Central(url)
    central.endpoint.buckets = buckets.OwnBuckets()
    pc, birch, other = central.pc(1), central.pc(2, "BIR"), central.pc(3, "CED", org="RX2")
    plant((birch, stream_id("RX1", "BIR")), (other, stream_id("RX2", "CED")))
    fuzzer = Fuzzer(pc, 2)
    try:
        for _ in range(requests):
            fuzzer.one()
    finally:
        central.stop()
    return dict(sorted(fuzzer.statuses.items()))


def main(arguments: list[str]) -> int:
    requests = int(arguments[0]) if arguments else 50_000
    server = PostgresServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for url in (f"sqlite:///{Path(folder) / 'c.db'}", server.url(server.new_database())):
                print(url.split(":")[0], run(url, requests), flush=True)
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
