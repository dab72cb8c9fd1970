"""Store: an unlocked file, its two chain ends, and the units of work that write to it.

Owned by one thread, the store lane. Knows nothing of users' rights or of the network.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vpr_desktop.domain.errors import DiskFull, FileTooNew, KnownError, NotWritable
from vpr_desktop.domain.identity import next_hlc
from vpr_desktop.domain.ops import chain_start
from vpr_desktop.storage import checks, schema, vault
from vpr_desktop.storage.migrations import runner
from vpr_desktop.storage.oplog import Connection, project
from vpr_desktop.storage.tip import Tip
from vpr_desktop.storage.unit import Reader, UnitOfWork

LOG = logging.getLogger(__name__)
OPEN_AGAIN = "Not saved: the disk did not answer. Note down what you typed, then lock this PC and unlock it again."
SAVE_AGAIN = "Not saved yet: the disk is full. Some room was kept for this: save again now, then call IT."
PUT_STATE = "INSERT INTO state VALUES (?,?) ON CONFLICT(k) DO UPDATE SET v=excluded.v"
DEFAULT_ZONE = "Europe/London"
STEPS = 10_000  # of the database's machine between two looks at whether to stop: some milliseconds


class Anchors(Protocol):
    """Keeps the chain ends outside the file, under a MAC; see `anchor.py`."""

    def write(self, tip: Tip) -> None: ...
    def read(self) -> Tip | None: ...


class Store:
    """An open file. Make one with `made` or `opened`, end it with `close`."""

    def __init__(
        self, db: Connection, anchors: Anchors, tip: Tip, device_id: str, home: Path, close: Callable[[], None]
    ) -> None:
        self.db = db
        self.tip = tip
        self.device_id = device_id
        self.read_only: KnownError | None = None
        self.anchor_failed = False
        self._home = home
        self._anchors = anchors
        self._close = close
        self._hlc = ""
        self._zones: dict[str, ZoneInfo] = {}

    def unit(self, user_id: str, now: datetime) -> UnitOfWork:
        """One transaction for one act of one user. Raises what keeps this file from being written, if anything."""
        if self.read_only is not None:
            raise self.read_only
        return UnitOfWork(self, user_id, now)

    def reader(self) -> Reader:
        """Reads records as they stand."""
        return Reader(self)

    def committed(self, tip: Tip) -> None:
        """Called by the unit after COMMIT: remembers the chain ends, also outside the file.

        What was committed is saved, so a failure here is not told as "not saved": a file ahead of its anchor
        opens, the next commit writes the anchor again, and `verify` says so until then.
        """
        self.tip = tip
        try:
            self._anchors.write(tip)
            self.anchor_failed = False
        except NotWritable:
            LOG.warning("anchor not written")
            self.anchor_failed = True

    def anchored(self) -> Tip | None:
        """The chain ends as the anchor beside the file has them."""
        return self._anchors.read()

    def roll_back(self, nothing_written: bool = False) -> None:
        """Undoes an unfinished transaction; a file that has already ended it is left as it is.

        The chain ends are read anew: a COMMIT that failed late may have been kept by the disk all the same.
        Where even that cannot be read, nothing more is written until the file was opened and checked again.
        What was only read leaves them where they were.
        """
        try:
            if getattr(self.db, "in_transaction", True):
                self.db.execute("ROLLBACK")
            if not nothing_written:
                self.tip = checks.file_tip(self.db)
        except BaseException:
            self.read_only = NotWritable(OPEN_AGAIN)
            raise

    def ensure_room(self) -> None:
        """Gives up the reserved room where the disk is nearly full."""
        with contextlib.suppress(OSError):
            vault.ensure_room(self._home)

    def has_room(self) -> bool:
        """Whether there is room for what others sent; what is saved here goes first."""
        return vault.has_room(self._home)

    def refused(self, error: KnownError) -> KnownError:
        """What to tell after a failed save; where the disk is full the reserve is freed for the next try."""
        if isinstance(error, DiskFull) and vault.free_reserve(self._home):
            return DiskFull(SAVE_AGAIN)
        return error

    def next_hlc(self, now: datetime) -> str:
        """The next hybrid time of this PC, for display and sorting on screen only."""
        self._hlc = next_hlc(self._hlc, int(now.timestamp() * 1000))
        return self._hlc

    def zone(self, ward_id: str) -> ZoneInfo:
        """The time zone of a ward, as its record says."""
        if ward_id not in self._zones:
            row = self.db.execute("SELECT timezone FROM ward WHERE ward_id = ? LIMIT 1", (ward_id,)).fetchone()
            if row is None or not row[0]:
                return ZoneInfo(DEFAULT_ZONE)
            self._zones[ward_id] = _zone(row[0])
        return self._zones[ward_id]

    def forget_zones(self) -> None:
        """Reads the wards' time zones anew after a ward changed."""
        self._zones.clear()

    def put_state_now(self, key: str, value: bytes) -> None:
        """Sets one value of the file's own state in a transaction of its own."""
        self.db.execute("BEGIN IMMEDIATE")
        self.db.execute(PUT_STATE, (key, value))
        self.db.execute("COMMIT")

    def stop_when(self, asked: Callable[[], bool]) -> None:
        """Lets a long reading end where `asked` says so. A transaction is never cut short."""
        db: Any = self.db  # of sqlcipher3, which has no types
        db.set_progress_handler(lambda: asked() and not db.in_transaction, STEPS)

    def close(self) -> None:
        """Closes the file and drops the key."""
        self._close()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(DEFAULT_ZONE)


