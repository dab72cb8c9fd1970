"""What an open window says: the texts of its widgets, and what its tables show and say."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QTableView, QWidget

from tests.ui.walk import shown


def symbols(root: QWidget) -> list[str]:
    """Cells that show a symbol and say nothing."""
    return [
        f"{text!r} is not said in words, but {spoken!r}"
        for text, spoken in said_cells(root)
        if text and not any(c.isalnum() for c in text) and not any(c.isalnum() for c in spoken)
    ]


def said_cells(root: QWidget) -> Iterator[tuple[str, str]]:
    """What the first rows of every table in sight show, and what is said of each."""
    for view in shown(root):
        if isinstance(view, QTableView):
            yield from shown_and_said(view)


def shown_and_said(view: QTableView) -> Iterator[tuple[str, str]]:
    """The cells of a table's first rows: what each shows, and what is said of it."""
    model = view.model()
    for row in range(min(model.rowCount(), 30)):
        for column in range(model.columnCount()):
            index = model.index(row, column)
            roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            text, spoken = (str(index.data(role) or "") for role in roles)
            yield text, spoken


def texts(root: QWidget) -> Iterator[str]:
    """Every text of the window: what is read, heard, hinted at, or stands in a list."""
    yield root.windowTitle()
    for widget in root.findChildren(QWidget):
        if not (widget.isVisible() or widget.isVisibleTo(root)):
            continue
        yield from (widget.accessibleName(), widget.accessibleDescription(), widget.toolTip())
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        if isinstance(widget, QLineEdit | QPlainTextEdit):
            yield widget.placeholderText()
        if isinstance(widget, QComboBox):
            yield from (widget.itemText(i) for i in range(widget.count()))
        if isinstance(widget, QTableView):
            yield from cells(widget)
        yield from (action.text() for action in widget.actions())


def cells(view: QTableView) -> Iterator[str]:
    """What stands in the rows of a table."""
    for pair in shown_and_said(view):
        yield from pair
