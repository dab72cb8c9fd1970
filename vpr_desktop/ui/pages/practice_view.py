"""The practice at the end of the first run: the quick log on a file of its own, under a banner that says so.

A desk of its own stands between: nothing here reaches the pages or the session of the window.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import KnownError
from vpr_desktop.ui.announce import announce
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.pages.quick_log_page import QuickLogPage
from vpr_desktop.ui.tasks import Lane
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Panel, column
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.services.context import Context

HERE = frozenset({"log", "support"})


class PracticeView(QWidget):
    """The quick log with its banner. It is the desk of its one page. `left` tells that somebody is done."""

    left = Signal()
    support_asked = Signal()

    def __init__(self, ctx: Context, lane: Lane) -> None:
        super().__init__()
        self.setObjectName("practice")
        self._ctx, self._lane = ctx, lane
        self.told = lane.told
        self.banner = Panel("warning", say("Practice. Never sent, deleted when you leave."))
        self.leave_button = Button(say("Leave practice"))
        self.banner.line.addWidget(self.leave_button)
        self.said = Words("", "hint", tone="second")
        self.said.hide()
        self.page = QuickLogPage(cast(Desk, self))  # all of a desk but sending, which a practice has none of
        top = column(self.banner, self.said, gap=4, margins=(20, 10, 20, 0))
        whole = column(gap=0)
        whole.addLayout(top)
        whole.addWidget(self.page, 1)
        self.setLayout(whole)
        self.leave_button.clicked.connect(self.left)

    def open(self) -> None:
        """Shows an empty form."""
        self.page.opened()
        self.page.first_focus().setFocus()
        self.announce(self.banner.words.text())

    # The desk
    @property
    def ctx(self) -> Context:
        """The session on the practice file."""
        return self._ctx

    def run(
        self,
        owner: QObject,
        job: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Runs a job in the window's lane, on the practice file."""
        self._lane.run(owner, job, done, failed or self._on_failed)

    def load(
        self,
        owner: QObject,
        job: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
        text: str = "",  # noqa: ARG002
        stopped: Callable[[], str | None] | None = None,  # noqa: ARG002
    ) -> None:
        """Like `run`: a practice file holds too little to wait for."""
        self.run(owner, job, done, failed)

    def _on_failed(self, error: Exception) -> None:
        self.trouble(str(error) if isinstance(error, KnownError) else say("That did not work. Leave the practice."))

    def offers(self, page: str) -> bool:
        """Only the quick log and Get support can be tried."""
        return page in HERE

    def go(self, page: str, **arguments: Any) -> None:
        """A new form, or the end of the practice."""
        if page == "log":
            self.page.opened(**arguments)
            self.page.first_focus().setFocus()
        elif page == "support":
            self.support_asked.emit()
        else:
            self.left.emit()

    def back(self) -> None:
        """The end of the practice."""
        self.left.emit()

    def restore(self, archive: str, passphrase: str) -> None:
        """Nothing to restore."""

    def set_session(self, ctx: Context) -> None:
        """The practice file has no settings to change."""

    def status(self, text: str, undo: Callable[[], None] | None = None, seconds: int = 0) -> None:  # noqa: ARG002
        """Says what was just done."""
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def trouble(self, text: str) -> None:
        """Says what went wrong."""
        self.status(text)
        self.announce(text, assertive=True)

    def announce(self, text: str, *, assertive: bool = False) -> None:
        """Tells screen readers."""
        announce(self, text, assertive=assertive)

    def changed(self, changes: Changes) -> None:
        """Nobody else shows the practice file."""
