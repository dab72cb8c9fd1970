"""Where this PC stands in each stream: cursor, epoch, chain, and whether it is offering all again after a restore."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from vpr_desktop.domain.batches import stream_chain_start
from vpr_desktop.domain.ops import canonical, chain_next
from vpr_desktop.storage.oplog import Connection

PUT = "INSERT INTO state VALUES (?,?) ON CONFLICT(k) DO UPDATE SET v=excluded.v"


@dataclass(frozen=True, slots=True)
class Place:
    """All ops up to number `cursor` are in this file; `chain` is the stream's chain there. `offering`: see 4.4."""

    cursor: int
    epoch: str
    chain: str
    offering: bool = False


def place(db: Connection, st: str) -> Place:
    """Where this PC stands; at the beginning where it never pulled."""
    row = db.execute("SELECT v FROM state WHERE k = ?", (f"place:{st}",)).fetchone()
    if row is None:
        return Place(0, "", stream_chain_start(st).hex())
    return Place(**json.loads(bytes(row[0])))


def put_place(db: Connection, st: str, held: Place) -> None:
    """Keeps where this PC stands, in the caller's transaction: cursor and ops move together or not at all (I7)."""
    db.execute(PUT, (f"place:{st}", canonical(asdict(held))))


def highest(db: Connection, st: str) -> int:
    """The largest number that any op of a stream has here; 0 for none."""
    return int(db.execute("SELECT coalesce(max(seq), 0) FROM op WHERE st = ? AND seq IS NOT NULL", (st,)).fetchone()[0])


def chained(link: bytes, hashes: Iterable[bytes]) -> bytes:
    """A stream's chain after these ops."""
    for hashed in hashes:
        link = chain_next(link, hashed)
    return link


def advance(db: Connection, st: str, head: int, chain: str) -> bool:
    """Moves the cursor to `head` without a pull where all ops up to it are held and give the endpoint's chain.

    So a PC never fetches back what it just sent. Within the caller's transaction.
    """
    now = place(db, st)
    if now.offering or head <= now.cursor:
        return False
    sql = "SELECT hash FROM op WHERE st = ? AND seq > ? AND seq <= ? ORDER BY seq"
    hashes = [bytes(row[0]) for row in db.execute(sql, (st, now.cursor, head))]
    if len(hashes) != head - now.cursor or chained(bytes.fromhex(now.chain), hashes).hex() != chain:
        return False
    put_place(db, st, Place(head, now.epoch, chain))
    return True
