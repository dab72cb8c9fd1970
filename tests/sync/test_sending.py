"""One batch on its way while the answer to the one before is written down: what is gained, and what may break."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.factories import logged
from tests.sync.test_two_pcs import rows, synced
from vpr_desktop import bootstrap
from vpr_desktop.domain.batches import split
from vpr_desktop.domain.errors import DiskFull, Stopped
from vpr_desktop.services import enrolment
from vpr_desktop.services.context import Context
from vpr_desktop.storage import lifetime, outbox
from vpr_desktop.sync import cycles
from vpr_desktop.sync.client import Client
from vpr_desktop.sync.lane import Manners
from vpr_desktop.sync.refusals import Refused
from vpr_desktop.sync.runner import Runner

PUSH, TAKE, INIT = Client.push, Runner._take, Runner.__init__
SOON = 60  # seconds that no sound run needs


@pytest.fixture
def pc(make_pc: Callable[[str], Context], monkeypatch: pytest.MonkeyPatch) -> Context:
    """A PC with three incidents to send, two entries in a batch."""
    monkeypatch.setattr(Runner, "most_in_batch", 2)
    made = make_pc("one")
    for _ in range(3):
        logged(made)
    made.clock.forward(minutes=3)  # type: ignore[attr-defined]
    return made


class Ended(BaseException):
    """The app was ended."""


def ended(*_given: Any) -> Any:
    raise Ended


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies of all pushes, as they go."""
    bodies: list[bytes] = []

    def push(self: Client, st: str, body: bytes, first: str) -> Any:
        bodies.append(body)
        return PUSH(self, st, body, first)

    monkeypatch.setattr(Client, "push", push)
    return bodies


def arrived_once(pc: Context, endpoint: Central) -> None:
    """Every entry is held there once, and nothing waits here."""
    assert endpoint.rows("SELECT op_id, count(*) FROM op GROUP BY op_id HAVING count(*) > 1") == []
    held = {row[0] for row in endpoint.rows("SELECT op_id FROM op")}
    assert held == {row[0] for row in rows(pc, "SELECT id FROM op")}
    assert rows(pc, "SELECT count(*) FROM outbox") == [(0,)]
    assert rows(pc, "SELECT count(*) FROM op WHERE seq IS NULL") == [(0,)]


