"""Sealing, answers, re-offer and arrival between two real files, with nothing of a network in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FAST
from tests.factories import first_run, logged
from tests.fakes import FakeClock
from tests.sealing import Device
from vpr_desktop.domain import batches
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.ops import canonical, chain_next
from vpr_desktop.services import maintenance, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage import inbox, outbox, streams, support_rows
from vpr_desktop.storage.device import signer
from vpr_desktop.storage.inbox import Contradiction
from vpr_desktop.storage.outbox import Answer
from vpr_desktop.storage.streams import Place


@pytest.fixture
def other(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    """A second PC of the same ward."""
    made, _ = sessions.first_run(tmp_path / "other", first_run(), clock, FAST)
    yield made
    made.store.close()
    made.secrets.lock.release()


def seal(ctx: Context, at: float = 1e9) -> int | None:
    """The batch that goes next."""
    with ctx.unit() as unit:
        made = outbox.seal(
            unit.db, ctx.ward_id, new_id=unit.new_id, dev=ctx.store.device_id, incarnation=unit.incarnation,
            sign=signer(unit.db), monotonic=at,
        )  # fmt: skip
        unit.commit("")
    return made[0] if made else None


def answer(ctx: Context, n: int, answers: list[Answer]) -> None:
    with ctx.unit() as unit:
        unit.project_again(outbox.take_answers(unit.db, n, answers))
        unit.commit("")


def all_stored(batch: batches.Batch, first: int = 1) -> list[Answer]:
    return [Answer(i, first + i, "stored") for i in range(batch.header.n)]


def arrive(ctx: Context, page: list[batches.Batch], after: int = 0) -> None:
    lines = inbox.arrivals(page, after)
    held = streams.place(ctx.store.db, ctx.ward_id)
    chain = streams.chained(bytes.fromhex(held.chain), [line.hash for line in lines if line.seq])
    last = max(line.seq or 0 for line in lines)
    with ctx.unit() as unit:
        unit.apply_remote(ctx.ward_id, lines, Place(last, "e1", chain.hex()))
        unit.commit("pull", ctx.ward_id)


def count(ctx: Context, sql: str) -> int:
    return int(ctx.store.db.execute(sql).fetchone()[0])


def test_a_batch_is_sealed_once_and_its_bytes_never_change(ctx: Context) -> None:
    logged(ctx)
    n = seal(ctx)
    assert n is not None
    before = batches.join([outbox.held_batch(ctx.store.db, n)])
    logged(ctx)
    assert seal(ctx) == n
    assert batches.join([outbox.held_batch(ctx.store.db, n)]) == before
    held = outbox.waiting(ctx.store.db, ctx.ward_id, 1e9)
    assert (len(held.sealed), held.pending) == (2, 0), "what was saved since goes into the next"
    logged(ctx)
    assert seal(ctx) == n
    held = outbox.waiting(ctx.store.db, ctx.ward_id, 1e9)
    assert len(held.sealed) == 2, "one may be on its way while another is answered, and no more"
    assert held.pending > 0


def test_what_may_still_be_undone_is_not_sealed(ctx: Context) -> None:
    seal(ctx)
    first = seal(ctx)
    assert first is not None
    answer(ctx, first, all_stored(outbox.held_batch(ctx.store.db, first)))
    logged(ctx)
    assert seal(ctx, at=1000.0) is None
    held = outbox.waiting(ctx.store.db, ctx.ward_id, 1000.0)
    assert (held.pending, held.sealed) == (0, ())
    assert held.held_back > 0
    assert seal(ctx, at=1121.0) is not None


def test_batches_of_a_pc_are_linked_and_numbered_from_one(ctx: Context) -> None:
    made = []
    for _ in range(3):
        logged(ctx)
        n = seal(ctx)
        assert n is not None
        batch = outbox.held_batch(ctx.store.db, n)
        made.append(batch)
        answer(ctx, n, all_stored(batch, 1 + sum(one.header.n for one in made[:-1])))
    assert [one.header.no for one in made] == [(1, 1), (1, 2), (1, 3)]
    links = [batches.link(one.header, batches.digest(one.header, one.hashes)) for one in made]
    assert [one.header.prev for one in made] == ["", *links[:2]]


def test_a_batch_holds_at_most_five_hundred(ctx: Context) -> None:
    for _ in range(170):
        logged(ctx)
    n = seal(ctx)
    assert n is not None
    assert outbox.held_batch(ctx.store.db, n).header.n == 500


def test_i10_nothing_leaves_the_outbox_but_with_a_number(ctx: Context) -> None:
    logged(ctx)
    n = seal(ctx)
    assert n is not None
    batch = outbox.held_batch(ctx.store.db, n)
    answers = all_stored(batch)
    answers[0] = Answer(0, None, "refused", "op-too-large")
    answers[1] = Answer(1, None, "refused", "op-differs")
    answers[2] = Answer(2, None, "quarantined", "op-unreadable")
    answers[3] = Answer(3, 1, "stored", "unknown-content")
    answers[4] = Answer(4, None, "absent")
    for i, one in enumerate(answers[5:], 2):
        answers[answers.index(one)] = Answer(one.position, i, "stored")
    answer(ctx, n, answers)
    states = ctx.store.db.execute("SELECT state, code FROM outbox ORDER BY op").fetchall()
    assert [tuple(row) for row in states] == [
        ("TOO_LARGE", "op-too-large"), ("REFUSED", "op-differs"), ("NEEDS_REVIEW", "op-unreadable"),
        ("NEEDS_REVIEW", "unknown-content"), ("SEALED", None),
    ]  # fmt: skip
    assert len(outbox.needs_you(ctx.store.db)) == 4
    assert count(ctx, "SELECT count(*) FROM op WHERE seq IS NOT NULL") == batch.header.n - 4
    op = outbox.needs_you(ctx.store.db)[0][0]
    with ctx.unit() as unit:
        outbox.send_again(unit.db, op)
        unit.commit("")
    assert len(outbox.needs_you(ctx.store.db)) == 3


def test_half_of_the_lines_go_as_hashes_under_the_same_signature(ctx: Context) -> None:
    logged(ctx)
    n = seal(ctx)
    assert n is not None
    whole = outbox.held_batch(ctx.store.db, n)
    part = batches.split(batches.join([outbox.held_batch(ctx.store.db, n, carry=range(3))]))[0]
    assert part.hashes == whole.hashes
    assert [line.raw is not None for line in part.lines] == [i < 3 for i in range(whole.header.n)]


def test_what_one_pc_sealed_stands_on_the_other_as_it_was(ctx: Context, other: Context) -> None:
    made = logged(ctx, description="A mug was thrown in the day room.")
    n = seal(ctx)
    assert n is not None
    arrive(other, batches.split(batches.join([outbox.held_batch(ctx.store.db, n)]), pulled=True))
    mine, theirs = ctx.reader().get(Incident, made.id), other.reader().get(Incident, made.id)
    assert theirs.shown == mine.shown
    assert theirs.description == "A mug was thrown in the day room."
    sql = "SELECT count(*) FROM incident_fts WHERE incident_fts MATCH 'mug'"
    assert count(other, sql) == 1
    assert maintenance.verify(other).ok
    assert streams.place(other.store.db, other.ward_id).cursor == outbox.held_batch(ctx.store.db, n).header.n


def test_i8_the_same_page_twice_changes_nothing(ctx: Context, other: Context) -> None:
    logged(ctx)
    n = seal(ctx)
    assert n is not None
    page = batches.split(batches.join([outbox.held_batch(ctx.store.db, n)]), pulled=True)
    arrive(other, page)
    ops, rows = count(other, "SELECT count(*) FROM op"), count(other, "SELECT count(*) FROM batch")
    arrive(other, page)
    assert (count(other, "SELECT count(*) FROM op"), count(other, "SELECT count(*) FROM batch")) == (ops, rows)


def test_two_pcs_that_changed_one_field_hold_both_and_show_the_same(ctx: Context, other: Context) -> None:
    made = logged(ctx)
    n = seal(ctx)
    assert n is not None
    first = outbox.held_batch(ctx.store.db, n)
    answer(ctx, n, all_stored(first))
    arrive(other, [first])
    for pc, effect in ((ctx, "UPS"), (other, "SER")):
        with pc.unit() as unit:
            record = unit.get(Incident, made.id)
            record.effect = effect
            unit.save(record)
            unit.commit("amend", made.id)
    mine, theirs = seal(ctx), seal(other)
    assert mine is not None
    assert theirs is not None
    last = first.header.n
    their_batch = outbox.held_batch(other.store.db, theirs)
    answer(other, theirs, all_stored(their_batch, last + 1))
    arrive(ctx, [their_batch], last)
    answer(ctx, mine, all_stored(outbox.held_batch(ctx.store.db, mine), last + their_batch.header.n + 1))
    arrive(other, [outbox.held_batch(ctx.store.db, mine)], last + their_batch.header.n)
    shown = [pc.reader().get(Incident, made.id) for pc in (ctx, other)]
    assert [one.effect for one in shown] == ["UPS", "UPS"]
    assert [one.shown.clashes for one in shown] == [{"effect"}, {"effect"}]
    assert maintenance.verify(ctx).ok
    assert maintenance.verify(other).ok


@pytest.mark.parametrize("what", ["op", "batch"])
def test_i2_other_content_under_a_held_identity_is_refused_and_nothing_stored(other: Context, what: str) -> None:
    pc = Device()
    first = pc.op(st=other.ward_id)
    page = [pc.seal(first, st=other.ward_id)]
    arrive(other, page)
    changed = {**first, "set": {"location_detail": "Something else"}}
    forged = pc.seal(changed, st=other.ward_id)
    if what == "batch":
        header = forged.header
        forged = batches.seal(
            page[0].header.id, header.dev, header.st, header.no, "", [canonical(pc.op())], pc.private.sign
        )
    before = count(other, "SELECT count(*) FROM batch")
    with pytest.raises(Contradiction):
        arrive(other, [forged], 1)
    assert count(other, "SELECT count(*) FROM batch") == before
    assert streams.place(other.store.db, other.ward_id).cursor == 1


def test_an_op_of_another_ward_or_pc_than_its_batch_is_refused(other: Context) -> None:
    pc = Device()
    with pytest.raises(Contradiction):
        arrive(other, [pc.seal(pc.op(st=other.ward_id, dev=Device(2).id), st=other.ward_id)])
    with pytest.raises(Contradiction):
        arrive(other, [pc.seal(pc.op(), pc.op(), b"{}", st=other.ward_id)])


def test_an_entity_of_a_newer_version_is_kept(other: Context) -> None:
    pc = Device()
    arrive(other, [pc.seal(pc.op(st=other.ward_id, et="moon_phase"), st=other.ward_id)])
    assert count(other, "SELECT count(*) FROM op WHERE et = 'moon_phase'") == 1
    assert maintenance.verify(other).ok


def test_what_was_just_sent_is_not_fetched_back(ctx: Context) -> None:
    logged(ctx)
    n = seal(ctx)
    assert n is not None
    batch = outbox.held_batch(ctx.store.db, n)
    answer(ctx, n, all_stored(batch))
    chain = streams.chained(batches.stream_chain_start(ctx.ward_id), batch.hashes)
    with ctx.unit() as unit:
        assert not streams.advance(unit.db, ctx.ward_id, batch.header.n, chain_next(chain, b"x").hex())
        assert not streams.advance(unit.db, ctx.ward_id, batch.header.n + 1, chain.hex())
        assert streams.advance(unit.db, ctx.ward_id, batch.header.n, chain.hex())
        unit.commit("")
    assert streams.place(ctx.store.db, ctx.ward_id).cursor == batch.header.n


def test_many_arrivals_leave_the_worklist_to_be_caught_up(ctx: Context, other: Context) -> None:
    for _ in range(60):
        logged(ctx)
    n = seal(ctx)
    assert n is not None
    arrive(other, [outbox.held_batch(ctx.store.db, n)])
    assert count(other, "SELECT count(*) FROM stale_support") > 50
    with other.unit() as unit:
        while support_rows.catch_up(unit.db, other.store.zone):
            pass
        unit.commit("")
    assert count(other, "SELECT count(DISTINCT incident_id) FROM step_row") > 50
    assert count(other, "SELECT count(*) FROM incident WHERE tasks_left IS NULL") == 0
    assert maintenance.verify(other).ok


def test_device_key_signs_what_its_public_half_verifies(ctx: Context) -> None:
    made: Any = logged(ctx)
    assert made
    n = seal(ctx)
    assert n is not None
    batch = outbox.held_batch(ctx.store.db, n)
    from tests.sealing import check_signature
    from vpr_desktop.storage.device import public_key

    signed = batches.digest(batch.header, batch.hashes)
    assert check_signature(public_key(ctx.store.db), batch.header.sig, signed)


def test_an_outbox_of_an_older_file_learns_what_its_ops_say(ctx: Context) -> None:
    from vpr_desktop.storage import schema

    logged(ctx)
    n = seal(ctx)
    assert n is not None
    before = batches.join([outbox.held_batch(ctx.store.db, n)])
    logged(ctx)
    db = ctx.store.db
    db.execute("UPDATE op SET batch = (SELECT batch FROM outbox WHERE op = op.n)")  # as older versions sealed
    db.execute("DROP INDEX outbox_batch")
    db.execute("ALTER TABLE outbox DROP COLUMN batch")
    db.execute("ALTER TABLE outbox DROP COLUMN st")
    db.execute("BEGIN IMMEDIATE")
    schema.add_missing(db)
    db.execute("COMMIT")
    assert seal(ctx) == n
    assert batches.join([outbox.held_batch(db, n)]) == before
    answer(ctx, n, all_stored(outbox.held_batch(db, n)))
    assert seal(ctx) not in (None, n)
    assert count(ctx, "SELECT count(*) FROM outbox WHERE st IS NULL OR batch IS NULL") == 0


def test_search_after_an_arrival_of_many_follows_and_finds_them_all(ctx: Context, other: Context) -> None:
    for i in range(inbox.MOST_AT_ONCE + 1):
        logged(ctx, description=f"Practice words, sheet q{i:x}")
    n = seal(ctx)
    assert n is not None
    arrive(other, batches.split(batches.join([outbox.held_batch(ctx.store.db, n)]), pulled=True))
    found = "SELECT count(*) FROM incident_fts WHERE incident_fts MATCH 'sheet'"
    there = count(other, "SELECT count(*) FROM incident")
    assert there > 0 == count(other, found)
    with other.unit() as unit:
        while support_rows.catch_up(unit.db, other.store.zone, 20):
            continue
        unit.commit("")
    assert count(other, found) == there
    assert maintenance.verify(other).ok


def test_a_batch_ends_where_it_would_grow_too_large_and_the_next_takes_the_rest(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged(ctx, description="word " * 200)
    logged(ctx, description="word " * 200)
    total = count(ctx, "SELECT count(*) FROM outbox")
    monkeypatch.setattr(batches, "MOST_RAW", 3000)
    sizes = []
    while (n := seal(ctx)) is not None:
        batch = outbox.held_batch(ctx.store.db, n)
        raws = [len(line.raw or b"") for line in batch.lines]
        assert sum(raws) <= 3000 or len(raws) == 1
        answer(ctx, n, all_stored(batch, sum(sizes) + 1))
        sizes.append(len(raws))
    assert len(sizes) > 1
    assert sum(sizes) == total
    assert count(ctx, "SELECT count(*) FROM outbox") == 0


def test_i10_what_has_a_number_by_now_leaves_the_list_and_nothing_else_does(ctx: Context) -> None:
    logged(ctx)
    first, second = [row[0] for row in ctx.store.db.execute("SELECT op FROM outbox ORDER BY op LIMIT 2")]
    with ctx.unit() as unit:
        unit.db.execute("UPDATE op SET seq = 1 WHERE n = ?", (first,))
        outbox.settled(unit.db, [first, second])
        unit.commit("")
    left = [row[0] for row in ctx.store.db.execute("SELECT op FROM outbox ORDER BY op")]
    assert first not in left
    assert second in left
