"""Import of another system's export: file, mapping, a try that saves nothing, progress, cancel, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QProgressBar

from vpr_desktop.services import imports
from vpr_desktop.services.imports import Done, Import
from vpr_desktop.settings import resource
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.dialogs import save_file
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.frames import Card
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say

EXAMPLE = "mapping_datix_like.json"


class ImportCard(Card):
    """Works in short steps, so that saving an incident never waits for an import."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(say("Import from another system"))
        self.desk = desk
        self.file: Path | None = None
        self.mapping = resource("content", EXAMPLE)
        self._run: Import | None = None
        self._stop = False
        self.file_words, self.mapping_words = Words(""), Words("")
        self.choose_file = Button(say("Choose the CSV file"))
        self.choose_mapping = Button(say("Choose another mapping"))
        self.try_button = Button(say("Try without saving"))
        self.import_button = Button(say("Import"))
        self.cancel_button = Button(say("Stop the import"))
        self.bar = QProgressBar()
        self.bar.setAccessibleName(say("Rows read"))
        self.bar.setTextVisible(False)
        self.result, self.warnings = Words("", "strong"), Words("", tone="second")
        self._build()
        self._connect()
        self._show_choice()

    def _build(self) -> None:
        note = say("Rows that cannot be taken are written to a second file beside the first, each with its reason.")
        self.bar.setFixedHeight(style_of().px(8))
        self.body.addWidget(Words(note, tone="second"))
        self.body.addWidget(self.file_words)
        self.body.addWidget(self.mapping_words)
        buttons = (self.choose_file, self.choose_mapping, self.try_button, self.import_button, self.cancel_button)
        self.body.addLayout(Flow(*buttons, gap=12))
        for widget in (self.bar, self.result, self.warnings):
            self.body.addWidget(widget)
            widget.hide()
        self.cancel_button.hide()

    def _connect(self) -> None:
        self.choose_file.clicked.connect(
            lambda: save_file.ask_open_path(self, say("Choose the export"), "CSV (*.csv)", self._on_file_chosen)
        )
        self.choose_mapping.clicked.connect(
            lambda: save_file.ask_open_path(self, say("Choose the mapping"), "JSON (*.json)", self._on_mapping_chosen)
        )
        self.try_button.clicked.connect(lambda: self.start(dry_run=True))
        self.import_button.clicked.connect(lambda: self.start(dry_run=False))
        self.cancel_button.clicked.connect(self._on_cancel_clicked)

    def _on_file_chosen(self, path: str) -> None:
        self.file = Path(path)
        self._show_choice()

    def _on_mapping_chosen(self, path: str) -> None:
        self.mapping = Path(path)
        self._show_choice()

    def _show_choice(self) -> None:
        self.file_words.setText(
            say("File: {name}", name=self.file.name) if self.file else say("File: none chosen yet.")
        )
        self.mapping_words.setText(say("Mapping: {name}", name=self.mapping.name))
        self._show_busy(self._run is not None)

    def _show_busy(self, busy: bool) -> None:
        for button in (self.choose_file, self.choose_mapping):
            button.setEnabled(not busy)
        for button in (self.try_button, self.import_button):
            button.setEnabled(not busy and self.file is not None)
        self.bar.setVisible(busy)
        self.cancel_button.setVisible(busy)

    def _tell(self, said: str, warnings: str = "") -> None:
        """How far it is or what came of it; nothing takes no room."""
        for label, text in ((self.result, said), (self.warnings, warnings)):
            label.setText(text)
            label.setVisible(bool(text))

    def start(self, *, dry_run: bool) -> None:
        """Reads the file, then takes its rows step by step."""
        if self.file is None or self._run is not None:
            return
        ctx, file, mapping = self.desk.ctx, self.file, self.mapping
        self._stop = False
        self._tell(say("Reading the file"))
        self._show_busy(True)
        begin: Callable[[], Import] = lambda: imports.begin(ctx, file, mapping, dry_run=dry_run)  # noqa: E731
        self.desk.run(self, begin, self._on_begun, self._on_failed)

    def _on_begun(self, run: Import) -> None:
        self._run = run
        self.bar.setRange(0, max(1, run.total))
        self._step()

    def _step(self) -> None:
        run = self._run
        assert run is not None
        self.bar.setValue(run.done)
        said = say("{done} of {total} rows", done=f"{run.done:,}", total=f"{run.total:,}")
        self._tell(said)
        if self._stop or run.is_over:
            stopped = self._stop
            self.desk.run(self, lambda: imports.finish(run, cancelled=stopped), self._on_done, self._on_failed)
        else:
            self.desk.run(self, lambda: imports.step(run), lambda _: self._step(), self._on_failed)

    def _on_cancel_clicked(self) -> None:
        self._stop = True

    def _on_done(self, done: Done) -> None:
        dry = self._run is not None and self._run.dry_run
        self._run = None
        self._show_busy(False)
        text = say(
            "{verb} {imported}, rejected {rejected}, already here {duplicates}, of {read} rows.",
            verb=say("Would import") if dry else say("Imported"),
            imported=f"{done.imported:,}", rejected=f"{done.rejected:,}", duplicates=f"{done.duplicates:,}",
            read=f"{done.read:,}",
        )  # fmt: skip
        if done.cancelled:
            text = say("Stopped. What was imported before stays; the next run takes the rest. {said}", said=text)
        if done.rejected_file is not None:
            text = say("{said} Rejected rows, with reasons: {path}", said=text, path=done.rejected_file)
        self._tell(text, "\n".join(done.warnings))
        self.desk.announce(text)
        if not dry:
            self.desk.changed(done.changes)

    def _on_failed(self, error: Exception) -> None:
        self._run = None
        self._show_busy(False)
        self._tell("")
        self.desk.trouble(str(error))
