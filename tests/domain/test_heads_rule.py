"""The heads rule, trap by trap, and the invariants I4, I5, I6 and I13 on real files.

Traps that have their test elsewhere: the fold alone in test_ops.py, arrival between two PCs in storage/test_outbox.py.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.conftest import FAST
from tests.domain.test_ops import held, op, random_history
from tests.factories import first_run, logged
from tests.fakes import FakeClock
from tests.sealing import Device
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.ops import fold
from vpr_desktop.services import incidents, maintenance, sessions, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.storage import inbox, streams
from vpr_desktop.storage.streams import Place


def arrive(ctx: Context, pc: Device, ops: list[dict[str, Any]], after: int = 0) -> int:
    """Ops of another PC come in as one batch. Returns the number of the last."""
    lines = inbox.arrivals([pc.seal(*ops, st=ctx.ward_id)], after)
    place = streams.place(ctx.store.db, ctx.ward_id)
    chain = streams.chained(bytes.fromhex(place.chain), [line.hash for line in lines if line.seq])
    last = max(line.seq or 0 for line in lines)
    with ctx.unit() as unit:
        unit.apply_remote(ctx.ward_id, lines, Place(last, "e1", chain.hex()))
        unit.commit("pull", ctx.ward_id)
    return last


def first_op(ctx: Context, incident_id: str, field: str) -> str:
    return next(str(one["op"]) for one in ctx.reader().ops_of(incident_id) if field in one["set"])


@pytest.mark.parametrize("seed", range(60))
def test_i4_the_same_ops_and_numbers_give_the_same_whatever_the_order(seed: int) -> None:
    ops = random_history(seed)
    draw = random.Random(seed)
    seq = {o["op"]: n for n, o in enumerate(draw.sample(ops, draw.randint(0, len(ops))), 1)}
    expected = fold(held(*ops, seq=seq))
    for _ in range(5):
        again = ops + draw.sample(ops, len(ops) // 2)
        draw.shuffle(again)
        assert fold(held(*again, seq=seq)) == expected


@pytest.mark.parametrize("seed", range(60))
def test_i13_no_clock_of_a_pc_decides_what_shows(seed: int) -> None:
    ops = random_history(seed)
    draw = random.Random(seed)
    seq = {o["op"]: n for n, o in enumerate(draw.sample(ops, draw.randint(0, len(ops))), 1)}
    expected = fold(held(*ops, seq=seq))
    for _ in range(5):
        elsewhen = [{**one, "at": f"{draw.randrange(10**15):015d}.00000"} for one in ops]
        assert fold(held(*elsewhen, seq=seq)) == expected


def test_i4_two_files_that_got_the_same_ops_in_another_order_hold_the_same_rows(tmp_path: Any) -> None:
    pc = Device()
    ei = pc.new_id()
    made = []
    for n in range(12):
        base = {"location_detail": [made[-1]["op"]]} if made and n % 3 else {}
        st = "" if not made else made[0]["st"]
        made.append(pc.op(st=st, ei=ei, set={"location_detail": f"Place {n}", "effect": "MIN"}, base=base))
    rows = []
    for place, order in enumerate((range(12), range(11, -1, -1), [*range(0, 12, 2), *range(1, 12, 2)])):
        ctx, _ = sessions.first_run(tmp_path / str(place), first_run(), FakeClock(), FAST)
        ops = [{**made[n], "st": ctx.ward_id} for n in order]
        with ctx.unit() as unit:
            lines = inbox.arrivals([Device().seal(*ops, st=ctx.ward_id)], 0)
            numbered = [line.__class__(**{**_fields(line), "seq": n + 1}) for line, n in zip(lines, order, strict=True)]
            unit.apply_remote(ctx.ward_id, numbered, Place(12, "e1", "00"))
            unit.commit("pull", ctx.ward_id)
        row = ctx.store.db.execute("SELECT * FROM incident WHERE id = ?", (ei,)).fetchone()
        names = [one[0] for one in ctx.store.db.execute("SELECT name FROM pragma_table_info('incident')")]
        rows.append({name: cell for name, cell in zip(names, tuple(row), strict=True) if name != "n"})
        rows[-1]["shown"] = ctx.reader().get(Incident, ei).shown
        assert maintenance.verify(ctx).ok
        sessions.lock(ctx)
    assert rows[0] == rows[1] == rows[2]
    assert rows[0]["clash"] >= 1


def _fields(line: Any) -> dict[str, Any]:
    return {name: getattr(line, name) for name in line.__slots__}


def test_i5_trap_1_the_base_is_what_the_form_showed_not_what_stands_at_the_save(ctx: Context) -> None:
    made = logged(ctx)
    form = views.incident(ctx, made.id)
    pc = Device()
    base = {"effect": [first_op(ctx, made.id, "effect")]}
    arrive(ctx, pc, [pc.op(st=ctx.ward_id, ei=made.id, set={"effect": "SER"}, base=base)])
    assert ctx.reader().get(Incident, made.id).effect == "SER"
    incidents.save(ctx, form, [Edit("incident", made.id, {"effect": "UPS"})])
    record = ctx.reader().get(Incident, made.id)
    assert record.shown.clashes == {"effect"}, "a value nobody had on screen was written over"
    assert len(record.shown.heads["effect"]) == 2


def test_i5_a_settling_form_leaves_a_version_that_came_meanwhile(ctx: Context) -> None:
    made = logged(ctx)
    base = {"effect": [first_op(ctx, made.id, "effect")]}
    pc = Device()
    last = arrive(ctx, pc, [pc.op(st=ctx.ward_id, ei=made.id, set={"effect": e}, base=base) for e in ("SER", "TRE")])
    form = views.incident(ctx, made.id)
    arrive(ctx, pc, [pc.op(st=ctx.ward_id, ei=made.id, set={"effect": "NON"}, base=base)], last)
    incidents.save(ctx, form, [Edit("incident", made.id, {"effect": "UPS"})])
    shown = ctx.reader().get(Incident, made.id).shown
    assert shown.clashes == {"effect"}
    assert len(shown.heads["effect"]) == 2


def test_i6_the_projection_is_the_replay_and_a_changed_row_is_found(ctx: Context) -> None:
    made = logged(ctx)
    pc = Device()
    arrive(ctx, pc, [pc.op(st=ctx.ward_id, ei=made.id, set={"effect": "SER"})])
    assert maintenance.verify(ctx).ok
    db, told = ctx.store.db, f"incident {made.id}: row is not what its ops give"
    columns = [name for (name,) in db.execute("SELECT name FROM pragma_table_info('incident')")]
    counted = {"tasks_left"}  # of other records too: no part of the record's own row
    for column in sorted({*columns} - {"n", "id", "ward_id"} - counted):
        db.execute("SAVEPOINT before")
        db.execute(
            f"UPDATE incident SET {column} = CASE WHEN {column} IS 'x' THEN 'y' ELSE 'x' END WHERE id = ?", (made.id,)
        )
        assert maintenance.verify(ctx).problems == (told,), column
        db.execute("ROLLBACK TO before")
        db.execute("RELEASE before")
    assert maintenance.verify(ctx).ok


def test_trap_2_an_op_before_its_base_and_a_repeat_are_nothing_special() -> None:
    late, first = op("o2", {"f": "b"}, {"f": ["o1"]}), op("o1", {"f": "a"})
    assert fold(held(late)).heads == {"f": ["o2"]}
    assert fold(held(late, first, late, first)) == fold(held(first, late))


def test_trap_2_a_part_before_its_parent_is_kept(ctx: Context) -> None:
    pc = Device()
    parent = pc.new_id()
    part = pc.op(st=ctx.ward_id, et="alleged", set={"parent_id": parent, "perp_age_band": "26T35"})
    last = arrive(ctx, pc, [part])
    head = {
        "status": "logged",
        "act_types": ["PHY"],
        "occurred_at": "2026-11-20T14:05:00Z",
        "reference": "CED-2611-B001",
    }
    arrive(ctx, pc, [pc.op(st=ctx.ward_id, ei=parent, set=head)], last)
    assert [one.values["perp_age_band"] for one in views.incident(ctx, parent).parts["alleged"]] == ["26T35"]
    assert maintenance.verify(ctx).ok


@pytest.mark.parametrize(
    "bases", [{"o1": ["o1"]}, {"o1": ["o2"], "o2": ["o1"]}, {"o1": ["o2"], "o2": ["o3"], "o3": ["o1"]}]
)
def test_trap_3_in_a_ring_all_that_set_the_field_are_heads(bases: dict[str, list[str]]) -> None:
    folded = fold(held(*(op(one, {"f": one}, {"f": named}) for one, named in bases.items())))
    assert set(folded.heads["f"]) == set(bases)
    assert folded.values["f"] in bases


def test_trap_4_naming_one_of_two_equal_heads_leaves_the_other() -> None:
    same = [op("o1", {"f": "a"}), op("o2", {"f": "a"})]
    assert fold(held(*same, op("o3", {"f": "b"}, {"f": ["o1"]}))).clashes == {"f"}
    assert fold(held(*same, op("o3", {"f": "b"}, {"f": ["o1", "o2"]}))).heads == {"f": ["o3"]}


def test_trap_4_a_save_names_every_equal_head(ctx: Context) -> None:
    made = logged(ctx)
    base = {"effect": [first_op(ctx, made.id, "effect")]}
    pc = Device()
    arrive(ctx, pc, [pc.op(st=ctx.ward_id, ei=made.id, set={"effect": "SER"}, base=base) for _ in range(2)])
    incidents.save(ctx, views.incident(ctx, made.id), [Edit("incident", made.id, {"effect": "UPS"})])
    shown = ctx.reader().get(Incident, made.id).shown
    assert (shown.values["effect"], len(shown.heads["effect"]), shown.clashes) == ("UPS", 1, frozenset())


def test_trap_5_three_versions_of_which_a_settling_names_two_leave_two() -> None:
    three = [op(f"o{n}", {"f": n}) for n in (1, 2, 3)]
    assert set(fold(held(*three, op("o4", {"f": 4}, {"f": ["o1", "o3"]}))).heads["f"]) == {"o2", "o4"}


@pytest.mark.parametrize("seed", range(200))
def test_trap_6_erasing_never_lets_a_replaced_value_come_back(seed: int) -> None:
    ops = [one for one in random_history(seed) if "er" not in one]
    target = random.Random(seed).choice(ops)
    eraser = op("o99", {}, target["base"], er={"op": target["op"], "f": sorted(target["set"])})
    whole = fold(held(*ops))
    kept, gone = fold(held(*ops, eraser)), fold(held(*(one for one in ops if one is not target), eraser))
    assert {f: set(h) for f, h in kept.heads.items()} == {f: set(h) for f, h in whole.heads.items()}
    assert {f: set(h) for f, h in gone.heads.items()} == {f: set(h) for f, h in kept.heads.items()}
    for field, heads in kept.heads.items():
        if heads == [target["op"]] and field in target["set"]:
            assert kept.values[field] == gone.values[field] == {"erased": True}


def test_trap_7_a_value_this_version_does_not_know_is_shown_and_counts(ctx: Context) -> None:
    made = logged(ctx)
    pc = Device()
    arrive(ctx, pc, [pc.op(st=ctx.ward_id, ei=made.id, set={"effect": "NEW9"}, base={
        "effect": [first_op(ctx, made.id, "effect")]})])  # fmt: skip
    record = ctx.reader().get(Incident, made.id)
    assert record.shown.values["effect"] == "NEW9"
    assert record.shown.clashes == frozenset()
    assert maintenance.verify(ctx).ok


def test_trap_8_a_base_counts_within_its_own_field_alone() -> None:
    folded = fold(held(op("o1", {"f": 1, "g": 1}), op("o2", {"f": 2, "g": 2}, {"f": ["o1"]})))
    assert folded.heads["f"] == ["o2"]
    assert set(folded.heads["g"]) == {"o1", "o2"}


def test_trap_8_nor_does_a_base_reach_into_another_record(ctx: Context) -> None:
    one, other = logged(ctx), logged(ctx)
    pc = Device()
    base = {"effect": [first_op(ctx, other.id, "effect")]}
    arrive(ctx, pc, [pc.op(st=ctx.ward_id, ei=one.id, set={"effect": "SER"}, base=base)])
    assert ctx.reader().get(Incident, one.id).shown.clashes == {"effect"}
    assert ctx.reader().get(Incident, other.id).effect == "MIN"


def test_trap_9_the_shown_value_never_follows_a_clock() -> None:
    early = op("o1", {"f": "a"}, at="9" * 15, dn=[1, 1])
    late = op("o2", {"f": "b"}, at="0" * 15, dn=[1, 2])
    assert fold(held(early, late)).values == {"f": "b"}
    assert fold(held(early, late, seq={"o1": 2, "o2": 1})).values == {"f": "a"}
    assert fold(held(early, late, seq={"o2": 5})).values == {"f": "a"}, "one without a number is above all numbers"
    assert fold(held({**early, "dn": [2, 1]}, {**late, "dn": [1, 9]})).values == {"f": "a"}, "incarnation, then count"
