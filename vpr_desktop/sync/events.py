"""What can happen in the sync lane, and what it can be told to do: plain data between engine and runner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Effect = Any


@dataclass(frozen=True, slots=True)
class HeadNow:
    """Where a stream stands at the endpoint; `chain` in hexadecimal."""

    st: str
    epoch: str
    head: int
    chain: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where this PC stands in a stream."""

    cursor: int
    epoch: str
    chain: str
    offering: bool = False


@dataclass(frozen=True, slots=True)
class Sized:
    """A batch by its local number, and how many lines it has."""

    n: int
    lines: int


@dataclass(frozen=True, slots=True)
class Job:
    """Batches for one request. `span` (from, until) limits which lines of a single one go with their bytes."""

    batches: tuple[Sized, ...]
    span: tuple[int, int] | None = None


# Events: what happened.


@dataclass(frozen=True, slots=True)
class Started:
    """The file was unlocked, or this PC enrolled. `waiting`: whether ops wait to be sent."""

    now: float
    chance: float
    waiting: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """Somebody saved."""

    now: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody asked for it now."""

    now: float


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""

    now: float


@dataclass(frozen=True, slots=True)
class Heads:
    """The endpoint's heads, and the streams in which something waits here.

    `changing`: a new key was made, and whether the endpoint took it is not known.
    """

    heads: tuple[HeadNow, ...]
    waiting: tuple[str, ...]
    changing: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """Where this PC stands in the stream at hand, and whether anything of it `waits` here to be sent.

    `least` is how many ops the endpoint must have. `unnumbered`: it said that it holds ops whose number did not come.
    """

    place: Standing
    least: int = 0
    waits: bool = True
    unnumbered: bool = False


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A slice of numbers was taken off; `left` says whether more are held."""

    left: bool


@dataclass(frozen=True, slots=True)
class Lacking:
    """What the endpoint lacks of the batches it was asked about; `more` are still on offer."""

    batches: tuple[Sized, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class OfferEnded:
    """All was offered; the cursor is at the beginning."""

    place: Standing


@dataclass(frozen=True, slots=True)
class Sealed:
    """The batch that goes next, if any, and the one after it."""

    batch: Sized | None
    then: Sized | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """Answers were taken. `problems` are batches not taken, by kind; `stuck`: carried, and nothing said of it."""

    problems: tuple[tuple[Sized, str], ...]
    stuck: bool
    head: HeadNow
    place: Standing


@dataclass(frozen=True, slots=True)
class Regressed:
    """An answer shows an endpoint restored since this cycle began; nothing of it was taken."""

    head: HeadNow
    place: Standing


@dataclass(frozen=True, slots=True)
class PushRefused:
    """The endpoint took nothing of a request, for something inside it."""

    kind: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A page was proven and stored."""

    place: Standing
    head: HeadNow


@dataclass(frozen=True, slots=True)
class PageRefused:
    """A page did not prove itself; nothing of it was stored."""

    kind: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A call did not come to an answer, or to a refusal."""

    kind: str
    now: float
    chance: float
    retry_after: float = 0.0


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """The worklist is up to date: the cycle is over. `key_due`: nothing waits, and this PC's key is to be changed."""

    now: float
    chance: float
    key_due: bool = False


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """As far as can be, endpoint and file know of the same key of this PC again."""


# Effects: what to do.


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for the heads, unless they are not wanted, and look which streams wait. Answer: Heads."""

    heads: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """Read where this PC stands. Answer: Looked."""

    st: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Take off a slice of numbers, `first` marking all batches for offer and the cursor back. Answer: Forgotten."""

    st: str
    first: bool


@dataclass(frozen=True, slots=True)
class OfferRest:
    """Mark for offer what has no number, though all was offered and fetched. Answer: Forgotten."""

    st: str


@dataclass(frozen=True, slots=True)
class Have:
    """Ask which of the batches on offer are lacked; those that are not are settled. Answer: Lacking."""

    st: str


@dataclass(frozen=True, slots=True)
class Settle:
    """These batches are no longer on offer. No answer."""

    batches: tuple[Sized, ...]


@dataclass(frozen=True, slots=True)
class EndOffer:
    """Go on from the beginning, in this lifetime of the endpoint; after OfferRest from here. Answer: OfferEnded."""

    st: str
    epoch: str


@dataclass(frozen=True, slots=True)
class Seal:
    """Seal what is ready, and find what was sealed and not answered. Answer: Sealed."""

    st: str


@dataclass(frozen=True, slots=True)
class Push:
    """Send batches and take the answers; while they are taken, `then` may be on its way.

    Answer: Pushed, Regressed or PushRefused.
    """

    st: str
    job: Job
    offer: bool
    then: Job | None = None


@dataclass(frozen=True, slots=True)
class Unseal:
    """Let a batch's ops be sealed anew. No answer."""

    batch: Sized


@dataclass(frozen=True, slots=True)
class ListBatch:
    """List a batch's ops as refused. No answer."""

    batch: Sized
    kind: str


@dataclass(frozen=True, slots=True)
class ListLine:
    """List one op as refused. No answer."""

    batch: Sized
    line: int
    kind: str


@dataclass(frozen=True, slots=True)
class Pull:
    """Fetch, prove and store the next page, of so many ops at most. Answer: Stored or PageRefused."""

    st: str
    most: int


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Bring the worklist up to date. Answer: CaughtUp."""


@dataclass(frozen=True, slots=True)
class ChangeKey:
    """Let the endpoint know of this PC's newest key, or make a `new` one for it. Answer: KeyChanged."""

    new: bool
