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
from vpr_desktop.central import logs, push
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
