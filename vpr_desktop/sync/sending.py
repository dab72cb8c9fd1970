"""Batches as they go to the endpoint, and what is on its way there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from vpr_desktop.domain.batches import Batch, b64
from vpr_desktop.storage import exchange, lifetime, outbox
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync.events import Job, Sized
from vpr_desktop.sync.page import KeyBook
from vpr_desktop.sync.protocol import PushAnswer


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
    return replace(made, pk=book.chain(made.header.dev))
