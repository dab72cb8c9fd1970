"""S3, the quick log: the form, a draft within a second, one key to save, and what comes after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QWidget

from vpr_desktop.domain.changes import Changes
from vpr_desktop.domain.errors import KnownError, Problem, ProblemsFound
from vpr_desktop.services import drafts, wards
from vpr_desktop.services.new_incident import UNDO_SECONDS, Logged, log
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.forms.kept_form import NOT_SAVED
from vpr_desktop.ui.pages.quick_log_form import STACKED_BELOW, QuickLogForm, first_of
from vpr_desktop.ui.pages.saved_panel import SavedPanel
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.tokens import MENU_FROM
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.draft_offer import DraftOffer
from vpr_desktop.ui.widgets.frames import ScrollPage, column, row
from vpr_desktop.ui.widgets.labels import Heading, IconLabel, Stressed, Words
from vpr_desktop.ui.words import say

DRAFT_MS = 700
LEAST_HEAD = 620  # of the design's pixels: with less, what stands beside the heading goes below it
SIDE = 20  # pixels left and right at any text size, so that large text has the room


class QuickLogPage(QWidget):
    """The form, and after saving what happens next."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("S3")
        self.draft_id: str | None = None
        self._dirty = False
        self._saving = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_MS)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.title = Heading(say("Log an incident"))
        self.title.setWordWrap(False)
        self.ward = Words("", "strong", wrap=False)
        self.danger = Stressed()
        self.saved_note = Words("", "hint", tone="second", wrap=False)
        self.top = row(gap=20)
        self.top.addLayout(row(self.title, self.ward, gap=20))
        self.top.addWidget(self.danger, 1)
        self.saved_tick = IconLabel("tick", "success", 16)
        self.saved_tick.hide()
        told = row(self.saved_tick, self.saved_note, gap=6)
        told.addStretch(1)
        self.top.addLayout(told)
        self.form = QuickLogForm(self.desk)
        self.saved = SavedPanel(self.desk)
        self.scroller = ScrollPage()
        self.scroller.body.setSpacing(style_of().px(8))
        self.offer = DraftOffer()
        self.scroller.body.addWidget(self.offer)
        self.scroller.body.addWidget(self.form)
        self.scroller.body.addWidget(self.saved)
        self.scroller.body.addStretch(1)
        head = self.head = QWidget()
        head.setLayout(column(self.top, margins=(20, 9, 20, 0)))
        self.foot = self._foot()
        whole = column(head, gap=0)
        whole.addWidget(self.scroller, 1)
        whole.addWidget(self.foot)
        whole.addWidget(self.saved.foot)
        self.setLayout(whole)
        self._show_saved(False)

    def _show_saved(self, saved: bool) -> None:
        """The form with its heading and foot, or what comes after a save."""
        for part in (self.head, self.form, self.foot):
            part.setVisible(not saved)
        for part in (self.saved, self.saved.foot):
            part.setVisible(saved)
        self.scroller.body.setContentsMargins(SIDE, 20 if saved else 6, SIDE, 6)

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setProperty("bar", "foot")
        self.save_button = Button(say("Save incident"), "primary", hint="Ctrl+Enter")
        self.later_button = Button(say("Finish later"))
        self.count = Words("", "hint", tone="second", wrap=False)
        self.support = Button(say("Get support"), "link", icon="phone", hint="F1")
        line = row(self.save_button, self.later_button, gap=12, margins=(20, 7, 30, 7))
        line.addStretch(1)
        line.addWidget(self.count)
        line.addSpacing(24)
        line.addWidget(self.support)
        foot.setLayout(line)
        return foot

    def _connect(self) -> None:
        self.form.changed.connect(self._on_form_changed)
        self.offer.taken.connect(lambda draft_id: self.desk.go("log", draft_id=draft_id))
        self.save_button.clicked.connect(self.save)
        self.later_button.clicked.connect(self._on_later_clicked)
        self.support.clicked.connect(lambda: self.desk.go("support"))
        self._timer.timeout.connect(self.keep_draft)
        style_of().changed.connect(self._fit)

    def _fit(self) -> None:
        tight = self.width() < STACKED_BELOW or style_of().text_percent >= MENU_FROM
        self.head.layout().setContentsMargins(SIDE, style_of().px(9), SIDE, 0)  # type: ignore[union-attr]
        below = self.width() < style_of().px(LEAST_HEAD)
        self.top.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)
        self.top.setSpacing(style_of().px(2 if below else 20))
        for foot in (self.foot, self.saved.foot):
            held = foot.layout().contentsMargins()  # type: ignore[union-attr]
            foot.layout().setContentsMargins(SIDE, held.top(), SIDE + 10, held.bottom())  # type: ignore[union-attr]
        self.support.hint = "" if tight else "F1"
        self.support.updateGeometry()
        self.save_button.hint = "" if tight else "Ctrl+Enter"
        self.save_button.updateGeometry()
        shown = (self.save_button, self.later_button, self.count, self.support)
        needed = sum(one.sizeHint().width() for one in shown) + style_of().px(12 + 24) + 3 * SIDE
        self.support.setVisible(needed <= self.width())  # else it is in the menu and on F1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def opened(self, draft_id: str | None = None, **_arguments: Any) -> None:
        """A clean form, or a draft where one is named."""
        self._show_saved(False)
        self.form.clear()
        self.title.setText(say("Log an incident"))
        self.draft_id, self._dirty = None, False
        self._set_saving(False)
        self.saved_note.setText("")
        self.saved_tick.hide()
        self._show_count()
        ctx = self.desk.ctx
        self.ward.setText(say("For {ward}", ward=ctx.ward.name) if len(ctx.wards) > 1 else "")
        number = ctx.ward.emergency_number
        self.danger.stress(say("If anyone is in danger now, call {number} first.", number=number), number)
        self.desk.run(self, lambda: wards.places(ctx), self.form.show_places)
        self.offer.hide()
        show = self._offer_draft if draft_id is None else lambda found: self._show_draft(found, draft_id)
        self.desk.run(self, lambda: drafts.mine(ctx), show)

    def _offer_draft(self, found: list[drafts.Draft]) -> None:
        """An empty form offers the last draft; whoever has begun to answer is not asked any more."""
        draft = next((one for one in found if one.form == "quick_log"), None)
        if draft is None or self._dirty or self.draft_id is not None or self.saved.isVisible():
            return
        ctx = self.desk.ctx
        self.desk.announce(self.offer.offer(draft.id, draft.started_at, ctx.now(), ctx.ward.zone))

    def _show_draft(self, found: list[drafts.Draft], draft_id: str) -> None:
        draft = next((one for one in found if one.id == draft_id), None)
        if draft is None:  # such as after a save that ended behind the lock
            self.desk.status(say("That draft is gone: it was saved, or thrown away."))
            return
        if self._dirty:  # begun while it was read: each stays a draft of its own
            self.desk.status(say("Your earlier draft waits at Home."))
            return
        if draft.form != "quick_log":  # of what was about to be added after a save
            self._show_saved(True)
            self.saved.bring(draft)
            self.saved.heading.take_focus()
            return
        self.draft_id = draft.id
        self.form.put(draft.body)
        self._dirty = False
        self._show_count()
        self._say_saved(draft.saved_at)

    def _say_saved(self, at: datetime) -> None:
        local = at.astimezone(self.desk.ctx.ward.zone)
        self.saved_note.setText(say("Draft saved {time}", time=f"{local:%H:%M:%S}"))
        self.saved_tick.show()

    def refreshed(self, changes: Changes) -> None:
        """What others write does not touch a form being filled."""

    def first_focus(self) -> QWidget:
        """Question 1, or after a save what was saved."""
        return self.saved.heading if self.saved.isVisible() else self.form.groups["occurred_at"].first_focus()

    def _on_form_changed(self) -> None:
        self._dirty = True
        self.offer.hide()
        self._show_count()
        self._timer.start()

    def _show_count(self) -> None:
        self.count.setText(say("{done} of 7 answered", done=self.form.answered_count()))
        self._fit()

    def draft(self) -> Callable[[], Any] | None:
        """The job that keeps the form or, after a save, what is typed there; None where nothing changed since."""
        if self.saved.isVisible():
            return self.saved.half.job()
        if not self._dirty or self._saving:
            return None
        self._dirty = False
        ctx, body = self.desk.ctx, self.form.body()
        held = self.draft_id = self.draft_id or drafts.new_id(ctx)
        return lambda: drafts.save(ctx, "quick_log", body, held)

    def keep_draft(self) -> None:
        """Keeps the form now."""
        if self.saved.isVisible():
            self.saved.half.keep()
            return
        job = self.draft()
        if job is not None:
            self.desk.run(self, job, self._on_draft_kept, self._on_draft_failed)

    def _on_draft_kept(self, kept: drafts.SavedDraft) -> None:
        self._say_saved(kept.saved_at)

    def _on_draft_failed(self, error: Exception) -> None:
        self._dirty = True
        self.saved_note.setText(say("Draft not saved yet"))
        self.saved_tick.hide()
        if isinstance(error, KnownError):
            self.desk.trouble(str(error))

    def _on_later_clicked(self) -> None:
        self._dirty = True
        self.keep_draft()
        self.desk.status(say("Draft saved. You find it at Home."))
        self.desk.go("home")

    def save(self) -> None:
        """Saves the incident, or says what is missing; what was entered stays."""
        if self._saving or self.saved.isVisible():
            return
        found = self.form.problems()
        self.show_problems(found)
        if found:
            return
        self.keep_draft()  # first: where saving fails behind a lock, the draft has every word
        self._set_saving(True)
        ctx, draft_id, (values, _) = self.desk.ctx, self.draft_id, self.form.answers()
        self.desk.run(self, lambda: log(ctx, values, draft_id=draft_id), self._on_saved, self._on_save_failed)

    def _set_saving(self, saving: bool) -> None:
        """While it is saved nothing can be typed that would not be in it, and nothing be saved twice."""
        self._saving = saving
        self._timer.stop()
        for part in (self.form, self.save_button, self.later_button):
            part.setEnabled(not saving)

    def _on_saved(self, made: Logged) -> None:
        self._set_saving(False)
        self._dirty = False
        self._show_saved(True)
        self.saved.show_for(made, self.form.in_words(), first_of(self.form.groups["affected"].value()))
        self.title.setText(say("Saved"))
        self.saved_note.setText("")
        self.saved_tick.hide()
        self.desk.status(say("Saved {reference}", reference=made.reference), self.saved.undo, UNDO_SECONDS)
        self.desk.announce(say("Saved on this PC. Reference {reference}.", reference=made.reference))
        self.saved.heading.take_focus()
        self.desk.changed(made.changes)

    def _on_save_failed(self, error: Exception) -> None:
        self._set_saving(False)
        self._dirty = True
        if not self.isVisible():  # whoever went on meanwhile hears it where they are
            self.desk.trouble(NOT_SAVED)
            return
        if isinstance(error, ProblemsFound):
            self.show_problems(error.problems)
            return
        text = str(error) if isinstance(error, KnownError) else say("Not saved yet. Keep this open and call IT.")
        self.show_problems([Problem("", text)])

    def show_problems(self, found: list[Problem]) -> None:
        """Shows a summary on top that takes focus, and each error beside its question."""
        self.title.setText(say("Error: Log an incident") if found else say("Log an incident"))
        self.form.show_problems(found)
        if found:
            self.scroller.verticalScrollBar().setValue(0)
            self.form.summary.take_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        if alt and Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_7 and self.form.isVisible():
            self.form.jump(event.key() - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    def place(self) -> dict[str, Any]:
        """What brings this form back, or what is typed after a save: its draft."""
        held = self.saved.waiting() if self.saved.isVisible() else self.draft_id
        return {"draft_id": held} if held else {}
