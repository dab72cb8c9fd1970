"""What the sync lane does next: `step(state, event) -> (state, effects)`. Pure: time and chance come in as values.

Of the effects of one step only the last is answered, by one event. Times are monotonic seconds, so nothing here
depends on what the PC's clock says (I13). What an op says is never looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from vpr_desktop.sync import pieces
from vpr_desktop.sync.events import (
    Ask,
    CatchUp,
    CaughtUp,
    ChangeKey,
    Effect,
    EndOffer,
    Failed,
    Forget,
    Forgotten,
    Have,
    HeadNow,
    Heads,
    Job,
    KeyChanged,
    Lacking,
    ListBatch,
    ListLine,
    Look,
    Looked,
    OfferEnded,
    OfferRest,
    PageRefused,
    Pull,
    Push,
    Pushed,
    PushRefused,
    Regressed,
    Saved,
    Seal,
    Sealed,
    Settle,
    Sized,
    Standing,
    Started,
    Stored,
    Tick,
    Unseal,
    Wanted,
)
from vpr_desktop.sync.protocol import PAGE_OPS

COALESCE = 2.0  # seconds from a save to its push, so that the saves of one form go together
POLL, POLL_SPREAD = 60.0, 0.2
FIRST_POLL = 60.0
BACK_OFF, LONGEST_BACK_OFF = 2.0, 900.0
LONGEST_RETRY_AFTER = 3600.0
HOUR, MOST_RETRIES = 3600.0, 120
MOST_RESEALS = 3  # in one cycle; more would be an endpoint that refuses every identity

# Kinds of a failure that end more than one cycle, and what they end.
STOPS = frozenset({"device-revoked"})
SLOW = frozenset({"unknown-device", "device-waiting", "bad-signature", "not-signed"})
OF_ONE_WARD = frozenset({"not-in-scope"})
ISOLATES = frozenset({"unreadable-body", "too-large", "batch-too-large"})
# Less at a time may come through, where the endpoint is still reached. Where one call fails others go on.
SLOW_LINE = frozenset({"too-slow", "no-answer", "no-connection", "not-the-endpoint"})
BROKEN_CHAIN, OTHER_NUMBERS = "chain-differs", "numbers-differ"
NOT_ACCEPTED, NO_ROOM, OTHER_KEY = "answer-not-accepted", "disk-full", "bad-signature"
OF_ONE_CALL = SLOW_LINE | {"fault", "answer-too-large", "refused", NOT_ACCEPTED}


@dataclass(frozen=True, slots=True)
class State:
    """When the next cycle begins, and how far the one that runs has come.

    `poll` is when heads are asked for again, where a save brought its push forward: that cycle sends and asks
    nothing, as the answer to a push says where the stream stands. `fresh` is until a first cycle ended: before
    anything is sealed the endpoint is asked whether this is still the file that pushed last. `keyed`: the key of
    this PC was seen to in this cycle, once is enough. `most` are the lines that go with their bytes in one request,
    and `page` the ops asked for in one, since a line was too slow for more; over more than one cycle.
    """

    due: float | None = None
    failures: int = 0
    retries: tuple[float, ...] = ()
    stopped: str = ""
    saved_meanwhile: bool = False
    running: bool = False
    todo: tuple[str, ...] = ()
    heads: tuple[HeadNow, ...] = ()
    head: HeadNow | None = None
    place: Standing = Standing(0, "", "")
    jobs: tuple[Job, ...] = ()
    offering: bool = False
    offered: tuple[str, ...] = ()  # streams offered in this cycle
    reseals: int = 0
    trouble: str = ""
    poll: float | None = None
    fresh: bool = True
    keyed: bool = False
    most: int = pieces.MOST
    page: int = PAGE_OPS

    @property
    def st(self) -> str:
        """The stream at hand."""
        return self.todo[0]


Step = tuple[State, tuple[Effect, ...]]


def step(state: State, event: Any) -> Step:
    """The state after an event, and what is to be done."""
    return HANDLERS[type(event)](state, event)


def _ended(state: State, due: float | None, **more: Any) -> State:
    """Between two cycles: what outlasts one."""
    return State(due, retries=state.retries, most=max(state.most, pieces.LEAST), page=state.page, **more)


def begun(now: float, failures: int = 0, retries: tuple[float, ...] = ()) -> Step:
    """A cycle that begins at this second, whatever the rhythm says: for a command."""
    return step(State(now, failures, retries), Tick(now))


# The rhythm.


def _started(state: State, event: Started) -> Step:
    return _ended(state, event.now if event.waiting else event.now + FIRST_POLL * event.chance), ()


def _saved(state: State, event: Saved) -> Step:
    if state.running:
        return replace(state, saved_meanwhile=True), ()
    if state.due is None or state.failures:
        return state, ()  # a save brings no retry forward
    poll = state.due if state.poll is None and not state.fresh else state.poll
    return replace(state, due=min(state.due, event.now + COALESCE), poll=poll), ()


def _wanted(state: State, event: Wanted) -> Step:
    return (state if state.running else replace(state, due=event.now, poll=None)), ()


def _tick(state: State, event: Tick) -> Step:
    if state.running or state.due is None or event.now < state.due:
        return state, ()
    retries = tuple(at for at in state.retries if at + HOUR > event.now)
    if state.failures:
        if len(retries) >= MOST_RETRIES:
            return replace(state, due=retries[0] + HOUR), ()
        retries += (event.now,)
    poll = None if state.failures or state.poll is None or state.poll <= event.now else state.poll
    state = replace(state, retries=retries)
    return _ended(state, None, failures=state.failures, running=True, poll=poll), (Ask(heads=poll is None),)


def back_off(failures: int, chance: float, retry_after: float) -> float:
    """Seconds to wait after so many failures in a row."""
    longest = min(LONGEST_BACK_OFF, BACK_OFF * float(1 << min(failures - 1, 20)))
    return max(longest * chance, min(retry_after, LONGEST_RETRY_AFTER))


def _failed(state: State, event: Failed) -> Step:
    if event.kind in OF_ONE_WARD and state.todo:
        return _next_stream(replace(state, trouble=state.trouble or event.kind))
    if state.todo and event.kind in OF_ONE_CALL:
        return _less(state, event.kind)
    if event.kind == OTHER_KEY and not state.keyed:
        return _change_key(state)  # the answer to a change of key was lost, or the endpoint was put back to before it
    return _over(state, event.kind, event.now, event.chance, event.retry_after), ()


def _change_key(state: State, new: bool = False) -> Step:
    return replace(state, keyed=True, jobs=()), (ChangeKey(new),)


def _key_changed(state: State, _: KeyChanged) -> Step:
    return state, (Ask(heads=state.poll is None),)


def _over(state: State, kind: str, now: float, chance: float, retry_after: float) -> State:
    failures = state.failures + 1
    due: float | None = now + back_off(failures, chance, retry_after)
    if kind in SLOW:
        due = now + max(LONGEST_BACK_OFF * (0.5 + chance / 2), min(retry_after, LONGEST_RETRY_AFTER))
    elif kind in STOPS:
        due = None
    return _ended(state, due, failures=failures, stopped=kind if kind in STOPS | SLOW else "", trouble=kind)


def _caught_up(state: State, event: CaughtUp) -> Step:
    if state.trouble and state.trouble not in OF_ONE_WARD:
        return _over(state, state.trouble, event.now, event.chance, 0.0), ()
    if event.key_due and not state.keyed:
        return _change_key(state, new=True)
    poll = state.poll or event.now + POLL * (1 - POLL_SPREAD + 2 * POLL_SPREAD * event.chance)
    if state.saved_meanwhile:
        due, kept = min(event.now + COALESCE, poll), poll
    else:
        due, kept = max(event.now, poll), None
    most, page = min(state.most * pieces.LESS, pieces.MOST), min(state.page * pieces.LESS, PAGE_OPS)
    return _ended(replace(state, most=most, page=page), due, poll=kept, trouble=state.trouble, fresh=False), ()


# One stream after another.


def _heads(state: State, event: Heads) -> Step:
    if event.changing and not state.keyed:
        return _change_key(state)  # before anything more is sealed with the old one
    todo = tuple(dict.fromkeys([*event.waiting, *(head.st for head in event.heads)]))
    return _begin(replace(state, heads=event.heads, todo=todo))


def _next_stream(state: State) -> Step:
    return _begin(replace(state, todo=state.todo[1:]))


def _begin(state: State) -> Step:
    if not state.todo:
        return state, (CatchUp(),)
    head = next((one for one in state.heads if one.st == state.st), None)
    return replace(state, head=head, jobs=(), offering=False, reseals=0), (Look(state.st),)


def _looked(state: State, event: Looked) -> Step:
    state = replace(state, place=event.place)
    # An offer that was cut short begins anew: the endpoint may have been put back since it took the first of it.
    if event.place.offering and state.poll is not None:
        return replace(state, poll=None), (Ask(),)  # all is offered again only to an endpoint that was asked
    if event.place.offering:
        return _offer(state)
    if state.head is not None and regressed(event.place, state.head, event.least):
        return _offer(state)
    if event.unnumbered and state.head is not None and state.head.head == event.place.cursor:
        return _offer(state, rest=True)  # put back again before the numbers came, or put aside: it is asked which
    return (state, (Seal(state.st),)) if event.waits else _pull(state)


def regressed(place: Standing, head: HeadNow, least: int = 0) -> bool:
    """Whether the endpoint is not the one that gave this PC its numbers: `least`, where nothing was pulled yet."""
    if head.head < max(place.cursor, least):
        return True
    if not place.epoch:
        return False
    return head.epoch != place.epoch or (head.head == place.cursor and head.chain != place.chain)


def _offer(state: State, rest: bool = False) -> Step:
    state = replace(state, offering=True, offered=(*state.offered, state.st))
    return state, (OfferRest(state.st) if rest else Forget(state.st, first=True),)


def _forgotten(state: State, event: Forgotten) -> Step:
    return state, ((Forget(state.st, first=False),) if event.left else (Have(state.st),))


def _lacking(state: State, event: Lacking) -> Step:
    if event.batches:
        return _next_job(replace(state, jobs=pieces.cut(Job(event.batches), state.most, offering=True)))
    epoch = state.head.epoch if state.head else ""
    return state, ((Have(state.st),) if event.more else (EndOffer(state.st, epoch),))


def _offer_ended(state: State, event: OfferEnded) -> Step:
    return replace(state, offering=False, place=event.place), (Seal(state.st),)


# Push, and a bad op alone (I11).


def _sealed(state: State, event: Sealed) -> Step:
    if event.batch is None:
        return _pull(state)
    jobs = pieces.cut(Job((event.batch,)), state.most, offering=False)
    ahead = event.then is not None and len(jobs) == 1 and event.then.lines <= state.most
    then = Job((event.then,)) if event.then is not None and ahead else None
    return replace(state, jobs=jobs), (Push(state.st, jobs[0], False, then),)


def _next_job(state: State, *before: Effect) -> Step:
    effects = list(before)
    while state.jobs and state.jobs[0].span == (0, 0):
        effects.append(Settle(state.jobs[0].batches))
        state = replace(state, jobs=state.jobs[1:])
    if state.jobs:
        effects.append(Push(state.st, state.jobs[0], state.offering))
    else:
        effects.append(Have(state.st) if state.offering else Seal(state.st))
    return state, tuple(effects)


def _pushed(state: State, event: Pushed) -> Step:
    job, state = state.jobs[0], replace(state, jobs=state.jobs[1:], place=event.place)
    if state.head is not None or state.poll is not None:
        state = replace(state, head=event.head)
    effects: list[Effect] = []
    for batch, kind in event.problems:
        state, more = _not_taken(state, batch, kind, job)
        effects += more
    if event.stuck or state.reseals > MOST_RESEALS:
        state, pulling = _pull(replace(state, trouble=NOT_ACCEPTED, jobs=()))
        return state, (*effects, *pulling)
    return _next_job(state, *effects)


def _not_taken(state: State, batch: Sized, kind: str, job: Job) -> Step:
    if kind in ISOLATES:
        return _isolated(state, Job((batch,), job.span), kind)
    if state.offering:
        return state, (Settle((batch,)),)
    if kind == "batch-differs":
        return replace(state, reseals=state.reseals + 1), (Unseal(batch),)
    return state, (ListBatch(batch, kind),)


def _push_refused(state: State, event: PushRefused) -> Step:
    job, state = state.jobs[0], replace(state, jobs=state.jobs[1:])
    state, effects = _isolated(state, job, event.kind)
    return _next_job(state, *effects)


def _isolated(state: State, job: Job, kind: str) -> Step:
    """Halves a request until the bad op stands alone."""
    made = pieces.halves(job, state.offering)
    if made:
        return replace(state, jobs=(*made, *state.jobs)), ()
    (batch,) = job.batches
    alone = (Settle((batch,)),) if job.span is None else ()
    low, _ = job.span or (0, 1)
    return state, (alone if state.offering else (ListLine(batch, low, kind),))


def _less(state: State, kind: str) -> Step:
    """A request that did not come through: less at a time from now on, if the endpoint is still reached. Where there
    is no less, what else there is goes on."""
    size = pieces.lines(state.jobs[0]) if state.jobs else state.page
    if kind in SLOW_LINE and size > (1 if state.jobs else pieces.LEAST):
        less = max(size // pieces.LESS, 1)
        state = replace(state, most=less) if state.jobs else replace(state, page=less)
        return replace(state, todo=(), jobs=(), poll=None), (Ask(),)
    pushed = bool(state.jobs) and not state.offering
    state = replace(state, jobs=(), trouble=kind)
    return _pull(state) if pushed else _next_stream(state)


def _answered_by_another(state: State, event: Regressed) -> Step:
    if state.st in state.offered:
        return _next_stream(replace(state, trouble=NOT_ACCEPTED))
    return _offer(replace(state, head=event.head, place=event.place, jobs=()))


# Pull.


def _pull(state: State) -> Step:
    if state.head is None or state.head.head <= state.place.cursor:
        return _next_stream(state)
    return state, (Pull(state.st, state.page),)


def _stored(state: State, event: Stored) -> Step:
    return _pull(replace(state, place=event.place, head=event.head))


def _page_refused(state: State, event: PageRefused) -> Step:
    other = event.kind == OTHER_NUMBERS or (event.kind == BROKEN_CHAIN and state.place.cursor)
    if other and state.st not in state.offered:
        return _offer(state)
    return _next_stream(replace(state, trouble=NO_ROOM if event.kind == NO_ROOM else NOT_ACCEPTED))


HANDLERS: dict[type, Callable[[State, Any], Step]] = {
    Started: _started,
    Saved: _saved,
    Wanted: _wanted,
    Tick: _tick,
    Failed: _failed,
    CaughtUp: _caught_up,
    KeyChanged: _key_changed,
    Heads: _heads,
    Looked: _looked,
    Forgotten: _forgotten,
    Lacking: _lacking,
    OfferEnded: _offer_ended,
    Sealed: _sealed,
    Pushed: _pushed,
    PushRefused: _push_refused,
    Regressed: _answered_by_another,
    Stored: _stored,
    PageRefused: _page_refused,
}
