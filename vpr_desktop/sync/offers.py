"""All again to an endpoint that was restored: what it gave is forgotten, what it lacks is sent, the rest is settled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vpr_desktop.storage import exchange, outbox, streams
from vpr_desktop.storage.streams import Place
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync import events, protocol
from vpr_desktop.sync.events import Sized
from vpr_desktop.sync.standings import beginning, standing

if TYPE_CHECKING:
    from vpr_desktop.sync.runner import Runner

SLICE = 200  # numbers taken off in one unit
OFFER_BYTES = 3 * 1024 * 1024


def forget(runner: Runner, effect: events.Forget) -> events.Forgotten:
    """Takes off a slice of numbers; with the first, everything held is marked for offer."""

    def job(unit: UnitOfWork) -> bool:
        if effect.first:
            outbox.offer_all(unit.db, effect.st)
            streams.put_place(unit.db, effect.st, beginning(effect.st, offering=True))
        left = outbox.forget_numbers(unit.db, effect.st, SLICE) == SLICE
        if not left:
            unit.project_again(exchange.clashing_in(unit.db, effect.st))
        runner.commit(unit, "endpoint restored" if effect.first else "", effect.st)
        return left

    return events.Forgotten(runner.in_unit(job))


def offer_rest(runner: Runner, effect: events.OfferRest) -> events.Forgotten:
    """Marks for offer what has no number."""

    def job(unit: UnitOfWork) -> None:
        streams.offer_rest(unit.db, effect.st)
        runner.commit(unit)

    runner.in_unit(job)
    return events.Forgotten(left=False)


def have(runner: Runner, effect: events.Have) -> events.Lacking:
    """Asks what the endpoint lacks of what is on offer, as much as fits into one request; the rest is settled."""
    st = effect.st
    found = runner.in_unit(lambda unit: outbox.offered(unit.db, st, protocol.MOST_ASKED))
    if not found:
        return events.Lacking((), False)
    lacking = set(runner.calls.have(st, [one for _, one, _ in found]))

    def job(unit: UnitOfWork) -> tuple[Sized, ...]:
        outbox.settle_offers(unit.db, [n for n, one, _ in found if one not in lacking])
        wanted = [n for n, one, _ in found if one in lacking][: protocol.MOST_BATCHES]
        chosen: list[Sized] = []
        size = 0
        for n in wanted:
            batch = outbox.held_batch(unit.db, n)
            size += sum(len(line.raw or b"") + 50 for line in batch.lines)
            if chosen and size > OFFER_BYTES:
                break
            chosen.append(Sized(n, batch.header.n))
        runner.commit(unit)
        return tuple(chosen)

    return events.Lacking(runner.in_unit(job), len(found) == protocol.MOST_ASKED)


def settle(runner: Runner, effect: events.Settle) -> None:
    """Takes batches off the offer."""

    def job(unit: UnitOfWork) -> None:
        outbox.settle_offers(unit.db, [batch.n for batch in effect.batches])
        runner.commit(unit)

    runner.in_unit(job)


def end_offer(runner: Runner, effect: events.EndOffer) -> events.OfferEnded:
    """Goes on from the beginning, or from here where only what has no number was offered."""
    begin = replace(beginning(effect.st), epoch=effect.epoch, numbering=True)

    def job(unit: UnitOfWork) -> Place:
        now = begin
        if streams.place(unit.db, effect.st).offering:
            streams.put_place(unit.db, effect.st, begin)
        else:
            now = streams.end_numbering(unit.db, effect.st)
        runner.commit(unit)
        return now

    return events.OfferEnded(standing(runner.in_unit(job)))
