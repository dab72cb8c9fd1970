"""I31: the same history gives the same answers on SQLite and on PostgreSQL, byte for byte but for epoch and clock."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from tests.central.conftest import Central, fill
from tests.central.pc import Pc
from tests.central.postgres_server import PostgresServer
from tests.central.test_hostile_content import ODD, hostile
from tests.central.test_people_and_erasing import person
from tests.sealing import STREAM
from vpr_desktop.central import admin
from vpr_desktop.central.database import Database
from vpr_desktop.domain.batches import Batch, b64, join
from vpr_desktop.domain.identity import stream_id
from vpr_desktop.domain.ops import canonical, op_hash

BIRCH = stream_id("RX1", "BIR")
ANCHOR = {"n": 1, "audit": 2, "hash": "A" * 43}


@dataclass
class Told:
    """What PCs and the administrator were answered, in order."""

    central: Central
    said: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        ((self.epoch,),) = self.central.rows("SELECT DISTINCT epoch FROM stream")

    def __call__(self, got: Any) -> None:
        text = re.sub(r'"at":\d{10}\b', '"at":0', got.content.decode().replace(str(self.epoch), "epoch"))
        if got.headers.get("content-type", "").startswith("application/problem"):
            text = json.dumps({**json.loads(text), "instance": ""}, sort_keys=True)
        self.said.append((got.status_code, text))

    def join(self, seed: int, *wards: str) -> Pc:
        made = Pc(self.central.address, seed)
        self(made.enrol(admin.add_code(self.central.admin, wards, "RX1")["code"]))
        return made

    def push(self, pc: Pc, *sealed: Batch, st: str = STREAM) -> None:
        self(pc.push_raw(join(sealed), sealed[0].header.id, st))

    def have(self, pc: Pc, *batches: str) -> None:
        self(pc.call("POST", f"/v1/streams/{STREAM}/have", json.dumps({"batches": batches}).encode()))


def everyday(told: Told, one: Pc, other: Pc) -> None:
    """Persons, entries of every sort, erasing, and batches that come in parts."""
    user = one.op(et="user", set={"user_id": "p.practice", "role": "vpr_lead", "active": True})
    first = [user, one.op(), one.op(set={"effect": "NEWER"}), one.op(sch=9), one.op(set={"description": "Cafe\u0301"})]
    sealed = one.seal(*first, b'{"not":"an op"}')
    told.push(one, sealed)
    told.push(one, sealed)
    told(one.push_raw(join([sealed])[:-9], sealed.header.id))
    same_id = one.op(op=first[1]["op"])
    acts = {"op": first[1]["op"], "h": b64(op_hash(canonical(first[1]))), "f": ["location_detail"], "role": "vpr_lead",
            "ground": "Retention ended", "on": "2026-11-25"}  # fmt: skip
    eraser = one.op(ei=first[1]["ei"], set={}, er=acts)
    late = one.op()
    never = one.op(ei=late["ei"], set={}, er={**acts, "op": late["op"], "h": b64(op_hash(canonical(late)))})
    for made in (one.seal(same_id), one.seal(eraser, never), one.seal(one.op(by="n.obody", et="ward", set={}))):
        told.push(one, made)
    told.push(one, one.seal(late))
    halves = other.seal(*(other.op() for _ in range(4)))
    told(other.push_raw(join([halves], lambda line: line in halves.lines[:2]), halves.header.id))
    told.have(other, halves.header.id, sealed.header.id)
    told.push(other, halves)
    for st, made in (
        (BIRCH, halves), (BIRCH, other.seal(other.op(st=BIRCH), st=BIRCH)), (STREAM, one.seal(other.op())),
    ):  # fmt: skip
        told.push(other, made, st=st)
    told(one.push_raw(join([one.seal(one.op(st=BIRCH), st=BIRCH)]), "x", BIRCH))


def oddities(told: Told, one: Pc) -> None:
    """Entries with something odd in every place, a PC nobody let in, a copied file, another key."""
    target = one.op()
    told.push(one, one.seal(target, person(one, "ig.practice", "vpr_lead")))
    for odd in ODD:
        told.push(one, *(one.seal(op) for op in hostile(one, target, odd).values()))
    lost = Pc(told.central.address, 77)
    lost.next_key(70)
    brought = replace(lost.seal(lost.op(by="p.practice")), pk=lost.chain)
    told.push(one, brought)
    told.push(one, replace(one.restored(1).seal(one.op()), an=ANCHOR))
    told.have(one, brought.header.id, one.new_id())
    told(one.rotate(7))
    told.push(one, one.seal(one.op()))


def readings(told: Told, one: Pc, other: Pc) -> None:
    for pc in (one, other):
        for path in ("/v1/heads", "/v1/keys", f"/v1/streams/{BIRCH}/ops", f"/v1/streams/{STREAM}/ops?after=9999",
                     f"/v1/streams/{STREAM}/ops?after=x"):  # fmt: skip
            told(pc.call("GET", path))
    tag = one.call("GET", "/v1/heads").headers["ETag"]
    told(one.call("GET", "/v1/heads", headers={"If-None-Match": tag}))
    head = other.heads()[STREAM]["head"]
    for after in (*range(12), head - 2, head):
        told(other.call("GET", f"/v1/streams/{STREAM}/ops?after={after}&limit=2"))
    told(other.call("GET", f"/v1/streams/{STREAM}/ops?after=0"))


def endings(told: Told, one: Pc, other: Pc) -> None:
    """A ward taken away, a PC withdrawn, one not known, and what is left for a person to look at."""
    admin.end_scope(told.central.admin, other.id, "CED")
    told.push(other, other.seal(other.op()))
    told(other.call("GET", f"/v1/streams/{STREAM}/ops"))
    told(other.call("GET", "/v1/heads"))
    admin.revoke(told.central.admin, one.id)
    told(one.call("GET", "/v1/heads"))
    told(Pc(told.central.address, 9).call("GET", "/v1/heads"))
    told(Pc(told.central.address, 9).enrol("0" * 10))
    marks = admin.review(told.central.admin)
    for mark in (*marks["review"], *marks["alarms"], *marks["quarantine"]):
        told.said.append((0, json.dumps({name: mark[name] for name in mark if name not in ("n", "at")})))


def history(central: Central) -> list[tuple[int, str]]:
    """Every kind of thing a PC can send, and what it was answered."""
    told = Told(central)
    one, other = told.join(1, "CED"), told.join(2, "CED", "BIR", "\u00c5KE")
    everyday(told, one, other)
    oddities(told, one)
    readings(told, one, other)
    endings(told, one, other)
    return told.said


def in_english(server: PostgresServer) -> str:
    """A database that sorts letters as English does, or as it can: the packed server knows the order of bytes alone."""
    try:
        return server.new_database(more="LOCALE_PROVIDER icu ICU_LOCALE 'en'")
    except psycopg.errors.FeatureNotSupported:
        return server.new_database()


def test_I31_both_databases_give_the_same_answers_to_the_same_history(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    """Also where the database sorts letters as people of a country do."""
    told = []
    for url in (f"sqlite:///{tmp_path / 'c.db'}", postgres_server.url(in_english(postgres_server))):
        database = Database(url)
        fill(database)
        admin.add_ward(database, "\u00c5KE", "Ward of another alphabet", "RX1")
        database.close()
        central = Central(url)
        told.append(history(central))
        central.stop()
    assert len(told[0]) > 80
    assert {status for status, _ in told[0]} >= {200, 304, 400, 401, 403, 0}
    assert {json.loads(text)["code"] for status, text in told[0] if not status} >= {"copied-file", "op-unreadable"}
    for mine, theirs in zip(*told, strict=True):
        assert mine == theirs