def put_states(db: Connection, values: dict[str, str]) -> None:
    """Sets values of a file's own state that no session has open."""
    db.execute("BEGIN IMMEDIATE")
    for key, value in values.items():
        db.execute(PUT_STATE, (key, value.encode()))
    db.execute("COMMIT")


def first_tip(file_id: str) -> Tip:
    """Where the chains of a new file begin."""
    return Tip(0, chain_start(file_id), 0, chain_start(file_id + "/audit"), 1, 0)


def make(db: Connection, anchors: Anchors, device_id: str, start: Tip, home: Path, close: Callable[[], None]) -> Store:
    """A store on a new, empty file."""
    schema.create(db)
    return begin(db, anchors, device_id, start, home, close)


def begin(db: Connection, anchors: Anchors, device_id: str, start: Tip, home: Path, close: Callable[[], None]) -> Store:
    """A store on a file that has its tables and nothing in them."""
    state = {"device": device_id, "incarnation": str(start.incarnation), "chain_start": start.op_chain.hex()}
    put_states(db, {**state, "audit_start": start.audit_chain.hex()})
    anchors.write(start)
    return Store(db, anchors, start, device_id, home, close)


def open_checked(db: Connection, anchors: Anchors, home: Path, close: Callable[[], None]) -> Store:
    """A store on a file that was just opened. Raises FileRolledBack or FileAltered when it is not as left.

    A file that a newer version of the app has written can be read and nothing else.
    """
    tip = checks.file_tip(db)
    checks.compare(db, tip, anchors.read())
    store = Store(db, anchors, tip, checks.state_text(db, "device"), home, close)
    if schema.is_newer(db):
        db.execute("PRAGMA query_only = ON")
        store.read_only = FileTooNew()
        return store
    _grow(store)
    checks.check_recent(db, tip, store.zone)
    db.execute("UPDATE outbox SET not_before = NULL WHERE not_before IS NOT NULL")
    runner.started_well(home, db)
    return store


def _grow(store: Store) -> None:
    """Adds columns that this version declares, and projects anew what waits for them in `extra`."""
    store.db.execute("BEGIN IMMEDIATE")
    for name in schema.add_missing(store.db):
        waiting = store.db.execute(f"SELECT id, ward_id FROM {name} WHERE extra IS NOT NULL").fetchall()
        held = store.db.execute(
            f"SELECT DISTINCT ei, st FROM op WHERE et = ? AND ei NOT IN (SELECT id FROM {name})", (name,)
        ).fetchall()
        for record_id, ward_id in waiting + held:
            project(store.db, name, record_id, ward_id, store.zone(ward_id))
    store.db.execute("COMMIT")
