"""The log: fixed event codes, ids and counts as JSON lines. It must never hold a name, a text or an error's words.

A field that is not on the list is dropped, and so is a value that is more than an id, a number or a short code.
An exception leaves its type and the files and lines it came through; what it says may quote a record.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logging.handlers import RotatingFileHandler

FOLDER, FILE = "logs", "vpr.log"
LARGEST, FILES = 1024 * 1024, 5
EVENTS = frozenset({"started", "ended", "command", "fault", "locked", "unlocked", "synced", "sync_failed", "problem"})
FIELDS = frozenset({"id", "op", "batch", "device", "code", "count", "ms", "name", "kind", "version"})
PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
MOST_FRAMES = 12
LIBRARY = "library"


class Line(logging.Formatter):
    """One log record as one line of JSON, with nothing in it that is not on the lists."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. The message of a library is left out: nobody knows what it quotes."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        event = record.msg if isinstance(record.msg, str) and record.msg in EVENTS and not record.args else LIBRARY
        line: dict[str, Any] = {"at": at, "level": record.levelname, "event": event, "from": _plain(record.name)}
        if event == LIBRARY:
            line |= {"file": Path(record.pathname).name, "line": record.lineno}
        given = getattr(record, "vpr", None)
        if isinstance(given, dict):
            line |= {key: kept for key, value in given.items() if key in FIELDS and (kept := _plain(value)) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            line |= where(record.exc_info[0], record.exc_info[2])
        return json.dumps(line)


def _plain(value: Any) -> Any:
    """A value that cannot hold a text: a number, yes or no, or a short code; else None."""
    if isinstance(value, bool | int):
        return value
    return value if isinstance(value, str) and PLAIN.fullmatch(value) else None


def where(kind: type[BaseException], trace: TracebackType | None) -> dict[str, Any]:
    """The type of an exception and the files and lines it came through, the innermost last."""
    frames = []
    while trace is not None:
        frames.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return {"error": kind.__name__, "through": frames[-MOST_FRAMES:]}


class QuietFile(logging.Handler):
    """A rotating file in an existing folder; where it cannot be written, the app goes on without a log.

    The library behind it is loaded with the first line that is written, so that a window need not wait for it.
    """

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.home = home
        self._file: RotatingFileHandler | None = None

    @property
    def file(self) -> RotatingFileHandler:
        """The rotating file."""
        if self._file is None:
            from logging.handlers import RotatingFileHandler

            path = self.home / FOLDER / FILE
            self._file = RotatingFileHandler(
                path, maxBytes=LARGEST, backupCount=FILES - 1, encoding="utf-8", delay=True
            )
            self._file.setFormatter(Line())
            # The library would print the record and the error's words to the console.
            self._file.handleError = lambda _record: None  # type: ignore[assignment, method-assign]
        return self._file

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a line, once there is a folder of the app to write it in."""
        if not self.home.is_dir():
            return
        try:
            (self.home / FOLDER).mkdir(exist_ok=True)
        except OSError:
            return
        self.file.emit(record)

    def close(self) -> None:
        """Closes the file."""
        if self._file is not None:
            self._file.close()
        super().close()


def start(home: Path) -> None:
    """Logs from here on into a folder's log, and lets no crash write a memory image or an error's words anywhere."""
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, QuietFile)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(QuietFile(home))
    logging.getLogger("vpr_desktop").setLevel(logging.INFO)
    _no_core_dumps()


def catch_all() -> None:
    """Puts exceptions that nobody caught into the log, by type and place, instead of on the console."""
    sys.excepthook = lambda _kind, error, _trace: _uncaught(error)
    threading.excepthook = lambda args: _uncaught(args.exc_value)
    sys.unraisablehook = lambda args: _uncaught(args.exc_value)


def _uncaught(error: BaseException | None) -> None:
    if error is None:
        return
    fault(error)
    sys.stderr.write(f"A fault inside VPR Desktop ({type(error).__name__}). It is in the log.\n")


def note(event: str, **facts: Any) -> None:
    """One event with its ids and counts."""
    logging.getLogger("vpr_desktop").info(event, extra={"vpr": facts})


def fault(error: BaseException) -> None:
    """A fault of the app: its type and place, never its words."""
    logging.getLogger("vpr_desktop").error("fault", exc_info=(type(error), error, error.__traceback__))


def _no_core_dumps() -> None:
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002)  # no error box, no memory image of a crash
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
