"""A new signing key for this PC: the old one signs it, and it is kept beside the old one until the endpoint took it.

So an answer that was lost changes nothing. A PC that was withdrawn seals what waits with the old key first; a key that
is changed in its turn is changed while nothing waits. Runs in the transaction its caller holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vpr_desktop.domain.batches import b64, no_text
from vpr_desktop.domain.device_keys import MOST_KEYS, key_message
from vpr_desktop.domain.ops import canonical
from vpr_desktop.storage import checks, outbox, streams
from vpr_desktop.storage.device import make_device_key, private_key, public_key
from vpr_desktop.storage.oplog import Connection

KEY, NEXT, CHAIN, WITHDRAWN = "device_key", "device_key_next", "device_key_chain", "device_withdrawn"
SINCE, ORDERED = "device_key_since", "device_key_ordered"
OF_A_KEY = (NEXT, CHAIN, SINCE, ORDERED)
ANY_TIME = float("inf")
YEAR, DAY = timedelta(days=365), timedelta(days=1)

Link = tuple[str, str, dict[str, str]]  # a key, its signature by the one before, the last numbers it signed


@dataclass(frozen=True, slots=True)
class Offer:
    """The keys as they are told, and the newest to sign with; `is_new` where the file has yet to take it over."""

    links: list[Link]
    signing: Ed25519PrivateKey
    is_new: bool


def chain(db: Connection) -> list[Link]:
    """The keys this PC had and has, the newest last, as the endpoint proves them."""
    held = checks.state_or(db, CHAIN, "")
    return [(key, sig, last) for key, sig, last in json.loads(held)] if held else [(b64(public_key(db)), "", {})]


def _held(db: Connection, key: str) -> bytes | None:
    row = db.execute("SELECT v FROM state WHERE k = ?", (key,)).fetchone()
    return bytes(row[0]) if row else None


def is_begun(db: Connection) -> bool:
    """Whether a next key was made that the endpoint may or may not have taken."""
    return _held(db, NEXT) is not None


def offer(db: Connection) -> Offer | None:
    """The change that is under way, else the last one there was, if any."""
    if is_begun(db):
        return begin(db, checks.state_text(db, "device"))
    links = chain(db)
    return Offer(links, private_key(db), False) if len(links) > 1 else None


def begin(db: Connection, dev: str, anew: bool = False) -> Offer:
    """Makes the next key, unless one is made that is not to be replaced by another `anew`."""
    made = (None if anew else _held(db, NEXT)) or make_device_key()[0]
    db.execute(streams.PUT, (NEXT, made))
    fresh = Ed25519PrivateKey.from_private_bytes(made)
    public = fresh.public_key().public_bytes_raw()
    *before, (key, sig, _) = chain(db)
    signed = b64(private_key(db).sign(key_message(dev, public)))
    return Offer([*before, (key, sig, _last(db, dev)), (b64(public), signed, {})], fresh, True)


def introduce(db: Connection, dev: str, incarnation: int, new_id: Callable[[], str], anew: bool = False) -> Offer:
    """This PC for a code: with a new key where it was withdrawn, where one is made, or `anew` where the endpoint
    knows of a newer one than this file, which was put back.

    What was saved on a PC that was withdrawn is sealed with the old key, however often this is asked: that it was
    saved then is for the trust to see.
    """
    withdrawn = _held(db, WITHDRAWN) is not None
    if withdrawn:
        old = private_key(db)
        for st in outbox.streams(db):
            while outbox.seal_ready(
                db, st, batch_id=new_id(), dev=dev, incarnation=incarnation, sign=old.sign, monotonic=ANY_TIME
            ):
                continue
    if withdrawn or anew or is_begun(db):
        return begin(db, dev, anew)
    return Offer(chain(db), private_key(db), False)


def _last(db: Connection, dev: str) -> dict[str, str]:
    """The last batch number this PC sealed in each stream."""
    found: dict[str, tuple[int, int]] = {}
    for st, inc, no in db.execute('SELECT st, inc, "no" FROM batch WHERE dev = ?', (dev,)):
        found[st] = max(found.get(st, (-1, 0)), (inc, no))
    return {st: no_text(no) for st, no in found.items()}


def take_over(db: Connection, links: list[Link], now: datetime) -> None:
    """The endpoint took the new key: from now on it signs."""
    made = _held(db, NEXT)
    assert made is not None
    for key, value in (
        (KEY, made), (CHAIN, canonical([list(link) for link in links])), (SINCE, now.isoformat().encode()),
    ):  # fmt: skip
        db.execute(streams.PUT, (key, value))
    db.execute("DELETE FROM state WHERE k IN (?, ?, ?)", (NEXT, WITHDRAWN, ORDERED))


# When a key is changed in its turn.


def count_from(db: Connection, now: datetime, gap: float | None) -> None:
    """Counts the key's year from now where its beginning is not known, or lies ahead."""
    since = checks.state_or(db, SINCE, "")
    if _clocks_agree(gap) and not (since and datetime.fromisoformat(since) <= now + DAY):
        db.execute(streams.PUT, (SINCE, now.isoformat().encode()))


def is_due(db: Connection, now: datetime, gap: float | None, asked: bool = False) -> bool:
    """Whether the key is to be changed: it was ordered here, a year is over, or the endpoint `asked` for another.

    Only while nothing waits, so that nothing is sealed before its time. `gap` is how many seconds the endpoint's
    clock is ahead: an age that only one of both clocks knows of is none, so no wrong clock makes keys change.
    """
    since = checks.state_or(db, SINCE, "")
    age = now - datetime.fromisoformat(since) if since and _clocks_agree(gap) else timedelta(0)
    wanted = _held(db, ORDERED) is not None or age >= YEAR or (asked and age >= DAY)
    return wanted and not (is_begun(db) or len(chain(db)) >= MOST_KEYS or outbox.streams(db))


def _clocks_agree(gap: float | None) -> bool:
    return gap is not None and abs(gap) < DAY.total_seconds()
