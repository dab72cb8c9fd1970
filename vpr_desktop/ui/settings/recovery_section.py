"""A new recovery code. The one before works until somebody said that the new one is kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.errors import KnownError
from vpr_desktop.services import people, printing
from vpr_desktop.services.context import Context
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.settings.section import Section
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.flow import Flow
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.widgets.recovery_code import RecoveryCode
from vpr_desktop.ui.words import say


class RecoverySection(Section):
    """Asks for one's own passphrase, shows the code, and puts it in force once it is kept."""

    icon = "save"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, say("Recovery code"))
        note = say("Opens the records when nobody can sign in. Make a new one if the paper is lost or was seen.")
        self.make = Button(say("Make a new recovery code"))
        self.shown = RecoveryCode()
        self.waits = Words(say("The old code works until you press the button below."), tone="second")
        self.use = Button(say("Use this code from now on"), "primary")
        self.drop = Button(say("Keep the old code"))
        self.body.addWidget(Words(note, tone="second"))
        self.body.addLayout(Flow(self.make))
        for widget in (self.shown, self.waits):
            self.body.addWidget(widget)
        self.body.addLayout(Flow(self.use, self.drop, gap=12))
        self._show("")
        self.make.clicked.connect(self._on_make_clicked)
        self.shown.save_asked.connect(self._save)
        self.use.clicked.connect(self.save)
        self.drop.clicked.connect(self._on_drop_clicked)

    def is_offered(self, ctx: Context) -> bool:
        return ctx.can("manage_users")

    def opened(self) -> None:
        """As it stands when the page opens: no code in sight."""
        self._show("")

    def _show(self, code: str) -> None:
        self.shown.show_code(code)
        self.make.setVisible(not code)
        for widget in (self.shown, self.waits, self.use, self.drop):
            widget.setVisible(bool(code))

    def _on_make_clicked(self) -> None:
        ctx = self.desk.ctx
        draw: Callable[[], str] = lambda: people.draw_recovery_code(ctx)  # noqa: E731
        self.confirmed(draw, self._on_drawn, self._on_failed)

    def _on_drawn(self, code: str) -> None:
        self._show(code)
        self.shown.save.setFocus()
        self.desk.announce(say("A new recovery code is shown. Print it or write it down."))

    def _save(self, path: str) -> None:
        ctx, code = self.desk.ctx, self.shown.code

        def job() -> None:
            printing.save(ctx, printing.recovery_sheet(ctx, code), path)

        saved = say("Saved. Print it, then delete the file.")
        self.desk.run(self, job, lambda _: self.desk.status(saved))

    def save(self) -> None:
        """Puts the code shown in force, where somebody said that it is kept."""
        if not self.shown.code:
            return
        if not self.shown.is_kept():
            self.desk.announce(self.shown.said(), assertive=True)
            return
        ctx, code = self.desk.ctx, self.shown.code
        self.desk.run(self, lambda: people.set_recovery_code(ctx, code), self._on_used, self._on_failed)

    def _on_used(self, _code: str) -> None:
        self._show("")
        said = say("The new recovery code works. Destroy the paper with the old one.")
        self.desk.status(said)
        self.desk.announce(said)
        self.make.setFocus()

    def _on_drop_clicked(self) -> None:
        self._show("")
        self.desk.status(say("The old code still works. Destroy the new paper."))
        self.make.setFocus()

    def _on_failed(self, error: Exception) -> None:
        text = str(error) if isinstance(error, KnownError) else say("Not changed. Try again.")
        self.desk.trouble(text)

    def first_focus(self) -> QWidget:
        return self.make
