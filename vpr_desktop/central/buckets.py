"""What one device may send: a bucket of requests and of bytes, refilled by the minute.

On PostgreSQL it lies in a table that every process shares; on SQLite there is one process, and it is kept here.
"""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import Protocol

from vpr_desktop.central.database import Database, Session
from vpr_desktop.central.refusals import Refused
from vpr_desktop.sync import protocol

FULL = protocol.BUCKET_REQUESTS * 1000
FULL_BYTES = protocol.BUCKET_BYTES
REQUESTS_A_MS = protocol.REFILL_REQUESTS / 60  # thousandths of a request
BYTES_A_MS = protocol.REFILL_BYTES / 60_000
MOST_KEPT = 10_000
FULL_AGAIN_MS = int(max(FULL / REQUESTS_A_MS, 2 * FULL_BYTES / BYTES_A_MS))  # by then it says nothing any more
SWEEP_MS = 60_000

TAKE = f"""
INSERT INTO bucket AS b (k, requests, bytes, at) VALUES (:k, {FULL} - 1000 * :requests, {FULL_BYTES} - :bytes, :now)
ON CONFLICT (k) DO UPDATE SET
  requests = LEAST({FULL}, b.requests + GREATEST(0, :now - b.at) * {REQUESTS_A_MS})::bigint - 1000 * :requests,
  bytes = LEAST({FULL_BYTES}, b.bytes + GREATEST(0, :now - b.at) * {BYTES_A_MS})::bigint - :bytes,
  at = GREATEST(b.at, :now)
WHERE LEAST({FULL}, b.requests + GREATEST(0, :now - b.at) * {REQUESTS_A_MS}) >= 1000 * :requests
  AND LEAST({FULL_BYTES}, b.bytes + GREATEST(0, :now - b.at) * {BYTES_A_MS}) >= 0
RETURNING 1
"""
SWEEP = "DELETE FROM bucket WHERE k IN (SELECT k FROM bucket WHERE at < :old FOR UPDATE SKIP LOCKED)"


class Buckets(Protocol):
    """Takes from a device's bucket, within a transaction where one is given. Raises Refused where it is empty."""

    def take(self, key: str, requests: int, size: int, now_ms: int, session: Session | None = None) -> None: ...


class SharedBuckets:
    """In the database. Once a minute those that are full again are swept out."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._swept = 0

    def take(self, key: str, requests: int, size: int, now_ms: int, session: Session | None = None) -> None:
        """Takes requests and bytes; bytes may go below nothing once, and then have to be filled up again."""
        with nullcontext(session) if session else self.database.write() as within:
            asked = {"k": key, "requests": requests, "bytes": size, "now": now_ms}
            _, taken = within.together(("SET LOCAL synchronous_commit = off", {}), (TAKE, asked))
            if now_ms - self._swept >= SWEEP_MS:
                self._swept = now_ms
                within.together((SWEEP, {"old": now_ms - FULL_AGAIN_MS}))
        if not taken and requests:
            raise Refused("too-many", retry_after=_wait(1))


class OwnBuckets:
    """In this one process."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[float, float, int]] = {}
        self._lock = threading.Lock()

    def take(self, key: str, requests: int, size: int, now_ms: int, session: Session | None = None) -> None:  # noqa: ARG002
        """As SharedBuckets.take."""
        with self._lock:
            if len(self._held) > MOST_KEPT:
                self._held.clear()
            left, bytes_left, at = self._held.get(key, (float(FULL), float(FULL_BYTES), now_ms))
            passed = max(0, now_ms - at)
            left = min(FULL, left + passed * REQUESTS_A_MS)
            bytes_left = min(FULL_BYTES, bytes_left + passed * BYTES_A_MS)
            if left < 1000 * requests or (bytes_left < 0 and requests):
                raise Refused("too-many", retry_after=_wait(1))
            self._held[key] = (left - 1000 * requests, bytes_left - size, max(at, now_ms))


def _wait(requests: int) -> int:
    """Seconds until so many requests are there again, at least."""
    return max(1, round(requests * 60 / protocol.REFILL_REQUESTS))
