"""The endpoint's description says what it does."""

from __future__ import annotations

import json

from tests.central.conftest import Central
from vpr_desktop.central.openapi import document
from vpr_desktop.sync import protocol


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
