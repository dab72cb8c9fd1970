"""Starts the desktop app."""

from __future__ import annotations

import argparse


def main() -> int:
    """Opens the window over the folder given with --home, VPR_HOME, or the platform's own."""
    parser = argparse.ArgumentParser(prog="vpr-desktop", description="Log, support, print and learn.")
    parser.add_argument("--home", help="folder of the encrypted file")
    from vpr_desktop.ui.app import run

    return run(parser.parse_args().home)


if __name__ == "__main__":
    raise SystemExit(main())
