"""What the endpoint does with people's ops, and the one act that cannot be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from tests.central.conftest import Central, only_postgres
from tests.central.pc import Pc
from tests.sealing import STREAM, Device
from vpr_desktop.central import admin, people
from vpr_desktop.central.database import Session
from vpr_desktop.domain.batches import b64, join
from vpr_desktop.domain.identity import user_record_id
from vpr_desktop.domain.ops import Held, canonical, fold, op_hash


def person(pc: Device, user: str, role: str, **more: Any) -> dict[str, Any]:
    values = {"user_id": user, "name": "P. Practice", "role": role, "active": True} | more
    return pc.op(et="user", ei=user_record_id("RX1", user), set=values, by=user)


def eraser(pc: Device, target: dict[str, Any], by: str = "ig.practice", **changes: Any) -> dict[str, Any]:
    told = {"op": target["op"], "h": b64(op_hash(canonical(target))), "f": sorted(target["set"]), "role": "vpr_lead",
            "ground": "retention", "on": "2026-11-24"} | changes  # fmt: skip
    made = pc.op(et=target["et"], ei=target["ei"], set={}, base=target["base"], er=told, by=by)
    return made | ({"seen": target["seen"]} if "seen" in target else {})


def folded(ops: dict[int, bytes | None]) -> Any:
    import json

    held = [Held(json.loads(raw)["op"], n, 1, n, json.loads(raw)) for n, raw in ops.items() if raw is not None]
    return fold(held)


def test_an_author_whose_access_ended_is_kept_and_looked_at(central: Central, pc: Pc) -> None:
    joined = person(pc, "p.practice", "reporter")
    ended = pc.op(et="user", ei=joined["ei"], set={"active": False}, base={"active": [joined["op"]]}, by="boss")
    assert pc.push(pc.seal(joined), pc.seal(pc.op()), pc.seal(ended)) == [("all", n, 1) for n in (1, 2, 3)]
    assert pc.push(pc.seal(pc.op())) == [[(4, "stored", "author-ended")]]
    assert central.rows("SELECT user_id, role FROM user_") == [("p.practice", "reporter")]


def test_a_role_that_does_not_include_it_is_looked_at(pc: Pc) -> None:
    pc.push(pc.seal(person(pc, "p.practice", "reporter")))
    assert pc.push(pc.seal(person(pc, "new", "vpr_lead") | {"by": "p.practice"})) == [
        [(2, "stored", "author-not-entitled")]
    ]


def test_a_role_in_conflict_counts_as_reporter(central: Central, pc: Pc) -> None:
    first = person(pc, "boss", "ward_manager")
    one = pc.op(et="user", ei=first["ei"], set={"role": "vpr_lead"}, base={"role": [first["op"]]}, by="boss")
    two = pc.op(et="user", ei=first["ei"], set={"role": "auditor"}, base={"role": [first["op"]]}, by="boss")
    pc.push(pc.seal(first, one, two))
    assert central.rows("SELECT role FROM user_") == [("reporter",)]


TWINS = [f"{digit}0000000-0000-4000-8000-000000000000" for digit in "0f"]  # before and after every real identity


def twin(pc: Device, ei: str, role: str, **more: Any) -> dict[str, Any]:
    """A second entry under the name of a person who is there, told by somebody whom nobody knows."""
    return person(pc, "ig.practice", role, **more) | {"ei": ei, "by": "nobody.known"}


@pytest.mark.parametrize("ei", TWINS)
def test_two_entries_of_one_name_count_as_the_lesser_of_both(pc: Pc, ei: str) -> None:
    target, new = pc.op(), person(pc, "new", "reporter") | {"by": "ig.practice"}
    pc.push(pc.seal(target), pc.seal(person(pc, "ig.practice", "reporter")), pc.seal(twin(pc, ei, "vpr_lead")))
    assert pc.push(pc.seal(eraser(pc, target))) == [[(None, "quarantined", "erase-not-entitled")]]
    assert pc.push(pc.seal(new)) == [[(4, "stored", "author-not-entitled")]]
    pc.push(pc.seal(twin(pc, ei, "vpr_lead", active=False)))
    assert pc.push(pc.seal(pc.op(by="ig.practice"))) == [[(6, "stored", "author-ended")]]


@pytest.mark.parametrize("ei", TWINS)
def test_of_two_entries_of_one_name_neither_may_wait_for_a_look_where_they_erase(
    central: Central, pc: Pc, ei: str
) -> None:
    target = pc.op()
    pc.push(pc.seal(target, person(pc, "p.practice", "reporter")), pc.seal(person(pc, "ig.practice", "vpr_lead")))
    given = twin(pc, ei, "vpr_lead") | {"by": "p.practice"}
    assert pc.push(pc.seal(given)) == [[(4, "stored", "author-not-entitled")]]
    erasing = pc.seal(eraser(pc, target))
    assert pc.push(erasing) == [[(None, "quarantined", "erase-not-entitled")]]
    admin.review(central.admin, [central.rows("SELECT n FROM review")[0][0]])
    assert pc.push(erasing) == [("all", 5, 1)]


@pytest.mark.parametrize("first", ["target", "eraser"])
def test_an_erased_op_is_gone_in_both_orders_and_the_fold_is_the_same(central: Central, pc: Pc, first: str) -> None:
    pc.push(pc.seal(person(pc, "ig.practice", "vpr_lead")))
    old = pc.op(set={"location_detail": "first"})
    target = pc.op(ei=old["ei"], set={"location_detail": "secret"}, base={"location_detail": [old["op"]]})
    targets, erasers = pc.seal(target), pc.seal(eraser(pc, target))
    pc.push(pc.seal(old))
    if first == "target":
        assert pc.push(targets, erasers) == [("all", 3, 1), ("all", 4, 1)]
    else:
        assert pc.push(erasers) == [("all", 3, 1)]
        assert pc.push(targets) == [[(None, "duplicate")]]
    assert pc.push(targets)[0][0] in ("all", (None, "duplicate"))
    assert pc.have(targets.header.id, erasers.header.id) == []
    got = central.pc(2).pull()
    assert b"secret" not in b"".join(raw or b"" for raw in got.values())
    assert (3 in got and got[3] is None) == (first == "target")
    person_op = canonical(target)
    assert person_op not in [bytes(row[0]) for row in central.rows("SELECT raw FROM op WHERE raw IS NOT NULL")]
    assert folded({n: raw for n, raw in got.items() if n > 1}).values["location_detail"] == {"erased": True}


def test_erasing_by_somebody_not_entitled_waits_in_quarantine(central: Central, pc: Pc) -> None:
    target = pc.op()
    pc.push(pc.seal(person(pc, "p.practice", "reporter"), target))
    for by in ("p.practice", "nobody.known"):
        assert pc.push(pc.seal(eraser(pc, target, by=by))) == [[(None, "quarantined", "erase-not-entitled")]]
    assert central.pc(2).pull()[2] == canonical(target)


def test_what_others_brought_of_a_pc_before_it_was_let_in_is_taken_from_itself(central: Central, pc: Pc) -> None:
    """As after a restore: another PC offers its batches, then it gets a code. Nobody asks others for it again."""
    lost = Pc(central.address, 77)
    target = pc.op()
    pc.push(pc.seal(person(pc, "ig.practice", "vpr_lead"), target))
    erasing = lost.seal(eraser(lost, target))
    brought = replace(erasing, pk=lost.chain)
    assert pc.push(brought) == [[(None, "quarantined", "device-not-accepted")]]
    lost = central.pc(77)
    assert pc.have(erasing.header.id) == []
    assert lost.have(erasing.header.id) == [erasing.header.id]
    assert lost.push(erasing) == [("all", 3, 1)]
    assert lost.have(erasing.header.id) == []
    assert central.rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert lost.pull()[2] is None


def test_an_entry_put_aside_is_one_line_in_whatever_batch_it_comes_again(central: Central, pc: Pc) -> None:
    target, unreadable = pc.op(), b'{"not":"an entry"}'
    erasing = eraser(pc, target)
    batches = [pc.seal(target), *(pc.seal(erasing, unreadable) for _ in range(2))]
    for _ in range(2):
        pc.push(*batches)
    told = admin.review(central.admin)["quarantine"]
    assert [one["code"] for one in told] == ["erase-not-entitled", "op-unreadable"]
    assert pc.have(*(batch.header.id for batch in batches)) == []
    pc.push(pc.seal(person(pc, "ig.practice", "vpr_lead")))
    assert pc.push(batches[2]) == [[(3, "duplicate"), (None, "quarantined", "op-unreadable")]]


def test_what_was_put_aside_before_its_pc_was_let_in_takes_effect_with_the_role(central: Central, pc: Pc) -> None:
    """It was put aside for the PC alone, and stood so for ever: the PC was asked for it again and again."""
    lost, target = Pc(central.address, 77), pc.op()
    pc.push(pc.seal(target))
    erasing = lost.seal(eraser(lost, target))
    assert pc.push(replace(erasing, pk=lost.chain)) == [[(None, "quarantined", "device-not-accepted")]]
    lost = central.pc(77)
    assert lost.push(erasing) == [[(None, "quarantined", "erase-not-entitled")]]
    assert lost.have(erasing.header.id) == []
    pc.push(pc.seal(person(pc, "ig.practice", "vpr_lead")))
    assert lost.pull()[1] is None


def test_erasing_that_came_before_the_role_takes_effect_with_it(central: Central, pc: Pc) -> None:
    target = pc.op()
    waiting = pc.seal(eraser(pc, target))
    pc.push(pc.seal(target), waiting)
    pc.push(pc.seal(person(pc, "ig.practice", "vpr_lead")))
    assert pc.push(waiting) == [("all", 3, 1)]
    assert central.rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert central.pc(2).pull()[1] is None


def test_a_role_that_comes_later_lets_no_pc_erase_that_nobody_accepted(central: Central, pc: Pc) -> None:
    lost, target = Pc(central.address, 77), pc.op()
    pc.push(pc.seal(target))
    brought = replace(lost.seal(eraser(lost, target)), pk=lost.chain)
    assert pc.push(brought) == [[(None, "quarantined", "device-not-accepted")]]
    pc.push(pc.seal(person(pc, "ig.practice", "vpr_lead")))
    assert pc.pull()[1] == canonical(target)


def test_a_role_that_waits_for_a_look_lets_nobody_erase(central: Central, pc: Pc) -> None:
    target = pc.op()
    pc.push(pc.seal(target, person(pc, "p.practice", "reporter")))
    given = person(pc, "ig.practice", "vpr_lead") | {"by": "p.practice"}
    assert pc.push(pc.seal(given)) == [[(3, "stored", "author-not-entitled")]]
    erasing = pc.seal(eraser(pc, target))
    assert pc.push(erasing) == [[(None, "quarantined", "erase-not-entitled")]]
    admin.review(central.admin, [central.rows("SELECT n FROM review")[0][0]])
    assert pc.push(erasing) == [("all", 4, 1)]


@pytest.mark.parametrize("order", ["role first", "role later"])
@pytest.mark.parametrize("text", ["\x00", "\\u0000", "\\\x00", "\u2028\ud7ff\U0010ffff\x1f"])
def test_I26_an_erasing_op_may_hold_any_text(pc: Pc, order: str, text: str) -> None:
    """PostgreSQL has no text with a NUL in it; what waits for its author's role must not end the push that gives it."""
    target, role = pc.op(), pc.seal(person(pc, "ig.practice", "vpr_lead"))
    erasing = eraser(pc, target, ground=f"retention{text}") | {"reason": text}
    steps = [role, pc.seal(erasing)]
    pc.push(pc.seal(target))
    for step in steps if order == "role first" else reversed(steps):
        assert pc.push_raw(join([step]), step.header.id).status_code == 200
    got = pc.pull()
    assert got[1] is None
    assert canonical(erasing) in got.values()


