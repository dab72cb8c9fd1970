"""The store lane: one thread that does every job of the store in order, so that the window never waits."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

LOG = logging.getLogger(__name__)
Job = Callable[[], Any]


class Lane(QObject):
    """Runs jobs one after another in a thread of its own; answers come back on the UI thread."""

    _answered = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: SimpleQueue[tuple[Job, Callable[..., None]] | None] = SimpleQueue()
        self._waiting = 0
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a job runs, waits, or its answer is on the way."""
        return self._waiting > 0

    def run(
        self,
        owner: QObject,
        job: Job,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Queues a job. `done` or `failed` is called on the UI thread, and not at all once `owner` is gone."""
        self._waiting += 1

        def answer(value: Any, error: Exception | None) -> None:
            if not shiboken6.isValid(owner):
                return
            if error is None:
                if done is not None:
                    done(value)
            elif failed is not None:
                failed(error)

        self._jobs.put((job, answer))

    def _work(self) -> None:
        while (task := self._jobs.get()) is not None:
            job, answer = task
            try:
                value, error = job(), None
            except Exception as raised:  # every failure goes back to whoever asked
                LOG.info("job ended: %s", type(raised).__name__)
                value, error = None, _as_known(raised)
            self._answered.emit((answer, value, error))
            del task, job, answer, value, error

    def _on_answered(self, packed: tuple[Callable[..., None], Any, Exception | None]) -> None:
        answer, value, error = packed
        self._waiting -= 1
        answer(value, error)

    def stop(self) -> None:
        """Ends the thread after the jobs that wait."""
        self._jobs.put(None)
        self._thread.join(10)


def _as_known(error: Exception) -> Exception:
    """A failing disk or file as the kind that has a sentence for the user; anything else as it is."""
    from vpr_desktop.services.sessions import as_known

    return as_known(error) or error
