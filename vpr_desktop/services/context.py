"""The signed-in session that every service takes first: who, which ward, which store, and what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from vpr_desktop.domain.errors import NotAllowed
from vpr_desktop.domain.visibility import Tie
from vpr_desktop.domain.workflow import allowed
from vpr_desktop.storage.queries import Viewer
from vpr_desktop.storage.store import Store
from vpr_desktop.storage.unit import Reader, UnitOfWork


class Clock(Protocol):
    """Wall time for what people read, monotonic seconds for waits."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a slot on this PC, as the ward's ops describe them."""

    user_id: str
    name: str
    initials: str
    role: str


@dataclass(frozen=True, slots=True)
class WardFacts:
    """What the app needs to know of a ward at every turn."""

    id: str
    code: str
    name: str
    zone: ZoneInfo
    boundaries: tuple[str, ...]
    emergency_number: str
    short_factors: tuple[str, ...] = ()
    org_code: str = ""


NO_TIE = Tie()


@dataclass(frozen=True, slots=True)
class Context:
    """One person's session on one PC. `secrets` belongs to `sessions` and `people` alone."""

    store: Store
    user: Person
    ward_id: str
    wards: dict[str, WardFacts]
    clock: Clock
    home: Path
    practice: bool = False
    secrets: Any = field(default=None, repr=False)
    on_close: Callable[[], None] | None = field(default=None, repr=False)

    @property
    def ward(self) -> WardFacts:
        """The ward shown in the header."""
        return self.wards[self.ward_id]

    @property
    def viewer(self) -> Viewer:
        """This person, as the queries of lists ask for them."""
        return Viewer(self.user.role, self.user.user_id, tuple(self.wards), self.ward.zone)

    def now(self) -> datetime:
        """The wall time, aware and UTC."""
        return self.clock.now()

    def unit(self) -> UnitOfWork:
        """A unit of work in this person's name."""
        return self.store.unit(self.user.user_id, self.clock.now())

    def reader(self) -> Reader:
        """Reads without writing."""
        return self.store.reader()

    def with_ward(self, ward_id: str) -> Context:
        """The same session with another of this PC's wards shown."""
        if ward_id not in self.wards:
            raise NotAllowed()
        return replace(self, ward_id=ward_id)

    def can(self, action: str, status: str | None = None, tie: Tie = NO_TIE) -> bool:
        """Whether the one table lets this person do it; `status` and `tie` where a record is meant."""
        return allowed(self.user.role, action, status, tie)

    def require(self, action: str, status: str | None = None, tie: Tie = NO_TIE) -> None:
        """Raises NotAllowed where `can` says no."""
        if not self.can(action, status, tie):
            raise NotAllowed()
