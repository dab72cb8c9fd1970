"""What is left behind: at the end of a session what is half-filled is kept, the file is closed, another may take its
place; and a page that is taken away says what becomes of what was typed there.

The jobs run in the store lane, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from vpr_desktop import logs
from vpr_desktop.ui.loading import belonging_to
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.domain.changes import Changes
    from vpr_desktop.services.context import Clock, Context
    from vpr_desktop.ui.desk import Desk
    from vpr_desktop.ui.main_window import MainWindow

T = TypeVar("T")
GONE = "gone"  # a page that was taken away stays until Qt comes to delete it


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


def let_go(page: QWidget) -> None:
    """Takes a page away with all that it shows; a dialog over it closes first, and keeps what is typed in it."""
    shut_dialogs(page)
    page.setProperty(GONE, True)
    page.deleteLater()


def is_gone(owner: QObject) -> bool:
    """Whether something is of a page that was taken away: what it asked for before is answered, and told no more."""
    parent = owner.parent()
    return bool(owner.property(GONE)) or (parent is not None and is_gone(parent))


def shut_dialogs(page: QWidget) -> bool:
    """Closes what stands over a page, which keeps what is typed in it; whether anything did."""
    dialogs = [one for one in page.findChildren(QDialog) if one.isVisible()]
    for dialog in dialogs:
        dialog.close()
    return bool(dialogs)


def taken_away(desk: Desk, owner: QObject, place: dict[str, Any], why: str) -> None:
    """Tells why what stood at this place is gone, and that a draft of what was typed there is kept."""
    ctx = desk.ctx

    def job() -> bool:
        from vpr_desktop.services import drafts

        return drafts.is_held(ctx, *(one for name, one in place.items() if name in ("incident_id", "plan_id")))

    def tell(is_kept: bool) -> None:
        kept = say("{why} What you typed is kept as a draft that only you can see.", why=why)
        desk.trouble(kept if is_kept else why)

    desk.run(owner, job, tell)


def drop_behind(window: MainWindow, pages: dict[str, Any], changes: Changes, drop: Callable[[str], None]) -> None:
    """Drops the pages out of sight of a report that changed elsewhere, each once all that it asked for was answered:
    a save that fails after its page was left is told by that page."""
    waits = False
    for name, page in [one for one in pages.items() if one[1] is not window.page()]:
        place = page.place()
        if any(changes.touches(kind, place.get(f"{kind}_id", "")) for kind in ("incident", "plan")):
            if window.lane.works_for(belonging_to(page)):
                waits = True
            else:
                drop(name)
    if waits:
        window.run(window, lambda: None, lambda _: drop_behind(window, pages, changes, drop))


def restoring(home: Path, archive: Path, user_id: str, passphrase: str, clock: Clock) -> Callable[[], Context]:
    """The job that puts a backup in place of the closed file and opens it."""

    def job() -> Context:
        from vpr_desktop.services import maintenance

        return maintenance.restore(home, archive, user_id, passphrase, clock)

    return job
