"""S12, Get support: whom to call, on the right of every page, while locked and offline too. Never logged."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from vpr_desktop.services.lockscreen import LockScreen
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import DOCK, MENU_FROM
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Panel, ScrollPage, clear, column, hairline, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say


class SupportDock(QFrame):
    """The panel. Esc closes it and returns to the field before."""

    opened = Signal()
    closed = Signal()
    spoken_role = QAccessible.Role.Grouping

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bar", "dock")
        self.setObjectName("S12")
        self.setAccessibleName(say("Get support"))
        self._before: QWidget | None = None
        self.close_button = Button(say("Close"), "link", hint="Esc", name=say("Close get support"))
        self.close_button.clicked.connect(self.dismiss)
        top = row(Heading(say("Get support"), "section"), gap=8)
        top.addStretch(1)
        top.addWidget(self.close_button)
        self._list = column(gap=0)
        inner = ScrollPage()
        inner.body.setSpacing(style_of().px(8))
        inner.body.setContentsMargins(*(style_of().px(m) for m in (12, 0, 12, 8)))
        inner.body.addLayout(self._list)
        inner.body.addStretch(1)
        note = Words(say("Works offline and when locked. Opening this is never recorded."), "hint", tone="second")
        inner.body.addLayout(column(note, margins=(8, 8, 8, 6)))
        whole = column(gap=8)
        whole.addLayout(column(top, margins=(20, 14, 20, 0)))
        whole.addWidget(inner, 1)
        self.setLayout(whole)
        self.hide()

    def show_for(self, facts: LockScreen) -> None:
        """Fills the panel with the ward's own contacts and opens it."""
        self._before = QApplication.focusWidget()
        clear(self._list)
        number = facts.emergency_number
        danger = say("If you are in danger, leave and call {number}.", number=number)
        panel = Panel("warning", danger)
        panel.words.stress(danger, number)
        self._list.addWidget(panel)
        self._list.addSpacing(style_of().px(8))
        if not facts.contacts:
            self._list.addWidget(Words(say("Your ward has not added other contacts yet."), tone="second"))
        first: QWidget = self.close_button
        for contact in facts.contacts:
            line = QFrame()
            line.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            line.setAccessibleName(f"{contact.label}, {contact.number}")
            said = column(Words(contact.label, "strong"), Words(contact.number, "section"), gap=0, margins=(8, 6, 8, 6))
            line.setLayout(said)
            if first is not self.close_button:
                self._list.addWidget(hairline())
            self._list.addWidget(line)
            first = line if first is self.close_button else first
        big = style_of().text_percent >= MENU_FROM
        self.setFixedWidth(DOCK + 80 if big else style_of().px(DOCK))
        self.close_button.hint = "" if big else "Esc"
        self.close_button.updateGeometry()
        self.show()
        self.opened.emit()
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def dismiss(self) -> None:
        """Closes the panel and gives focus back."""
        self.hide()
        self.closed.emit()
        if self._before is not None and shiboken6.isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)
