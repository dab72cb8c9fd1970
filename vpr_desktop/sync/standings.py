"""How this PC stands in the stream of one ward, read from its file as the engine wants it."""

from __future__ import annotations

from vpr_desktop.domain.batches import stream_chain_start
from vpr_desktop.storage import outbox, streams
from vpr_desktop.storage.streams import Place
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync.events import Looked, Standing


def looked(unit: UnitOfWork, st: str) -> Looked:
    """Where it stands, the least head it knows of, and whether anything waits to be sent."""
    return Looked(standing(streams.place(unit.db, st)), streams.least_head(unit.db, st), outbox.waits(unit.db, st))


def standing(place: Place) -> Standing:
    return Standing(place.cursor, place.epoch, place.chain, place.offering)


def beginning(st: str, offering: bool = False) -> Place:
    """The place of somebody who holds no number of the stream."""
    return Place(0, "", stream_chain_start(st).hex(), offering)
