"""A finish-later task or a change of an incident: a form over its records, with a draft, saved as ops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QWidget

from vpr_desktop.domain.changes import Change, Changes
from vpr_desktop.domain.errors import KnownError, Problem, ProblemsFound
from vpr_desktop.domain.forms import ENTITIES, PART_WORDS, PARTS, form_named
from vpr_desktop.domain.record import Shown, fields_of
from vpr_desktop.domain.workflow import may_add, may_write
from vpr_desktop.services import drafts, incidents
from vpr_desktop.services.views import IncidentView, RecordView
from vpr_desktop.ui.desk import Desk
from vpr_desktop.ui.forms.form_panel import FormPanel
from vpr_desktop.ui.forms.kept_form import DRAFT_MS, NOT_SAVED
from vpr_desktop.ui.forms.part_words import ADDABLE
from vpr_desktop.ui.pages.record_banner import changed_meanwhile
from vpr_desktop.ui.spots import Spot, go_to, spot_of
from vpr_desktop.ui.style import style_of
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.error_summary import ErrorSummary
from vpr_desktop.ui.widgets.fields import Field, TextField
from vpr_desktop.ui.widgets.frames import Card, Panel, ScrollPage, begin, clear, column, row
from vpr_desktop.ui.widgets.labels import Heading, Words
from vpr_desktop.ui.words import say


class TaskPage(QWidget):
    """One task of one incident, or single fields of it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("task")
        self.seen: IncidentView | None = None
        self._incident_id = self.task = self._form = ""
        self.fields: tuple[tuple[str, str], ...] = ()
        self.panels: list[FormPanel] = []
        self.draft_id: str | None = None
        self._dirty = self._typed = False  # not kept yet; typed since it was opened
        self._saving = False
        self._new = 0
        self._timer = QTimer(self, singleShot=True, interval=DRAFT_MS)
        self.back = Button("", "link", icon="back")
        self.title = Heading("")
        self.note = Words("", tone="second")
        self.kept = Words("", "hint", tone="second", wrap=False)
        self.meanwhile = Panel("warning", "")
        self.meanwhile.hide()
        self.seen_it = self.meanwhile.add_close()
        self.summary = ErrorSummary()
        self.cards = column(gap=16)
        self.reason = Field(say("Why do you change it?"), TextField(), hint=say("Needed once the report was sent."))
        self.save_button = Button(say("Save"), "primary", hint="Ctrl+Enter")
        self.later_button = Button(say("Finish later"))
        self._build()
        self._connect()

    def _build(self) -> None:
        page = ScrollPage()
        top = row(gap=16)
        top.addWidget(self.title, 1)
        top.addWidget(self.kept)
        look = style_of()
        page.body.setContentsMargins(*(look.px(m) for m in (24, 10, 24, 20)))
        page.body.addLayout(column(self.back, top, self.note, gap=2))
        page.body.addWidget(self.summary)
        page.body.addLayout(self.cards)
        page.body.addWidget(self.reason)
        page.body.addStretch(1)
        self.scroller = page
        foot = QFrame()
        foot.setProperty("bar", "foot")
        line = row(self.save_button, self.later_button, gap=12, margins=(24, 7, 24, 7))
        line.addStretch(1)
        foot.setLayout(line)
        above = column(self.meanwhile, margins=(24, 8, 24, 0))  # in sight wherever somebody types
        whole = column(gap=0)
        whole.addLayout(above)
        whole.addWidget(page, 1)
        whole.addWidget(foot)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.back.clicked.connect(self.desk.back)
        self.save_button.clicked.connect(self.save)
        self.seen_it.clicked.connect(self.meanwhile.hide)
        self.later_button.clicked.connect(self._on_later_clicked)
        self._timer.timeout.connect(self.keep_draft)
        self.summary.chosen.connect(self._on_error_chosen)
        self.reason.control.textEdited.connect(self._on_changed)  # type: ignore[attr-defined]

    def opened(
        self, incident_id: str = "", task: str = "", field: str = "", draft_id: str | None = None, **_: Any
    ) -> None:
        """Opens a task by name, or one field of the incident to change."""
        chosen = form_named(task)
        self._incident_id = incident_id
        self.task = task or f"field.{field}"
        self._form = f"task:{incident_id}:{self.task}"
        self.fields = chosen[1] if chosen else (("incident", field),)
        self.title.setText(say(chosen[0]) if chosen else say("Change the record"))
        optional = say("Everything here is optional, in any order.")
        self.note.setText(optional if chosen else say("The answer before stays in the history."))
        self.draft_id, self._dirty, self._typed, self._new = draft_id, False, False, 0
        self._timer.stop()
        self.summary.show_problems([])
        self.kept.setText("")
        self.seen, self.panels = None, []  # nothing to type into before it is there
        clear(self.cards)
        self.reason.hide()
        self._set_saving(False)
        self._load()

    def _load(self, spot: Spot | None = None) -> None:
        ctx, incident_id = self.desk.ctx, self._incident_id

        def job() -> tuple[IncidentView, list[drafts.Draft]]:
            return incidents.for_form(incidents.view(ctx, incident_id)), drafts.mine(ctx)

        self.desk.run(self, job, lambda loaded: self._show(loaded, spot))

    def _show(self, loaded: tuple[IncidentView, list[drafts.Draft]], spot: Spot | None = None) -> None:
        if self._typed and self.seen is not None:
            self._say_meanwhile(changed_meanwhile(self.seen.status, loaded[0].status))
            return
        self.seen, mine = loaded
        seen = self.seen
        self.back.set_words(seen.reference, say("Back to {reference}", reference=seen.reference))
        self.reason.setVisible(seen.send_state == "sent")
        self.reason.set_error("")
        self.reason.control.clear()  # type: ignore[attr-defined]
        clear(self.cards)
        self.panels = []
        for entity in dict.fromkeys(entity for entity, _ in self.fields):
            self._show_entity(entity)
        draft = next((one for one in mine if one.form == self._form), None)
        if draft is not None:
            self._show_draft(draft)
        focus = next((panel.first_focus() for panel in self.panels if panel.first_focus() is not None), None)
        if spot is None:
            begin(focus or self.back)
        else:
            go_to(self, spot)
        self._dirty, self._typed = False, draft is not None
        self.meanwhile.hide()

    def _names(self, entity: str) -> list[str]:
        return [name for one, name in self.fields if one == entity]

    def _show_entity(self, entity: str) -> None:
        assert self.seen is not None
        if not may_write(self.seen.actions, entity, self._names(entity)):
            return
        if entity == "incident":
            self._add_panel(self.seen.record, "")
            return
        parents = self._parents(entity)
        for parent in parents:
            held = [
                part
                for parts in self.seen.parts.values()
                for part in parts
                if part.entity == entity and parent.id in (part.parent_id, "")
            ]
            for part in held:
                self._add_panel(part, self._part_title(part, parent))
            if entity in ADDABLE and may_add(self.desk.ctx.user.role, entity):
                self._add_button(entity, parent)

    def _parents(self, entity: str) -> list[RecordView]:
        assert self.seen is not None
        of_people = any(entity == str(part.__tablename__) for _, part in PARTS["person"])
        return self.seen.parts.get("people", []) if of_people else [self.seen.record]

    def _part_title(self, part: RecordView, parent: RecordView) -> str:
        name = say(PART_WORDS.get(part.entity, ""))
        who = part.label or parent.label
        return ", ".join(one for one in (who, name) if one)

    def _add_panel(self, record: RecordView, title: str) -> FormPanel:
        panel = FormPanel(self.desk.ctx, record, self._names(record.entity))
        panel.changed.connect(self._on_changed)
        self.panels.append(panel)
        card = Card(title, kind="title")
        card.body.addWidget(panel)
        if not panel.editors:
            card.body.addWidget(Words(say("Nothing here is for your role to fill in."), tone="second"))
        self.cards.addWidget(card)
        return panel

    def _add_button(self, entity: str, parent: RecordView) -> None:
        holder = QWidget()
        place = column(gap=16)
        words = say(ADDABLE[entity])
        name = f"{words}, {parent.label}" if parent.label else words
        button = Button(words, icon="plus", name=name)
        button.setObjectName(f"add-{entity}")
        button.clicked.connect(lambda: self._on_add_clicked(entity, parent, place))
        line = row(button)
        if parent.label:
            line.addWidget(Words(parent.label, tone="second", wrap=False))
        line.addStretch(1)
        holder.setLayout(column(place_widget(place), gap=8))
        holder.layout().addLayout(line)  # type: ignore[union-attr]
        self.cards.addWidget(holder)

    def _on_add_clicked(self, entity: str, parent: RecordView, place: Any, draft: dict[str, Any] | None = None) -> None:
        self._new += 1
        blank = RecordView(
            entity, f"new:{self._new}", parent.ward_id, parent.id, parent.label,
            dict.fromkeys(fields_of(ENTITIES[entity])), {}, frozenset(), Shown(), frozenset(),
        )  # fmt: skip
        panel = FormPanel(self.desk.ctx, blank, self._names(entity))
        panel.changed.connect(self._on_changed)
        if draft is not None:
            panel.bring_values(draft)
        self.panels.append(panel)
        card = Card(self._part_title(blank, parent), kind="title")
        card.body.addWidget(panel)
        place.addWidget(card)
        focus = panel.first_focus()
        if focus is not None and draft is None:
            focus.setFocus()

    # Drafts
    def _on_changed(self) -> None:
        self._dirty = self._typed = True
        self._timer.start()

    def draft(self) -> Callable[[], Any] | None:
        """The job that keeps the form, or None where nothing changed since; what is being saved was kept before."""
        if not self._dirty or self._saving or self.seen is None:
            return None
        self._dirty = False
        body = {"panels": [panel.body() for panel in self.panels], "reason": self._reason()}
        ctx, form = self.desk.ctx, self._form
        held = self.draft_id = self.draft_id or drafts.new_id(ctx)
        return lambda: drafts.save(ctx, form, body, held)

    def _reason(self) -> str:
        return self.reason.control.text().strip()  # type: ignore[attr-defined, no-any-return]

    def keep_draft(self) -> None:
        """Keeps the form now."""
        job = self.draft()
        if job is not None:
            self.desk.run(self, job, self._on_draft_kept)

    def _on_draft_kept(self, kept: drafts.SavedDraft) -> None:
        local = kept.saved_at.astimezone(self.desk.ctx.ward.zone)
        self.kept.setText(say("Draft saved {time}", time=f"{local:%H:%M:%S}"))

    def _show_draft(self, draft: drafts.Draft) -> None:
        """Puts a draft back as its author had it: values and the heads it was based on."""
        self.draft_id = draft.id
        held = {panel.record.id: panel for panel in self.panels}
        for body in draft.body.get("panels", []):
            panel = held.get(body["id"])
            if panel is not None:
                panel.bring(body)
            elif body["id"].startswith("new:") and (any(body["values"].values()) or body.get("unread")):
                parent = next((one for one in self._parents(body["entity"]) if one.id == body["parent_id"]), None)
                if parent is not None:
                    self._on_add_clicked(body["entity"], parent, self.cards, body)
        self.reason.control.setText(draft.body.get("reason") or "")  # type: ignore[attr-defined]
        self.kept.setText(say("Your draft is back."))

    def _on_later_clicked(self) -> None:
        self._dirty = True
        self.keep_draft()
        self.desk.status(say("Draft saved. You find it at Home."))
        self.desk.back()

    # Saving
    def save(self) -> None:
        """Saves what changed, or says what to put right."""
        if self.seen is None or self._saving:
            return
        edits, problems = [], []
        for panel in self.panels:
            edit, found = panel.edit()
            problems += found
            if edit is not None:
                edits.append(edit)
        if problems:
            self._show_problems(problems)
            return
        if not edits:
            self.desk.status(say("Nothing was changed."))
            self._dirty = False
            self._discard_draft()
            self.desk.back()
            return
        self.keep_draft()  # first: where saving fails behind a lock, the draft has every word
        ctx, seen, draft_id = self.desk.ctx, self._as_shown(), self.draft_id
        reason, form = self._reason() or None, self._form
        self._set_saving(True)
        self.desk.run(
            self, lambda: incidents.save(ctx, seen, edits, reason, draft_id),
            lambda saved: self._on_saved(saved, form), lambda error: self._on_failed(error, form),
        )  # fmt: skip

    def _set_saving(self, saving: bool) -> None:
        """While it is saved nothing can be typed that would not be in it, and nothing be saved twice."""
        self._saving = saving
        self._timer.stop()
        for part in (self.scroller, self.save_button, self.later_button):
            part.setEnabled(not saving)

    def _as_shown(self) -> IncidentView:
        """The view the form is based on, which a draft may have brought from before."""
        assert self.seen is not None
        by_id = {panel.record.id: panel.record for panel in self.panels}
        parts = {plural: [by_id.get(one.id, one) for one in held] for plural, held in self.seen.parts.items()}
        return replace(self.seen, record=by_id.get(self.seen.record.id, self.seen.record), parts=parts)

    def _discard_draft(self) -> None:
        if self.draft_id is not None:
            ctx, draft_id = self.desk.ctx, self.draft_id
            self.desk.run(self, lambda: drafts.discard(ctx, draft_id), lambda _: None)

    def _on_saved(self, seen: IncidentView, form: str) -> None:
        self._set_saving(False)
        self._dirty = self._typed = False
        self.draft_id = self.seen = None
        self.desk.status(say("Saved {reference}", reference=seen.reference))
        self.desk.announce(say("Saved on this PC."))
        self.desk.changed(Changes((Change("incident", seen.record.id),)))
        if self.isVisible() and form == self._form:  # whoever went on meanwhile stays there
            self.desk.go("record", incident_id=seen.record.id)

    def _on_failed(self, error: Exception, form: str) -> None:
        self._set_saving(False)
        self._dirty = True
        if not self.isVisible() or form != self._form:  # whoever went on meanwhile hears it where they are
            self.desk.trouble(NOT_SAVED)
            return
        if isinstance(error, ProblemsFound):
            self._show_problems(error.problems)
        else:
            text = str(error) if isinstance(error, KnownError) else say("Not saved yet. Keep this open and call IT.")
            self._show_problems([Problem("", text)])

    def _show_problems(self, problems: list[Problem]) -> None:
        for panel in self.panels:
            panel.show_problems([p for p in problems if p.record in ("", panel.record.id)])
        for problem in problems:
            if problem.field == "reason":
                self.reason.set_error(problem.message)
        self.summary.show_problems(problems)
        self.scroller.verticalScrollBar().setValue(0)
        self.summary.take_focus()

    def _on_error_chosen(self, name: str) -> None:
        for panel in self.panels:
            if name in panel.editors:
                widget = panel.editors[name].widget
                (widget.first_focus() if hasattr(widget, "first_focus") else widget).setFocus()
                return
        if name == "reason":
            self.reason.control.setFocus()

    def refreshed(self, changes: Changes) -> None:
        """Reads the record anew, and goes where it may not be read any more; what is being typed stays."""
        if self.seen is None or not self.isVisible() or not changes.touches("incident", self.seen.record.id):
            return
        self._load(spot_of(self))

    def _say_meanwhile(self, text: str) -> None:
        self.meanwhile.set_words(text)
        self.meanwhile.setVisible(True)
        self.scroller.keep_in_sight()
        self.desk.announce(text)

    def first_focus(self) -> QWidget:
        """The first field, once it is there."""
        return self.back

    def place(self) -> dict[str, Any]:
        """What brings this form back."""
        named = {"task": self.task} if not self.task.startswith("field.") else {"field": self.task[6:]}
        return {"incident_id": self._incident_id, "draft_id": self.draft_id, **named}


def place_widget(layout: Any) -> QWidget:
    """A layout as a widget, to be filled later."""
    holder = QWidget()
    holder.setLayout(layout)
    return holder
