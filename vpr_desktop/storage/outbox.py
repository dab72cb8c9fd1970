"""What leaves this PC: seal a batch, say its bytes, take the answers, offer all again after a restore.

Every function runs in the transaction its caller holds. No op is ever dropped from the outbox but with the
endpoint's number: what it refused or put aside stays listed (invariants I10, I11). Nothing here talks to a network.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from vpr_desktop.domain import batches
from vpr_desktop.domain.batches import Batch, Header, Line
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.storage.oplog import Connection

PENDING, SEALED, REVIEW, REFUSED, TOO_LARGE = "PENDING", "SEALED", "NEEDS_REVIEW", "REFUSED", "TOO_LARGE"
NEEDS_YOU = (REVIEW, REFUSED, TOO_LARGE)
OFFERED, HASH = 1, 32
AT_ONCE = 2  # sealed batches of a stream that wait for their answer
OPS_OF_BATCH = "SELECT n FROM op WHERE batch = ? UNION SELECT op FROM outbox WHERE batch = ?"


@dataclass(frozen=True, slots=True)
class Answer:
    """How the endpoint holds one line of a batch: its number, if any, the status, and the kind of a problem."""

    position: int
    seq: int | None
    status: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one stream has to send: batches sealed and not answered, ops not sealed yet, those held back by undo."""

    sealed: tuple[int, ...]
    pending: int
    held_back: int


def streams(db: Connection) -> list[str]:
    """Streams with anything that wants to leave."""
    sql = "SELECT DISTINCT st FROM outbox WHERE state IN (?, ?) ORDER BY st"
    found = [row[0] for row in db.execute(sql, (PENDING, SEALED))]
    offered = [row[0] for row in db.execute("SELECT DISTINCT st FROM batch WHERE offer > 0")]
    return list(dict.fromkeys([*found, *offered]))


def waits(db: Connection, st: str) -> bool:
    """Whether anything of a stream wants to leave."""
    sql = "SELECT 1 FROM outbox WHERE st = ? AND state IN (?, ?) LIMIT 1"
    return db.execute(sql, (st, PENDING, SEALED)).fetchone() is not None


def waiting(db: Connection, st: str, monotonic: float) -> Waiting:
    """What waits in a stream at this monotonic second."""
    counted = (
        "SELECT count(*) FILTER (WHERE not_before IS NULL OR not_before <= :now),"
        " count(*) FILTER (WHERE not_before > :now) FROM outbox WHERE st = :st AND state = :state"
    )
    ready, held_back = db.execute(counted, {"now": monotonic, "st": st, "state": PENDING}).fetchone()
    return Waiting(unanswered_batches(db, st), ready, held_back)


def unanswered_batches(db: Connection, st: str) -> tuple[int, ...]:
    """The batches of a stream that were sealed and wait for their answer, by local number."""
    sql = "SELECT DISTINCT batch FROM outbox WHERE batch IS NOT NULL AND st = ? AND state = ? ORDER BY batch"
    return tuple(row[0] for row in db.execute(sql, (st, SEALED)))


def next_no(db: Connection, st: str, dev: str, incarnation: int) -> tuple[batches.No, str]:
    """The number of this PC's next batch of a stream, and what names the one before it."""
    sql = 'SELECT "no", header, digest FROM batch WHERE dev = ? AND st = ? AND inc = ? ORDER BY "no" DESC LIMIT 1'
    row = db.execute(sql, (dev, st, incarnation)).fetchone()
    if row is None:
        return (incarnation, 1), ""
    header, _, _ = batches.read_header(bytes(row[1]))
    return (incarnation, row[0] + 1), batches.link(header, bytes(row[2]))


