"""The messages of the wire refuse what they do not allow; every refusal has its text."""

from __future__ import annotations

import pytest

from tests.sealing import STREAM, Device
from vpr_desktop.domain import batches
from vpr_desktop.sync import protocol


def test_messages_come_back_as_they_went() -> None:
    messages = [
        protocol.PageHead("e1", 5, 5, "A" * 43),
        protocol.Heads(1, [protocol.Head(STREAM, "e1", 5, "A" * 43)], "B", protocol.Anchor(4, 9, "A" * 43)),
        protocol.PushAnswer([protocol.BatchAnswer(STREAM, ops=[[1, "stored"]])], 1, "A" * 43, "e1"),
        protocol.Have([STREAM]),
    ]
    for message in messages:
        assert protocol.decode(protocol.encode(message), type(message)) == message


@pytest.mark.parametrize(
    "data",
    [
        b"", b"null", b"[]", b"{}", b'{"batches":["x"]}', b'{"batches":[1]}',
        b'{"batches":' + b"[" * 100_000, b'{"batches":[]}x', b"\xff", b'{"batches":[]}\xef\xbb\xbf',
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(protocol.NotAMessage):
        protocol.decode(data, protocol.Have)


def test_a_page_is_its_first_line_and_batches() -> None:
    device = Device()
    sent = [device.seal(device.op())]
    head = protocol.PageHead("e1", 1, 1, "A" * 43)
    assert protocol.split_page(protocol.encode(head) + b"\n" + batches.join(sent)) == (head, sent)


def test_I32_every_refusal_has_a_status_and_a_sentence() -> None:
    for kind, refusal in protocol.REFUSALS.items():
        made = protocol.problem(kind)
        assert made.status == refusal.status
        assert 400 <= made.status < 504
        assert made.title[0].isupper()
        assert len(made.title) > 10
