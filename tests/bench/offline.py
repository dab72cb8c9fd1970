"""Makes PCs that have been offline for long: an encrypted file with thousands of incidents that wait to be sent.

Every op, chain link, row and index is what the app would have written, but several hundred to a transaction.
"""

from __future__ import annotations

import atexit
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.bench.made import FAST, OUTBOX, PASSPHRASE, USER
from tests.factories import first_run
from vpr_desktop import bootstrap
from vpr_desktop.bootstrap import SystemClock
from vpr_desktop.domain.batches import b64
from vpr_desktop.domain.identity import uuid7
from vpr_desktop.domain.ops import canonical, chain_next, op_hash
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import inbox

TEXT = 900  # characters of narrative: with the coded answers about 1.5 KB an op
SLICE = 500
OP = "INSERT INTO op (n, id, ei, et, st, dev, dn_inc, dn, hash, raw, chain) VALUES (?,?,?,?,?,?,?,?,?,?,?)"


@cache
def ready(count: int) -> Path:
    """Such a PC, made once in a run. Read only: `copied` to write to it."""
    folder = tempfile.mkdtemp(prefix="vpr-bench-offline-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return made(Path(folder) / "pc", count)


def made(home: Path, count: int) -> Path:
    """A locked PC of ward CED with so many incidents in its outbox."""
    ctx, _ = sessions.first_run(home, first_run(passphrase=PASSPHRASE), SystemClock(), FAST)
    db = ctx.store.db
    db.execute("PRAGMA synchronous = OFF")
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
    tip = ctx.store.tip
    for start in range(0, count, SLICE):
        rows, entities = [], []
        for i in range(start, min(start + SLICE, count)):
            body = incident(ctx, i, began + timedelta(minutes=4 * i), [tip.incarnation, tip.counter + 1])
            raw = canonical(body)
            hashed = op_hash(raw)
            tip = tip.after_op(tip.op_n + 1, chain_next(tip.op_chain, hashed), tip.counter + 1)
            rows.append((tip.op_n, body["op"], body["ei"], "incident", body["st"], body["dev"], *body["dn"], hashed,
                         raw, tip.op_chain))  # fmt: skip
            entities.append(("incident", body["ei"], body["st"]))
        db.execute("BEGIN IMMEDIATE")
        db.executemany(OP, rows)
        db.executemany(OUTBOX, [(row[0], row[4]) for row in rows])
        inbox.project_many(db, entities, ctx.store.zone)
        db.execute("COMMIT")
    db.execute("PRAGMA synchronous = EXTRA")
    ctx.store.committed(tip)
    sessions.lock(ctx)
    return home


def incident(ctx: Context, i: int, at: datetime, dn: list[int]) -> dict[str, Any]:
    """The op of one incident as the quick log writes it: made-up words."""
    ms, wire = int(at.timestamp() * 1000), at.isoformat().replace("+00:00", "Z")
    words = f"Hit on the arm while helping with a meal, sheet z{i:x}. "
    return {
        "v": 1, "op": uuid7(ms, secrets.token_bytes(10)), "st": ctx.ward_id, "et": "incident",
        "ei": uuid7(ms, secrets.token_bytes(10)),
        "set": {
            "occurred_at": wire, "reported_at": wire, "time_known": "exact", "reference": f"CED-2611-A{i + 900:04d}",
            "reported_by": USER, "location": ("COR", "BAY", "DAY")[i % 3], "location_detail": f"Bay {i % 9}",
            "act_types": ["PHY", "THR"], "affected": "ONE", "perp_relation": "PAT", "effect": ("MIN", "NON")[i % 2],
            "support_offered": "NYT", "status": "logged", "description": (words * (TEXT // len(words) + 1))[:TEXT],
        },
        "base": {}, "by": USER, "dev": ctx.store.device_id, "dn": dn, "sa": b64(secrets.token_bytes(16)),
        "at": f"{ms:015d}.{i % 100000:05d}", "sch": 1,
    }  # fmt: skip


def copied(home: Path, target: Path) -> Path:
    """The same PC in a folder of its own."""
    shutil.copytree(home, target)
    return target


@contextmanager
def unlocked(home: Path) -> Iterator[Context]:
    """A session on such a PC."""
    ctx = sessions.unlock(home, USER, PASSPHRASE, SystemClock(), FAST)
    try:
        yield ctx
    finally:
        sessions.lock(ctx)


@contextmanager
def joined(home: Path, address: str, code: str) -> Iterator[Context]:
    """A session on a PC that was just enrolled; a folder that is not there becomes a new PC of ward CED."""
    if home.exists():
        ctx = sessions.unlock(home, USER, PASSPHRASE, SystemClock(), FAST)
    else:
        ctx, _ = sessions.first_run(home, first_run(passphrase=PASSPHRASE), SystemClock(), FAST)
    bootstrap.enrol(ctx, address, code)
    try:
        yield ctx
    finally:
        sessions.lock(ctx)
