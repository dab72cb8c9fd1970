"""Batches as they go to the endpoint, and what is on its way there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from vpr_desktop.domain.batches import MOST_OPS, Batch, b64, digest
from vpr_desktop.storage import exchange, lifetime, outbox, streams
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync import events
from vpr_desktop.sync.answers import Taken, answers_of, head_now
from vpr_desktop.sync.events import Job, Sized
from vpr_desktop.sync.page import KeyBook
from vpr_desktop.sync.protocol import PushAnswer
from vpr_desktop.sync.refusals import Refused
from vpr_desktop.sync.standings import standing


@dataclass(frozen=True, slots=True)
class Sending:
    """What was sent, and what waits for its answer. Raises Refused there."""

    job: Job
    answer: Callable[[], PushAnswer]


def delivered(unit: UnitOfWork, batch: Sized, job: Job, book: KeyBook | None) -> Batch:
    """A batch as it goes: of an own one what is not answered yet, and where the file stands; with `book` an offer."""
    low, high = job.span or (0, batch.lines)
    carry = set(range(low, high))
    if book is None:
        carry &= set(exchange.unanswered(unit.db, batch.n))
        tip = unit.store.tip
        an = {"n": tip.op_n, "audit": tip.audit_n, "hash": b64(lifetime.ends_hash(tip.op_chain, tip.audit_chain))}
        return outbox.held_batch(unit.db, batch.n, carry=carry, an=an)
    made = outbox.held_batch(unit.db, batch.n, carry=carry)
    return replace(made, pk=book.chain(made.header, digest(made.header, made.hashes)))


def believed(unit: UnitOfWork, effect: events.Push, answer: PushAnswer) -> list[Taken] | events.Regressed:
    """An answer, batch by batch, if it is one to what was sent and goes on from what is held. Raises Refused."""
    place = streams.place(unit.db, effect.st)
    sent = [(b, outbox.id_of(unit.db, b.n), outbox.hashes_of(unit.db, b.n)) for b in effect.job.batches]
    taken = answers_of(answer, sent)
    numbers = [pair for one in taken for pair in one.numbered]
    held = [pair for one in taken for pair in outbox.numbers_held(unit.db, one.batch.n)]
    contradicts = exchange.contradicts(unit.db, effect.st, numbers, held)
    if not place.offering and ((place.epoch and place.epoch != answer.epoch) or contradicts):
        return events.Regressed(head_now(effect.st, answer.epoch, answer.head, answer.chain), standing(place))
    if contradicts:
        raise Refused("answer-not-accepted")
    return taken


def settled(unit: UnitOfWork, effect: events.Push, answer: PushAnswer, taken: list[Taken]) -> events.Pushed:
    """How a push came out, once all its lines are noted; the cursor goes along where nothing lies between."""
    whole = effect.job.span is None
    if effect.offer and whole:
        outbox.settle_offers(unit.db, [one.batch.n for one in taken if one.problem is None])
    problems = tuple((one.batch, one.problem) for one in taken if one.problem is not None)
    low, high = effect.job.span or (0, MOST_OPS)
    stuck = not effect.offer and not problems and any(
        low <= line < high for one in taken for line in exchange.unanswered(unit.db, one.batch.n)
    )  # fmt: skip
    if not effect.offer:
        lifetime.known_again(unit.db)
    place = streams.place(unit.db, effect.st)
    head = head_now(effect.st, answer.epoch, answer.head, answer.chain)
    if not place.offering:
        streams.put_place(unit.db, effect.st, replace(place, epoch=answer.epoch))
        streams.advance(unit.db, effect.st, head.head, head.chain)
    return events.Pushed(problems, stuck, head, standing(streams.place(unit.db, effect.st)))


def note_why(unit: UnitOfWork, st: str, kind: str) -> None:
    """Keeps with what waits of a ward why the endpoint does not take it; the rest of the wards goes."""
    outbox.note_why(unit.db, st, kind)
    unit.commit("")
