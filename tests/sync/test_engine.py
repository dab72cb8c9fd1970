"""The sync lane's decisions by table: which effects follow which event, and how retries are spread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vpr_desktop.sync import engine
from vpr_desktop.sync.engine import State, step
from vpr_desktop.sync.events import (
    Ask,
    CatchUp,
    CaughtUp,
    ChangeKey,
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

A, B = "ward-a", "ward-b"
HERE = Standing(10, "e1", "c10")
BATCH = Sized(7, 4)
NOTHING = Standing(0, "", "c0")


def head(n: int = 10, st: str = A, epoch: str = "e1", chain: str = "c10") -> HeadNow:
    return HeadNow(st, epoch, n, chain)


def at_work(now: HeadNow | None = None, place: Standing = HERE, **changes: Any) -> State:
    """A cycle that stands in ward A."""
    return replace(State(running=True, todo=(A,), head=now or head(), place=place), **changes)


def pushing(*batches: Sized, **changes: Any) -> State:
    return at_work(jobs=(Job(batches or (BATCH,)),), **changes)


def pushed(*problems: tuple[Sized, str], stuck: bool = False) -> Pushed:
    return Pushed(problems, stuck, head(), HERE)


CASES: dict[str, tuple[State, Any, tuple[Any, ...]]] = {
    "a tick before it is due": (State(due=5.0), Tick(4.9), ()),
    "a tick when nothing is to come": (State(), Tick(1e9), ()),
    "a tick while it runs": (State(due=5.0, running=True), Tick(6.0), ()),
    "a tick when it is due": (State(due=5.0), Tick(5.0), (Ask(),)),
    "no ward at all": (State(running=True), Heads((), ()), (CatchUp(),)),
    "the ward with waiting ops first": (State(running=True), Heads((head(st=B),), (A,)), (Look(A),)),
    "nothing waits": (State(running=True), Heads((head(st=B),), ()), (Look(B),)),
    "all as before": (at_work(), Looked(HERE), (Seal(A),)),
    "all as before, nothing waits": (at_work(), Looked(HERE, waits=False), (CatchUp(),)),
    "nothing waits, something to fetch": (at_work(head(12)), Looked(HERE, waits=False), (Pull(A, 2000),)),
    "nothing waits, and another epoch": (
        at_work(head(epoch="e2")), Looked(HERE, waits=False), (Forget(A, first=True),)),
    "first contact": (at_work(), Looked(NOTHING), (Seal(A),)),
    "the ward left the scope": (replace(at_work(), head=None), Looked(HERE), (Seal(A),)),
    "the epoch changed": (at_work(head(epoch="e2")), Looked(HERE), (Forget(A, first=True),)),
    "the head is behind the cursor": (at_work(head(9)), Looked(HERE), (Forget(A, first=True),)),
    "the chain differs at the cursor": (at_work(head(chain="cx")), Looked(HERE), (Forget(A, first=True),)),
    "fewer ops than it gave numbers for": (at_work(head(10)), Looked(HERE, 11), (Forget(A, first=True),)),
    "all fetched, and some of what was offered has no number": (
        at_work(head(10)), Looked(HERE, 10, unnumbered=True), (OfferRest(A),)),
    "more to fetch, where numbers may come": (
        at_work(head(12)), Looked(HERE, 10, waits=False, unnumbered=True), (Pull(A, 2000),)),
    "as many as it said it holds": (at_work(head(10)), Looked(HERE, 10), (Seal(A),)),
    "killed while offering": (at_work(), Looked(replace(HERE, offering=True)), (Forget(A, first=True),)),
    "more numbers to forget": (at_work(offering=True), Forgotten(True), (Forget(A, first=False),)),
    "all numbers forgotten": (at_work(offering=True), Forgotten(False), (Have(A),)),
    "lacks some": (at_work(offering=True), Lacking((BATCH,), True), (Push(A, Job((BATCH,)), True),)),
    "lacks none of these": (at_work(offering=True), Lacking((), True), (Have(A),)),
    "lacks none": (at_work(offering=True), Lacking((), False), (EndOffer(A, "e1"),)),
    "offered all": (at_work(offering=True), OfferEnded(NOTHING), (Seal(A),)),
    "an offer was taken": (pushing(offering=True), pushed(), (Have(A),)),
    "an offer was not taken": (pushing(offering=True), pushed((BATCH, "batch-signature")), (Settle((BATCH,)), Have(A))),
    "a batch to send": (at_work(), Sealed(BATCH), (Push(A, Job((BATCH,)), False),)),
    "a batch to send, and one to follow": (
        at_work(), Sealed(BATCH, Sized(8, 1)), (Push(A, Job((BATCH,)), False, Job((Sized(8, 1),))),)),
    "nothing to send, nothing to fetch": (at_work(), Sealed(None), (CatchUp(),)),
    "nothing to send, something to fetch": (at_work(head(12)), Sealed(None), (Pull(A, 2000),)),
    "nothing to fetch from a ward that left": (replace(at_work(), head=None), Sealed(None), (CatchUp(),)),
    "taken": (pushing(), pushed(), (Seal(A),)),
    "taken from a ward that left": (replace(pushing(), head=None), pushed(), (Seal(A),)),
    "held with other content": (pushing(), pushed((BATCH, "batch-differs")), (Unseal(BATCH), Seal(A))),
    "held with other content again and again": (
        pushing(reseals=3), pushed((BATCH, "batch-differs")), (Unseal(BATCH), CatchUp())),
    "a bad signature": (
        pushing(), pushed((BATCH, "batch-signature")), (ListBatch(BATCH, "batch-signature"), Seal(A))),
    "nothing said of what was carried": (pushing(), pushed(stuck=True), (CatchUp(),)),
    "a batch too large": (
        pushing(), pushed((BATCH, "batch-too-large")), (Push(A, Job((BATCH,), (0, 2)), False),)),
    "refused as a whole": (pushing(), PushRefused("unreadable-body"), (Push(A, Job((BATCH,), (0, 2)), False),)),
    "several refused as a whole": (
        pushing(BATCH, Sized(8, 1), Sized(9, 1), offering=True), PushRefused("too-large"),
        (Push(A, Job((BATCH,)), True),)),
    "the bad op alone": (
        at_work(jobs=(Job((BATCH,), (2, 3)),)), PushRefused("too-large"), (ListLine(BATCH, 2, "too-large"), Seal(A))),
    "the bad op of another PC alone": (
        at_work(jobs=(Job((BATCH,), (2, 3)),), offering=True), PushRefused("too-large"), (Have(A),)),
    "a batch of one bad op of another PC": (
        pushing(Sized(8, 1), offering=True), PushRefused("too-large"), (Settle((Sized(8, 1),)), Have(A))),
    "the halves of an offered batch went": (
        at_work(jobs=(Job((BATCH,), (2, 4)), Job((BATCH,), (0, 0))), offering=True), pushed(),
        (Settle((BATCH,)), Have(A))),
    "restored while the cycle ran": (pushing(), Regressed(head(3), HERE), (Forget(A, first=True),)),
    "restored twice in a cycle": (pushing(offered=(A,)), Regressed(head(3), HERE), (CatchUp(),)),
    "a page stored, more to come": (at_work(head(12)), Stored(HERE, head(14)), (Pull(A, 2000),)),
    "the last page stored": (at_work(head(10)), Stored(HERE, head(10)), (CatchUp(),)),
    "a chain that broke behind the cursor": (at_work(), PageRefused("chain-differs"), (Forget(A, first=True),)),
    "other numbers than were given, though nothing was pulled yet": (
        at_work(place=NOTHING), PageRefused("numbers-differ"), (Forget(A, first=True),),
    ),
    "a chain that broke from the beginning": (at_work(place=NOTHING), PageRefused("chain-differs"), (CatchUp(),)),
    "a chain that broke after all was offered": (at_work(offered=(A,)), PageRefused("chain-differs"), (CatchUp(),)),
    "a page that proves nothing": (at_work(todo=(A, B)), PageRefused("gap"), (Look(B),)),
    "a ward outside the scope": (at_work(todo=(A, B)), Failed("not-in-scope", 0.0, 0.5), (Look(B),)),
    "busy": (at_work(todo=(A, B)), Failed("busy", 0.0, 0.5), ()),
    "no answer before any ward": (State(running=True), Failed("no-answer", 0.0, 0.5), ()),
    "no answer to a push, and it asks whether there is anybody": (
        pushing(todo=(A, B)), Failed("no-answer", 0.0, 0.5), (Ask(),)),
    "no answer to a push of one line": (
        pushing(Sized(8, 1), todo=(A, B)), Failed("no-answer", 0.0, 0.5), (Look(B),)),
    "no answer to a push of one line, something to fetch": (
        pushing(Sized(8, 1), now=head(12)), Failed("too-slow", 0.0, 0.5), (Pull(A, 2000),)),
    "no answer to an offer of one line": (
        pushing(Sized(8, 1), now=head(12), offering=True), Failed("no-answer", 0.0, 0.5), (CatchUp(),)),
    "a fault of one push": (pushing(now=head(12)), Failed("fault", 0.0, 0.5), (Pull(A, 2000),)),
    "no page": (at_work(todo=(A, B)), Failed("no-answer", 0.0, 0.5), (Ask(),)),
    "no page, however small": (at_work(todo=(A, B), page=32), Failed("no-answer", 0.0, 0.5), (Look(B),)),
    "a batch larger than the line takes": (at_work(most=3), Sealed(BATCH), (Push(A, Job((BATCH,), (0, 3)), False),)),
    "a batch as large as the line takes, the next larger": (
        at_work(most=4), Sealed(BATCH, Sized(8, 5)), (Push(A, Job((BATCH,)), False),)),
    "an offer larger than the line takes": (
        at_work(offering=True, most=2), Lacking((BATCH, Sized(8, 1)), True), (Push(A, Job((BATCH,), (0, 2)), True),)),
    "a smaller page": (at_work(head(12), page=31), Sealed(None), (Pull(A, 31),)),
    "out of scope before any ward": (State(running=True), Failed("not-in-scope", 0.0, 0.5), ()),
    "a key to be changed, once nothing is left": (at_work(), CaughtUp(0.0, 0.5, key_due=True), (ChangeKey(new=True),)),
    "no key after a cycle that did not end well": (
        at_work(trouble="answer-not-accepted"), CaughtUp(0.0, 0.5, key_due=True), ()),
    "no second key in a cycle": (at_work(keyed=True), CaughtUp(0.0, 0.5, key_due=True), ()),
    "a change of key under way, before anything is sealed": (
        State(running=True), Heads((head(),), (A,), changing=True), (ChangeKey(new=False),)),
    "a change of key that was seen to": (
        State(running=True, keyed=True), Heads((head(),), (A,), changing=True), (Look(A),)),
    "a signature that is not known there": (pushing(), Failed("bad-signature", 0.0, 0.5), (ChangeKey(new=False),)),
    "nor after the key was told": (pushing(keyed=True), Failed("bad-signature", 0.0, 0.5), ()),
    "from the beginning with the key that is known": (at_work(keyed=True), KeyChanged(), (Ask(),)),
    "the same while only something is sent": (at_work(keyed=True, poll=60.0), KeyChanged(), (Ask(heads=False),)),
    "a save while it runs": (at_work(), Saved(1.0), ()),
    "wanted while it runs": (at_work(), Wanted(1.0), ()),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_follows(case: str) -> None:
    state, event, effects = CASES[case]
    assert step(state, event)[1] == effects


DUE: dict[str, tuple[State, Any, float | None]] = {
    "first poll at random": (State(), Started(100.0, 0.25, False), 115.0),
    "waiting ops at once": (State(), Started(100.0, 0.25, True), 100.0),
    "two seconds after a save": (State(due=500.0), Saved(100.0), 102.0),
    "saves of one form together": (State(due=101.0), Saved(100.5), 101.0),
    "a save brings no retry forward": (State(due=500.0, failures=2), Saved(100.0), 500.0),
    "a save after a revocation": (State(), Saved(100.0), None),
    "wanted now": (State(due=500.0, failures=2), Wanted(100.0), 100.0),
    "a poll, early": (at_work(), CaughtUp(100.0, 0.0), 148.0),
    "a poll, late": (at_work(), CaughtUp(100.0, 1.0), 172.0),
    "saved meanwhile": (at_work(saved_meanwhile=True), CaughtUp(100.0, 1.0), 102.0),
    "first failure": (State(running=True), Failed("no-connection", 100.0, 0.5), 101.0),
    "third failure": (State(running=True, failures=2), Failed("no-connection", 100.0, 0.5), 104.0),
    "many failures": (State(running=True, failures=400), Failed("no-connection", 100.0, 1.0), 1000.0),
    "told when": (at_work(), Failed("busy", 100.0, 0.5, 30.0), 130.0),
    "told to wait a day": (at_work(), Failed("too-many", 100.0, 0.5, 86400.0), 3700.0),
    "an earlier time than the back-off": (at_work(failures=9), Failed("busy", 100.0, 1.0, 30.0), 1000.0),
    "not accepted yet": (at_work(), Failed("device-waiting", 100.0, 0.0), 550.0),
    "of one ward alone": (at_work(trouble="not-in-scope"), CaughtUp(100.0, 0.5), 160.0),
    "revoked": (at_work(), Failed("device-revoked", 100.0, 0.5, 30.0), None),
    "an answer that was not accepted": (at_work(trouble="answer-not-accepted"), CaughtUp(100.0, 0.5), 101.0),
    "the hour's tries are used up": (
        State(due=3500.0, failures=3, retries=tuple(float(i) for i in range(120))), Tick(3500.0), 3600.0),
}  # fmt: skip


@pytest.mark.parametrize("case", DUE)
def test_when_the_next_cycle_begins(case: str) -> None:
    state, event, due = DUE[case]
    assert step(state, event)[0].due == due


def test_success_ends_the_back_off_and_a_revocation_is_remembered() -> None:
    assert step(at_work(failures=5), CaughtUp(0.0, 0.5))[0].failures == 0
    assert step(at_work(), Failed("device-revoked", 0.0, 0.5))[0].stopped == "device-revoked"
    assert engine.begun(7.0)[1] == (Ask(),)


def test_i11_one_bad_op_stands_alone_and_every_other_line_is_carried() -> None:
    """The endpoint refuses every request that carries line 311 of 500 with its bytes."""
    batch = Sized(1, 500)
    state, effects = step(at_work(), Sealed(batch))
    carried: set[int] = set()
    requests = 0
    while isinstance(effects[-1], Push):
        requests += 1
        low, high = effects[-1].job.span or (0, 500)
        if low <= 311 < high:
            state, effects = step(state, PushRefused("unreadable-body"))
        else:
            carried |= set(range(low, high))
            state, effects = step(state, pushed())
        if any(isinstance(one, ListLine) for one in effects):
            assert effects[0] == ListLine(batch, 311, "unreadable-body")
    assert carried == set(range(500)) - {311}
    assert requests <= 2 * 9 + 1


def test_i11_a_ward_whose_answers_are_refused_does_not_keep_others_waiting() -> None:
    state, effects = step(at_work(todo=(A, B), heads=(head(), head(12, B))), PageRefused("gap"))
    assert effects == (Look(B),)
    state, effects = step(state, Looked(HERE))
    state, effects = step(state, Sealed(None))
    assert effects == (Pull(B, 2000),)
    state, effects = step(state, Stored(replace(HERE, cursor=12), head(12, B)))
    assert effects == (CatchUp(),)
    assert step(state, CaughtUp(0.0, 0.5))[0].failures == 1


@pytest.mark.parametrize("kind", ["answer-too-large", "answer-not-accepted", "refused", "fault"])
def test_i11_a_call_of_one_ward_that_always_fails_does_not_keep_others_waiting(kind: str) -> None:
    state, effects = step(pushing(BATCH, todo=(A, B), heads=(head(12), head(12, B))), Failed(kind, 0.0, 0.5))
    assert effects == (Look(B),)
    state, effects = step(at_work(now=head(12), todo=(A, B), heads=(head(12), head(12, B))), Failed(kind, 0.0, 0.5))
    assert effects == (Look(B),)
    state, _ = step(replace(state, todo=()), CaughtUp(0.0, 0.5))
    assert (state.trouble, state.failures) == (kind, 1)


def test_i11_a_ward_outside_the_scope_is_told_of_and_no_other_waits_for_it() -> None:
    state, effects = step(at_work(todo=(A, B)), Failed("not-in-scope", 0.0, 0.5))
    assert (state.trouble, effects) == ("not-in-scope", (Look(B),))
    state, _ = step(replace(state, todo=()), CaughtUp(100.0, 0.5))
    assert (state.trouble, state.failures) == ("not-in-scope", 0)
    assert step(state, Saved(101.0))[0].due == 103.0  # what is saved in another ward goes at once
    assert step(state, Tick(200.0))[0].trouble == ""
    other = at_work(todo=(A, B), trouble="answer-not-accepted")
    assert step(other, Failed("not-in-scope", 0.0, 0.5))[0].trouble == "answer-not-accepted"


@pytest.mark.parametrize("kind", sorted(engine.SLOW_LINE))
@pytest.mark.parametrize("takes", [1, 30, 130, 499])
def test_i1_a_batch_too_large_for_a_slow_line_leaves_in_parts_and_the_size_that_went_is_remembered(
    kind: str, takes: int
) -> None:
    batch = Sized(1, 500)
    state, effects = step(at_work(heads=(head(),)), Sealed(batch))
    carried: list[int] = []
    failed = 0
    while effects != (Seal(A),):
        if effects == (Ask(),):
            state, _ = step(state, Heads((head(),), (A,)))
            state, effects = step(step(state, Looked(HERE))[0], Sealed(batch))
        low, high = effects[-1].job.span or (0, 500)
        assert effects[-1].then is None
        if high - low > takes:
            failed += 1
            state, effects = step(state, Failed(kind, 0.0, 0.5))
        else:
            carried += range(low, high)
            state, effects = step(state, pushed())
    assert carried == list(range(500))
    assert failed <= 5
    assert state.trouble == ""
    _, effects = step(state, Sealed(Sized(2, 500)))
    low, high = effects[-1].job.span
    assert high - low <= takes


def test_a_size_that_was_too_much_is_tried_again_after_cycles_without_fault() -> None:
    state = at_work(todo=(), most=32, page=31)
    for most, page in ((128, 124), (512, 496), (2048, 1984), (8192, 2000)):
        state, _ = step(state, CaughtUp(0.0, 0.5))
        assert (state.most, state.page) == (most, page)
        state, _ = step(state, Tick(1e6))
    kept = step(state, Failed("busy", 0.0, 0.5))[0]
    assert (kept.most, step(kept, Tick(1e7))[0].most) == (8192, 8192)


def test_after_an_outage_that_befell_a_small_batch_a_large_one_does_not_go_line_by_line() -> None:
    state, effects = step(pushing(Sized(8, 3)), Failed("no-connection", 0.0, 0.5))
    assert (state.most, effects) == (1, (Ask(),))
    state, _ = step(step(state, Failed("no-connection", 0.0, 0.5))[0], Tick(1e6))
    assert state.most == 32


def test_a_save_is_sent_without_asking_for_the_heads_first_and_the_poll_keeps_its_time() -> None:
    state, effects = step(State(due=500.0, fresh=False), Saved(100.0))
    assert (state.due, effects) == (102.0, ())
    state, effects = step(state, Tick(102.0))
    assert effects == (Ask(heads=False),)
    state, effects = step(state, Heads((), (A,)))
    assert effects == (Look(A),)
    state, effects = step(state, Looked(HERE))
    assert effects == (Seal(A),)
    state, effects = step(state, Sealed(BATCH))
    assert isinstance(effects[0], Push)
    now = replace(HERE, cursor=HERE.cursor + 1)
    state, effects = step(state, Pushed((), False, HeadNow(A, now.epoch, now.cursor, now.chain), now))
    assert effects == (Seal(A),)
    state, effects = step(state, Sealed(None))
    assert effects == (CatchUp(),)  # nothing of others came meanwhile, so nothing is fetched
    state, effects = step(state, CaughtUp(103.0, 0.5))
    assert (state.due, state.poll, effects) == (500.0, None, ())
    assert step(state, Tick(500.0))[1] == (Ask(),)


def test_I2_the_first_cycle_asks_before_it_seals_whether_this_is_still_the_file_that_pushed_last() -> None:
    """A file put back while the app was closed would otherwise count a batch as one that the endpoint holds."""
    state, _ = step(State(), Started(100.0, 0.5, False))
    state, _ = step(state, Saved(101.0))
    assert (state.due, state.poll) == (103.0, None)
    state, effects = step(state, Tick(103.0))
    assert effects == (Ask(heads=True),)
    state, _ = step(replace(state, todo=()), CaughtUp(104.0, 0.5))
    state, _ = step(state, Saved(105.0))
    assert step(state, Tick(107.0))[1] == (Ask(heads=False),)


def test_what_others_sent_meanwhile_is_fetched_with_the_answer_to_a_push() -> None:
    state = State(running=True, todo=(A,), place=HERE, jobs=(Job((BATCH,)),), poll=500.0)
    state, effects = step(state, Pushed((), False, HeadNow(A, HERE.epoch, HERE.cursor + 3, "ff"), HERE))
    state, effects = step(state, Sealed(None))
    assert effects == (Pull(A, 2000),)


def test_all_is_offered_again_only_to_an_endpoint_that_was_asked() -> None:
    state = State(running=True, todo=(A,), poll=500.0)
    state, effects = step(state, Looked(replace(HERE, offering=True)))
    assert (state.poll, effects) == (None, (Ask(),))