def test_the_next_batch_arrives_while_the_answer_to_one_is_written_down(
    pc: Context, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    second = threading.Event()

    def push(self: Client, st: str, body: bytes, first: str) -> Any:
        sent.append(first)
        if len(sent) == 2:
            second.set()
        return PUSH(self, st, body, first)

    def take(self: Runner, *given: Any) -> Any:
        assert second.wait(SOON), "it waits until all of the first is written down"
        return TAKE(self, *given)

    monkeypatch.setattr(Client, "push", push)
    monkeypatch.setattr(Runner, "_take", take)
    assert bootstrap.sync(pc).refused is None
    arrived_once(pc, endpoint)
    count = len(rows(pc, "SELECT n FROM batch"))
    assert len(sent) == len(set(sent)) == count > 2, "each batch goes once"


def test_an_answer_that_is_lost_behind_another_is_asked_for_again(
    pc: Context, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def push(self: Client, st: str, body: bytes, first: str) -> Any:
        sent.append(first)
        told = PUSH(self, st, body, first)
        if len(sent) == 2:
            raise Refused("no-answer")
        return told

    monkeypatch.setattr(Client, "push", push)
    got = bootstrap.sync(pc)
    assert (got.refused, got.waiting) == (None, 0), "the endpoint is there, so it is asked again in the same cycle"
    assert sent[2] == sent[1], "the same batch, not one cut anew"
    arrived_once(pc, endpoint)


def test_a_full_disk_behind_a_batch_on_its_way_loses_nothing_and_leaves_no_call_behind(
    pc: Context, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to the first cannot be written; the second was sent by then, and arrives."""
    answered = threading.Event()

    def push(self: Client, st: str, body: bytes, first: str) -> Any:
        told = PUSH(self, st, body, first)
        if endpoint.rows("SELECT count(*) FROM batch")[0][0] > 1:
            answered.set()
        return told

    def full(*_given: Any) -> Any:
        raise DiskFull

    with monkeypatch.context() as broken:
        broken.setattr(Client, "push", push)
        broken.setattr(Runner, "_take", full)
        got = bootstrap.sync(pc)
    assert got.refused is not None
    assert got.refused.kind == "disk-full"
    assert answered.is_set(), "the cycle is over once nothing of it is under way"
    for thread in [one for one in threading.enumerate() if one.name == "vpr-push"]:
        thread.join(SOON)
        assert not thread.is_alive()
    synced(pc)
    arrived_once(pc, endpoint)


def test_two_batches_that_were_sent_and_not_answered_go_again_as_they_were(
    pc: Context, endpoint: Central, sent: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the app was ended while both were under way."""
    with monkeypatch.context() as cut:
        cut.setattr(Runner, "_take", ended)
        with pytest.raises(Ended):
            bootstrap.sync(pc)
    assert len(sent) == 2
    assert len(outbox.unanswered_batches(pc.store.db, pc.ward_id)) == 2
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    assert bootstrap.sync(pc).refused is None
    lines = [[(one.header, one.hashes) for one in split(body)] for body in sent]
    assert lines[2:4] == lines[:2]
    arrived_once(pc, endpoint)


def test_an_answer_cut_off_in_the_middle_keeps_what_was_written_down_and_asks_for_the_rest(
    pc: Context, endpoint: Central, sent: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the app was ended between two parts of one answer: what has its number goes without its bytes."""

    def wanted(self: Runner, *given: Any, **named: Any) -> None:
        INIT(self, *given, **named)
        self.manners = Manners(lambda: True, self.monotonic)

    monkeypatch.setattr(Runner, "part", 1)
    monkeypatch.setattr(Runner, "__init__", wanted)
    with monkeypatch.context() as cut:
        cut.setattr(Runner, "_took", ended)
        with pytest.raises(Ended):
            bootstrap.sync(pc)
    assert rows(pc, "SELECT count(*) FROM op WHERE seq IS NOT NULL") == [(1,)]
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    before = len(sent)
    assert bootstrap.sync(pc).refused is None
    carried = [[line.raw is not None for line in batch.lines] for body in sent[before:] for batch in split(body)]
    assert carried[0] == [False, True]
    arrived_once(pc, endpoint)


def test_a_session_that_ends_while_a_batch_is_answered_sends_no_other(
    pc: Context, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the PC is locked nothing is sent."""
    ended = threading.Event()
    sent: list[bool] = []
    unit = enrolment.InUnit(pc)

    def in_unit(job: Callable[[Any], Any]) -> Any:
        if ended.is_set():
            raise Stopped
        return unit(job)

    def push(self: Client, st: str, body: bytes, first: str) -> Any:
        sent.append(ended.is_set())
        told = PUSH(self, st, body, first)
        ended.set()
        return told

    monkeypatch.setattr(Client, "push", push)
    client = bootstrap.connect(pc, endpoint.address)
    with pytest.raises(Stopped):
        cycles.cycle(Runner(in_unit, client, pc.clock.now, pc.clock.monotonic, lambda: 0.5))
    client.close()
    assert sent == [False]
    synced(pc)
    arrived_once(pc, endpoint)


def test_what_was_sealed_may_be_known_elsewhere_and_keeps_its_label(
    pc: Context, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that was lost says nothing of whether the report arrived."""

    def lost(self: Client, st: str, body: bytes, first: str) -> Any:
        PUSH(self, st, body, first)
        raise Refused("no-answer")

    monkeypatch.setattr(Runner, "most_in_batch", 500)
    assert len(lifetime.never_sent(pc.store.db)) == 3
    monkeypatch.setattr(Client, "push", lost)
    assert bootstrap.sync(pc).refused is not None
    arrived = {row[0] for row in endpoint.rows("SELECT DISTINCT ei FROM op WHERE et = 'incident'")}
    assert arrived
    assert not arrived & set(lifetime.never_sent(pc.store.db))


def test_what_is_sent_again_from_an_older_batch_does_not_take_the_answer_of_the_one_under_way(
    pc: Context, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While an answer is written down the next batch is on its way; the older one then goes before that."""
    logged(pc, description="The canary op")
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]

    def refusing(self: Client, st: str, body: bytes, first: str) -> Any:
        if b"The canary op" in body:
            raise Refused("too-large")
        return PUSH(self, st, body, first)

    with monkeypatch.context() as once:
        once.setattr(Client, "push", refusing)
        assert bootstrap.sync(pc).needs_review == 1
    ((listed, *_),) = outbox.needs_you(pc.store.db)
    for _ in range(3):
        logged(pc)
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    taken: list[Any] = []

    def take(self: Runner, *given: Any) -> Any:
        told = TAKE(self, *given)
        if not taken:
            assert self._sending is not None, "the next batch is on its way"
            with pc.unit() as unit:
                outbox.send_again(unit.db, listed)
                unit.commit("")
        taken.append(told)
        return told

    monkeypatch.setattr(Runner, "_take", take)
    assert bootstrap.sync(pc).refused is None
    assert outbox.needs_you(pc.store.db) == []
    arrived_once(pc, endpoint)
