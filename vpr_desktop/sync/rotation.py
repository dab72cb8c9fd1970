"""The change of this PC's key: the new one is made, the endpoint takes it, then the file does.

An answer that is lost, or a process that ends, leaves both keys in the file: the endpoint is asked again in the same
words before anything more is sealed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpr_desktop.storage import keychange
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync.events import ChangeKey, KeyChanged
from vpr_desktop.sync.protocol import Rotate
from vpr_desktop.sync.refusals import Refused

if TYPE_CHECKING:
    from vpr_desktop.sync.runner import Runner

# An endpoint that will not take the new key is no reason not to send: the old one goes on, the new one is kept.
NOT_TAKEN = frozenset({"bad-signature", "unreadable-body", "key-in-use", "not-found", "wrong-method"})


def due(runner: Runner, unit: UnitOfWork) -> bool:
    """Whether the key is to be changed now. Notes since when there is one, where that is not known."""
    gap = runner.calls.clock_gap()
    keychange.count_from(unit.db, runner.now(), gap)
    return keychange.is_due(unit.db, runner.now(), gap, runner.new_key)


def change(runner: Runner, effect: ChangeKey) -> KeyChanged:
    """Tells the endpoint of the newest key. Raises Refused where it does not answer, or knows of neither."""
    _change(runner, effect)
    return KeyChanged()


def _change(runner: Runner, effect: ChangeKey) -> None:
    def begin(unit: UnitOfWork) -> keychange.Offer | None:
        if not effect.new:
            return keychange.offer(unit.db)
        if not keychange.is_due(unit.db, runner.now(), gap, runner.new_key):
            return None
        held = keychange.begin(unit.db, unit.store.device_id)
        unit.commit("new key made", unit.store.device_id)
        return held

    gap = runner.calls.clock_gap()
    made = runner.in_unit(begin)
    if made is None:
        if effect.new:  # somebody saved just now: that goes first
            return
        raise Refused("bad-signature")
    (_, _, last), (key, sig, _) = made.links[-2:]
    try:
        runner.calls.rotate(Rotate(key, sig, last), made.signing)
    except Refused as refused:
        if made.is_new and refused.kind in NOT_TAKEN:
            return
        raise

    def take(unit: UnitOfWork) -> None:
        keychange.take_over(unit.db, made.links, runner.now())
        unit.commit("new key", unit.store.device_id)

    if made.is_new:
        runner.in_unit(take)
