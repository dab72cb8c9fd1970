"""The window sends and fetches by itself: chip, queue and lists, with a real endpoint over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from tests.central.conftest import Central
from tests.journeys.online import OnlinePC, new_code

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
