"""A process that shows a window and says how long after its start it painted: an empty one, or the app's."""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from tests.bench.measure import resident_mb


class Watch(QObject):
    """Ends the process once something with a name was painted."""

    def __init__(self, app: QApplication, wanted: str, began: float) -> None:
        super().__init__()
        self._app, self._wanted, self._began = app, wanted, began
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched.objectName() == self._wanted:
            self._app.removeEventFilter(self)
            said = {"ms": (time.time() - self._began) * 1000}
            QTimer.singleShot(0, lambda: self._end(said))
        return False

    def _end(self, said: dict[str, float]) -> None:
        print(json.dumps({**said, "mb": resident_mb()}), flush=True)
        self._app.exit(0)


def main() -> None:
    """Arguments: when this process was started, and the app's folder; without it an empty window."""
    began = float(sys.argv[1])
    if len(sys.argv) > 2:
        from vpr_desktop.ui import app as program

        made = program.application()
        watch = Watch(made, "S1", began)
        program.run(sys.argv[2])
    else:
        made = QApplication(sys.argv[:1])
        window = QWidget()
        window.setObjectName("empty")
        window.resize(1366, 704)
        watch = Watch(made, "empty", began)
        window.show()
        made.exec()
    del watch


if __name__ == "__main__":
    main()
