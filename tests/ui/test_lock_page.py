"""S1, the lock screen, where as many work on a PC as it names."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.factories import PASSPHRASE
from tests.ui.fit import misfits
from tests.ui.stage import SMALLEST, Stage
from tests.window import settle
from vpr_desktop.services import people
from vpr_desktop.services.lockscreen import MOST_NAMES

LONG = ("Christopher Bartholomew-Montgomery", "Alexandria Featherstonehaugh", "Siobhan O'Shaughnessy-Williams",
        "Oluwaseun Adebayo-Okonkwo")  # fmt: skip


def whole(widget: QWidget | None) -> bool:
    """Whether all of a widget is in sight."""
    return widget is not None and widget.visibleRegion().boundingRect().size() == widget.size()


@pytest.mark.parametrize("percent", [100, 200])
def test_every_name_is_reached_by_keys_and_seen_whole(window: Stage, percent: int) -> None:
    for number, name in enumerate(LONG):
        people.add(window.window.ctx, f"long{number}", name, "reporter", PASSPHRASE)
    window.look(percent=percent, size=SMALLEST)
    window.lock()
    assert misfits(window.window) == []
    window.press(Qt.Key.Key_Backtab)
    names = []
    for _ in range(MOST_NAMES + 1):
        focused = QApplication.focusWidget()
        assert whole(focused)
        names.append(getattr(focused, "text", str)())
        window.press(Qt.Key.Key_Down)
        settle(window.window)
    assert set(LONG[: MOST_NAMES - 5]) < set(names), "the three with the five of the ward"
    assert names[-1] == "Someone else"
    assert len(set(names)) == MOST_NAMES + 1
