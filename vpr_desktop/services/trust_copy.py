"""One block of text in the order of the trust's own system, so that nothing is typed twice."""

from __future__ import annotations

import json

from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.domain.forms import ENTITIES
from vpr_desktop.domain.record import fields_of
from vpr_desktop.domain.wording import in_words
from vpr_desktop.services import views
from vpr_desktop.services.context import Context
from vpr_desktop.settings import resource


def block(ctx: Context, incident_id: str) -> str:
    """The report as labelled lines, in the order of the content file; only what this person may see."""
    seen = views.incident(ctx, incident_id)
    if seen.sight != "full":
        raise NotAllowed()
    zone = ctx.wards[seen.record.ward_id].zone
    specs = fields_of(ENTITIES["incident"])
    order = json.loads(resource("content", "trust_copy_order.json").read_text(encoding="utf-8"))
    lines = []
    for entry in order["fields"]:
        field = entry["field"]
        if field in seen.record.values:
            words = in_words(specs[field], seen.record.values[field], zone) or "Not provided"
            lines.append(f"{entry['label']}: {words}")
    with ctx.unit() as unit:
        unit.commit("copy for the trust's system", incident_id)
    return "\n".join(lines)
