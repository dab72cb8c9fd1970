"""What the window does for the file itself: ways in beside the passphrase, warnings and the day's backup."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from vpr_desktop.domain.errors import KnownError
from vpr_desktop.ui.leaving import restoring, stop_when
from vpr_desktop.ui.words import say

if TYPE_CHECKING:
    from vpr_desktop.services.context import Context
    from vpr_desktop.ui.main_window import MainWindow

LOG = logging.getLogger(__name__)
BACKUP_AFTER = 60_000  # milliseconds after unlock, so that nobody who wants to log waits for it


class FileCare:
    """Belongs to the window; `unlocked` is what the window does after any unlock."""

    def __init__(self, window: MainWindow, unlocked: Callable[[Context], None]) -> None:
        self.window, self.unlocked = window, unlocked
        panel = window.lock_page.damage
        panel.read_asked.connect(self._on_read_asked)
        panel.restore_asked.connect(self._on_restore_asked)
        window.lock_page.recover_asked.connect(self._on_recover_asked)
        window.lock_page.slip_asked.connect(self._on_slip_asked)
        self._due = QTimer(window)
        self._due.setSingleShot(True)
        self._due.timeout.connect(self.back_up)
        window.unlocked.connect(self._on_unlocked)
        window.locked.connect(self._due.stop)

    def unlock_failed(self, error: Exception, before: str = "") -> None:
        """Says on the lock screen why it did not open, `before` that what holds; shows the ways on where the file
        itself is at fault.
        """
        page = self.window.lock_page
        page.set_busy(False)
        if not isinstance(error, KnownError):
            LOG.error("unlock ended with %s", type(error).__name__)
            page.show_error(say("It could not be opened. Nothing was changed. Try again, then call IT."))
            return
        from vpr_desktop.services import rescue

        page.show_error(f"{before} {rescue.in_words(error)}".strip())
        found = rescue.help_for(self.window.home, error)
        if found is not None:
            page.damage.offer(found.can_read, found.newest_backup)

    def _on_read_asked(self) -> None:
        user_id, passphrase = self.window.lock_page.entered()
        home, clock = self.window.home, self.window.clock

        def job() -> Any:
            from vpr_desktop.services import rescue

            return rescue.open_what_can_be_read(home, user_id, passphrase, clock)

        self.window.lock_page.set_busy(True)
        self.window.lane.run(self.window, job, self._on_rescued, self.unlock_failed)

    def _on_rescued(self, answer: Any) -> None:
        ctx, found = answer
        self.unlocked(ctx)
        text = say(
            "{taken} changes were taken over, {left} could not be. The old file is kept for IT. First found: {what}.",
            taken=found.taken,
            left=found.left,
            what=found.first_bad,
        )
        self.window.trouble(text)

    def restore(self, archive: str, passphrase: str) -> None:
        """Locks, puts a backup in place of the file, and unlocks that for the same person."""
        user_id = self.window.ctx.user.user_id
        self.window.lock()
        self._put_in_place(archive, user_id, passphrase)

    def _on_restore_asked(self, archive: str) -> None:
        self._put_in_place(archive, *self.window.lock_page.entered())

    def _put_in_place(self, archive: str, user_id: str, passphrase: str) -> None:
        self.window.lock_page.set_busy(True)
        job = restoring(self.window.home, Path(archive), user_id, passphrase, self.window.clock)
        self.window.lane.run(self.window, job, self.unlocked, self.unlock_failed)

    def _on_recover_asked(self) -> None:
        from vpr_desktop.ui.dialogs.recover_dialog import RecoverDialog

        window = self.window
        dialog = RecoverDialog(window, window.home, window.clock, window.lane)
        dialog.recovered.connect(self.unlocked)
        dialog.file_failed.connect(lambda error: self.unlock_failed(error, say("The recovery code is right.")))
        dialog.open()

    def _on_slip_asked(self) -> None:
        from vpr_desktop.ui.dialogs.slip_dialog import SlipDialog

        SlipDialog.ask(self.window, self.window.home, self.window.clock, self.window.lane)

    def _on_unlocked(self) -> None:
        ctx, lane = self.window.ctx, self.window.lane
        lane.run(self.window, lambda: stop_when(ctx, lane.is_to_stop))
        self.catch_up(1)

        def job() -> list[str]:
            from vpr_desktop.services import warnings

            return warnings.of(ctx)

        self.window.lane.run(self.window, job, self._show_warnings)
        self._due.start(BACKUP_AFTER)

    def catch_up(self, waiting: int) -> None:
        """Lets the worklist follow what many changes left behind, a little at a time between other jobs."""
        if not waiting or self.window.shell is None:
            return
        ctx = self.window.ctx

        def job() -> int:
            from vpr_desktop.services import upkeep

            return upkeep.catch_up(ctx)

        self.window.lane.run(self.window, job, self.catch_up)

    def _show_warnings(self, sentences: list[str]) -> None:
        if sentences and self.window.shell is not None and not self.window.shell.banner.isVisible():
            text = " ".join(sentences)  # of two a lasting one hides no other
            self.window.shell.tell("warning", text)
            self.window.announce(text)

    def back_up(self) -> None:
        """Makes the day's backup where it is due; a disk that refuses is told."""
        if self.window.shell is None:
            return
        ctx = self.window.ctx

        def job() -> Any:
            from vpr_desktop.services import maintenance

            return maintenance.nightly(ctx) if ctx.store.read_only is None else None

        self.window.run(self.window, job, self._on_backed_up)

    def _on_backed_up(self, made: Any) -> None:
        if made is not None:
            self.window.status(say("Backed up and checked: {count} changes", count=made.ops))

    def tell_lock_screen(self, waiting: int) -> None:
        """Writes the answers that somebody shall find by slip code, one at a time between other jobs."""
        ctx = self.window._ctx
        if ctx is None or not waiting:
            return

        def job() -> int:
            from vpr_desktop.services import slips

            return slips.catch_up(ctx)

        self.window.lane.run(self.window, job, self.tell_lock_screen)
