"""What a committed unit changed: plain data that pages use to refresh themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Origin = Literal["here", "sync", "import"]


@dataclass(frozen=True, slots=True)
class Change:
    """One record that changed, by entity name and id; `parent` is the record it is a part of, if any."""

    entity: str
    id: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """All records that one unit changed, and where the change came from."""

    records: tuple[Change, ...] = ()
    origin: Origin = "here"

    def touches(self, entity: str, id: str | None = None) -> bool:
        """Whether a record of this entity, or this very record or a part of it, is among them."""
        return any(c.entity == entity and id is None or id is not None and id in (c.id, c.parent) for c in self.records)
