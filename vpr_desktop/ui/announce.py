"""Tells screen readers what happened, politely or at once; never on every keystroke.

Qt's names for it are loaded with the first word said, as a window that says nothing need not wait for them.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def announce(widget: QWidget, text: str, *, assertive: bool = False) -> None:
    """Sends one announcement."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    event = QAccessibleAnnouncementEvent(widget, text)
    level = QAccessible.AnnouncementPoliteness.Assertive if assertive else QAccessible.AnnouncementPoliteness.Polite
    event.setPoliteness(level)
    QAccessible.updateAccessibility(event)


def say_cleared(widget: QWidget) -> None:
    """Says again that a checkbox is no longer ticked: some readers miss the first telling."""
    from PySide6.QtGui import QAccessible, QAccessibleStateChangeEvent

    changed = QAccessible.State()
    changed.checked = True  # what changed, not what it is now
    QAccessible.updateAccessibility(QAccessibleStateChangeEvent(widget, changed))
