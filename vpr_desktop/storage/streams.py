"""Where this PC stands in each stream: cursor, epoch, chain, and whether it is offering all again after a restore."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from vpr_desktop.domain.batches import stream_chain_start
from vpr_desktop.domain.ops import canonical, chain_next
from vpr_desktop.storage.oplog import Connection

PUT = "INSERT INTO state VALUES (?,?) ON CONFLICT(k) DO UPDATE SET v=excluded.v"


@dataclass(frozen=True, slots=True)
class Place:
    """All ops up to number `cursor` are in this file; `chain` is the stream's chain there. `offering`: see 4.4.

    `numbering`: all was offered, and what the endpoint said it holds has not all got its number back yet.
    """

    cursor: int
    epoch: str
    chain: str
    offering: bool = False
    numbering: bool = False


def place(db: Connection, st: str) -> Place:
    """Where this PC stands; at the beginning where it never pulled."""
    row = db.execute("SELECT v FROM state WHERE k = ?", (f"place:{st}",)).fetchone()
    if row is None:
        return Place(0, "", stream_chain_start(st).hex())
    return Place(**json.loads(bytes(row[0])))


def put_place(db: Connection, st: str, held: Place) -> None:
    """Keeps where this PC stands, in the caller's transaction: cursor and ops move together or not at all (I7)."""
    db.execute(PUT, (f"place:{st}", canonical(asdict(held))))


def least_head(db: Connection, st: str) -> int:
    """How many ops the endpoint must have numbered, if it is the one that gave this PC its answers.

    The largest number given here, or after an offer, whose numbers come back with the pull, as many as it said it
    holds: an endpoint that is put back again in between has fewer, under a head from which this PC can tell nothing.
    """
    sql = "SELECT coalesce(max(seq), 0) FROM op WHERE st = ? AND seq IS NOT NULL"
    largest = int(db.execute(sql, (st,)).fetchone()[0])
    now = place(db, st)
    if not now.numbering:
        return largest
    left = _unnumbered(db, st)
    if not left:
        put_place(db, st, replace(now, numbering=False))
    return max(largest, now.cursor + left)


def _unnumbered(db: Connection, st: str) -> int:
    """Ops that the endpoint has, as it said, and whose numbers are not known."""
    sql = (
        "SELECT count(*) FROM op LEFT JOIN outbox ON outbox.op = op.n WHERE op.st = ? AND op.seq IS NULL"
        " AND op.batch IS NOT NULL AND op.raw IS NOT NULL AND outbox.op IS NULL"
    )
    return int(db.execute(sql, (st,)).fetchone()[0])


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
    put_place(db, st, replace(now, cursor=head, chain=chain))
    return True
