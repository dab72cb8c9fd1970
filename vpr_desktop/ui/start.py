"""Opens the window. Loads Qt late: a part of it that is missing is to be in the log, and nothing is to hold it up."""

from __future__ import annotations

import gc
from pathlib import Path

from vpr_desktop import logs


def open_window(home: Path) -> int:
    """Opens the window over a folder and stays until it is closed."""
    logs.start(home)
    logs.catch_all()
    gc.disable()  # until the window has painted: a third of the wait for it was spent looking for garbage
    from vpr_desktop.ui.app import run

    return run(home)
