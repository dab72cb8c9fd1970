"""A page proves itself or nothing of it is taken: every way of lying about numbers, content, author or chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.sealing import STREAM, Device
from vpr_desktop.domain import batches
from vpr_desktop.domain.batches import b64, stream_chain_start
from vpr_desktop.domain.device_keys import key_message, read_chain
from vpr_desktop.domain.ops import chain_next
from vpr_desktop.storage.device import is_signed
from vpr_desktop.storage.streams import Place
from vpr_desktop.sync import protocol
from vpr_desktop.sync.page import KeyBook, NotProven, prove
from vpr_desktop.sync.protocol import KnownDevice, KnownKey, PageHead

START = Place(0, "e1", stream_chain_start(STREAM).hex())


def told(pc: Device, **changes: object) -> KnownDevice:
    values = {"key": b64(pc.public), "by": None, "sig": "", "open": True, "above": {}, "last": {}} | changes
    return KnownDevice(pc.id, "active", [KnownKey(**values)])  # type: ignore[arg-type]


def sealed(pc: Device, how_many: int = 3) -> list[batches.Batch]:
    return [pc.seal(pc.op(), pc.op()) for _ in range(how_many)]


def body(page: list[batches.Batch], **changes: object) -> bytes:
    link = stream_chain_start(STREAM)
    hashes = [line.hash for batch in page for line in batch.lines]
    for hashed in hashes:
        link = chain_next(link, hashed)
    values = {"epoch": "e1", "head": len(hashes), "last": len(hashes), "chain": b64(link)} | changes
    return protocol.encode(PageHead(**values)) + b"\n" + batches.join(page)  # type: ignore[arg-type]


def test_a_true_page_holds_with_the_chain_after_each_line() -> None:
    pc = Device()
    page = sealed(pc)
    proven = prove(body(page), STREAM, START, KeyBook([told(pc)]))
    assert [line.seq for line in proven.lines] == [1, 2, 3, 4, 5, 6]
    assert b64(bytes.fromhex(proven.chains[-1])) == proven.head.chain
    assert len(set(proven.chains)) == 6


def test_a_key_that_begins_below_a_first_batch_proves_it() -> None:
    pc = Device()
    assert prove(body(sealed(pc)), STREAM, START, KeyBook([told(pc, above={STREAM: "1.0"})])).lines


LIES: dict[str, tuple[Callable[[list[batches.Batch]], bytes], str]] = {
    "another epoch": (lambda page: body(page, epoch="e2"), "chain-differs"),
    "another chain": (lambda page: body(page, chain=b64(b"x" * 32)), "chain-differs"),
    "a number too many": (lambda page: body(page, last=7, head=7), "page-numbers"),
    "behind its own head": (lambda page: body(page, head=5), "page-numbers"),
    "nothing, where there is more": (lambda _: body([], head=5, last=0), "page-numbers"),
    "a batch left out": (lambda page: body(page[1:], head=6, last=6), "page-numbers"),
    "an op left out": (lambda page: body(page)[:-100], "page-unreadable"),
    "no page": (lambda _: b"<html>", "page-unreadable"),
    "batches in another order": (
        lambda page: body([page[1], page[0], page[2]], chain=_chain(body(page))), "chain-differs"),
    "one letter changed": (lambda page: body(page).replace(b"entry 3", b"entry 4"), "batch-signature"),
    "another signature": (
        lambda page: body([replace(page[0], header=replace(page[0].header, sig=b"s" * 64)), *page[1:]]),
        "batch-signature"),
    "another PC's name on it": (
        lambda page: body([replace(page[2], header=replace(page[2].header, dev=Device(2).id))]), "key-unknown"),
    "another ward": (
        lambda page: body([replace(page[0], header=replace(page[0].header, st=Device(2).id))]),
        "page-of-another-ward"),
}  # fmt: skip


def _chain(whole: bytes) -> str:
    return protocol.split_page(whole)[0].chain


@pytest.mark.parametrize("lie", LIES)
def test_I7_I14_a_lie_is_seen(lie: str) -> None:
    make, kind = LIES[lie]
    pc = Device()
    with pytest.raises(NotProven) as raised:
        prove(make(sealed(pc)), STREAM, START, KeyBook([told(pc)]))
    assert raised.value.kind == kind


def test_a_key_that_does_not_prove_itself_or_had_ended_proves_nothing() -> None:
    pc, other = Device(), Device(2)
    page = body(sealed(pc))
    for book in (
        KeyBook([]),
        KeyBook([told(pc, key=b64(other.public))]),
        KeyBook([told(pc, key="x" * 43)]),
        KeyBook([told(pc, by=0, sig=b64(b"s" * 64))]),
        KeyBook([told(pc, open=False, last={STREAM: "1.2"})]),
        KeyBook([told(pc, open=False, last={STREAM: "1.0"})]),
    ):
        with pytest.raises(NotProven) as raised:
            prove(page, STREAM, START, book)
        assert raised.value.kind == "key-unknown"


def test_a_device_not_told_of_any_more_is_kept_for_what_it_wrote() -> None:
    pc, other = Device(), Device(2)
    kept = KeyBook([told(other)]).with_older([told(pc), told(other)])
    assert {device.dev for device in kept} == {pc.id, other.id}
    (mine,), (theirs,), (nobodys,) = sealed(pc, 1), sealed(other, 1), sealed(Device(3), 1)
    for batch, key in ((mine, pc.public), (theirs, other.public)):
        assert KeyBook(kept).chain(batch.header, batches.digest(batch.header, batch.hashes)) == [b64(key)]
    assert KeyBook(kept).chain(nobodys.header, batches.digest(nobodys.header, nobodys.hashes)) is None


def next_key(pc: Device, by: int, seed: int, signer: Ed25519PrivateKey) -> tuple[Ed25519PrivateKey, KnownKey]:
    new = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    public = new.public_key().public_bytes_raw()
    return new, KnownKey(b64(public), by, b64(signer.sign(key_message(pc.id, public))), False, {}, {STREAM: "9.9"})


def test_each_batch_of_a_device_with_two_second_keys_goes_with_those_that_prove_it() -> None:
    """A PC that was put back to before it changed its key, and changed it again; the endpoint knows of one change."""
    pc = Device()
    (first,) = told(pc).keys
    one, second = next_key(pc, 0, 31, pc.private)
    _, third = next_key(pc, 1, 32, one)
    other, fork = next_key(pc, 0, 33, pc.private)
    stranger = KnownKey(b64(bytes(32)), 0, b64(bytes(64)), True, {}, {})
    held = KnownDevice(pc.id, "active", [first, stranger, second, msgspec.structs.replace(third, by=2)])
    (kept,) = KeyBook([KnownDevice(pc.id, "active", [first, fork])]).with_older([held])
    assert [key.key for key in kept.keys] == [first.key, fork.key, second.key, third.key]
    book = KeyBook([kept])
    assert len(book.keys[pc.id]) == 4
    for signer, key in ((one, second), (other, fork)):
        pc.private = signer
        (batch,) = sealed(pc, 1)
        digested = batches.digest(batch.header, batch.hashes)
        assert book.verify(batch.header, digested)
        chain = book.chain(batch.header, digested)
        assert chain == [first.key, [key.key, key.sig]]
        assert len(read_chain(pc.id, chain, is_signed)) == 2
