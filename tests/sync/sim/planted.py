"""Faults a careless change could bring in, each planted by replacing one function: the checker must find every one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.sync.sim.parts import MemoryDatabase, Quick
from vpr_desktop.central import erasing as central_erasing
from vpr_desktop.central.push import Push
from vpr_desktop.domain import ops
from vpr_desktop.domain.ops import Fold
from vpr_desktop.storage import inbox, keychange, lifetime, oplog, outbox, streams
from vpr_desktop.storage.streams import Place
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync import engine, page, sending
from vpr_desktop.sync.runner import Runner

Put = Callable[[Any, str, Any], None]  # as monkeypatch.setattr


def _put_fold(place: Put, fold: Callable[[Any], Fold]) -> None:
    for module in (oplog, inbox):
        place(module, "fold", fold)


def cursor_before_store(put: Put) -> None:
    """The cursor moves in a transaction of its own, before the ops are written."""
    store = Runner._store

    def early(self: Runner, st: str, place: Place, proven: Any) -> Place:
        last = max((line.seq or 0 for line in proven.lines), default=place.cursor)
        after = Place(last, proven.head.epoch, proven.chains[-1] if proven.chains else place.chain)

        def job(unit: UnitOfWork) -> None:
            streams.put_place(unit.db, st, after)
            unit.commit("")

        self.in_unit(job)
        return store(self, st, place, proven)

    put(Runner, "_store", early)


def no_epoch(put: Put) -> None:
    """Nobody asks whether the endpoint is the one that gave the numbers."""
    put(engine, "regressed", lambda *_: False)


def last_writer_wins(put: Put) -> None:
    """The op that came last is the value, whatever its author had seen."""

    def fold(held: Any) -> Fold:
        made = ops.fold(held)
        return Fold(made.values, {f: heads[-1:] for f, heads in made.heads.items()}, frozenset())

    _put_fold(put, fold)


def base_ignored(put: Put) -> None:
    """What an op says it replaces is not looked at."""

    def fold(held: Any) -> Fold:
        bare = [replace(op, body={**op.body, "base": {}} if op.body else None) for op in held]
        return ops.fold(bare)

    _put_fold(put, fold)


def base_at_the_save(put: Put) -> None:
    """A save names the heads that stand in the file by then, not those that its author saw."""
    save = UnitOfWork.save

    def late(self: UnitOfWork, record: Any, **more: Any) -> Any:
        if record.shown.heads:
            now = self.get(type(record), record.id).shown
            record.__dict__["_shown"] = replace(record.shown, heads=now.heads)
        return save(self, record, **more)

    put(UnitOfWork, "save", late)


def base_of_more_than_was_seen(put: Put) -> None:
    """A save names what its author saw, and with it what came to the file since: that would vanish unseen."""
    save = UnitOfWork.save

    def wider(self: UnitOfWork, record: Any, **more: Any) -> Any:
        shown = record.shown
        if shown.heads:
            now = self.get(type(record), record.id).shown.heads
            both = {f: sorted({*heads, *now.get(f, ())}) for f, heads in shown.heads.items()}
            record.__dict__["_shown"] = replace(shown, heads=both)
        return save(self, record, **more)

    put(UnitOfWork, "save", wider)


def serial_numbers(put: Put) -> None:
    """Numbers come from a counter that goes on also where nothing was stored."""
    advance = Push._advance

    def gaps(self: Push, stored: Any) -> None:
        advance(self, stored)
        if not stored:
            self.stream.head += 1

    put(Push, "_advance", gaps)


def ids_used_again(put: Put) -> None:
    """Identities come from a count in the file, and not from chance."""
    put(UnitOfWork, "new_id", lambda self: f"00000000-0000-7000-8000-{self._tip.op_n * 1000 + self._tip.audit_n:012d}")


def quarantine_lost(put: Put) -> None:
    """What the endpoint puts aside is answered for and not kept."""
    put(Push, "_quarantine", lambda *_: None)


def batch_cut_again(put: Put) -> None:
    """What was saved since is added to a batch that was sent already, under the same identity."""
    seal = outbox.seal

    def grow(db: Any, st: str, **more: Any) -> tuple[int, ...]:
        held = outbox.waiting(db, st, more["monotonic"])
        if held.sealed and held.pending:
            (old,) = db.execute("SELECT id FROM batch WHERE n = ?", (held.sealed[0],)).fetchone()
            outbox.unseal(db, held.sealed[0])
            db.execute("UPDATE batch SET id = id || 'x', st = '' WHERE n = ?", (held.sealed[0],))
            more["new_id"] = iter([old, more["new_id"]()]).__next__
        return seal(db, st, **more)

    put(outbox, "seal", grow)


def stub_without_skeleton(put: Put) -> None:
    """An erasing op forgets what its target had replaced."""

    def fold(held: Any) -> Fold:
        bare = [replace(op, body={**op.body, "base": {}} if op.body and "er" in op.body else op.body) for op in held]
        return ops.fold(bare)

    _put_fold(put, fold)


def old_numbers_kept(put: Put) -> None:
    """After the endpoint was put back, ops keep the numbers that it gave before."""
    put(outbox, "forget_numbers", lambda *_: 0)


def answered_before_commit(put: Put) -> None:
    """The endpoint answers first; now and then it ends before what it answered for is durable."""
    chance = random.Random(1)

    @contextmanager
    def write(self: MemoryDatabase) -> Iterator[Any]:
        self.driver.execute("BEGIN IMMEDIATE")
        try:
            yield Quick(self.driver)
        except BaseException:
            self.driver.execute("ROLLBACK")
            raise
        self.driver.execute("ROLLBACK" if chance.random() < 0.05 else "COMMIT")

    put(MemoryDatabase, "write", write)


def duplicates_not_seen(put: Put) -> None:
    """An op that came again is given another number."""

    def all_new(self: Push, wanted: list[Any]) -> list[Any]:
        held = [entry.op["op"] for entry in wanted]
        self.session.run("UPDATE op SET op_id = 'old ' || op_id WHERE st = :st AND op_id IN :ids",
                         st=self.stream.n, ids=held)  # fmt: skip
        return wanted

    put(Push, "_not_held", all_new)


def sent_before_answered(put: Put) -> None:
    """What goes out counts as sent, whether an answer comes or not."""
    delivered = sending.delivered

    def gone(unit: UnitOfWork, batch: Any, *more: Any) -> Any:
        made = delivered(unit, batch, *more)
        unit.db.execute("DELETE FROM outbox WHERE batch = ?", (batch.n,))
        unit.commit("")
        return made

    put(sending, "delivered", gone)


def two_calls_at_once(put: Put) -> None:
    """The next call is made while a batch is on its way."""
    put(Runner, "_let_go", lambda _: None)


def nothing_offered(put: Put) -> None:
    """After the endpoint was put back, nobody brings back what it lost."""
    put(outbox, "offer_all", lambda *_: None)
    put(streams, "offer_rest", lambda *_: None)


def only_own_offered(put: Put) -> None:
    """Each PC brings back its own entries alone, though others may be gone."""

    def offer(db: Any, st: str) -> None:
        own = "SELECT CAST(v AS TEXT) FROM state WHERE k = 'device'"
        db.execute(f"UPDATE batch SET offer = 1 WHERE st = ? AND dev = ({own})", (st,))

    put(outbox, "offer_all", offer)
    put(streams, "offer_rest", offer)


def newer_fields_dropped(put: Put) -> None:
    """An older version leaves out what it does not know."""

    def fold(held: Any) -> Fold:
        made = ops.fold(held)
        known = {f: v for f, v in made.values.items() if f != "weather"}
        return Fold(known, made.heads, made.clashes)

    _put_fold(put, fold)


def chain_not_checked(put: Put) -> None:
    """A page is believed whatever it says of its chain, its numbers and who wrote it."""
    put(page, "_prove_batches", lambda *_: None)
    put(page, "chain_next", lambda link, _: link)


def next_key_forgotten(put: Put) -> None:
    """A PC that did not hear whether its new key was taken makes another one the next time."""
    offer = keychange.offer

    def forgetful(db: Any) -> Any:
        db.execute("DELETE FROM state WHERE k = ?", (keychange.NEXT,))
        return offer(db)

    put(keychange, "offer", forgetful)


def same_lifetime_after_restore(put: Put) -> None:
    """A PC restored from a backup goes on counting where the backup stood."""
    begin = lifetime.begin_again

    def same(db: Any, largest: int = 0) -> int:
        (held,) = db.execute("SELECT v FROM state WHERE k = 'incarnation'").fetchone()
        begin(db, largest)
        db.execute(streams.PUT, ("incarnation", held))
        return int(held)

    put(lifetime, "begin_again", same)


def erased_comes_back(put: Put) -> None:
    """The endpoint forgets the place of an erased op that it did not hold."""
    put(central_erasing, "erase", lambda *_: None)


def listed_ops_dropped(put: Put) -> None:
    """A listed op is dropped as though it had arrived."""
    put(outbox, "_state_after", lambda _: None)


FAULTS: dict[str, Callable[[Put], None]] = {
    name: made for name, made in list(globals().items())
    if getattr(made, "__module__", "") == __name__ and "put" in getattr(made, "__annotations__", {})
}  # fmt: skip
