"""Columns of an incident that depend on its parts: how many finish-later tasks are left."""

from __future__ import annotations

from collections.abc import Sequence

from vpr_desktop.domain.changes import Change
from vpr_desktop.domain.derived import task_states
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.person import Person
from vpr_desktop.domain.record import Record, Shown, from_wire
from vpr_desktop.storage.oplog import Connection, entity_fold


def incidents_of(changes: Sequence[Change]) -> list[str]:
    """The incidents whose tasks some changes may have done or undone."""
    touched = {c.id for c in changes if c.entity == "incident"}
    return sorted(
        touched | {c.parent for c in changes if c.parent and c.entity in ("person", "alleged", "restrictive")}
    )


def count_tasks(db: Connection, incident_id: str) -> None:
    """Counts the tasks left of one incident from its ops and those of its people."""
    incident = _read(db, Incident, incident_id)
    held = db.execute("SELECT id FROM person WHERE parent_id = ? AND removed IS NOT 1", (incident_id,)).fetchall()
    people = [_read(db, Person, row[0]) for row in held]
    left = sum(state.left for state in task_states(incident, {"people": people}))
    db.execute("UPDATE incident SET tasks_left = ? WHERE id = ? AND tasks_left IS NOT ?", (left, incident_id, left))


def _read(db: Connection, entity: type[Record], record_id: str) -> Record:
    """A record as its ops give it: some tasks ask for narratives, which no row holds."""
    folded, _ = entity_fold(db, record_id)
    return from_wire(entity, record_id, "", Shown(folded.values))
