"""Entries are numbered 1 to head in the order of commits by two means, of which each alone has to be enough (I3).

The stream's row is locked while numbers are given; and no number is given twice, so that who took one that is held
begins anew. On SQLite a writer has the whole file.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.central.conftest import Central, filled
from tests.central.pc import Pc
from tests.central.postgres_server import PostgresServer
from tests.central.test_at_once import at_once
from vpr_desktop.central import push
from vpr_desktop.domain.batches import join

PCS, ROUNDS = 4, 3


@pytest.fixture
def fresh(postgres_server: PostgresServer) -> Iterator[Central]:
    yield from filled(postgres_server.url(postgres_server.new_database()))


def until_stored(pc: Pc) -> list[bytes | None]:
    """Sends a batch again for as long as the endpoint is busy."""
    sealed = pc.seal(pc.op(), pc.op())
    while (got := pc.push_raw(join([sealed]), sealed.header.id)).status_code == 503:
        time.sleep(0.02)
    assert got.status_code == 200, got.text
    return [line.raw for line in sealed.lines]


@pytest.mark.parametrize("without", ["nothing", "lock", "unique number"])
def test_I3_pushes_at_once_are_numbered_without_a_gap(
    fresh: Central, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    pcs = [fresh.pc(n) for n in range(1, PCS + 1)]
    take, asking = push.Push.take, push.asking_stream

    def slowly(*asked: Any) -> Any:
        time.sleep(0.05)
        return take(*asked)

    monkeypatch.setattr(push.Push, "take", slowly)
    if without == "lock":
        monkeypatch.setattr(push, "asking_stream", lambda *asked, **_: asking(*asked))
    if without == "unique number":
        with fresh.admin.write() as session:
            session.run("ALTER TABLE op DROP CONSTRAINT op_st_seq_key")
    sent: list[bytes | None] = []
    for _ in range(ROUNDS):
        for raws in at_once(*[lambda pc=pc: until_stored(pc) for pc in pcs]):  # type: ignore[misc]
            sent += raws
    stored = len(sent)
    assert fresh.rows("SELECT count(*), count(DISTINCT seq), max(seq) FROM op") == [(stored, stored, stored)]
    assert sorted(pcs[0].pull().values()) == sorted(sent)
