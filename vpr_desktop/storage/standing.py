"""Columns of an incident that depend on its parts: how many finish-later tasks are left."""

from __future__ import annotations

from collections.abc import Sequence

from vpr_desktop.domain.changes import Change
from vpr_desktop.domain.derived import task_states
from vpr_desktop.domain.forms import ENTITIES, TASKS
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.record import Record
from vpr_desktop.storage.oplog import Connection

# The part entities whose fields complete a task, and the columns needed of them.
ASKED = {
    name: tuple(dict.fromkeys(field for task in TASKS for entity, field in task.key_fields if entity == name))
    for name in ENTITIES
}


def refresh(db: Connection, changes: Sequence[Change]) -> None:
    """Brings the count up to date for every incident that a unit touched."""
    touched = {c.id for c in changes if c.entity == "incident"}
    touched |= {c.parent for c in changes if c.parent and c.entity in ("person", "alleged", "restrictive")}
    for incident_id in sorted(touched):
        count_tasks(db, incident_id)


def count_tasks(db: Connection, incident_id: str) -> None:
    """Counts the tasks left of one incident from its row and its people's."""
    incident = _read(db, "incident", "id", incident_id)
    if not incident:
        return
    people = _read(db, "person", "parent_id", incident_id)
    left = sum(state.left for state in task_states(incident[0], {"people": people}))
    db.execute("UPDATE incident SET tasks_left = ? WHERE id = ?", (left, incident_id))


def _read(db: Connection, name: str, key: str, value: str) -> list[Record]:
    """Records with no more than the fields that tasks ask about; anything non-empty counts as an answer."""
    entity = ENTITIES[name]
    wanted = (*ASKED[name], *(("effect",) if entity is Incident else ()))
    columns = ",".join(f'"{column}"' for column in wanted)
    still = " AND removed IS NOT 1" if name != "incident" else ""
    sql = f'SELECT {columns} FROM {name} WHERE "{key}" = ?{still}'
    return [entity(**dict(zip(wanted, row, strict=True))) for row in db.execute(sql, (value,))]
