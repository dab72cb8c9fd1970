"""Numbered migrations: by copy, verified, swapped; the old file kept for three good starts; newer files read only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FAST
from tests.factories import PASSPHRASE, logged
from tests.soak.kills import age
from vpr_desktop.domain.errors import FileAltered, FileDamaged, FileTooNew
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import incidents, maintenance, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import vault
from vpr_desktop.storage.migrations import runner


def opened(ctx: Context) -> Context:
    return sessions.unlock(ctx.home, "amanager", PASSPHRASE, ctx.clock, FAST)


def kept(home: Path) -> list[str]:
    return sorted(path.name for path in home.glob("vault.db.version-*"))


def test_a_file_of_version_1_is_backed_up_and_brought_up_to_date(ctx: Context) -> None:
    made = logged(ctx)
    age(ctx.store.db)
    sessions.lock(ctx)
    again = opened(ctx)
    assert runner.version(again.store.db) == runner.newest() == 2
    assert again.reader().get(Incident, made.id).effect == "MIN"
    (column,) = [row for row in again.store.db.execute("PRAGMA table_info(state)") if row[1] == "v"]
    assert column[3] == 1, "a value of the state may not be empty any more"
    assert maintenance.verify(again).ok
    assert kept(ctx.home) == ["vault.db.version-1"]
    assert len(list((ctx.home / "backups").iterdir())) == 1
    sessions.lock(again)


def test_the_old_file_goes_after_three_good_starts(ctx: Context) -> None:
    age(ctx.store.db)
    sessions.lock(ctx)
    for start in (1, 2, 3):
        assert start == 1 or kept(ctx.home)
        again = opened(ctx)
        assert maintenance.verify(again).ok
        sessions.lock(again)
    assert kept(ctx.home) == []


def test_a_file_that_was_altered_is_not_migrated(ctx: Context) -> None:
    logged(ctx)
    age(ctx.store.db)
    ctx.store.db.execute("UPDATE audit SET hash = zeroblob(32) WHERE n = (SELECT max(n) FROM audit)")
    sessions.lock(ctx)
    before = (ctx.home / vault.FILE).read_bytes()
    with pytest.raises(FileAltered):
        opened(ctx)
    assert (ctx.home / vault.FILE).read_bytes() == before
    assert kept(ctx.home) == []


def split_labels(db: Any) -> None:
    """A step that does far more than add a column: a new table, filled from what every op says."""
    db.execute("CREATE TABLE author (by TEXT PRIMARY KEY, ops INTEGER NOT NULL)")
    db.execute("INSERT INTO author SELECT json_extract(CAST(raw AS TEXT), '$.by'), count(*) FROM op GROUP BY 1")


def lose_an_op(db: Any) -> None:
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("DELETE FROM outbox")
    db.execute("DELETE FROM op WHERE n = (SELECT max(n) FROM op)")


def fail(db: Any) -> None:
    db.execute("INSERT INTO nowhere VALUES (1)")


def test_steps_run_in_order_each_with_its_number(ctx: Context) -> None:
    logged(ctx)
    steps = (*runner.STEPS, split_labels)
    db = runner.migrate(ctx.home, ctx.store.db, ctx.secrets.unlocked.dek, steps)
    assert runner.version(db) == 3
    assert db.execute("SELECT by, ops FROM author").fetchall() == [("amanager", ctx.store.tip.op_n)]
    assert vault.page_problems(db) == []
    assert runner.migrate(ctx.home, db, ctx.secrets.unlocked.dek, steps) is db
    db.close()
    with pytest.raises(FileTooNew):
        _write_to_newer(ctx)


def _write_to_newer(ctx: Context) -> None:
    """A file of a newer version opens, can be read, and refuses to be written, in words."""
    ctx.secrets.lock.release()
    again = opened(ctx)
    try:
        assert incidents.view(again, again.store.db.execute("SELECT id FROM incident").fetchone()[0])
        logged(again)
    finally:
        sessions.lock(again)


@pytest.mark.parametrize("step", [lose_an_op, fail])
def test_a_step_that_loses_something_or_fails_leaves_the_file_as_it_was(ctx: Context, step: Any) -> None:
    made = logged(ctx)
    before = (ctx.home / vault.FILE).read_bytes()
    with pytest.raises(FileDamaged):
        runner.migrate(ctx.home, ctx.store.db, ctx.secrets.unlocked.dek, (*runner.STEPS, step))
    assert (ctx.home / vault.FILE).read_bytes() == before
    assert not list(ctx.home.glob("*.migrating"))
    assert ctx.reader().get(Incident, made.id).effect == "MIN"


def test_where_links_are_not_known_the_old_file_is_copied(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr("os.link", refuse)
    runner.migrate(ctx.home, ctx.store.db, ctx.secrets.unlocked.dek, (*runner.STEPS, split_labels)).close()
    assert kept(ctx.home) == ["vault.db.version-2"]
