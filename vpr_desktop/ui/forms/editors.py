"""One editor for each kind of field, made from its declaration. `value()` gives the Python form of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.choices_acts import FACT, SHORT_FACTORS
from vpr_desktop.domain.days import show_day
from vpr_desktop.domain.fields import FieldSpec
from vpr_desktop.domain.quick_log import Option
from vpr_desktop.domain.when import WhenProblem, parse_day, show, which_of
from vpr_desktop.ui.forms.factors_editor import FactorsEditor
from vpr_desktop.ui.forms.typed_time import moment
from vpr_desktop.ui.widgets.choice_group import ChoiceGroup
from vpr_desktop.ui.widgets.fields import DropDown, TextArea, TextField
from vpr_desktop.ui.words import say

CARDS_AT_MOST = 9  # more answers than this, or long ones, are chosen from a list
LONGEST_CARD = 34

# What a field says where its declaration gives no hint, and how wide it is, by kind.
HINTS = {"day": "Such as 22-Nov-2026 or 22/11.", "moment": "Such as 14:20, yesterday 22:10 or 21-Nov-2026 22:10."}
WIDTHS = {"day": 240, "moment": 360, "number": 120}
CARD, SHORT_CARD = 214, 17  # pixels of one card of five in a line, and the letters that fit it


class Editor(Protocol):
    """What the form needs of an editor."""

    changed: Any
    widget: QWidget

    def value(self) -> Any:
        """The answer in Python form, None for none. Raises ValueError with a sentence."""

    def set_value(self, value: Any) -> None:
        """Shows an answer."""


class _Base(QObject):
    changed = Signal()


class TextEditor(_Base):
    """Words: one line or several.

    What is shown and not typed over is the answer as it was put in: a control shows some of it otherwise, such as a
    hard space or a time without its seconds.
    """

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__()
        self.spec = spec
        self._shown: tuple[str, Any] = ("", None)  # the words in the control, and the answer they stand for
        self.widget: QWidget = TextArea(spec.label, min(spec.lines, 6)) if spec.lines > 1 else TextField(spec.label)
        self.widget.textChanged.connect(self.changed)

    def text(self) -> str:
        """What is typed, whether it can be read or not."""
        area = self.widget
        text = area.toPlainText() if isinstance(area, TextArea) else area.text() if isinstance(area, TextField) else ""
        return text.strip()

    def value(self) -> Any:
        text = self.text()
        if text == self._shown[0]:
            return self._shown[1]
        return self.read(text) if text else None

    def read(self, text: str) -> Any:
        """The answer somebody typed. Raises ValueError with a sentence."""
        return text

    def words(self, value: Any) -> str:
        """How an answer stands in the control; what was typed and could not be read stands as it is."""
        return str(value)

    def set_value(self, value: Any) -> None:
        text = "" if value is None else self.words(value)
        if isinstance(self.widget, TextArea):
            self.widget.setPlainText(text)
        elif isinstance(self.widget, TextField):
            self.widget.setText(text)
        unread = isinstance(value, str) and self.spec.kind != "text"
        self._shown = ("", None) if unread else (self.text(), value)


class NumberEditor(TextEditor):
    """A whole number."""

    def read(self, text: str) -> Any:
        if not text.isascii() or not text.isdigit():
            raise ValueError(say("{label}: give a whole number.", label=self.spec.label))
        return int(text)


class MomentEditor(TextEditor):
    """A date and time, typed as in the quick log."""

    def __init__(self, spec: FieldSpec, zone: ZoneInfo, now: datetime) -> None:
        super().__init__(spec)
        self.zone, self.now = zone, now

    def read(self, text: str) -> Any:
        try:
            return moment(text, self.now, self.zone, ahead=self.spec.label.startswith("Next"))
        except WhenProblem as problem:
            raise ValueError(f"{self.spec.label}: {problem}") from problem

    def words(self, value: Any) -> str:
        if not isinstance(value, datetime):
            return str(value)
        return " ".join(part for part in (show(value, self.zone), which_of(value, self.zone)) if part)


class DayEditor(TextEditor):
    """A date."""

    def __init__(self, spec: FieldSpec, today: date) -> None:
        super().__init__(spec)
        self.today = today

    def read(self, text: str) -> Any:
        try:
            return parse_day(text, self.today)
        except WhenProblem as problem:
            raise ValueError(f"{self.spec.label}: {problem}") from problem

    def words(self, value: Any) -> str:
        return show_day(value) if isinstance(value, date) else str(value)


class CodeEditor(_Base):
    """One answer: cards where they are few, else a list to choose from."""

    def __init__(self, spec: FieldSpec, codes: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._codes = list(codes)
        if len(codes) <= CARDS_AT_MOST and all(len(label) <= LONGEST_CARD for _, label in codes):
            group = ChoiceGroup(spec.label, [Option(*pair) for pair in codes])
            group.answered.connect(self.changed)
            self.widget: QWidget = group
        else:
            listed = DropDown(spec.label, [("", say("Choose an answer")), *codes])
            listed.activated.connect(self.changed)
            self.widget = listed

    def value(self) -> str | None:
        if isinstance(self.widget, ChoiceGroup):
            return next(iter(self.widget.value()), None)
        return self.widget.code() or None if isinstance(self.widget, DropDown) else None

    def set_value(self, value: Any) -> None:
        if isinstance(self.widget, ChoiceGroup):
            self.widget.set_value([value] if value else [])
        elif isinstance(self.widget, DropDown):
            self.widget.set_code(value or "")


class FlagEditor(CodeEditor):
    """Yes or no."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec, [("yes", say("Yes")), ("no", say("No"))])

    def value(self) -> Any:
        chosen = super().value()
        return None if chosen is None else chosen == "yes"

    def set_value(self, value: Any) -> None:
        super().set_value(None if value is None else "yes" if value else "no")


