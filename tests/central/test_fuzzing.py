"""I26, I27, I32: generated requests, on both databases; the soak runs ten times as many."""

from __future__ import annotations

from typing import Any

from tests.central.conftest import Central
from tests.central.fuzzing import Fuzzer, plant
from vpr_desktop.central import buckets
from vpr_desktop.domain.identity import stream_id

REQUESTS = 5000  # to each database


def test_I26_no_generated_request_makes_a_fault_or_shows_what_is_others(central: Central, monkeypatch: Any) -> None:
    monkeypatch.setattr(buckets, "FULL", 10**9)
    central.endpoint.buckets = buckets.OwnBuckets()
    pc = central.pc(1)
    birch, other = central.pc(2, "BIR"), central.pc(3, "CED", org="RX2")
    plant((birch, stream_id("RX1", "BIR")), (other, stream_id("RX2", "CED")))
    fuzzer = Fuzzer(pc, 1)
    for _ in range(REQUESTS):
        fuzzer.one()
    assert {200, 400, 401, 403, 404} <= set(fuzzer.statuses)
    assert fuzzer.statuses[200] > REQUESTS // 10
    ((head, ops, numbers),) = central.rows(
        "SELECT s.head, count(o.seq), count(DISTINCT o.seq) FROM stream s LEFT JOIN op o ON o.st = s.n"
        " WHERE s.code = 'CED' AND s.trust = 1 GROUP BY s.head"
    )
    assert head == ops == numbers > 0
