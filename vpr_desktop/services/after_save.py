"""What is added to a report right after its save: whom to support, how many were affected, who told of it.

Written over what this person said of it and over nothing else, as that is what they had on screen: what somebody else
wrote meanwhile stays beside it, until somebody chooses.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from vpr_desktop.domain.errors import NotAllowed, NotFound
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.record import Shown
from vpr_desktop.services import incidents, views
from vpr_desktop.services.context import Context
from vpr_desktop.services.views import RecordView


@dataclass(frozen=True, slots=True)
class Added:
    """What can be added. `many` is as it was typed; `told` says that somebody else told the one who logs."""

    person: str = ""
    many: str = ""
    told: bool = False
    told_by: str = ""

    def since(self, earlier: Added) -> Added:
        """What this says that was not said earlier; a field emptied since says nothing."""
        told_by = self.told_by if self.told and self.told_by != earlier.told_by else ""
        return Added(
            self.person if self.person != earlier.person else "",
            self.many if self.many != earlier.many else "",
            self.told and (bool(told_by) or not earlier.told),
            told_by,
        )

    def over(self, earlier: Added) -> Added:
        """Both together, this one where they differ."""
        return replace(earlier, **{name: said for name, said in asdict(self).items() if said})


def add(ctx: Context, incident_id: str, letter: str, new: Added) -> None:
    """Adds it. Raises ProblemsFound for a number that is none, with nothing written; NotAllowed, NotFound."""
    if new.many:  # first: it may be no number
        incidents.more_people(ctx, incident_id, int(new.many) if new.many.isdecimal() else 0)
    seen = views.incident(ctx, incident_id)
    if "amend" not in seen.actions:
        raise NotAllowed()
    if new.told:
        said = {"reporter_relation": "told"} | ({"told_by": new.told_by} if new.told_by else {})
        _write(ctx, seen.record, incident_id, said)
    if new.person:
        held = [one for one in seen.parts.get("people", []) if one.label == f"Person {letter}"]
        if len(held) != 1:
            raise NotFound()
        _write(ctx, held[0], incident_id, {"person_key": new.person})


def _write(ctx: Context, held: RecordView, incident_id: str, values: dict[str, Any]) -> None:
    if any(field not in held.values for field in values):
        raise NotAllowed()
    with ctx.unit() as unit:
        own = unit.typed_by(held.id, ctx.user.user_id)
        heads = {field: own.heads[field] for field in values if field in own.heads}
        shown = Shown({field: own.values.get(field) for field in heads}, heads)
        unit.save(incidents.based_on(ENTITIES[held.entity], held.id, held.ward_id, shown, values))
        unit.commit("amend", incident_id)
