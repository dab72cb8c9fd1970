"""A process that opens the app by its front door and says how long after its start the lock screen was painted."""

from __future__ import annotations

import sys

from tests.bench.measure import say_painted
from vpr_desktop import logs
from vpr_desktop.__main__ import main as start


def main() -> None:
    """Arguments: when this process was started, and the app's folder."""
    began = float(sys.argv[1])
    sys.argv[1:] = ["--home", sys.argv[2]]
    logs.note = lambda *_, **__: say_painted(began)  # the app notes its start right after its first paint
    start()


if __name__ == "__main__":
    main()
