"""Keys that prove themselves, and the numbers each may sign."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sealing import Device, check_signature
from vpr_desktop.domain.batches import b64
from vpr_desktop.domain.device_keys import DeviceKey, NotAChain, fingerprint, key_message, keys_for, read_chain
from vpr_desktop.domain.fingerprint_words import WORDS


def chain_of(device: Device, after: Device) -> list[Any]:
    return [b64(device.public), [b64(after.public), b64(device.private.sign(key_message(device.id, after.public)))]]


def test_a_chain_gives_its_keys_in_order() -> None:
    device, after = Device(1), Device(2)
    assert [key for key, _ in read_chain(device.id, chain_of(device, after), check_signature)] == [
        device.public,
        after.public,
    ]


def test_a_chain_of_another_device_or_with_a_bad_link_is_refused() -> None:
    device, after = Device(1), Device(2)
    good = chain_of(device, after)
    bad: list[Any] = [
        [], "x", None, {}, good[1:], [good[0], [good[1][0], b64(bytes(64))]], [good[0], good[1], good[1]],
        [good[0]] * 21, [1], [good[0], "x"], [good[0], [1, 2]], [good[0] + "="], ["\u20ac" * 43],
    ]  # fmt: skip
    for chain in bad:
        with pytest.raises(NotAChain):
            read_chain(device.id, chain, check_signature)
    with pytest.raises(NotAChain):
        read_chain(after.id, good, check_signature)


def test_a_key_signs_up_to_its_last_number_and_the_next_from_there() -> None:
    old = DeviceKey(b"old", last={"s": (1, 7)}, open=False)
    new = DeviceKey(b"new", above={"s": (1, 7)})
    assert keys_for([old, new], "s", (1, 7)) == [b"old"]
    assert keys_for([old, new], "s", (1, 8)) == [b"new"]
    assert keys_for([old, new], "s", (9, 1)) == [b"new"]
    assert keys_for([old, new], "other", (1, 1)) == [b"new"]


def test_a_fingerprint_is_six_words_of_256() -> None:
    assert len(set(WORDS)) == len(WORDS) == 256
    words = fingerprint(b"k" * 32).split()
    assert len(words) == 6
    assert set(words) <= set(WORDS)
    assert fingerprint(b"k" * 32) != fingerprint(b"l" * 32)
