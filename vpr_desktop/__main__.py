"""Starts the desktop app."""

from __future__ import annotations

import argparse

from vpr_desktop.settings import home_folder
from vpr_desktop.ui.start import open_window


def main() -> int:
    """Opens the window over the folder given with --home, VPR_HOME, or the platform's own."""
    parser = argparse.ArgumentParser(prog="vpr-desktop", description="Log, support, print and learn.")
    parser.add_argument("--home", help="folder of the encrypted file")
    return open_window(home_folder(parser.parse_args().home))


if __name__ == "__main__":
    raise SystemExit(main())
