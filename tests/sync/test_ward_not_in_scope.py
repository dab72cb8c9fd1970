"""A ward that was added on this PC and is none that it may send: it is said, on its lines alone, and other wards go."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.central.conftest import Central
from tests.factories import logged
from tests.sync.test_two_pcs import rows, synced
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.services import sending, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.ui.pages.queue_card import Queue


def said(pc: Context) -> list[str]:
    """What the lines of Sync and data say."""
    desk: Any = SimpleNamespace(ctx=pc, sending=SimpleNamespace(status=sending.status(pc)))
    return [Queue(desk).state(one) for one in sending.queue(pc)]


def test_i32_a_ward_outside_the_scope_is_told_of_and_other_wards_go(
    make_pc: Callable[[str], Context], endpoint: Central
) -> None:
    pc = make_pc("one")
    synced(pc)
    last = bootstrap.sync(pc).last_success
    logged(pc)
    both = sessions.add_ward(pc, "BIR", "Birch")
    logged(both)
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    got = bootstrap.sync(both)
    assert got.refused is not None
    assert (got.refused.kind, got.refused.exit_code) == ("not-in-scope", 6)
    assert "not one that this PC may send" in str(got.refused)
    assert got.last_success == last
    assert rows(pc, "SELECT DISTINCT st FROM outbox") == [(both.ward_id,)]
    assert got.waiting == rows(pc, "SELECT count(*) FROM outbox")[0][0]
    assert {line.split(":")[1] for line in said(both)} == {" this ward is not one that this PC may send"}
    logged(pc)
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    assert bootstrap.sync(both).pushed > 0
    bootstrap.enrol(both, endpoint.address, admin.add_code(endpoint.admin, ("CED", "BIR"), "RX1")["code"])
    synced(both)
    assert rows(pc, "SELECT count(*) FROM outbox") == [(0,)]


def test_the_line_of_another_ward_does_not_say_that_it_may_not_be_sent(make_pc: Callable[[str], Context]) -> None:
    pc = make_pc("one")
    both = sessions.add_ward(pc, "BIR", "Birch")
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    assert bootstrap.sync(both).refused is not None
    logged(pc)
    pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
    told = sorted(line.split(":")[1].strip() for line in said(both))
    assert told == ["goes next", "this ward is not one that this PC may send"]
