"""I27, I28: requests that were altered, late, sent twice, by a key nobody let in or of another ward change nothing.

The soak sends ten thousand on each database.
"""

from __future__ import annotations

from typing import Any

from tests.central.conftest import Central
from tests.central.tampering import Tamperer
from vpr_desktop.central import buckets


def test_I28_no_altered_late_replayed_unknown_or_outside_request_changes_anything(
    central: Central, monkeypatch: Any
) -> None:
    monkeypatch.setattr(buckets, "FULL", 10**9)
    monkeypatch.setattr(buckets, "FULL_BYTES", 10**12)
    central.endpoint.buckets = buckets.OwnBuckets()
    made = Tamperer(central, central.pc(1), 1)
    made.run(500)
    kinds = {kind.split(":")[0] for kind in made.told}
    assert kinds == {"altered", "late", "replayed", "read twice", "unknown", "outside"}
    assert {"unknown: bad-signature", "unknown: unknown-device"} <= made.told.keys()
