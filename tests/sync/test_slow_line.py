"""A line on which a full batch never leaves in time: it goes in parts, and what others wrote comes meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.factories import logged
from tests.sync.faulty_line import Fault, Line
from tests.sync.test_two_pcs import amend, rows, same, synced
from vpr_desktop import bootstrap
from vpr_desktop.central import intake
from vpr_desktop.services.context import Context
from vpr_desktop.sync.client import Client
from vpr_desktop.sync.refusals import Refused
from vpr_desktop.sync.runner import Runner

PUSH = Client.push
# As 18 KB/s against 15 s, twenty times faster.
SECONDS, PIECE, DELAY = 0.75, 1_800, 0.005


@pytest.fixture
def line(endpoint: Central) -> Iterator[Line]:
    """Between the PCs and the endpoint."""
    made = Line()
    made.port = int(endpoint.address.rsplit(":", 1)[1])
    before, endpoint.endpoint.public_url = endpoint.endpoint.public_url, made.address
    yield made
    made.fault = Fault()
    endpoint.endpoint.public_url = before
    made.stop()


def behind(pc: Context, line: Line) -> Context:
    pc.store.put_state_now("endpoint_url", line.address.encode())
    return pc


def test_a_month_of_entries_leaves_over_a_line_too_slow_for_a_batch_and_others_arrive(
    two: tuple[Context, Context], endpoint: Central, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (behind(pc, line) for pc in two)
    synced(other, one)
    while rows(one, "SELECT count(*) FROM outbox")[0][0] < 510:
        logged(one, description="What was said and done, word for word. " * 20)
    theirs = logged(other)
    synced(other)
    one.clock.forward(minutes=3)  # type: ignore[attr-defined]
    monkeypatch.setattr(intake, "SECONDS", SECONDS)
    line.fault = Fault(delay=DELAY, piece=PIECE)
    kinds, sizes = [], []

    def push(self: Client, st: str, body: bytes, first: str) -> Any:
        sizes.append(len(body))
        try:
            return PUSH(self, st, body, first)
        except Refused as refused:
            kinds.append(refused.kind)
            raise

    monkeypatch.setattr(Client, "push", push)
    began = time.monotonic()
    got = bootstrap.sync(one)
    assert (got.refused, got.waiting) == (None, 0), f"after {time.monotonic() - began:.0f} s, {sizes}"
    assert kinds, "the line took a whole batch: it is not slow enough for this test"
    assert len(kinds) <= 3
    assert endpoint.rows("SELECT op_id, count(*) FROM op GROUP BY op_id HAVING count(*) > 1") == []
    held = {row[0] for row in endpoint.rows("SELECT op_id FROM op")}
    assert held == {row[0] for row in rows(one, "SELECT id FROM op")}
    assert rows(one, f"SELECT count(*) FROM incident WHERE id = '{theirs.id}'") == [(1,)]


@pytest.mark.parametrize("kind", ["fault", "no-answer"])
def test_i11_a_batch_that_never_goes_keeps_nothing_else_from_coming(
    kind: str, two: tuple[Context, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    synced(other, one)
    theirs = logged(other)
    synced(other)
    logged(one)
    one.clock.forward(minutes=3)  # type: ignore[attr-defined]

    def never(*_given: Any) -> Any:
        raise Refused(kind)

    with monkeypatch.context() as broken:
        broken.setattr(Client, "push", never)
        got = bootstrap.sync(one)
    assert got.refused is not None
    assert (got.refused.kind, got.waiting > 0) == (kind, True)
    assert rows(one, f"SELECT count(*) FROM incident WHERE id = '{theirs.id}'") == [(1,)]
    synced(one)


def test_an_endpoint_that_says_nothing_of_a_part_is_not_asked_for_ever(
    make_pc: Callable[[str], Context], endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers "absent" for lines that were carried, though it takes only parts."""
    from vpr_desktop.domain.batches import b64, split, stream_chain_start
    from vpr_desktop.sync.protocol import BatchAnswer, PushAnswer

    pc = make_pc("one")
    logged(pc)
    monkeypatch.setattr(Runner, "most_in_batch", 8)
    asked: list[int] = []

    def absent(_self: Client, st: str, body: bytes, _first: str) -> Any:
        (batch,) = split(body)
        asked.append(sum(line.raw is not None for line in batch.lines))
        assert len(asked) < 20, "it sends without end"
        if asked[-1] > 2:
            raise Refused("too-slow")
        told = BatchAnswer(batch.header.id, ops=[[None, "absent"]] * batch.header.n)
        return PushAnswer([told], 0, b64(stream_chain_start(st)), endpoint.rows("SELECT epoch FROM stream")[0][0])

    monkeypatch.setattr(Client, "push", absent)
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    got = bootstrap.sync(pc)
    assert got.refused is not None
    assert got.refused.kind == "answer-not-accepted"


def test_what_somebody_typed_over_and_over_again_comes_over_a_long_line(
    two: tuple[Context, Context], endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that packs well was taken for a bomb: nothing of the ward came any more."""
    init, packed = Client.__init__, []

    def far(self: Client, *given: Any) -> None:
        init(self, *given)
        self.local = False

    def read(self: Client, got: Any) -> bytes:
        packed.append(got.headers.get("Content-Encoding"))
        return bodies(self, got)

    bodies = Client._read
    one, other = two
    mine = logged(one)
    synced(one, other)
    amend(one, mine.id, **dict.fromkeys(("description", "review_what_happened", "review_root_causes"), "No. " * 16_000))
    monkeypatch.setattr(type(endpoint.endpoint), "is_far", True)
    monkeypatch.setattr(Client, "__init__", far)
    monkeypatch.setattr(Client, "_read", read)
    synced(one, other)
    same(one, other)
    assert "gzip" not in packed
    logged(one, description="What was said and done.")
    synced(one, other)
    assert "gzip" in packed
