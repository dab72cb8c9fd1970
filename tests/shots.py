"""Pictures of every screen in every state it can show: `python3 dev.py shots` writes them to shots-out.

Walks the same list of screens as the accessibility tests, so that a new screen is seen here too. High contrast is
shown as far as a machine without a screen can: no style sheet, the system's own palette.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.screens import SCREENS
from tests.ui.stage import FULL_HD_LESS_BARS, SMALLEST, Stage
from tests.window import fast_keys, settle
from vpr_desktop.ui.app import application
from vpr_desktop.ui.style import style_of

LOOKS = {
    "light": ("light", 100, FULL_HD_LESS_BARS),
    "dark": ("dark", 100, FULL_HD_LESS_BARS),
    "light-200": ("light", 200, FULL_HD_LESS_BARS),
    "light-small": ("light", 100, SMALLEST),
    "contrast": ("light", 100, FULL_HD_LESS_BARS),
}


def main() -> int:
    """Takes the pictures of the looks asked for, all of them without a wish."""
    parser = argparse.ArgumentParser(prog="shots", description="Pictures of every screen.")
    parser.add_argument("--out", default="shots-out", help="folder for the pictures")
    parser.add_argument("--look", choices=tuple(LOOKS), action="append", help="only this look; may be repeated")
    options = parser.parse_args()
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    app = application()
    count = 0
    with pytest.MonkeyPatch.context() as patch:
        fast_keys(patch)
        for look in options.look or LOOKS:
            with tempfile.TemporaryDirectory() as folder:
                count += take(app, Path(folder), look, out)
            sys.stdout.write(f"{look}: {count} pictures so far\n")
            sys.stdout.flush()
    return 0


def take(app: QApplication, folder: Path, look: str, out: Path) -> int:
    """One look of every screen. Returns how many."""
    stage = Stage(app, folder)
    try:
        hold(stage, look)
        for place, screen in enumerate(SCREENS):
            root = screen.opens(stage)
            hold(stage, look)  # a window that opens brings the look of its own folder
            name = f"{place:02d}-{screen.name.lower().replace(' ', '-')}-{look}.png"
            if not root.grab().save(str(out / name)):
                raise SystemExit(f"{name} could not be written to {out}")
            screen.closes(stage)
    finally:
        stage.close()
    return len(SCREENS)


def hold(stage: Stage, look: str) -> None:
    """Puts the look in force, and says so loudly where it is not what the picture's name will claim."""
    theme, percent, size = LOOKS[look]
    style = style_of()
    style.high_contrast = look == "contrast"
    style.apply()
    stage.look(theme, percent, size)
    if stage.fresh is not None:
        stage.fresh.resize(*size)
        settle(stage.fresh)
    if (style.theme, style.text_percent) != (theme, percent):
        raise SystemExit(f"the look {look} is not in force")


if __name__ == "__main__":
    raise SystemExit(main())
