"""A PC of the ward as a process of its own: its real window, told over a pipe what its people do.

Whoever tells it is `PcProcess`; the process is this file run by its name. A line says a method of `Hands` and what it
is given; a line comes back.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication

from tests.central.test_processes import die_with_parent
from tests.conftest import FAST, fast_keys
from tests.factories import first_run, logged
from tests.fakes import FakeClock
from tests.journeys.online import OPS, OnlinePC
from tests.sync.ending import end_at
from vpr_desktop import bootstrap
from vpr_desktop.domain.incident import Incident
from vpr_desktop.services import maintenance, sessions
from vpr_desktop.ui.app import application

ROOT = Path(__file__).resolve().parent.parent.parent


class Ended(Exception):
    """The process is no more."""


class PcProcess:
    """Tells a PC what to do and hears what came of it."""

    def __init__(self, home: Path, address: str, code: str) -> None:
        self.home, self.errors = home, home.with_suffix(".log")
        self.hours = 0
        self.start({"address": address, "code": code})

    def start(self, joins: dict[str, str] | None = None) -> None:
        """Starts the PC, also again after it ended; an hour later than the last time."""
        self.said = self.errors.open("ab")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.pc_process", str(self.home)],
            cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.said, text=True, preexec_fn=die_with_parent,
        )  # fmt: skip
        self._tell({"hours": self.hours, "joins": joins})
        self.hours += 1

    def __enter__(self) -> PcProcess:
        return self

    def __exit__(self, *_: Any) -> None:
        self.end()

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **named: self._tell([name, given, named])

    def _tell(self, words: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(words) + "\n")
            self.process.stdin.flush()
            heard = self.process.stdout.readline()
        except BrokenPipeError:
            heard = ""
        if not heard:
            raise Ended(self.errors.read_text()[-4000:])
        return json.loads(heard)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends the process: by a signal, or because it has ended."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.communicate(timeout=40)
        self.said.close()
        return self.process.returncode


class Hands(OnlinePC):
    """What can be done at the PC and seen of it, in values that JSON can carry."""

    def value(self, reference: str, field: str) -> Any:
        return getattr(self.ctx.reader().find(Incident, reference=reference)[0], field)

    def withdraw(self, reference: str, reason: str) -> None:
        self.open(reference)
        self.page.withdraw()
        self.answer(reason, "Withdraw incident")

    def log_at_length(self, reports: int, words: str) -> None:
        """Saves reports with so many words that nobody could type them in a test."""
        ctx = self.ctx
        self.window.lane.run(self.window, lambda: [logged(ctx, description=words) for _ in range(reports)])
        self.settle()

    def years(self, years: int) -> None:
        """The clock of this PC jumps; that looks like a sleep, and locks."""
        self.lock()
        self.clock.set(self.clock.now() + timedelta(days=365 * years))
        self.unlock()
        self.rest()

    def join(self, address: str, code: str) -> None:
        """Joins it anew, as a new code does, and unlocks again."""
        bootstrap.enrol(self.ctx, address, code)
        self.lock()
        self.unlock()
        self.rest()

    def device(self) -> str:
        return str(self.ctx.store.device_id)

    def ops(self) -> list[Any]:
        """What it holds, by number."""
        return self.rows(OPS)

    def proven(self) -> bool:
        """Whether the whole file proves itself."""
        return maintenance.verify(self.ctx).ok

    def end_at(self, step: int, after: bool) -> None:
        """From the next cycle on: ends before or after its so manieth step."""
        end_at(step, after)


def serve(app: QApplication, home: Path) -> None:
    """Does line after line; between them the window lives by itself."""
    begin = json.loads(sys.stdin.readline())
    clock = FakeClock()
    clock.forward(hours=begin["hours"])
    if begin["joins"] is not None:
        ctx, _ = sessions.first_run(home, first_run(), clock, FAST)
        bootstrap.enrol(ctx, begin["joins"]["address"], begin["joins"]["code"])
        sessions.lock(ctx)
    pc = Hands(app, home, clock)
    pc.unlock()
    pc.rest()
    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)

    def done() -> None:
        notifier.setEnabled(False)
        line = sys.stdin.readline()
        if not line:
            os._exit(0)
        name, given, named = json.loads(line)
        found = getattr(pc, name)
        answer(found(*given, **named) if callable(found) else found)
        notifier.setEnabled(True)

    notifier.activated.connect(done)
    answer(None)
    app.exec()


def answer(value: Any) -> None:
    sys.stdout.write(json.dumps(value, default=bytes.hex) + "\n")
    sys.stdout.flush()


def main() -> None:
    """One PC, until the pipe or the process ends; what goes wrong is said aloud and ends it."""

    def failed(kind: Any, error: Any, trace: Any) -> None:
        sys.__excepthook__(kind, error, trace)
        sys.stderr.flush()
        os._exit(1)

    sys.excepthook = failed
    fast_keys(pytest.MonkeyPatch())
    serve(application(), Path(sys.argv[1]))


if __name__ == "__main__":
    main()
