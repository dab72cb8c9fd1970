"""What the runner does where the endpoint refuses or lies: bad ops alone, batches sealed anew, answers not taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.central.conftest import TABLES, Central
from tests.factories import logged
from tests.sync.test_two_pcs import rows, same, synced
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.domain.batches import b64, split, stream_chain_start
from vpr_desktop.services import enrolment
from vpr_desktop.services.context import Context
from vpr_desktop.storage import outbox
from vpr_desktop.sync import protocol
from vpr_desktop.sync.answers import answers_of
from vpr_desktop.sync.client import Client
from vpr_desktop.sync.events import Ask, Look, Seal, Sized
from vpr_desktop.sync.protocol import BatchAnswer, PushAnswer
from vpr_desktop.sync.refusals import Refused
from vpr_desktop.sync.runner import Runner

PUSH = Client.push


@pytest.mark.parametrize(
    ("kind", "state", "code"),
    [("unreadable-body", "REFUSED", "op-unreadable"), ("too-large", "TOO_LARGE", "op-too-large")],
)
def test_i11_one_bad_op_stands_alone_and_all_others_arrive(
    make_pc: Callable[[str], Context], endpoint: Central, monkeypatch: Any, kind: str, state: str, code: str
) -> None:
    pc = make_pc("one")
    logged(pc)
    logged(pc, description="The canary op")
    logged(pc)

    def refusing(self: Client, st: str, body: bytes, first: str) -> Any:
        if b"The canary op" in body:
            raise Refused(kind)
        return PUSH(self, st, body, first)

    monkeypatch.setattr(Client, "push", refusing)
    got = synced(pc)[0]
    assert (got.waiting, got.needs_review) == (0, 1)
    assert outbox.needs_you(pc.store.db)[0][1:3] == (state, code)
    assert endpoint.rows("SELECT count(*) FROM op")[0][0] == rows(pc, "SELECT count(*) FROM op")[0][0] - 1
    assert len(rows(pc, "SELECT id FROM batch")) == 1  # never cut anew
    monkeypatch.setattr(Client, "push", PUSH)
    with pc.unit() as unit:
        outbox.send_again(unit.db, outbox.needs_you(unit.db)[0][0])
        unit.commit("")
    assert synced(pc)[0].needs_review == 0
    assert endpoint.rows("SELECT count(*) FROM op")[0][0] == rows(pc, "SELECT count(*) FROM op")[0][0]


def test_a_batch_held_with_other_content_is_sealed_anew(
    make_pc: Callable[[str], Context], endpoint: Central, monkeypatch: Any
) -> None:
    pc = make_pc("one")
    refused: list[str] = []

    def once(self: Client, st: str, body: bytes, first: str) -> Any:
        if refused:
            return PUSH(self, st, body, first)
        refused.append(first)
        told = BatchAnswer(first, problem=protocol.problem("batch-differs"))
        return PushAnswer([told], 0, b64(stream_chain_start(st)), endpoint.rows("SELECT epoch FROM stream")[0][0])

    monkeypatch.setattr(Client, "push", once)
    assert synced(pc)[0].waiting == 0
    ids = [row[0] for row in rows(pc, "SELECT id FROM batch ORDER BY n")]
    assert (ids[0], len(ids)) == (refused[0], 2)
    assert rows(pc, "SELECT DISTINCT batch FROM op") == [(2,)]


def test_a_batch_whose_signature_is_refused_is_listed(make_pc: Callable[[str], Context], monkeypatch: Any) -> None:
    pc = make_pc("one")
    seen: list[Any] = []

    def never(self: Client, st: str, body: bytes, first: str) -> Any:  # noqa: ARG001
        seen.append(split(body))
        told = [BatchAnswer(first, problem=protocol.problem("batch-signature"))]
        return PushAnswer(told, 0, b64(stream_chain_start(st)), "e")

    monkeypatch.setattr(Client, "push", never)
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    got = bootstrap.sync(pc)
    assert len(seen) == 1
    assert (got.waiting, got.needs_review) == (0, seen[0][0].header.n)
    assert {row[2] for row in outbox.needs_you(pc.store.db)} == {"batch-signature"}


def test_a_pc_the_restored_endpoint_never_knew_is_answered_for_by_the_others(
    two: tuple[Context, Context], endpoint: Central
) -> None:
    """An endpoint that lost everything: the PC with a new code brings back also what the other one wrote."""
    one, other = two
    logged(one)
    logged(other)
    synced(one, other, one)
    held = rows(one, "SELECT id, hash FROM op ORDER BY id")
    with endpoint.admin.write() as session:
        for table in reversed(TABLES):
            if table not in ("trust", "stream", "meta"):
                session.run(f"DELETE FROM {table}")
        session.run("UPDATE stream SET head = 0, epoch = 'new'")
    with endpoint.admin.write() as session:
        for (st,) in endpoint.rows("SELECT id FROM stream"):
            session.run("UPDATE stream SET chain = :c WHERE id = :id", c=stream_chain_start(st), id=st)
    one.clock.forward(minutes=3)  # type: ignore[attr-defined]
    got = bootstrap.sync(one)
    assert got.refused is not None
    assert got.refused.kind == "unknown-device"
    bootstrap.enrol(one, endpoint.address, admin.add_code(endpoint.admin, ("CED",), "RX1")["code"])
    synced(one)
    assert endpoint.rows("SELECT count(*) FROM op")[0][0] == len(held)
    bootstrap.enrol(other, endpoint.address, admin.add_code(endpoint.admin, ("CED",), "RX1")["code"])
    synced(other, one)
    assert rows(other, "SELECT id, hash FROM op ORDER BY id") == held
    same(one, other)


ODD: dict[str, list[BatchAnswer]] = {
    "none": [],
    "of another batch": [BatchAnswer("c", first=1, stored=2)],
    "a problem of another batch": [BatchAnswer("c", problem=protocol.problem("batch-differs"))],
    "one too many": [BatchAnswer("b", first=1, stored=2)] * 2,
    "too few lines": [BatchAnswer("b", first=1, stored=1)],
    "too many lines": [BatchAnswer("b", first=1, stored=3)],
    "no end of lines": [BatchAnswer("b", first=1, stored=10**9)],
    "nothing": [BatchAnswer("b")],
    "not lines": [BatchAnswer("b", ops=[1, 2])],
    "not a status": [BatchAnswer("b", ops=[[1, "stored"], [2, "gone"]])],
    "not a number": [BatchAnswer("b", ops=[[1, "stored"], ["2", "stored"]])],
    "a number below one": [BatchAnswer("b", ops=[[1, "stored"], [0, "stored"]])],
}


@pytest.mark.parametrize("case", ODD)
def test_an_answer_that_does_not_fit_what_was_sent_is_not_taken(case: str) -> None:
    with pytest.raises(Refused) as raised:
        answers_of(PushAnswer(ODD[case], 2, "x", "e"), [(Sized(1, 2), "b", [b"1" * 32, b"2" * 32])])
    assert raised.value.kind == "answer-not-accepted"


def test_an_answer_line_by_line_is_read() -> None:
    lines = [[5, "duplicate"], [None, "quarantined", {"type": "op-unreadable"}]]
    (taken,) = answers_of(PushAnswer([BatchAnswer("b", ops=lines)], 5, "x", "e"), [(Sized(1, 2), "b", [b"1", b"2"])])
    assert [(line.seq, line.status, line.problem) for line in taken.lines] == [
        (5, "duplicate", None), (None, "quarantined", "op-unreadable"),
    ]  # fmt: skip
    assert taken.numbered == ((5, b"1"),)


def test_I1_an_endpoint_put_back_again_before_the_numbers_came_is_healed(
    make_pc: Callable[[str], Context], endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said that it holds all; then the line broke, and it was put back to nothing, under an epoch already known."""
    pc = make_pc("one")
    logged(pc)
    synced(pc)
    held = rows(pc, "SELECT id FROM op ORDER BY id")
    with endpoint.admin.write() as session:
        session.run("UPDATE stream SET epoch = 'restored'")

    def broken(*_given: Any) -> bytes:
        raise Refused("no-answer")

    with monkeypatch.context() as line:
        line.setattr(Client, "pull", broken)
        pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
        assert bootstrap.sync(pc).refused is not None
    assert rows(pc, "SELECT count(*) FROM op WHERE seq IS NULL") == [(len(held),)]
    with endpoint.admin.write() as session:
        for table in ("access_log", "op", "batch", "user_"):
            session.run(f"DELETE FROM {table}")
        session.run("UPDATE stream SET head = 0, chain = :c", c=stream_chain_start(pc.ward_id))
    synced(pc)
    assert sorted(tuple(row) for row in endpoint.rows("SELECT op_id FROM op")) == held
    assert rows(pc, "SELECT count(*) FROM op WHERE seq IS NULL") == [(0,)]
    asked: list[str] = []
    have = Client.have
    monkeypatch.setattr(Client, "have", lambda self, st, batches: asked.append(st) or have(self, st, batches))
    synced(pc)
    synced(pc)
    assert not asked, "it has all its numbers, and is not asked for more"


