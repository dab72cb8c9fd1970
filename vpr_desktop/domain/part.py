"""The base of parts: records that belong to another, such as a person of an incident."""

from __future__ import annotations

from vpr_desktop.domain.fields import link, yes_no
from vpr_desktop.domain.record import Record


class Part(Record):
    """A record of its own with a parent, so that two additions on two PCs never clash."""

    parent_id: str | None = link("Belongs to", "", block="system", listed=True)
    removed: bool | None = yes_no("Taken off", section="", block="system", app=True)
