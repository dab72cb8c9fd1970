"""Below a preview: which page is in sight, and how large it is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import column
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.widgets.paper_view import PAGE, WIDTH, PaperView
from vpr_desktop.ui.words import say

STEP = 1.25


class ZoomBar(QWidget):
    """Fit page, Fit width, smaller and larger; the one in force says so."""

    def __init__(self, paper: PaperView) -> None:
        super().__init__()
        self.paper = paper
        self.where = Words("", tone="second", wrap=False)
        self.page = Button(say("Fit page"), "link")
        self.width_button = Button(say("Fit width"), "link")
        self.smaller = Button(say("Smaller"), "link", name=say("Show the page smaller"))
        self.larger = Button(say("Larger"), "link", name=say("Show the page larger"))
        buttons = (self.page, self.width_button, self.smaller, self.larger)
        line = Flow(self.where, *buttons, gap=20, line_gap=4, centred=True)
        self.setLayout(column(line, margins=(24, 0, 24, 0)))
        self.page.clicked.connect(lambda: self.paper.show_at(PAGE))
        self.width_button.clicked.connect(lambda: self.paper.show_at(WIDTH))
        self.smaller.clicked.connect(lambda: self.paper.zoom(1 / STEP))
        self.larger.clicked.connect(lambda: self.paper.zoom(STEP))
        paper.moved.connect(self._say)

    def _say(self) -> None:
        """Which page, and which size."""
        number, count = self.paper.page_in_sight(), len(self.paper.sheets)
        self.where.setText(say("Page {number} of {count}", number=number, count=count) if count else "")
        for button, mode in ((self.page, PAGE), (self.width_button, WIDTH)):
            button.current = self.paper.mode == mode
            words = button.text()
            button.setAccessibleName(say("{words}, in force", words=words) if button.current else words)
            button.update()
        self.smaller.setEnabled(self.paper.can_zoom(1 / STEP))
        self.larger.setEnabled(self.paper.can_zoom(STEP))
