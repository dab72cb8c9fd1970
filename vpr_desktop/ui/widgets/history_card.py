"""The history of a record as a card: who changed what, when and why, with the value before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.when import show
from vpr_desktop.services.history import NOT_PROVIDED, Change
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Card, column, row, rows
from vpr_desktop.ui.widgets.labels import Words
from vpr_desktop.ui.words import say

# Written by the app alone, or an identity that says nothing in words; the command line tells them.
OF_THE_APP = ("device_id", "dataset_version", "to_person")


def history_line(count: int, last: datetime | None, zone: ZoneInfo) -> tuple[Button, QWidget]:
    """How many changes there were, as a button that shows them, and when the last was; the button, and the line."""
    button = Button(say("History: {count} changes", count=count) if count != 1 else say("History: 1 change"), "link")
    at = say("Last change {time}", time=show(last, zone) if last else "")
    line, holder = row(button, Words(at, "hint", tone="second", wrap=False), gap=24), QWidget()
    line.addStretch(1)
    holder.setLayout(line)
    return button, holder


def history_card(found: Sequence[Change], zone: ZoneInfo) -> Card:
    """One entry for each change, newest first."""
    card = Card(say("History"))
    card.setObjectName("history")
    lines = []
    for change in found:
        if change.field in OF_THE_APP:
            continue
        who = say("{when}, {who}", when=show(change.at, zone), who=change.by)
        what = _what(change)
        why = say("{who}. Reason: {reason}", who=who, reason=change.reason) if change.reason else who
        told = Words(f"{change.part}: {what}" if change.part else what)
        lines.append(column(told, Words(why, "hint", tone="second"), gap=0))
    card.body.addLayout(rows(*lines, gap=6, top=0))
    return card


def _what(change: Change) -> str:
    """The change as a line. Of a first answer there is nothing before to tell, and nobody typed what was counted."""
    label = change.label if change.label.endswith("?") else say("{label}:", label=change.label)
    spec = fields_of(ENTITIES[change.entity])[change.field]
    counted = spec.app and spec.kind == "number"
    after = say("{after}, counted by the app", after=change.after) if counted else change.after
    if change.before == NOT_PROVIDED:
        return say("{label} {after}", label=label, after=after)
    return say("{label} {before} → {after}", label=label, before=change.before, after=after)
