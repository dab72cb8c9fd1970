"""The one door for writing: what a unit reads, refuses, keeps and tells."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from tests.factories import logged
from vpr_desktop.domain.errors import DiskFull, NotWritable
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.services import maintenance
from vpr_desktop.services.context import Context
from vpr_desktop.storage import oplog, unit


def test_a_part_taken_off_leaves_its_history(ctx: Context) -> None:
    made = logged(ctx)
    with ctx.unit() as opened:
        (person,) = opened.parts(Person, made.id)
        opened.take_off(person, reason="entered twice")
        opened.commit("amend", made.id)
    assert ctx.reader().parts(Person, made.id) == []
    ops = ctx.reader().ops_of(person.id)
    assert ops[-1]["reason"] == "entered twice"
    assert maintenance.verify(ctx).ok


def test_a_withdrawing_op_names_all_that_was_on_screen(ctx: Context) -> None:
    made = logged(ctx)
    with ctx.unit() as opened:
        record = opened.get(Incident, made.id)
        record.status = "withdrawn"
        heads = [head for one in record.shown.heads.values() for head in one]
        opened.save(record, reason="wrong ward", seen=heads)
        opened.commit("withdraw", made.id)
    assert ctx.reader().ops_of(made.id)[-1]["seen"] == sorted(set(heads))


def test_an_act_without_a_change_is_noted_in_the_transaction(ctx: Context) -> None:
    with ctx.unit() as opened:
        opened.note("print", "x")
        opened.commit("print to file", "x")
    assert ctx.reader().count_acts("print", "x") == 2
    with ctx.unit() as opened:
        opened.note("print", "x")
    assert ctx.reader().count_acts("print", "x") == 2


@pytest.mark.parametrize(("text", "kind"), [("database or disk is full", DiskFull), ("disk I/O error", NotWritable)])
def test_a_failing_disk_is_told_and_the_unit_undone(ctx: Context, text: str, kind: type) -> None:
    before = ctx.store.tip
    with pytest.raises(kind):
        _half_a_save(ctx, text)
    assert ctx.store.tip == before
    logged(ctx)
    assert maintenance.verify(ctx).ok


def _half_a_save(ctx: Context, text: str) -> None:
    with ctx.unit() as opened:
        opened.save(Incident(ward_id=ctx.ward_id, effect="MIN"))
        raise sqlcipher.OperationalError(text)


def test_a_fault_of_the_app_in_a_unit_stays_what_it_is(ctx: Context) -> None:
    with pytest.raises(ZeroDivisionError), ctx.unit():
        raise ZeroDivisionError
    assert maintenance.verify(ctx).ok


class Deaf:
    """A connection whose disk no longer answers."""

    in_transaction = True
    total_changes = 0

    def __init__(self, db: Any) -> None:
        self.db = db

    def execute(self, sql: str, *values: Any) -> Any:
        if sql == "ROLLBACK":
            raise sqlcipher.OperationalError("disk I/O error")
        return self.db.execute(sql, *values)

    def executemany(self, sql: str, rows: Any) -> Any:
        return self.db.executemany(sql, rows)


def test_where_undoing_fails_nothing_more_is_written_until_the_file_was_opened_anew(ctx: Context) -> None:
    real, ctx.store.db = ctx.store.db, Deaf(ctx.store.db)
    with pytest.raises(NotWritable), ctx.unit():
        pass
    with pytest.raises(NotWritable, match="unlock it again"):
        ctx.unit()
    ctx.store.db = real
    real.execute("ROLLBACK")


def test_a_commit_that_the_disk_kept_though_it_failed_is_built_upon(ctx: Context) -> None:
    """COMMIT may fail after the pages were kept: the next save must follow what the file holds."""

    class Late(Deaf):
        in_transaction = False

        def execute(self, sql: str, *values: Any) -> Any:
            done = self.db.execute(sql, *values)
            if sql == "COMMIT":
                raise sqlcipher.OperationalError("disk I/O error")
            return done

    real, ctx.store.db = ctx.store.db, Late(ctx.store.db)
    with pytest.raises(NotWritable):
        logged(ctx)
    ctx.store.db = real
    logged(ctx)
    assert maintenance.verify(ctx).problems == ()


def test_a_row_that_is_not_there_differs_from_what_its_ops_give(ctx: Context) -> None:
    made = logged(ctx)
    assert not oplog.differs(ctx.store.db, "incident", made.id, ctx.ward.zone)
    ctx.store.db.execute("DELETE FROM incident WHERE id = ?", (made.id,))
    assert oplog.differs(ctx.store.db, "incident", made.id, ctx.ward.zone)


def test_drafts_come_newest_first_with_what_was_typed(ctx: Context) -> None:
    for text in ("one", "two"):
        with ctx.store.unit("amanager", datetime(2026, 11, 22, 15, len(text), tzinfo=UTC)) as opened:
            opened.put_draft(text * 10, "quick_log", {"description": text})
            opened.commit("")
    rows = unit.draft_rows(ctx.reader(), "amanager")
    assert {row["body"]["description"] for row in rows} == {"one", "two"}
    assert unit.draft_rows(ctx.reader(), "somebody-else") == []
    with ctx.unit() as opened:
        opened.drop_draft("one" * 10)
        opened.commit("")
    assert [row["body"]["description"] for row in unit.draft_rows(ctx.reader(), "amanager")] == ["two"]


def test_a_unit_that_wrote_nothing_and_names_no_act_leaves_no_trace(ctx: Context) -> None:
    before, anchor = ctx.store.tip, ctx.store.anchored()
    with ctx.unit() as unit:
        assert unit.commit("").records == ()
    with ctx.unit() as unit:
        unit.state("device")
    assert (ctx.store.tip, ctx.store.anchored()) == (before, anchor)
    with ctx.unit() as unit:
        unit.commit("print")
    assert ctx.store.tip.audit_n == before.audit_n + 1
