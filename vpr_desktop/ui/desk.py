"""What a page gets from the window: the session, the lanes, the way to other pages, and the status line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.changes import Changes

if TYPE_CHECKING:
    from vpr_desktop.services.context import Context
    from vpr_desktop.ui.sending import Sending


class Desk(Protocol):
    """The window as pages see it. Pages never know each other, and never hold a session of their own.

    `sending` says how sending stands, and sends at once.
    """

    sending: Sending

    @property
    def ctx(self) -> Context:
        """The signed-in session; pages exist only while there is one."""

    def run(
        self,
        owner: QObject,
        job: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Runs a job in the store lane; the answer comes on the UI thread, and not at all once owner is gone.

        Without `failed` the window shows the error's own sentence in a banner.
        """

    def load(
        self,
        owner: QObject,
        job: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
        text: str = "",
        stopped: Callable[[], str | None] | None = None,
    ) -> None:
        """Like `run`, for what somebody waits to see or to print: it says so after a moment, and can be cancelled.

        What a page runs while it opens is loaded like this anyway. `text` stands beside the bar, such as "Loading
        incidents"; `stopped` is called in place of `done` after a cancel and may say what came of it. Only for jobs
        that may end half way.
        """

    def told(self, done: int, of: int) -> None:
        """Called from within a long job: how far it is. Raises Stopped where it was cancelled."""

    def restore(self, archive: str, passphrase: str) -> None:
        """Locks, puts a backup in place of the file, and unlocks that for the same person."""

    def set_session(self, ctx: Context) -> None:
        """Takes a session whose ward or policy changed."""

    def go(self, page: str, **arguments: Any) -> None:
        """Opens a page by name: home, log, incidents, worklist, plan, record, task, handover, print, data, settings,
        handbook, support."""

    def offers(self, page: str) -> bool:
        """Whether a page opens here, to whoever works."""

    def back(self) -> None:
        """Returns to the page before, with its filter, row and scroll."""

    def status(self, text: str, undo: Callable[[], None] | None = None, seconds: int = 0) -> None:
        """Says in the status bar what was just done, with an Undo where there is one, which may end by itself."""

    def trouble(self, text: str) -> None:
        """Shows above the page what went wrong, what is safe and what to do."""

    def announce(self, text: str, *, assertive: bool = False) -> None:
        """Tells screen readers."""

    def changed(self, changes: Changes) -> None:
        """Tells every page what was just written."""


class Page(Protocol):
    """A page of the window. Its constructor takes the desk alone."""

    def opened(self, **arguments: Any) -> None:
        """Shows the page for these arguments; called each time it is opened."""

    def refreshed(self, changes: Changes) -> None:
        """Shows what changed, without losing what is being typed."""

    def draft(self) -> Callable[[], Any] | None:
        """A job that keeps what is half-filled, run before a lock; None where there is nothing to keep."""

    def place(self) -> dict[str, Any]:
        """The arguments that bring this page back as it stands: filter, row, field and caret."""

    def first_focus(self) -> QWidget:
        """The widget that gets focus when the page opens."""
