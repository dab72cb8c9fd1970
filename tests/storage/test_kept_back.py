"""An entry that the endpoint did not take: a later change stands for it, so that other PCs get what it said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.factories import answers, logged
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.ops import Held, fold
from vpr_desktop.services import incidents, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.new_incident import log
from vpr_desktop.storage import oplog, outbox, unsent


def amended(ctx: Context, incident_id: str, **values: Any) -> int:
    with ctx.unit() as unit:
        record = unit.get(Incident, incident_id)
        for name, value in values.items():
            setattr(record, name, value)
        unit.save(record)
        unit.commit("amend", incident_id)
    return int(ctx.store.db.execute("SELECT max(n) FROM op WHERE ei = ?", (incident_id,)).fetchone()[0])


def elsewhere(ctx: Context, incident_id: str, without: int) -> dict[str, Any]:
    """What a PC shows that never gets one op."""
    n = ctx.store.db.execute("SELECT id FROM op WHERE n = ?", (without,)).fetchone()[0]
    ops: list[Held] = [op for op in oplog.held_ops(ctx.store.db, incident_id) if op.id != n]
    folded = fold(ops)
    assert not folded.clashes, "no conflict with what the refused one had replaced"
    return folded.values


def test_the_next_change_says_again_what_was_refused_and_names_what_it_had_replaced(ctx: Context) -> None:
    made = logged(ctx)
    amended(ctx, made.id, location_detail="By the lift")
    refused = amended(ctx, made.id, location_detail="By the doors", effect="SER")
    ctx.store.db.execute("UPDATE outbox SET state = ?, code = 'op-differs' WHERE op = ?", (outbox.REFUSED, refused))
    assert [one.state for one in unsent.listed(ctx.store.db) if one.state != outbox.PENDING] == [outbox.REFUSED]
    amended(ctx, made.id, effect="TRE")
    shown = elsewhere(ctx, made.id, refused)
    assert (shown["location_detail"], shown["effect"]) == ("By the doors", "TRE")
    assert [one.state for one in unsent.listed(ctx.store.db) if one.state != outbox.PENDING] == []
    assert outbox.needs_you(ctx.store.db)[0][0] == refused, "it stays in the file, for IT"


def test_a_manager_who_goes_on_with_a_refused_report_in_confidence_says_what_was_said_and_names_nobody(
    as_role: Callable[..., Context],
) -> None:
    own, manager = as_role("reporter", "p-own"), as_role("ward_manager", "p-wm")
    made = log(own, answers(affected="ME", reporter_mode="confidential"), hold_seconds=0)
    db = own.store.db
    (refused,) = db.execute("SELECT n FROM op WHERE ei = ?", (made.id,)).fetchone()
    db.execute("UPDATE outbox SET state = ?, code = 'op-differs' WHERE op = ?", (outbox.REFUSED, refused))
    seen = views.incident(manager, made.id)
    incidents.save(manager, seen, [incidents.Edit("incident", made.id, {"effect": "TRE"})], "seen on the ward")
    shown = elsewhere(own, made.id, refused)
    assert (shown["affected"], shown["effect"]) == ("ME", "TRE")
    assert (shown["reporter_mode"], shown["reported_by"]) == ("confidential", "p-own")
    assert views.incident(manager, made.id).record.redacted["reported_by"] == "a colleague"


def test_a_change_of_a_report_with_nothing_refused_says_no_more_than_what_changed(ctx: Context) -> None:
    made = logged(ctx)
    last = amended(ctx, made.id, effect="TRE")
    body = next(op for op in ctx.reader().ops_of(made.id)[::-1])
    assert set(body["set"]) == {"effect"}
    assert last
