"""The window sends and fetches by itself: chip, queue and lists, with a real endpoint over HTTP."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from tests.central.conftest import Central
from tests.journeys.online import OnlinePC, kept, new_code, put_back
from tests.sync.test_client import Odd
from tests.ui.heard import listening
from vpr_desktop import bootstrap
from vpr_desktop.central import admin
from vpr_desktop.domain.ops import op_hash
from vpr_desktop.services import drafts, sessions

Make = Callable[..., OnlinePC]


def test_logged_offline_waits_and_leaves_by_itself_once_undo_is_over(online: Make, endpoint: Central) -> None:
    pc = online("one")
    pc.sync()
    assert pc.chip.startswith("All sent")
    reference = pc.log(note="Hit on the arm.")
    pc.window.sending.tick()
    pc.settle()
    assert pc.chip == "1 waiting"
    held = endpoint.rows("SELECT count(*) FROM op")[0][0]
    pc.press("F5")
    pc.rest()
    assert endpoint.rows("SELECT count(*) FROM op")[0][0] == held, "it could still be undone"
    pc.press("Ctrl+5")
    assert "it can be undone until" in pc.screen()
    assert reference in pc.screen()
    pc.forward(minutes=2, seconds=1)
    pc.window.sending.tick()
    pc.forward(seconds=3)
    pc.window.sending.tick()
    pc.rest()
    assert pc.chip.startswith("All sent")
    assert endpoint.rows("SELECT count(*) FROM op")[0][0] > held
    assert "Everything is sent." in pc.screen()


def test_what_one_pc_sent_the_other_shows_without_a_key(online: Make) -> None:
    one, other = online("one"), online("two")
    one.sync()
    other.sync()
    other.press("Ctrl+2")
    reference = one.log()
    one.sync()
    assert reference not in other.screen()
    other.forward(seconds=80)
    other.window.sending.tick()
    other.rest()
    assert reference in other.screen()


def test_a_pc_is_joined_by_a_code_in_the_window(online: Make, endpoint: Central) -> None:
    pc = online("one", joined=False)
    assert pc.chip == "Not set up"
    pc.press("Ctrl+5")
    pc.put("Address of the server", endpoint.address)
    pc.put("One-time code", "AAAAA BBBBB")
    pc.click("Join the server")
    pc.until(lambda: "The code is wrong" in pc.screen())
    pc.put("One-time code", new_code(endpoint))
    pc.click("Join the server")
    pc.until(lambda: "Joined for CED" in pc.window.shell.status.words.text())
    pc.rest()
    assert pc.chip.startswith("All sent") or pc.chip.endswith("waiting")
    assert "Its six words" in pc.screen()


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


class Silent:
    """A server that takes a connection and never says a word."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def end(self) -> None:
        self.socket.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    made = Silent()
    yield made
    made.end()


def test_offline_is_calm_and_says_why_how_often_and_when_it_was_last_sent(online: Make, endpoint: Central) -> None:
    pc = online("one")
    pc.sync()
    reference = pc.log()
    pc.forward(minutes=3)
    pc.point(closed_port())
    pc.sync(ready=False)
    header = pc.window.shell.header
    assert pc.chip == "Offline, 1 waiting"
    assert header.chip.accessibleName() == "Sync: offline, 1 waiting, last sent 14:08"
    assert (header.chip.icon_name, header.chip.tone) == ("circle", "")
    pc.press("F5")
    pc.rest()
    pc.press("Ctrl+5")
    assert "Offline since 14:11. 1 waits to be sent. It is safe on this PC. Last sent 14:08." in pc.screen()
    assert "Waiting: this PC cannot reach the server" in pc.screen()
    assert "2 times" in pc.screen()
    pc.click("Copy log for IT, no incident text")
    copied = pc.app.clipboard().text()
    assert "no-connection" in copied
    assert reference not in copied
    pc.point(endpoint.address)
    pc.sync()
    assert pc.chip.startswith("All sent")
    assert "Everything is sent." in pc.screen()


def test_a_sign_in_page_of_the_network_sends_nothing_and_marks_nothing_sent(online: Make) -> None:
    pc = online("one")
    pc.sync()
    pc.log()
    pc.forward(minutes=3)
    held = pc.rows("SELECT op, state FROM outbox")
    portal = Odd((200, {"Content-Type": "text/html"}, b"<html>Welcome to the guest network</html>"))
    try:
        pc.point(portal.url)
        pc.sync(ready=False)
    finally:
        portal.stop()
    pc.press("Ctrl+5")
    assert "Waiting: something else answered in the server's place" in pc.screen()
    assert pc.rows("SELECT op, state FROM outbox") == held
    assert pc.chip == "Offline, 1 waiting"


