"""What one ward or trust holds is nothing to another, in every answer there is and in each statement's own terms (I27).

SQLite has no second fence: there each statement has to ask for the ward or the trust itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from tests.central.conftest import Central, only_postgres
from tests.central.pc import Pc
from tests.central.test_people_and_erasing import eraser, person, tried
from tests.sealing import STREAM
from vpr_desktop.central import admin
from vpr_desktop.central.tables import FENCED
from vpr_desktop.domain.batches import join
from vpr_desktop.domain.identity import stream_id

BIRCH, ELSEWHERE = stream_id("RX1", "BIR"), stream_id("RX2", "CED")
UNREADABLE = b'{"not":"an op"}'


@pytest.fixture(params=["another ward", "another trust"])
def stranger(request: Any, central: Central) -> tuple[Pc, str]:
    """A PC that may read nothing of Cedar, and its own ward."""
    if request.param == "another ward":
        return central.pc(2, "BIR"), BIRCH
    return central.pc(2, "CED", org="RX2"), ELSEWHERE


def test_I27_no_answer_tells_whether_another_ward_holds_an_entry(pc: Pc, stranger: tuple[Pc, str]) -> None:
    other, st = stranger
    kept, looked_at = pc.op(), pc.op(sch=9)
    theirs = pc.seal(kept, looked_at, UNREADABLE, person(pc, "p.practice", "reporter", active=False))
    assert [line[1] for line in pc.push(theirs)[0]] == ["stored", "stored", "quarantined", "stored"]
    assert other.have(theirs.header.id, st=st) == [theirs.header.id]
    guessed = other.seal(*(line.raw for line in theirs.lines), st=st)
    assert other.push(guessed, carried=lambda _: False, st=st) == [[(None, "absent")] * 4]
    own = other.seal(*(other.op(st, op=one["op"]) for one in (kept, looked_at)), st=st)
    assert other.push(own, carried=lambda line: line is own.lines[0], st=st) == [[(1, "stored"), (None, "absent")]]
    assert other.push(own, st=st) == [("all", 1, 2)]
    assert list(other.pull(st=st).values()) == [line.raw for line in own.lines]
    stored = [line.raw for line in theirs.lines if line.raw != UNREADABLE]
    assert list(pc.pull().values()) == stored


def test_I27_a_ward_that_is_not_this_pcs_is_answered_as_one_that_is_not_there(pc: Pc, stranger: tuple[Pc, str]) -> None:
    other, _ = stranger
    pc.push(pc.seal(pc.op()))
    nowhere = stream_id("RX1", "NOT")
    sealed = other.seal(other.op())
    for method, path, body in (
        ("GET", "ops?after=0", None), ("POST", "have", b'{"batches":[]}'), ("POST", "ops", join([sealed])),
    ):  # fmt: skip
        told = [
            other.call(method, f"/v1/streams/{st}/{path}", body, key=sealed.header.id).json()
            for st in (STREAM, nowhere)
        ]
        assert told[0] | {"instance": ""} == told[1] | {"instance": ""}


def test_I27_of_a_pc_in_two_wards_each_is_told_its_own_numbers(central: Central) -> None:
    both, cedar, birch = central.pc(1, "CED", "BIR"), central.pc(2), central.pc(3, "BIR")
    both.push(both.seal(both.op()))
    both.push(both.seal(both.op(BIRCH), st=BIRCH), st=BIRCH)
    assert both.rotate(7).status_code == 200
    for reader, st in ((cedar, STREAM), (birch, BIRCH)):
        first, second = reader.keys()[both.id]["keys"]
        assert (first["last"], second["above"]) == ({st: "1.1"}, {st: "1.1"})


def test_I27_of_a_pc_that_two_trusts_heard_of_each_is_told_what_it_heard(central: Central, pc: Pc) -> None:
    other, lost = central.pc(2, "CED", org="RX2"), Pc(central.address, 77)
    heard = ((other, ELSEWHERE, 1), (pc, STREAM, 2))
    for reader, st, keys in heard:
        brought = replace(lost.seal(lost.op(st), st=st), pk=list(lost.chain))
        assert len(lost.chain) == keys
        assert reader.push(brought, st=st) == [[(1, "stored", "device-not-accepted")]]
        lost.next_key(70)
    for reader, st, keys in heard:
        told = reader.keys()[lost.id]["keys"]
        assert [key["last"] for key in told] == [{st: "1.1"}, {}][:keys]


def test_I27_who_joins_is_told_of_its_own_wards_and_trust_alone(central: Central) -> None:
    with central.admin.write() as session:
        for trust in (1, 2):
            session.run("INSERT INTO trust_key (trust, use, key) VALUES (:t, 'recovery', :k)", t=trust, k=f"of {trust}")
    for seed, org in ((1, "RX1"), (2, "RX2")):
        told = Pc(central.address, seed).enrol(admin.add_code(central.admin, ["CED"], org)["code"]).json()
        assert told["org_code"] == org
        assert [scope["st"] for scope in told["scopes"]] == [stream_id(org, "CED")]
        assert told["trust_keys"] == [{"use": "recovery", "key": f"of {seed}"}]


def filled_everywhere(central: Central, pc: Pc) -> None:
    """Of the first trust there is a row in every table."""
    erasing = pc.op()
    pc.push(pc.seal(erasing, pc.op(sch=9), person(pc, "p.practice", "reporter")), pc.seal(eraser(pc, erasing)))
    assert pc.rotate(7).status_code == 200
    with central.admin.write() as session:
        session.run("INSERT INTO trust_key (trust, use, key) VALUES (1, 'recovery', 'x')")


@only_postgres
def test_I27_the_second_fence_shows_one_trust_and_without_a_trust_nothing(central: Central, pc: Pc) -> None:
    filled_everywhere(central, pc)
    for table in ("op_seen", *FENCED):
        seen = []
        for trust in (1, 2, 0):
            with central.database.read() as session:
                if trust:
                    session.act_for(trust)
                seen.append({row[0] for row in session.rows(f"SELECT trust FROM {table}")})
        assert seen == [{1}, {2} if table == "stream" else set(), set()], table


@only_postgres
def test_I27_the_second_fence_lets_nobody_write_for_another_trust(central: Central, pc: Pc) -> None:
    filled_everywhere(central, pc)
    for table in ("device", "device_key", "key_range", "scope", "batch", "quarantine", "review", "user_", "access_log"):
        with central.admin.read() as session:
            names = [row[0] for row in session.rows(
                "SELECT column_name FROM information_schema.columns WHERE table_name = :t", t=table)]  # fmt: skip
        columns = ", ".join(name for name in names if name != "trust")
        with pytest.raises(DBAPIError, match="row-level security"):
            tried(central, f"INSERT INTO {table} (trust, {columns}) SELECT 2, {columns} FROM {table} WHERE trust = 1")
