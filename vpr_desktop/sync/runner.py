"""Carries out the engine's effects against the file and the endpoint. No unit waits for a call.

The file is reached through a callable that runs a job in the store lane, each job one unit of work.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from vpr_desktop.domain.batches import join, unb64
from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.errors import DiskFull
from vpr_desktop.storage import exchange, inbox, keychange, lifetime, outbox, streams, support_rows
from vpr_desktop.storage.device import signer
from vpr_desktop.storage.outbox import Answer
from vpr_desktop.storage.streams import Place
from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync import engine, events, offers, protocol, rotation, sending
from vpr_desktop.sync.answers import Taken, head_now
from vpr_desktop.sync.events import HeadNow, Job, Sized
from vpr_desktop.sync.lane import Calls, InUnit, Manners
from vpr_desktop.sync.page import KeyBook, NotProven, Proven, prove
from vpr_desktop.sync.protocol import MOST_OPS, Heads, Keys, PushAnswer
from vpr_desktop.sync.refusals import Refused
from vpr_desktop.sync.standings import looked, standing

T = TypeVar("T")
SLICE, SMALL_SLICE = 200, 100  # ops in one unit, so that a lock or an end waits less than 50 ms
CATCH_UP = 0.025  # seconds of work in one unit
KEYS = "endpoint_keys"


class Runner:
    """One file and one endpoint. `chance` gives values from 0 to 1, `wanted` whether a person waits for the file."""

    most_in_batch = MOST_OPS
    gentle_batch = 100  # ops sealed as one while somebody works with the file: what is sealed is written in one unit
    part = 8  # lines after which a unit ends where somebody waits for the file

    def __init__(
        self, in_unit: InUnit, calls: Calls, now: Callable[[], datetime], monotonic: Callable[[], float],
        chance: Callable[[], float], told: Callable[[Changes], None] = lambda _: None,
        wanted: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self.in_unit, self.calls, self.now, self.monotonic = in_unit, calls, now, monotonic
        self.chance, self.told, self.manners = chance, told, Manners(wanted, monotonic)
        self.pushed = self.pulled = 0
        self.new_key = False  # whether the endpoint asked for one
        self._heads: dict[str, HeadNow] = {}
        self._looked: dict[str, events.Looked] = {}
        self._book: KeyBook | None = None
        self._sending: sending.Sending | None = None

    def run(self, state: engine.State, effects: tuple[Any, ...]) -> engine.State:
        """Carries out effects until the engine has no more to do for now."""
        try:
            while effects:
                event = None
                for effect in effects:
                    event = self._do(effect)
                if event is None:
                    break
                state, effects = engine.step(state, event)
        finally:
            self._let_go()
        return state

    def _do(self, effect: Any) -> Any:
        if not isinstance(effect, events.Look):
            self._looked = {}
        if not (isinstance(effect, events.Seal) or (isinstance(effect, events.Push) and self._is_sent(effect))):
            self._let_go()
        try:
            return self.WAYS[type(effect)](self, effect)
        except Refused as refused:
            if isinstance(effect, events.Push) and refused.kind in engine.ISOLATES:
                return events.PushRefused(refused.kind)
            if isinstance(effect, events.Push) and refused.kind in engine.OF_ONE_WARD:
                self.in_unit(partial(sending.note_why, st=effect.st, kind=refused.kind))
            return events.Failed(refused.kind, self.monotonic(), self.chance(), refused.retry_after)
        except DiskFull:
            return events.Failed(engine.NO_ROOM, self.monotonic(), self.chance())

    def commit(self, unit: UnitOfWork, act: str = "", obj: str = "") -> None:
        self.told(unit.commit(act, obj))

    def _ask(self, effect: events.Ask) -> events.Heads:
        self._heads = {}
        told = self.calls.heads() if effect.heads else None
        if told is not None:
            self._heads = {head.st: head_now(head.st, head.epoch, head.head, head.chain) for head in told.heads}
            self.new_key = told.new_key
        return self.in_unit(lambda unit: self._own_place(unit, told))

    def _own_place(self, unit: UnitOfWork, told: Heads | None) -> events.Heads:
        """Streams in which something waits; before that, whether this is still the file that pushed last."""
        moved: dict[str, bool] = {}
        if told is not None:
            moved = streams.note_scope(unit.db, self._heads, {one.st: one.at for one in told.ended})
            for st, is_ended in moved.items():
                unit.note("ward taken from this PC" if is_ended else "ward given back", st)
            gap = self.calls.clock_gap()
            if gap is not None:
                unit.note_clock(gap)
            an = told.an
            if an is not None and not lifetime.was_here(unit.db, an.n, an.audit, unb64(an.hash, 32)):
                unit.begin_again()
        waiting = tuple(outbox.streams(unit.db))
        self._looked = {st: looked(unit, st) for st in {*waiting, *self._heads}}
        self.commit(unit)
        if moved:
            self.told(Changes(tuple(Change("ward", st) for st in moved), "sync"))
        return events.Heads(tuple(self._heads.values()), waiting, keychange.is_begun(unit.db))

    def _look(self, effect: events.Look) -> events.Looked:
        """What was read with the question for the heads, if nothing else was done since: while one ward is sent,
        somebody may save in the next."""

        def read(unit: UnitOfWork) -> events.Looked:
            found = looked(unit, effect.st)
            self.commit(unit)
            return found

        return self._looked.pop(effect.st, None) or self.in_unit(read)

    # Push.

    def _seal(self, effect: events.Seal) -> events.Sealed:
        def job(unit: UnitOfWork) -> events.Sealed:
            waited = outbox.unanswered_batches(unit.db, effect.st)
            made = self._sealed(unit, effect.st)
            # With an entry in the audit, a file put back to before the sealing is not what the endpoint was told of.
            self.commit(unit, "" if set(made) <= set(waited) else "batch sealed", effect.st)
            first, then = (*(Sized(n, len(outbox.hashes_of(unit.db, n))) for n in made), None, None)[:2]
            return events.Sealed(first, then)

        return self.in_unit(job)

    def _sealed(self, unit: UnitOfWork, st: str) -> tuple[int, ...]:
        most = min(self.most_in_batch, self.gentle_batch) if self.manners.is_gentle() else self.most_in_batch
        return outbox.seal(
            unit.db, st, new_id=unit.new_id, dev=unit.store.device_id, incarnation=unit.incarnation,
            sign=lambda digest: signer(unit.db)(digest), monotonic=self.monotonic(), most=most,
        )  # fmt: skip

    def _push(self, effect: events.Push) -> events.Pushed | events.Regressed:
        if self._sending is None:
            self._send(effect.st, effect.job, self._read(effect.job, self._keys() if effect.offer else None))
        sent = self._sending
        if sent is None:
            if effect.offer and effect.job.span is None:  # as where all was erased: nobody is asked for it again
                offers.settle(self, events.Settle(effect.job.batches))
            place = self.in_unit(lambda unit: streams.place(unit.db, effect.st))
            head = self._heads.get(effect.st) or HeadNow(effect.st, "", 0, "")
            return events.Pushed((), False, head, standing(place))
        self._sending = None
        answer = sent.answer()
        if effect.then:  # on its way while this answer is written down; read only now: a session that ended reads none
            self._send(effect.st, effect.then, self._read(effect.then))
        return self._take(effect, answer)

    def _read(self, job: Job, book: KeyBook | None = None) -> list[Any]:
        return self.in_unit(lambda unit: [sending.delivered(unit, batch, job, book) for batch in job.batches])

    def _send(self, st: str, job: Job, batches: list[Any]) -> None:
        """Begins to send, unless there is nothing to carry."""
        if any(line.raw for batch in batches for line in batch.lines):
            self._sending = sending.Sending(job, self.calls.begin_push(st, join(batches), batches[0].header.id))

    def _is_sent(self, effect: events.Push) -> bool:
        return self._sending is not None and self._sending.job == effect.job and not effect.offer

    def _let_go(self) -> None:
        """What was sent and is not waited for any more is as an answer that was lost: it is sent again."""
        sent, self._sending = self._sending, None
        if sent is not None:
            with suppress(Refused):
                sent.answer()

    def _take(self, effect: events.Push, answer: PushAnswer) -> events.Pushed | events.Regressed:
        """Notes an answer, in one unit or in several where somebody waits; what is not noted is answered again."""
        taken = self.in_unit(lambda unit: sending.believed(unit, effect, answer))
        if isinstance(taken, events.Regressed):
            return taken
        left = [(one, one.lines) for one in taken if one.lines]

        def job(unit: UnitOfWork) -> events.Pushed | None:
            while left:
                one, lines = left.pop(0)
                most = self.part if self.manners.is_gentle() else len(lines)
                self._note(unit, one, lines[:most])
                left[:0] = [(one, lines[most:])] if lines[most:] else []
                if self.manners.is_wanted() and left:
                    self.commit(unit)
                    return None
            return self._took(unit, effect, answer, taken)

        while (told := self.in_unit(job)) is None:
            continue
        return told

    def _note(self, unit: UnitOfWork, one: Taken, lines: tuple[Answer, ...]) -> None:
        unit.take_answers(one.batch.n, lines)
        self.pushed += sum(line.status == "stored" for line in lines)

    def _took(self, unit: UnitOfWork, effect: events.Push, answer: PushAnswer, taken: list[Taken]) -> events.Pushed:
        told = sending.settled(unit, effect, answer, taken)
        if not (effect.offer or told.problems or told.stuck):
            self._sealed(unit, effect.st)  # what goes next, in the same transaction: every commit waits for the disk
        self.commit(unit, "push", effect.st)
        return told

    def _unseal(self, effect: events.Unseal) -> None:
        def job(unit: UnitOfWork) -> None:
            outbox.unseal(unit.db, effect.batch.n)
            self.commit(unit, "batch sealed anew")

        self.in_unit(job)

    def _list_batch(self, effect: events.ListBatch) -> None:
        def job(unit: UnitOfWork) -> None:
            outbox.mark_batch(unit.db, effect.batch.n, outbox.REFUSED, effect.kind)
            self.commit(unit, "push refused")

        self.in_unit(job)

    def _list_line(self, effect: events.ListLine) -> None:
        kind = "op-too-large" if effect.kind in ("too-large", "batch-too-large") else "op-unreadable"

        def job(unit: UnitOfWork) -> None:
            unit.take_answers(effect.batch.n, [Answer(effect.line, None, "refused", kind)])
            self.commit(unit, "push refused")

        self.in_unit(job)

    # Pull.

    def _pull(self, effect: events.Pull) -> events.Stored | events.PageRefused:
        st = effect.st
        place, has_room = self.in_unit(lambda unit: (streams.place(unit.db, st), unit.store.has_room()))
        if not has_room:
            return events.PageRefused(engine.NO_ROOM)
        body = self.calls.pull(st, place.cursor, effect.most)
        try:
            try:
                proven = prove(body, st, place, self._keys())
            except NotProven as error:
                if error.kind not in ("key-unknown", "batch-signature"):
                    raise
                proven = prove(body, st, place, self._keys(fresh=True))
            lines = inbox.read(proven.lines)
            numbered = [(line.seq, line.hash) for line in lines if line.seq is not None]
            if self.in_unit(
                lambda unit: exchange.contradicts(unit.db, st, numbered, inbox.numbers_held(unit.db, st, lines))
            ):
                raise NotProven(engine.OTHER_NUMBERS)
            place = self._store(st, place, replace(proven, lines=lines))
        except DiskFull:
            return events.PageRefused(engine.NO_ROOM)
        except (NotProven, inbox.Contradiction) as error:
            return self._page_refused(st, error.kind if isinstance(error, NotProven) else "contradiction")
        head = proven.head
        return events.Stored(standing(place), head_now(st, head.epoch, head.head, head.chain))

    def _page_refused(self, st: str, kind: str) -> events.PageRefused:
        def job(unit: UnitOfWork) -> None:
            self.commit(unit, f"answer not accepted: {kind}", st)

        self.in_unit(job)
        return events.PageRefused(kind)

    def _store(self, st: str, place: Place, proven: Proven) -> Place:
        lines, done = proven.lines, 0

        def job(unit: UnitOfWork) -> tuple[Place, int]:
            now, end = place, done
            most, size = (SMALL_SLICE, self.part) if self.manners.is_gentle() else (SLICE, SLICE)
            while end < min(done + most, len(lines)):
                part = lines[end : end + size]
                end += len(part)
                cursor = max((line.seq for line in part if line.seq is not None), default=now.cursor)
                now = replace(now, cursor=cursor, epoch=proven.head.epoch, chain=proven.chains[end - 1])
                unit.apply_remote(st, part, now)
                if self.manners.is_wanted():
                    break
            self.commit(unit, "pull", st)
            return now, end

        while done < len(lines):
            before, (place, done) = done, self.in_unit(job)
            self.pulled += sum(line.seq is not None for line in lines[before:done])
        return place

    def _keys(self, fresh: bool = False) -> KeyBook:
        """The keys as last told; asked anew where something is not known. Those not told any more are kept."""
        held = self.in_unit(lambda unit: unit.state(KEYS))
        known = protocol.decode(held, Keys).devices if held else []
        if self._book is None and held and not fresh:
            self._book = KeyBook(known)
        if self._book is None or fresh:
            told = KeyBook(self.calls.keys().devices).with_older(known)
            self._book = KeyBook(told)

            def job(unit: UnitOfWork) -> None:
                unit.put_state(KEYS, protocol.encode(Keys(protocol.VERSION, told)))
                self.commit(unit)

            self.in_unit(job)
        return self._book

    def _catch_up(self, _: events.CatchUp) -> events.CaughtUp:
        def job(unit: UnitOfWork) -> bool | None:
            left = 0
            if support_rows.waits(unit.db):
                ends = self.monotonic() + CATCH_UP
                left = support_rows.catch_up(unit.db, unit.store.zone, SLICE, lambda: self.monotonic() > ends)
            key_due = None if left else rotation.due(self, unit)
            self.commit(unit)
            return key_due

        while (key_due := self.in_unit(job)) is None:
            continue
        return events.CaughtUp(self.monotonic(), self.chance(), key_due)

    WAYS: dict[type, Callable[[Any, Any], Any]] = {
        events.Ask: _ask,
        events.Look: _look,
        events.Forget: offers.forget,
        events.OfferRest: offers.offer_rest,
        events.Have: offers.have,
        events.Settle: offers.settle,
        events.EndOffer: offers.end_offer,
        events.Seal: _seal,
        events.Push: _push,
        events.Unseal: _unseal,
        events.ListBatch: _list_batch,
        events.ListLine: _list_line,
        events.Pull: _pull,
        events.CatchUp: _catch_up,
        events.ChangeKey: rotation.change,
    }
