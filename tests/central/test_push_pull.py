"""Push and pull over real HTTP, the same on both databases: the list of traps of the wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.sealing import STREAM, Device
from vpr_desktop.central import admin
from vpr_desktop.domain import batches
from vpr_desktop.domain.batches import b64, join
from vpr_desktop.domain.ops import canonical, op_hash


def test_what_is_pushed_comes_back_in_order(central: Central, pc: Pc) -> None:
    first, second = pc.seal(pc.op(), pc.op()), pc.seal(pc.op())
    assert pc.push(first, second) == [("all", 1, 2), ("all", 3, 1)]
    other = central.pc(2)
    assert list(other.pull().values()) == [line.raw for batch in (first, second) for line in batch.lines]
    assert other.pull(after=1) == {2: first.lines[1].raw, 3: second.lines[0].raw}
    assert other.letter == "B"


def test_I8_a_push_repeated_changes_nothing(central: Central, pc: Pc) -> None:
    sent = [pc.seal(pc.op(), pc.op()), pc.seal(pc.op())]
    answered = pc.push(*sent)
    before = central.everything()
    assert pc.push(*sent) == answered
    assert pc.push(sent[1], sent[0]) == list(reversed(answered))
    assert pc.push(sent[0], sent[0]) == [answered[0]] * 2
    assert central.everything() == before


def test_I8_whatever_was_answered_line_by_line_is_answered_again_and_changes_nothing(central: Central, pc: Pc) -> None:
    held, big = pc.op(), canonical(pc.op(set={f"f{i}": "x" * 60_000 for i in range(5)}))
    first = pc.seal(held)
    mixed = pc.seal(held, held | {"reason": "other"}, b"{}", big, pc.op(sch=9), pc.op())
    erasing = pc.seal(pc.op(set={}, er={"op": held["op"], "h": "A" * 43, "f": [], "role": "", "ground": "", "on": ""}))
    copied = pc.restored(1).seal(pc.op())
    answered = pc.push(first, mixed, erasing, copied)
    assert [line[1] for line in answered[1]] == ["duplicate", "refused", "quarantined", "refused", "stored", "stored"]
    before = central.everything()
    for _ in range(2):
        assert pc.push(first, mixed, erasing, copied) == answered
        assert pc.push(copied, erasing, mixed, first) == list(reversed(answered))
    assert central.everything() == before


def test_any_flipped_byte_of_a_signed_body_stores_nothing_of_that_batch(central: Central, pc: Pc) -> None:
    sealed = pc.seal(pc.op())
    body = join([sealed])
    before = central.everything()
    for at in range(0, len(body) - 1, 41):
        altered = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        got = pc.push_raw(altered, sealed.header.id)
        assert got.status_code in (200, 400), got.text
        assert got.status_code == 400 or "problem" in got.json()["r"][0], (at, got.text)
    assert central.everything() == before
    assert pc.push(sealed) == [("all", 1, 1)]


def test_I2_the_same_identity_with_other_bytes_is_refused_and_told(central: Central, pc: Pc) -> None:
    op = pc.op()
    pc.push(pc.seal(op))
    other = pc.seal(op | {"reason": "other"}, pc.op())
    assert pc.push(other) == [[(None, "refused", "op-differs"), (2, "stored")]]
    assert central.rows("SELECT kind, code FROM review") == [("alarm", "op-differs")]
    assert pc.pull()[1] == canonical(op)


def test_I2_a_batch_identity_with_other_content_is_refused_and_told(central: Central, pc: Pc) -> None:
    sealed = pc.seal(pc.op())
    pc.push(sealed)
    other = batches.seal(sealed.header.id, pc.id, STREAM, (1, 2), "", [canonical(pc.op())], pc.private.sign)
    assert pc.push(other, pc.seal(pc.op())) == ["batch-differs", ("all", 2, 1)]
    assert ("alarm", "batch-differs") in central.rows("SELECT kind, code FROM review")


def alarms(central: Central) -> list[tuple[Any, ...]]:
    """Those that nobody has looked at: why, and of which entry or batch."""
    return [(one["code"], one["op"] or one["batch"]) for one in admin.review(central.admin)["alarms"]]


def looked_at(central: Central) -> None:
    admin.review(central.admin, [one["n"] for one in admin.review(central.admin)["alarms"]])


def test_what_is_sent_again_is_one_alarm_until_somebody_looked_at_it(central: Central, pc: Pc) -> None:
    op, held = pc.op(), pc.seal(pc.op())
    pc.push(pc.seal(op), held)
    altered, other = pc.seal(op | {"reason": "other"}), pc.seal(op | {"reason": "another"})
    differs = batches.seal(held.header.id, pc.id, STREAM, (1, 9), "", [canonical(pc.op())], pc.private.sign)
    for _ in range(2):
        for _ in range(3):
            assert pc.push(altered, other, differs)[2] == "batch-differs"
        assert alarms(central) == [("op-differs", op["op"]), ("batch-differs", held.header.id)]
        looked_at(central)
        assert alarms(central) == []


def test_a_copied_pc_is_one_alarm_whatever_it_sends_and_each_pc_has_its_own(central: Central, pc: Pc) -> None:
    told = []
    for one in (pc, central.pc(2)):
        sent = [one.seal(one.op()) for _ in range(2)]
        copies = [one.restored(1).seal(one.op()), one.seal(one.op())]
        for sealed in (*sent, *copies, *copies):
            one.push(sealed)
        told.append(("copied-file", copies[0].header.id))
    assert alarms(central) == told
    looked_at(central)
    again = pc.seal(pc.op())
    third = pc.restored(1).seal(pc.op())
    pc.push(again, third)
    assert alarms(central) == [("copied-file", third.header.id)]


def test_an_op_under_two_batches_is_stored_once(central: Central, pc: Pc) -> None:
    op, more = pc.op(), pc.op()
    first, again = pc.seal(op), pc.seal(more, op)
    assert pc.push(first, again) == [("all", 1, 1), [(2, "stored"), (1, "duplicate")]]
    other = central.pc(2)
    assert list(other.pull().values()) == [canonical(op), canonical(more)]
    assert pc.push(again) == [[(2, "stored"), (1, "duplicate")]]
    assert pc.have(first.header.id, again.header.id) == []


def test_the_same_op_twice_in_a_batch_is_stored_once(central: Central, pc: Pc) -> None:
    op = pc.op()
    assert pc.push(pc.seal(op, op, pc.op())) == [[(1, "stored"), (1, "duplicate"), (2, "stored")]]
    assert central.rows("SELECT head FROM stream WHERE head > 0") == [(2,)]


def test_lines_delivered_later_are_stored_then(central: Central, pc: Pc) -> None:
    sealed = pc.seal(*(pc.op() for _ in range(4)))
    odd, even = set(sealed.lines[1::2]), set(sealed.lines[::2])
    assert pc.push(sealed, carried=lambda line: line in odd) == [
        [(None, "absent"), (1, "stored"), (None, "absent"), (2, "stored")]
    ]
    assert pc.have(sealed.header.id) == [sealed.header.id]
    assert pc.push(sealed, carried=lambda line: line in even) == [
        [(3, "stored"), (1, "stored"), (4, "stored"), (2, "stored")]
    ]
    assert pc.have(sealed.header.id) == []
    got = central.pc(2).pull()
    assert [got[n] for n in (3, 1, 4, 2)] == [line.raw for line in sealed.lines]
    assert central.pc(3).pull(limit=1) == got


@pytest.mark.parametrize("limit", [1, 3, 2000])
def test_a_page_is_cut_between_batches_and_goes_on_anywhere(central: Central, pc: Pc, limit: int) -> None:
    sent = [pc.seal(*(pc.op() for _ in range(n))) for n in (3, 1, 2, 1)]
    pc.push(*sent)
    raws = [line.raw for batch in sent for line in batch.lines]
    other = central.pc(2)
    for after in (0, 1, 3, 5, 7):
        assert list(other.pull(after, limit).values()) == raws[after:], after
    head, page = other.page(0, limit)
    assert head.last == sum(batch.header.n for batch in page) >= 3
    assert not pc.page(7)[1]


def test_I11_a_bad_op_delays_no_other(central: Central, pc: Pc) -> None:
    good, later = pc.op(), pc.op()
    unreadable = b'{"v":1,"op":"not one"}'
    doubled = canonical(pc.op()).replace(b'"sch":1', b'"sch":1,"sch":1')
    spaced = canonical(pc.op()).replace(b'"sch":1', b'"sch": 1')
    sealed = pc.seal(good, unreadable, doubled, spaced, later)
    (answer,) = pc.push(sealed)
    assert answer == [(1, "stored"), *[(None, "quarantined", "op-unreadable")] * 3, (2, "stored")]
    assert pc.push(sealed) == [answer]
    assert pc.have(sealed.header.id) == []
    got = central.pc(2).pull()
    assert list(got.values()) == [canonical(good), canonical(later)]
    kept = {bytes(row[0]) for row in central.rows("SELECT raw FROM quarantine")}
    assert kept == {unreadable, doubled, spaced}


def test_I30_an_op_over_size_is_refused_and_its_line_goes_as_a_hash(central: Central, pc: Pc) -> None:
    big = canonical(pc.op(set={f"f{i}": "x" * 60_000 for i in range(5)}))
    sealed = pc.seal(pc.op(), big)
    assert pc.push(sealed) == [[(1, "stored"), (None, "refused", "op-too-large")]]
    _, (batch,) = central.pc(2).page()
    assert batch.lines[1].raw is None
    assert batch.lines[1].hash == op_hash(big)
    assert pc.push(sealed, carried=lambda _: False) == [[(1, "stored"), (None, "absent")]]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sch": 999}, "newer-version"),
        ({"et": "not_yet_known"}, "unknown-content"),
        ({"set": {"not_yet_known": "x"}}, "unknown-content"),
        ({"set": {"act_types": ["NOT A CODE"]}}, "unknown-content"),
        ({"set": {"description": "e\u0301"}}, "not-normal-text"),
    ],
)
def test_content_not_known_is_kept_and_waits_for_review(central: Central, pc: Pc, changes: object, why: str) -> None:
    op = pc.op() | changes  # type: ignore[operator]
    sealed = pc.seal(op)
    assert pc.push(sealed) == [[(1, "stored", why)]]
    assert pc.push(sealed) == [[(1, "stored", why)]]
    assert central.pc(2).pull() == {1: canonical(op)}
    assert central.rows("SELECT kind, code FROM review") == [("review", why)]


def test_a_sealed_value_is_nothing_to_review(pc: Pc) -> None:
    assert pc.push(pc.seal(pc.op(set={"description": {"kid": "k1", "ct": "AAAA"}}))) == [("all", 1, 1)]


def test_I2_a_forged_batch_in_anothers_name_is_not_taken(central: Central, pc: Pc) -> None:
    other = central.pc(2)
    forged = batches.seal(pc.new_id(), other.id, STREAM, (1, 1), "", [canonical(other.op())], pc.private.sign)
    pc.prevs[STREAM] = batches.link(forged.header, batches.digest(forged.header, forged.hashes))
    naming = pc.seal(pc.op())
    assert pc.push(forged, naming) == ["batch-signature", ("all", 1, 1)]


def test_an_op_in_anothers_name_or_of_another_ward_is_kept_aside(central: Central, pc: Pc) -> None:
    sealed = pc.seal(pc.op(dev=Device(9).id), pc.op(st=batches.hashlib.md5(b"x").hexdigest()))
    assert [line[1] for line in pc.push(sealed)[0]] == ["quarantined"] * 2
    assert central.rows("SELECT count(*) FROM op") == [(0,)]


def test_a_batch_of_another_ward_is_not_taken(central: Central) -> None:
    pc = central.pc(1, "CED", "BIR")
    birch = batches.ID.pattern and central.rows("SELECT id FROM stream WHERE code = 'BIR'")[0][0]
    assert pc.push(pc.seal(pc.op(birch), st=birch)) == ["batch-stream"]
    assert pc.push(pc.seal(pc.op(birch), st=birch), st=birch) == [("all", 1, 1)]


def test_an_unknown_device_is_taken_with_its_keys_and_waits_for_acceptance(central: Central, pc: Pc) -> None:
    stranger = Pc(central.address, 77)
    sealed = stranger.seal(stranger.op())
    assert pc.push(sealed) == ["batch-device-unknown"]
    with_keys = replace(sealed, pk=stranger.chain)
    assert pc.push(replace(sealed, pk=Device(5).chain)) == ["batch-signature"]
    assert pc.push(with_keys) == [[(1, "stored", "device-not-accepted")]]
    assert central.pc(2).pull() == {1: sealed.lines[0].raw}
    assert stranger.call("GET", "/v1/heads").status_code == 401
    assert admin.review(central.admin)["not_accepted"] == [{"device": stranger.id, "org_code": "RX1"}]
    assert admin.accept(central.admin, stranger.id)["settled"] == 1
    assert pc.push(with_keys) == [("all", 1, 1)]
    assert stranger.heads()[STREAM]["head"] == 1


def test_two_restores_of_one_backup_are_both_kept_and_told(central: Central, pc: Pc) -> None:
    pc.push(pc.seal(pc.op()))
    one = pc.restored(7).seal(pc.op())
    assert pc.push(one) == [("all", 2, 1)]
    again = pc.restored(7).seal(pc.op())
    assert pc.push(again) == [("all", 3, 1)]
    assert central.rows("SELECT kind, code, batch_id FROM review") == [("alarm", "copied-file", again.header.id)]
    assert pc.push(pc.restored(99).seal(pc.op())) == [("all", 4, 1)]
    assert len(central.rows("SELECT 1 FROM review")) == 1


def test_the_anchor_last_pushed_comes_back(pc: Pc) -> None:
    an = {"n": 4, "audit": 9, "hash": b64(bytes(32))}
    pc.push(replace(pc.seal(pc.op()), an=an))
    assert pc.call("GET", "/v1/heads").json()["an"] == an
    sealed = replace(pc.seal(pc.op()), an=an | {"n": 5})
    assert pc.push_raw(join([sealed]), sealed.header.id).json()["an"] == an
    bad = replace(pc.seal(pc.op()), an={"n": -1})
    assert pc.push_raw(join([bad]), bad.header.id).status_code == 400


def test_heads_are_304_while_nothing_is_new(pc: Pc) -> None:
    got = pc.call("GET", "/v1/heads")
    tag = {"If-None-Match": got.headers["ETag"]}
    again = pc.call("GET", "/v1/heads", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    pc.push(pc.seal(pc.op()))
    assert pc.call("GET", "/v1/heads", headers=tag).status_code == 200


def test_everyday_pushes_in_one_request_and_packed(central: Central, pc: Pc) -> None:
    sent = [pc.seal(pc.op()) for _ in range(50)]
    got = pc.push_raw(join(sent), sent[0].header.id, packed=True)
    assert [one["first"] for one in got.json()["r"]] == list(range(1, 51))
    assert len(central.pc(2).pull()) == 50
