"""The last jobs of a session: what is half-filled is kept, the file is closed, another may take its place.

They run in the store lane, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from vpr_desktop import logs

if TYPE_CHECKING:
    from vpr_desktop.services.context import Clock, Context

T = TypeVar("T")


def unless_faulty(ask: Callable[[], T]) -> T | None:
    """What a page answers as it is left behind; a fault of the page is logged, and keeps no PC open."""
    try:
        return ask()
    except Exception as error:
        logs.fault(error)
        return None


def stop_when(ctx: Context, asked: Callable[[], bool]) -> None:
    """Lets a long reading of the session end where `asked` says so."""
    from vpr_desktop.services import sessions

    sessions.stop_when(ctx, asked)


def keep_and_close(keep: Callable[[], Any] | None, ctx: Context) -> None:
    """Keeps the draft, then closes the file and drops the key, even where the draft could not be kept."""
    from vpr_desktop.services import sessions

    try:
        if keep is not None:
            keep()
    finally:
        sessions.lock(ctx)


def restoring(home: Path, archive: Path, user_id: str, passphrase: str, clock: Clock) -> Callable[[], Context]:
    """The job that puts a backup in place of the closed file and opens it."""

    def job() -> Context:
        from vpr_desktop.services import maintenance

        return maintenance.restore(home, archive, user_id, passphrase, clock)

    return job
