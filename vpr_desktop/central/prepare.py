"""What is done to a push before the stream's row is locked: who sealed each batch, and what each line is.

Every signature is checked here, always: what is stored must be proven alone. Only bytes that a known device
signed reach the reader of ops.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vpr_desktop.central import auth
from vpr_desktop.central.devices import HeldDevice
from vpr_desktop.central.judge import Entry, entries
from vpr_desktop.domain.batches import MOST_RAW, Batch, digest
from vpr_desktop.domain.device_keys import NotAChain, read_chain
from vpr_desktop.sync.protocol import Problem, problem

NOT_ACCEPTED = "device-not-accepted"


@dataclass(slots=True)
class Prepared:
    """A batch ready to be stored, or the problem for which it is not taken.

    `key` is the held key that signed it; `chain` are keys to keep first where that key is not held.
    `review` is why all its ops are for a person to look at: told under the lock, see `why_review`.
    """

    batch: Batch
    digest: bytes
    problem: Problem | None = None
    key: bytes = b""
    chain: list[tuple[bytes, bytes]] = field(default_factory=list)
    review: str | None = None
    entries: list[Entry] = field(default_factory=list)


def prepare(batches: list[Batch], st: str, known: dict[str, HeldDevice]) -> list[Prepared]:
    """Every batch with its signature checked and its lines judged."""
    return [_prepare(batch, st, known) for batch in batches]


def _prepare(batch: Batch, st: str, known: dict[str, HeldDevice]) -> Prepared:
    made = Prepared(batch, digest(batch.header, batch.hashes))
    if batch.header.st != st:
        made.problem = problem("batch-stream")
        return made
    device = known.get(batch.header.dev)
    if device is None and batch.pk is None:
        made.problem = problem("batch-device-unknown")
        return made
    if not (device is not None and _by_held_key(made, device)) and not _by_sent_chain(made):
        made.problem = problem("batch-signature")
        return made
    if sum(len(line.raw or b"") for line in batch.lines) > MOST_RAW and len(batch.lines) > 1:
        made.problem = problem("batch-too-large")
        return made
    made.entries = entries(batch)
    return made


def _by_held_key(made: Prepared, device: HeldDevice) -> bool:
    """Whether a key held here signed it; keys that may sign the number first, then the others, newest first."""
    header = made.batch.header
    order = sorted(device.keys, key=lambda key: (not key.may_sign(header.st, header.no), -key.n))
    for key in order:
        if auth.holds(key.key, header.sig, made.digest):
            made.key = key.key
            return True
    return False


def why_review(made: Prepared, known: dict[str, HeldDevice]) -> str | None:
    """Why all ops of a proven batch are for a person to look at, by its device as it stands while nobody withdraws it.

    Of a batch beyond its key's range that is taken for one within it no reader could prove the page, ever.
    """
    header = made.batch.header
    device = known.get(header.dev)
    if made.chain or device is None or device.state == "known":
        return NOT_ACCEPTED
    signer = next(key for key in device.keys if key.key == made.key)
    return None if signer.may_sign(header.st, header.no) else "key-ended"


def _by_sent_chain(made: Prepared) -> bool:
    """Whether a key of the chain sent along signed it: the endpoint was restored and does not know that key."""
    header = made.batch.header
    if made.batch.pk is None:
        return False
    try:
        chain = read_chain(header.dev, made.batch.pk, auth.holds)
    except NotAChain:
        return False
    for key, _ in reversed(chain):
        if auth.holds(key, header.sig, made.digest):
            made.key, made.chain = key, chain
            return True
    return False
