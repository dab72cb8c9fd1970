"""Why somebody read or printed more than others see: apart from the audit, proven by it, no weight on a save."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.factories import logged
from tests.fakes import FakeClock
from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.services import exports, maintenance, printing, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.listing import ListQuery
from vpr_desktop.storage import checks, schema

WHY = "needed for the review of this quarter"


def reasons(ctx: Context) -> list[tuple[str, str, bytes]]:
    sql = "SELECT act, obj, words FROM reason JOIN audit ON audit.n = reason.n ORDER BY reason.n"
    return [tuple(row) for row in ctx.store.db.execute(sql)]


def test_each_reason_stands_with_its_audit_entry(
    ctx: Context, as_role: Callable[..., Context], clock: FakeClock
) -> None:
    made = logged(ctx)
    printing.summary(ctx, made.id, "full", f" {WHY} ")
    exports.write_csv(ctx, ctx.home.parent / "out.csv", ListQuery(), "full", WHY)
    lead = as_role("vpr_lead")
    with pytest.raises(NotAllowed):
        views.incident(lead, made.id, "too short")
    assert "description" not in views.incident(lead, made.id).record.values
    assert views.incident(lead, made.id, WHY).record.values["description"]
    expected = [("full copy", made.id), ("export full", "1"), ("read on need", made.id)]
    assert reasons(ctx) == [(*entry, WHY.encode()) for entry in expected]
    assert maintenance.verify(ctx).ok
    clock.forward(minutes=61)
    assert "description" not in views.incident(lead, made.id).record.values


def test_what_was_read_on_need_is_forgotten_when_it_ends(
    ctx: Context, as_role: Callable[..., Context], clock: FakeClock
) -> None:
    lead, first, second = as_role("vpr_lead"), logged(ctx), logged(ctx)
    views.incident(lead, first.id, WHY)
    clock.forward(minutes=30)
    views.incident(lead, second.id, WHY)
    assert "description" in views.incident(lead, first.id).record.values
    clock.forward(minutes=31)
    assert "description" not in views.incident(lead, first.id).record.values
    assert "description" in views.incident(lead, second.id).record.values
    views.incident(lead, second.id, WHY)
    held = ctx.reader().state("need:p-vpr_lead") or b""
    assert first.id.encode() not in held
    assert second.id.encode() in held


def test_many_reasons_make_no_save_slower(ctx: Context) -> None:
    """What a commit hashes, as no chain covers it, does not grow with them."""
    made = logged(ctx)
    before = [ctx.store.db.execute(sql).fetchone()[0] for sql in checks.LOOSE]
    for _ in range(20):
        printing.summary(ctx, made.id, "full", WHY)
    assert len(reasons(ctx)) == 20
    assert [ctx.store.db.execute(sql).fetchone()[0] for sql in checks.LOOSE] == before


def test_a_file_older_than_the_table_gets_it(ctx: Context) -> None:
    db = ctx.store.db
    db.execute("DROP TABLE reason")
    db.execute("BEGIN IMMEDIATE")
    schema.add_missing(db)
    db.execute("COMMIT")
    printing.summary(ctx, logged(ctx).id, "full", WHY)
    assert len(reasons(ctx)) == 1
    assert maintenance.verify(ctx).ok
