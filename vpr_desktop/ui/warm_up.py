"""Loads what unlocking and Home need, in the lane while somebody types a passphrase. Makes no widget."""

from __future__ import annotations

import importlib
from pathlib import Path

from vpr_desktop.services import trial

SOON = ("services.sending", "ui.shell", "ui.sync_chip", "ui.pages.home_page")  # what nobody waits for before Home shows


def load(home: Path) -> None:
    """Importing brings the database with it. Clears what a practice run at the first start left behind, too."""
    trial.clear(home)
    for name in SOON:
        importlib.import_module(f"vpr_desktop.{name}")