def seal(
    db: Connection,
    st: str,
    *,
    new_id: Callable[[], str],
    dev: str,
    incarnation: int,
    sign: Callable[[bytes], bytes],
    monotonic: float,
    most: int = batches.MOST_OPS,
) -> tuple[int, ...]:
    """The batches that go next, by local number: one to be sent, and one that can follow while it is answered.

    What is ready is sealed as far as fewer wait for their answer. A sealed batch never changes: what is saved later
    goes into the next one, a retry has the same bytes.
    """
    waiting = list(unanswered_batches(db, st)[:AT_ONCE])
    while len(waiting) < AT_ONCE:
        n = seal_ready(
            db, st, batch_id=new_id(), dev=dev, incarnation=incarnation, sign=sign, monotonic=monotonic, most=most
        )
        if n is None:
            break
        waiting.append(n)
    return tuple(waiting)


def seal_ready(
    db: Connection,
    st: str,
    *,
    batch_id: str,
    dev: str,
    incarnation: int,
    sign: Callable[[bytes], bytes],
    monotonic: float,
    most: int = batches.MOST_OPS,
) -> int | None:
    """Seals one batch of what is ready, whatever waits for its answer; None where nothing is."""
    chosen = _ready(db, st, monotonic, most)
    if not chosen:
        return None
    no, prev = next_no(db, st, dev, incarnation)
    made = batches.seal(batch_id, dev, st, no, prev, [raw for _, raw in chosen], sign)
    n = insert_batch(db, made)
    # The op itself is told of its batch with the answer: writing so wide a row twice is what a push would wait for.
    db.executemany("UPDATE outbox SET state = ?, batch = ? WHERE op = ?", [(SEALED, n, op) for op, _ in chosen])
    return n


def _ready(db: Connection, st: str, monotonic: float, most: int) -> list[tuple[int, bytes]]:
    sql = (
        "SELECT op.n, op.raw FROM outbox CROSS JOIN op ON op.n = outbox.op WHERE outbox.st = ? AND state = ?"
        " AND (not_before IS NULL OR not_before <= ?) ORDER BY outbox.op LIMIT ?"
    )
    chosen: list[tuple[int, bytes]] = []
    size = 0
    for n, raw in db.execute(sql, (st, PENDING, monotonic, most)):
        size += len(raw)
        if chosen and size > batches.MOST_RAW:
            break
        chosen.append((n, bytes(raw)))
    return chosen


def insert_batch(db: Connection, batch: Batch) -> int:
    """Keeps a batch's header and hashes, which every holder keeps for good (I2). Returns its local number."""
    return insert_batches(db, [batch])[batch.header.id]


def insert_batches(db: Connection, made: Sequence[Batch]) -> dict[str, int]:
    """Keeps many batches. Returns their local numbers by id."""
    first = int(db.execute("SELECT coalesce(max(n), 0) + 1 FROM batch").fetchone()[0]) if made else 0
    rows = []
    for n, batch in enumerate(made, first):
        header, hashes = batch.header, batch.hashes
        rows.append(
            (n, header.id, header.st, header.dev, *header.no, batches.digest(header, hashes),
             batches.header_line(header), b"".join(hashes), 0)
        )  # fmt: skip
    sql = 'INSERT INTO batch (n, id, st, dev, inc, "no", digest, header, hashes, offer) VALUES (?,?,?,?,?,?,?,?,?,?)'
    db.executemany(sql, rows)
    return {row[1]: row[0] for row in rows}


def held_batch(db: Connection, n: int, *, carry: Iterable[int] | None = None, an: Any = None, pk: Any = None) -> Batch:
    """A batch as it is delivered: lines in `carry` (all if None) with their bytes where held, the rest as hashes."""
    header_line, hashes = db.execute("SELECT header, hashes FROM batch WHERE n = ?", (n,)).fetchone()
    header: Header = batches.read_header(bytes(header_line))[0]
    sql = f"SELECT hash, raw FROM op WHERE n IN ({OPS_OF_BATCH})"
    raws = {bytes(h): bytes(raw) for h, raw in db.execute(sql, (n, n)) if raw}
    wanted = None if carry is None else set(carry)
    lines = tuple(
        Line(hashed, raws.get(hashed) if wanted is None or place in wanted else None)
        for place, hashed in enumerate(_cut(bytes(hashes)))
    )
    return Batch(header, lines, pk=pk, an=an)


