"""The bytes of batches, and the two ways to prove a page, the first being the oracle of the second."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st_

from tests.sealing import STREAM, Device
from vpr_desktop.domain import batches
from vpr_desktop.domain.batches import Batch, Header, Line, NotABody, Numbers, digest, join, split


def always(_: Header) -> bool:
    return True


def verify_any(*devices: Device) -> batches.Verify:
    by_id = {device.id: device for device in devices}
    return lambda header, digested: header.dev in by_id and by_id[header.dev].verify(header, digested)


def page(devices: list[Device], count: int, seed: int) -> list[Batch]:
    choose = random.Random(seed)
    return [
        device.seal(*(device.op() for _ in range(choose.randint(1, 3)))) for device in choose.choices(devices, k=count)
    ]


def test_a_body_comes_back_as_it_went() -> None:
    device = Device()
    sent = [device.seal(device.op(), device.op()), device.seal(device.op())]
    assert split(join(sent)) == sent
    without = split(join(sent, carried=lambda line: line is not sent[0].lines[1]))
    assert without[0].lines == (sent[0].lines[0], Line(sent[0].lines[1].hash))
    assert digest(without[0].header, without[0].hashes) == digest(sent[0].header, sent[0].hashes)


def test_an_erased_line_leaves_digest_and_signature_as_they_were() -> None:
    device = Device()
    sent = device.seal(device.op(), device.op(), device.op())
    (erased,) = split(join([sent], carried=lambda _: False))
    assert all(line.raw is None for line in erased.lines)
    assert batches.prove_each([erased], device.verify, always) == [True]


def test_any_flipped_byte_of_a_body_is_found() -> None:
    device = Device()
    body = join([device.seal(device.op(), device.op()), device.seal(device.op())])
    for at in range(len(body)):
        altered = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        try:
            got = split(altered)
        except NotABody:
            continue
        assert got == split(body) or not all(batches.prove_each(got, device.verify, always)), at
        assert batches.prove_each(got, device.verify, always) == batches.prove_page(got, device.verify, always), at


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st_.integers(0, 10**6), st_.integers(1, 12))
def test_both_ways_to_prove_a_page_agree(seed: int, count: int) -> None:
    choose = random.Random(seed)
    devices = [Device(1), Device(2)]
    got = page(devices, count, seed)
    for _ in range(choose.randint(0, 2)):
        at = choose.randrange(len(got))
        header = got[at].header
        change = choose.choice(("sig", "prev", "line", "dev", "swap", "lose", "twice"))
        if change == "sig":
            got[at] = replace(got[at], header=replace(header, sig=choose.randbytes(64)))
        elif change == "prev":
            got[at] = replace(got[at], header=replace(header, prev=batches.b64(choose.randbytes(32))))
        elif change == "line":
            got[at] = replace(got[at], lines=(Line(choose.randbytes(32)), *got[at].lines[1:]))
        elif change == "dev":
            got[at] = replace(got[at], header=replace(header, dev=devices[0].id))
        elif change == "swap":
            got.insert(0, got.pop(at))
        elif change == "lose":
            got.pop(at)
        elif change == "twice":
            got.append(got[at])
        if not got:
            return
    banned = choose.choice((None, got[0].header.no))
    may_sign = (lambda header: header.no != banned) if choose.random() < 0.3 else always
    verify = verify_any(*devices)
    assert batches.prove_page(got, verify, may_sign) == batches.prove_each(got, verify, may_sign)


def test_a_page_of_one_device_needs_one_signature_checked() -> None:
    device, checked = Device(), []

    def verify(header: Header, digested: bytes) -> bool:
        checked.append(header.no)
        return device.verify(header, digested)

    assert all(batches.prove_page(page([device], 20, 3), verify, always))
    assert checked == [(1, 20)]


def test_a_device_cannot_vouch_for_a_batch_in_anothers_name() -> None:
    forger, other = Device(1), Device(2)
    forged = batches.seal(forger.new_id(), other.id, STREAM, (1, 1), "", [b"{}"], forger.private.sign)
    forger.prevs[STREAM] = batches.link(forged.header, digest(forged.header, forged.hashes))
    got = [forged, forger.seal(forger.op())]
    assert batches.prove_page(got, verify_any(forger, other), always) == [False, True]


def test_a_signature_altered_behind_a_proven_batch_is_found() -> None:
    """The link covers the signature: whoever keeps a batch can always hand it on with its own proof."""
    device = Device()
    first, second = device.seal(device.op()), device.seal(device.op())
    altered = replace(first, header=replace(first.header, sig=bytes(64)))
    assert batches.prove_page([altered, second], device.verify, always) == [False, True]


@pytest.mark.parametrize(
    "body",
    [
        b"x\n", b"{}\n", b"\n", b'{"v":1}', b"\xff\n", b'{"v":1,"n":1}\n', b"[]\n", b"[" * 3000 + b"\n",
        b'{"v":1,"n":' + b"9" * 4090 + b"}\n",
    ],
)  # fmt: skip
def test_what_is_no_body_is_refused(body: bytes) -> None:
    with pytest.raises(NotABody):
        split(body)


def test_a_body_that_ends_early_or_late_is_refused() -> None:
    device = Device()
    body = join([device.seal(device.op(), device.op())])
    for end in range(1, len(body)):
        with pytest.raises(NotABody):
            split(body[:end])
    with pytest.raises(NotABody):
        split(body + b'"not a hash"\n')


def test_lines_with_numbers_go_on_without_a_gap() -> None:
    device = Device()
    batch = replace(device.seal(*(device.op() for _ in range(5))), numbers=Numbers(8, ((1, 2), (4, 4))))
    (got,) = split(join([batch]), pulled=True)
    assert got.numbers == batch.numbers
    assert batches.numbered([got], 7) == [[None, 8, 9, None, 10]]
    with pytest.raises(NotABody):
        batches.numbered([got], 6)
    assert split(join([batch]), pulled=True) != [replace(batch, numbers=None)]
    with pytest.raises(NotABody):
        split(join([batch]))  # a push may not number its own lines


@pytest.mark.parametrize("spans", ["[[2,1]]", "[[0,0],[0,1]]", "[[0,9]]", "[]", "[[true,1]]", "7", "[[0]]"])
def test_numbers_that_say_nothing_are_refused(spans: str) -> None:
    device = Device()
    head, rest = join([device.seal(device.op(), device.op())]).split(b"\n", 1)
    with pytest.raises(NotABody):
        split(head + b'\n{"first":1,"stored":' + spans.encode() + b"}\n" + rest, pulled=True)


def test_a_body_of_nothing_holds_nothing() -> None:
    assert split(b"") == []


@pytest.mark.parametrize("text", ["", "1", "01.1", "1.0", "-1.1", "1.1.1", f"1.{2**53}", f"{2**53}.1"])
def test_what_is_no_batch_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a batch number"):
        batches.read_no(text)
    assert batches.read_no(f"0.{2**53 - 1}") == (0, 2**53 - 1)


def test_a_batch_of_more_ops_than_allowed_is_refused() -> None:
    device = Device()
    body = join([device.seal(device.op(), device.op())])
    assert len(split(body, most_ops=2)[0].lines) == 2
    with pytest.raises(NotABody, match="more ops than a batch may have"):
        split(body, most_ops=1)


@pytest.mark.parametrize("line", [b'"short"', b'"' + b"\xff" * 43 + b'"', b'"' + b"*" * 43 + b'"', b'"' + b"A" * 43])
def test_a_line_that_begins_as_a_hash_and_is_none_is_refused(line: bytes) -> None:
    device = Device()
    head, _, end = join([device.seal(device.op())]).split(b"\n")
    with pytest.raises(NotABody, match="neither an op nor a hash"):
        split(b"\n".join((head, line, end)))
