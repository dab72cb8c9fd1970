"""The finish-later tasks of a record: words and status, optional, in any order."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLayout, QWidget

from vpr_desktop.domain.forms import TASKS
from vpr_desktop.domain.workflow import may_write
from vpr_desktop.services.views import IncidentView
from vpr_desktop.ui.widgets.buttons import Button
from vpr_desktop.ui.widgets.frames import Card, column, row, rows
from vpr_desktop.ui.widgets.labels import Heading, TagLabel, Words
from vpr_desktop.ui.words import say

ENTITIES_OF = {task.name: tuple(dict.fromkeys(entity for entity, _ in task.fields)) for task in TASKS}


def fill_tasks(card: Card, seen: IncidentView, opened: Callable[[str], None]) -> None:
    """Puts the tasks into a card; `opened` gets the name of the one somebody chose."""
    left = say("{count} left", count=seen.tasks_left) if seen.tasks_left else say("All done")
    top = row(Heading(say("Finish later"), "section"))
    top.addStretch(1)
    top.addWidget(Words(left, "hint", tone="second", wrap=False))
    card.body.addLayout(column(top, Words(say("All optional. Any order."), "hint", tone="second"), gap=0))
    lines: list[QWidget | QLayout] = []
    for task in seen.tasks:
        name = say("Task: {title}, {status}", title=task.title.lower(), status=task.status.lower())
        link = Button(say(task.title), "link", name=name)
        link.setEnabled(any(may_write(seen.actions, entity) for entity in ENTITIES_OF[task.name]))
        link.clicked.connect(lambda _=False, task=task.name: opened(task))
        line = row(link)
        line.addStretch(1)
        line.addWidget(_state(task.status))
        lines.append(line)
    card.body.addLayout(rows(*lines, gap=3, top=0))


def _state(status: str) -> QWidget:
    if status == "In progress":
        return TagLabel(say(status), "yellow")
    return Words(say(status), tone="" if status == "Completed" else "second", wrap=False)