@pytest.mark.parametrize("years", [-10, 10])
def test_a_clock_that_is_wrong_by_years_stops_nothing(online: Make, endpoint: Central, years: int) -> None:
    one, other = online("one"), online("two")
    one.lock()  # a wall clock that jumps looks like a sleep, and locks
    one.clock.set(one.clock.now() + timedelta(days=365 * years))
    one.unlock()
    one.rest()
    reference = one.log()
    one.sync()
    other.sync()
    assert one.chip.startswith("All sent")
    other.press("Ctrl+2")
    assert reference in other.screen()
    assert endpoint.rows("SELECT count(*) FROM quarantine") == [(0,)]


def test_a_pc_that_was_withdrawn_says_so_and_a_new_code_sends_all_that_waited(online: Make, endpoint: Central) -> None:
    pc = online("one")
    pc.sync()
    reference = pc.log()
    admin.revoke(endpoint.admin, pc.ctx.store.device_id)
    pc.sync()
    assert pc.chip == "1 needs you"
    pc.press("Ctrl+5")
    assert "This PC was withdrawn, so nothing is sent." in pc.screen()
    assert pc.page.needs_it.isVisible(), "what makes the chip yellow is seen"
    assert "Sending has not worked since 14:11. 1 waits to be sent." in pc.screen(), "and is not told as offline"
    assert reference in pc.screen()
    held = pc.rows("SELECT id, hash FROM op ORDER BY id")
    pc.lock()
    pc.unlock()
    pc.rest()
    assert pc.rows("SELECT id, hash FROM op ORDER BY id") == held


def test_what_the_trust_looks_at_says_so_and_what_is_left_to_do(online: Make, endpoint: Central) -> None:
    pc = online("one")
    pc.sync()
    pc.log()
    admin.revoke(endpoint.admin, pc.ctx.store.device_id)
    pc.sync()
    pc.press("Ctrl+5")
    pc.click("Join anew with another code")
    pc.put("One-time code", new_code(endpoint))
    pc.click("Join the server")
    pc.until(lambda: pc.page.enrol.join.isEnabled())
    pc.rest()
    pc.sync()
    assert "Needs you: it was sent, and the trust takes a look" in pc.screen()
    assert "so the trust takes a look. Once you have read this, take it off the list." in pc.screen()
    pc.click("Take off the list")
    pc.rest()
    assert "Everything is sent." in pc.screen()


def test_a_withdrawn_pc_locks_and_opens_for_who_can_join_it_again_alone(online: Make, endpoint: Central) -> None:
    pc = online("one", "rnurse", "dadmin")
    pc.sync()
    pc.switch("rnurse")
    pc.rest()
    pc.press("Ctrl+N")
    pc.page.form.note.setFocus()
    QTest.keyClicks(pc.page.form.note, "Half a report")
    admin.revoke(endpoint.admin, pc.ctx.store.device_id)
    pc.forward(minutes=2)
    pc.window.sending.send_now()
    pc.until(lambda: pc.window.page() is None)
    pc.settle()
    said = "The trust withdrew this PC."
    assert said in pc.screen()
    pc.unlock("rnurse")
    assert pc.window.page() is None
    assert said in pc.screen()
    pc.unlock("dadmin")
    assert pc.window.page() is not None
    pc.switch("amanager")
    pc.rest()
    bootstrap.enrol(pc.ctx, endpoint.address, new_code(endpoint))
    pc.switch("rnurse")
    pc.rest()
    (draft,) = drafts.mine(pc.ctx)
    assert draft.body["answers"]["description"] == "Half a report"


