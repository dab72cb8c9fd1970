"""The endpoint's description says what it does."""

from __future__ import annotations

import json
from pathlib import Path

from tests.central.conftest import Central
from vpr_desktop.central.openapi import document
from vpr_desktop.sync import protocol

COMMITTED = Path(__file__).resolve().parents[2] / "resources" / "api" / "openapi.json"


def test_it_is_served_and_names_every_refusal(central: Central) -> None:
    import requests

    served = requests.get(central.address + "/v1/openapi.json", timeout=10)
    assert served.json() == json.loads(json.dumps(document()))
    answers = [answer for path in document()["paths"].values() for call in path.values()
               for answer in call["responses"].values()]  # fmt: skip
    named = {kind.strip() for answer in answers for kind in answer["description"].split(",")}
    of_requests = {kind for kind, known in protocol.REFUSALS.items() if known.status not in (405, 500)}
    whole = of_requests - {"batch-differs", "op-unreadable", "erase-not-entitled", "erase-differs"}
    assert {kind for kind in whole if protocol.REFUSALS[kind].status != 422} <= named


def test_the_file_in_the_repository_is_what_the_endpoint_gives() -> None:
    """Make it anew: python -m vpr_desktop.central.openapi > resources/api/openapi.json"""
    import subprocess
    import sys

    given = subprocess.run(
        [sys.executable, "-m", "vpr_desktop.central.openapi"], capture_output=True, check=True, timeout=60
    ).stdout
    assert COMMITTED.read_bytes() == given


def test_every_route_is_described_with_its_methods(central: Central) -> None:
    from vpr_desktop.central.routes import application

    served = {
        (route.path, method.lower())
        for route in application(central.endpoint).routes
        for method in getattr(route, "methods", ())
    }
    described = {(path, method) for path, methods in json.loads(COMMITTED.read_bytes())["paths"].items()
                 for method in methods}  # fmt: skip
    assert served == described
