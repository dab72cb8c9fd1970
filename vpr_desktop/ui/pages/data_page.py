"""S10, Sync and data: what waits and why, Send now, two versions of a field, backup, restore, check, joining."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from vpr_desktop.bootstrap import refusal
from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.when import show
from vpr_desktop.services import maintenance
from vpr_desktop.services.maintenance import Backup, Report
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs import save_file
from vpr_desktop.ui.dialogs.passphrase_dialog import PassphraseDialog
from vpr_desktop.ui.pages.enrol_card import EnrolCard
from vpr_desktop.ui.pages.import_card import ImportCard
from vpr_desktop.ui.pages.queue_card import QueueCard
from vpr_desktop.ui.pages.review_card import ReviewCard
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.sync_chip import NEEDS_IT, stands
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card, Panel, ScrollPage, column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say

STACKED_FROM = 150  # per cent of text size from which the buttons stand under the heading
LONG_CYCLE_MS = 2000  # from then on it is told, and can be stopped


class DataPage(QWidget):
    """What keeps the file trustworthy."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S10")
        self._stop = False
        self.last = Words("", tone="second")
        self.found = Words("")
        self.title = Heading(say("Sync and data"))
        self.found.hide()
        self.backup_button = Button(say("Back up now"), icon="save")
        self.copy_button = Button(say("Save a copy elsewhere"))
        self.verify_button = Button(say("Check everything"))
        self.cancel_button = Button(say("Stop"))
        self.trail_button = Button(say("Read the audit trail"))
        self.cancel_button.hide()
        self.restore_button = Button(say("Restore a backup"))
        self.blank_button = Button(say("Print a blank form"), icon="print")
        self.card_button = Button(say("Print support cards"), icon="print")
        self.wall_button = Button(say('Print "You said, we did"'), icon="print")
        self.imports = ImportCard(desk)
        self.stands, self.why = Words("", tone="second"), Words("", tone="second")
        self.send_button = Button(say("Send now"), icon="sync", hint="F5")
        self.cancel_sending = Button(say("Cancel"), name=say("Cancel sending"))
        self.long_cycle = QTimer(self, interval=LONG_CYCLE_MS, singleShot=True)
        self._is_long = False  # whether the cycle that runs is told, as nothing else shows that one does
        self.log_button = Button(say("Copy log for IT, no incident text"), "link")
        self.long_wait, self.needs_it = Panel("warning", ""), Panel("warning", "")
        self.queue, self.review, self.enrol = QueueCard(desk), ReviewCard(desk), EnrolCard(desk)
        self.save = self.review.save  # Ctrl+Enter
        page = ScrollPage()
        page.body.addLayout(self._top())
        for widget in (
            self.needs_it,
            self.long_wait,
            self.queue,
            self.review,
            self._backup(),
            self._verify(),
            self.enrol,
        ):
            page.body.addWidget(widget)
        page.body.addWidget(self.imports)
        page.body.addWidget(self._paper())
        page.body.addStretch(1)
        self.setLayout(column(page))
        self._connect()

    def _top(self) -> QHBoxLayout:
        self.top = row(gap=16)
        self.top.addLayout(column(self.title, self.stands, self.why, gap=0), 1)
        self.top.addLayout(Flow(self.cancel_sending, self.send_button, gap=16))
        return self.top

    def _backup(self) -> Card:
        card = Card(say("Backup"))
        card.body.addWidget(self.last)
        card.body.addWidget(
            Words(
                say("A backup is encrypted like the file itself, and is opened and checked before it counts."),
                tone="second",
            )
        )
        card.body.addLayout(Flow(self.backup_button, self.copy_button, self.restore_button, self.log_button, gap=12))
        return card

    def _verify(self) -> Card:
        card = self.check_card = Card(say("Check"))
        card.body.addWidget(
            Words(
                say("Reads the whole file: pages, every change, the audit trail, and each record against its changes."),
                tone="second",
            )
        )
        card.body.addLayout(Flow(self.verify_button, self.cancel_button, self.trail_button, gap=12))
        card.body.addWidget(self.found)
        return card

    def _paper(self) -> Card:
        card = self.paper_card = Card(say("Papers of the ward"))
        for words, button in (
            (say("For power cuts: the seven questions with this ward's places."), self.blank_button),
            (say("To take home: that support is theirs, and whom to call here."), self.card_button),
            (say("For the wall: what changed this month, from outcomes that may be printed."), self.wall_button),
        ):
            card.body.addWidget(Words(words, tone="second"))
            line = row(button)
            line.addStretch(1)
            card.body.addLayout(line)
        return card

    def _connect(self) -> None:
        self.send_button.clicked.connect(self.desk.sending.send_now)
        self.cancel_sending.clicked.connect(self.desk.sending.cancel)
        self.long_cycle.timeout.connect(self._on_long_cycle)
        self.log_button.clicked.connect(self.queue.copy_log)
        self.queue.review_asked.connect(self.review.review)
        self.queue.emptied.connect(self.send_button.setFocus)
        self.review.closed.connect(self._on_review_closed)
        self.desk.sending.sync_state_changed.connect(self._on_sync_state_changed)
        style_of().changed.connect(self._fit)
        self.blank_button.clicked.connect(lambda: self.desk.go("print", kind="blank"))
        self.card_button.clicked.connect(lambda: self.desk.go("print", kind="card"))
        self.wall_button.clicked.connect(lambda: self.desk.go("print", kind="you_said"))
        self.restore_button.clicked.connect(self._on_restore_clicked)
        self.backup_button.clicked.connect(lambda: self._back_up(None))
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.verify_button.clicked.connect(self.verify)
        self.cancel_button.clicked.connect(self._on_cancel_clicked)
        self.trail_button.clicked.connect(lambda: self.desk.go("audit"))

    def opened(self, review: str = "", **_: Any) -> None:
        """Shows how sending stands and when the last backup was made."""
        ctx = self.desk.ctx
        self.enrol.load()
        self.desk.sending.refresh()
        self._show_sending()
        self.review.drop()
        if review:
            self.review.review(review)
        self.backup_button.setVisible(ctx.can("backup"))
        self.copy_button.setVisible(ctx.can("backup"))
        self.verify_button.setVisible(ctx.can("verify"))
        self.restore_button.setVisible(ctx.can("restore"))
        self.trail_button.setVisible(self.desk.offers("audit"))
        self.check_card.setVisible(ctx.can("verify") or self.desk.offers("audit"))
        self.imports.setVisible(ctx.can("import"))
        self.paper_card.setVisible(ctx.can("log"))
        self._load_last()

    def _on_sync_state_changed(self, _chip: object) -> None:
        if self.isVisible():
            self._show_sending()

    def _on_long_cycle(self) -> None:
        self._is_long = self.desk.sending.running
        if self._is_long and self.isVisible():
            self._show_sending()

    def _show_sending(self) -> None:
        """The sentence under the heading, why where something keeps things here, and the lines."""
        sending, ctx = self.desk.sending, self.desk.ctx
        chip, status = sending.chip(), sending.status
        if chip is None or status is None:
            return
        self._is_long &= sending.running
        if not sending.running:
            self.long_cycle.stop()
        elif not self._is_long and not self.long_cycle.isActive():
            self.long_cycle.start()
        goes = chip.kind == "sending" or self._is_long
        said = stands(chip.kind, status, ctx.now(), ctx.ward.zone)
        if self._is_long and chip.kind != "sending":
            said = f"{said} {say('Sending and fetching takes long now. You can keep working.')}"
        why = sending.fault or (refusal(status.why) if status.tries and status.why else "")
        self.stands.setText(said)
        self.why.setText(why)
        needs_it = bool(why) and status.why in NEEDS_IT
        self.why.setVisible(bool(why) and not needs_it)
        self.needs_it.set_words(why)
        self.needs_it.setVisible(needs_it)
        self.long_wait.set_words(sending.long_wait())
        self.long_wait.setVisible(bool(sending.long_wait()))
        self.send_button.setVisible(status.enrolled)
        if self.cancel_sending.hasFocus() and not goes:
            self.send_button.setFocus()  # before it goes, or focus goes anywhere
        self.cancel_sending.setVisible(goes)
        self.cancel_sending.set_words(
            *(say("Stopping ..."), say("Stopping after this step"))
            if sending.stops
            else (say("Cancel"), say("Cancel sending"))
        )
        self.log_button.setVisible(status.enrolled)
        if status.enrolled:
            self.queue.load()
        else:
            self.queue.hide()

    def _on_review_closed(self, goes_on: bool) -> None:
        self.desk.sending.refresh()
        if goes_on and self.isVisible():
            (self.queue.table if self.queue.table.isVisibleTo(self) else self.send_button).setFocus()

    def _fit(self) -> None:
        stacked = style_of().text_percent >= STACKED_FROM
        self.top.setDirection(self.top.Direction.TopToBottom if stacked else self.top.Direction.LeftToRight)

    def _load_last(self) -> None:
        ctx = self.desk.ctx
        self.desk.run(self, lambda: maintenance.last_backup(ctx), self._show_last)

    def _show_last(self, at: Any) -> None:
        words = say("Last backup {time}", time=show(at, self.desk.ctx.ward.zone)) if at else say("No backup yet.")
        self.last.setText(words)

    def _back_up(self, path: Any) -> None:
        ctx = self.desk.ctx
        self.backup_button.setEnabled(False)
        self.desk.run(self, lambda: maintenance.backup(ctx, path), self._on_backed_up, self._on_failed)

    def _on_backed_up(self, made: Backup) -> None:
        self.backup_button.setEnabled(True)
        self.desk.status(say("Backed up and checked: {count} changes", count=made.ops))
        self._load_last()

    def _on_failed(self, error: Exception) -> None:
        self.backup_button.setEnabled(True)
        self.desk.trouble(str(error))

    def _on_copy_clicked(self) -> None:
        from pathlib import Path

        save_file.ask_save_path(
            self,
            say("Save a backup"),
            "ward.vprbackup",
            "VPR backup (*.vprbackup)",
            lambda path: self._back_up(Path(path)),
        )

    def _on_restore_clicked(self) -> None:
        kinds = "VPR backup (*.vprbackup)"
        save_file.ask_open_path(self, say("Choose the backup to restore"), kinds, self._ask_passphrase)

    def _ask_passphrase(self, archive: str) -> None:
        PassphraseDialog.ask(
            self,
            say("Restore this backup?"),
            say("What was logged since that backup is set aside with the file that is there. Nothing is deleted."),
            say("Restore backup"), say("Keep what is there"),
            lambda passphrase: self.desk.restore(archive, passphrase),
        )  # fmt: skip

    def verify(self) -> None:
        """Checks the whole file; can be stopped."""
        ctx = self.desk.ctx
        self._stop = False
        self.verify_button.setEnabled(False)
        self.cancel_button.show()
        self.found.show()
        self.found.setText(say("Checking ..."))
        self.desk.run(
            self, lambda: maintenance.verify(ctx, lambda: self._stop), self._on_verified, self._on_verify_failed
        )

    def _on_cancel_clicked(self) -> None:
        self._stop = True

    def _on_verified(self, report: Report) -> None:
        self.verify_button.setEnabled(True)
        self.cancel_button.hide()
        if self._stop:
            self.found.setText(say("Stopped. Nothing was changed."))
        elif report.ok:
            self.found.setText(
                say("Everything holds: {ops} changes, {audit} audit entries.", ops=report.ops, audit=report.audit)
            )
        else:
            self.found.setText(
                say("Something does not hold: {first}. Call IT before going on.", first=report.problems[0])
            )
        self.desk.announce(self.found.text())

    def _on_verify_failed(self, error: Exception) -> None:
        self.verify_button.setEnabled(True)
        self.cancel_button.hide()
        self.found.setText("")
        self.desk.trouble(str(error))

    def refreshed(self, changes: Changes) -> None:
        """Versions under review are read anew; nothing else here follows single records."""
        self.review.follow(changes)

    def draft(self) -> None:
        """Nothing is typed here."""

    def place(self) -> dict[str, Any]:
        """Whose two versions are reviewed."""
        return {"review": self.review.subject}

    def first_focus(self) -> QWidget:
        """Send now; where no server is set up, back up, or the check; the heading for those who may do none of it."""
        for button in (self.send_button, self.backup_button, self.verify_button):
            if button.isVisibleTo(self):
                return button
        self.title.start_here()
        return self.title
