"""What the trust closed on this PC to ward staff: the whole PC, or a ward of it. Nothing is erased by that.

Whoever runs the PC still opens it, so that what waits can be seen to.
"""

from __future__ import annotations

from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.domain.workflow import allowed
from vpr_desktop.services.context import WardFacts
from vpr_desktop.storage import streams
from vpr_desktop.storage.keychange import WITHDRAWN as PC_WITHDRAWN
from vpr_desktop.storage.unit import Reader

WITHDRAWN = "The trust withdrew this PC. What was saved is kept. A ward manager or IT opens it. Log on another PC."
LEFT = (
    "The trust took this ward from this PC. What was saved is kept and sent. A ward manager or IT opens it."
    " Log on another PC."
)


def open_wards(reader: Reader, role: str, wards: dict[str, WardFacts]) -> dict[str, WardFacts]:
    """Those of this PC's wards that are open to somebody of this role. Raises NotAllowed where none is."""
    if allowed(role, "manage_device"):
        return wards
    if reader.state(PC_WITHDRAWN):
        raise NotAllowed(WITHDRAWN)
    ended = streams.ended(reader.db)
    found = {ward_id: facts for ward_id, facts in wards.items() if ward_id not in ended}
    if not found:
        raise NotAllowed(LEFT)
    return found