class CodesEditor(_Base):
    """Any number of answers, as cards."""

    def __init__(self, spec: FieldSpec, codes: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        group = ChoiceGroup(spec.label, [Option(*pair) for pair in codes], many=True, digits=len(codes) <= 9)
        group.answered.connect(self.changed)
        self.widget: QWidget = group
        self._group = group

    def value(self) -> Any:
        return self._group.value() or None

    def set_value(self, value: Any) -> None:
        self._group.set_value(value or [])


def editor_for(spec: FieldSpec, held: Any, now: datetime, zone: ZoneInfo, short: Sequence[str] = ()) -> Editor:
    """The editor of a field. An answer that is no longer offered stays on offer where it is held.

    `short` is the ward's short list of things in the situation.
    """
    if spec.kind in ("code", "codes"):
        codes = _codes(spec, held, now.astimezone(zone).date())
        if spec.kind == "codes" and spec.choices is FACT:
            return FactorsEditor(spec, codes, short or SHORT_FACTORS)
        return CodesEditor(spec, codes) if spec.kind == "codes" else CodeEditor(spec, codes)
    if spec.kind == "flag":
        return FlagEditor(spec)
    if spec.kind == "number":
        return NumberEditor(spec)
    if spec.kind == "moment":
        return MomentEditor(spec, zone, now)
    return DayEditor(spec, now.astimezone(zone).date()) if spec.kind == "day" else TextEditor(spec)


def _codes(spec: FieldSpec, held: Any, today: date) -> list[tuple[str, str]]:
    assert spec.choices is not None
    offered = [(code.code, code.label) for code in spec.choices.valid(today)]
    known = {code for code, _ in offered}
    kept = [code for code in (held if isinstance(held, list) else [held]) if code and code not in known]
    return offered + [(code, spec.choices.label(code)) for code in kept]


def hint_of(spec: FieldSpec) -> str:
    """The hint of the declaration, else how a day or a time is typed."""
    return spec.hint or HINTS.get(spec.kind, "")


def width_of(spec: FieldSpec, widget: QWidget) -> int:
    """How wide an answer may be, of the design's pixels; 0 for all there is. A long line is hard to read.

    Few cards keep the width that five have in a line, so that answers of one form stand below each other.
    """
    if isinstance(widget, TextArea):
        return 860
    if isinstance(widget, ChoiceGroup):
        few = 0 < len(widget.cards) < 5 and all(len(card.text()) <= SHORT_CARD for card in widget.cards)
        return CARD * len(widget.cards) if few else 0
    return WIDTHS.get(spec.kind, 560) if isinstance(widget, TextField | DropDown) else 0
