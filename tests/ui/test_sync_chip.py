"""How sending stands, in sentences: the words of Sync and data and of the chip."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from vpr_desktop.services.sending import Status
from vpr_desktop.ui.sync_chip import chip_of, stands

NOW, ZONE = datetime(2026, 11, 22, 14, 5, tzinfo=UTC), ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("no-connection", "Offline since 14:00."),
        ("not-the-endpoint", "Offline since 14:00."),
        ("too-slow", "Sending has not worked since 14:00."),
        ("busy", "Sending has not worked since 14:00."),
        ("device-waiting", "Sending has not worked since 14:00."),
        ("device-revoked", "Sending has not worked since 14:00."),
    ],
)
def test_a_server_that_answers_is_not_told_as_offline(why: str, said: str) -> None:
    status = Status(True, waiting=1, tries=2, why=why, failing_since=NOW - timedelta(minutes=5))
    assert stands("offline", status, NOW, ZONE).startswith(said)


def test_a_time_of_another_year_is_told_with_its_year() -> None:
    status = Status(True, tries=1, why="no-connection", failing_since=NOW.replace(year=2036), last_success=NOW)
    assert "Offline since 22-Nov-2036." in stands("offline", status, NOW, ZONE)
    old = Status(True, last_success=NOW - timedelta(days=330))
    assert chip_of(old, None, NOW, ZONE).words == "All sent 27-Dec-2025"
    assert chip_of(old, None, NOW.replace(year=2025, month=12, day=29), ZONE).words == "All sent 27-Dec"


def test_where_sending_does_not_work_nobody_is_told_that_everything_is_sent() -> None:
    status = Status(True, tries=1, why="unknown-device", failing_since=NOW, last_success=NOW - timedelta(minutes=3))
    said = "Sending has not worked since 14:05. Nothing waits to be sent. Last sent 14:02."
    assert stands("needs_you", status, NOW, ZONE) == said
