"""A save and its floor: two equal files, one saved to by the product, the other given the very same rows by raw SQL."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench import made
from tests.factories import answers
from vpr_desktop.services import sessions
from vpr_desktop.services.new_incident import log


class Noting:
    """A connection that keeps what is inserted through it."""

    def __init__(self, db: Any) -> None:
        self.db = db
        self.written: list[tuple[str, Any]] = []

    def execute(self, sql: str, values: Any = (), /) -> Any:
        if sql.startswith("INSERT"):
            self.written.append((sql, values))
        return self.db.execute(sql, values)

    def executemany(self, sql: str, rows: Any, /) -> Any:
        held = [tuple(row) for row in rows]
        self.written += [(sql, row) for row in held if sql.startswith("INSERT")]
        return self.db.executemany(sql, held)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.db, name)


class Twin:
    """`saved` logs an incident in the first file, `raw` writes the rows of that save to the second."""

    def __init__(self, ours: Path, theirs: Path) -> None:
        self.ours, self.theirs = made.unlocked(ours), made.unlocked(theirs)
        self.noting = Noting(self.ours.store.db)
        self.ours.store.db = self.noting
        self.count = 0

    def saved(self) -> float:
        """Milliseconds of one save: check, op, fold, row, search, steps, outbox, audit, commit, anchor."""
        self.count += 1
        self.noting.written.clear()
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=self.count)
        given = answers(occurred_at=at, description=f"Hit on the arm while helping with a meal, sheet y{self.count:x}.")
        began = time.perf_counter()
        log(self.ours, given)
        return (time.perf_counter() - began) * 1000

    def raw(self) -> float:
        """Milliseconds of the same rows in one raw transaction under the same pragmas, and the same anchor."""
        db, store = self.theirs.store.db, self.theirs.store
        began = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        for sql, values in self.noting.written:
            db.execute(sql, values).fetchall()
        db.execute("COMMIT")
        store._anchors.write(self.ours.store.tip)
        return (time.perf_counter() - began) * 1000

    def close(self) -> None:
        """Locks both."""
        sessions.lock(self.ours)
        sessions.lock(self.theirs)
