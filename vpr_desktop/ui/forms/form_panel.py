"""A form over one record, built from its declarations: fields appear and go as their conditions say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.errors import Problem
from vpr_desktop.domain.fields import decode, encode, is_asked
from vpr_desktop.domain.forms import ENTITIES, HEADS
from vpr_desktop.domain.record import Shown, fields_of
from vpr_desktop.services.context import Context
from vpr_desktop.services.incidents import Edit
from vpr_desktop.services.views import RecordView
from vpr_desktop.ui.forms.editors import Editor, editor_for, hint_of, width_of
from vpr_desktop.ui.forms.factors_editor import FactorsWidget
from vpr_desktop.ui.widgets.fields import Field
from vpr_desktop.ui.widgets.frames import column, hairline
from vpr_desktop.ui.widgets.labels import Heading
from vpr_desktop.ui.words import say


class FormPanel(QWidget):
    """The fields of one record that its reader may see, in the order asked for."""

    changed = Signal()

    def __init__(self, ctx: Context, record: RecordView, names: Sequence[str]) -> None:
        super().__init__()
        self.record = record
        self.editors: dict[str, Editor] = {}
        self.rows: dict[str, Field] = {}
        self._specs = fields_of(ENTITIES[record.entity])
        self.heads: list[tuple[QWidget, list[str]]] = []  # a section's head, and the fields it stands over
        body = column(gap=16)
        head = ""
        for name in names:
            head = HEADS.get((record.entity, name), head) if len(names) > 1 else ""
            spec = self._specs[name]
            if name in record.hidden or name in record.redacted or spec.app:
                continue
            if head:
                body.addWidget(self._head(say(head), is_first=not self.rows))
                head = ""
            if self.heads:
                self.heads[-1][1].append(name)
            editor = editor_for(spec, record.values.get(name), ctx.now(), ctx.ward.zone, ctx.ward.short_factors)
            editor.set_value(record.values.get(name))
            editor.widget.setObjectName(name)
            self.editors[name] = editor
            wide = width_of(spec, editor.widget)
            self.rows[name] = Field(say(spec.label), editor.widget, hint=say(hint_of(spec)), wide=wide)
            if isinstance(editor.widget, FactorsWidget):
                self.rows[name].label.setBuddy(editor.widget.short)
            editor.changed.connect(self._on_editor_changed)
            body.addWidget(self.rows[name])
        self.setLayout(body)
        self._show_asked()

    def _head(self, words: str, *, is_first: bool) -> QWidget:
        """The head of a section, with a line above where something stands before it."""
        made = QWidget()
        parts = [] if is_first else [hairline()]
        made.setLayout(column(*parts, Heading(words, "title"), gap=14))
        self.heads.append((made, []))
        return made

    def _on_editor_changed(self) -> None:
        self._show_asked()
        self.changed.emit()

    def _show_asked(self) -> None:
        values = {**self.record.values, **self.raw_values()}
        for name, field in self.rows.items():
            field.setVisible(is_asked(self._specs[name], values))
        for head, names in self.heads:
            head.setVisible(any(not self.rows[name].isHidden() for name in names))

    def raw_values(self) -> dict[str, Any]:
        """What stands in the editors; what cannot be read yet counts as no answer."""
        found = {}
        for name, editor in self.editors.items():
            try:
                found[name] = editor.value()
            except ValueError:
                found[name] = None
        return found

    def unread(self) -> dict[str, str]:
        """What is typed and cannot be read yet, such as a time that is half typed; a draft keeps it as it stands."""
        found = {}
        for name, editor in self.editors.items():
            try:
                editor.value()
            except ValueError:
                found[name] = getattr(editor, "text", str)()
        return found

    def body(self) -> dict[str, Any]:
        """What a draft keeps of the panel: its values, what cannot be read yet, and what they were based on."""
        values = {}
        for name, value in self.raw_values().items():
            try:
                values[name] = encode(self._specs[name], value)
            except ValueError:
                values[name] = None
        record = self.record
        return {
            "entity": record.entity, "id": record.id, "parent_id": record.parent_id, "values": values,
            "unread": self.unread(), "heads": record.shown.heads, "shown": record.shown.values,
        }  # fmt: skip

    def bring(self, body: dict[str, Any]) -> None:
        """Puts a draft back as its author had it: values, and the heads that they were based on."""
        based = Shown(body.get("shown", {}), body.get("heads", {}))
        held = {name: decode(self._specs[name], wire) for name, wire in based.values.items() if name in self._specs}
        self.record = replace(self.record, shown=based, values={**self.record.values, **held})
        self.bring_values(body)

    def bring_values(self, body: dict[str, Any]) -> None:
        """Puts back what a draft holds for a record that is not written yet."""
        self.put(
            {name: decode(self._specs[name], wire) for name, wire in body["values"].items() if name in self._specs}
        )
        self.put(body.get("unread", {}))

    def put(self, values: dict[str, Any]) -> None:
        """Shows the answers of a draft."""
        for name, value in values.items():
            if name in self.editors:
                self.editors[name].set_value(value)
        self._show_asked()

    def edit(self) -> tuple[Edit | None, list[Problem]]:
        """What differs from what was opened, and what cannot be read."""
        changes: dict[str, Any] = {}
        problems = []
        for name, editor in self.editors.items():
            self.rows[name].set_error("")
            try:
                value = editor.value()
            except ValueError as error:
                problems.append(Problem(name, str(error), self.record.id))
                self.rows[name].set_error(str(error))
                continue
            held = self.record.values.get(name)
            if (sorted(value) if isinstance(value, list) else value) != (
                held or None if isinstance(held, list) else held
            ):
                changes[name] = value
        new = not self.record.id or self.record.id.startswith("new:")
        if not changes:
            return None, problems
        return Edit(
            self.record.entity,
            self.record.id if not new else self.record.id or None,
            changes,
            parent_id=self.record.parent_id,
        ), problems

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Puts each problem beside its field."""
        for problem in problems:
            if problem.field in self.rows:
                self.rows[problem.field].set_error(problem.message)

    def first_focus(self) -> QWidget | None:
        """The first control that shows."""
        for name, field in self.rows.items():
            if field.isVisibleTo(self):
                widget = self.editors[name].widget
                return widget.first_focus() if hasattr(widget, "first_focus") else widget
        return None
