"""The log of the endpoint: ids and numbers, and nothing of a record, whatever goes wrong."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.central.conftest import Central
from tests.central.pc import Pc
from vpr_desktop.central import admin, logs, push
from vpr_desktop.domain.batches import join

CANARY = "canary of a report"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, in the very form in which it is written."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonLines())
    monkeypatch.setattr(logs.LOGGER, "handlers", [handler])
    before = logs.LOGGER.level
    logs.LOGGER.setLevel(logging.INFO)
    yield out
    logs.LOGGER.setLevel(before)


def test_a_field_that_is_not_on_the_list_is_left_out(told: io.StringIO) -> None:
    logs.event("request", status=200, person=CANARY, problem="busy\n")
    line = json.loads(told.getvalue())
    assert {key: line[key] for key in line if key != "at"} == {
        "level": "INFO", "event": "request", "status": 200, "problem": "busy\n",
    }  # fmt: skip
    assert told.getvalue().count("\n") == 1


def test_I26_a_fault_is_told_by_kind_and_place_and_never_in_its_words(
    pc: Pc, told: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(push.Push, "take", broken)
    sealed = pc.seal(pc.op(set={"description": CANARY}, by=CANARY))
    got = pc.push_raw(join([sealed]), sealed.header.id)
    assert (got.status_code, got.json()["type"], got.headers["Retry-After"]) == (500, "fault", "60")
    fault, request = (json.loads(line) for line in told.getvalue().splitlines())
    assert (fault["event"], fault["kind"], fault["where"].split(":")[0]) == ("fault", "ValueError", "test_logs.py")
    assert got.json()["instance"] == fault["request"] == request["request"]
    assert CANARY not in told.getvalue() + got.text


def test_what_a_pc_sends_never_stands_in_the_log(central: Central, pc: Pc, told: io.StringIO) -> None:
    words = CANARY.replace(" ", "-")
    sealed = pc.seal(pc.op(set={"description": words}, by=words), f'{{"{words}":1}}'.encode())
    assert pc.push_raw(join([sealed]), sealed.header.id).status_code == 200
    assert pc.push_raw(words.encode(), words).status_code == 400
    for path in (f"/{words}", f"/v1/streams/{words}/ops", f"/v1/heads?{words}=1"):
        pc.call("GET", path)
    assert len(told.getvalue().splitlines()) >= 4
    assert words not in told.getvalue() + central.endpoint.metrics.text()  # type: ignore[union-attr]


def refused(told: io.StringIO) -> list[tuple[Any, Any, Any]]:
    """Status, reason and claimed PC of every refusal in the log."""
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    return [(one["status"], one["problem"], one.get("claimed")) for one in lines if "problem" in one]


def test_a_refusal_names_the_pc_that_the_request_says_it_is_from(central: Central, pc: Pc, told: io.StringIO) -> None:
    stranger = Pc(central.address, 99)
    stranger.enrol("0" * 10)
    stranger.call("GET", "/v1/heads")
    stranger.call("GET", "/v1/heads", keyid=pc.id)  # in the name of another: the log tells what was said
    pc.call("GET", "/v1/heads", when=1_000_000_000)
    assert central.endpoint.buckets is not None
    central.endpoint.buckets.take(pc.id, 1000, 0, int(central.now() * 1000))
    pc.call("GET", "/v1/heads")
    admin.revoke(central.admin, pc.id)
    pc.call("GET", "/v1/heads")
    pc.http.get(central.address + "/v1/heads")
    assert refused(told) == [
        (403, "bad-code", stranger.id), (401, "unknown-device", stranger.id), (401, "bad-signature", pc.id),
        (401, "clock-skew", pc.id), (429, "too-many", pc.id), (401, "device-revoked", pc.id),
        (401, "not-signed", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        'vpr=("@method");keyid="{words}"', 'vpr=("@method");keyid="{id}{words}"', 'vpr=("@method");keyid="{ID}"',
        'vpr=("@method");keyid=("{id}")', 'vpr=("@method");x="{words}";keyid="{id}\\"}}"', "{words}",
        'vpr=("@method");keyid="{id}", b=("@method");keyid="{id}"',
        'vpr=("@method");keyid="{id}";x="' + "x" * 30_000 + '"',
        'vpr=("@method");keyid="\xe9\u0085{id}"', "", ";", "(" * 900,
    ],
)  # fmt: skip
def test_a_stranger_writes_one_short_line_a_request_and_no_word_into_it(
    central: Central, pc: Pc, told: io.StringIO, said: str
) -> None:
    words = CANARY.replace(" ", "-")
    text = said.format(words=words, id=pc.id, ID=pc.id.upper())
    headers = {"Signature-Input": text.encode("latin-1"), "Signature": b"vpr=:AAAA:"}
    got = pc.http.get(central.address + "/v1/heads", headers=headers)
    assert got.status_code == 401
    (line,) = told.getvalue().splitlines()
    assert len(line) < 300
    assert words not in line
    assert "claimed" not in json.loads(line)