def hashes_of(db: Connection, n: int) -> list[bytes]:
    """The hashes of a batch, in the order of its lines."""
    (hashes,) = db.execute("SELECT hashes FROM batch WHERE n = ?", (n,)).fetchone()
    return _cut(bytes(hashes))


def id_of(db: Connection, n: int) -> str:
    """The identity of a batch, as everybody knows it."""
    (known,) = db.execute("SELECT id FROM batch WHERE n = ?", (n,)).fetchone()
    return str(known)


def _cut(hashes: bytes) -> list[bytes]:
    return [hashes[i : i + HASH] for i in range(0, len(hashes), HASH)]


def numbers_held(db: Connection, n: int) -> list[tuple[int, bytes]]:
    """The numbers under which ops of a batch are held already, with their hashes."""
    rows = db.execute(f"SELECT seq, hash FROM op WHERE n IN ({OPS_OF_BATCH}) AND seq IS NOT NULL", (n, n))
    return [(seq, bytes(hashed)) for seq, hashed in rows]


def take_answers(db: Connection, n: int, answers: Sequence[Answer]) -> list[tuple[str, str, str]]:
    """Notes how the endpoint holds the lines of a batch. Returns (entity, id, stream) whose shown value may differ.

    `stored` and `duplicate` give a number; with a problem, `quarantined` or `refused` the op stays listed;
    `absent` was not carried this time and goes with its bytes next time.
    """
    by_hash = {bytes(h): op for op, h in db.execute(f"SELECT n, hash FROM op WHERE n IN ({OPS_OF_BATCH})", (n, n))}
    ops = [by_hash.get(hashed) for hashed in hashes_of(db, n)]
    answered, gone, listed = [], [], []
    for answer in answers:
        op = ops[answer.position] if 0 <= answer.position < len(ops) else None
        if op is None or answer.status == "absent":
            continue
        answered.append((answer.seq, n, op))
        state = _state_after(answer)
        if state is None:
            gone.append((op,))
        else:
            listed.append((state, answer.problem, op))
    db.executemany("UPDATE op SET seq = coalesce(?, seq), batch = coalesce(batch, ?) WHERE n = ?", answered)
    db.executemany("DELETE FROM outbox WHERE op = ?", gone)
    db.executemany("UPDATE outbox SET state = ?, code = ? WHERE op = ?", listed)
    return clashing(db, [op for op in ops if op is not None])


def _state_after(answer: Answer) -> str | None:
    """The outbox state an answer leads to; None where the op has arrived and nothing is to be said."""
    if answer.status == "refused":
        return TOO_LARGE if answer.problem == "op-too-large" else REFUSED
    if answer.status == "quarantined" or answer.problem is not None:
        return REVIEW
    return None


def clashing(db: Connection, ops: Sequence[int]) -> list[tuple[str, str, str]]:
    """Entities among these ops that hold two versions: which one shows depends on the numbers."""
    asked = json.dumps(list(ops))
    found: list[tuple[str, str, str]] = []
    for et in ENTITIES:
        held = [row[0] for row in db.execute(f"SELECT id FROM {et} WHERE clash > 0")]
        if held:
            sql = (
                "SELECT DISTINCT et, ei, st FROM op WHERE n IN (SELECT value FROM json_each(?))"
                " AND ei IN (SELECT value FROM json_each(?)) AND et = ?"
            )
            found += [tuple(row) for row in db.execute(sql, (asked, json.dumps(held), et))]
    return found


def note_why(db: Connection, st: str, code: str) -> None:
    """Keeps with what a stream has to send why it does not leave; gone once it left. Said again, it writes nothing."""
    sql = "UPDATE outbox SET code = :code WHERE st = :st AND state IN (:p, :s) AND code IS NOT :code"
    db.execute(sql, {"code": code, "st": st, "p": PENDING, "s": SEALED})


