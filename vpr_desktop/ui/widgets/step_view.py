"""The table of support steps: single letters act on the chosen row while the table has focus, and nowhere else."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from vpr_desktop.ui.widgets.row_view import RowView

ACTS = {
    Qt.Key.Key_Space: "record",
    Qt.Key.Key_A: "assign",
    Qt.Key.Key_D: "due",
    Qt.Key.Key_N: "note",
    Qt.Key.Key_C: "contact",
}


class StepRows(RowView):
    """A table whose keys are Enter, Space, A, D, N and C. `acted` names what somebody wants to do."""

    acted = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = ACTS.get(Qt.Key(event.key())) if not event.modifiers() else None
        if act is not None and self.currentIndex().isValid():
            self.acted.emit(act)
        else:
            super().keyPressEvent(event)
