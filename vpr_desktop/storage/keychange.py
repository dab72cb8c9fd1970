"""A new signing key for this PC: what waits is sealed with the old one first, and the old one signs the new one.

The new key is kept beside the old one until the endpoint took it, so that an answer that was lost changes nothing.
Runs in the transaction its caller holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vpr_desktop.domain.batches import b64, no_text
from vpr_desktop.domain.device_keys import key_message
from vpr_desktop.domain.ops import canonical
from vpr_desktop.storage import checks, outbox, streams
from vpr_desktop.storage.device import make_device_key, private_key, public_key
from vpr_desktop.storage.oplog import Connection

KEY, NEXT, CHAIN, WITHDRAWN = "device_key", "device_key_next", "device_key_chain", "device_withdrawn"
ANY_TIME = float("inf")

Link = tuple[str, str, dict[str, str]]  # a key, its signature by the one before, the last numbers it signed


def chain(db: Connection) -> list[Link]:
    """The keys this PC had and has, the newest last, as the endpoint proves them."""
    held = checks.state_or(db, CHAIN, "")
    return [(key, sig, last) for key, sig, last in json.loads(held)] if held else [(b64(public_key(db)), "", {})]


def prepare(db: Connection, dev: str, incarnation: int, new_id: Callable[[], str]) -> tuple[list[Link], object]:
    """Seals all that waits and makes the next key, unless one is made. Returns the chain with it, and it to sign with.

    Asked again, it seals also what was saved since: no op of this PC is ever without a key that may sign it.
    """
    old = private_key(db)
    for st in outbox.streams(db):
        while outbox.seal_ready(
            db, st, batch_id=new_id(), dev=dev, incarnation=incarnation, sign=old.sign, monotonic=ANY_TIME
        ):
            continue
    row = db.execute("SELECT v FROM state WHERE k = ?", (NEXT,)).fetchone()
    made = bytes(row[0]) if row else make_device_key()[0]
    db.execute(streams.PUT, (NEXT, made))
    fresh = Ed25519PrivateKey.from_private_bytes(made)
    public = fresh.public_key().public_bytes_raw()
    *before, (key, sig, _) = chain(db)
    return [*before, (key, sig, _last(db, dev)), (b64(public), b64(old.sign(key_message(dev, public))), {})], fresh


def _last(db: Connection, dev: str) -> dict[str, str]:
    """The last batch number this PC sealed in each stream."""
    found: dict[str, tuple[int, int]] = {}
    for st, inc, no in db.execute('SELECT st, inc, "no" FROM batch WHERE dev = ?', (dev,)):
        found[st] = max(found.get(st, (-1, 0)), (inc, no))
    return {st: no_text(no) for st, no in found.items()}


def take_over(db: Connection, links: list[Link]) -> None:
    """The endpoint took the new key: from now on it signs."""
    (made,) = db.execute("SELECT v FROM state WHERE k = ?", (NEXT,)).fetchone()
    for key, value in ((KEY, bytes(made)), (CHAIN, canonical([list(link) for link in links]))):
        db.execute(streams.PUT, (key, value))
    db.execute("DELETE FROM state WHERE k IN (?, ?)", (NEXT, WITHDRAWN))
