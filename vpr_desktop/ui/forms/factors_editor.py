"""Things in the situation: the ward's short list first, the rest in its groups behind "Show all". Nothing is ticked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.choices import CodeList
from vpr_desktop.domain.fields import FieldSpec
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.frames import column
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say


class FactorsWidget(QWidget):
    """The short list, the button, and the groups."""

    def __init__(self, short: ChoiceGroup, show_all: Button, groups: QWidget) -> None:
        super().__init__()
        self.short = short
        self.setLayout(column(short, show_all, groups, gap=12))

    def first_focus(self) -> QWidget:
        """The first of the short list."""
        return self.short.first_focus()


class FactorsEditor(QObject):
    """Any number of answers out of a long list, of which a short one is seen first."""

    changed = Signal()

    def __init__(self, spec: FieldSpec, codes: Sequence[tuple[str, str]], short: Sequence[str]) -> None:
        super().__init__()
        assert spec.choices is not None
        labels = dict(codes)
        first = [code for code in short if code in labels]
        self.short = ChoiceGroup(spec.label, [Option(code, labels[code]) for code in first], many=True, digits=False)
        self.groups: list[ChoiceGroup] = []
        self.rest = QWidget()
        body = column(gap=12)
        for name, members in _grouped(spec.choices, [code for code, _ in codes if code not in first]).items():
            group = ChoiceGroup(say(name), [Option(code, labels[code]) for code in members], many=True, digits=False)
            words = Words(say(name), "strong")
            words.setBuddy(group)
            body.addLayout(column(words, group, gap=4))
            self.groups.append(group)
        self.rest.setLayout(body)
        self.rest.hide()
        self.show_all = Button(say("Show all"), "link", icon="down", name=say("Show all things in the situation"))
        self.show_all.setVisible(False)
        self.widget: QWidget = FactorsWidget(self.short, self.show_all, self.rest)
        self.show_all.setVisible(bool(self.groups))
        self.show_all.clicked.connect(self._on_show_all_clicked)
        for one in (self.short, *self.groups):
            one.answered.connect(self.changed)

    def value(self) -> Any:
        """The codes that are ticked, in both parts."""
        return [code for group in (self.short, *self.groups) for code in group.value()] or None

    def set_value(self, value: Any) -> None:
        """Ticks these; what is not on the short list opens the rest."""
        held = value or []
        for group in (self.short, *self.groups):
            group.set_value(held)
        if any(group.value() for group in self.groups):
            self._open()

    def _open(self) -> None:
        self.rest.show()
        self.show_all.hide()

    def _on_show_all_clicked(self) -> None:
        self._open()
        self.groups[0].first_focus().setFocus()


def _grouped(choices: CodeList, codes: Sequence[str]) -> dict[str, list[str]]:
    """Codes by their group, in the order of the list; what no group names comes last."""
    found: dict[str, list[str]] = {}
    groups = {code.code: code.group for code in choices}
    for code in codes:
        found.setdefault(groups.get(code) or "Other", []).append(code)
    return found