@pytest.mark.parametrize("changes", [{"h": "A" * 43}, {"f": ["other"]}, {"f": []}], ids=["hash", "fields", "no fields"])
def test_a_skeleton_that_is_not_the_targets_waits_in_quarantine(pc: Pc, changes: dict[str, Any]) -> None:
    target = pc.op()
    pc.push(pc.seal(person(pc, "ig.practice", "vpr_lead"), target))
    assert pc.push(pc.seal(eraser(pc, target, **changes))) == [[(None, "quarantined", "erase-differs")]]
    wrong_base = eraser(pc, target) | {"base": {"location_detail": ["x"]}}
    assert pc.push(pc.seal(wrong_base)) == [[(None, "quarantined", "erase-differs")]]
    good = eraser(pc, target)
    assert pc.push(pc.seal(good)) == [("all", 3, 1)]
    assert pc.push(pc.seal(eraser(pc, good))) == [[(None, "quarantined", "erase-differs")]]


def tried(central: Central, sql: str) -> None:
    with central.database.write() as session:
        session.act_for(1)
        session.run(sql, **({"i": STREAM} if ":i" in sql else {}))


@only_postgres
def test_the_application_may_not_change_a_stored_op(central: Central, pc: Pc) -> None:
    pc.push(pc.seal(pc.op()))
    for sql in ("UPDATE op SET raw = NULL", "DELETE FROM op", "SELECT raw FROM op", "UPDATE stream SET id = id",
                "TRUNCATE op", "SELECT vpr_erase_op(1, CAST(:i AS uuid), CAST(:i AS uuid), NULL)"):  # fmt: skip
        with pytest.raises(DBAPIError):
            tried(central, sql)


def test_a_person_changed_by_every_batch_of_a_push_is_read_once(
    central: Central, pc: Pc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five hundred changes of one person once kept every ward of an endpoint on SQLite waiting for half a minute."""
    asked: list[str] = []
    read = people.ops_of

    def noted(session: Session, st: int, entity: str) -> list[Held]:
        asked.append(entity)
        return read(session, st, entity)

    monkeypatch.setattr(people, "ops_of", noted)
    steps = [person(pc, "p.practice", "reporter")]
    for role in ("ward_manager", "support_lead") * 10:
        steps.append(
            pc.op(et="user", ei=steps[0]["ei"], set={"role": role}, base={"role": [steps[-1]["op"]]}, by="boss")
        )
    assert pc.push(*(pc.seal(step) for step in steps)) == [("all", n, 1) for n in range(1, 22)]
    assert asked == [steps[0]["ei"]]
    assert central.rows("SELECT role FROM user_") == [("support_lead",)]
