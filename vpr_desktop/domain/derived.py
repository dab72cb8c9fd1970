"""What can be computed from one incident alone: tasks left, summary words, hate and serious marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vpr_desktop.domain.choices_acts import HATE_MOTIVES, SHORT_ACT, act_class
from vpr_desktop.domain.fields import is_asked
from vpr_desktop.domain.forms import TASKS, Task
from vpr_desktop.domain.record import Record, entity_name, fields_of

HARMED = frozenset({"MIN", "TRE", "SER"})
NOT_STARTED, IN_PROGRESS, COMPLETED, NOT_NEEDED = "Not started", "In progress", "Completed", "Not needed"


@dataclass(frozen=True, slots=True)
class TaskState:
    """One finish-later task of an incident and how far it is."""

    name: str
    title: str
    status: str

    @property
    def left(self) -> bool:
        """Whether something is still to be done."""
        return self.status in (NOT_STARTED, IN_PROGRESS)


def acts_in_words(codes: Sequence[str]) -> str:
    """Acts by class, short and in order: Physical, threat."""
    classes = list(dict.fromkeys(act_class(code) for code in codes))
    ordered = [short for code, short in SHORT_ACT.items() if code in classes]
    return ", ".join([*ordered[:1], *(word.lower() for word in ordered[1:])]) or "Not provided"


def is_hate(acts: Sequence[str] | None, motives: Sequence[str] | None) -> bool:
    """The hate mark: said so, or one of the five monitored strands (domain C4)."""
    return "HAT" in (acts or ()) or bool(HATE_MOTIVES & set(motives or ()))


def is_serious(incident: Mapping[str, Any], people: Sequence[Mapping[str, Any]] = ()) -> bool:
    """The serious mark of domain C5, from what is known by now."""
    acts = set(incident.get("act_types") or ())
    weapons = set(incident.get("weapon") or ()) - {"NO"}
    by_act = bool(acts & {"WEA", "PHY07", "PHY08", "SEX01", "PHY06", "HST01"}) or bool(weapons)
    by_harm = any(p.get("physical_harm") in ("1", "2", "3") or p.get("psych_harm") in ("1", "2") for p in people)
    by_law = any(p.get("riddor_status") in ("SPEC", "O7", "DEA", "DO") for p in people)
    return incident.get("effect") == "SER" or by_act or by_harm or by_law


def task_states(incident: Record, parts: Mapping[str, Sequence[Record]]) -> list[TaskState]:
    """Every finish-later task of an incident with its status."""
    return [TaskState(task.name, task.title, _status(task, incident, parts)) for task in TASKS]


def _status(task: Task, incident: Record, parts: Mapping[str, Sequence[Record]]) -> str:
    if task.needs_effect and getattr(incident, "effect", None) not in (*HARMED, "NYK"):
        return NOT_NEEDED
    answered = asked = 0
    for entity, field in task.key_fields:
        for record in _records(entity, incident, parts):
            if not is_asked(fields_of(type(record))[field], record.__dict__):
                continue
            asked += 1
            answered += getattr(record, field) not in (None, [], "")
    if answered == 0:
        return NOT_STARTED
    return COMPLETED if answered == asked else IN_PROGRESS


def _records(entity: str, incident: Record, parts: Mapping[str, Sequence[Record]]) -> list[Record]:
    if entity == "incident":
        return [incident]
    held = [part for several in parts.values() for part in several if entity_name(type(part)) == entity]
    return held
