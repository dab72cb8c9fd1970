"""Every screen at the milder scales of a 1920 x 1080 screen; the hardest one is in the quick suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui import test_accessibility_system as system


@pytest.mark.parametrize(("scale", "size"), [("1.25", (1536, 800)), ("1.5", (1280, 656))])
def test_item_17_at_a_scaled_screen_nothing_is_clipped_or_overlaps(
    scale: str, size: tuple[int, int], tmp_path: Path
) -> None:
    told = system.scaled(scale, size, tmp_path)
    assert told["found"] == []
