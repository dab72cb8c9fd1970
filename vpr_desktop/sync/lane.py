"""What the runner needs and gives: the way into the store lane, the calls of the endpoint, what a cycle came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from vpr_desktop.storage.unit import UnitOfWork
from vpr_desktop.sync.protocol import Heads, Keys, PushAnswer, Rotate
from vpr_desktop.sync.refusals import Refused

T = TypeVar("T")
GENTLE = 10.0  # seconds after somebody waited for the file, in which sync goes on in small parts


class InUnit(Protocol):
    """Runs a job in the store lane, with a unit of work of its own."""

    def __call__(self, job: Callable[[UnitOfWork], T]) -> T: ...


class Calls(Protocol):
    """The endpoint; see `client.Client`."""

    def heads(self) -> Heads: ...
    def keys(self) -> Keys: ...
    def have(self, st: str, batches: list[str]) -> list[str]: ...
    def begin_push(self, st: str, body: bytes, first: str) -> Callable[[], PushAnswer]: ...
    def pull(self, st: str, after: int, most: int) -> bytes: ...
    def clock_gap(self) -> float | None: ...
    def rotate(self, asked: Rotate, key: Any) -> None: ...


class Manners:
    """How sync makes room: while somebody works with the file, and for a while after, it works in small parts."""

    def __init__(self, wanted: Callable[[], bool], monotonic: Callable[[], float]) -> None:
        """`wanted` says whether a person waits for the file at this moment."""
        self._wanted, self._monotonic = wanted, monotonic
        self._until = 0.0

    def is_wanted(self) -> bool:
        """Whether somebody waits for the file at this moment; sync is gentle for a while from then on."""
        if self._wanted():
            self._until = self._monotonic() + GENTLE
            return True
        return False

    def is_gentle(self) -> bool:
        """Whether somebody waits for the file, or did a moment ago."""
        return self.is_wanted() or self._monotonic() < self._until


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one cycle came to. `refused` is why it ended early, if it did."""

    pushed: int
    pulled: int
    conflicts: int
    waiting: int
    needs_review: int
    last_success: str | None
    refused: Refused | None = None
