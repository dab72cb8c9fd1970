"""A process that shows an empty window and says how long after its start it painted: the floor of the first paint."""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from tests.bench.measure import say_painted


class Watch(QObject):
    """Ends the process once its window has painted."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, lambda: say_painted(float(sys.argv[1])))
        return False


def main() -> None:
    """Argument: when this process was started."""
    app = QApplication(sys.argv[:1])
    window = QWidget()
    window.resize(1366, 704)
    watch = Watch(window)
    window.installEventFilter(watch)
    window.show()
    app.exec()


if __name__ == "__main__":
    main()
