"""A file that goes on from an older state: another number and letter for what it makes now, and all offered again.

After a restore made on purpose, or where the endpoint shows that an older file was put in place of the newer one.
Everything runs in the transaction its caller holds.
"""

from __future__ import annotations

import secrets

from vpr_desktop.domain.batches import stream_chain_start
from vpr_desktop.domain.references import next_letter
from vpr_desktop.storage import checks, outbox, streams
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.streams import Place

LETTER, ANEW = "letter", "begun_again"
STEP = 1 << 20  # two restores of one backup differ by a random step up to this


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
