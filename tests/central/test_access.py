"""Who may ask at all: enrolment, signatures, replays, scope, keys, withdrawal. Same answers on both databases."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from tests.sealing import STREAM, Device
from vpr_desktop.central import admin
from vpr_desktop.central.enrolment import TRIES
from vpr_desktop.domain.batches import join
from vpr_desktop.domain.identity import stream_id
from vpr_desktop.sync import protocol


def kind(response: Any) -> str:
    """The refusal in a response, which must be a problem document the client has a text for (I32)."""
    assert response.headers["Content-Type"] == protocol.PROBLEM, response.text
    assert response.headers["Cache-Control"] == "no-store"
    told = response.json()
    assert told["status"] == response.status_code == protocol.REFUSALS[told["type"]].status
    return str(told["type"])


def test_a_code_joins_one_pc_once(central: Central) -> None:
    code = admin.add_code(central.admin, ["CED", "BIR"], "RX1")["code"]
    one = Pc(central.address, 1)
    first = one.enrol(code)
    assert first.json()["letter"] == "A"
    assert {scope["code"] for scope in first.json()["scopes"]} == {"CED", "BIR"}
    assert one.enrol(code).json() == first.json()  # the answer was lost on the way
    assert kind(Pc(central.address, 2).enrol(code)) == "bad-code"
    assert central.pc(3, "BIR").letter == "B"
    assert central.pc(4, "CED").letter == "B"  # the same letter in another ward is no clash
    assert central.pc(5, "CED", "BIR").letter == "C"
    assert central.pc(6, "CED", org="RX2").letter == "A"


def test_a_code_ends_after_a_day_and_after_five_tries(central: Central) -> None:
    pc = Pc(central.address)
    code = admin.add_code(central.admin, ["CED"], "RX1")["code"]
    central.now_ahead = 24 * 3600 + 60
    asked = json.dumps({"code": code, "dev": pc.id, "keys": pc.links}).encode()
    assert kind(pc.call("POST", "/v1/enrol", asked, when=central.now())) == "bad-code"
    central.now_ahead = 0
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    for _ in range(TRIES):
        assert kind(pc.enrol(wrong)) == "bad-code"
    assert kind(pc.enrol(code)) == "bad-code"
    assert central.rows("SELECT count(*) FROM device") == [(0,)]


def test_where_policy_asks_for_it_a_pc_waits_for_its_fingerprint(central: Central) -> None:
    admin.init(central.admin, "RX1", "Practice Trust", must_accept=True)
    pc = Pc(central.address)
    assert pc.enrol(admin.add_code(central.admin, ["CED"], "RX1")["code"]).json()["state"] == "waiting"
    assert kind(pc.call("GET", "/v1/heads")) == "device-waiting"
    assert len(admin.list_devices(central.admin)[0]["fingerprint"].split()) == 6
    admin.accept(central.admin, pc.id)
    assert pc.heads()[STREAM]["head"] == 0


def test_an_identity_that_is_not_the_keys_own_cannot_enrol(central: Central) -> None:
    pc = Pc(central.address)
    code = admin.add_code(central.admin, ["CED"], "RX1")["code"]
    pc.id = Device(9).id
    assert kind(pc.enrol(code)) == "unreadable-body"


BAD_SIGNATURES: dict[str, dict[str, Any]] = {
    "bad-signature": {"nonce": "short"},
    "clock-skew": {"when": 1_000_000_000},
    "unknown-device": {"keyid": Device(99).id},
}


@pytest.mark.parametrize("expected", BAD_SIGNATURES)
def test_I28_a_request_not_signed_as_asked_is_refused(pc: Pc, expected: str) -> None:
    got = pc.call("GET", "/v1/heads", **BAD_SIGNATURES[expected])
    assert (got.status_code, kind(got)) == (401, expected)


def test_I28_altered_late_and_replayed_requests_change_nothing(central: Central, pc: Pc) -> None:
    choose = random.Random(5)
    pc.push(pc.seal(pc.op()))
    sealed = pc.seal(pc.op(), pc.op())
    body = join([sealed])
    path = f"/v1/streams/{STREAM}/ops"
    before = central.everything()
    for _ in range(60):
        made = pc.signed("POST", path, body, key=sealed.header.id)
        how = choose.choice(("body", "signature", "input", "digest", "key", "late", "early", "other", "path", "method"))
        if how == "body":
            at = choose.randrange(len(body))
            made.body = body[:at] + bytes([body[at] ^ (1 << choose.randrange(8))]) + body[at + 1 :]
        elif how in ("signature", "input", "digest", "key"):
            name = {"signature": "Signature", "input": "Signature-Input", "digest": "Content-Digest",
                    "key": protocol.IDEMPOTENCY_KEY}[how]  # fmt: skip
            text = made.headers[name]
            at = choose.randrange(8, len(text))
            made.headers[name] = text[:at] + choose.choice("abcXYZ019").replace(text[at], "_") + text[at + 1 :]
        elif how in ("late", "early"):
            shift = 310 if how == "late" else -310
            made = pc.signed("POST", path, body, key=sealed.header.id, when=time.time() - shift)
        elif how == "other":
            stranger = Pc(central.address, choose.randrange(50, 90))
            made = stranger.signed("POST", path, body, key=sealed.header.id, keyid=choose.choice((None, pc.id)))
        elif how == "path":
            made.url = str(made.url) + "?x=1"
        else:
            made.method = "PUT"
        got = pc.send(made)
        assert got.status_code == 401 or (how == "method" and got.status_code == 405), (how, got.text)
        kind(got)
    assert central.everything() == before
    made = pc.signed("POST", path, body, key=sealed.header.id)
    assert pc.send(made).status_code == 200
    after = central.everything()
    for _ in range(3):
        got = pc.send(made)
        assert (got.status_code, kind(got)) == (401, "replayed")
    assert central.everything() == after


def test_I28_a_get_repeated_gives_no_more_than_it_gave(pc: Pc) -> None:
    made = pc.signed("GET", "/v1/heads")
    assert pc.send(made).json() == pc.send(made).json()


def test_I27_I14_no_pc_sees_another_ward_or_trust(central: Central) -> None:
    cedar, birch, other = central.pc(1, "CED"), central.pc(2, "BIR"), central.pc(3, "CED", org="RX2")
    elsewhere = stream_id("RX2", "CED")
    birch_st = stream_id("RX1", "BIR")
    cedar.push(cedar.seal(cedar.op()))
    for pc, foreign in ((birch, STREAM), (other, STREAM), (cedar, elsewhere), (cedar, birch_st)):
        for method, path, body in (
            ("GET", f"/v1/streams/{foreign}/ops?after=0", None),
            ("POST", f"/v1/streams/{foreign}/have", b'{"batches":[]}'),
            ("POST", f"/v1/streams/{foreign}/ops", join([pc.seal(pc.op(foreign), st=foreign)])),
        ):
            key = json.loads(body.split(b"\n")[0])["b"] if body and b'"sig"' in body else None
            got = pc.call(method, path, body, key=key)
            assert (got.status_code, kind(got)) == (403, "not-in-scope")
    unknown = cedar.call("GET", "/v1/streams/00000000-0000-4000-8000-000000000000/ops")
    assert kind(unknown) == "not-in-scope"
    assert set(birch.heads()) == {birch_st}
    assert set(other.keys()) == {other.id}
    assert set(birch.keys()) == {birch.id}


def test_I29_a_withdrawn_pc_is_refused_from_its_next_request(central: Central, pc: Pc) -> None:
    sent = pc.seal(pc.op())
    pc.push(sent)
    late = pc.seal(pc.op())
    admin.revoke(central.admin, pc.id)
    for got in (pc.call("GET", "/v1/heads"), pc.push_raw(join([late]), late.header.id)):
        assert (got.status_code, kind(got)) == (401, "device-revoked")
        assert "head" not in got.text.replace("headers", "")
    other = central.pc(2)
    assert other.keys()[pc.id]["state"] == "revoked"
    assert other.keys()[pc.id]["keys"][0]["last"] == {STREAM: "1.1"}
    assert other.push(sent) == [("all", 1, 1)]
    assert other.push(late) == [[(2, "stored", "key-ended")]]  # brought by a PC in good standing: kept
    assert other.keys()[pc.id]["keys"][0]["last"] == {STREAM: "1.2"}


def test_I29_a_used_code_lets_no_withdrawn_pc_back_in_and_gives_no_ward_back(central: Central) -> None:
    code = admin.add_code(central.admin, ["CED", "BIR"], "RX1")["code"]
    pc = Pc(central.address, 9)
    assert pc.enrol(code).status_code == 200
    assert pc.enrol(code).status_code == 200, "the answer was lost, and the PC asks again"
    assert len(pc.heads()) == 2
    admin.end_scope(central.admin, pc.id, "BIR")
    assert pc.enrol(code).status_code == 200
    assert len(pc.heads()) == 1
    admin.revoke(central.admin, pc.id)
    assert pc.enrol(code).status_code in (401, 403)
    assert kind(pc.call("GET", "/v1/heads")) == "device-revoked"


def test_I29_the_code_and_key_of_before_a_return_open_no_withdrawn_key_again(central: Central) -> None:
    code = admin.add_code(central.admin, ["CED"], "RX1")["code"]
    pc, copy = Pc(central.address, 9), Pc(central.address, 9)
    assert pc.enrol(code).status_code == 200
    admin.revoke(central.admin, pc.id)
    new, _ = pc.next_key(7)
    pc.use_key(new)
    assert pc.enrol(admin.add_code(central.admin, ["CED"], "RX1")["code"]).status_code == 200
    assert kind(copy.enrol(code)) == "bad-code"
    assert central.rows("SELECT n, state FROM device_key ORDER BY n") == [(1, "revoked"), (2, "open")]
    assert pc.push(pc.seal(pc.op())) == [("all", 1, 1)]


def test_I29_a_new_code_opens_no_withdrawn_key_again(central: Central) -> None:
    """Whoever holds a copy of it would be let in with the PC: what is taken is a key that this one signed."""
    pc, copy = Pc(central.address, 9), Pc(central.address, 9)
    assert pc.enrol(admin.add_code(central.admin, ["CED"], "RX1")["code"]).status_code == 200
    admin.revoke(central.admin, pc.id)
    code = admin.add_code(central.admin, ["CED"], "RX1")["code"]
    assert kind(pc.enrol(code)) == "bad-signature"
    assert kind(copy.call("GET", "/v1/heads")) == "device-revoked"
    new, _ = pc.next_key(7)
    pc.use_key(new)
    assert pc.enrol(code).status_code == 200, "the code was not used up"
    assert central.rows("SELECT n, state FROM device_key ORDER BY n") == [(1, "revoked"), (2, "open")]
    assert copy.call("GET", "/v1/heads").status_code == 401


def test_I29_the_code_with_a_key_that_was_changed_since_ends_no_newer_key(central: Central) -> None:
    code = admin.add_code(central.admin, ["CED"], "RX1")["code"]
    pc, copy = Pc(central.address, 9), Pc(central.address, 9)
    assert pc.enrol(code).status_code == 200
    assert pc.rotate(7).status_code == 200
    assert kind(copy.enrol(code)) == "bad-code"
    assert central.rows("SELECT n, state FROM device_key ORDER BY n") == [(1, "ended"), (2, "open")]
    assert pc.push(pc.seal(pc.op())) == [("all", 1, 1)]


def test_I29_withdrawing_ends_the_codes_a_pc_used_and_no_other(central: Central) -> None:
    one, other = Pc(central.address, 9), Pc(central.address, 2)
    ones, others = (admin.add_code(central.admin, ["CED"], "RX1")["code"] for _ in range(2))
    assert [one.enrol(ones).status_code, other.enrol(others).status_code] == [200, 200]
    admin.revoke(central.admin, one.id)
    assert central.rows("SELECT count(*) FROM code WHERE expires = 0") == [(1,)]
    assert kind(one.enrol(ones)) == "bad-code"
    assert other.enrol(others).status_code == 200  # the answer was lost on the way
    new, _ = one.next_key(7)
    one.use_key(new)
    assert one.enrol(admin.add_code(central.admin, ["CED"], "RX1")["code"]).status_code == 200
    assert kind(one.enrol(ones)) == "bad-code"


def test_a_withdrawn_pc_comes_back_by_a_new_code_with_a_new_key(central: Central, pc: Pc) -> None:
    pc.push(pc.seal(pc.op()))
    admin.revoke(central.admin, pc.id)
    waiting = pc.seal(pc.op(), pc.op())  # sealed with the old key before the new one takes over
    new, _ = pc.next_key(7)
    pc.use_key(new)
    assert pc.enrol(admin.add_code(central.admin, ["CED"], "RX1")["code"]).status_code == 200
    assert pc.push(waiting) == [[(2, "stored", "key-ended"), (3, "stored", "key-ended")]]
    assert pc.push(pc.seal(pc.op())) == [("all", 4, 1)]
    assert len(central.pc(2).pull()) == 4


def test_a_key_changed_while_entries_wait(central: Central, pc: Pc) -> None:
    pc.push(pc.seal(pc.op()))
    waiting = pc.seal(pc.op())
    old = pc.private
    assert pc.rotate(7).status_code == 200
    assert pc.push(waiting, pc.seal(pc.op())) == [("all", 2, 1), ("all", 3, 1)]
    pc.request_key = old
    assert kind(pc.call("GET", "/v1/heads")) == "bad-signature"
    pc.request_key = pc.private
    first, second = pc.keys()[pc.id]["keys"]
    assert (first["open"], first["last"], second["open"], second["above"]) == (
        False, {STREAM: "1.2"}, True, {STREAM: "1.2"},
    )  # fmt: skip
    assert second["by"] == 0
    again = json.dumps({k: v for k, v in pc.links[-1].items() if k in ("key", "sig")} | {"last": {}}).encode()
    assert pc.call("POST", "/v1/keys", again).status_code == 200  # the answer was lost on the way
    assert len(pc.keys()[pc.id]["keys"]) == 2
    assert len(central.pc(2).pull()) == 3


def test_I14_a_ward_taken_away_still_takes_what_its_pc_wrote_and_gives_nothing(central: Central) -> None:
    pc = central.pc(1, "CED", "BIR")
    other = central.pc(2)
    admin.end_scope(central.admin, pc.id, "CED")
    sealed = pc.seal(pc.op())
    assert pc.push(sealed) == [[(1, "stored", "left-scope")]]
    assert pc.push(other.seal(other.op())) == ["not-in-scope"]
    assert kind(pc.call("GET", f"/v1/streams/{STREAM}/ops")) == "not-in-scope"
    assert set(pc.heads()) == {stream_id("RX1", "BIR")}
    assert set(pc.keys()) == {pc.id}, "nor who else writes there"


def test_a_restored_endpoint_says_so_and_takes_everything_again(central: Central, pc: Pc) -> None:
    sent = [pc.seal(pc.op()) for _ in range(3)]
    pc.push(*sent)
    before = pc.heads()[STREAM]
    admin.restore_epoch(central.admin)
    after = pc.heads()[STREAM]
    assert after["epoch"] != before["epoch"]
    assert after["head"] == before["head"]
    lost = pc.seal(pc.op())
    assert pc.have(*(batch.header.id for batch in (*sent, lost))) == [lost.header.id]


def test_a_bucket_runs_dry_and_fills_again(central: Central, pc: Pc) -> None:
    assert central.endpoint.buckets is not None
    central.endpoint.buckets.take(pc.id, 990, 0, int(central.now() * 1000))
    for _ in range(60):
        if (got := pc.call("GET", "/v1/heads")).status_code != 200:
            break
    assert (got.status_code, kind(got)) == (429, "too-many")
    assert int(got.headers["Retry-After"]) >= 1
    central.now_ahead = 5
    assert pc.call("GET", "/v1/heads").status_code == 200


def test_I30_who_tries_codes_keeps_no_other_pc_from_joining(central: Central) -> None:
    """All come from this machine, as all do behind a balancer on it: each is counted by the key it proved."""
    guesser = Pc(central.address, 50)
    told = [kind(guesser.enrol(f"{n:010d}")) for n in range(120)]
    assert told[0] == "bad-code"
    assert told[-1] == "too-many"
    other = Pc(central.address, 51)
    asked = json.dumps({"code": "0" * 10, "dev": other.id, "keys": other.links}).encode()
    for _ in range(120):  # in the name of another, without its key
        assert kind(other.send(guesser.signed("POST", "/v1/enrol", asked, keyid=other.id))) == "bad-signature"
    assert other.enrol(admin.add_code(central.admin, ["CED"], "RX1")["code"]).status_code == 200


def test_I30_from_elsewhere_all_that_one_address_tries_is_counted(central: Central, monkeypatch: Any) -> None:
    monkeypatch.setattr(protocol, "LOOPBACK", ())
    told = [kind(Pc(central.address, 50).enrol(f"{n:010d}")) for n in range(60)]
    told += [kind(Pc(central.address, 51 + n).enrol("0" * 10)) for n in range(60)]
    assert told[60] == "bad-code"
    assert told[-1] == "too-many"


def test_I28_a_nonce_is_kept_longer_than_its_request_is_fresh_anywhere_and_no_longer(central: Central, pc: Pc) -> None:
    def push(nonce: str, when: float) -> Any:
        sealed = pc.seal(pc.op())
        made = pc.signed("POST", f"/v1/streams/{STREAM}/ops", join([sealed]), key=sealed.header.id, when=when,
                         nonce=nonce)  # fmt: skip
        assert pc.send(made).status_code == 200
        return made

    def held() -> list[Any]:
        return [
            row[0] for row in central.rows("SELECT nonce FROM nonce ORDER BY nonce") if row[0] in ("A" * 16, "B" * 16)
        ]

    start = time.time()
    ahead = push("B" * 16, start + protocol.WINDOW_SECONDS - 5)  # by a clock that is five minutes fast
    central.now_ahead = 2 * protocol.WINDOW_SECONDS - 15
    push("A" * 16, start + central.now_ahead)  # such a one sweeps
    assert kind(pc.send(ahead)) == "replayed"
    assert held() == ["A" * 16, "B" * 16]
    central.now_ahead += 30
    assert kind(pc.send(ahead)) == "clock-skew"
    push("A" + "D" * 15, start + central.now_ahead)
    assert held() == ["A" * 16, "B" * 16], "the clock of another process may be behind"
    central.now_ahead += protocol.NONCE_KEPT_SECONDS - 2 * protocol.WINDOW_SECONDS
    push("A" + "C" * 15, start + central.now_ahead)
    assert held() == ["A" * 16]


def test_what_serves_the_operator(central: Central, pc: Pc, monkeypatch: Any) -> None:
    assert pc.http.get(central.address + "/health").json() == {"status": "ok"}
    pc.heads()
    numbers = pc.http.get(central.address + "/metrics").text
    assert 'vpr_requests_total{route="/v1/heads",status="200"} 1' in numbers
    assert pc.id not in numbers
    monkeypatch.setattr(protocol, "LOOPBACK", ())
    assert kind(pc.http.get(central.address + "/metrics")) == "not-found", "told to this machine alone"
    assert kind(pc.http.get(central.address + "/nothing")) == "not-found"
    assert kind(pc.http.delete(central.address + "/v1/heads")) == "wrong-method"
    assert kind(pc.http.get(central.address + "/v1/heads")) == "not-signed"
