"""Roles for screen readers that Qt's own widgets do not bring: a card is a group, a heading is a heading.

A class says its role as `spoken_role`; what it is called is its accessible name, as everywhere.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QApplication, QWidget

INSTALLED = "vpr-spoken"


def install() -> None:
    """Lets Qt ask for the roles, once for each application."""
    app = QApplication.instance()
    if app is not None and not app.property(INSTALLED):
        app.setProperty(INSTALLED, True)
        QAccessible.installFactory(_interface)


def _interface(_key: str, thing: QObject) -> QAccessibleInterface | None:
    """Called by Qt for each widget a screen reader meets; None leaves it to Qt."""
    role = getattr(thing, "spoken_role", None)
    if role is None or not isinstance(thing, QWidget):
        return None
    return QAccessibleWidget(thing, role)