def test_a_ward_taken_from_a_pc_leaves_the_screen_and_comes_back_by_itself(online: Make, endpoint: Central) -> None:
    admin.add_ward(endpoint.admin, "OAK", "Oak Ward", "RX1")
    pc = online("one", "rnurse", wards=("CED", "OAK"))
    ctx = pc.ctx
    pc.window.run(pc.window, lambda: sessions.add_ward(ctx, "OAK", "Oak Ward"), pc.window.set_session)
    pc.settle()
    pc.sync()
    pc.switch("rnurse")
    pc.rest()
    (oak,) = (ward.id for ward in pc.ctx.wards.values() if ward.code == "OAK")
    pc.window.show_ward(oak)
    pc.settle()
    reference = pc.log(note="Hit on the arm.")
    pc.open(reference)
    assert "Hit on the arm." in pc.screen()
    admin.end_scope(endpoint.admin, pc.ctx.store.device_id, "OAK")
    pc.forward(minutes=3)
    pc.window.sending.send_now()
    pc.until(lambda: pc.window.page() is None)
    pc.settle()
    assert "The trust took a ward from this PC." in pc.screen()
    pc.unlock("rnurse")
    pc.sync()
    assert {ward.code for ward in pc.ctx.wards.values()} == {"CED"}
    pc.press("Ctrl+2")
    assert reference not in pc.screen()
    device = pc.ctx.store.device_id
    assert endpoint.rows(f"SELECT count(*) FROM review WHERE code = 'left-scope' AND dev = '{device}'")[0][0] > 0
    with endpoint.admin.write() as session:  # as a new code does
        session.run("UPDATE scope SET ended_at = NULL")
    pc.sync()
    assert {ward.code for ward in pc.ctx.wards.values()} == {"CED", "OAK"}
    pc.press("Ctrl+2")
    assert reference in pc.screen()


def test_an_endpoint_restored_from_an_older_copy_gets_back_what_it_lost_without_a_word(
    online: Make, endpoint: Central
) -> None:
    one, other = online("one"), online("two")
    one.sync()
    other.sync()
    copy = kept(endpoint)
    references = [one.log(), other.log()]
    one.sync()
    other.sync()
    one.sync()
    before = one.rows("SELECT id, hash FROM op ORDER BY id")
    put_back(endpoint, copy)
    one.sync()
    other.sync()
    one.sync()
    other.sync()
    for pc in (one, other):
        assert pc.rows("SELECT id, hash FROM op ORDER BY id") == before
        pc.press("Ctrl+2")
        assert all(reference in pc.screen() for reference in references)
        assert pc.chip.startswith("All sent")
    assert endpoint.rows("SELECT count(*) FROM op") == [(len(before),)]


def test_a_server_that_never_answers_keeps_nobody_waiting(online: Make, silent: Silent) -> None:
    pc = online("one")
    pc.sync()
    pc.log()
    pc.forward(minutes=3)
    pc.point(silent.url)
    pc.window.sending.send_now()
    pc.until(lambda: pc.window.sending.running)
    assert pc.chip == "Sending 1 of 1"
    pc.press("Ctrl+5")
    assert "Cancel sending" in pc.offered()
    reference = pc.log(note="While the call hangs.")
    assert pc.window.sending.running
    pc.lock()
    assert pc.window.page() is None
    pc.settle()
    assert not pc.window.lane.busy
    pc.unlock()
    pc.press("Ctrl+2")
    assert reference in pc.screen()


def test_what_the_server_put_aside_is_listed_and_can_be_exported_by_its_author(
    online: Make, endpoint: Central, files: dict[str, Path]
) -> None:
    pc = online("one")
    pc.sync()
    reference = pc.log(note="A cup was thrown.")
    store = pc.ctx.store
    n, raw = store.db.execute("SELECT n, raw FROM op WHERE et = 'incident' ORDER BY n DESC LIMIT 1").fetchone()
    spoiled = bytes(raw).replace(b'"base":{}', b'"base": {}')  # not canonical: kept aside by the endpoint
    assert spoiled != bytes(raw)
    store.db.execute("UPDATE op SET raw = ?, hash = ? WHERE n = ?", (spoiled, op_hash(spoiled), n))
    with listening() as heard:
        pc.sync()
    assert pc.chip == "1 needs you"
    assert "1 report needs you. Open Sync and data with Ctrl+5." in heard.texts()
    assert pc.window.shell.header.chip.tone == "needs_you"
    pc.press("Ctrl+5")
    assert reference in pc.screen()
    assert "Needs you: the server could not read this entry and put it aside" in pc.screen()
    assert "1 needs you. Last sent 14:11." in pc.screen()
    assert "Everything is sent" not in pc.screen(), "the server did not take it"
    assert "1 time" in pc.screen(), "it went, and was answered"
    assert pc.page.queue.table.accessibleName() == "Waiting to be sent, 1 row"
    pc.click("Export this entry for IT")
    exported = (files["save"] / "entry.jsonl").read_text(encoding="utf-8")
    assert "A cup was thrown." in exported
    assert "export entry" in pc.audit()
    pc.click("Send again")
    pc.rest()
    assert pc.chip == "1 needs you", "it stays listed until the server has it"
    assert endpoint.rows("SELECT count(*) FROM quarantine") == [(1,)]
