"""The endpoint's log: one JSON object a line, fixed events, ids only. Never a name, a text or an error's words.

`claimed` is the PC that a refused request says it is from. Nobody has proven it: whoever asks can say any.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

LOGGER = logging.getLogger("vpr.central")
ALLOWED = frozenset("event request method route status ms claimed stream port problem kind where".split())


class JsonLines(logging.Formatter):
    """Keeps what is on the list of allowed fields, and nothing else."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told = getattr(record, "told", {})
        kept = {key: told[key] for key in told if key in ALLOWED}
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return json.dumps({"at": when, "level": record.levelname, **kept}, ensure_ascii=True)


def set_up() -> None:
    """Sends the log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def event(name: str, level: int = logging.INFO, **told: Any) -> None:
    """One event with its ids and numbers."""
    LOGGER.log(level, name, extra={"told": {"event": name, **told}})


def fault(error: BaseException, request: str) -> None:
    """A fault of ours: type and place, never its words, which may hold a record."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""
    event("fault", logging.ERROR, kind=type(error).__name__, where=where, request=request)
