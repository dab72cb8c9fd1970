"""A PC is withdrawn while an entry of its is on its way: it is in time or it is not, and every reader can tell which.

A batch that is stored beyond the last number of its key can be proven by nobody: its ward would never be read again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.central.test_access import kind
from tests.sealing import STREAM
from vpr_desktop.central import admin, prepare, push
from vpr_desktop.central.routes import Calls
from vpr_desktop.domain.batches import Batch, join
from vpr_desktop.sync import protocol
from vpr_desktop.sync.page import KeyBook


def is_readable(reader: Pc) -> bool:
    """Whether a PC of the ward that fetches page and keys now may take what is in the page."""
    _, page = reader.page()
    book = KeyBook(protocol.decode(reader.call("GET", "/v1/keys").content, protocol.Keys).devices)
    return all(book.may_sign(batch.header) for batch in page)


def pushing(pc: Pc, sealed: Batch, said: list[Any]) -> threading.Thread:
    return started(lambda: said.append(pc.push_raw(join([sealed]), sealed.header.id)))


def started(work: Any) -> threading.Thread:
    made = threading.Thread(target=work)
    made.start()
    return made


@contextmanager
def ward_locked(central: Central) -> Iterator[None]:
    """Whatever is sent to the ward waits, or to any on SQLite."""
    with central.admin.write() as session:
        session.one("SELECT n FROM stream WHERE id = :id" + session.for_update, id=STREAM)
        yield


@pytest.fixture
def reader(central: Central) -> Iterator[Pc]:
    made = central.pc(2)
    yield made
    made.http.close()


@pytest.mark.parametrize("brought_by", ["itself", "another"])
def test_I29_withdrawn_while_its_entry_is_being_stored(
    central: Central, pc: Pc, reader: Pc, brought_by: str, monkeypatch: Any
) -> None:
    pc.push(pc.seal(pc.op()))
    sealed, begun, take = pc.seal(pc.op()), threading.Event(), push.Push.take

    def slowly(one: Any, made: Any) -> Any:
        begun.set()
        time.sleep(0.5)
        return take(one, made)

    monkeypatch.setattr(push.Push, "take", slowly)
    said: list[Any] = []
    sending = pushing(pc if brought_by == "itself" else reader, sealed, said)
    assert begun.wait(10)
    admin.revoke(central.admin, pc.id)
    sending.join(10)
    assert said[0].json()["head"] == 2
    assert is_readable(reader)


@pytest.mark.parametrize("brought_by", ["itself", "another"])
def test_I29_withdrawn_between_the_look_at_its_keys_and_the_storing(
    central: Central, pc: Pc, reader: Pc, brought_by: str, monkeypatch: Any
) -> None:
    pc.push(pc.seal(pc.op()))
    sealed, check = pc.seal(pc.op()), prepare.prepare

    def then_withdrawn(*asked: Any) -> Any:
        made = check(*asked)
        admin.revoke(central.admin, pc.id)
        return made

    monkeypatch.setattr(prepare, "prepare", then_withdrawn)
    if brought_by == "itself":
        assert kind(pc.push_raw(join([sealed]), sealed.header.id)) == "device-revoked"
    else:
        assert reader.push(sealed) == [[(2, "stored", "key-ended")]]
    assert is_readable(reader)


@pytest.mark.parametrize("brought_by", ["itself", "another"])
def test_I29_withdrawn_while_its_entry_waits_for_the_ward(
    central: Central, pc: Pc, reader: Pc, brought_by: str
) -> None:
    pc.push(pc.seal(pc.op()))
    said: list[Any] = []
    with ward_locked(central):
        sending = pushing(pc if brought_by == "itself" else reader, pc.seal(pc.op()), said)
        time.sleep(0.4)
        withdrawing = started(lambda: admin.revoke(central.admin, pc.id))
        time.sleep(0.2)
    for one in (sending, withdrawing):
        one.join(10)
    assert said[0].status_code in ((200, 401) if brought_by == "itself" else (200,)), said[0].text
    assert is_readable(reader)


def test_I29_withdrawn_between_the_look_at_its_key_and_the_change_of_it(
    central: Central, pc: Pc, monkeypatch: Any
) -> None:
    admit = Calls._caller

    def then_withdrawn(*asked: Any) -> Any:
        caller = admit(*asked)
        admin.revoke(central.admin, pc.id)
        return caller

    monkeypatch.setattr(Calls, "_caller", then_withdrawn)
    assert kind(pc.rotate(7)) == "device-revoked"
    monkeypatch.undo()
    assert central.rows("SELECT n, state FROM device_key") == [(1, "revoked")]
    assert pc.call("GET", "/v1/heads").status_code == 401
