"""How this PC stands in the stream of one ward, read from its file as the engine wants it."""

from __future__ import annotations

from vpr_desktop.domain.batches import stream_chain_start
from vpr_desktop.storage import outbox, streams
from vpr_desktop.storage.streams import Place
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync.events import Looked, Standing


def looked(unit: UnitOfWork, st: str) -> Looked:
    """Where it stands, the least head it knows of, whether anything waits to be sent, and whether numbers miss."""
    db = unit.db
    waits, misses = outbox.waits(db, st), streams.misses_numbers(db, st)
    return Looked(standing(streams.place(db, st)), streams.least_head(db, st), waits, misses)


def standing(place: Place) -> Standing:
    return Standing(place.cursor, place.epoch, place.chain, place.offering)


def beginning(st: str, offering: bool = False) -> Place:
    """The place of somebody who holds no number of the stream."""
    return Place(0, "", stream_chain_start(st).hex(), offering)
