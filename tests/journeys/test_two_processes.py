"""Two PCs and an endpoint, three processes as at work, on SQLite and on PostgreSQL: what is logged comes to all."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.pc_process import Ended, PcProcess
from tests.journeys.site import Site, same_everywhere
from tests.sync.test_client import Odd
from vpr_desktop.central import admin

EFFECT = "Change, most serious effect so far"
Two = tuple[PcProcess, PcProcess]


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    with Site(tmp_path, server) as made:
        yield made


@pytest.fixture
def two(site: Site, tmp_path: Path) -> Iterator[Two]:
    with (
        PcProcess(tmp_path / "one", site.address, site.code()) as one,
        PcProcess(tmp_path / "two", site.address, site.code()) as other,
    ):
        yield one, other


def shared(one: PcProcess, other: PcProcess) -> str:
    """A report that both PCs hold."""
    reference = str(one.log())
    in_turn(one, other, one)
    return reference


def in_turn(*pcs: PcProcess) -> None:
    for pc in pcs:
        pc.sync()


def test_offline_both_then_fields_merge_without_a_question(site: Site, two: Two) -> None:
    one, other = two
    reference = shared(one, other)
    assert site.stop() == 0
    one.change(reference, EFFECT, "effect", "SER")
    other.change(reference, "Add, the trust's own number", "local_system_ref", "W-1234")
    alone = [pc.log() for pc in two]
    in_turn(*two)
    assert [pc.chip() for pc in two] == ["Offline, 2 waiting"] * 2
    site.start()
    in_turn(one, other, one)
    for pc in two:
        assert pc.chip().startswith("All sent")
        assert (pc.value(reference, "effect"), pc.value(reference, "local_system_ref")) == ("SER", "W-1234")
        pc.press("Ctrl+2")
        assert all(one in pc.screen() for one in alone)
    same_everywhere(site, two)


def test_the_same_field_asks_and_what_is_chosen_counts_for_both(site: Site, two: Two) -> None:
    one, other = two
    reference = shared(one, other)
    one.change(reference, EFFECT, "effect", "UPS")
    other.change(reference, EFFECT, "effect", "SER")
    in_turn(one, other, one)
    assert [pc.chip() for pc in two] == ["1 needs you"] * 2
    other.open(reference)
    other.click("Review the two versions")
    other.press("2")
    other.click("Save choice")
    in_turn(other, one)
    assert [pc.value(reference, "effect") for pc in two] == ["UPS", "UPS"]
    assert all(pc.chip().startswith("All sent") for pc in two)
    same_everywhere(site, two)


def test_a_withdrawal_against_an_edit_keeps_both(site: Site, two: Two) -> None:
    one, other = two
    reference = shared(one, other)
    one.withdraw(reference, "Entered twice.")
    other.change(reference, EFFECT, "effect", "SER")
    in_turn(one, other, one)
    for pc in two:
        pc.open(reference)
        assert "Changed on another PC while it was being withdrawn" in pc.screen()
        assert (pc.value(reference, "status"), pc.value(reference, "effect")) == ("withdrawn", "SER")
    one.click("Leave it withdrawn")
    in_turn(one, other)
    other.open(reference)
    other.click("Put back")
    in_turn(other, one)
    assert [pc.value(reference, "status") for pc in two] == ["logged", "logged"]
    same_everywhere(site, two)


def test_an_endpoint_put_back_to_an_older_backup_is_healed_by_the_pcs(site: Site, two: Two) -> None:
    one, other = two
    reference = shared(one, other)
    copy = site.back_up()
    late = [pc.log() for pc in two]
    other.change(reference, EFFECT, "effect", "SER")
    in_turn(one, other, one)
    before = {op_id for _, op_id, _ in one.ops()}
    site.put_back(copy)
    assert len(site.rows("SELECT seq FROM op")) < len(before)
    in_turn(one, other, one, other)
    for pc in two:
        assert {op_id for _, op_id, _ in pc.ops()} == before
        assert pc.value(reference, "effect") == "SER"
        pc.press("Ctrl+2")
        assert all(one in pc.screen() for one in late)
        assert pc.chip().startswith("All sent")
    same_everywhere(site, two)


def test_a_withdrawn_pc_keeps_what_it_holds_and_sends_it_after_a_new_code(site: Site, two: Two) -> None:
    one, other = two
    shared(one, other)
    reference = one.log()
    with site.database() as database:
        admin.revoke(database, one.device())
    one.sync()
    assert one.chip() == "1 needs you"
    other.sync()
    other.press("Ctrl+2")
    assert reference not in other.screen()
    one.join(site.address, site.code())
    in_turn(one, other)
    other.press("Ctrl+2")
    assert reference in other.screen()
    same_everywhere(site, two)


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_wrong_by_years_stops_nothing(site: Site, two: Two, years: int) -> None:
    one, other = two
    early = shared(one, other)
    one.years(years)
    reference = one.log()
    one.change(early, EFFECT, "effect", "SER")
    in_turn(one, other, one)
    for pc in two:
        assert pc.chip().startswith("All sent")
        assert pc.value(early, "effect") == "SER"
        pc.press("Ctrl+2")
        assert reference in pc.screen()
    assert site.rows("SELECT count(*) FROM quarantine") == [(0,)]
    same_everywhere(site, two)


def test_a_sign_in_page_in_the_endpoints_place_takes_nothing(site: Site, two: Two) -> None:
    one, other = two
    shared(one, other)
    reference = one.log()
    portal = Odd((200, {"Content-Type": "text/html"}, b"<html>Welcome to the guest network</html>"))
    try:
        one.point(portal.url)
        one.sync()
    finally:
        portal.stop()
    one.press("Ctrl+5")
    assert "Waiting: something else answered in the server's place" in one.screen()
    assert one.chip() == "Offline, 1 waiting"
    one.point(site.address)
    in_turn(one, other)
    other.press("Ctrl+2")
    assert reference in other.screen()
    same_everywhere(site, two)


def test_both_pcs_killed_at_every_step_of_a_cycle_lose_and_double_nothing(site: Site, two: Two) -> None:
    """One before, the other after the step; each starts again as a person would start it, and goes on."""
    one, other = two
    shared(one, other)
    made: list[str] = []
    killed, step = 2, 0
    while killed:
        killed = 0
        for pc in two:
            made.append(pc.log())
            pc.end_at(step, pc is other)
            try:
                pc.sync()
            except Ended:
                assert pc.end() == -signal.SIGKILL
                killed += 1
                pc.start()
        step += 1
    assert step > 6, "a cycle has more steps than that"
    for pc in two:
        pc.end(signal.SIGKILL)
        pc.start()
    in_turn(one, other, one)
    for pc in two:
        pc.press("Ctrl+2")
        assert all(reference in pc.screen() for reference in made)
        assert pc.chip().startswith("All sent")
    same_everywhere(site, two)
