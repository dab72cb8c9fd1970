"""The lanes: threads that do one job after another, so that the window never waits. One for the store, one for sync."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from vpr_desktop.domain import errors

LOG = logging.getLogger(__name__)
Job = Callable[[], Any]


class Ticket:
    """One job of a lane. A cancelled one does not begin, or ends where it next looks; it answers `errors.Stopped`."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self.progress: tuple[int, int] | None = None
        self.outcome: tuple[Any, Exception | None] = (None, None)

    def cancel(self) -> None:
        """Lets the job end as soon as it can. A transaction is never cut short: it ends first."""
        self._stop.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked the job to end."""
        return self._stop.is_set()


@dataclass(frozen=True, slots=True)
class Held:
    """A job and who waits for it. Kept on the UI thread from first to last: see `Lane`."""

    owner: QObject
    job: Job
    done: Callable[[Any], None] | None
    failed: Callable[[Exception], None] | None

    def answer(self, value: Any, error: Exception | None) -> None:
        """Tells who waits, if they are still there."""
        if not shiboken6.isValid(self.owner):
            return
        if error is None:
            if self.done is not None:
                self.done(value)
        elif self.failed is not None:
            self.failed(error)


class Lane(QObject):
    """Runs jobs one after another in a thread of its own; answers come back on the UI thread.

    What another lane asks for comes after all that people wait for. A job may know pages and windows, and a widget
    that is let go of in another thread breaks Qt's memory. So the UI thread holds each job until it was answered, and
    the lane's thread has let go of it by then.
    """

    ended = Signal(object)  # the ticket of a job, after its answer was taken or dropped
    _answered = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._held: dict[Ticket, Held] = {}
        self._jobs: deque[Ticket | None] = deque()
        self._behind: deque[tuple[Job, Future[Any]]] = deque()
        self._ready = threading.Condition()
        self._ended = False
        self._current: Ticket | None = None
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a job runs, waits, or its answer is on the way."""
        return bool(self._held)

    def run(
        self,
        owner: QObject,
        job: Job,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> Ticket:
        """Queues a job. `done` or `failed` is called on the UI thread, and not at all once `owner` is gone."""
        ticket = Ticket()
        self._held[ticket] = Held(owner, job, done, failed)
        self._put(ticket)
        return ticket

    def works_for(self, owners: Collection[QObject]) -> bool:
        """Whether a job of one of these runs, waits, or its answer is on the way."""
        return any(held.owner in owners for held in self._held.values())

    def is_to_stop(self) -> bool:
        """Whether the job that runs was cancelled; asked from within long readings, in the lane."""
        return self._current is not None and self._current.is_cancelled

    def told(self, done: int, of: int) -> None:
        """Called by a long job: how far it is. Raises errors.Stopped where it was cancelled."""
        if self._current is not None:
            self._current.progress = (done, of)
        if self.is_to_stop():
            raise errors.Stopped()

    def is_wanted(self) -> bool:
        """Whether a person waits for the lane; asked from any thread by what runs behind them."""
        return bool(self._jobs)

    def behind(self, job: Job) -> Any:
        """What a job gives, done once nothing waits that a person asked for. Blocks; never call it on the UI thread.

        Raises whatever the job raises, and Stopped where the lane has ended.
        """
        made: Future[Any] = Future()
        with self._ready:
            if self._ended:
                raise errors.Stopped()
            self._behind.append((job, made))
            self._ready.notify()
        return made.result()

    def _put(self, ticket: Ticket | None) -> None:
        with self._ready:
            self._jobs.append(ticket)
            self._ready.notify()

    def _next(self) -> Ticket | tuple[Job, Future[Any]] | None:
        with self._ready:
            while not self._jobs and not self._behind:
                self._ready.wait()
            return self._jobs.popleft() if self._jobs else self._behind.popleft()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            if isinstance(task, Ticket):
                self._do(task)
                self._answered.emit(task)
            else:
                _fulfil(*task)
            del task
        with self._ready:
            self._ended = True
            left = list(self._behind)
            self._behind.clear()
        for _, made in left:
            made.set_exception(errors.Stopped())

    def _do(self, ticket: Ticket) -> None:
        self._current = ticket
        ticket.outcome = _result(self._held[ticket].job, ticket)
        self._current = None

    def _on_answered(self, ticket: Ticket) -> None:
        held = self._held.pop(ticket, None)
        outcome, ticket.outcome = ticket.outcome, (None, None)
        try:
            if held is not None:  # None: nobody hears it after `stop`
                held.answer(*outcome)
        finally:
            self.ended.emit(ticket)

    def stop(self, seconds: float = 10) -> None:
        """Ends the thread after the jobs that wait, and waits so long for it."""
        self._put(None)
        self._thread.join(seconds)
        if not self._thread.is_alive():
            self._held.clear()


def _fulfil(job: Job, made: Future[Any]) -> None:
    try:
        made.set_result(job())
    except Exception as raised:  # every failure goes back to the thread that waits
        made.set_exception(raised)


def _result(job: Job, ticket: Ticket) -> tuple[Any, Exception | None]:
    if ticket.is_cancelled:
        return None, errors.Stopped()
    try:
        return job(), None
    except Exception as raised:  # every failure goes back to whoever asked
        LOG.info("job ended: %s", type(raised).__name__)
        return None, errors.Stopped() if ticket.is_cancelled else _as_known(raised)


def _as_known(error: Exception) -> Exception:
    """A failing disk or file as the kind that has a sentence for the user; anything else as it is."""
    from vpr_desktop.services.sessions import as_known

    return as_known(error) or error
