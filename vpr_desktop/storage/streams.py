"""Where this PC stands in each stream: cursor, epoch, chain, and whether it is offering all again after a restore."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from vpr_desktop.domain.batches import stream_chain_start
from vpr_desktop.domain.ops import canonical, chain_next
from vpr_desktop.storage import checks
from vpr_desktop.storage.oplog import Connection

ENDED, UNDONE = "ended:", "ending undone:"  # by stream: when it was taken from this PC, and when before
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


def ended(db: Connection) -> frozenset[str]:
    """The streams that the endpoint said it took from this PC, and did not give back."""
    found = db.execute("SELECT k FROM state WHERE k >= ? AND k < ?", (ENDED, f"{ENDED}\U0010ffff"))
    return frozenset(row[0][len(ENDED) :] for row in found)


def note_scope(db: Connection, open_now: Iterable[str], told: Mapping[str, int]) -> dict[str, bool]:
    """Keeps which streams the endpoint says it took from this PC. Returns those of which that is new: whether ended.

    Only what it says of a stream counts: one that it does not know of, such as after a restore, stays as it was. An
    ending that was taken back is never believed again, as an endpoint that was put back may still tell of it.
    """
    moved: dict[str, bool] = {}
    before = ended(db)
    for st in before.intersection(open_now):
        undone = [*_undone(db, st), int(checks.state_text(db, ENDED + st))]
        db.execute(PUT, (UNDONE + st, json.dumps(undone).encode()))
        db.execute("DELETE FROM state WHERE k = ?", (ENDED + st,))
        moved[st] = False
    for st, at in told.items():
        if st not in before and at not in _undone(db, st):
            db.execute(PUT, (ENDED + st, str(at).encode()))
            moved[st] = True
    return moved


def _undone(db: Connection, st: str) -> list[int]:
    held: list[int] = json.loads(checks.state_or(db, UNDONE + st, "[]"))
    return held


def least_head(db: Connection, st: str) -> int:
    """How many ops the endpoint must have numbered, if it is the one that gave this PC its answers."""
    sql = "SELECT coalesce(max(seq), 0) FROM op WHERE st = ? AND seq IS NOT NULL"
    return int(db.execute(sql, (st,)).fetchone()[0])


# Ops that the endpoint has, as it said, and whose numbers are not known.
UNNUMBERED = (
    "FROM op LEFT JOIN outbox ON outbox.op = op.n WHERE op.st = ? AND op.seq IS NULL AND op.batch IS NOT NULL"
    " AND op.raw IS NOT NULL AND outbox.op IS NULL"
)


def misses_numbers(db: Connection, st: str) -> bool:
    """Whether the number of anything that was offered has not come; asked no more once all have, or none will.

    An endpoint that is put back again before they come has less than it said, under a head that tells this PC nothing.
    """
    now = place(db, st)
    if not now.numbering:
        return False
    if db.execute(f"SELECT 1 {UNNUMBERED} LIMIT 1", (st,)).fetchone() is not None:
        return True
    end_numbering(db, st)
    return False


def offer_rest(db: Connection, st: str) -> None:
    """Marks for offer the batches of what has no number."""
    db.execute(f"UPDATE batch SET offer = 1 WHERE n IN (SELECT op.batch {UNNUMBERED})", (st,))


def end_numbering(db: Connection, st: str) -> Place:
    """What has no number by now is put aside at the endpoint: it holds that, as it said when asked once more."""
    now = replace(place(db, st), numbering=False)
    put_place(db, st, now)
    return now


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
    following = "SELECT 1 FROM op WHERE st = ? AND seq = ?"  # while others' ops lie between, each push would read all
    if db.execute(following, (st, now.cursor + 1)).fetchone() is None:
        return False
    sql = "SELECT hash FROM op WHERE st = ? AND seq > ? AND seq <= ? ORDER BY seq"
    hashes = [bytes(row[0]) for row in db.execute(sql, (st, now.cursor, head))]
    if len(hashes) != head - now.cursor or chained(bytes.fromhex(now.chain), hashes).hex() != chain:
        return False
    put_place(db, st, replace(now, cursor=head, chain=chain))
    return True
