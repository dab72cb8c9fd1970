"""What waits to be sent for more than a day is told, with the way to where it is listed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from tests.journeys.online import OnlinePC
from tests.journeys.test_sending import closed_port
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
