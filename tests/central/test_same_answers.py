"""I31: the same history gives the same answers on SQLite and on PostgreSQL, byte for byte but for the epoch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.central.conftest import Central, fill
from tests.central.pc import Pc
from tests.central.postgres_server import PostgresServer
from tests.sealing import STREAM
from vpr_desktop.central import admin
from vpr_desktop.central.database import Database
from vpr_desktop.domain.batches import b64, join
from vpr_desktop.domain.identity import stream_id
from vpr_desktop.domain.ops import canonical, op_hash


def history(central: Central) -> list[tuple[int, str]]:
    """Every kind of thing a PC can send, and what it was answered."""
    said: list[tuple[int, str]] = []
    ((epoch,),) = central.rows("SELECT DISTINCT epoch FROM stream")

    def told(got: Any) -> None:
        text = got.content.decode().replace(str(epoch), "epoch")
        if got.headers["content-type"].startswith("application/problem"):
            text = json.dumps({**json.loads(text), "instance": ""}, sort_keys=True)
        said.append((got.status_code, text))

    one, other = central.pc(1), central.pc(2, "CED", "BIR")
    person = {"user_id": "p.practice", "role": "vpr_lead", "active": True}
    user = one.op(et="user", set=person)
    first = [user, one.op(), one.op(set={"effect": "NEWER"}), one.op(sch=9), one.op(set={"description": "Cafe\u0301"})]
    sealed = one.seal(*first, b'{"not":"an op"}')
    told(one.push_raw(join([sealed]), sealed.header.id))
    told(one.push_raw(join([sealed]), sealed.header.id))
    told(one.push_raw(join([sealed])[:-9], sealed.header.id))
    same_id = one.op(op=first[1]["op"])
    acts = {"op": first[1]["op"], "h": b64(op_hash(canonical(first[1]))), "f": ["location_detail"], "role": "vpr_lead",
            "ground": "Retention ended", "on": "2026-11-25"}  # fmt: skip
    eraser = one.op(ei=first[1]["ei"], set={}, er=acts)
    never = one.op(ei=one.new_id(), set={}, er={**acts, "op": one.new_id()})
    for made in (one.seal(same_id), one.seal(eraser, never), one.seal(one.op(by="n.obody", et="ward", set={}))):
        told(one.push_raw(join([made]), made.header.id))
    halves = other.seal(*(other.op() for _ in range(4)))
    told(other.push_raw(join([halves], lambda line: line in halves.lines[:2]), halves.header.id))
    told(other.call("POST", f"/v1/streams/{STREAM}/have", json.dumps({"batches": [halves.header.id]}).encode()))
    told(other.push_raw(join([halves]), halves.header.id))
    birch = stream_id("RX1", "BIR")
    for st, body in (
        (birch, halves),
        (birch, other.seal(other.op(st=birch), st=birch)),
        (STREAM, one.seal(other.op())),
    ):
        told(other.push_raw(join([body]), body.header.id, st))
    told(one.push_raw(join([one.seal(one.op(st=birch), st=birch)]), "x", birch))
    for path in ("/v1/heads", "/v1/keys", f"/v1/streams/{birch}/ops", f"/v1/streams/{STREAM}/ops?after=99",
                 f"/v1/streams/{STREAM}/ops?after=x"):  # fmt: skip
        told(one.call("GET", path))
    for after in range(8):
        told(other.call("GET", f"/v1/streams/{STREAM}/ops?after={after}&limit=2"))
    admin.end_scope(central.admin, other.id, "CED")
    late = other.seal(other.op())
    told(other.push_raw(join([late]), late.header.id))
    told(other.call("GET", f"/v1/streams/{STREAM}/ops"))
    admin.revoke(central.admin, one.id)
    told(one.call("GET", "/v1/heads"))
    told(Pc(central.address, 9).call("GET", "/v1/heads"))
    return said


def test_I31_both_databases_give_the_same_answers_to_the_same_history(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    told = []
    for url in (f"sqlite:///{tmp_path / 'c.db'}", postgres_server.url(postgres_server.new_database())):
        database = Database(url)
        fill(database)
        database.close()
        central = Central(url)
        told.append(history(central))
        central.stop()
    assert len(told[0]) > 25
    assert {status for status, _ in told[0]} >= {200, 400, 401, 403}
    for mine, theirs in zip(*told, strict=True):
        assert mine == theirs
