"""Proves a pulled page before anything of it is stored: numbers, hashes, who sealed each batch, and the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from vpr_desktop.domain import batches
from vpr_desktop.domain.batches import Batch, Header, NotABody, b64, read_no, unb64
from vpr_desktop.domain.device_keys import DeviceKey, key_message, keys_for
from vpr_desktop.domain.identity import device_id
from vpr_desktop.domain.ops import chain_next
from vpr_desktop.storage.device import is_signed
from vpr_desktop.storage.inbox import Arrived, arrivals
from vpr_desktop.storage.streams import Place
from vpr_desktop.sync import protocol
from vpr_desktop.sync.protocol import KnownDevice, NotAMessage, PageHead


class NotProven(Exception):
    """A page that does not prove itself. `kind` is a short code for log and engine."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Proven:
    """A page that holds: its first line, its lines with numbers, and the chain after each of these lines."""

    head: PageHead
    lines: tuple[Arrived, ...]
    chains: tuple[str, ...]


class KeyBook:
    """The devices a reader knows. A key that is not proven by the device's first one is not taken."""

    def __init__(self, devices: Sequence[KnownDevice]) -> None:
        self.told = {device.dev: device for device in devices}
        self.keys = {device.dev: _proven_keys(device) for device in devices}

    def may_sign(self, header: Header) -> bool:
        """Whether a known key may have signed the batch of this number."""
        return any(key.may_sign(header.st, header.no) for key in self.keys.get(header.dev, ()))

    def verify(self, header: Header, digested: bytes) -> bool:
        """Whether a key that may sign this number did sign."""
        keys = keys_for(self.keys.get(header.dev, ()), header.st, header.no)
        return any(is_signed(key, header.sig, digested) for key in keys)

    def chain(self, header: Header, digested: bytes) -> list[object] | None:
        """The keys that go along when a batch is offered: from its device's first to the one that signed it.

        A device that was put back from a backup may have two keys that the same one signed.
        """
        proven = {b64(key.key) for key in self.keys.get(header.dev, ()) if is_signed(key.key, header.sig, digested)}
        if not proven:
            return None
        told = self.told[header.dev].keys  # each proven key was signed by a proven one before it in this list
        place = next(n for n, one in enumerate(told) if one.key in proven)
        chain: list[object] = []
        while (by := told[place].by) is not None:
            chain.insert(0, [told[place].key, told[place].sig])
            place = by
        return [told[place].key, *chain]

    def with_older(self, held: Sequence[KnownDevice]) -> list[KnownDevice]:
        """These devices with their keys, and those held that are not told of any more: the endpoint was restored."""
        kept = {device.dev: device for device in held}
        for dev, device in self.told.items():
            kept[dev] = _with_older_keys(device, kept[dev]) if dev in kept else device
        return list(kept.values())


def _with_older_keys(told: KnownDevice, held: KnownDevice) -> KnownDevice:
    """The keys that are told, and those held that are proven and not told of."""
    keys = list(told.keys)
    place = {one.key: n for n, one in enumerate(keys)}
    proven = {b64(key.key) for key in _proven_keys(held)}
    for one in held.keys:
        if one.key in proven and one.key not in place:
            place[one.key] = len(keys)
            keys.append(replace(one, by=None if one.by is None else place[held.keys[one.by].key]))
    return replace(told, keys=keys)


def _proven_keys(device: KnownDevice) -> list[DeviceKey]:
    proven: dict[int, bytes] = {}
    made = []
    for place, told in enumerate(device.keys):
        try:
            key = unb64(told.key, 32)
            if told.by is None:
                holds = device_id(key) == device.dev
            else:
                signer = proven.get(told.by)
                holds = signer is not None and is_signed(signer, unb64(told.sig, 64), key_message(device.dev, key))
            above = {st: read_no(no, least=0) for st, no in told.above.items()}
            last = {st: read_no(no) for st, no in told.last.items()}
        except ValueError:
            continue
        if holds:
            proven[place] = key
            made.append(DeviceKey(key, above, last, told.open))
    return made


def prove(body: bytes, st: str, place: Place, book: KeyBook) -> Proven:
    """The page in some bytes. Raises NotProven, and then nothing of it may be stored."""
    try:
        head, page = protocol.split_page(body)
        lines = tuple(arrivals(page, place.cursor))
    except (NotAMessage, NotABody) as error:
        raise NotProven("page-unreadable") from error
    if place.epoch and head.epoch != place.epoch:
        raise NotProven("chain-differs")
    last = max((line.seq or 0 for line in lines), default=place.cursor)
    if last != head.last or last > head.head or (last == place.cursor and head.head > last):
        raise NotProven("page-numbers")
    if any(batch.header.st != st for batch in page):
        raise NotProven("page-of-another-ward")
    _prove_batches(page, book)
    chains = []
    link = bytes.fromhex(place.chain)
    for line in lines:
        link = chain_next(link, line.hash) if line.seq is not None else link
        chains.append(link.hex())
    if last == head.head and b64(link) != head.chain:
        raise NotProven("chain-differs")
    return Proven(head, lines, tuple(chains))


def _prove_batches(page: Sequence[Batch], book: KeyBook) -> None:
    if any(batch.header.dev not in book.keys or not book.may_sign(batch.header) for batch in page):
        raise NotProven("key-unknown")
    if not all(batches.prove_page(page, book.verify, book.may_sign)):
        raise NotProven("batch-signature")
