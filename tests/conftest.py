"""Real parts for every test: an encrypted store in a temporary folder, and people of each role."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from tests.factories import PASSPHRASE, first_run
from tests.fakes import FakeClock
from vpr_desktop.services import people, sessions
from vpr_desktop.services.context import Context
from vpr_desktop.storage.keyslots import KdfPolicy

FAST = KdfPolicy(memory_kib=64, passes=1, floor_kib=64)
ROLES = ("reporter", "ward_manager", "support_lead", "vpr_lead", "auditor", "device_admin")
GARBAGE = 100_000  # containers made since the last look for garbage: some fifty megabytes


def pytest_collection_finish() -> None:
    """From here on garbage is looked for between tests, on this thread, and nowhere else.

    By itself the collector runs in whichever thread makes the next object. The endpoint's threads live in this
    process; a widget that one of them let go of broke Qt's memory, and the tests died much later without a word.
    """
    gc.collect()
    gc.freeze()
    gc.disable()


def pytest_runtest_logfinish() -> None:
    """After a test and its fixtures."""
    if gc.get_count()[0] > GARBAGE:
        gc.collect()


def fast_keys(monkeypatch: Any) -> None:
    """Makes key slots cheap for tests that go in by the front door, where no policy can be passed."""
    monkeypatch.setattr(KdfPolicy, "__init__", _fast_init)


def _fast_init(self: Any, *_: Any, **__: Any) -> None:
    for name in FAST.__slots__:
        object.__setattr__(self, name, getattr(FAST, name))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """One PostgreSQL for all tests that ask for it."""
    from tests.central.postgres_server import PostgresServer

    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "ward"


@pytest.fixture
def ctx(home: Path, clock: FakeClock) -> Iterator[Context]:
    """A ward manager's session on a new ward."""
    made, _ = sessions.first_run(home, first_run(), clock, FAST)
    yield made
    made.store.close()
    made.secrets.lock.release()


@pytest.fixture
def as_role(ctx: Context) -> Callable[..., Context]:
    """The same PC in another person's hands: a session of this role on the open store."""
    from dataclasses import replace

    from vpr_desktop.services.context import Person

    def become(role: str, user_id: str = "") -> Context:
        user_id = user_id or f"p-{role}"
        if user_id not in {user.user_id for user in people.users(ctx)}:
            people.add(ctx, user_id, f"P. {role.title()}", role, PASSPHRASE)
        return replace(ctx, user=Person(user_id, f"P. {role.title()}", "P.", role))

    return become