def test_a_batch_of_which_nothing_is_held_is_offered_once_and_not_for_ever(
    make_pc: Callable[[str], Context], endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where all of it was erased, and the endpoint was put back to before both: the cycle comes to its end."""
    pc = make_pc("one")
    synced(pc)
    pc.store.db.execute("UPDATE op SET raw = NULL")
    with endpoint.admin.write() as session:
        for table in ("access_log", "op", "batch", "user_"):
            session.run(f"DELETE FROM {table}")
        start = stream_chain_start(pc.ward_id)
        session.run("UPDATE stream SET head = 0, chain = :c, epoch = 'restored' WHERE id = :id", c=start, id=pc.ward_id)
    asked: list[int] = []
    have = Client.have

    def counted(self: Client, st: str, batches: list[str]) -> list[str]:
        asked.append(len(batches))
        assert len(asked) < 20, "it asks without end"
        return have(self, st, batches)

    monkeypatch.setattr(Client, "have", counted)
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    assert bootstrap.sync(pc).refused is None
    assert asked == [1]
    assert rows(pc, "SELECT count(*) FROM batch WHERE offer = 1") == [(0,)]


def test_what_is_saved_while_another_ward_is_sent_is_not_taken_for_nothing_waiting(
    make_pc: Callable[[str], Context],
) -> None:
    """What was read with the question for the heads holds only until anything else is done."""
    pc = make_pc("one")
    synced(pc)
    client = bootstrap.connect(pc, str(enrolment.address(pc)))
    runner = Runner(enrolment.InUnit(pc), client, pc.clock.now, pc.clock.monotonic, lambda: 0.5)
    asked = runner._do(Ask())
    assert [head.st for head in asked.heads] == [pc.ward_id]
    assert not runner._do(Look(pc.ward_id)).waits
    runner._do(Ask())
    runner._do(Seal("another ward"))
    logged(pc)
    assert runner._do(Look(pc.ward_id)).waits
    client.close()
