"""Item 17: the system's own colours and the screen's scale: everything stays there, and nothing lies on another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui import screens, walk
from tests.ui.stage import Stage
from tests.ui.test_accessibility_looks import contrast
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button

ROOT = Path(__file__).resolve().parents[2]


def scaled(scale: str, size: tuple[int, int], folder: Path) -> dict[str, Any]:
    """What does not fit on any screen, in a process that starts at this scale."""
    env = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.ui.scaled", str(folder), *(str(part) for part in size)]
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    assert told["ratio"] == pytest.approx(float(scale))
    assert told["screens"] == len(screens.SCREENS)
    return told


def test_item_17_at_a_scaled_screen_nothing_is_clipped_or_overlaps(tmp_path: Path) -> None:
    # A 1920 x 1080 screen less its bars, at the hardest scale; the milder ones are in tests/soak.
    assert scaled("1.75", (1097, 640), tmp_path)["found"] == []


def test_item_17_high_contrast_uses_the_system_colours_alone(window: Stage) -> None:
    look, app = style_of(), QApplication.instance()
    look._on_contrast_changed(Qt.ContrastPreference.HighContrast)
    try:
        assert app.styleSheet() == ""
        assert app.palette().window().color() == app.style().standardPalette().window().color()
        system = app.palette()
        assert look.tokens.page == system.window().color().name()
        assert look.tokens.text == system.windowText().color().name()
        for screen in screens.SCREENS:
            if screen.name in ("S2 home", "S3 empty", "S4 record", "S11 look"):
                root = screen.opens(window)
                window.activate(root)
                assert [one for one in walk.stops(root) if isinstance(one, Button)]
                assert _ring_colours(root) == {system.highlight().color().name()}, screen.name
    finally:
        look._on_contrast_changed(Qt.ContrastPreference.NoPreference)
    assert app.styleSheet() != ""
    assert contrast(look.tokens.text, look.tokens.page) > 7


def _ring_colours(root) -> set[str]:  # type: ignore[no-untyped-def]
    """The colour of the ring's outer line at its middle, on both sides."""
    ring = root.ring.ring_rect()
    picture = root.grab(ring).toImage()
    middle = picture.height() // 2
    return {picture.pixelColor(x, middle).name() for x in (1, picture.width() - 2)}
