"""The audit trail: one entry for each act, chained by hash, in the transaction of the act. Never updated."""

from __future__ import annotations

import hashlib
from datetime import datetime

from vpr_desktop.domain.ops import canonical
from vpr_desktop.storage.oplog import Connection
from vpr_desktop.storage.tip import Tip

INSERT = 'INSERT INTO audit (n, at, "user", dev, act, obj, before, after, prev, hash) VALUES (?,?,?,?,?,?,?,?,?,?)'


def append(
    db: Connection,
    tip: Tip,
    now: datetime,
    user_id: str,
    device_id: str,
    act: str,
    obj: str = "",
    before: bytes | None = None,
    after: bytes | None = None,
) -> Tip:
    """Adds one entry and returns the tip with it.

    `before` and `after` are ends of the op chain; of an act that changed no record, `after` alone is the hash of why.
    """
    n, at = tip.audit_n + 1, now.isoformat()
    hashed = entry_hash(tip.audit_chain, n, at, user_id, device_id, act, obj, before, after)
    db.execute(INSERT, (n, at, user_id, device_id, act, obj, before, after, tip.audit_chain, hashed))
    return tip.after_audit(n, hashed)


def reason_hash(words: bytes) -> bytes:
    """What an entry holds of the reason given for it."""
    return hashlib.sha256(b"vpr-reason-v1\0" + words).digest()


def entry_hash(
    prev: bytes,
    n: int,
    at: str,
    user: str,
    dev: str,
    act: str,
    obj: str,
    before: bytes | None,
    after: bytes | None,
) -> bytes:
    """The hash of one entry, over the one before it and everything it says."""
    said = canonical([n, at, user, dev, act, obj, (before or b"").hex(), (after or b"").hex()])
    return hashlib.sha256(b"vpr-audit-v1\0" + prev + said).digest()
