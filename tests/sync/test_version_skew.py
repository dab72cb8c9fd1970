"""PC and endpoint of different versions: answers and requests with more or less in them than this version knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.central.conftest import fresh
from tests.conftest import FAST
from tests.factories import first_run, logged
from tests.fakes import FakeClock
from tests.sync.test_endpoint_kills import Process
from tests.sync.test_two_pcs import rows, same, synced
from vpr_desktop import bootstrap
from vpr_desktop.central import admin, serve
from vpr_desktop.central.database import Database
from vpr_desktop.domain.batches import stream_chain_start
from vpr_desktop.services import sessions
from vpr_desktop.services.context import Context
from vpr_desktop.sync import protocol

MAPS = ("above", "last")  # by identity, not by name of a field
MORE = {"said": ["by", {"a": "newer version"}]}
Edit = Callable[[str, str, Any], Any]


def grown(_method: str, _path: str, told: Any) -> Any:
    """A newer version says more, everywhere, and counts its version on."""
    if isinstance(told, list):
        return [grown("", "", one) for one in told]
    if not isinstance(told, dict):
        return told
    made = {name: value if name in MAPS else grown("", "", value) for name, value in told.items()}
    return {**made, **({"v": 2} if "v" in made else {}), "newer": MORE}


def looked_at(method: str, path: str, told: Any) -> Any:
    """A newer version has reasons to look at an entry of which nobody here has heard."""
    if method != "POST" or not path.endswith("/ops"):
        return told
    why = {"type": "from-the-future", "title": "Something new", "status": 422}
    for one in told["r"]:
        if one.get("first") is not None:
            first, stored = one.pop("first"), one.pop("stored")
            one["ops"] = [[first + n, "stored", why] for n in range(stored)]
    return told


def refusing(method: str, path: str, told: Any) -> Any:
    """A newer version refuses for a reason of which nobody here has heard."""
    if method == "POST" and path.endswith("/ops"):
        return {"type": "from-the-future", "title": "Something new", "status": 422, "more": MORE}
    return told


def edited(edit: Edit) -> Callable[[Any], Any]:
    """An application whose answers are another version's. Batches are as they were sealed."""

    def around(app: Any) -> Any:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            start: dict[str, Any] = {}
            body = bytearray()

            async def caught(message: Any) -> None:
                if message["type"] == "http.response.start":
                    start.update(message)
                    return
                body.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                first, *rest = bytes(body).split(b"\n")
                if first:
                    told = edit(scope["method"], scope["path"], json.loads(first))
                    if told.get("status", 200) >= 400 and start["status"] == 200:
                        start["status"] = told["status"]
                        start["headers"] = [(b"content-type", protocol.PROBLEM.encode())]
                    first = json.dumps(told).encode()
                made = b"\n".join([first, *rest])
                kept = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
                await send({**start, "headers": [*kept, (b"content-length", b"%d" % len(made))]})
                await send({"type": "http.response.body", "body": made})

            await app(scope, receive, caught)

        return answer

    return around


class Ward:
    """Two PCs, and endpoints of several versions on one address, one after another."""

    def __init__(self, database: Database, tmp: Path, clock: FakeClock) -> None:
        self.database, self.clock, self.tmp = database, clock, tmp
        self.listening = serve.listen("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.pcs: list[Context] = []
        self.process: Process | None = None

    def serve(self, edit: Edit | None = None) -> None:
        if self.process is not None:
            assert not self.process.ended()
        self.process = Process(self.database.url, self.listening, around=edited(edit) if edit else lambda app: app)

    def join(self) -> Context:
        pc, _ = sessions.first_run(self.tmp / f"pc{len(self.pcs)}", first_run(), self.clock, FAST)
        self.pcs.append(pc)
        bootstrap.enrol(pc, self.address, admin.add_code(self.database, ("CED",), "RX1")["code"])
        return pc

    def stop(self) -> None:
        assert self.process is not None
        assert not self.process.ended()
        self.listening.close()
        for pc in self.pcs:
            pc.store.close()
            pc.secrets.lock.release()


@pytest.fixture(params=["sqlite", "postgresql"])
def ward(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Ward]:
    with fresh(request, tmp_path) as database:
        made = Ward(database, tmp_path, clock)
        yield made
        made.stop()


def test_a_pc_understands_a_newer_endpoint(ward: Ward) -> None:
    ward.serve(grown)
    one, other = ward.join(), ward.join()
    logged(one)
    logged(other)
    synced(one, other, one)
    same(one, other)


@pytest.mark.parametrize("edit", [looked_at, refusing])
def test_a_reason_nobody_here_knows_loses_nothing(ward: Ward, edit: Edit) -> None:
    ward.serve()
    one, other = ward.join(), ward.join()
    synced(one, other, one)
    logged(one)
    ward.serve(edit)
    ward.clock.forward(minutes=3)
    got = bootstrap.sync(one)
    assert (got.needs_review > 0, got.waiting > 0) == ((True, False) if edit is looked_at else (False, True))
    ward.serve()
    synced(one, other, one)
    same(one, other)
    assert rows(one, "SELECT count(*) FROM op WHERE seq IS NULL") == [(0,)]


def test_an_endpoint_understands_a_newer_pc(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it asks says more than this version knows; also after the endpoint lost everything, where it asks most."""
    ward.serve()
    encode = protocol.encode
    asked: list[str] = []

    def more(message: Any) -> bytes:
        made = encode(message)
        if not isinstance(message, (protocol.Have, protocol.Enrol)):
            return made
        asked.append(type(message).__name__)
        return json.dumps(grown("", "", json.loads(made))).encode()

    monkeypatch.setattr(protocol, "encode", more)
    one, other = ward.join(), ward.join()
    logged(one)
    synced(one, other, one)
    with ward.database.write() as session:
        for table in ("access_log", "op", "batch", "user_"):
            session.run(f"DELETE FROM {table}")
        start = stream_chain_start(one.ward_id)
        session.run(
            "UPDATE stream SET head = 0, chain = :c, epoch = 'restored' WHERE id = :id", c=start, id=one.ward_id
        )
    synced(one, other, one)
    same(one, other)
    assert {"Have", "Enrol"} <= set(asked)
