"""A file that goes on from an older state: another number and letter for what it makes now, and all offered again.

After a restore made on purpose, or where the endpoint shows that an older file was put in place of the newer one.
Everything runs in the transaction its caller holds.
"""

from __future__ import annotations

import hashlib
import secrets

from vpr_desktop.domain.batches import stream_chain_start
from vpr_desktop.domain.references import next_letter
from vpr_desktop.storage import checks, outbox, streams
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.streams import Place

CLOCK, CLOCK_MAY_DIFFER = "clock_suspect", 300.0  # seconds
LETTER, ANEW, PUT_BACK = "letter", "begun_again", "put_back_at"
STEP = 1 << 20  # two restores of one backup differ by a random step up to this


def ends_hash(op_chain: bytes, audit_chain: bytes) -> bytes:
    """One hash over the ends of both chains, as the endpoint is told it with each push."""
    return hashlib.sha256(op_chain + audit_chain).digest()


def was_here(db: Connection, op_n: int, audit_n: int, hashed: bytes) -> bool:
    """Whether this file's chains once ended so: else it is an older file than the one that pushed last.

    After a file began again nothing is asked until its own next push: what the endpoint knows is the old file.
    """
    if checks.state_or(db, ANEW, "") == "1":
        return True
    ends = []
    for sql, n, start in (
        ("SELECT chain FROM op WHERE n = ?", op_n, "chain_start"),
        ("SELECT hash FROM audit WHERE n = ?", audit_n, "audit_start"),
    ):
        row = db.execute(sql, (n,)).fetchone()
        if row is None and n:
            return False
        ends.append(bytes(row[0]) if row else bytes.fromhex(checks.state_text(db, start)))
    return ends_hash(*ends) == hashed


def never_sent(db: Connection) -> list[str]:
    """Incidents of which nothing was sealed yet, and so nobody else has heard."""
    sql = (
        "SELECT DISTINCT op.ei FROM outbox CROSS JOIN op ON op.n = outbox.op WHERE op.et = 'incident' AND NOT EXISTS"
        " (SELECT 1 FROM op AS other LEFT JOIN outbox AS way ON way.op = other.n WHERE other.ei = op.ei"
        " AND (other.batch IS NOT NULL OR other.seq IS NOT NULL OR way.batch IS NOT NULL)) ORDER BY outbox.op"
    )
    return [row[0] for row in db.execute(sql)]


def known_again(db: Connection) -> None:
    """The endpoint was told where the chains of this file end."""
    db.execute("DELETE FROM state WHERE k = ?", (ANEW,))


def begin_again(db: Connection, largest: int = 0) -> int:
    """A new incarnation, above the file's own and `largest`, and the next letter; returns the incarnation.

    What was made since elsewhere under the old numbers is then never mistaken for what is made now. All batches
    are marked for offer and the numbers of the endpoint are asked for anew, as it may have been given more.
    """
    newer = max(checks.file_tip(db).incarnation, largest) + 1 + secrets.randbelow(STEP)
    letter = next_letter(checks.state_or(db, LETTER, "A"))
    for key, value in (("incarnation", str(newer)), (LETTER, letter), (ANEW, "1")):
        db.execute(streams.PUT, (key, value.encode()))
    for (st,) in db.execute("SELECT DISTINCT st FROM op").fetchall():
        outbox.offer_all(db, st)
        streams.put_place(db, st, Place(0, "", stream_chain_start(st).hex(), offering=True))
    return newer
