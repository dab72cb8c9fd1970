"""What goes once more: all after a restore, a batch sealed anew, an entry that somebody sends again."""

from __future__ import annotations

from tests.factories import logged
from tests.storage.test_outbox import all_stored, answer, count, seal
from vpr_desktop.services.context import Context
from vpr_desktop.storage import outbox
from vpr_desktop.storage.outbox import Answer


def test_after_a_restore_of_the_endpoint_all_is_offered_again(ctx: Context) -> None:
    logged(ctx)
    n = seal(ctx)
    assert n is not None
    answer(ctx, n, all_stored(outbox.held_batch(ctx.store.db, n)))
    assert outbox.streams(ctx.store.db) == []
    with ctx.unit() as unit:
        outbox.offer_all(unit.db, ctx.ward_id)
        assert outbox.forget_numbers(unit.db, ctx.ward_id, 2) == 2
        while outbox.forget_numbers(unit.db, ctx.ward_id, 200):
            pass
        unit.commit("")
    assert outbox.streams(ctx.store.db) == [ctx.ward_id]
    assert [one[0] for one in outbox.offered(ctx.store.db, ctx.ward_id, 10)] == [n]
    assert count(ctx, "SELECT count(*) FROM op WHERE seq IS NOT NULL") == 0
    with ctx.unit() as unit:
        outbox.settle_offers(unit.db, [n])
        unit.commit("")
    assert outbox.offered(ctx.store.db, ctx.ward_id, 10) == []


def test_a_batch_refused_as_a_whole_is_listed_or_sealed_anew(ctx: Context) -> None:
    logged(ctx)
    n = seal(ctx)
    assert n is not None
    with ctx.unit() as unit:
        outbox.unseal(unit.db, n)
        unit.commit("")
    again = seal(ctx)
    assert again not in (None, n)
    assert again is not None
    with ctx.unit() as unit:
        outbox.mark_batch(unit.db, again, outbox.REFUSED, "batch-signature")
        unit.commit("")
    assert {row[2] for row in outbox.needs_you(ctx.store.db)} == {"batch-signature"}


def test_what_has_its_number_stays_proven_by_its_batch_whatever_is_said_of_it_later(ctx: Context) -> None:
    """One line waits for a look and is sent again; the endpoint then says that it holds another batch of that id."""
    logged(ctx)
    n = seal(ctx)
    assert n is not None
    first, *rest = all_stored(outbox.held_batch(ctx.store.db, n))
    answer(ctx, n, [Answer(0, first.seq, "stored", "newer-version"), *rest])
    with ctx.unit() as unit:
        outbox.send_again(unit.db, outbox.needs_you(unit.db)[0][0])
        outbox.unseal(unit.db, n)
        unit.commit("")
    assert count(ctx, "SELECT count(*) FROM op WHERE seq IS NOT NULL AND batch IS NULL") == 0
    assert outbox.waiting(ctx.store.db, ctx.ward_id, 1e9).pending == 1


def test_what_had_a_number_that_a_restored_endpoint_took_goes_again_with_the_rest_of_its_batch(ctx: Context) -> None:
    """Half of the answers were noted before the restore, and the endpoint then says that it holds another batch."""
    logged(ctx)
    n = seal(ctx)
    assert n is not None
    first = all_stored(outbox.held_batch(ctx.store.db, n))[0]
    answer(ctx, n, [first])
    with ctx.unit() as unit:
        outbox.forget_numbers(unit.db, ctx.ward_id, 200)
        outbox.unseal(unit.db, n)
        unit.commit("")
    lines = len(outbox.hashes_of(ctx.store.db, n))
    assert outbox.waiting(ctx.store.db, ctx.ward_id, 1e9).pending == lines > 1
    again = seal(ctx)
    assert again is not None
    assert sorted(outbox.hashes_of(ctx.store.db, again)) == sorted(outbox.hashes_of(ctx.store.db, n))


def test_why_a_ward_does_not_go_is_written_down_once(ctx: Context) -> None:
    """It is found out again with every poll, and a poll that finds nothing new costs no disk."""
    logged(ctx)
    with ctx.unit() as unit:
        outbox.note_why(unit.db, ctx.ward_id, "not-in-scope")
        before = unit.db.total_changes
        outbox.note_why(unit.db, ctx.ward_id, "not-in-scope")
        assert unit.db.total_changes == before
        unit.commit("")
    assert count(ctx, "SELECT count(*) FROM outbox WHERE code IS NOT 'not-in-scope'") == 0
