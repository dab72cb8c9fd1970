"""What a sync reads of a PC's file does not grow with the years in it: what SQLite says each statement would do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.domain.test_heads_rule import arrive
from tests.factories import logged
from tests.sealing import Device
from tests.storage.test_query_plans import Listening
from tests.sync.test_two_pcs import amend, synced
from vpr_desktop.domain.batches import Batch, Line, Numbers
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.ops import canonical, op_hash
from vpr_desktop.services.context import Context
from vpr_desktop.storage import inbox, streams
from vpr_desktop.storage.streams import Place

Two = tuple[Context, Context]
OPEN_ENDED = "op_st_seq (st=? AND seq>?)"  # every number of a stream


@contextmanager
def heard(pc: Context) -> Iterator[list[str]]:
    """The steps of every statement on a PC's file, meanwhile."""
    before = pc.store.db
    pc.store.db = listening = Listening(before)
    try:
        yield listening.steps
    finally:
        pc.store.db = before


def of_all_ops(steps: list[str]) -> list[str]:
    """Those that read every op of a stream or of the file. The last number alone is looked up in the index."""
    return [step for step in steps if step.startswith("SCAN op") or (OPEN_ENDED in step and "COVERING" not in step)]


def test_neither_sending_nor_fetching_reads_all_ops(two: Two) -> None:
    """Each page of a pull once read the numbers of the whole stream: of 100,000 the last cost twice the first."""
    one, other = two
    with heard(one) as sending, heard(other) as fetching:
        mine = logged(one)
        synced(one, other)
        amend(other, mine.id, effect="SER")
        synced(other, one)
    assert other.reader().get(Incident, mine.id).effect == one.reader().get(Incident, mine.id).effect == "SER"
    for steps in (sending, fetching):
        assert any("sqlite_autoindex_op_1 (id=?)" in step for step in steps), "ops that arrive are looked up"
        assert of_all_ops(steps) == []


def test_a_page_of_erased_ops_reads_the_numbers_once(ctx: Context) -> None:
    """Each erased line once read all of the stream for itself."""
    device = Device()
    ops = [device.op(st=ctx.ward_id, set={"location_detail": "By the lift"}) for _ in range(3)]
    arrive(ctx, device, ops)
    hashed = [op_hash(canonical(op)) for op in ops]
    erased = Batch(device.seal(*ops, st=ctx.ward_id).header, tuple(Line(one) for one in hashed))
    lines = inbox.arrivals([erased], 0)
    db = Listening(ctx.store.db)
    assert sorted(inbox.numbers_held(db, ctx.ward_id, lines)) == list(enumerate(hashed, 1))
    assert len(of_all_ops(db.steps)) == 1


def test_lines_that_are_a_hash_alone_read_no_op_but_what_waits(ctx: Context) -> None:
    """Each such line that a PC does not hold, erased or still to come, once read every op of the file."""
    logged(ctx)
    device = Device()
    arrive(ctx, device, [device.op(st=ctx.ward_id) for _ in range(3)])
    whole = device.seal(*(device.op(st=ctx.ward_id) for _ in range(4)), st=ctx.ward_id)
    lines = tuple(Line(line.hash) for line in whole.lines)
    page = [Batch(whole.header, lines, numbers=Numbers(4, ((0, 1),)))]  # two erased, two not given a number yet
    with heard(ctx) as steps, ctx.unit() as unit:
        unit.apply_remote(ctx.ward_id, inbox.arrivals(page, 3), Place(5, "e", "00"))
        unit.commit("pull", ctx.ward_id)
    assert of_all_ops(steps) == []
    assert steps.count("SCAN outbox") == 1, "once for all lines"


def test_a_push_that_waits_for_others_ops_reads_none_of_those_sent_before(ctx: Context) -> None:
    """Where one op of another PC was not fetched yet, each push once read all that was sent since."""
    device = Device()
    arrive(ctx, device, [device.op(st=ctx.ward_id) for _ in range(3)])
    db = Listening(ctx.store.db)
    db.execute("UPDATE op SET seq = seq + 1 WHERE seq = 3")
    streams.put_place(ctx.store.db, ctx.ward_id, Place(2, "e1", "00"))
    db.steps.clear()
    assert not streams.advance(db, ctx.ward_id, 4, "00")
    assert "SEARCH op USING COVERING INDEX op_st_seq (st=? AND seq=?)" in db.steps
    assert [step for step in db.steps if "op_st_seq" in step and "seq=?" not in step] == []
