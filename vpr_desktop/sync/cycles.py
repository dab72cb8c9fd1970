"""One cycle of sending and fetching, whole, and how it came out."""

from __future__ import annotations

from vpr_desktop.storage import exchange, keychange
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync import engine
from vpr_desktop.sync.lane import Outcome
from vpr_desktop.sync.refusals import Refused
from vpr_desktop.sync.runner import Runner


def cycle(runner: Runner) -> Outcome:
    """One whole cycle, push and pull to the end, whatever the rhythm says."""
    return ended(runner, runner.run(*engine.begun(runner.monotonic())))


def ended(runner: Runner, state: engine.State) -> Outcome:
    """Keeps in the file how a cycle came out, and says how things stand after it."""
    refused = Refused(state.trouble) if state.trouble else None

    def job(unit: UnitOfWork) -> Outcome:
        if state.trouble in engine.STOPS:
            unit.put_state(keychange.WITHDRAWN, b"1")
        exchange.note_cycle(unit.db, runner.now(), state.trouble, runner.pushed, runner.pulled)
        counts, kept = exchange.counts(unit.db), unit.state(exchange.LAST)
        last = kept.decode() if kept else None
        unit.commit("")
        return Outcome(
            runner.pushed, runner.pulled, counts.conflicts, counts.waiting, counts.needs_review,
            last if state.trouble else runner.now().isoformat(), refused,
        )  # fmt: skip

    return runner.in_unit(job)
