"""What waits to be sent for more than a day is told, with the way to where it is listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.central.conftest import Central
from tests.journeys.online import OnlinePC
from tests.journeys.test_sending import closed_port
from tests.journeys.test_two_windows import in_conflict
from tests.ui.heard import listening

Make = Callable[..., OnlinePC]


def test_what_waits_for_more_than_a_day_is_told_once(online: Make) -> None:
    pc = online("one")
    pc.sync()
    pc.log()
    pc.point(closed_port())
    said = "1 report has waited since Sunday. It is safe on this PC. Tell IT if this PC should be online."
    pc.forward(hours=23)
    pc.sync(ready=False)
    assert pc.chip == "Offline, 1 waiting"
    assert "has waited since" not in pc.screen(), "a day offline is an ordinary day"
    pc.forward(hours=2)
    with listening() as heard:
        pc.sync(ready=False)
    assert said in pc.screen()
    assert f"{said} Open Sync and data with Ctrl+5." in heard.texts()
    way = pc.button("Open Sync and data")
    assert way.focusPolicy() == Qt.FocusPolicy.StrongFocus
    way.setFocus()
    pc.press("Space")
    assert pc.page.objectName() == "S10"
    assert said in pc.screen()


def test_what_is_told_of_a_long_wait_goes_once_it_is_sent(online: Make, endpoint: Central) -> None:
    pc = online("one")
    pc.sync()
    pc.log()
    pc.point(closed_port())
    pc.forward(hours=25)
    pc.press("Ctrl+1")
    pc.sync(ready=False)
    assert "has waited since Sunday" in pc.screen()
    pc.button("Open Sync and data").setFocus()
    pc.point(endpoint.address)
    pc.sync()
    assert pc.chip.startswith("All sent")
    assert "has waited" not in pc.screen()
    assert pc.page.isAncestorOf(QApplication.focusWidget())


def test_a_wait_of_a_week_is_told_by_its_date_as_the_name_of_its_day_comes_again(online: Make) -> None:
    pc = online("one")
    pc.sync()
    pc.log()
    pc.point(closed_port())
    pc.forward(days=7)
    pc.sync(ready=False)
    assert "1 report has waited since 22-Nov-2026. It is safe on this PC." in pc.screen()


def test_a_wait_that_began_while_the_clock_was_ahead_is_told_though_nobody_knows_since_when(online: Make) -> None:
    pc = online("one")
    pc.sync()
    pc.point(closed_port())
    jump(pc, days=900)
    pc.log()
    pc.sync()
    assert "wait" not in pc.window.sending.long_wait(), "of a wait of minutes nothing is told, whatever the clock says"
    jump(pc, days=-900)
    pc.sync(ready=False)
    pc.press("Ctrl+5")
    said = "1 report waits to be sent. Since when is not known: the clock was ahead then."
    assert f"{said} It is safe on this PC." in pc.screen()


def jump(pc: OnlinePC, days: int) -> None:
    """The clock is set while the PC is locked."""
    pc.lock()
    pc.clock.set(pc.clock.now() + timedelta(days=days))
    pc.unlock()
    pc.rest()


def test_a_reader_hears_of_the_number_beside_sync_and_data_what_it_counts(online: Make) -> None:
    _, other, _ = in_conflict(online)
    rail = other.window.shell.rail.buttons["data"]
    assert (rail.badge, rail.accessibleDescription()) == ("1", "1 needs you")
    other.log()
    other.rest()
    other.window.sending.tick()
    other.rest()
    assert (rail.badge, rail.accessibleDescription()) == ("2", "1 needs you, 1 waiting")
