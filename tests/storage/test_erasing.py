"""Erasing on a PC: the words are gone from ops, rows, search index and drafts; hash, place and heads stay."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.domain.test_heads_rule import arrive
from tests.factories import logged
from tests.sealing import Device
from vpr_desktop.domain.errors import NotFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.ops import op_hash
from vpr_desktop.services import drafts, listing, maintenance
from vpr_desktop.services.context import Context
from vpr_desktop.storage import inbox, outbox, streams
from vpr_desktop.storage.erasing import skeleton
from vpr_desktop.storage.outbox import Answer

WORD = "Zebrafinch"
SAID = f"{WORD} was said near the lift"


def everywhere(ctx: Context) -> str:
    """All that the file's tables hold, those of the search index too."""
    names = [row[0] for row in ctx.store.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    names = [name for name in names if not name.endswith("_fts")]
    found = [str(tuple(row)) for name in names for row in ctx.store.db.execute(f'SELECT * FROM "{name}"')]
    return "\n".join(found).lower()


def written(pc: Device, ctx: Context, ei: str = "", **more: Any) -> dict[str, Any]:
    said = {"description": SAID, "effect": "MIN", "status": "logged", "time_known": "exact", "reported_by": "amanager"}
    return pc.op(st=ctx.ward_id, ei=ei or pc.new_id(), set=said, **more)


def eraser(pc: Device, target: dict[str, Any]) -> dict[str, Any]:
    from vpr_desktop.domain.ops import canonical

    said = skeleton(target, op_hash(canonical(target)), "vpr_lead", "Retention ended", "2026-11-25")
    return pc.op(st=target["st"], ei=target["ei"], et=target["et"], **said)


def test_two_orders_to_erase_what_was_never_held_here_come_in_one_page(ctx: Context) -> None:
    pc = Device()
    target = written(pc, ctx)
    arrive(ctx, pc, [eraser(pc, target), eraser(pc, target)])
    held = ctx.store.db.execute("SELECT raw, seq FROM op WHERE id = ?", (target["op"],)).fetchall()
    assert [tuple(row) for row in held] == [(None, None)]
    assert maintenance.verify(ctx).ok


def test_the_words_are_gone_everywhere_and_the_file_still_proves_itself(ctx: Context) -> None:
    pc = Device()
    target = written(pc, ctx)
    last = arrive(ctx, pc, [target])
    drafts.save(ctx, f"task:{target['ei']}:more", {"description": SAID})
    other = {"description": "Something else", "status": "logged", "time_known": "exact", "by": "amanager"}
    kept = drafts.save(ctx, "quick_log", other)  # the same codes and the same person say nothing of the same words
    assert WORD.lower() in everywhere(ctx)
    assert listing.search(ctx, WORD)
    arrive(ctx, pc, [eraser(pc, target)], last)
    assert WORD.lower() not in everywhere(ctx)
    assert not listing.search(ctx, WORD)
    assert [draft.id for draft in drafts.mine(ctx)] == [kept.id]
    stub = ctx.store.db.execute("SELECT raw, seq, length(hash) FROM op WHERE id = ?", (target["op"],)).fetchone()
    assert tuple(stub) == (None, 1, 32)
    record = ctx.reader().get(Incident, target["ei"])
    assert record.shown.values["effect"] == {"erased": True}
    record.location_detail = "By the stairs"
    with ctx.unit() as unit:
        unit.save(record)
        unit.commit("amend")
    again = ctx.reader().get(Incident, target["ei"])
    assert again.shown.values["description"] == {"erased": True}, "an edit of another field wrote over what was erased"
    assert ctx.reader().count_acts("erased", target["ei"]) == 1
    assert ctx.reader().count_acts("drafts erased", target["ei"]) == 1
    assert maintenance.verify(ctx).ok


def test_a_pc_that_never_held_the_op_folds_the_same_and_the_op_cannot_come_back(ctx: Context) -> None:
    pc = Device()
    target = written(pc, ctx)
    batch = pc.seal(target, st=ctx.ward_id)
    hashed_only = batch.__class__(batch.header, (batch.lines[0].__class__(batch.lines[0].hash),))
    lines = inbox.arrivals([hashed_only], 0)
    with ctx.unit() as unit:
        unit.apply_remote(ctx.ward_id, lines, streams.Place(1, "e1", "00"))
        unit.commit("pull")
    arrive(ctx, pc, [eraser(pc, target)], 1)
    row = ctx.store.db.execute("SELECT id, raw, seq, et, ei FROM op WHERE n = (SELECT max(n) - 1 FROM op)").fetchone()
    assert tuple(row) == (target["op"], None, 1, "incident", target["ei"])
    assert ctx.reader().get(Incident, target["ei"]).shown.heads["effect"] == [target["op"]]
    with ctx.unit() as unit:
        unit.apply_remote(ctx.ward_id, inbox.arrivals([batch], 0), streams.Place(2, "e1", "00"))
        unit.commit("pull")
    assert WORD.lower() not in everywhere(ctx)
    assert maintenance.verify(ctx).ok


def test_an_erasing_op_before_its_target_keeps_the_place(ctx: Context) -> None:
    pc = Device()
    target = written(pc, ctx)
    last = arrive(ctx, pc, [eraser(pc, target)])
    arrive(ctx, pc, [target], last)
    assert WORD.lower() not in everywhere(ctx)
    assert ctx.reader().get(Incident, target["ei"]).shown.values["effect"] == {"erased": True}
    assert maintenance.verify(ctx).ok


def test_ones_own_erasing_takes_effect_with_its_number_and_not_before(ctx: Context) -> None:
    made = logged(ctx, description=SAID)
    (op,) = [one["op"] for one in ctx.reader().ops_of(made.id) if "description" in one["set"]]
    waits = ctx.store.db.execute("SELECT n FROM op WHERE id = ?", (op,)).fetchone()[0]
    with ctx.unit() as unit:
        unit.erase(op, role="vpr_lead", ground="Order of the IG lead")
        unit.commit("erase")
    assert ctx.reader().get(Incident, made.id).description == SAID, "nothing is erased on a wish alone"
    with ctx.unit() as unit:
        (n,) = outbox.seal(
            unit.db, ctx.ward_id, new_id=unit.new_id, dev=ctx.store.device_id, incarnation=1,
            sign=lambda _: bytes(64), monotonic=1e9,
        )  # fmt: skip
        lines = len(outbox.hashes_of(unit.db, n))
        unit.take_answers(n, [Answer(at, at + 1, "stored") for at in range(lines)])
        unit.commit("push")
    assert WORD.lower() not in everywhere(ctx)
    assert ctx.store.db.execute("SELECT count(*) FROM outbox WHERE op = ?", (waits,)).fetchone()[0] == 0
    assert maintenance.verify(ctx).ok
    with pytest.raises(NotFound), ctx.unit() as unit:
        unit.erase(op, role="vpr_lead", ground="Twice")


def test_a_refused_erasing_leaves_the_words_as_they_are(ctx: Context) -> None:
    made = logged(ctx, description=SAID)
    (op,) = [one["op"] for one in ctx.reader().ops_of(made.id) if "description" in one["set"]]
    with ctx.unit() as unit:
        unit.erase(op, role="vpr_lead", ground="By somebody who may not")
        (n,) = outbox.seal(
            unit.db, ctx.ward_id, new_id=unit.new_id, dev=ctx.store.device_id, incarnation=1,
            sign=lambda _: bytes(64), monotonic=1e9,
        )  # fmt: skip
        last = len(outbox.hashes_of(unit.db, n)) - 1
        stored = [Answer(at, at + 1, "stored") for at in range(last)]
        unit.take_answers(n, [*stored, Answer(last, None, "quarantined", "erase-not-entitled")])
        unit.commit("push")
    assert ctx.reader().get(Incident, made.id).description == SAID
    assert json.dumps(outbox.needs_you(ctx.store.db)).count("erase-not-entitled") == 1
    assert maintenance.verify(ctx).ok
