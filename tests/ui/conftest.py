"""The survey of all screens, taken once; the tests of the accessibility list read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui import survey as surveys
from tests.ui.stage import Stage
from tests.window import fast_keys
from vpr_desktop.ui.style import NAME, Style


@pytest.fixture(scope="session")
def survey(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> surveys.Survey:
    folder: Path = tmp_path_factory.mktemp("survey")
    with pytest.MonkeyPatch.context() as patch:
        fast_keys(patch)
        return surveys.take(qapp, folder)


@pytest.fixture
def styled(qapp: QApplication) -> Style:
    """The style that a window would have made."""
    held = qapp.findChild(Style, NAME)
    return held if isinstance(held, Style) else Style(qapp, "light", 100)


@pytest.fixture
def window(qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stage]:
    """A stage whose window is unlocked, for tests that do something."""
    fast_keys(monkeypatch)
    stage = Stage(qapp, tmp_path)
    stage.look()
    stage.unlock()
    stage.activate(stage.window)
    yield stage
    stage.close()
