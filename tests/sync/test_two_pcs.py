"""Journeys of two PCs of a ward with the real endpoint over HTTP: what one saves offline, the other comes to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.conftest import FAST
from tests.factories import logged, name_person
from tests.sync.conftest import on_both
from vpr_desktop import bootstrap
from vpr_desktop.domain.errors import NotFound
from vpr_desktop.domain.incident import Incident
from vpr_desktop.domain.ops import op_hash
from vpr_desktop.domain.person import Person
from vpr_desktop.domain.support import Plan
from vpr_desktop.services import closing, conflicts, incidents, maintenance, slip_lookup, slips
from vpr_desktop.services.context import Context
from vpr_desktop.services.context import Person as Someone
from vpr_desktop.services.incidents import view
from vpr_desktop.storage import outbox
from vpr_desktop.sync.client import Client
from vpr_desktop.sync.lane import Outcome
from vpr_desktop.sync.refusals import Refused

Two = tuple[Context, Context]


def synced(*pcs: Context) -> list[Outcome]:
    """A cycle of each in turn, after the time in which a save can be undone."""
    got = []
    for pc in pcs:
        pc.clock.forward(minutes=3)  # type: ignore[attr-defined]
        got.append(bootstrap.sync(pc))
        assert got[-1].refused is None, got[-1].refused
    return got


def rows(pc: Context, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in pc.store.db.execute(sql)]


def same(*pcs: Context) -> None:
    """The PCs hold the same ops under the same numbers, and every file proves itself."""
    held = [rows(pc, "SELECT seq, id, hash FROM op ORDER BY seq") for pc in pcs]
    assert held[0] == held[1]
    assert [seq for seq, _, _ in held[0]] == list(range(1, len(held[0]) + 1))
    shown = [rows(pc, "SELECT id, effect, location_detail, status, clash FROM incident ORDER BY id") for pc in pcs]
    assert shown[0] == shown[1]
    assert all(maintenance.verify(pc).ok for pc in pcs)


def amend(pc: Context, incident_id: str, **values: Any) -> None:
    with pc.unit() as unit:
        record = unit.get(Incident, incident_id)
        for name, value in values.items():
            setattr(record, name, value)
        unit.save(record)
        unit.commit("amend", incident_id)


@on_both
def test_what_both_saved_offline_merges_without_a_question(two: Two) -> None:
    one, other = two
    mine, theirs = logged(one), logged(other)
    synced(one, other, one)
    amend(one, mine.id, effect="SER")
    amend(other, mine.id, location_detail="By the lift")
    got = synced(one, other, one)
    for pc in two:
        record = pc.reader().get(Incident, mine.id)
        assert (record.effect, record.location_detail) == ("SER", "By the lift")
        assert pc.reader().get(Incident, theirs.id).description
    same(*two)
    assert (got[-1].waiting, got[-1].conflicts, got[-1].needs_review) == (0, 0, 0)


@on_both
def test_one_field_changed_on_both_asks_and_the_settling_travels(two: Two) -> None:
    one, other = two
    mine = logged(one)
    synced(one, other, one)
    amend(one, mine.id, effect="UPS")
    amend(other, mine.id, effect="SER")
    got = synced(one, other, one)
    assert got[-1].conflicts == 1
    for pc in two:
        assert len(conflicts.conflicts(pc)[0].versions) == 2
    same(*two)
    asked = next(iter(conflicts.of_incident(other, view(other, mine.id))))
    conflicts.settle(other, asked, "UPS")
    got = synced(other, one)
    assert [one.conflicts for one in got] == [0, 0]
    assert [pc.reader().get(Incident, mine.id).effect for pc in two] == ["UPS", "UPS"]
    same(*two)


def test_five_hundred_and_more_ops_go_in_batches_and_arrive(two: Two) -> None:
    one, other = two
    for _ in range(170):
        logged(one)
    first = synced(one, other)
    assert first[0].pushed > 500
    assert rows(one, "SELECT count(*) FROM batch WHERE offer = 0")[0][0] >= 2
    assert first[1].pulled >= first[0].pushed
    synced(one)
    same(*two)
    assert rows(other, "SELECT count(*) FROM stale_support") == [(0,)]


@on_both
def test_a_pc_killed_between_sealing_and_the_answer_sends_the_same_batch_once(
    two: Two, endpoint: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    logged(one)
    pushed = Client.push

    def cut(self: Client, st: str, body: bytes, first: str) -> Any:
        pushed(self, st, body, first)
        raise Refused("no-connection")  # it arrived; the answer did not

    monkeypatch.setattr(Client, "push", cut)
    one.clock.forward(minutes=3)  # type: ignore[attr-defined]
    got = bootstrap.sync(one)
    assert got.refused is not None
    assert got.waiting > 0
    sealed = rows(one, "SELECT id, digest FROM batch")
    monkeypatch.setattr(Client, "push", pushed)
    synced(one, other, one)
    assert (
        rows(one, "SELECT id, digest FROM batch WHERE dev = (SELECT CAST(v AS TEXT) FROM state WHERE k = 'device')")[
            : len(sealed)
        ]
        == sealed
    )
    same(*two)
    assert (
        endpoint.rows("SELECT count(*), count(DISTINCT op_id) FROM op")[0]
        == (rows(one, "SELECT count(*) FROM op")[0][0],) * 2
    )


@on_both
@pytest.mark.parametrize("told", ["epoch changed", "nobody said so"])
def test_i9_an_endpoint_restored_from_an_older_copy_is_healed(two: Two, endpoint: Central, told: str) -> None:
    one, other = two
    early = logged(one)
    synced(one, other, one)
    tables = ("stream", "device", "device_key", "key_range", "scope", "batch", "op", "meta")
    copy = {table: endpoint.admin_rows(f"SELECT * FROM {table}") for table in tables}
    late = [logged(one), logged(other)]
    amend(other, early.id, effect="SER")
    synced(one, other, one)
    before = rows(one, "SELECT id, hash FROM op ORDER BY id")
    with endpoint.admin.write() as session:
        for table in reversed((*tables, "review", "access_log", "quarantine")):
            session.run(f"DELETE FROM {table}")
        for table, kept in copy.items():
            for row in kept:
                names = ", ".join(row)
                session.run(f"INSERT INTO {table} ({names}) VALUES ({', '.join(':' + c for c in row)})", **row)
        if told == "epoch changed":
            session.run("UPDATE stream SET epoch = 'restored'")
    synced(one, other, one)
    same(*two)
    assert rows(other, "SELECT id, hash FROM op ORDER BY id") == before
    assert all(pc.reader().get(Incident, made.id) for pc in two for made in late)
    assert endpoint.rows("SELECT count(*) FROM op")[0][0] == len(before)
    assert rows(one, "SELECT count(*) FROM batch WHERE offer = 1") == [(0,)]


@on_both
def test_a_page_that_proves_nothing_stores_nothing_and_the_push_goes_on(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    logged(one)
    logged(other)
    synced(one)
    pulled = Client.pull
    monkeypatch.setattr(Client, "pull", lambda self, *given: pulled(self, *given).replace(b'"UNK"', b'"PAT"', 1)
                        .replace(b"Hit on", b"Bit on"))  # fmt: skip
    held = rows(other, "SELECT count(*) FROM op")
    other.clock.forward(minutes=3)  # type: ignore[attr-defined]
    got = bootstrap.sync(other)
    assert got.refused is not None
    assert got.refused.kind == "answer-not-accepted"
    assert (got.waiting, got.pulled) == (0, 0)
    assert rows(other, "SELECT count(*) FROM op") == held
    monkeypatch.undo()
    synced(other, one)
    same(*two)


def test_a_bad_entry_is_listed_and_every_other_one_goes(two: Two) -> None:
    one, _ = two
    synced(one)
    for _ in range(3):
        logged(one)
    bad = one.store.db.execute("SELECT n FROM op ORDER BY n DESC LIMIT 1").fetchone()[0]
    raw = b'{"not":"an op"}'
    one.store.db.execute("UPDATE op SET raw = ?, hash = ? WHERE n = ?", (raw, op_hash(raw), bad))
    one.clock.forward(minutes=3)  # type: ignore[attr-defined]
    got = bootstrap.sync(one)
    assert (got.waiting, got.needs_review) == (0, 1)
    assert outbox.needs_you(one.store.db)[0][:3] == (bad, "NEEDS_REVIEW", "op-unreadable")


def test_an_answer_given_on_one_pc_is_found_by_slip_code_at_the_other_while_it_is_locked(two: Two) -> None:
    one, other = two
    made = logged(one, act_types=["VER"], effect="UPS")
    synced(one, other)
    told = "The care plan now says two staff go together."
    closing.close(one, made.id, closing.Answers({"reporter": told, "A": told}))
    synced(one, other)
    for pc in two:
        while slips.catch_up(pc):
            pass
        assert slip_lookup.look_up(pc.home, made.slip_code, pc.now(), FAST).message == told
    same(one, other)


def test_two_pcs_that_count_two_people_mean_the_same_second_person(two: Two) -> None:
    one, other = two
    made = logged(one, act_types=["VER"], effect="UPS")
    synced(one, other, one)
    for pc in two:
        incidents.more_people(pc, made.id, 2)
    closing.answer(other, made.id, "B", "Visiting times are on the door now.")
    synced(one, other, one)
    for pc in two:
        people = pc.reader().find(Person, parent_id=made.id)
        assert [person.letter for person in people] == ["A", "B"]
        assert not any(person.shown.clashes for person in people)
        assert {plan.person_id for plan in pc.reader().find(Plan, incident_id=made.id)} == {one.id for one in people}
        assert [(t.key, t.answered) for t in closing.standing(pc, made.id).targets if t.key != "reporter"] == [
            ("A", False), ("B", True),
        ]  # fmt: skip
    name_person(one, made.id, "B", "n77")
    synced(one, other)
    (_, second) = other.reader().find(Person, parent_id=made.id)
    assert second.person_key == "n77"
    same(*two)


def test_of_two_people_named_for_one_nobody_reads_what_was_written_to_the_other(two: Two) -> None:
    one, other = two
    made = logged(one, act_types=["VER"], effect="UPS")
    incidents.more_people(one, made.id, 2)
    synced(one, other, one)
    name_person(one, made.id, "B", "p-one")
    name_person(other, made.id, "B", "p-two")
    closing.answer(one, made.id, "B", "For p-one alone: your complaint was upheld.")
    synced(one, other, one)
    for name in ("p-one", "p-two"):
        with pytest.raises(NotFound):
            view(replace(one, user=Someone(name, name, name, "reporter")), made.id)
    (clash,) = [found for found in conflicts.conflicts(one) if found.field == "person_key"]
    conflicts.settle(one, clash, "p-one")
    mine = view(replace(one, user=Someone("p-one", "p-one", "p-one", "reporter")), made.id)
    assert [row.values["message"] for row in mine.parts["feedback"]] == ["For p-one alone: your complaint was upheld."]
