"""A window in a process of its own, to be killed: unlocks, answers half of the quick log, and says when it is kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conftest import fast_keys
from tests.fakes import FakeClock
from tests.journeys.ward import WardPC
from vpr_desktop.ui.app import application


def main(home: Path) -> None:
    """Fills the form as a person would, and waits for its end."""
    fast_keys(pytest.MonkeyPatch())
    app = application()
    ward = WardPC(app, home, FakeClock())
    ward.unlock()
    ward.press("Ctrl+N")
    ward.choose("location", "DAY")
    ward.page.form.note.setFocus()
    ward.type("Chair pushed over")
    kept = ward.page.saved_note

    def look() -> None:
        is_kept = kept.text().startswith("Draft saved") and not ward.page._dirty
        if is_kept and not ward.window.lane.busy:  # else the last words may still be on their way
            sys.stdout.write("draft kept\n")
            sys.stdout.flush()
            timer.stop()

    from PySide6.QtCore import QTimer

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(50)
    QTimer.singleShot(20_000, app.quit)  # never outlives its test
    app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
