"""Folders: where the encrypted file of this PC lies, and where what the app brings along lies. No Qt."""

from __future__ import annotations

import os
from pathlib import Path


def home_folder(given: str | None = None) -> Path:
    """The folder of the encrypted file: as given, else VPR_HOME, else the platform's per-machine data folder."""
    named = given or os.environ.get("VPR_HOME")
    if named:
        return Path(named).expanduser()
    from platformdirs import site_data_path, user_data_path

    shared = site_data_path("vpr-desktop", appauthor=False)
    if shared.exists() or os.access(shared.parent, os.W_OK):
        return shared
    return user_data_path("vpr-desktop", appauthor=False)


def resource(*parts: str) -> Path:
    """A file the app brings along: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    return (installed if installed.exists() else package.parent / "resources").joinpath(*parts)
