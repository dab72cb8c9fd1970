"""One process at a time has the file: a lock of the operating system, gone when the process is."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import IO

from vpr_desktop.domain.errors import AlreadyOpen, NotWritable

NAME = "vault.lock"
PAUSE = 0.1  # seconds between tries


class InstanceLock:
    """Held from unlock to lock. Waits up to `seconds` for another process to end."""

    def __init__(self, home: Path, seconds: float = 0.0) -> None:
        try:
            self._file: IO[bytes] = open(home / NAME, "ab")  # noqa: SIM115  held until `release`
        except OSError as error:
            raise NotWritable() from error
        end = time.monotonic() + seconds
        while not _try_lock(self._file):
            if time.monotonic() >= end:
                self._file.close()
                raise AlreadyOpen()
            _wait(PAUSE)

    def release(self) -> None:
        """Lets the next one in."""
        self._file.close()


def _wait(seconds: float) -> None:
    import select

    if os.name == "nt":
        time.sleep(seconds)
    else:
        select.select([], [], [], seconds)


def _try_lock(file: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
