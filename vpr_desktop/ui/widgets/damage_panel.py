"""On the lock screen, where the file does not open as it should: what is wrong, two ways on, and whom to call."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Signal

from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Card
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class DamagePanel(Card):
    """Hidden until there is something to offer. `restore_asked` carries the backup."""

    read_asked = Signal()
    restore_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.body.setContentsMargins(32, 20, 32, 22)
        self.body.setSpacing(10)
        self.backup: Path | None = None
        self.about_read = Words(
            say(
                "What can be checked is copied to a fresh file, so that you can go on. "
                "The old file is kept unchanged for IT."
            ),
            tone="second",
        )
        self.read = Button(say("Open what can be read"))
        self.restore = Button(say("Restore the backup"))
        self.body.addWidget(Words(say("This PC's file does not open as it should"), "strong"))
        self.body.addWidget(Words(say("Call IT first, if you can reach them. To go on now:"), tone="second"))
        for widget in (self.about_read, self.read, self.restore):
            self.body.addWidget(widget)
        self.read.clicked.connect(self.read_asked)
        self.restore.clicked.connect(lambda: self.restore_asked.emit(str(self.backup)))
        self.hide()

    def offer(self, can_read: bool, backup: Path | None) -> None:
        """Shows the ways there are."""
        self.backup = backup
        for widget in (self.about_read, self.read):
            widget.setVisible(can_read)
        self.restore.setVisible(backup is not None)
        if backup is not None:
            from vpr_desktop.domain.days import show_day

            made = datetime.fromtimestamp(backup.stat().st_mtime).astimezone()
            words = say("Restore the backup of {day}, {time}", day=show_day(made.date()), time=f"{made:%H:%M}")
            self.restore.set_words(words)
        self.setVisible(can_read or backup is not None)
