"""Run in a process of its own, as Qt takes the scale of the screen at its start: opens every screen, tells misfits."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui import survey
from tests.window import fast_keys


def main(folder: str, wide: str, high: str) -> None:
    app = QApplication([])
    with pytest.MonkeyPatch.context() as patch:
        fast_keys(patch)
        look = survey.Look("scaled", "light", 100, (int(wide), int(high)), (survey.FIT,))
        taken = survey.take(app, Path(folder), (look,))
    found = [one for walker in survey.FIT for one in taken.of(walker, "scaled")]
    told = {"ratio": app.devicePixelRatio(), "screens": len(taken.texts), "found": found}
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
