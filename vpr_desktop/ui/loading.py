"""What the open page waits for: after a moment a thin bar says so, and after a longer one it can be cancelled.

One mechanism for every page: what a page asks for while it opens counts as its loading, and a page names by
`Desk.load` what else it reads at its user's wish. Old content stays until the new is there. An answer that comes after
its session ended is heard by nobody: the page it was for may be gone a moment later, and there is no session to show.
A page that is refused what it reads, as a right ended or a report became restricted meanwhile, goes with all it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from vpr_desktop.domain.errors import NotAllowed, NotFound, Stopped
from vpr_desktop.ui.announce import announce
from vpr_desktop.ui.tasks import Lane, Ticket
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.ui.widgets.busy_note import BusyNote

SHOW_MS = 200
CANCEL_MS = 2000
LOOK_MS = 100
OnStop = Callable[[], str | None]  # puts things back after a cancel; may say what came of it
TEXTS = {
    "home": "Loading Home",
    "incidents": "Loading incidents",
    "record": "Loading the record",
    "task": "Loading the record",
    "log": "Loading the form",
    "handover": "Loading the handover",
    "support": "Loading support steps",
    "plan": "Loading the support plan",
    "insights": "Loading charts",
    "print": "Making the preview",
    "settings": "Loading settings",
    "handbook": "Loading the handbook",
}


def text_of(page: str) -> str:
    """What is said while a page loads."""
    return say(TEXTS.get(page, "Loading"))


def belonging_to(page: QObject) -> list[QObject]:
    """A page and all its parts: any of them may ask for what the page shows."""
    return [page, *page.findChildren(QObject)]


class Loads(QObject):
    """The jobs of pages, and of those the loads. `stopped` carries what to say after one was cancelled, `refused` who
    asked for what is not theirs to read, and the words for it."""

    stopped = Signal(str)
    refused = Signal(QObject, str)

    def __init__(self, lane: Lane, failed: Callable[[Exception], None], parent: QObject) -> None:
        super().__init__(parent)
        self._lane, self._failed = lane, failed
        self._note: BusyNote | None = None
        self._waiting: dict[Ticket, tuple[str, OnStop | None]] = {}
        self._here = ""
        self._opening: str | None = None
        self._following = False
        self._session = 0  # which one it is: an answer of one is nothing to the next
        self._show = QTimer(self, singleShot=True, interval=SHOW_MS)
        self._offer = QTimer(self, singleShot=True, interval=CANCEL_MS)
        self._look = QTimer(self, interval=LOOK_MS)
        self._show.timeout.connect(self._on_show)
        self._offer.timeout.connect(self._on_offer)
        self._look.timeout.connect(self._say)
        lane.ended.connect(self._on_ended)

    def begin(self, note: BusyNote) -> None:
        """A session begins; its loads are told by this note."""
        self._note = note
        note.cancelled.connect(self.cancel)

    @contextmanager
    def opening(self, page: str) -> Iterator[None]:
        """What is asked for inside counts as loading of this page."""
        self._here = text_of(page)
        with self._loading(self._here):
            yield

    @contextmanager
    def following(self) -> Iterator[None]:
        """What is asked for inside is read anew as something changed: old content stays, unless it is refused."""
        self._following = True
        try:
            yield
        finally:
            self._following = False

    @contextmanager
    def _loading(self, text: str) -> Iterator[None]:
        before, self._opening = self._opening, text
        try:
            yield
        finally:
            self._opening = before

    def run(
        self,
        owner: QObject,
        job: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Runs a job in the lane; while a page opens, it is a load. Without `failed` the window says what is wrong."""
        if self._opening is not None:
            self.load(owner, job, done, failed, self._opening)
        else:
            if self._following:
                failed = self._unless_refused(owner, failed)
            own = self._while_it_lasts(failed) if failed is not None else None
            # What the window says, such as a draft that could not be kept, is told on the lock screen too.
            self._lane.run(owner, job, self._while_it_lasts(done), own or self._failed)

    def _unless_refused(
        self, owner: QObject, failed: Callable[[Exception], None] | None
    ) -> Callable[[Exception], None]:
        def heard(error: Exception) -> None:
            if isinstance(error, NotAllowed | NotFound):
                self.refused.emit(owner, str(error))
            else:
                (failed or self._failed)(error)

        return heard

    def _while_it_lasts(self, hear: Callable[[Any], None]) -> Callable[[Any], None]:
        """Hears an answer as long as the session that asked goes on."""
        asked_in = self._session

        def answered(value: Any) -> None:
            if self._session == asked_in:
                hear(value)

        return answered

    def load(
        self,
        owner: QObject,
        job: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
        text: str = "",
        stopped: OnStop | None = None,
    ) -> None:
        """Runs a job that somebody waits for; `text` says what it is, else it is the open page's loading."""
        words = text or self._here
        if self._opening is not None or self._following:
            failed = self._unless_refused(owner, failed)

        def shown(value: Any) -> None:
            with self._loading(words):
                done(value)

        def refused(error: Exception) -> None:
            if isinstance(error, Stopped):
                self._on_stopped(ticket, str(error), stopped)
            else:
                (failed or self._failed)(error)

        ticket = self._lane.run(owner, job, self._while_it_lasts(shown), self._while_it_lasts(refused))
        if not self._waiting:
            self._show.start()
            self._offer.start()
        self._waiting[ticket] = (words, stopped)

    def cancel(self) -> None:
        """Lets everything that loads end."""
        for ticket in self._waiting:
            ticket.cancel()

    def drop(self) -> None:
        """The session ends: nothing that loads is waited for, and nothing is said about it."""
        self._session += 1
        self.cancel()
        for _words, stopped in self._waiting.values():
            if stopped is not None:
                stopped()
        self._waiting.clear()
        self._rest()
        self._note = None

    def _on_stopped(self, ticket: Ticket, text: str, stopped: OnStop | None) -> None:
        if ticket not in self._waiting:
            return
        said = stopped() if stopped is not None else None
        if sum(1 for one in self._waiting if one.is_cancelled) == 1:  # the last of them tells, once
            self.stopped.emit(said or text)
            if self._note is not None:
                announce(self._note, said or text)

    def _on_ended(self, ticket: Ticket) -> None:
        if self._waiting.pop(ticket, None) is not None and not self._waiting:
            self._rest()

    def _rest(self) -> None:
        for timer in (self._show, self._offer, self._look):
            timer.stop()
        if self._note is not None:
            self._note.rest()

    def _on_show(self) -> None:
        self._say()
        self._look.start()
        if self._note is not None:
            announce(self._note, self._note.words.text())

    def _say(self) -> None:
        if self._note is not None:
            ticket, (words, _) = next(iter(self._waiting.items()))
            self._note.say(words, ticket.progress)

    def _on_offer(self) -> None:
        if self._note is not None:
            words, _ = next(iter(self._waiting.values()))
            self._note.offer_cancel(say("Cancel: {what}", what=words))