def mark_batch(db: Connection, n: int, state: str, code: str) -> None:
    """Lists every op of a batch that the endpoint would not take as a whole, such as for its signature."""
    db.execute("UPDATE outbox SET state = ?, code = ? WHERE batch = ?", (state, code, n))


def unseal(db: Connection, n: int) -> None:
    """Takes a batch's ops back to be sealed anew, where the endpoint holds other content under its id.

    What has its number is proven by this batch and stays in it. What had one, which a restored endpoint took, waits
    for sending no more: it does again.
    """
    db.execute(
        "INSERT INTO outbox (op, state, st) SELECT n, ?, st FROM op WHERE batch = ? AND seq IS NULL"
        " AND raw IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.op = op.n)",
        (PENDING, n),
    )
    db.execute("UPDATE op SET batch = NULL WHERE batch = ? AND seq IS NULL", (n,))
    db.execute("UPDATE outbox SET state = ?, batch = NULL WHERE batch = ? AND state = ?", (PENDING, n, SEALED))


def offer_all(db: Connection, st: str) -> None:
    """Marks every batch held of a stream for offer, ours and others'."""
    db.execute("UPDATE batch SET offer = ? WHERE st = ?", (OFFERED, st))


def offered(db: Connection, st: str, most: int) -> list[tuple[int, str, str]]:
    """Batches still on offer, oldest first: local number, id and device."""
    sql = "SELECT n, id, dev FROM batch WHERE st = ? AND offer > 0 ORDER BY n LIMIT ?"
    return [(n, one, dev) for n, one, dev in db.execute(sql, (st, most))]


def settle_offers(db: Connection, numbers: Iterable[int]) -> None:
    """These batches are whole at the endpoint again."""
    db.executemany("UPDATE batch SET offer = 0 WHERE n = ?", [(n,) for n in numbers])


def forget_numbers(db: Connection, st: str, most: int) -> int:
    """Takes the numbers off up to `most` ops of a stream, as a restored endpoint may give others. Returns how many."""
    sql = "UPDATE op SET seq = NULL WHERE n IN (SELECT n FROM op WHERE st = ? AND seq IS NOT NULL LIMIT ?) RETURNING n"
    return len(db.execute(sql, (st, most)).fetchall())


def needs_you(db: Connection) -> list[tuple[int, str, str | None, str, str]]:
    """Ops that wait for a person: op number, state, kind of problem, entity, id."""
    sql = (
        "SELECT op.n, state, code, op.et, op.ei FROM outbox CROSS JOIN op ON op.n = outbox.op"
        f" WHERE state IN ({','.join('?' * len(NEEDS_YOU))}) ORDER BY outbox.op"
    )
    return [tuple(row) for row in db.execute(sql, NEEDS_YOU)]


def kept_back(db: Connection, ei: str) -> list[tuple[str, dict[str, Any]]]:
    """The ops of a record that the endpoint has not taken, oldest first, by id."""
    sql = (
        "SELECT op.id, raw FROM op JOIN outbox ON outbox.op = op.n WHERE op.ei = ? AND op.seq IS NULL"
        f" AND state IN ({','.join('?' * len(NEEDS_YOU))}) AND raw IS NOT NULL ORDER BY op.n"
    )
    return [(op_id, json.loads(bytes(raw))) for op_id, raw in db.execute(sql, (ei, *NEEDS_YOU))]


def send_again(db: Connection, op: int) -> None:
    """Lets a listed op go with its batch once more."""
    db.execute(
        "UPDATE outbox SET state = CASE WHEN batch IS NULL THEN ? ELSE ? END, code = NULL WHERE op = ?",
        (PENDING, SEALED, op),
    )


def settled(db: Connection, ops: Sequence[int]) -> None:
    """Takes off the list ops that the endpoint has under a number (I10)."""
    sql = "DELETE FROM outbox WHERE op = ? AND (SELECT seq FROM op WHERE n = outbox.op) IS NOT NULL"
    db.executemany(sql, [(op,) for op in ops])
