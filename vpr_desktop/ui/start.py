"""Opens the window. Loads Qt late: a part of it that is missing is to be in the log, and nothing is to hold it up."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from vpr_desktop import logs


def open_window(home: Path) -> int:
    """Opens the window over a folder and stays until it is closed."""
    logs.start(home)
    logs.catch_all()
    gc.disable()  # until the window has painted: a third of the wait for it was spent looking for garbage
    read_no_sources()
    from vpr_desktop.ui.app import run

    return run(home)


def read_no_sources() -> None:
    """Keeps Qt for Python from reading, and holding in memory, the source of every module that is imported.

    It looks there for its own name, to know who may ask for its optional spellings; nobody here does. Where a version
    of it has no such step, nothing is changed.
    """
    import PySide6  # noqa: F401  # brings the step with it

    step = sys.modules.get("shibokensupport.feature")
    if hasattr(step, "_mod_uses_pyside"):
        setattr(step, "_mod_uses_pyside", lambda _module: True)  # noqa: B010
